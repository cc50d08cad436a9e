//! What an address asks for after its `?`. Read leniently: what is not understood is as if it were not there, so that no link a
//! person kept or cut short ends in an error. Never carries anything personal: ids are opaque.

use std::convert::Infallible;
use std::str::FromStr;

use axum::extract::{FromRequestParts, Query};
use http::request::Parts;

/// The parameters of an address, in their order.
#[derive(Clone, Debug, Default)]
pub struct Asked(Vec<(String, String)>);

impl<S: Send + Sync> FromRequestParts<S> for Asked {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self(Query::try_from_uri(&parts.uri).map(|Query(pairs)| pairs).unwrap_or_default()))
    }
}

impl Asked {
    /// The first value of a name; empty when there is none.
    #[must_use]
    pub fn text(&self, name: &str) -> &str {
        self.0.iter().find(|(one, _)| one == name).map_or("", |(_, value)| value.trim())
    }

    /// The first value of a name, read.
    #[must_use]
    pub fn read<T: FromStr>(&self, name: &str) -> Option<T> {
        self.text(name).parse().ok()
    }

    /// Every value of a name that can be read, in their order.
    pub fn all<T: FromStr>(&self, name: &str) -> Vec<T> {
        self.0.iter().filter(|(one, _)| one == name).filter_map(|(_, value)| value.trim().parse().ok()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn asked(uri: &str) -> Asked {
        let mut parts = http::Request::builder().uri(uri).body(()).unwrap().into_parts().0;
        Asked::from_request_parts(&mut parts, &()).await.unwrap()
    }

    #[tokio::test]
    async fn whatever_stands_in_an_address_is_read_or_left() {
        let all = asked("/pagar?conta=7&conta=x&conta=9&dia=+2026-11-21+&vazio=").await;
        assert_eq!(all.all::<u8>("conta"), [7, 9]);
        assert_eq!(all.text("dia"), "2026-11-21");
        assert_eq!((all.read::<u8>("vazio"), all.read::<u8>("nada")), (None, None));
        assert_eq!(asked("/pagar").await.text("conta"), "");
        assert_eq!(asked("/pagar?%ff=%ff&a=1").await.text("dia"), "");
    }
}
