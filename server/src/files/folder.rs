//! Files in a folder: placed by a rename on the same disk, so that none is ever half there.

use std::io;
use std::path::{Path, PathBuf};

use futures::stream::{self, BoxStream, StreamExt};

use super::store::{Found, hash_of};
use crate::error::{Error, Result};

/// Moves a whole file to its place and makes the move durable.
pub(super) async fn put(from: &Path, to: &Path) -> Result<()> {
    let folder = to.parent().ok_or(Error::Corrupt("file hash"))?;
    tokio::fs::create_dir_all(folder).await?;
    tokio::fs::rename(from, to).await?;
    tokio::fs::File::open(folder).await?.sync_all().await?;
    Ok(())
}

/// Removes a file, if it is there.
pub(super) async fn remove(path: &Path) -> Result<()> {
    match tokio::fs::remove_file(path).await {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}

/// Every file below a folder whose name is a hash in its place; the others are somebody else's, or still coming.
pub(super) fn list(root: &Path) -> BoxStream<'static, Result<Found>> {
    let root = root.to_owned();
    stream::try_unfold((root.clone(), vec![root]), |(root, mut open)| async move {
        let Some(folder) = open.pop() else { return Ok(None) };
        let found = files(&root, &folder, &mut open).await?;
        Ok(Some((stream::iter(found.into_iter().map(Ok)), (root, open))))
    })
    .map(|files: Result<_>| match files {
        Ok(files) => files.left_stream(),
        Err(error) => stream::iter([Err(error)]).right_stream(),
    })
    .flatten()
    .boxed()
}

/// The files of one folder; the folders in it are looked at later.
async fn files(root: &Path, folder: &Path, open: &mut Vec<PathBuf>) -> Result<Vec<Found>> {
    let mut entries = match tokio::fs::read_dir(folder).await {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let mut found = Vec::new();
    while let Some(entry) = entries.next_entry().await? {
        let path = entry.path();
        let data = match entry.metadata().await {
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            data => data?,
        };
        if data.is_dir() {
            open.push(path);
        } else if let Some(hash) = path.strip_prefix(root).ok().and_then(Path::to_str).and_then(hash_of) {
            found.push(Found { hash: hash.to_owned(), size: data.len(), at: data.modified()?.into() });
        }
    }
    Ok(found)
}
