//! Their side: a table of cases in a PostgreSQL of theirs, written by plain SQL over one connection,
//! one transaction for each change.

use std::time::Instant;

use anyhow::Context as _;
use sqlx::postgres::PgPoolOptions;
use sqlx::{Executor as _, PgPool};

use crate::source::Way;
use crate::town;

pub(super) struct Theirs {
    pool: PgPool,
    url: String,
}

impl Theirs {
    /// Makes the table. The database has to be an empty one.
    pub(super) async fn found(url: &str) -> anyhow::Result<Self> {
        let pool = PgPoolOptions::new().max_connections(1).connect(url).await;
        let pool = pool.context("cannot reach their database")?;
        pool.execute(
            "CREATE TABLE pratiche (id BIGSERIAL PRIMARY KEY,
             changed TIMESTAMPTZ NOT NULL DEFAULT clock_timestamp(),
             pratica TEXT NOT NULL, cliente TEXT NOT NULL, stato TEXT NOT NULL);
             CREATE INDEX pratiche_changes ON pratiche (changed, id)",
        )
        .await
        .context("their database is in use; name an empty one, for what is measured stays in it")?;
        Ok(Self {
            pool,
            url: url.to_owned(),
        })
    }

    /// The settings of a source that watches the table.
    pub(super) fn settings(&self, way: Way) -> String {
        let reader = match way {
            Way::Outbox => {
                "kind = \"postgres-outbox\"\ntable = \"public.pratiche\"\nkey = \"id\"\n\
                 columns = [\"id\", \"changed\", \"pratica\", \"cliente\", \"stato\"]\n"
            }
            Way::Query => {
                "kind = \"sql\"\ncursor = [\"changed\", \"id\"]\noverlap = \"10s\"\n\
                 query = \"SELECT id, changed, pratica, cliente, stato FROM pratiche \
                 WHERE (changed, id) > (:changed, :id) ORDER BY changed, id LIMIT :limit\"\n"
            }
        };
        format!(
            "[source.crm]\n{reader}url = {:?}\nevery = \"1s\"\n[source.crm.case]\n\
             case = \"pratica\"\nclient = \"cliente\"\nkind = \"{{{{ 'voltura' }}}}\"\n\
             state = \"stato\"\nversion = \"changed\"\nchanged_at = \"changed\"\n",
            self.url
        )
    }

    /// Rows that stand there before anybody looks.
    pub(super) async fn fill(&self, rows: i64) -> anyhow::Result<()> {
        sqlx::query(
            "INSERT INTO pratiche (changed, pratica, cliente, stato)
             SELECT now() - interval '1 day', 'OLD-' || n, 'OLD-' || n, 'received'
             FROM generate_series(1, $1) n",
        )
        .bind(rows)
        .execute(&self.pool)
        .await
        .context("cannot fill their table")?;
        self.pool.execute("ANALYZE pratiche").await?;
        Ok(())
    }

    /// A new case of one client, committed. The moment is that before the statement is sent, so
    /// that no part of what anybody waits for is left out.
    pub(super) async fn change(&self, number: usize) -> anyhow::Result<Instant> {
        let began = Instant::now();
        sqlx::query("INSERT INTO pratiche (pratica, cliente, stato) VALUES ($1, $2, 'received')")
            .bind(format!("PR-{number}"))
            .bind(town::reference_of(0, number))
            .execute(&self.pool)
            .await
            .context("cannot write into their table")?;
        Ok(began)
    }

    /// So many changes in one transaction.
    pub(super) async fn flood(&self, rows: i64) -> anyhow::Result<()> {
        sqlx::query(
            "INSERT INTO pratiche (pratica, cliente, stato)
             SELECT 'FLOOD-' || n, 'NOBODY-' || n, 'received' FROM generate_series(1, $1) n",
        )
        .bind(rows)
        .execute(&self.pool)
        .await
        .context("cannot write into their table")?;
        Ok(())
    }
}
