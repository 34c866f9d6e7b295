//! The SQL of an outbox: a table of ours, a function that writes changes into it, a trigger that
//! calls the function, and the rights to read and empty the table. It may be run again at any time,
//! and changes nothing of theirs but the trigger on one table.
//!
//! What runs inside their transactions is kept small, because where it fails their write fails: an
//! insert into a table without constraints, and a notification, which PostgreSQL sends once for a
//! transaction however many rows it changed. It asks for no column by name: one that is renamed or
//! dropped later is empty to us, and no fault to them.

use super::names::{OutboxNames, SCHEMA};
use super::settings::OutboxSettings;
use crate::source::address::role_of;
use crate::source::sql::{identifier, literal};

/// So many columns fit into one call of `jsonb_build_object`, which takes 100 arguments.
const COLUMNS_OF_A_CALL: usize = 50;

/// Begins the comment on the trigger. Another number when a function that was made before must be
/// made anew.
const VERSION: &str = "araldo 1";

/// What an owner of the table runs so that the source can read it.
#[must_use]
pub(in crate::source) fn outbox_install_sql(name: &str, settings: &OutboxSettings) -> String {
    let names = OutboxNames::new(name, settings);
    [
        format!(
            "-- The outbox of [source.{name}]: run this as the owner of {}.",
            names.watched
        ),
        // Whoever has locked their table for long is not waited for: writers would wait behind us.
        "BEGIN;\nSET LOCAL lock_timeout = '5s';".to_owned(),
        columns_exist(&names, settings),
        table(&names),
        function(&names, settings),
        trigger(&names, settings),
        rights(&names, reader(settings).as_deref()),
        "COMMIT;\n".to_owned(),
    ]
    .join("\n")
}

/// What takes away all of it but the schema, which other sources may use. What was not read yet is
/// lost.
#[must_use]
pub(in crate::source) fn outbox_remove_sql(name: &str, settings: &OutboxSettings) -> String {
    let names = OutboxNames::new(name, settings);
    let OutboxNames {
        watched,
        outbox,
        writes,
        trigger,
        channel: _,
    } = &names;
    format!(
        "-- Takes away the outbox of [source.{name}]; changes that were not read yet are lost.\n\
         BEGIN;\n\
         SET LOCAL lock_timeout = '5s';\n\
         DROP TRIGGER IF EXISTS {trigger} ON {watched};\n\
         DROP FUNCTION IF EXISTS {writes}();\n\
         DROP TABLE IF EXISTS {outbox};\n\
         COMMIT;\n\
         -- When no source is left: DROP SCHEMA {SCHEMA};\n"
    )
}

/// What stands as a comment on the trigger: what it was made for, whatever the order of `columns`.
pub(super) fn made_for(settings: &OutboxSettings) -> String {
    let mut columns = columns(settings);
    columns.sort_unstable();
    format!(
        "{VERSION}: key {}, columns {}",
        settings.key,
        columns.join(", ")
    )
}

/// The columns that are handed over, the key among them.
pub(super) fn columns(settings: &OutboxSettings) -> Vec<&str> {
    let mut columns: Vec<&str> = settings.columns.iter().map(String::as_str).collect();
    if !columns.contains(&settings.key.as_str()) {
        columns.insert(0, &settings.key);
    }
    columns
}

/// Fails where a column is not there, before anything is made. `*` leaves out what the server itself
/// adds to each row.
fn columns_exist(names: &OutboxNames, settings: &OutboxSettings) -> String {
    let columns: Vec<String> = columns(settings).into_iter().map(identifier).collect();
    format!(
        "-- A column that is not there is an error here, and nothing is changed.\n\
         SELECT {} FROM (SELECT * FROM {}) araldo_row LIMIT 0;",
        columns.join(", "),
        names.watched
    )
}

fn table(names: &OutboxNames) -> String {
    let outbox = &names.outbox;
    format!(
        "CREATE SCHEMA IF NOT EXISTS {SCHEMA};\n\
         CREATE TABLE IF NOT EXISTS {outbox} (\n  \
           seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,\n  \
           at timestamptz NOT NULL DEFAULT clock_timestamp(),\n  \
           op text,\n  \
           key text,\n  \
           record jsonb\n\
         );"
    )
}

/// Their roles need no rights on our table: the function has those of whoever installed it, and a
/// search path in which nobody can put a function of his own before ours.
///
/// Rows are compared as JSON: not every type can be compared with itself. A column is taken out of
/// the row as JSON: a function that names one of `NEW` fails once it has another name.
fn function(names: &OutboxNames, settings: &OutboxSettings) -> String {
    let OutboxNames {
        outbox,
        writes,
        channel,
        ..
    } = names;
    let (new, old) = (record("new_row", settings), record("old_row", settings));
    let key = literal(&settings.key);
    let channel = literal(channel);
    format!(
        "CREATE OR REPLACE FUNCTION {writes}() RETURNS trigger\n\
         LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $araldo$\n\
         DECLARE\n  \
           new_row jsonb := to_jsonb(NEW);\n  \
           old_row jsonb;\n  \
           says jsonb := {new};\n\
         BEGIN\n  \
           IF TG_OP = 'UPDATE' THEN\n    \
             old_row := to_jsonb(OLD);\n    \
             IF says = {old} THEN\n      \
               RETURN NULL;\n    \
             END IF;\n  \
           END IF;\n  \
           INSERT INTO {outbox} (op, key, record)\n  \
           VALUES (lower(TG_OP), new_row ->> {key}, says);\n  \
           PERFORM pg_notify({channel}, '');\n  \
           RETURN NULL;\n\
         END\n\
         $araldo$;\n\
         REVOKE ALL ON FUNCTION {writes}() FROM PUBLIC;"
    )
}

/// The chosen columns of a row, and its key. `row` is a variable that holds all of it as JSON.
fn record(row: &str, settings: &OutboxSettings) -> String {
    let field = |column: &&str| format!("{0}, {row} -> {0}", literal(column));
    let columns = columns(settings);
    let calls = columns.chunks(COLUMNS_OF_A_CALL).map(|columns| {
        let fields: Vec<String> = columns.iter().map(field).collect();
        format!("jsonb_build_object({})", fields.join(", "))
    });
    calls.collect::<Vec<_>>().join(" || ")
}

fn trigger(names: &OutboxNames, settings: &OutboxSettings) -> String {
    let OutboxNames {
        watched,
        writes,
        trigger,
        ..
    } = names;
    let made_for = literal(&made_for(settings));
    format!(
        "DROP TRIGGER IF EXISTS {trigger} ON {watched};\n\
         CREATE TRIGGER {trigger} AFTER INSERT OR UPDATE ON {watched}\n  \
           FOR EACH ROW EXECUTE FUNCTION {writes}();\n\
         -- The source looks at this to know whether the trigger fits its settings.\n\
         COMMENT ON TRIGGER {trigger} ON {watched}\n  \
           IS {made_for};"
    )
}

/// For the role that reads, if the address names it.
fn rights(names: &OutboxNames, reader: Option<&str>) -> String {
    let (begin, role) = match reader {
        Some(role) => ("", identifier(role)),
        None => ("-- ", "\"the role of the source's url\"".to_owned()),
    };
    let outbox = &names.outbox;
    [
        "-- The role that Araldo reads with may read and empty this table, and no other."
            .to_owned(),
        format!("{begin}GRANT USAGE ON SCHEMA {SCHEMA} TO {role};"),
        format!("{begin}GRANT SELECT, DELETE ON {outbox} TO {role};"),
    ]
    .join("\n")
}

fn reader(settings: &OutboxSettings) -> Option<String> {
    role_of(&settings.address().ok()?)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn settings(columns: &[&str]) -> OutboxSettings {
        OutboxSettings {
            url: Some("postgres://araldo:s3cret@db/crm".to_owned()),
            url_file: None,
            password_file: None,
            table: "public.pratiche".to_owned(),
            key: "id".to_owned(),
            columns: columns.iter().map(|&column| column.to_owned()).collect(),
            timeout: Duration::from_secs(10),
        }
    }

    #[test]
    fn an_outbox_is_a_table_a_trigger_and_the_rights_to_read_it() {
        let expected = r#"-- The outbox of [source.crm-2]: run this as the owner of "public"."pratiche".
BEGIN;
SET LOCAL lock_timeout = '5s';
-- A column that is not there is an error here, and nothing is changed.
SELECT "id", "stato" FROM (SELECT * FROM "public"."pratiche") araldo_row LIMIT 0;
CREATE SCHEMA IF NOT EXISTS araldo;
CREATE TABLE IF NOT EXISTS araldo."outbox_crm_2" (
  seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  op text,
  key text,
  record jsonb
);
CREATE OR REPLACE FUNCTION araldo."outbox_crm_2_write"() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $araldo$
DECLARE
  new_row jsonb := to_jsonb(NEW);
  old_row jsonb;
  says jsonb := jsonb_build_object('id', new_row -> 'id', 'stato', new_row -> 'stato');
BEGIN
  IF TG_OP = 'UPDATE' THEN
    old_row := to_jsonb(OLD);
    IF says = jsonb_build_object('id', old_row -> 'id', 'stato', old_row -> 'stato') THEN
      RETURN NULL;
    END IF;
  END IF;
  INSERT INTO araldo."outbox_crm_2" (op, key, record)
  VALUES (lower(TG_OP), new_row ->> 'id', says);
  PERFORM pg_notify('araldo_crm_2', '');
  RETURN NULL;
END
$araldo$;
REVOKE ALL ON FUNCTION araldo."outbox_crm_2_write"() FROM PUBLIC;
DROP TRIGGER IF EXISTS "araldo_crm_2" ON "public"."pratiche";
CREATE TRIGGER "araldo_crm_2" AFTER INSERT OR UPDATE ON "public"."pratiche"
  FOR EACH ROW EXECUTE FUNCTION araldo."outbox_crm_2_write"();
-- The source looks at this to know whether the trigger fits its settings.
COMMENT ON TRIGGER "araldo_crm_2" ON "public"."pratiche"
  IS 'araldo 1: key id, columns id, stato';
-- The role that Araldo reads with may read and empty this table, and no other.
GRANT USAGE ON SCHEMA araldo TO "araldo";
GRANT SELECT, DELETE ON araldo."outbox_crm_2" TO "araldo";
COMMIT;
"#;
        assert_eq!(outbox_install_sql("crm-2", &settings(&["stato"])), expected);
    }

    #[test]
    fn what_is_removed_is_what_was_installed() {
        let removed = outbox_remove_sql("crm-2", &settings(&["stato"]));
        for line in [
            "DROP TRIGGER IF EXISTS \"araldo_crm_2\" ON \"public\".\"pratiche\";",
            "DROP FUNCTION IF EXISTS araldo.\"outbox_crm_2_write\"();",
            "DROP TABLE IF EXISTS araldo.\"outbox_crm_2\";",
        ] {
            assert!(removed.lines().any(|it| it == line), "{removed}");
        }
    }

    #[test]
    fn more_columns_than_a_call_takes_are_several_calls() {
        let columns: Vec<String> = (0..60).map(|number| format!("c{number}")).collect();
        let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
        let record = record("new_row", &settings(&columns));
        assert_eq!(record.matches("jsonb_build_object(").count(), 2);
        assert_eq!(record.matches(", new_row -> '").count(), 61);
        assert!(record.contains(") || jsonb_build_object("));
    }

    #[test]
    fn a_trigger_says_what_it_was_made_for_in_one_order() {
        let made = made_for(&settings(&["stato", "ente", "id"]));
        assert_eq!(made, "araldo 1: key id, columns ente, id, stato");
        assert_eq!(made, made_for(&settings(&["ente", "stato"])));
        assert_ne!(made, made_for(&settings(&["stato"])));
    }

    #[test]
    fn a_role_that_is_not_known_is_left_to_whoever_runs_it() {
        let names = OutboxNames::new("crm", &settings(&["stato"]));
        let text = rights(&names, None);
        assert_eq!(text.matches("\n-- GRANT ").count(), 2);
        let text = rights(&names, Some("a\"b"));
        assert_eq!(text.matches("TO \"a\"\"b\";").count(), 2);
        assert!(!outbox_install_sql("crm", &settings(&["stato"])).contains("s3cret"));
    }
}
