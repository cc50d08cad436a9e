//! The two databases behind one SQL text. Never builds SQL from what people type.
//!
//! `sql!` runs the same `$1` text on SQLite and on PostgreSQL and maps rows into one `FromRow` type.
//! SQLite has one writer: a write begins with `begin immediate`, so that it never loses its lock half-way.

use std::ops::{Deref, DerefMut};
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{PgConnection, PgPool, Postgres, Sqlite, SqliteConnection, SqlitePool, Transaction};
use tokio::sync::Notify;

use crate::error::{Error, Result};

/// Runs one statement: `sql!(conn, all Bill: "select …", id)`.
///
/// Kinds: `one T`, `optional T`, `all T` (T is `FromRow`; a tuple will do) and `execute` (rows changed).
#[macro_export]
macro_rules! sql {
    ($conn:expr, execute: $text:expr $(, $arg:expr)* $(,)?) => {
        match $conn.link() {
            $crate::db::Link::Sqlite(c) => sqlx::query::<sqlx::Sqlite>($text)$(.bind($arg))*.execute(c).await.map(|done| done.rows_affected()),
            $crate::db::Link::Postgres(c) => sqlx::query::<sqlx::Postgres>($text)$(.bind($arg))*.execute(c).await.map(|done| done.rows_affected()),
        }
    };
    ($conn:expr, one $t:ty: $text:expr $(, $arg:expr)* $(,)?) => { $crate::sql!(@fetch fetch_one, $conn, $t, $text $(, $arg)*) };
    ($conn:expr, optional $t:ty: $text:expr $(, $arg:expr)* $(,)?) => { $crate::sql!(@fetch fetch_optional, $conn, $t, $text $(, $arg)*) };
    ($conn:expr, all $t:ty: $text:expr $(, $arg:expr)* $(,)?) => { $crate::sql!(@fetch fetch_all, $conn, $t, $text $(, $arg)*) };
    (@fetch $how:ident, $conn:expr, $t:ty, $text:expr $(, $arg:expr)*) => {
        match $conn.link() {
            $crate::db::Link::Sqlite(c) => sqlx::query_as::<sqlx::Sqlite, $t>($text)$(.bind($arg))*.$how(c).await,
            $crate::db::Link::Postgres(c) => sqlx::query_as::<sqlx::Postgres, $t>($text)$(.bind($arg))*.$how(c).await,
        }
    };
}

/// The pools of one database.
#[derive(Clone, Debug)]
pub enum Db {
    /// One file. Readers never wait for the writer.
    Sqlite {
        /// Read-only connections.
        read: SqlitePool,
        /// The one writer.
        write: SqlitePool,
    },
    /// A server, when one machine is not enough.
    Postgres(PgPool),
}

/// A connection, inside a transaction or not.
pub enum Conn {
    /// Reading SQLite.
    Sqlite(PoolConnection<Sqlite>),
    /// Reading PostgreSQL.
    Postgres(PoolConnection<Postgres>),
    /// Writing SQLite.
    SqliteTx(Transaction<'static, Sqlite>),
    /// Writing PostgreSQL.
    PostgresTx(Transaction<'static, Postgres>),
}

/// What `sql!` runs on.
pub enum Link<'a> {
    /// SQLite.
    Sqlite(&'a mut SqliteConnection),
    /// PostgreSQL.
    Postgres(&'a mut PgConnection),
}

impl Conn {
    /// The driver's own connection.
    pub fn link(&mut self) -> Link<'_> {
        match self {
            Self::Sqlite(conn) => Link::Sqlite(conn),
            Self::SqliteTx(tx) => Link::Sqlite(tx),
            Self::Postgres(conn) => Link::Postgres(conn),
            Self::PostgresTx(tx) => Link::Postgres(tx),
        }
    }
}

/// A transaction: what is not committed never happened.
pub struct Tx {
    conn: Conn,
    bell: Option<Arc<Notify>>,
}

impl Tx {
    /// Rings a bell once this is durable: something is there to be delivered.
    pub(crate) fn ring(&mut self, bell: &Arc<Notify>) {
        self.bell = Some(Arc::clone(bell));
    }

    /// Makes it durable.
    ///
    /// # Errors
    /// The database's.
    pub async fn commit(self) -> Result<()> {
        match self.conn {
            Conn::SqliteTx(tx) => tx.commit().await?,
            Conn::PostgresTx(tx) => tx.commit().await?,
            Conn::Sqlite(_) | Conn::Postgres(_) => {}
        }
        if let Some(bell) = self.bell {
            bell.notify_one();
        }
        Ok(())
    }
}

impl Deref for Tx {
    type Target = Conn;
    fn deref(&self) -> &Conn {
        &self.conn
    }
}

impl DerefMut for Tx {
    fn deref_mut(&mut self) -> &mut Conn {
        &mut self.conn
    }
}

impl Db {
    /// Opens `sqlite://PATH` (made when absent) or `postgres://…`.
    ///
    /// # Errors
    /// An address of neither kind, or a database that cannot be opened.
    pub async fn open(url: &str) -> Result<Self> {
        if url.starts_with("postgres:") || url.starts_with("postgresql:") {
            let options = PgConnectOptions::from_str(url)?;
            let pool = PgPoolOptions::new().max_connections(16).acquire_timeout(Duration::from_secs(10)).connect_with(options).await?;
            return Ok(Self::Postgres(pool));
        }
        if !url.starts_with("sqlite:") {
            return Err(Error::Config(format!(
                "database: expected sqlite://PATH or postgres://…, found {:?}",
                url.split(':').next().unwrap_or("")
            )));
        }
        let options = SqliteConnectOptions::from_str(url)?
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            // What we acknowledge must survive a power cut.
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(Duration::from_secs(10))
            .statement_cache_capacity(400)
            .pragma("cache_size", "-8192")
            .pragma("temp_store", "memory");
        // The writer comes first: it makes the file that readers open.
        // A connection to a file does not go away by itself: asking it first costs two changes of threads each time.
        let pool = SqlitePoolOptions::new().test_before_acquire(false);
        let write = pool.clone().max_connections(1).acquire_timeout(Duration::from_secs(30)).connect_with(options.clone()).await?;
        let read = pool
            .max_connections(4)
            .acquire_timeout(Duration::from_secs(10))
            .connect_with(options.create_if_missing(false).read_only(true))
            .await?;
        Ok(Self::Sqlite { read, write })
    }

    /// Brings the schema up to date; on PostgreSQL under its advisory lock.
    ///
    /// # Errors
    /// A migration that does not apply.
    pub async fn migrate(&self) -> Result<()> {
        match self {
            Self::Sqlite { write, .. } => sqlx::migrate!("migrations/sqlite").run(write).await?,
            Self::Postgres(pool) => sqlx::migrate!("migrations/postgres").run(pool).await?,
        }
        Ok(())
    }

    /// A connection to read with.
    ///
    /// # Errors
    /// None free in time.
    pub async fn read(&self) -> Result<Conn> {
        Ok(match self {
            Self::Sqlite { read, .. } => Conn::Sqlite(read.acquire().await?),
            Self::Postgres(pool) => Conn::Postgres(pool.acquire().await?),
        })
    }

    /// A transaction to write with; on SQLite the only one at the time.
    ///
    /// # Errors
    /// None free in time.
    pub async fn write(&self) -> Result<Tx> {
        let conn = match self {
            Self::Sqlite { write, .. } => Conn::SqliteTx(write.begin_with("begin immediate").await?),
            Self::Postgres(pool) => Conn::PostgresTx(pool.begin().await?),
        };
        Ok(Tx { conn, bell: None })
    }

    /// Closes every connection, so that what was written is checkpointed.
    pub async fn close(&self) {
        match self {
            Self::Sqlite { read, write } => {
                read.close().await;
                write.close().await;
            }
            Self::Postgres(pool) => pool.close().await,
        }
    }
}

/// Whether a statement failed because a row like it is there already.
#[must_use]
pub fn is_duplicate(error: &sqlx::Error) -> bool {
    error.as_database_error().is_some_and(sqlx::error::DatabaseError::is_unique_violation)
}
