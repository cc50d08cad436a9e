pub fn x() {}

#[cfg(feature = "ssr")]
pub mod ui;
