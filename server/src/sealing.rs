//! Secrets: what is sealed in the database, hashed for look-up, or signed for a browser. Keys never leave this module.
//!
//! One master key in the configuration; a key for each use is derived from it, so that no use can stand in for another.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::error::{Error, Result};

type HmacSha256 = Hmac<Sha256>;

/// The keys of one installation.
#[derive(Clone)]
pub struct Keys {
    seal: [u8; 32],
    hash: [u8; 32],
    sign: [u8; 32],
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Keys(…)")
    }
}

impl Keys {
    /// From 32 bytes written in base64.
    ///
    /// # Errors
    /// Anything else.
    pub fn from_base64(text: &str) -> Result<Self> {
        let bytes = STANDARD.decode(text.trim()).map_err(|_| Error::Config("secret_key: not base64".into()))?;
        let master: [u8; 32] = bytes.try_into().map_err(|_| Error::Config("secret_key: expected 32 bytes in base64".into()))?;
        Ok(Self { seal: derive(&master, "seal"), hash: derive(&master, "hash"), sign: derive(&master, "sign") })
    }

    /// A new master key, in base64.
    #[must_use]
    pub fn generate() -> String {
        STANDARD.encode(random::<32>())
    }

    /// Encrypts a text for one `purpose`; it opens for no other.
    ///
    /// # Errors
    /// None in practice: the cipher has no limit that a text of ours reaches.
    pub fn seal(&self, purpose: &str, text: &str) -> Result<String> {
        let nonce = random::<24>();
        let cipher = XChaCha20Poly1305::new(&self.seal.into());
        let sealed = cipher
            .encrypt(XNonce::from_slice(&nonce), Payload { msg: text.as_bytes(), aad: purpose.as_bytes() })
            .map_err(|_| Error::Corrupt("sealing"))?;
        let mut bytes = nonce.to_vec();
        bytes.extend(sealed);
        Ok(URL_SAFE_NO_PAD.encode(bytes))
    }

    /// Decrypts what [`Keys::seal`] made for the same purpose.
    ///
    /// # Errors
    /// Another key, another purpose, or an edited text.
    pub fn open(&self, purpose: &str, sealed: &str) -> Result<String> {
        let bytes = URL_SAFE_NO_PAD.decode(sealed).map_err(|_| Error::Corrupt("sealed text"))?;
        let (nonce, body) = bytes.split_at_checked(24).ok_or(Error::Corrupt("sealed text"))?;
        let cipher = XChaCha20Poly1305::new(&self.seal.into());
        let text = cipher
            .decrypt(XNonce::from_slice(nonce), Payload { msg: body, aad: purpose.as_bytes() })
            .map_err(|_| Error::Corrupt("sealed text"))?;
        String::from_utf8(text).map_err(|_| Error::Corrupt("sealed text"))
    }

    /// A keyed hash, for what must be compared or counted but not read: codes, documents in throttles.
    #[must_use]
    pub fn digest(&self, purpose: &str, text: &str) -> String {
        hex::encode(mac(&self.hash, &[purpose.as_bytes(), b"\0", text.as_bytes()]))
    }

    /// The key that signs session tokens.
    pub(crate) fn signing(&self) -> &[u8] {
        &self.sign
    }
}

/// Compares two digests in constant time.
#[must_use]
pub fn same(a: &str, b: &str) -> bool {
    a.as_bytes().ct_eq(b.as_bytes()).into()
}

/// The SHA-256 of some bytes, in hexadecimal.
#[must_use]
pub fn sha256(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// Random bytes from the operating system.
#[must_use]
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    // Without the system's random source no secret is safe: better no process than a guessable one.
    if getrandom::fill(&mut bytes).is_err() {
        std::process::abort();
    }
    bytes
}

/// Six decimal digits, each as likely as any other (a biased draw is drawn again).
#[must_use]
pub fn six_digits() -> String {
    loop {
        let draw = u32::from_le_bytes(random::<4>());
        if draw < u32::MAX - u32::MAX % 1_000_000 {
            return format!("{:06}", draw % 1_000_000);
        }
    }
}

fn derive(master: &[u8; 32], purpose: &str) -> [u8; 32] {
    mac(master, &[b"emdia/v1/", purpose.as_bytes()])
}

fn mac(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    // HMAC takes a key of any length.
    let Ok(mut mac) = <HmacSha256 as Mac>::new_from_slice(key) else { return [0; 32] };
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_for_its_purpose_alone() {
        let keys = Keys::from_base64(&Keys::generate()).unwrap();
        let sealed = keys.seal("bank account", "001/1234-5").unwrap();
        assert_eq!(keys.open("bank account", &sealed).unwrap(), "001/1234-5");
        assert!(keys.open("totp", &sealed).is_err());
        assert!(keys.open("bank account", &sealed.replace(&sealed[30..31], "_")).is_err() || sealed[30..31] == *"_");
        assert!(Keys::from_base64(&Keys::generate()).unwrap().open("bank account", &sealed).is_err());
        assert!(!sealed.contains("1234"));
    }

    #[test]
    fn a_key_must_be_32_bytes() {
        assert!(Keys::from_base64("abc").is_err());
        assert!(Keys::from_base64("").is_err());
    }
}
