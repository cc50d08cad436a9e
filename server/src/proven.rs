//! How what left the house is proven: by what the portal saw, or by what a person entered. For notices of default and for letters.

use chrono::{DateTime, NaiveDate, Utc};
use domain::default_notices::Proof;

use crate::Server;

/// What is known of a proof; part of a row that has `proof`, `proof_on` and `proof_note` and, of what the customer reads, `read_at`.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Proven {
    proof: Option<String>,
    proof_on: Option<NaiveDate>,
    proof_note: Option<String>,
    read_at: Option<DateTime<Utc>>,
}

impl Proven {
    /// By what it is proven, and the day: what the portal saw or a person entered, whichever was first.
    #[must_use]
    pub fn by(&self, server: &Server) -> Option<(Proof, NaiveDate)> {
        let read = self.read_at.map(|at| (Proof::Read, server.clock.local(at).date_naive()));
        let entered = self.proof.as_ref().and_then(|word| word.parse().ok()).zip(self.proof_on);
        [read, entered].into_iter().flatten().min_by_key(|(_, on)| *on)
    }

    /// Number of the letter, of the recording …
    #[must_use]
    pub fn note(&self) -> Option<&str> {
        self.proof_note.as_deref()
    }
}
