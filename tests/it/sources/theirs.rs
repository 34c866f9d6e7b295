//! Their side: a database with a table of cases, and how it changes.

use std::path::Path;

use sqlx::{Connection as _, Executor as _};

use crate::support::servers::{mariadb, postgres};

/// Where the table of cases is.
pub(super) struct Theirs {
    pub(super) url: String,
}

const TABLE: &str = "CREATE TABLE pratiche (id INTEGER PRIMARY KEY, pratica VARCHAR(40) NOT NULL,
    cliente VARCHAR(40) NOT NULL, tipo VARCHAR(40) NOT NULL, stato VARCHAR(40) NOT NULL,
    note VARCHAR(200), changed BIGINT NOT NULL)";

impl Theirs {
    pub(super) async fn postgres() -> Self {
        let theirs = Self {
            url: postgres::fresh_database(),
        };
        theirs.run(TABLE).await;
        theirs
    }

    /// In a PostgreSQL whose log is read by others as well.
    pub(super) async fn watched_postgres() -> Self {
        Self::at(postgres::fresh_watched_database()).await
    }

    /// In a database that the test looks after itself.
    pub(super) async fn at(url: String) -> Self {
        let theirs = Self { url };
        theirs.run(TABLE).await;
        theirs
    }

    pub(super) async fn mariadb() -> Self {
        let theirs = Self {
            url: mariadb::fresh_database(),
        };
        theirs.run(TABLE).await;
        theirs
    }

    /// A file in this folder.
    pub(super) async fn sqlite(folder: &Path) -> Self {
        let theirs = Self {
            url: format!("sqlite:{}?mode=rwc", folder.join("theirs.db").display()),
        };
        theirs.run("PRAGMA journal_mode = WAL").await;
        theirs.run(TABLE).await;
        theirs
    }

    /// Runs a statement over there.
    pub(super) async fn run(&self, sql: &str) {
        match self.url.split(':').next() {
            Some("sqlite") => run::<sqlx::SqliteConnection>(&self.url, sql).await,
            Some("mysql") => run::<sqlx::MySqlConnection>(&self.url, sql).await,
            _ => run::<sqlx::PgConnection>(&self.url, sql).await,
        }
    }

    /// The same in PostgreSQL, where it may be refused.
    pub(super) async fn tried(&self, sql: &str) -> Result<(), String> {
        let mut theirs = sqlx::PgConnection::connect(&self.url).await.unwrap();
        let sql = sqlx::raw_sql(sqlx::AssertSqlSafe(sql.to_owned()));
        let done = theirs.execute(sql).await;
        done.map(drop).map_err(|error| error.to_string())
    }

    /// What the slot of the source is called.
    pub(super) fn slot(&self) -> String {
        let database = self.url.rsplit('/').next().unwrap_or_default();
        format!("araldo_{database}")
    }

    /// How far their slot was moved, in bytes of log.
    pub(super) async fn confirmed(&self) -> i64 {
        self.number(
            "SELECT CAST(confirmed_flush_lsn - '0/0' AS bigint) FROM pg_replication_slots
             WHERE slot_name = $1",
        )
        .await
    }

    /// Where their log ends.
    pub(super) async fn end_of_log(&self) -> i64 {
        self.number(
            "SELECT CAST(pg_current_wal_flush_lsn() - '0/0' AS bigint) FROM pg_replication_slots
             WHERE slot_name = $1",
        )
        .await
    }

    /// Whether their slot is there: 1 or 0.
    pub(super) async fn slots(&self) -> i64 {
        self.number("SELECT count(*) FROM pg_replication_slots WHERE slot_name = $1")
            .await
    }

    async fn number(&self, sql: &'static str) -> i64 {
        let mut theirs = sqlx::PgConnection::connect(&self.url).await.unwrap();
        let number = sqlx::query_scalar(sql).bind(self.slot());
        number.fetch_one(&mut theirs).await.unwrap()
    }

    /// A case of this number is now in this state; `changed` counts the changes of the table.
    pub(super) async fn write(&self, number: usize, state: &str, changed: usize) {
        let again = match self.url.starts_with("mysql:") {
            true => "ON DUPLICATE KEY UPDATE",
            false => "ON CONFLICT (id) DO UPDATE SET",
        };
        let sql = format!(
            "INSERT INTO pratiche VALUES ({number}, 'PR-{number}', 'C-{number}', 'VOLTURA', '{state}',
             NULL, {changed}) {again} stato = '{state}', changed = {changed}"
        );
        self.run(&sql).await;
    }

    /// The settings of a source that reads it by a query.
    pub(super) fn by_query(&self) -> String {
        format!(
            r#"
[source.crm]
kind = "sql"
url = "{}"
every = "100ms"
query = """SELECT id, changed, pratica, cliente, tipo, stato, note FROM pratiche
           WHERE (changed, id) > (:changed, :id) ORDER BY changed, id LIMIT :limit"""
cursor = ["changed", "id"]
{MAPPING}"#,
            self.url.replace("?mode=rwc", "")
        )
    }

    /// The settings of a source that reads it by an outbox.
    pub(super) fn by_outbox(&self) -> String {
        format!(
            r#"
[source.crm]
kind = "postgres-outbox"
url = "{}"
every = "1s"
table = "public.pratiche"
key = "id"
columns = ["id", "changed", "pratica", "cliente", "tipo", "stato", "note"]
{MAPPING}"#,
            self.url
        )
    }

    /// The settings of a source that reads the server's log. A slot is the whole server's, so it is
    /// called by the database.
    pub(super) fn by_changes(&self) -> String {
        format!(
            r#"
[source.crm]
kind = "postgres-changes"
url = "{}"
every = "100ms"
tables = ["public.pratiche"]
slot = "{}"
{MAPPING}"#,
            self.url,
            self.slot()
        )
    }
}

async fn run<C>(url: &str, sql: &str)
where
    C: sqlx::Connection,
    for<'c> &'c mut C: sqlx::Executor<'c>,
{
    let mut theirs = C::connect(url).await.unwrap();
    let sql = sqlx::raw_sql(sqlx::AssertSqlSafe(sql.to_owned()));
    (&mut theirs).execute(sql).await.unwrap();
    theirs.close().await.unwrap();
}

/// Their words and ours.
const MAPPING: &str = r#"
[source.crm.case]
case = "pratica"
client = "cliente"
kind = "{{ record.tipo | lower }}"
state = "stato"
note = "note"
version = "changed"
[source.crm.states]
"NUOVA" = "received"
"IN LAVORAZIONE" = "internal_review"
"AL DISTRIBUTORE" = "sent_to_distributor"
"CHIUSA" = "done"
"#;
