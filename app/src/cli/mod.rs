//! What the program does at a terminal. Words for people are in the translations where a report is read by many; else here, in English.

pub(crate) mod data;
pub(crate) mod files;
pub(crate) mod remessas;
pub(crate) mod serve;
pub(crate) mod set_up;
pub(crate) mod systems;
