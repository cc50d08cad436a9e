//! Forms that carry files: read part by part while the files go to disk, drawn with the same field everywhere.
//! Never holds a file in memory, and never keeps one of somebody who is not signed in.

pub mod progress;
#[cfg(feature = "ssr")]
pub mod received;
