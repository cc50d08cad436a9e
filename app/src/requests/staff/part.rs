//! Which part of the queue an address means, and the address of a part. Unknown words narrow nothing; nothing here names a person but
//! colleagues, by opaque ids.

use std::str::FromStr;

use axum::extract::Query;
use domain::forms::amount;
use domain::ids::RequestId;
use domain::money::Money;
use domain::requests::queue::{Due, Filter, Holder};
use serde::Deserialize;

use crate::paths;

/// A part of the queue, as its address says it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Part {
    tipo: String,
    situacao: String,
    area: String,
    prazo: String,
    quem: String,
    de: String,
    ate: String,
    depois: String,
    /// Everything, even for somebody whose queue opens with something else.
    pub(super) tudo: String,
}

fn read<T: FromStr>(text: &str) -> Option<T> {
    text.trim().parse().ok()
}

fn money(text: &str) -> Option<Money> {
    amount(text).ok()
}

impl Part {
    /// From a query, as a form carries it back.
    pub(super) fn of(query: &str) -> Self {
        let uri = format!("/?{query}").parse::<http::Uri>();
        uri.ok().and_then(|uri| Query::<Self>::try_from_uri(&uri).ok()).map(|Query(part)| part).unwrap_or_default()
    }

    pub(super) fn filter(&self) -> Filter {
        Filter {
            kind: read(&self.tipo),
            status: read(&self.situacao),
            area: read(&self.area),
            due: read(&self.prazo),
            holder: read(&self.quem),
            least: money(&self.de),
            most: money(&self.ate),
        }
    }

    /// The last request of the page before.
    pub(super) fn after(&self) -> Option<RequestId> {
        read(&self.depois)
    }

    /// Whether the address says nothing at all.
    pub(super) fn is_bare(&self) -> bool {
        self.filter() == Filter::default() && self.tudo.is_empty() && self.depois.is_empty()
    }
}

/// What stands behind the `?` for a part; everything is said too, for those whose queue opens with less.
pub(super) fn query(filter: &Filter) -> String {
    let mut parts = Vec::new();
    parts.extend(filter.kind.map(|kind| format!("tipo={kind}")));
    parts.extend(filter.status.map(|status| format!("situacao={status}")));
    parts.extend(filter.area.map(|area| format!("area={area}")));
    parts.extend(filter.due.map(|due| format!("prazo={due}")));
    parts.extend(filter.holder.map(|holder| format!("quem={holder}")));
    parts.extend(filter.least.map(|least| format!("de={}", least.plain())));
    parts.extend(filter.most.map(|most| format!("ate={}", most.plain())));
    if parts.is_empty() { "tudo=1".to_owned() } else { parts.join("&") }
}

/// The address of a part.
pub(super) fn address(filter: &Filter) -> String {
    format!("{}?{}", paths::QUEUE, query(filter))
}

/// The parts everybody has.
pub(super) fn due(due: Due) -> Filter {
    Filter { due: Some(due), ..Filter::default() }
}

/// With whom.
pub(super) fn held(holder: Holder) -> Filter {
    Filter { holder: Some(holder), ..Filter::default() }
}

#[cfg(test)]
mod tests {
    use domain::ids::StaffId;
    use domain::requests::queue::Area;
    use domain::requests::{Kind, Status};
    use uuid::Uuid;

    use super::*;

    #[test]
    fn an_address_leads_back_to_its_part() {
        let filters = [
            Filter::default(),
            due(Due::Warned),
            held(Holder::Person(StaffId(Uuid::from_u128(7)))),
            Filter {
                kind: Some(Kind::Refund),
                status: Some(Status::Received),
                area: Some(Area::Legal),
                due: Some(Due::Week),
                holder: Some(Holder::Me),
                least: Some(Money::cents(123_456)),
                most: Some(Money::cents(9_999_900)),
            },
        ];
        for filter in filters {
            let part = Part::of(&query(&filter));
            assert_eq!(part.filter(), filter);
            assert!(!part.is_bare());
        }
        assert!(Part::of("tipo=x&prazo=&de=abc&%ff").is_bare());
    }
}
