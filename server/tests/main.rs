//! Every verb through the front door, on SQLite and on PostgreSQL. One binary: linking is what takes time.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, unused_crate_dependencies)]

mod agreements;
mod disputes;
mod files;
mod receipts;
mod refunds;
mod requests;
mod sign_in;
