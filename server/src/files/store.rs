//! The one door to the bytes of files, whether they lie in a folder or in a bucket: under their SHA-256, `ab/cd/abcd…`, never
//! changed once they are there. Knows no database, and never hands out bytes without saying whether they are the right ones.

use std::io::SeekFrom;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use futures::stream::BoxStream;
use sha2::{Digest, Sha256};
use tokio::fs::File;
use tokio::io::{AsyncReadExt, AsyncSeekExt};
use uuid::Uuid;

use super::bucket::Bucket;
use super::folder;
use super::place::Place;
use crate::error::{Error, Result};

/// Where what comes lies until it is whole and known, below a folder of files.
const INCOMING: &str = "incoming";

/// A place for files, opened.
#[derive(Clone, Debug)]
pub struct Store {
    kind: Kind,
    incoming: Arc<Path>,
}

#[derive(Clone, Debug)]
enum Kind {
    Folder(Arc<Path>),
    Bucket(Bucket),
}

/// Why a bucket did not do what was asked. Without its words: those may repeat keys and signatures.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    /// No connection, or no answer in time.
    #[error("not reached")]
    Unreachable,
    /// Its server is another one, or its certificate is signed by nobody this machine trusts.
    #[error("certificate not trusted")]
    Untrusted,
    /// The access key, its secret, or what it is allowed to do.
    #[error("access refused")]
    Refused,
    /// There is no such bucket.
    #[error("no such bucket")]
    NoBucket,
    /// Anything else, by the server's own code.
    #[error("failed with {0:?}")]
    Failed(String),
}

/// A file on its way, on this machine's disk; gone when this is dropped, unless it was put into its place.
#[derive(Debug)]
pub struct Incoming(PathBuf);

impl Incoming {
    /// Where it is written.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Incoming {
    fn drop(&mut self) {
        // Nothing to remove when it was moved; what cannot be removed now is swept later.
        let _ = std::fs::remove_file(&self.0);
    }
}

/// A file, on this machine's disk and ready to be read from its beginning.
#[derive(Debug)]
pub struct Got {
    /// The bytes.
    pub file: File,
    /// How many.
    pub size: u64,
    /// Whether they are what was put there: their SHA-256 is their name.
    pub whole: bool,
}

/// What a place holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// SHA-256 of the bytes, in hexadecimal.
    pub hash: String,
    /// How many bytes.
    pub size: u64,
    /// When it was put there.
    pub at: DateTime<Utc>,
}

impl Store {
    /// Opens a place, without entering it yet.
    ///
    /// # Errors
    /// Settings that no client can be made of.
    pub fn open(place: &Place) -> Result<Self> {
        Ok(match place {
            Place::Folder(path) => Self { incoming: path.join(INCOMING).into(), kind: Kind::Folder(path.as_path().into()) },
            Place::Bucket(place) => Self { incoming: place.incoming.as_path().into(), kind: Kind::Bucket(Bucket::open(place)?) },
        })
    }

    /// A place for a file that comes.
    ///
    /// # Errors
    /// A folder that cannot be made.
    pub async fn incoming(&self) -> Result<Incoming> {
        tokio::fs::DirBuilder::new().recursive(true).mode(0o700).create(&*self.incoming).await?;
        Ok(Incoming(self.incoming.join(format!("{}.part", Uuid::now_v7()))))
    }

    /// The folder of what comes.
    pub(super) fn incoming_folder(&self) -> &Path {
        &self.incoming
    }

    /// Puts a whole file into its place; durable when this returns. Twice is once, and puts right what was damaged.
    ///
    /// The caller vouches for `hash`: what [`Store::get`] finds is held against it.
    ///
    /// # Errors
    /// The disk's; [`Trouble`]. Nothing is half there then.
    pub async fn put(&self, file: Incoming, hash: &str) -> Result<()> {
        match &self.kind {
            Kind::Folder(root) => folder::put(&file.0, &root.join(key(hash)?)).await,
            Kind::Bucket(bucket) => bucket.put(&file.0, &key(hash)?).await,
        }
    }

    /// A file, read once and held against its name before anybody sees a byte of it. Out of a bucket it is first copied to this
    /// machine's disk, where it has no name and ends with its handle. None where there is none.
    ///
    /// # Errors
    /// The disk's; [`Trouble`].
    pub async fn get(&self, hash: &str) -> Result<Option<Got>> {
        let (mut file, size, found) = match &self.kind {
            Kind::Folder(root) => {
                let mut file = match File::open(root.join(key(hash)?)).await {
                    Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
                    file => file?,
                };
                let (found, size) = digest(&mut file).await?;
                (file, size, found)
            }
            Kind::Bucket(bucket) => {
                let incoming = self.incoming().await?;
                let Some(copied) = bucket.get(&key(hash)?, incoming.path()).await? else { return Ok(None) };
                copied
            }
        };
        file.seek(SeekFrom::Start(0)).await?;
        Ok(Some(Got { file, size, whole: found == hash }))
    }

    /// Removes a file; one that is not there is removed already.
    ///
    /// # Errors
    /// The disk's; [`Trouble`], after five seconds at most.
    pub async fn remove(&self, hash: &str) -> Result<()> {
        match &self.kind {
            Kind::Folder(root) => folder::remove(&root.join(key(hash)?)).await,
            Kind::Bucket(bucket) => bucket.remove(&key(hash)?).await,
        }
    }

    /// Everything that is there, but for what is still coming. Ordered by nothing.
    #[must_use]
    pub fn list(&self) -> BoxStream<'static, Result<Found>> {
        match &self.kind {
            Kind::Folder(root) => folder::list(root),
            Kind::Bucket(bucket) => bucket.list(),
        }
    }

    /// Whether the place can be entered.
    ///
    /// # Errors
    /// The disk's; [`Trouble`], after five seconds at most.
    pub async fn check(&self) -> Result<()> {
        match &self.kind {
            Kind::Folder(root) => tokio::fs::create_dir_all(root).await.map_err(Into::into),
            Kind::Bucket(bucket) => bucket.check().await,
        }
    }
}

/// SHA-256 of what is left of a file, and how many bytes that is.
pub(crate) async fn digest(file: &mut File) -> Result<(String, u64)> {
    let (mut hasher, mut size) = (Sha256::new(), 0u64);
    let mut buffer = vec![0; 256 * 1024];
    loop {
        let read = file.read(&mut buffer).await?;
        if read == 0 {
            return Ok((hex::encode(hasher.finalize()), size));
        }
        hasher.update(buffer.get(..read).unwrap_or_default());
        size += read as u64;
    }
}

/// The key of a hash: `ab/cd/abcd…`.
///
/// # Errors
/// Something that is no SHA-256: a path is never made of what is not.
pub(crate) fn key(hash: &str) -> Result<String> {
    if !is_hash(hash) {
        return Err(Error::Corrupt("file hash"));
    }
    Ok(format!("{}/{}/{hash}", &hash[..2], &hash[2..4]))
}

/// The hash of a key, if it is one that [`key`] makes.
pub(crate) fn hash_of(key: &str) -> Option<&str> {
    let hash = key.rsplit('/').next()?;
    (is_hash(hash) && key == format!("{}/{}/{hash}", &hash[..2], &hash[2..4])).then_some(hash)
}

fn is_hash(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_made_of_a_hash_alone() {
        let hash = crate::sealing::sha256(b"");
        assert_eq!(key(&hash).unwrap(), format!("e3/b0/{hash}"));
        assert_eq!(hash_of(&key(&hash).unwrap()), Some(hash.as_str()));
        for hash in ["", "../../../etc/passwd", &"g".repeat(64), &"A".repeat(64)] {
            assert!(key(hash).is_err());
        }
        for other in [hash.clone(), format!("aa/b0/{hash}"), format!("x/e3/b0/{hash}"), "incoming/x.part".to_owned()] {
            assert_eq!(hash_of(&other), None, "{other}");
        }
    }
}
