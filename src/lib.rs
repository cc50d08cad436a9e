//! The rules of Em Dia: what is owed, what can be paid, what may be asked and who may decide it.
//!
//! Never does I/O, never reads a clock (`today` and `as_of` are arguments), never uses a float. It compiles to
//! WebAssembly and to the server, so a simulation in the browser and the decision on the server are one function.
#![deny(clippy::float_arithmetic, missing_docs)]

pub mod access_keys;
pub mod actors;
pub mod agreements;
pub mod bank_accounts;
pub mod boleto;
pub mod calendar;
pub mod charges;
pub mod cnab;
pub mod disputes;
pub mod forms;
pub mod ids;
pub mod indices;
pub mod money;
pub mod pix;
pub mod receipts;
pub mod refunds;
pub mod requests;
pub mod sign_in;
pub mod slips;
pub mod statement;
pub mod tax_ids;
pub mod words;
