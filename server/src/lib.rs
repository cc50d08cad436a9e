//! verbs
pub mod pdf;
