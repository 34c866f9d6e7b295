//! The SQL of a publication and a slot. It may be run again at any time; nothing stands in their
//! schema afterwards but a name for some of their tables.
//!
//! A table whose rows have no identity is refused before anything is made: published, it could not
//! be changed over there any more. A slot is read with the publications as they were when something
//! changed, so the publication comes first.
//!
//! A publication is of one database, but the name of a slot is the whole server's: one that belongs
//! to another database there is somebody else's, and never dropped.

use super::settings::ChangesSettings;
use crate::source::address::role_of;
use crate::source::sql::{identifier, literal};

/// Whether a slot is of this database; one of a standby is of none.
const HERE: &str = "database IS NOT DISTINCT FROM current_database()";

/// What somebody who owns the tables runs so that the source can read.
#[must_use]
pub(in crate::source) fn changes_install_sql(name: &str, settings: &ChangesSettings) -> String {
    let names = settings.names(name);
    let slot = literal(&names.slot);
    [
        format!(
            "-- Publication and slot of [source.{name}]: run this as the owner of the tables, with the\n\
             -- rights to make a publication in the database and a slot in the server. It needs\n\
             -- wal_level = logical, and a max_slot_wal_keep_size: while Araldo is stopped, nothing\n\
             -- else keeps the slot from filling their disk."
        ),
        // Whoever has locked their table for long is not waited for: writers would wait behind us.
        "BEGIN;\nSET LOCAL lock_timeout = '5s';".to_owned(),
        slot_is_ours(name, &slot),
        rows_have_identity(settings),
        publication(&names.publication, &slot, settings),
        rights(settings),
        "COMMIT;".to_owned(),
        "-- A slot that their server has given up keeps nothing any more.".to_owned(),
        format!(
            "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots\n  \
             WHERE slot_name = {slot} AND {HERE} AND wal_status = 'lost';"
        ),
        "-- It waits for transactions that are open now.".to_owned(),
        format!(
            "SELECT pg_create_logical_replication_slot({slot}, 'pgoutput')\n  \
             WHERE NOT EXISTS (SELECT FROM pg_replication_slots\n    \
               WHERE slot_name = {slot} AND {HERE});\n"
        ),
    ]
    .join("\n")
}

/// What takes both away. What was not read yet is lost.
#[must_use]
pub(in crate::source) fn changes_remove_sql(name: &str, settings: &ChangesSettings) -> String {
    let names = settings.names(name);
    format!(
        "-- Takes away slot and publication of [source.{name}]; changes that were not read yet are\n\
         -- lost. A slot of that name that belongs to another database stays.\n\
         SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots\n  \
           WHERE slot_name = {} AND {HERE};\n\
         DROP PUBLICATION IF EXISTS {};\n",
        literal(&names.slot),
        identifier(&names.publication)
    )
}

/// Before anything is made, and whatever the order of the rest: a slot of this name that belongs to
/// another database is said.
fn slot_is_ours(name: &str, slot: &str) -> String {
    let source = literal(name);
    format!(
        "-- The names of slots are the whole server's. One that another database has is an error here,\n\
         -- and nothing is changed.\n\
         DO $araldo$\n\
         DECLARE\n  \
           other text;\n\
         BEGIN\n  \
           SELECT coalesce('the database ' || database, 'a standby') INTO other\n    \
             FROM pg_replication_slots WHERE slot_name = {slot} AND NOT ({HERE});\n  \
           IF other IS NOT NULL THEN\n    \
             RAISE EXCEPTION 'the slot % belongs to %: set `slot` in [source.%], or rename the source',\n      \
               {slot}, other, {source};\n  \
           END IF;\n\
         END\n\
         $araldo$;"
    )
}

fn rows_have_identity(settings: &ChangesSettings) -> String {
    let tables: Vec<String> = settings.tables.iter().map(|table| literal(table)).collect();
    format!(
        "-- A table that is not there, or whose rows nothing tells apart, is an error here, and nothing\n\
         -- is changed.\n\
         DO $araldo$\n\
         DECLARE\n  \
           bare text;\n\
         BEGIN\n  \
           SELECT string_agg(wanted, ', ') INTO bare FROM unnest(ARRAY[{}]) AS wanted\n  \
           WHERE NOT EXISTS (\n    \
             SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace\n    \
             WHERE n.nspname = split_part(wanted, '.', 1) AND c.relname = split_part(wanted, '.', 2)\n    \
             AND (c.relreplident = 'f' OR EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND\n      \
               (c.relreplident = 'd' AND i.indisprimary OR c.relreplident = 'i' AND i.indisreplident))));\n  \
           IF bare IS NOT NULL THEN\n    \
             RAISE EXCEPTION 'no such table, or no primary key and no REPLICA IDENTITY FULL: %', bare;\n  \
           END IF;\n\
         END\n\
         $araldo$;",
        tables.join(", ")
    )
}

/// A slot without its publication cannot be read up to where that is made: it goes, too.
fn publication(publication: &str, slot: &str, settings: &ChangesSettings) -> String {
    let word = literal(publication);
    let name = identifier(publication);
    let tables = settings.tables.iter().map(|table| {
        let parts = table.split('.').map(identifier);
        parts.collect::<Vec<_>>().join(".")
    });
    let tables = tables.collect::<Vec<_>>().join(", ");
    format!(
        "DO $araldo$\n\
         BEGIN\n  \
           IF EXISTS (SELECT FROM pg_publication WHERE pubname = {word}) THEN\n    \
             ALTER PUBLICATION {name} SET TABLE {tables};\n  \
           ELSE\n    \
             PERFORM pg_drop_replication_slot(slot_name) FROM pg_replication_slots\n      \
               WHERE slot_name = {slot} AND {HERE};\n    \
             CREATE PUBLICATION {name} FOR TABLE {tables}\n      \
               WITH (publish_via_partition_root = true);\n  \
           END IF;\n\
         END\n\
         $araldo$;"
    )
}

/// For the role that reads, if the address names it.
fn rights(settings: &ChangesSettings) -> String {
    let role = settings.address().ok().and_then(|it| role_of(&it));
    let Some(role) = role else {
        return "-- The role of the source's url needs REPLICATION:\n\
                -- ALTER ROLE .. REPLICATION;"
            .to_owned();
    };
    let (word, name) = (literal(&role), identifier(&role));
    format!(
        "-- The role that Araldo reads with. Only a superuser may give it REPLICATION, if it has it not.\n\
         DO $araldo$\n\
         BEGIN\n  \
           IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = {word}\n      \
               AND (rolreplication OR rolsuper)) THEN\n    \
             ALTER ROLE {name} REPLICATION;\n  \
           END IF;\n\
         END\n\
         $araldo$;"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::postgres_changes::settings::example;

    #[test]
    fn a_publication_stands_before_its_slot() {
        let sql = changes_install_sql("crm-2", &example(""));
        let at = |part: &str| sql.find(part).unwrap_or_else(|| panic!("{part}: {sql}"));
        let order = [
            at("'the slot % belongs to %: set `slot` in [source.%], or rename the source'"),
            at("RAISE EXCEPTION 'no such table"),
            at("CREATE PUBLICATION \"araldo_crm_2\" FOR TABLE \"public\".\"pratiche\""),
            at("ALTER ROLE \"araldo\" REPLICATION"),
            at("COMMIT;"),
            at("pg_create_logical_replication_slot('araldo_crm_2', 'pgoutput')"),
        ];
        assert!(order.is_sorted(), "{sql}");
        assert!(!sql.contains("s3cret"));
    }

    #[test]
    fn what_is_removed_is_what_was_installed() {
        let sql = changes_remove_sql("crm-2", &example(""));
        let slot = sql.find("WHERE slot_name = 'araldo_crm_2' AND").unwrap();
        let publication = sql.find("DROP PUBLICATION IF EXISTS \"araldo_crm_2\"");
        assert!(slot < publication.unwrap(), "{sql}");
    }

    #[test]
    fn no_slot_of_another_database_is_dropped() {
        let settings = example("");
        let (install, remove) = (
            changes_install_sql("crm", &settings),
            changes_remove_sql("crm", &settings),
        );
        for (sql, drops) in [(install, 2), (remove, 1)] {
            let statements = sql.split(';');
            let dropping: Vec<&str> = statements
                .filter(|it| it.contains("pg_drop_replication_slot"))
                .collect();
            assert_eq!(dropping.len(), drops, "{sql}");
            for statement in dropping {
                let here =
                    "slot_name = 'araldo_crm' AND database IS NOT DISTINCT FROM current_database()";
                assert!(statement.contains(here), "{statement}");
            }
        }
    }

    #[test]
    fn a_role_that_is_not_known_is_left_to_whoever_runs_it() {
        let sql = changes_install_sql("crm", &example("url = \"postgres://db/crm\""));
        assert!(sql.contains("-- ALTER ROLE .. REPLICATION;"), "{sql}");
    }
}
