//! What the screens promise as a whole. One binary: linking is what takes time.
#![cfg(feature = "ssr")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, unused_crate_dependencies, reason = "tests")]

mod design;
mod rights;
