//! One connection to somebody else's database, of whichever of the three kinds it is: opened when
//! it is first needed, kept while all goes well.

use std::time::Duration;

use super::bind::Parameter;
use super::errors::within;
use super::mysql::MysqlSession;
use super::page::RowPage;
use super::position::Position;
use super::postgres::PostgresSession;
use super::settings::SqlSettings;
use super::sqlite::SqliteSession;
use crate::source::fault::SourceFault;
use crate::source::reconcile::TheirPresent;

/// A read-only session on which the query is prepared.
pub(super) enum SqlSession {
    Postgres(PostgresSession),
    Mysql(MysqlSession),
    Sqlite(SqliteSession),
}

impl SqlSession {
    /// Reads the address anew: a password in a file may have been changed.
    pub(super) async fn open(settings: &SqlSettings) -> Result<Self, SourceFault> {
        let address = settings.address().map_err(SourceFault::Unexpected)?;
        let (scheme, _) = address.split_once(':').unwrap_or_default();
        // On the heap: with its handshake, a future of these is large.
        match scheme {
            "postgres" | "postgresql" => {
                let session = Box::pin(PostgresSession::open(&address, settings));
                session.await.map(Self::Postgres)
            }
            "mysql" | "mariadb" => {
                let session = Box::pin(MysqlSession::open(&address, settings));
                session.await.map(Self::Mysql)
            }
            "sqlite" => {
                let session = Box::pin(SqliteSession::open(&address, settings));
                session.await.map(Self::Sqlite)
            }
            // It may hold a password: not a word of it.
            _ => Err(SourceFault::Unexpected(
                "`url` names no database that can be read: write postgres://, mysql:// or sqlite:"
                    .to_owned(),
            )),
        }
    }

    /// Before every row there can be.
    pub(super) const fn least(&self) -> &Position {
        match self {
            Self::Postgres(session) => session.least(),
            Self::Mysql(session) => session.least(),
            Self::Sqlite(session) => session.least(),
        }
    }

    /// Whether the query takes as many rows as it is told.
    pub(super) fn is_bounded(&self) -> bool {
        let parameters = match self {
            Self::Postgres(session) => session.parameters(),
            Self::Mysql(session) => session.parameters(),
            Self::Sqlite(session) => session.parameters(),
        };
        parameters.contains(&Parameter::Limit)
    }

    /// Asks whether the other side is still there.
    pub(super) async fn ping(&mut self) -> Result<(), SourceFault> {
        match self {
            Self::Postgres(session) => session.ping().await,
            Self::Mysql(session) => session.ping().await,
            Self::Sqlite(session) => session.ping().await,
        }
    }

    /// Reads one page. After a fault the session is of no further use.
    pub(super) async fn read(
        &mut self,
        cursor: &[String],
        page: &mut RowPage<'_>,
    ) -> Result<(), SourceFault> {
        match self {
            Self::Postgres(session) => session.read(page).await,
            Self::Mysql(session) => session.read(cursor, page).await,
            Self::Sqlite(session) => session.read(cursor, page).await,
        }
    }

    /// Hands over all that another query brings. After a fault the session is of no further use.
    pub(super) async fn present(
        &mut self,
        query: &str,
        timeout: Duration,
        seen: &mut TheirPresent,
    ) -> Result<(), SourceFault> {
        match self {
            Self::Postgres(session) => session.present(query, timeout, seen).await,
            Self::Mysql(session) => within(timeout, session.present(query, seen)).await,
            Self::Sqlite(session) => within(timeout, session.present(query, seen)).await,
        }
    }
}
