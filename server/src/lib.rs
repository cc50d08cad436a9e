//! Em Dia's verbs. Everything that touches the world (SQL, files, mail, PDF, time, chance) is here; the rules are in `domain`.
//!
//! A public function is something a person may do; the actor type in its signature is the authorization. Never knows Leptos.

pub mod acceptances;
pub mod activities;
pub mod agreements;
pub mod api;
pub mod api_keys;
pub mod archives;
pub mod audit;
pub mod authenticity;
pub mod backup;
pub mod bills;
pub mod brand;
pub mod calculations;
pub mod claims;
pub mod clock;
pub mod codes;
pub mod config;
pub mod creditor;
pub mod credits;
pub mod customers;
pub mod dashboard;
pub mod db;
pub mod declarations;
pub mod default_notices;
pub mod demands;
pub mod demo;
pub mod disputes;
pub mod documents;
pub mod dossiers;
pub mod error;
pub mod exports;
pub mod files;
pub mod flags;
pub mod flashes;
pub mod guarantees;
pub mod holidays;
pub mod imports;
pub mod incidents;
pub mod ledger;
pub mod mail;
pub mod notices;
pub mod outbox;
pub mod papers;
pub mod payments;
pub mod pdf;
pub mod pictures;
pub mod pix;
pub mod placements;
pub mod policies;
pub mod promises;
pub mod proven;
pub mod receipts;
pub mod reconciliation;
pub mod refunds;
pub mod remessas;
pub mod requests;
pub mod sealing;
pub mod sessions;
pub mod sign_in;
pub mod slips;
pub mod statement;
pub mod suspensions;
pub mod team;
pub mod templates;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub mod texts;
pub mod throttle;
pub mod webhooks;
pub mod wording;
pub mod write_offs;

use std::sync::Arc;

use tokio::sync::Notify;
use uuid::Uuid;

pub use crate::error::{Error, Result};

/// Says which implementation of TLS's cryptography the clients of other servers use: one for the whole process, so whoever asks
/// second finds it chosen.
pub(crate) fn choose_cryptography() {
    let _ = rustls::crypto::ring::default_provider().install_default();
}

/// One installation, shared by every request.
#[derive(Clone, Debug)]
pub struct Server {
    /// The database.
    pub db: db::Db,
    /// The time.
    pub clock: clock::Clock,
    /// Where files lie.
    pub files: files::store::Store,
    /// The configuration.
    pub config: Arc<config::Config>,
    /// Rung when the outbox has something new.
    pub bell: Arc<Notify>,
    /// Pix charges, where a provider of them is configured.
    pub pix: Option<Arc<pix::Pix>>,
    /// Who draws what people upload.
    pub pictures: pictures::Pictures,
}

impl Server {
    /// Opens the database of a configuration. Does not migrate: that is `emdia migrate`, or the start of `emdia serve`.
    ///
    /// # Errors
    /// A database that cannot be opened; settings of files or of Pix that no client can be made of.
    pub async fn open(config: config::Config) -> Result<Self> {
        let db = db::Db::open(&config.database).await?;
        let files = files::store::Store::open(&config.files)?;
        let pix = config.pix.as_ref().map(pix::Pix::new).transpose()?.map(Arc::new);
        Ok(Self {
            db,
            files,
            clock: clock::Clock::new(config.time_zone),
            config: Arc::new(config),
            bell: Arc::default(),
            pix,
            pictures: pictures::Pictures::default(),
        })
    }

    /// A new id: UUIDv7, so that rows of one moment lie side by side.
    #[must_use]
    pub fn id<T: From<Uuid>>(&self) -> T {
        T::from(Uuid::now_v7())
    }
}
