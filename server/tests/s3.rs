//! An S3 server of somebody else's making, on a free port and a folder of its own, that can be stopped and cut off.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::error_handling::HandleError;
use axum::http::StatusCode;
use s3s::auth::SimpleAuth;
use s3s::service::S3ServiceBuilder;
use s3s_fs::FileSystem;
use server::config::Sources;
use server::files::place::Place;
use server::files::store::Store;
use server::testing::TestServer;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;

pub(crate) const SECRET: &str = "a secret that nobody may read";
const ACCESS_KEY: &str = "EMDIATEST";
const BUCKET: &str = "emdia";

pub(crate) struct S3 {
    runtime: Option<Runtime>,
    address: SocketAddr,
    folder: tempfile::TempDir,
}

impl S3 {
    pub(crate) fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(folder.path().join("s3").join(BUCKET)).unwrap();
        let mut s3 = Self { runtime: None, address: ([127, 0, 0, 1], 0).into(), folder };
        s3.again();
        s3
    }

    /// Starts it again, at the same address and with what it had.
    pub(crate) fn again(&mut self) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let mut service = S3ServiceBuilder::new(FileSystem::new(self.folder.path().join("s3")).unwrap());
        service.set_auth(SimpleAuth::from_single(ACCESS_KEY, SECRET));
        let service = HandleError::new(service.build(), |_| async { StatusCode::INTERNAL_SERVER_ERROR });
        let listener = std::net::TcpListener::bind(self.address).unwrap();
        listener.set_nonblocking(true).unwrap();
        self.address = listener.local_addr().unwrap();
        runtime.spawn(async move {
            let listener = TcpListener::from_std(listener).unwrap();
            axum::serve(listener, Router::new().fallback_service(service)).await.unwrap();
        });
        self.runtime = Some(runtime);
    }

    /// Goes away, with every connection.
    pub(crate) fn stop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
        // Its listener is closed by its own threads, a moment later.
        while std::net::TcpStream::connect(self.address).is_ok() {
            std::thread::yield_now();
        }
    }

    /// Where it keeps what lies in our part of the bucket.
    pub(crate) fn disk(&self) -> PathBuf {
        self.folder.path().join("s3").join(BUCKET).join("portal/files")
    }

    pub(crate) fn settings(&self) -> Vec<(&'static str, String)> {
        vec![
            ("files", format!("s3://{BUCKET}/portal/files")),
            ("files_endpoint", format!("http://{}", self.address)),
            ("files_http", "true".into()),
            ("files_access_key", ACCESS_KEY.into()),
            ("files_secret", SECRET.into()),
            ("files_incoming", self.incoming().display().to_string()),
        ]
    }

    pub(crate) fn incoming(&self) -> PathBuf {
        self.folder.path().join("incoming")
    }

    /// Its place, with some settings said otherwise.
    pub(crate) fn place(&self, otherwise: &[(&'static str, &str)]) -> Place {
        let otherwise = otherwise.iter().map(|(key, value)| (*key, (*value).to_owned()));
        let settings = self.settings().into_iter().chain(otherwise);
        settings.fold(Sources::default(), |sources, (key, value)| sources.set("test", key, value)).files().unwrap()
    }

    pub(crate) fn store(&self) -> Store {
        Store::open(&self.place(&[])).unwrap()
    }

    /// The same server of ours, with its files here.
    pub(crate) fn keeps(&self, t: TestServer) -> TestServer {
        moved(t, self.place(&[]))
    }

    /// A way to it that breaks for good after so many bytes from us, or from it.
    pub(crate) async fn breaking(&self, from_us: usize, from_it: usize) -> Place {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (to, left) = (self.address, Arc::new((AtomicUsize::new(from_us), AtomicUsize::new(from_it))));
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                let left = Arc::clone(&left);
                tokio::spawn(async move {
                    let Ok(far) = TcpStream::connect(to).await else { return };
                    let ((near_in, near_out), (far_in, far_out)) = (near.into_split(), far.into_split());
                    tokio::select! {
                        () = relay(near_in, far_out, &left.0) => {}
                        () = relay(far_in, near_out, &left.1) => {}
                    }
                });
            }
        });
        self.place(&[("files_endpoint", &format!("http://{address}"))])
    }
}

impl Drop for S3 {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

async fn relay(mut from: impl AsyncReadExt + Unpin, mut to: impl AsyncWriteExt + Unpin, left: &AtomicUsize) {
    let mut buffer = vec![0; 16 * 1024];
    while let Ok(read @ 1..) = from.read(&mut buffer).await {
        let may = left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| Some(left.saturating_sub(read))).unwrap();
        if may < read || to.write_all(&buffer[..read]).await.is_err() {
            return;
        }
    }
}

/// The same server of ours, with its files in another place.
pub(crate) fn moved(mut t: TestServer, place: Place) -> TestServer {
    t.server.files = Store::open(&place).unwrap();
    Arc::make_mut(&mut t.server.config).files = place;
    t
}

/// How many files lie in a folder, at any depth.
pub(crate) fn files_in(folder: &Path) -> usize {
    let Ok(entries) = std::fs::read_dir(folder) else { return 0 };
    entries.map(|entry| entry.unwrap().path()).map(|path| if path.is_dir() { files_in(&path) } else { 1 }).sum()
}
