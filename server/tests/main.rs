//! Every verb through the front door, on SQLite and on PostgreSQL. One binary: linking is what takes time.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, unused_crate_dependencies)]

mod authenticity;
mod bills;
mod customers;
mod demo;
mod documents;
mod imports;
mod notices;
mod pdf;
mod sign_in;
mod slips;
mod statement;
