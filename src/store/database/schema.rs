//! The schema and the program's version: what is to be migrated, and how far ahead the store may be.
//!
//! During a rolling upgrade the first new node changes the schema while old ones run, and an old
//! one may have to start again. A migration only adds (expand); what it makes superfluous goes
//! with a later version (contract). So a schema one step ahead is always good enough, and one
//! two steps ahead never surely is. `docs/upgrading.md` says it to operators.

use sqlx::migrate::{Migrate, Migrator};

use crate::store::StoreError;

/// Where the migrations that were made are written down.
pub(in crate::store) const TABLE: &str = "_sqlx_migrations";
/// How many migrations made by newer versions this one goes along with.
const STEPS_AHEAD: usize = 1;

/// What is to be run on this store so that its schema is that of `known`, or one step ahead.
/// Several nodes may ask and run at the same time.
pub(in crate::store) async fn plan<C: Migrate>(
    connection: &mut C,
    known: &Migrator,
) -> Result<Migrator, StoreError> {
    let made = made(connection).await.map_err(unfit)?;
    let latest = known.iter().map(|m| m.version).max().unwrap_or(0);
    let newer = made.iter().filter(|version| **version > latest).count();
    if newer > STEPS_AHEAD {
        return Err(StoreError::Unfit(format!(
            "the store's schema is {newer} steps ahead of this program, which goes along with \
             {STEPS_AHEAD}: start a newer araldo, at most one version older than the newest that \
             has run on this store"
        )));
    }
    let mut migrator = Migrator::with_migrations(known.iter().cloned().collect());
    // One that stands between ours and is not ours is another branch of the program.
    let is_strange = |version: &i64| *version <= latest && !known.version_exists(*version);
    migrator.set_ignore_missing(!made.iter().any(is_strange));
    Ok(migrator)
}

/// The versions of the migrations that were made.
async fn made<C: Migrate>(connection: &mut C) -> Result<Vec<i64>, sqlx::migrate::MigrateError> {
    // The table is made under the lock, or two that start together would collide.
    connection.lock().await?;
    connection.ensure_migrations_table(TABLE).await?;
    let made = connection.list_applied_migrations(TABLE).await?;
    connection.unlock().await?;
    Ok(made.into_iter().map(|one| one.version).collect())
}

/// In the store's words.
#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
pub(in crate::store) fn unfit(error: sqlx::migrate::MigrateError) -> StoreError {
    StoreError::Unfit(format!("the store's schema cannot be used: {error}"))
}
