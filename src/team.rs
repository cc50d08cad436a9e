//! The creditor's staff: what is typed to invite somebody, and what the invited person types to join. Never signs anybody in.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::actors::Role;
use crate::forms::{self, FieldError, Fields, Problem};
use crate::sign_in::CODE_DIGITS;

/// Least length of a staff password (NIST SP 800-63B asks for 8; there is no other rule, and a second factor beside).
pub const LEAST_PASSWORD: u16 = 12;

/// "Please join us": who, and as what.
///
/// ```
/// use domain::actors::Role;
/// use domain::team::InviteForm;
/// let form = InviteForm { email: " Ana@Exemplo.com.br ".into(), name: "Ana Lima".into(), role: "operator".into() };
/// let invited = form.parse().unwrap();
/// assert_eq!((invited.email.as_str(), invited.role), ("ana@exemplo.com.br", Role::Operator));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct InviteForm {
    /// The address to sign in with.
    pub email: String,
    /// The name that colleagues see.
    pub name: String,
    /// The role's word.
    pub role: String,
}

/// An invitation that can be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invited {
    /// In lower case.
    pub email: String,
    /// Name.
    pub name: String,
    /// Role.
    pub role: Role,
}

impl InviteForm {
    /// Reads it.
    ///
    /// # Errors
    /// What is missing or cannot be, by field.
    pub fn parse(&self) -> Result<Invited, Vec<FieldError>> {
        let mut fields = Fields::default();
        let email = fields.read("email", forms::email(&self.email).map(|email| email.to_lowercase()));
        let name = fields.read("name", line(&self.name));
        let role = fields.read("role", forms::one_of(&self.role));
        let valid = email.zip(name).zip(role).map(|((email, name), role)| Invited { email, name, role });
        fields.finish(valid)
    }
}

/// A name stands on one line: it goes into the heads of letters.
fn line(raw: &str) -> Result<String, Problem> {
    let text = forms::text(raw, 100)?;
    match text.chars().position(char::is_control) {
        Some(at) => Err(Problem::UnexpectedCharacter { at: u16::try_from(at + 1).unwrap_or(u16::MAX) }),
        None => Ok(text),
    }
}

/// "Here I am": a password, and the first code of the authenticator.
///
/// ```
/// use domain::forms::{FieldError, Problem};
/// use domain::team::JoinForm;
/// let form = JoinForm { password: "quatro palavras ao acaso".into(), code: "123 456".into() };
/// assert_eq!(form.parse().unwrap().1, "123456");
/// let short = JoinForm { password: "curta".into(), ..form };
/// assert_eq!(short.parse().unwrap_err(), [FieldError::new("password", Problem::TooShort { min: 12 })]);
/// // Neither is kept with a refused form.
/// assert_eq!(serde_json::to_string(&short)?, "{}");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct JoinForm {
    /// The password.
    #[serde(skip_serializing)]
    pub password: String,
    /// The authenticator's six digits.
    #[serde(skip_serializing)]
    pub code: String,
}

impl fmt::Debug for JoinForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JoinForm")
    }
}

impl JoinForm {
    /// Reads it: password and code.
    ///
    /// # Errors
    /// What is missing or cannot be, by field.
    pub fn parse(&self) -> Result<(String, String), Vec<FieldError>> {
        let mut fields = Fields::default();
        let password = fields.read("password", password(&self.password));
        let code = fields.read("code", forms::code(&self.code, CODE_DIGITS));
        fields.finish(password.zip(code))
    }
}

/// A password to be set.
///
/// # Errors
/// [`Problem::TooShort`]; those of [`forms::text`].
pub fn password(raw: &str) -> Result<String, Problem> {
    let password = forms::text(raw, 200)?;
    if password.chars().count() < usize::from(LEAST_PASSWORD) {
        return Err(Problem::TooShort { min: LEAST_PASSWORD });
    }
    Ok(password)
}
