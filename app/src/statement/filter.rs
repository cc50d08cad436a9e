//! The statement's filter as it stands in an address, both ways. What cannot be read narrows nothing.

use domain::statement::Shown;
use server::statement::{Cursor, Filter};

use crate::asked::Asked;

/// Each choice of bills and its name in an address.
pub const SHOWN: [(Shown, &str); 4] =
    [(Shown::All, ""), (Shown::Open, "em-aberto"), (Shown::Late, "vencidas"), (Shown::Settled, "quitadas")];

/// Reads an address.
#[must_use]
pub fn read(asked: &Asked) -> Filter {
    let shown = asked.text("situacao");
    Filter {
        shown: SHOWN.iter().find(|(_, name)| *name == shown && !name.is_empty()).map(|(shown, _)| *shown),
        contract: asked.read("contrato"),
        from: asked.read("de"),
        to: asked.read("ate"),
        as_of: asked.read("em"),
        after: asked.read("depois"),
    }
}

/// The name of a choice in an address.
#[must_use]
pub fn name(shown: Option<Shown>) -> &'static str {
    SHOWN.iter().find(|(one, _)| Some(*one) == shown).map_or("", |(_, name)| name)
}

/// The address of a page with this filter, from a row on.
#[must_use]
pub fn address(page: &str, filter: &Filter, after: Option<Cursor>) -> String {
    let mut pairs = Vec::new();
    let shown = name(filter.shown);
    if !shown.is_empty() {
        pairs.push(("situacao", shown.to_owned()));
    }
    pairs.extend(filter.contract.map(|contract| ("contrato", contract.to_string())));
    let days = [("de", filter.from), ("ate", filter.to), ("em", filter.as_of)];
    pairs.extend(days.into_iter().filter_map(|(name, day)| day.map(|day| (name, day.to_string()))));
    pairs.extend(after.map(|after| ("depois", after.to_string())));
    let mut address = page.to_owned();
    // Names, days and ids hold nothing that an address would have to escape.
    for (at, (name, value)) in pairs.into_iter().enumerate() {
        address.push(if at == 0 { '?' } else { '&' });
        address.push_str(name);
        address.push('=');
        address.push_str(&value);
    }
    address
}

/// Whether anything is narrowed.
#[must_use]
pub fn narrows(filter: &Filter) -> bool {
    Filter { after: None, ..*filter } != Filter::default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::extract::FromRequestParts;

    async fn of(address: &str) -> Filter {
        let mut parts = http::Request::builder().uri(address).body(()).unwrap().into_parts().0;
        read(&Asked::from_request_parts(&mut parts, &()).await.unwrap())
    }

    #[tokio::test]
    async fn an_address_leads_back_to_its_filter() {
        let filter = Filter {
            shown: Some(Shown::Late),
            contract: Some("0193b3c4-7a6e-7cc3-98c4-dc0c0c07398f".parse().unwrap()),
            from: Some("2026-01-01".parse().unwrap()),
            to: Some("2026-11-30".parse().unwrap()),
            as_of: Some("2026-10-31".parse().unwrap()),
            after: Some("2026-11-10_0193b3c47a6e7cc398c4dc0c0c07398f".parse().unwrap()),
        };
        assert_eq!(of(&address("/extrato", &filter, filter.after)).await, filter);
        assert_eq!(address("/extrato", &Filter::default(), None), "/extrato");
        assert!(narrows(&filter) && !narrows(&Filter { after: filter.after, ..Filter::default() }));
        assert_eq!(of("/extrato?situacao=x&contrato=1&de=31/12/2026&ate=2026-02-30&em=ontem&depois=2").await, Filter::default());
    }
}
