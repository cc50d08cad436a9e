//! The site's files: styles, scripts, WebAssembly, icons. Named by content, compressed once, kept in memory. Never anything private.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use axum::body::Bytes;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode, header};

/// What pages refer to, by the names the build gave.
#[derive(Clone, Debug, Default, serde::Serialize, serde::Deserialize)]
pub struct Manifest {
    /// The stylesheet.
    pub css: String,
    /// What the stylesheet has more in the rooms of staff.
    #[serde(default)]
    pub staff_css: String,
    /// The script that brings islands to life.
    pub islands: String,
    /// The script of the desk: keys, fresh counts.
    #[serde(default)]
    pub desk: String,
    /// The bindings of the WebAssembly module.
    pub js: String,
    /// The WebAssembly module.
    pub wasm: String,
    /// The icon.
    pub icon: String,
}

#[derive(Debug)]
struct Asset {
    plain: Bytes,
    brotli: Option<Bytes>,
    media_type: &'static str,
    immutable: bool,
}

/// The whole site, in memory: a megabyte at most.
#[derive(Clone, Debug, Default)]
pub struct Assets {
    /// Names for pages.
    pub manifest: Arc<Manifest>,
    files: Arc<HashMap<String, Asset>>,
}

impl Assets {
    /// Reads the folder that `emdia site` made.
    ///
    /// # Errors
    /// A folder that is not there, or was not made by it.
    pub fn load(folder: &Path) -> std::io::Result<Self> {
        let manifest = std::fs::read_to_string(folder.join("manifest.json"))?;
        let manifest = serde_json::from_str(&manifest).map_err(std::io::Error::other)?;
        let mut files = HashMap::new();
        read(folder, folder, &mut files)?;
        Ok(Self { manifest: Arc::new(manifest), files: Arc::new(files) })
    }

    /// Answers with a file, compressed where the browser takes it.
    #[must_use]
    pub fn serve(&self, path: &str, headers: &HeaderMap) -> Option<Response> {
        let asset = self.files.get(path)?;
        let takes_brotli =
            headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).is_some_and(|value| value.contains("br"));
        let cache = if asset.immutable { "public, max-age=31536000, immutable" } else { "public, max-age=3600" };
        let common = [(header::CONTENT_TYPE, asset.media_type), (header::CACHE_CONTROL, cache), (header::VARY, "accept-encoding")];
        Some(match &asset.brotli {
            Some(bytes) if takes_brotli => (StatusCode::OK, common, [(header::CONTENT_ENCODING, "br")], bytes.clone()).into_response(),
            _ => (StatusCode::OK, common, asset.plain.clone()).into_response(),
        })
    }
}

fn read(root: &Path, folder: &Path, files: &mut HashMap<String, Asset>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            read(root, &path, files)?;
            continue;
        }
        let name = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().into_owned();
        if name == "manifest.json" || name.ends_with(".br") {
            continue;
        }
        let brotli = std::fs::read(path.with_file_name(format!("{}.br", path.file_name().unwrap_or_default().to_string_lossy()))).ok();
        let asset = Asset {
            plain: std::fs::read(&path)?.into(),
            brotli: brotli.map(Bytes::from),
            media_type: media_type(&name),
            immutable: name.starts_with("pkg/"),
        };
        files.insert(format!("/{name}"), asset);
    }
    Ok(())
}

/// The type of a file of ours, by its ending.
fn media_type(name: &str) -> &'static str {
    match name.rsplit('.').next().unwrap_or("") {
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "wasm" => "application/wasm",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "txt" => "text/plain; charset=utf-8",
        "webmanifest" | "json" => "application/manifest+json",
        _ => "application/octet-stream",
    }
}
