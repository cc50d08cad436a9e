//! What people see: pages rendered on the server, islands that come alive in the browser, server functions that people's
//! forms post to. Never knows SQL, never decides a rule, never words a sentence.
//!
//! A page is an axum handler that asks a verb of `server` and draws the answer; a form posts to a server function, which asks
//! one verb and leads on. Only islands, their rules (`domain`) and the server functions' names are compiled for the browser.
#![recursion_limit = "256"]

#[cfg(feature = "ssr")]
mod acceptances;
pub mod activities;
pub mod agreements;
#[cfg(feature = "ssr")]
pub mod app;
#[cfg(feature = "ssr")]
pub mod asked;
#[cfg(feature = "ssr")]
pub mod assets;
pub mod audit;
pub mod authenticity;
pub mod bills;
pub mod brand;
#[cfg(feature = "ssr")]
pub mod claims;
#[cfg(feature = "ssr")]
pub mod credits;
pub mod customers;
#[cfg(feature = "ssr")]
pub mod dashboard;
pub mod default_notices;
pub mod demands;
#[cfg(feature = "ssr")]
pub mod demo;
pub mod disputes;
pub mod documents;
#[cfg(feature = "ssr")]
pub mod dossiers;
#[cfg(feature = "ssr")]
pub mod download;
#[cfg(feature = "ssr")]
pub mod drafts;
#[cfg(feature = "ssr")]
pub mod exports;
pub mod flags;
#[cfg(feature = "ssr")]
pub mod guarantees;
pub mod help;
pub mod holidays;
#[cfg(feature = "ssr")]
pub mod http;
pub mod incidents;
pub mod islands;
#[cfg(feature = "ssr")]
pub mod mending;
pub mod notices;
#[cfg(feature = "ssr")]
pub mod page;
#[cfg(feature = "ssr")]
pub mod paths;
pub mod pix;
pub mod placements;
pub mod policies;
pub mod post;
pub mod promises;
pub mod receipts;
pub mod reconciliation;
pub mod refunds;
pub mod remessas;
pub mod requests;
pub mod sign_in;
#[cfg(feature = "ssr")]
pub mod site;
pub mod slips;
pub mod statement;
#[cfg(feature = "ssr")]
pub mod suspensions;
pub mod systems;
pub mod team;
pub mod templates;
#[cfg(feature = "ssr")]
pub mod ui;
pub mod uploads;
#[cfg(feature = "ssr")]
pub mod visitor;
#[cfg(feature = "ssr")]
pub mod wording;
pub mod write_offs;

/// Starts the islands of a page.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_islands();
}
