//! Signing in and out: customers by a one-time code, staff by password and authenticator.

pub mod api;
#[cfg(feature = "ssr")]
pub mod page;
