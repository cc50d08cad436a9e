//! Files in an S3-compatible bucket. Never holds more than one part of a file in memory, and never waits for ever: a few tries,
//! a few seconds each, then it says what is wrong.

use std::path::Path as FilePath;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures::stream::{BoxStream, StreamExt, TryStreamExt};
use object_store::aws::{AmazonS3, AmazonS3Builder};
use object_store::path::Path;
use object_store::{BackoffConfig, ClientOptions, MultipartUpload, ObjectStore, ObjectStoreExt, RetryConfig};
use sha2::{Digest, Sha256};
use tokio::fs::File;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::place::BucketPlace;
use super::store::{Found, Trouble, hash_of};
use crate::error::{Error, Result};

/// What is sent at once: the least that S3 takes as a part ("Multipart upload limits": 5 MiB), so a file of 10 MiB is two of them.
const PART: usize = 5 * 1024 * 1024;
/// A part at 2 Mbit/s takes 21 seconds.
const REQUEST: Duration = Duration::from_secs(30);
const CONNECT: Duration = Duration::from_secs(3);
/// For requests that carry nothing.
const SHORT: Duration = Duration::from_secs(5);
/// After the first try.
const TRIES: usize = 3;
/// No further try begins later than this.
const TRYING: Duration = Duration::from_secs(10);

/// A bucket, opened.
#[derive(Clone)]
pub(super) struct Bucket {
    store: Arc<AmazonS3>,
    prefix: Path,
}

impl std::fmt::Debug for Bucket {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Bucket({:?})", self.prefix.as_ref())
    }
}

impl Bucket {
    /// Makes the client; asks nothing of the server yet.
    pub(super) fn open(place: &BucketPlace) -> Result<Self> {
        crate::choose_cryptography();
        let retry = RetryConfig {
            backoff: BackoffConfig { init_backoff: Duration::from_millis(100), max_backoff: Duration::from_secs(2), base: 3.0 },
            max_retries: TRIES,
            retry_timeout: TRYING,
        };
        let plain = place.endpoint.as_deref().is_some_and(|endpoint| endpoint.starts_with("http://"));
        let mut builder = AmazonS3Builder::new()
            .with_bucket_name(&place.bucket)
            .with_region(&place.region)
            .with_access_key_id(&place.access_key)
            .with_secret_access_key(&place.secret.0)
            .with_virtual_hosted_style_request(!place.path_style)
            .with_client_options(ClientOptions::new().with_connect_timeout(CONNECT).with_timeout(REQUEST).with_allow_http(plain))
            .with_retry(retry)
            // What not every server understands, and we do not need.
            .with_disable_tagging(true)
            .with_disable_bulk_delete(true);
        if let Some(endpoint) = &place.endpoint {
            // With the bucket in the host's name it is for us to put it there.
            let endpoint = match endpoint.split_once("://") {
                Some((scheme, host)) if !place.path_style => format!("{scheme}://{}.{host}", place.bucket),
                _ => endpoint.clone(),
            };
            builder = builder.with_endpoint(endpoint);
        }
        let store = builder.build().map_err(|_| Error::Config("files: no client can be made of these settings".into()))?;
        Ok(Self { store: Arc::new(store), prefix: Path::from(place.prefix.as_str()) })
    }

    fn at(&self, key: &str) -> Path {
        key.split('/').fold(self.prefix.clone(), |path, part| path.join(part))
    }

    /// Sends a file; it is there as a whole when this returns, or not at all.
    pub(super) async fn put(&self, from: &FilePath, key: &str) -> Result<()> {
        let mut file = File::open(from).await?;
        let to = self.at(key);
        let first = part(&mut file).await?;
        if first.len() < PART {
            self.store.put(&to, first.into()).await.map_err(|error| trouble(&error))?;
            return Ok(());
        }
        let mut upload = self.store.put_multipart(&to).await.map_err(|error| trouble(&error))?;
        let sent = send(&mut *upload, first, &mut file).await;
        if sent.is_err() {
            // What the server keeps of it costs room until its own rules sweep it; it is no file meanwhile.
            let _ = tokio::time::timeout(SHORT, upload.abort()).await;
        }
        sent
    }

    /// Copies a file to this machine's disk: the handle, how many bytes, and their SHA-256. None where there is none.
    pub(super) async fn get(&self, key: &str, to: &FilePath) -> Result<Option<(File, u64, String)>> {
        let answer = match self.store.get(&self.at(key)).await {
            Ok(answer) => answer,
            Err(error @ object_store::Error::NotFound { .. }) if code(&error).as_deref() != Some("NoSuchBucket") => return Ok(None),
            Err(error) => return Err(trouble(&error)),
        };
        let mut stream = answer.into_stream();
        let mut file = File::options().read(true).write(true).create_new(true).open(to).await?;
        let (mut hasher, mut size) = (Sha256::new(), 0u64);
        while let Some(bytes) = stream.next().await {
            let bytes = bytes.map_err(|error| trouble(&error))?;
            hasher.update(&bytes);
            size += bytes.len() as u64;
            file.write_all(&bytes).await?;
        }
        file.flush().await?;
        Ok(Some((file, size, hex::encode(hasher.finalize()))))
    }

    pub(super) async fn remove(&self, key: &str) -> Result<()> {
        match in_short(self.store.delete(&self.at(key))).await? {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(trouble(&error)),
        }
    }

    pub(super) fn list(&self) -> BoxStream<'static, Result<Found>> {
        let prefix = self.prefix.clone();
        self.store
            .list(Some(&self.prefix))
            .map_err(|error| trouble(&error))
            .try_filter_map(move |object| {
                let key: Vec<_> = object.location.prefix_match(&prefix).into_iter().flatten().collect();
                let key = key.iter().map(AsRef::as_ref).collect::<Vec<&str>>().join("/");
                let found = hash_of(&key).map(|hash| Found { hash: hash.to_owned(), size: object.size, at: object.last_modified });
                futures::future::ready(Ok(found))
            })
            .boxed()
    }

    /// Asks for one of the 256 folders: that needs the bucket, the key and its secret, and is a short answer.
    pub(super) async fn check(&self) -> Result<()> {
        in_short(self.store.list_with_delimiter(Some(&self.at("00")))).await?.map(|_| ()).map_err(|error| trouble(&error))
    }
}

async fn in_short<T>(request: impl Future<Output = T>) -> Result<T> {
    tokio::time::timeout(SHORT, request).await.map_err(|_| Error::Files(Trouble::Unreachable))
}

/// Sends all parts, one after the other, and closes.
async fn send(upload: &mut dyn MultipartUpload, mut next: Bytes, file: &mut File) -> Result<()> {
    while !next.is_empty() {
        upload.put_part(next.into()).await.map_err(|error| trouble(&error))?;
        next = part(file).await?;
    }
    upload.complete().await.map_err(|error| trouble(&error))?;
    Ok(())
}

/// The next part of a file; shorter than the others at its end, and empty after it.
async fn part(file: &mut File) -> Result<Bytes> {
    let mut bytes = BytesMut::with_capacity(PART);
    while bytes.len() < PART {
        let left = PART - bytes.len();
        if (&mut *file).take(left as u64).read_buf(&mut bytes).await? == 0 {
            break;
        }
    }
    Ok(bytes.freeze())
}

/// What went wrong, without the server's words.
fn trouble(error: &object_store::Error) -> Error {
    use object_store::Error as E;
    Error::Files(match (error, code(error)) {
        (_, Some(code)) if code == "NoSuchBucket" => Trouble::NoBucket,
        (E::PermissionDenied { .. } | E::Unauthenticated { .. }, _) => Trouble::Refused,
        // A list that is refused comes without its status.
        (_, Some(code)) if ["AccessDenied", "InvalidAccessKeyId", "NotSignedUp", "SignatureDoesNotMatch"].contains(&code.as_str()) => {
            Trouble::Refused
        }
        (_, Some(code)) => Trouble::Failed(code),
        (E::NotFound { .. }, None) => Trouble::NoBucket,
        (E::Generic { .. }, None) if untrusted(error) => Trouble::Untrusted,
        (E::Generic { .. }, None) => Trouble::Unreachable,
        _ => Trouble::Failed(String::new()),
    })
}

fn untrusted(error: &object_store::Error) -> bool {
    let first: &dyn std::error::Error = error;
    std::iter::successors(Some(first), |error| error.source()).any(|error| error.to_string().contains("invalid peer certificate"))
}

/// The code of S3's answer, as `SlowDown`, out of the text that is made of it.
fn code(error: &object_store::Error) -> Option<String> {
    let text = error.to_string();
    let code = text.split_once("<Code>")?.1.split_once("</Code>")?.0;
    (code.len() <= 60 && code.bytes().all(|byte| byte.is_ascii_alphanumeric())).then(|| code.to_owned())
}
