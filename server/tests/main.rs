//! Every verb through the front door, on SQLite and on PostgreSQL. One binary: linking is what takes time.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, unused_crate_dependencies)]

mod agreements;
mod api;
mod api_shapes;
mod authenticity;
mod backup;
mod bills;
mod creditor;
mod customers;
mod dashboard;
mod declarations;
mod demo;
mod disputes;
mod documents;
mod exports;
mod files;
mod imports;
mod notices;
mod papers;
mod pdf;
mod pix;
mod pix_returns;
mod receipts;
mod reconciliation;
mod refunds;
mod remessas;
mod requests;
mod s3;
mod sign_in;
mod slips;
mod statement;
mod team;
mod webhooks;
