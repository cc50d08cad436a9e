//! The filter of documents as it stands in an address, both ways. What cannot be read narrows nothing.

use chrono::NaiveDate;
use domain::ids::{CustomerId, DocumentId};
use server::documents::{CANCELLED, Filter, VALID};

use super::KINDS;
use crate::asked::Asked;

/// Each state and its name in an address.
pub(super) const STATES: [(&str, &str); 2] = [(VALID, "valida"), (CANCELLED, "cancelada")];

/// Whose documents are asked for, where it is not one's own.
pub(super) fn of(asked: &Asked) -> Option<CustomerId> {
    asked.read("de-quem")
}

/// Reads an address.
pub(super) fn read(asked: &Asked) -> Filter {
    let among = |name: &str, known: &[(&str, &str)]| {
        let word = asked.text(name);
        known.iter().find(|(_, one)| *one == word).map_or_else(String::new, |(value, _)| (*value).to_owned())
    };
    let number = asked.text("numero").chars().filter(|c| c.is_ascii_alphanumeric()).take(60).collect();
    Filter {
        kind: among("tipo", &KINDS.map(|kind| (kind, kind))),
        contract: asked.read("contrato"),
        from: month(asked.text("de")),
        to: month(asked.text("ate")),
        status: among("situacao", &STATES),
        number,
        after: asked.read("depois"),
    }
}

/// A month as people or machines write it, `11/2026` or `2026-11`, as `2026-11`; nothing for anything else.
fn month(text: &str) -> String {
    let iso = match text.split_once('/') {
        Some((month, year)) => format!("{year}-{month:0>2}"),
        None => text.to_owned(),
    };
    let first = NaiveDate::parse_from_str(&format!("{iso}-01"), "%Y-%m-%d").ok().filter(|_| iso.len() == 7);
    first.map(|first| first.format("%Y-%m").to_string()).unwrap_or_default()
}

/// A month as it is typed.
pub(super) fn typed(month: &str) -> String {
    month.split_once('-').map(|(year, month)| format!("{month}/{year}")).unwrap_or_default()
}

/// The address of a page with this filter.
pub(super) fn address(page: &str, of: Option<CustomerId>, filter: &Filter, after: Option<DocumentId>) -> String {
    let state = STATES.iter().find(|(value, _)| *value == filter.status).map_or("", |(_, name)| name);
    let texts = [
        ("de-quem", of.map(|of| of.to_string()).unwrap_or_default()),
        ("tipo", filter.kind.clone()),
        ("contrato", filter.contract.map(|contract| contract.to_string()).unwrap_or_default()),
        ("de", filter.from.clone()),
        ("ate", filter.to.clone()),
        ("situacao", state.to_owned()),
        ("numero", filter.number.clone()),
        ("depois", after.map(|after| after.to_string()).unwrap_or_default()),
    ];
    // Ids, months, words and letters hold nothing that an address would have to escape.
    let pairs: Vec<String> =
        texts.into_iter().filter(|(_, value)| !value.is_empty()).map(|(name, value)| format!("{name}={value}")).collect();
    if pairs.is_empty() { page.to_owned() } else { format!("{page}?{}", pairs.join("&")) }
}

/// Whether anything is narrowed.
pub(super) fn narrows(filter: &Filter) -> bool {
    Filter { after: None, ..filter.clone() } != Filter::default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::extract::FromRequestParts;

    async fn asked(address: &str) -> Asked {
        let mut parts = http::Request::builder().uri(address).body(()).unwrap().into_parts().0;
        Asked::from_request_parts(&mut parts, &()).await.unwrap()
    }

    #[tokio::test]
    async fn an_address_leads_back_to_its_filter() {
        let id = "0193b3c4-7a6e-7cc3-98c4-dc0c0c07398f";
        let filter = Filter {
            kind: "nfse_xml".into(),
            contract: Some(id.parse().unwrap()),
            from: "2026-01".into(),
            to: "2026-11".into(),
            status: CANCELLED.into(),
            number: "41A".into(),
            after: Some(id.parse().unwrap()),
        };
        let there = asked(&address("/documentos", Some(id.parse().unwrap()), &filter, filter.after)).await;
        assert_eq!((read(&there), of(&there)), (filter, Some(id.parse().unwrap())));
        assert!(!narrows(&read(&asked("/documentos?tipo=x&de=13/2026&ate=2026&situacao=valid&numero=%26%3D&contrato=1&depois=2").await)));
        assert_eq!(
            (month("11/2026"), month("1/2026"), month("26-11"), typed("2026-11")),
            ("2026-11".into(), "2026-01".into(), String::new(), "11/2026".to_owned())
        );
        assert_eq!(address("/documentos", None, &Filter::default(), None), "/documentos");
    }
}
