//! Signing in: what is typed on the way in. Never tells whether a CPF or CNPJ is known: only the server knows, and it does not say.

use serde::{Deserialize, Serialize};

use crate::forms::{self, FieldError, Fields};
use crate::tax_ids::TaxId;

/// Digits of a one-time code.
pub const CODE_DIGITS: usize = 6;

/// "Who are you?": a CPF or CNPJ.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
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
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
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
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
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
