//! What can go wrong in a verb: typed so that a caller can branch on it. Worded elsewhere, and never with personal data.

use domain::forms::FieldError;

/// A verb's result.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a verb did not happen. Whatever it is, nothing was half-written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Not there, or not this person's: the two are never told apart.
    #[error("not found")]
    NotFound,
    /// Nobody is signed in, or not any more.
    #[error("not signed in")]
    SignedOut,
    /// This role may not do it.
    #[error("not allowed for this role")]
    Forbidden,
    /// What was typed cannot be taken, field by field.
    #[error("form refused in {} fields", .0.len())]
    Form(Vec<FieldError>),
    /// Somebody else was first, or the thing has moved on.
    #[error("overtaken: {0}")]
    Overtaken(&'static str),
    /// The rules say no, with the reason's key in the translations.
    #[error("refused by the rules: {0}")]
    Refused(&'static str),
    /// Too many tries; may try again after so many seconds.
    #[error("throttled for {0} s")]
    Throttled(i64),
    /// The configuration cannot be used.
    #[error("configuration: {0}")]
    Config(String),
    /// The database.
    #[error("database: {0}")]
    Db(#[from] sqlx::Error),
    /// The schema could not be brought up to date.
    #[error("migration: {0}")]
    Migrate(#[from] sqlx::migrate::MigrateError),
    /// Files.
    #[error("files: {0}")]
    Io(#[from] std::io::Error),
    /// The bucket that keeps them.
    #[error("bucket of files: {0}")]
    Files(#[from] crate::files::store::Trouble),
    /// A document could not be drawn.
    #[error("document: {0}")]
    Pdf(#[from] crate::pdf::PdfError),
    /// The provider of Pix.
    #[error(transparent)]
    Provider(crate::pix::ProviderError),
    /// Something stored cannot be read back: a wrong key, or an edited row.
    #[error("stored data cannot be read: {0}")]
    Corrupt(&'static str),
}

impl Error {
    /// One refused field.
    #[must_use]
    pub fn field(field: &'static str, problem: domain::forms::Problem) -> Self {
        Self::Form(vec![FieldError::new(field, problem)])
    }
}

impl From<Vec<FieldError>> for Error {
    fn from(errors: Vec<FieldError>) -> Self {
        Self::Form(errors)
    }
}
