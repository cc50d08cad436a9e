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
use sqlx::{ConnectOptions, PgConnection, PgPool, Postgres, Sqlite, SqliteConnection, SqlitePool, Transaction};
use tokio::sync::{Mutex, Notify, OwnedMutexGuard, OwnedSemaphorePermit, Semaphore};

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

/// Writes many rows in few statements: `rows!(tx, "insert into t (a, b)", &rows, |row| [row.a, &row.b], "on conflict (a) do nothing")`.
///
/// The values stand between head and tail as `values (…), (…)`, [`ROWS_AT_ONCE`] rows in a statement. Answers with the rows
/// changed, or with `returning T` with what the tail returns. Fails by `?` in the function around it.
#[macro_export]
macro_rules! rows {
    ($conn:expr, returning $t:ty: $head:expr, $rows:expr, |$row:ident| [$($value:expr),* $(,)?], $tail:expr) => {{
        let mut found: Vec<$t> = Vec::new();
        match $conn.link() {
            $crate::db::Link::Sqlite(c) => $crate::rows!(@chunks sqlx::Sqlite, $head, $rows, $row [$($value),*] $tail, query =>
                for row in query.fetch_all(&mut *c).await? { found.push(sqlx::FromRow::from_row(&row)?) }),
            $crate::db::Link::Postgres(c) => $crate::rows!(@chunks sqlx::Postgres, $head, $rows, $row [$($value),*] $tail, query =>
                for row in query.fetch_all(&mut *c).await? { found.push(sqlx::FromRow::from_row(&row)?) }),
        }
        found
    }};
    ($conn:expr, $head:expr, $rows:expr, |$row:ident| [$($value:expr),* $(,)?], $tail:expr) => {
        match $conn.link() {
            $crate::db::Link::Sqlite(c) => {
                let mut changed = 0;
                $crate::rows!(@chunks sqlx::Sqlite, $head, $rows, $row [$($value),*] $tail, query =>
                    changed += query.execute(&mut *c).await?.rows_affected());
                changed
            }
            $crate::db::Link::Postgres(c) => {
                let mut changed = 0;
                $crate::rows!(@chunks sqlx::Postgres, $head, $rows, $row [$($value),*] $tail, query =>
                    changed += query.execute(&mut *c).await?.rows_affected());
                changed
            }
        }
    };
    (@chunks $db:ty, $head:expr, $rows:expr, $row:ident [$($value:expr),*] $tail:expr, $query:ident => $run:expr) => {
        for chunk in $rows.chunks($crate::db::ROWS_AT_ONCE) {
            let mut text = sqlx::QueryBuilder::<$db>::new($head);
            text.push(" ");
            text.push_values(chunk, |mut values, $row| { $(values.push_bind($value);)* });
            text.push(" ");
            text.push($tail);
            // A full chunk always has the same text: worth keeping prepared. What is left over at the end is not.
            let $query = text.build().persistent(chunk.len() == $crate::db::ROWS_AT_ONCE);
            $run;
        }
    };
}

/// Rows whose key is among many, in one statement: `among!(tx, Row: "select … from bills b", "b.external_id", &keys)`; keys are texts.
#[macro_export]
macro_rules! among {
    ($conn:expr, $t:ty: $head:literal, $key:literal, $keys:expr) => {{
        let keys: Vec<&str> = $keys;
        match $conn.link() {
            $crate::db::Link::Sqlite(c) => {
                let keys = serde_json::Value::from(keys).to_string();
                sqlx::query_as::<sqlx::Sqlite, $t>(concat!($head, " where ", $key, " in (select value from json_each($1))"))
                    .bind(keys)
                    .fetch_all(c)
                    .await
            }
            $crate::db::Link::Postgres(c) => {
                sqlx::query_as::<sqlx::Postgres, $t>(concat!($head, " where ", $key, " = any($1)")).bind(keys).fetch_all(c).await
            }
        }
    }};
}

/// Rows in one statement of `rows!`: at most 13 values each stay far below SQLite's 32,766 and PostgreSQL's 65,535.
pub const ROWS_AT_ONCE: usize = 250;

/// Kibibytes of pages at hand, and pages in the log before they are moved: SQLite's own figures, but for more pages at hand.
const WRITER: &str = "pragma cache_size = -8192; pragma wal_autocheckpoint = 1000";
const WRITER_FOR_MANY: &str = "pragma cache_size = -49152; pragma wal_autocheckpoint = 16000";

/// The pools of one database.
#[derive(Clone, Debug)]
pub enum Db {
    /// One file. Readers never wait for the writer.
    Sqlite {
        /// Read-only connections.
        read: Readers,
        /// The one writer.
        write: SqlitePool,
    },
    /// A server, when one machine is not enough.
    Postgres(PgPool),
}

/// The connections that read one SQLite file.
///
/// Not the driver's pool: after every use that one asks whether the connection still lives, which is a question for servers far
/// away, and costs two changes of threads each time.
#[derive(Clone, Debug)]
pub struct Readers {
    conns: Arc<[Arc<Mutex<SqliteConnection>>; Self::MOST]>,
    /// As many as there are connections.
    permits: Arc<Semaphore>,
}

impl Readers {
    /// How many read at the same time: they share the processor with everything else.
    const MOST: usize = 4;
    /// Longer than this nobody waits for a page.
    const PATIENCE: Duration = Duration::from_secs(10);

    async fn open(options: &SqliteConnectOptions) -> Result<Self> {
        let open = async || -> Result<_> { Ok(Arc::new(Mutex::new(options.connect().await?))) };
        let conns = [open().await?, open().await?, open().await?, open().await?];
        Ok(Self { conns: Arc::new(conns), permits: Arc::new(Semaphore::new(Self::MOST)) })
    }

    async fn acquire(&self) -> Result<Reader> {
        let free = tokio::time::timeout(Self::PATIENCE, Arc::clone(&self.permits).acquire_owned());
        let permit = free.await.map_err(|_| sqlx::Error::PoolTimedOut)?.map_err(|_| sqlx::Error::PoolClosed)?;
        let free = self.conns.iter().find_map(|conn| Arc::clone(conn).try_lock_owned().ok());
        let conn = match free {
            Some(conn) => conn,
            // With a permit one is always free, but they may have changed places while we looked.
            None => Arc::clone(&self.conns[0]).lock_owned().await,
        };
        Ok(Reader { conn, _permit: permit })
    }

    /// Lets those who read end, and nobody begin.
    async fn close(&self) {
        self.permits.close();
        for conn in self.conns.iter() {
            drop(conn.lock().await);
        }
    }
}

/// A connection that reads; dropped, it is there for the next one.
#[derive(Debug)]
pub struct Reader {
    // Dropped before the permit, so that whoever gets the permit finds it.
    conn: OwnedMutexGuard<SqliteConnection>,
    _permit: OwnedSemaphorePermit,
}

/// A connection, inside a transaction or not.
pub enum Conn {
    /// Reading SQLite.
    Sqlite(Reader),
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
            Self::Sqlite(reader) => Link::Sqlite(&mut reader.conn),
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
        let write = SqlitePoolOptions::new()
            .max_connections(1)
            .acquire_timeout(Duration::from_secs(30))
            .test_before_acquire(false)
            .connect_with(options.clone())
            .await?;
        let read = Readers::open(&options.create_if_missing(false).read_only(true)).await?;
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

    /// Prepares the writer for a hundred thousand rows in a row, or for single ones again.
    ///
    /// SQLite then keeps more pages at hand, and moves them from its log into the file less often: while the indexes grow the same
    /// pages change again and again. What is acknowledged is just as durable.
    ///
    /// # Errors
    /// The database's.
    pub(crate) async fn write_many(&self, many: bool) -> Result<()> {
        if let Self::Sqlite { write, .. } = self {
            let text = if many { WRITER_FOR_MANY } else { WRITER };
            sqlx::raw_sql(text).execute(write).await?;
        }
        Ok(())
    }

    /// Closes every connection, so that what was written is checkpointed.
    pub async fn close(&self) {
        match self {
            Self::Sqlite { read, write } => {
                read.close().await;
                // Only the last connection does this by itself, and readers go when they are dropped. Left undone, nothing is lost.
                let _ = sqlx::query("pragma wal_checkpoint(truncate)").execute(write).await;
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
