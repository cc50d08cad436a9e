//! The stored words of closed enums: one text per variant, the same in the database, on the wire and in a file.
//! Never the words a person reads: those live in the translations.
//!
//! Every such enum has `ALL` (in the order of declaration), `as_str`, and the word's way back through `FromStr`,
//! `TryFrom<String>` and serde.
//!
//! ```
//! use domain::requests::Status;
//! assert_eq!(Status::WaitingCustomer.as_str(), "waiting_customer");
//! assert_eq!("waiting_customer".parse(), Ok(Status::WaitingCustomer));
//! assert_eq!(Status::ALL[0], Status::Received);
//! ```

/// A text that is none of the words of its enum: an old row, a newer program's row, or a tampered form.
///
/// ```
/// use domain::requests::Status;
/// let unknown = "em_analise".parse::<Status>().unwrap_err();
/// assert_eq!(unknown.to_string(), r#""em_analise" is no Status"#);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is no {of}")]
pub struct UnknownWord {
    /// The enum that was being read.
    pub of: &'static str,
    /// What was found, cut to 40 characters.
    pub text: String,
}

/// Declares a closed enum whose variants are stored as the given words (snake_case), with `ALL`, `as_str`, `Display`,
/// `FromStr`, `TryFrom<String>` (what a database row needs) and serde, all from the one list.
macro_rules! words {
    ($($(#[$meta:meta])* pub enum $name:ident { $($(#[$doc:meta])* $variant:ident = $word:literal,)* })*) => {$(
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        pub enum $name {
            $($(#[$doc])* #[serde(rename = $word)] $variant,)*
        }

        impl $name {
            /// Every variant, in the order of declaration.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The stored word.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)*
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::words::UnknownWord;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text {
                    $($word => Ok(Self::$variant),)*
                    _ => Err($crate::words::UnknownWord { of: stringify!($name), text: text.chars().take(40).collect() }),
                }
            }
        }

        impl TryFrom<String> for $name {
            type Error = $crate::words::UnknownWord;
            fn try_from(text: String) -> Result<Self, Self::Error> {
                text.parse()
            }
        }
    )*};
}

pub(crate) use words;

#[cfg(test)]
mod tests {
    use super::UnknownWord;
    use crate::requests::Status;

    #[test]
    fn one_word_everywhere() {
        for status in Status::ALL {
            let word = status.as_str();
            assert_eq!(word.parse(), Ok(*status));
            assert_eq!(serde_json::to_string(status).unwrap(), format!("\"{word}\""));
            assert_eq!(serde_json::from_str::<Status>(&format!("\"{word}\"")).unwrap(), *status);
        }
        let unknown = Status::try_from("em_analise".repeat(9)).unwrap_err();
        assert_eq!(unknown, UnknownWord { of: "Status", text: "em_analise".repeat(4) });
    }
}
