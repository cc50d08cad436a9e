//! Pix: the text behind a QR code, keys, transaction ids.
//!
//! Never asks who a key belongs to: only the receiving institution's look-up in the DICT tells. A key that reads well may
//! still be somebody else's.
//!
//! Amounts are centavos here and `523.47` in the codes. Sources: Banco Central, "Manual do BR Code", "Manual de padrões para
//! iniciação do Pix", API Pix 2.9.0 (`bacen/pix-api`) and DICT API (`bacen/pix-dict-api`).
//!
//! ```
//! use domain::pix::br_code::{BrCode, Charge};
//! use domain::pix::keys::{PixKey, PixKeyKind};
//! // The Banco Central's own example, of a static code with a random key.
//! let code = BrCode::parse("00020126580014br.gov.bcb.pix0136123e4567-e12b-12d1-a456-4266554400005204000053039865802BR\
//!     5913Fulano de Tal6008BRASILIA62070503***63041D3D")?;
//! let Some(Charge::Key { key, .. }) = &code.parts().charge else { panic!() };
//! assert_eq!(PixKey::from_dict(key)?.kind(), PixKeyKind::Random);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod br_code;
pub mod charges;
pub mod keys;
pub mod returns;
pub mod txid;
