//! What the program does at a terminal. Words for people are in the translations where a report is read by many; else here, in English.

pub mod data;
pub mod serve;
pub mod set_up;
