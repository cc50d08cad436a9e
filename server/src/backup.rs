//! Backup and restore: one ZIP with the database and every file, each entry with its SHA-256. Never holds the secret key, without which
//! sealed data (authenticators, refund accounts) stays sealed: keep the key in another place.
//!
//! A backup goes back into the kind of database it came from.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use futures::TryStreamExt;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use sqlx::AssertSqlSafe;
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

use crate::db::Db;
use crate::error::{Error, Result};
use crate::files::store::{self, Store};
use crate::{Server, config};

const MANIFEST: &str = "manifest.json";
const SQLITE_FILE: &str = "emdia.db";

/// Every table, those that others refer to first. A test compares it with the schema.
pub const TABLES: &[&str] = &[
    "creditor",
    "staff",
    "policies",
    "policy_drafts",
    "templates",
    "holidays",
    "bank_agreements",
    "customers",
    "name_words",
    "customer_words",
    "representations",
    "contracts",
    "representation_contracts",
    "guarantees",
    "contract_changes",
    "bills",
    "payments",
    "entries",
    "slips",
    "slip_bills",
    "slip_copies",
    "files",
    "documents",
    "papers",
    "dossiers",
    "incidents",
    "incident_bills",
    "invitations",
    "sessions",
    "codes",
    "throttles",
    "flashes",
    "protocol_numbers",
    "absences",
    "queue_views",
    "staff_settings",
    "contacts_before",
    "customer_flags",
    "agencies",
    "placements",
    "placement_bills",
    "write_offs",
    "write_off_bills",
    "write_off_files",
    "activities",
    "reach_holds",
    "promises",
    "promise_bills",
    "requests",
    "bill_notes",
    "request_bills",
    "request_events",
    "request_pauses",
    "uploads",
    "readings",
    "reading_marks",
    "replies",
    "receipts",
    "plan_offers",
    "acceptances",
    "agreements",
    "agreement_bills",
    "early_settlements",
    "early_installments",
    "installments",
    "disputes",
    "notices",
    "default_notices",
    "default_notice_bills",
    "demands",
    "demand_bills",
    "outbox",
    "mailbox",
    "audit_events",
    "imports",
    "return_files",
    "return_lines",
    "remessas",
    "remessa_lines",
    "pix_charges",
    "pix_charge_bills",
    "pix_payments",
    "pix_reading",
    "refunds",
    "unidentified_payments",
    "pix_returns",
    "exports",
    "refused_return_files",
    "api_keys",
    "api_answers",
    "webhook_endpoints",
    "webhook_deliveries",
];

/// What a backup says of itself.
#[derive(Debug, Serialize, Deserialize)]
pub struct Manifest {
    /// `sqlite` or `postgres`.
    pub database: String,
    /// When it was made, RFC 3339.
    pub made_at: String,
    /// A digest that only the right secret key gives.
    pub key_check: String,
    /// SHA-256 of every entry.
    pub entries: BTreeMap<String, String>,
}

/// Writes a backup; the portal may go on working meanwhile.
///
/// # Errors
/// A file that exists already, or cannot be written.
pub async fn save(server: &Server, to: &Path) -> Result<Manifest> {
    let file = File::options().write(true).create_new(true).open(to)?;
    let mut zip = ZipWriter::new(file);
    let mut manifest = Manifest {
        database: kind(&server.db).to_owned(),
        made_at: server.clock.now().to_rfc3339(),
        key_check: server.config.keys.digest("backup", "key check"),
        entries: BTreeMap::new(),
    };
    match &server.db {
        Db::Sqlite { write, .. } => {
            let copy = sibling(to, "database");
            // `vacuum into` copies one moment of the database, whatever is written meanwhile.
            sqlx::query(AssertSqlSafe(format!("vacuum into '{}'", copy.display().to_string().replace('\'', "''")))).execute(write).await?;
            let added = add(&mut zip, &mut manifest, SQLITE_FILE, &mut File::open(&copy)?);
            std::fs::remove_file(&copy)?;
            added?;
        }
        Db::Postgres(pool) => {
            let mut conn = pool.acquire().await?;
            sqlx::query("begin isolation level repeatable read read only").execute(&mut *conn).await?;
            for table in TABLES {
                let copy = sibling(to, table);
                let mut rows = File::create(&copy)?;
                {
                    let mut stream = conn.copy_out_raw(&format!("copy {table} to stdout (format binary)")).await?;
                    while let Some(bytes) = stream.try_next().await? {
                        rows.write_all(&bytes)?;
                    }
                }
                drop(rows);
                let added = add(&mut zip, &mut manifest, &format!("tables/{table}"), &mut File::open(&copy)?);
                std::fs::remove_file(&copy)?;
                added?;
            }
            sqlx::query("commit").execute(&mut *conn).await?;
        }
    }
    // Whatever they are by now: a file that was damaged is in the backup as it is, and `emdia verify` says so.
    let mut files = server.files.list();
    while let Some(found) = files.try_next().await? {
        // One that was swept meanwhile was nobody's.
        let Some(got) = server.files.get(&found.hash).await? else { continue };
        add(&mut zip, &mut manifest, &format!("files/{}", store::key(&found.hash)?), &mut got.file.into_std().await)?;
    }
    zip.start_file(MANIFEST, SimpleFileOptions::default()).map_err(std::io::Error::from)?;
    zip.write_all(&serde_json::to_vec_pretty(&manifest).map_err(std::io::Error::other)?)?;
    zip.finish().map_err(std::io::Error::from)?.sync_all()?;
    Ok(manifest)
}

/// Puts a backup back, into a database and a folder of files that hold nothing yet.
///
/// # Errors
/// A backup that is damaged, of the other kind of database, sealed with another key, or a target that is not empty: nothing is written then.
pub async fn restore(config: &config::Config, from: &Path) -> Result<Manifest> {
    let mut zip = ZipArchive::new(File::open(from)?).map_err(|_| Error::Corrupt("backup: not a ZIP"))?;
    let manifest: Manifest = {
        let entry = zip.by_name(MANIFEST).map_err(|_| Error::Corrupt("backup: no manifest"))?;
        serde_json::from_reader(entry).map_err(|_| Error::Corrupt("backup: manifest"))?
    };
    check(&mut zip, &manifest)?;
    if manifest.key_check != config.keys.digest("backup", "key check") {
        return Err(Error::Config("secret_key: not the one this backup was made with".into()));
    }
    let files = Store::open(&config.files)?;
    if files.list().try_next().await?.is_some() {
        return Err(Error::Config(format!("files: {} is not empty", config.files)));
    }
    let to_sqlite = config.database.starts_with("sqlite:");
    if to_sqlite != (manifest.database == "sqlite") {
        return Err(Error::Config(format!("database: this backup is of {}", manifest.database)));
    }
    if to_sqlite {
        let path = config.database.trim_start_matches("sqlite:").trim_start_matches("//").split('?').next().unwrap_or("").to_owned();
        if Path::new(&path).exists() {
            return Err(Error::Config(format!("database: {path} exists already")));
        }
        let mut entry = zip.by_name(SQLITE_FILE).map_err(|_| Error::Corrupt("backup: no database"))?;
        let mut file = File::options().write(true).create_new(true).open(&path)?;
        std::io::copy(&mut entry, &mut file)?;
        file.sync_all()?;
    } else {
        restore_postgres(config, &mut zip).await?;
    }
    for name in manifest.entries.keys().filter_map(|name| name.strip_prefix("files/")) {
        // `check` has seen that it is one.
        let Some(hash) = store::hash_of(name) else { continue };
        let incoming = files.incoming().await?;
        {
            let mut entry = zip.by_name(&format!("files/{name}")).map_err(|_| Error::Corrupt("backup: entry"))?;
            let mut file = File::create_new(incoming.path())?;
            std::io::copy(&mut entry, &mut file)?;
            file.sync_all()?;
        }
        files.put(incoming, hash).await?;
    }
    Ok(manifest)
}

async fn restore_postgres(config: &config::Config, zip: &mut ZipArchive<File>) -> Result<()> {
    let db = Db::open(&config.database).await?;
    db.migrate().await?;
    let Db::Postgres(pool) = &db else { return Ok(()) };
    let mut tx = pool.begin().await?;
    let (customers,): (i64,) = sqlx::query_as("select count(*) from customers").fetch_one(&mut *tx).await?;
    if customers > 0 {
        return Err(Error::Config("database: it is not empty".into()));
    }
    for table in TABLES {
        let mut entry = zip.by_name(&format!("tables/{table}")).map_err(|_| Error::Corrupt("backup: a table is missing"))?;
        let mut copy = tx.copy_in_raw(&format!("copy {table} from stdin (format binary)")).await?;
        let mut buffer = vec![0; 1 << 16];
        loop {
            let read = entry.read(&mut buffer)?;
            if read == 0 {
                break;
            }
            copy.send(&buffer[..read]).await?;
        }
        copy.finish().await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Reads every entry once and compares it with the manifest before anything is written.
fn check(zip: &mut ZipArchive<File>, manifest: &Manifest) -> Result<()> {
    for (name, expected) in &manifest.entries {
        if name.strip_prefix("files/").is_some_and(|name| store::hash_of(name).is_none()) {
            return Err(Error::Corrupt("backup: name of a file"));
        }
        let mut entry = zip.by_name(name).map_err(|_| Error::Corrupt("backup: an entry is missing"))?;
        let mut hasher = Sha256::new();
        std::io::copy(&mut entry, &mut hasher).map_err(|_| Error::Corrupt("backup: an entry is damaged"))?;
        if hex::encode(hasher.finalize()) != *expected {
            return Err(Error::Corrupt("backup: an entry was changed"));
        }
    }
    Ok(())
}

fn add(zip: &mut ZipWriter<File>, manifest: &mut Manifest, name: &str, from: &mut impl Read) -> Result<()> {
    zip.start_file(name, SimpleFileOptions::default().large_file(true)).map_err(std::io::Error::from)?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 1 << 16];
    loop {
        let read = from.read(&mut buffer)?;
        if read == 0 {
            break;
        }
        hasher.update(&buffer[..read]);
        zip.write_all(&buffer[..read])?;
    }
    manifest.entries.insert(name.to_owned(), hex::encode(hasher.finalize()));
    Ok(())
}

fn sibling(path: &Path, what: &str) -> PathBuf {
    path.with_file_name(format!(".{}.{what}.part", path.file_name().unwrap_or_default().to_string_lossy()))
}

fn kind(db: &Db) -> &'static str {
    match db {
        Db::Sqlite { .. } => "sqlite",
        Db::Postgres(_) => "postgres",
    }
}
