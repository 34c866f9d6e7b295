//! Opening the store: where it is, how it must be set, and bringing its schema up to date.

use std::fs::OpenOptions;
use std::future::ready;
use std::net::IpAddr;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use sqlx::Connection as _;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions, PgSslMode};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous,
};

use crate::store::database::{migrations, schema};
use crate::store::{Backend, Doing as _, Pools, Store, StoreError};

/// Read connections of the embedded store.
const SQLITE_READERS: u32 = 4;
/// Page cache of each connection in KiB (negative is SQLite's way of saying KiB).
const SQLITE_CACHE: &str = "-4000";

/// A transaction in which nothing happens for so long is rolled back by the server: a node that
/// stands still, stopped or without power, must not keep rows locked that others are to rescue.
const STANDSTILL: &str = "10s";

/// Where the store is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoreUrl {
    /// `sqlite:PATH`.
    Sqlite(PathBuf),
    /// `postgres://user@host/db`.
    Postgres(String),
}

impl FromStr for StoreUrl {
    type Err = String;
    fn from_str(url: &str) -> Result<Self, Self::Err> {
        if let Some(path) = url.strip_prefix("sqlite:") {
            return Ok(Self::Sqlite(PathBuf::from(path.trim_start_matches("//"))));
        }
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return match PgConnectOptions::from_str(url) {
                Ok(_) => Ok(Self::Postgres(url.to_owned())),
                Err(error) => Err(format!("the address of PostgreSQL cannot be used: {error}")),
            };
        }
        // It may hold a password: of what was written, only the word before the colon.
        let (scheme, _) = url.split_once(':').unwrap_or(("", ""));
        let known = scheme.chars().all(|c| c.is_ascii_alphanumeric());
        let said = if known && !scheme.is_empty() {
            format!("`{scheme}:` begins no address of a store")
        } else {
            "this is no address of a store".to_owned()
        };
        Err(format!(
            "{said}: write sqlite:PATH or postgres://user@host/database"
        ))
    }
}

impl StoreUrl {
    /// What is hardly meant about the way to the database: one on another machine whose name is
    /// not checked gives everything to whoever answers in its place.
    #[must_use]
    pub fn exposure(&self) -> Option<String> {
        let Self::Postgres(url) = self else {
            return None;
        };
        let options = PgConnectOptions::from_str(url).ok()?;
        let host = options.get_host();
        let near = options.get_socket().is_some()
            || host.starts_with('/')
            || host == "localhost"
            || host
                .parse::<IpAddr>()
                .is_ok_and(|address| address.is_loopback());
        let checked = matches!(options.get_ssl_mode(), PgSslMode::VerifyFull);
        (!near && !checked).then(|| {
            format!(
                "[store] url: the way to `{host}` is not proved to lead there; write \
                 ?sslmode=verify-full&sslrootcert=FILE"
            )
        })
    }
}

impl StoreUrl {
    /// Whether a store is there. Asking makes none: a file, or in PostgreSQL the list of the
    /// migrations that were made.
    pub async fn is_there(&self) -> Result<bool, StoreError> {
        let url = match self {
            Self::Sqlite(path) => return Ok(path.exists()),
            Self::Postgres(url) => url,
        };
        let pool = PgPoolOptions::new()
            .max_connections(1)
            .acquire_timeout(Duration::from_secs(10))
            .connect_with(postgres_options(url)?)
            .await
            .doing("reach PostgreSQL")?;
        let found: bool = sqlx::query_scalar("SELECT to_regclass($1) IS NOT NULL")
            .bind(schema::TABLE)
            .fetch_one(&pool)
            .await
            .doing("look for the schema")?;
        pool.close().await;
        Ok(found)
    }
}

impl Store {
    /// Opens the store and brings its schema up to date. A SQLite file is created if absent.
    /// `connections`: how many PostgreSQL connections this node may hold.
    pub async fn open(url: &StoreUrl, connections: u32) -> Result<Self, StoreError> {
        match url {
            StoreUrl::Sqlite(path) => Self::open_sqlite(path.clone()).await,
            StoreUrl::Postgres(url) => Self::open_postgres(url, connections).await,
        }
    }

    async fn open_sqlite(path: PathBuf) -> Result<Self, StoreError> {
        keep_private(&path)?;
        let options = SqliteConnectOptions::new()
            .filename(&path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            // A commit that a power cut can undo could be a message sent twice; where it could not,
            // `Store::write_soon` says so for its own transaction.
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(Duration::from_secs(10))
            .pragma("cache_size", SQLITE_CACHE)
            // What is deleted is overwritten with zeros, on pages that are written anyway: an
            // erased client must not be found in the file (DESIGN.md).
            .pragma("secure_delete", "ON")
            .pragma("temp_store", "memory");
        let write = SqlitePoolOptions::new()
            .max_connections(1)
            // A file does not hang up; asking it each time costs every transaction a round trip.
            .test_before_acquire(false)
            .before_acquire(|connection, _| Box::pin(ready(is_fresh(connection))))
            .connect_with(options.clone())
            .await
            .doing("open the SQLite file")?;
        let (mode,): (i64,) = sqlx::query_as("PRAGMA synchronous")
            .fetch_one(&write)
            .await
            .doing("read its settings")?;
        if mode < 2 {
            return Err(StoreError::Unfit(format!(
                "SQLite runs with synchronous={mode}; Araldo needs FULL (2), or a power cut could repeat messages"
            )));
        }
        let mut connection = write.acquire().await.doing("look at the schema")?;
        let migrations = schema::plan(&mut *connection, &migrations::sqlite()).await?;
        drop(connection);
        migrations.run(&write).await.map_err(schema::unfit)?;
        let read = SqlitePoolOptions::new()
            .max_connections(SQLITE_READERS)
            .min_connections(0)
            .idle_timeout(Duration::from_secs(60))
            .test_before_acquire(false)
            .before_acquire(|connection, _| Box::pin(ready(is_fresh(connection))))
            .connect_lazy_with(options);
        Ok(Self {
            pools: Pools {
                read: Backend::Sqlite(read),
                write: Backend::Sqlite(write),
            },
        })
    }

    async fn open_postgres(url: &str, connections: u32) -> Result<Self, StoreError> {
        let pool = PgPoolOptions::new()
            .max_connections(connections)
            .acquire_timeout(Duration::from_secs(10))
            .connect_with(postgres_options(url)?)
            .await
            .doing("reach PostgreSQL")?;
        let mut connection = pool.acquire().await.doing("look at the schema")?;
        let migrations = schema::plan(&mut *connection, &migrations::postgres()).await?;
        drop(connection);
        migrations.run(&pool).await.map_err(schema::unfit)?;
        Ok(Self {
            pools: Pools {
                read: Backend::Postgres(pool.clone()),
                write: Backend::Postgres(pool),
            },
        })
    }

    /// Closes every connection; what was committed stays.
    pub async fn close(&self) {
        crate::store::on!(&self.pools.read, |pool| pool.close().await);
        crate::store::on!(&self.pools.write, |pool| pool.close().await);
    }
}

/// How this node calls itself towards PostgreSQL, and how long its transactions may stand still.
pub(in crate::store) fn postgres_options(url: &str) -> Result<PgConnectOptions, StoreError> {
    Ok(PgConnectOptions::from_str(url)
        .doing("read the PostgreSQL address")?
        .application_name("araldo")
        .options([
            ("idle_in_transaction_session_timeout", STANDSTILL),
            // Compiling a statement takes seconds where its costs are guessed too high, and saves
            // milliseconds: none here runs for long.
            ("jit", "off"),
        ]))
}

/// Whether a connection of the pool may be used again. When the disk is full, SQLite rolls back
/// by itself (<https://www.sqlite.org/lang_transaction.html>, "Response to errors") and the
/// driver still counts the transaction: such a connection would refuse every further one.
#[expect(clippy::unnecessary_wraps, reason = "the pool asks for this shape")]
fn is_fresh(connection: &SqliteConnection) -> Result<bool, sqlx::Error> {
    Ok(!connection.is_in_transaction())
}

/// Makes the file if it is not there, for its owner alone: it holds names, numbers, and the key
/// that signs links. SQLite gives its `-wal` and `-shm` the same rights. One that is open to
/// others is left as it is, because somebody may have meant it, and said.
fn keep_private(path: &Path) -> Result<(), StoreError> {
    let file = private()
        .open(path)
        .map_err(|error| cannot("open", path, &error))?;
    let rights = file
        .metadata()
        .map_err(|error| cannot("look at", path, &error))?;
    if rights.permissions().mode() & 0o077 != 0 {
        tracing::warn!(
            "the store's file can be read by others than its owner; chmod 600 it, and its -wal and -shm"
        );
    }
    Ok(())
}

fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false).mode(0o600);
    options
}

fn cannot(what: &str, path: &Path, error: &std::io::Error) -> StoreError {
    StoreError::Unfit(format!("cannot {what} `{}`: {error}", path.display()))
}

/// Held by the daemon for as long as it runs, so that two never share one SQLite file.
/// Other commands (`key create`, `message show`) may open the file beside it.
#[derive(Debug)]
pub struct DaemonLock {
    _file: Option<std::fs::File>,
}

impl DaemonLock {
    /// Takes `PATH.lock`. PostgreSQL is made to be shared and needs none.
    pub fn take(url: &StoreUrl) -> Result<Self, StoreError> {
        let StoreUrl::Sqlite(path) = url else {
            return Ok(Self { _file: None });
        };
        // Two names of one file are one file: a symbolic link is followed.
        drop(
            private()
                .open(path)
                .map_err(|error| cannot("open", path, &error))?,
        );
        let mut name = path
            .canonicalize()
            .map_err(|error| cannot("find", path, &error))?
            .into_os_string();
        name.push(".lock");
        let name = PathBuf::from(name);
        let file = private()
            .open(&name)
            .map_err(|error| cannot("write", &name, &error))?;
        file.try_lock().map_err(|_| {
            StoreError::Unfit(format!(
                "`{}` is in use by another araldo; stop that one, or use PostgreSQL to share a store",
                path.display()
            ))
        })?;
        Ok(Self { _file: Some(file) })
    }
}
