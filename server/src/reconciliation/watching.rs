//! A folder that is watched for return files: whatever transfers the bank's files puts them there, and they are applied by
//! themselves, in the bank's order. Never deletes a file: it goes to `applied`, or to `refused` with the reason beside it.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use chrono::{DateTime, Days, Utc};
use uuid::Uuid;

use super::{LARGEST, Options, RECEIVERS, Refused, apply, reading};
use crate::error::{Error, Result};
use crate::sealing::sha256;
use crate::sessions::{Hand, Staff};
use crate::texts::Locale;
use crate::{Server, sql};

/// Between two looks.
const EVERY: Duration = Duration::from_secs(15);
/// A file that was written to a moment ago may still be on its way.
const SETTLED: Duration = Duration::from_secs(10);
/// How long staff are shown what was refused.
const SHOWN_DAYS: u64 = 7;

/// Looks into the folder of the setting `returns` for as long as the process runs; at once over where there is none. Any number
/// of processes may: two at one file share it.
pub async fn run(server: Server) {
    let Some(folder) = server.config.returns.clone() else { return };
    loop {
        if let Err(error) = look(&server, &folder, SETTLED).await {
            tracing::error!(%error, "looking for return files");
        }
        tokio::time::sleep(EVERY).await;
    }
}

/// Applies what lies in a folder and has not been written to for a while. Says how many files were applied, and how many refused.
/// A file that cannot be applied now, because the database is away, stays for the next look.
///
/// # Errors
/// The disk's; the database's, when a refusal cannot be noted.
pub async fn look(server: &Server, folder: &Path, settled: Duration) -> Result<(usize, usize)> {
    let mut waiting = Vec::new();
    for path in lying(folder, settled).await? {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if tokio::fs::metadata(&path).await?.len() > u64::from(LARGEST) {
            refuse(server, folder, &path, &name, None, &Refused::TooLong).await?;
            continue;
        }
        let bytes = tokio::fs::read(&path).await?;
        // In the bank's order; what cannot be read is refused by applying it.
        let order = reading::read(&bytes, server.clock.today()).ok().map(|file| (file.bank, file.agreement, file.date, file.sequence));
        waiting.push((order, name, path));
    }
    waiting.sort();
    let (mut applied, mut refused) = (0, 0);
    for (_, name, path) in waiting {
        let bytes = match tokio::fs::read(&path).await {
            Ok(bytes) => bytes,
            // Another process has put it away.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
            Err(error) => return Err(error.into()),
        };
        let hash = sha256(&bytes);
        match apply(server, Hand::Terminal, &name, bytes, Options::default(), |_, _| {}).await {
            Ok(report) => {
                tracing::info!(events = report.events, warnings = report.warnings.len(), "a return file was applied");
                applied += 1;
                put_away(&path, &folder.join("applied"), &name).await?;
            }
            // It came twice, or another process was at it: it is applied.
            Err(Refused::AppliedBefore { .. }) => drop(put_away(&path, &folder.join("applied"), &name).await?),
            Err(Refused::Server(error)) => tracing::error!(%error, "a return file waits for the next look"),
            Err(reason) => {
                refused += 1;
                refuse(server, folder, &path, &name, Some(&hash), &reason).await?;
            }
        }
    }
    Ok((applied, refused))
}

/// Files at rest, whose names do not say that they are on their way.
async fn lying(folder: &Path, settled: Duration) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut entries = tokio::fs::read_dir(folder).await?;
    while let Some(entry) = entries.next_entry().await? {
        let (name, about) = (entry.file_name().to_string_lossy().to_lowercase(), entry.metadata().await?);
        let on_its_way = name.starts_with('.') || [".part", ".tmp", ".filepart"].iter().any(|end| name.ends_with(end));
        let age = about.modified().ok().and_then(|at| SystemTime::now().duration_since(at).ok()).unwrap_or_default();
        if about.is_file() && !on_its_way && age >= settled {
            found.push(entry.path());
        }
    }
    Ok(found)
}

/// Moves a file into a folder beside it, under a name that is free. Answers with where it is; none when somebody else moved it.
async fn put_away(path: &Path, into: &Path, name: &str) -> Result<Option<PathBuf>> {
    tokio::fs::create_dir_all(into).await?;
    let mut to = into.join(name);
    if tokio::fs::try_exists(&to).await? {
        to = into.join(format!("{}-{name}", Uuid::now_v7().simple()));
    }
    match tokio::fs::rename(path, &to).await {
        Ok(()) => Ok(Some(to)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Notes why for staff, and beside the file.
async fn refuse(server: &Server, folder: &Path, path: &Path, name: &str, hash: Option<&str>, reason: &Refused) -> Result<()> {
    let told = reason.told(Locale::default(), server.config.time_zone);
    let Some(to) = put_away(path, &folder.join("refused"), name).await? else { return Ok(()) };
    let mut beside = to.into_os_string();
    beside.push(".txt");
    tokio::fs::write(beside, format!("{told}\n")).await?;
    tracing::warn!("a return file was refused");
    let name: String = name.chars().take(200).collect();
    let mut tx = server.db.write().await?;
    sql!(tx, execute: "insert into refused_return_files (id, name, file_hash, reason, at) values ($1, $2, $3, $4, $5)",
        server.id::<Uuid>(), name, hash.unwrap_or_default(), told, server.clock.now())?;
    tx.commit().await
}

/// A file of the watched folder that was not taken.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct RefusedFile {
    /// What it was called.
    pub name: String,
    /// Why, in words.
    pub reason: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// What was refused in the last days, the newest first; nothing of a file that was taken since.
///
/// # Errors
/// [`Error::Forbidden`].
pub async fn refused(server: &Server, staff: &Staff) -> Result<Vec<RefusedFile>, Error> {
    staff.only(RECEIVERS)?;
    let mut conn = server.db.read().await?;
    Ok(sql!(conn, all RefusedFile:
        "select r.name, r.reason, r.at from refused_return_files r
          where r.at >= $1 and not exists (select 1 from return_files f where f.file_hash = r.file_hash and f.received_at > r.at)
          order by r.at desc, r.id desc limit 20", server.clock.now() - Days::new(SHOWN_DAYS))?)
}
