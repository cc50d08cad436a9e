//! Identifiers of the things Em Dia keeps. Never made here: a new one needs a clock and chance, which the server has.
//!
//! Each is a UUID in a type of its own, so that a bill's cannot be handed where a payment's is meant.
//!
//! ```
//! use domain::ids::{BillId, PaymentId};
//! let bill: BillId = "0190a5c2-0000-7000-8000-000000000001".parse()?;
//! assert_eq!(bill.to_string(), "0190a5c2-0000-7000-8000-000000000001");
//! assert!("0190a5c2".parse::<PaymentId>().is_err());
//! # Ok::<(), uuid::Error>(())
//! ```
//!
//! ```compile_fail
//! # use domain::ids::{BillId, PaymentId};
//! # fn settle(payment: PaymentId) {}
//! # let bill = BillId::from(uuid::Uuid::nil());
//! settle(bill); // mismatched types
//! ```

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! id {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }

        impl From<$name> for Uuid {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(text).map(Self)
            }
        }
    )*};
}

id! {
    /// A customer: a person or a company that has contracts with the creditor, or that acts for one.
    CustomerId;
    /// A contract between a customer and the creditor.
    ContractId;
    /// A bill: a receivable with a due date.
    BillId;
    /// One line of the append-only ledger.
    EntryId;
    /// A boleto (and/or Pix charge) registered with the bank.
    SlipId;
    /// Money the bank says it received.
    PaymentId;
    /// What a customer asked for and staff answers.
    RequestId;
    /// A charge through the API Pix, for one or several bills.
    PixChargeId;
    /// An agreement to pay in installments.
    AgreementId;
    /// A document made available to a customer (NFS-e, letter, term).
    DocumentId;
    /// A file a customer or a member of staff uploaded.
    UploadId;
    /// A notice sent to a customer.
    NoticeId;
    /// A member of the creditor's staff.
    StaffId;
    /// A signed-in browser.
    SessionId;
    /// A key of the HTTP API.
    ApiKeyId;
    /// An address that webhooks go to.
    EndpointId;
    /// One webhook on its way to one address.
    DeliveryId;
}
