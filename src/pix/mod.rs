//! Pix: the text behind a QR code, keys, transaction ids.
//!
//! Never asks who a key belongs to: only the receiving institution's look-up in the DICT tells. A key that reads well may
//! still be somebody else's.

pub mod br_code;
pub mod keys;
pub mod txid;
