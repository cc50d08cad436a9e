//! Archives: many files as one ZIP that is made while it is sent. Never holds a stored file in memory, and knows nothing of what is in
//! them. The same entries in the same order give the same bytes: nothing of the day or the machine goes in.
//!
//! Checksums stand behind each file, which is how a ZIP is written without going back. Every file is compressed, even a PDF, because
//! programs that read a ZIP from a stream find the end of a compressed file by itself, and of a stored one not at all.

use std::collections::HashSet;
use std::io::{self, BufWriter, Write};

use bytes::Bytes;
use futures::{Stream, StreamExt};
use tokio::sync::mpsc;
use zip::write::SimpleFileOptions;
use zip::{DateTime, ZipWriter};

use crate::error::Result;
use crate::{Server, files};

/// What an archive is called, and its bytes as they are made.
pub struct Archive<S> {
    /// Name of the file.
    pub name: String,
    /// The ZIP. What goes wrong on the way ends it with an error.
    pub bytes: S,
}

/// What one entry holds.
pub(crate) enum Content {
    /// These bytes.
    Bytes(Vec<u8>),
    /// A stored file, by its SHA-256: fetched when the entry before it is sent.
    Stored(String),
}

/// The entries as one ZIP, in their order.
pub(crate) fn stream(server: &Server, entries: Vec<(String, Content)>) -> impl Stream<Item = io::Result<Bytes>> + Send + 'static + use<> {
    let (sender, receiver) = mpsc::channel(8);
    let (server, runtime) = (server.clone(), tokio::runtime::Handle::current());
    tokio::task::spawn_blocking(move || {
        let (pipe, broken) = (Pipe(sender.clone()), sender);
        let open = |hash: &str| runtime.block_on(async { Ok(files::open(&server, hash).await?.file.into_std().await) });
        if let Err(error) = write(pipe, entries, open) {
            // When nobody listens any more, nobody need be told.
            let _ = broken.blocking_send(Err(error));
        }
    });
    let bytes = futures::stream::unfold(receiver, |mut receiver| async move { receiver.recv().await.map(|part| (part, receiver)) });
    // Whoever sends it may ask once more after its end.
    bytes.fuse()
}

fn write(pipe: Pipe, entries: Vec<(String, Content)>, open: impl Fn(&str) -> Result<std::fs::File>) -> io::Result<()> {
    // PDFs are compressed already: the least effort makes their ZIP as small as the most. The time is that of every entry: 1980-01-01.
    let options = SimpleFileOptions::default().compression_level(Some(1)).last_modified_time(DateTime::default());
    let mut zip = ZipWriter::new_stream(BufWriter::with_capacity(64 * 1024, pipe));
    for (name, content) in entries {
        match content {
            Content::Bytes(bytes) => {
                zip.start_file(name, options)?;
                zip.write_all(&bytes)?;
            }
            Content::Stored(hash) => {
                let mut file = open(&hash).map_err(io::Error::other)?;
                zip.start_file(name, options)?;
                io::copy(&mut file, &mut zip)?;
            }
        }
    }
    zip.finish()?.into_inner().flush()
}

/// Writes into a stream, and waits for whoever reads it.
struct Pipe(mpsc::Sender<io::Result<Bytes>>);

impl Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let gone = |_| io::Error::from(io::ErrorKind::BrokenPipe);
        self.0.blocking_send(Ok(Bytes::copy_from_slice(bytes))).map_err(gone)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A name that a computer opens with the right program: with the ending of its type.
pub(crate) fn named(name: &str, media_type: &str) -> String {
    let ending = match media_type {
        "application/pdf" => ".pdf",
        "application/xml" => ".xml",
        "image/jpeg" => ".jpg",
        "image/png" => ".png",
        _ => "",
    };
    let low = name.to_lowercase();
    if low.ends_with(ending) || (ending == ".jpg" && low.ends_with(".jpeg")) { name.to_owned() } else { format!("{name}{ending}") }
}

/// A name that no other file of the archive has, however a file system compares them, that leads out of no folder, and that Windows can
/// write: without `<>:"|?*`, and with no point or blank at its end.
pub(crate) fn unique(names: &mut HashSet<String>, folder: &str, name: &str) -> String {
    let clean = |text: &str| {
        let plain = |c: char| if c.is_control() || "/\\:<>\"|?*".contains(c) { '-' } else { c };
        let text: String = text.chars().map(plain).collect();
        text.trim_matches(['.', ' ']).to_owned()
    };
    let (folder, name) = (if folder.is_empty() { String::new() } else { format!("{}/", clean(folder)) }, clean(name));
    let (stem, ending) = name.rsplit_once('.').map_or((name.as_str(), String::new()), |(stem, ending)| (stem, format!(".{ending}")));
    let mut full = format!("{folder}{name}");
    let mut n = 2;
    while !names.insert(full.to_lowercase()) {
        full = format!("{folder}{stem} ({n}){ending}");
        n += 1;
    }
    full
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_apart_and_inside() {
        let mut names = HashSet::new();
        let mut name = |folder: &str, name: &str| unique(&mut names, folder, name);
        assert_eq!(name("2026-11", "nota.pdf"), "2026-11/nota.pdf");
        assert_eq!(name("2026-11", "nota.pdf"), "2026-11/nota (2).pdf");
        assert_eq!(name("2026-11", "nota.pdf"), "2026-11/nota (3).pdf");
        assert_eq!(name("", "../../etc/passwd"), "-..-etc-passwd");
        assert_eq!(name("2026-11", "NOTA.pdf"), "2026-11/NOTA (4).pdf");
        assert_eq!(name("..", " con?<>. "), "/con---");
        assert_eq!((named("nota", "application/pdf").as_str(), named("n.PDF", "application/pdf").as_str()), ("nota.pdf", "n.PDF"));
        assert_eq!(name("", "carta"), "carta");
        assert_eq!(name("", "carta"), "carta (2)");
    }
}
