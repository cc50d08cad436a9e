//! Every verb through the front door, on SQLite and on PostgreSQL. One binary: linking is what takes time.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, unused_crate_dependencies)]

mod imports;
mod sign_in;
