//! Signing in: what is typed on the way in. Never tells whether a CPF or CNPJ is known: only the server knows, and it does not say.
//!
//! A CPF tells who somebody claims to be and proves nothing; the code sent to the address on file does. Codes can be pasted
//! (WCAG 2.2, 3.3.8, accessible authentication).

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::forms::{self, FieldError, Fields};
use crate::tax_ids::TaxId;

/// Digits of a one-time code: a million of them, against the few tries that the server allows.
pub const CODE_DIGITS: usize = 6;

/// "Who are you?": a CPF or CNPJ.
///
/// ```
/// use domain::forms::{FieldError, Problem};
/// use domain::sign_in::SignInForm;
/// let typed = |tax_id: &str| SignInForm { tax_id: tax_id.to_owned() }.parse();
/// assert_eq!(typed("529.982.247-25").unwrap().as_str(), "52998224725");
/// assert_eq!(typed("529.982.247-26"), Err(vec![FieldError::new("tax_id", Problem::WrongCheckDigits)]));
/// ```
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SignInForm {
    /// CPF or CNPJ, as typed.
    pub tax_id: String,
}

impl SignInForm {
    /// Reads it.
    ///
    /// # Errors
    /// What is wrong with the number.
    pub fn parse(&self) -> Result<TaxId, Vec<FieldError>> {
        let mut fields = Fields::default();
        let tax_id = fields.read("tax_id", TaxId::parse(&self.tax_id).map_err(Into::into));
        fields.finish(tax_id)
    }
}

/// A one-time code, as typed or pasted.
///
/// ```
/// use domain::forms::{FieldError, Problem};
/// use domain::sign_in::{CODE_DIGITS, CodeForm};
/// let typed = |code: &str| CodeForm { code: code.to_owned() }.parse();
/// assert_eq!(typed(" 123-456 ").map(|code| code.len()), Ok(CODE_DIGITS));
/// assert_eq!(typed("12345"), Err(vec![FieldError::new("code", Problem::NotACode)]));
/// ```
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CodeForm {
    /// The code.
    pub code: String,
}

impl CodeForm {
    /// Reads it.
    ///
    /// # Errors
    /// Not six digits.
    pub fn parse(&self) -> Result<String, Vec<FieldError>> {
        let mut fields = Fields::default();
        let code = fields.read("code", forms::code(&self.code, CODE_DIGITS));
        fields.finish(code)
    }
}

/// Staff sign in with all three at once, so that no answer tells which one was wrong.
///
/// ```
/// use domain::sign_in::StaffSignInForm;
/// let form = StaffSignInForm { email: "Ana@Exemplo.com.br".into(), password: "quatro palavras ao acaso".into(), code: "123 456".into() };
/// let (email, _password, code) = form.parse().unwrap();
/// assert_eq!((email.as_str(), code.as_str()), ("ana@exemplo.com.br", "123456"));
/// // A refused form is kept and shown again: without its secrets.
/// assert_eq!(serde_json::to_string(&form)?, r#"{"email":"Ana@Exemplo.com.br"}"#);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct StaffSignInForm {
    /// E-mail address.
    pub email: String,
    /// Password; never shown again, so never kept with a refused form.
    #[serde(skip_serializing)]
    pub password: String,
    /// The authenticator's six digits; likewise.
    #[serde(skip_serializing)]
    pub code: String,
}

impl StaffSignInForm {
    /// Reads it: e-mail in lower case, password, code.
    ///
    /// # Errors
    /// What is missing or cannot be.
    pub fn parse(&self) -> Result<(String, String, String), Vec<FieldError>> {
        let mut fields = Fields::default();
        let email = fields.read("email", forms::email(&self.email).map(|email| email.to_lowercase()));
        let password = fields.read("password", forms::text(&self.password, 200));
        let code = fields.read("code", forms::code(&self.code, CODE_DIGITS));
        let valid = email.zip(password).zip(code).map(|((email, password), code)| (email, password, code));
        fields.finish(valid)
    }
}

/// Nothing that was typed here is printed: neither a number, nor an address, nor a secret.
macro_rules! hidden {
    ($($form:ident)*) => {$(
        impl fmt::Debug for $form {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(stringify!($form))
            }
        }
    )*};
}
hidden!(SignInForm CodeForm StaffSignInForm);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_was_typed_is_printed() {
        let staff = StaffSignInForm { email: "ana@exemplo.com.br".into(), password: "segredo".into(), code: "123456".into() };
        let printed = format!("{staff:?} {:?} {:?}", SignInForm { tax_id: "52998224725".into() }, CodeForm { code: "123456".into() });
        assert_eq!(printed, "StaffSignInForm SignInForm CodeForm");
    }
}
