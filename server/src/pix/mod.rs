//! Pix charges through the API of the creditor's provider: asked for by customers, paid in their bank's program, settled by what the
//! provider says.
//!
//! Never makes a code: what a customer sees is the provider's, read and held against what was asked. Never believes a webhook: it only
//! names what the provider is then asked about.

mod arrivals;
mod charges;
mod provider;
pub mod returns;
mod upkeep;
mod watch;

use crate::config::PixSettings;
use crate::error::Result;

pub use self::arrivals::{notified, read_list, take};
pub(crate) use self::charges::ours;
pub use self::charges::{Charge, ChargedBill, Paid, ask, of_customer, see};
pub use self::provider::{ChargeStatus, NewCharge, PixReturn, Provider, ProviderCharge, ProviderError, ReceivedPix, ReturnStatus, Until};
pub(crate) use self::upkeep::remove;
pub use self::upkeep::{check, run, set_webhook, tidy, webhook_secret};
pub use self::watch::{Change, follow, stop_waiting, watch};

/// Pix, where a provider of it is configured.
#[derive(Debug)]
pub struct Pix {
    /// The provider.
    pub provider: Provider,
    watched: watch::Watched,
}

impl Pix {
    /// A client of the provider that the settings name.
    ///
    /// # Errors
    /// [`crate::Error::Config`].
    pub fn new(settings: &PixSettings) -> Result<Self> {
        Ok(Self { provider: Provider::new(settings)?, watched: watch::Watched::default() })
    }
}
