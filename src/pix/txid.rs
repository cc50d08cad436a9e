//! The identifiers of Pix: the one that brings a transfer back to what it paid, and those of the transfer itself.
//!
//! Never made here: it comes from the creditor's numbers, or from chance, which the server has.
//!
//! Source: Banco Central, "Manual do BR Code", object 62-05 (static), and API Pix 2.9.0, `txid` (charges).
//!
//! ```
//! use domain::pix::txid::{ChargeTxid, StaticTxid, TxidError};
//! assert_eq!(StaticTxid::parse("FAT202612000123")?.as_str(), "FAT202612000123");
//! assert_eq!(ChargeTxid::parse("F2B8073B0A52461997F53FB2A85FE7E8")?.as_str().len(), 32);
//! // One of a bill's is too short for a charge, and `***`, which says "none" in a code, is no id.
//! assert_eq!(ChargeTxid::parse("FAT202612000123"), Err(TxidError::Length(15)));
//! assert_eq!(StaticTxid::parse("***"), Err(TxidError::Character(0)));
//! # Ok::<(), TxidError>(())
//! ```

use std::fmt;

use serde::{Deserialize, Serialize};

/// Why a text is not a txid. An example is in [the module](self).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TxidError {
    /// So many characters: outside the limits of its kind.
    #[error("{0} characters: too few or too many")]
    Length(usize),
    /// A character that is neither an unaccented letter nor a digit, by its position (0 is the first character).
    #[error("unexpected character at {0}")]
    Character(usize),
}

macro_rules! txid {
    ($($(#[$doc:meta])* $name:ident $range:expr;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Reads one; letters keep their case, which tells ids apart.
            ///
            /// # Errors
            /// See [`TxidError`].
            pub fn parse(text: &str) -> Result<Self, TxidError> {
                if let Some(at) = text.chars().position(|c| !c.is_ascii_alphanumeric()) {
                    return Err(TxidError::Character(at));
                }
                if $range.contains(&text.len()) { Ok(Self(text.to_owned())) } else { Err(TxidError::Length(text.len())) }
            }

            /// The id.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl TryFrom<String> for $name {
            type Error = TxidError;
            fn try_from(text: String) -> Result<Self, TxidError> {
                Self::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }
    )*};
}

txid! {
    /// Of a static code: 1 to 25 letters and digits, which the payer's bank passes on.
    StaticTxid (1..=25);
    /// Of a charge made through the API (cob, cobv): 26 to 35 letters and digits, unique for the receiver.
    ChargeTxid (26..=35);
    /// Of one transfer, given by the payer's institution (`EndToEndId`): 32 letters and digits, unique for ever.
    EndToEndId (32..=32);
    /// Of one refund of a transfer, chosen by the receiver: 1 to 35 letters and digits.
    ReturnId (1..=35);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn has_the_length_of_its_kind() {
        let (short, long) = ("FAT202612000123", "F2B8073B0A52461997F53FB2A85FE7E8");
        assert_eq!(StaticTxid::parse(short).unwrap().as_str(), short);
        assert_eq!(ChargeTxid::parse(long).unwrap().as_str(), long);
        assert_eq!(StaticTxid::parse(long), Err(TxidError::Length(32)));
        assert_eq!(ChargeTxid::parse(short), Err(TxidError::Length(15)));
        assert_eq!(StaticTxid::parse(""), Err(TxidError::Length(0)));
        assert_eq!(StaticTxid::parse("***"), Err(TxidError::Character(0)));
        assert_eq!(StaticTxid::parse("caf\u{e9}"), Err(TxidError::Character(3)));
        assert_eq!(EndToEndId::parse(long).unwrap().as_str(), long);
        assert_eq!(EndToEndId::parse(short), Err(TxidError::Length(15)));
        assert_eq!(ReturnId::parse(short).unwrap().as_str(), short);
        assert_eq!(serde_json::from_str::<StaticTxid>("\"A1\"").unwrap().as_str(), "A1");
        assert!(serde_json::from_str::<StaticTxid>("\"A-1\"").is_err());
    }
}
