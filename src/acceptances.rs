//! What a person binds themselves to with a one-time code of its own, besides the one they entered with.
//!
//! Never says what the code is for beyond its kind: what exactly is agreed to is in the fingerprint that the server keeps with it.

use crate::words::words;

words! {
    /// What a code is asked for.
    pub enum Purpose {
        /// To accept the terms of an agreement.
        Plan = "plan",
        /// To say where a refund goes.
        Refund = "refund",
    }
}
