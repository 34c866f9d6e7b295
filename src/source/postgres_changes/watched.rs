//! Whether the tables of the settings are those that their server writes down for us. A table that
//! is in no publication looks like one in which nothing happens; one whose rows have no identity
//! cannot be changed over there any more.

use super::settings::SlotNames;
use crate::source::fault::SourceFault;

/// Asks about the tables $1 and the publication $2. The catalogs are open to every role.
pub(super) const WATCHED: &str = "SELECT wanted, c.oid IS NOT NULL, \
     c.relreplident = 'f' OR EXISTS (SELECT FROM pg_catalog.pg_index i WHERE i.indrelid = c.oid AND \
     (c.relreplident = 'd' AND i.indisprimary OR c.relreplident = 'i' AND i.indisreplident)), \
     EXISTS (SELECT FROM pg_catalog.pg_publication_tables t WHERE t.pubname = $2 AND \
     t.schemaname = split_part(wanted, '.', 1) AND t.tablename = split_part(wanted, '.', 2)), \
     p.pubinsert AND p.pubupdate \
     FROM unnest(CAST($1 AS text[])) AS wanted \
     LEFT JOIN (pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n \
     ON n.oid = c.relnamespace AND c.relkind IN ('r', 'p')) \
     ON n.nspname = split_part(wanted, '.', 1) AND c.relname = split_part(wanted, '.', 2) \
     LEFT JOIN pg_catalog.pg_publication p ON p.pubname = $2 \
     ORDER BY wanted";

/// A table, whether it is there, has an identity, is published; whether the publication, if it is
/// there, has what is new and what changes.
pub(super) type WatchedRow = (String, bool, Option<bool>, bool, Option<bool>);

/// What an operator should know although there is something to read; a fault if there is nothing.
/// `name` is the source's.
pub(super) fn doubt(
    rows: &[WatchedRow],
    names: &SlotNames,
    name: &str,
) -> Result<Option<String>, SourceFault> {
    let publication = &names.publication;
    let mut doubts = Vec::new();
    for (table, is_there, has_identity, is_published, is_complete) in rows {
        let Some(is_complete) = is_complete else {
            return Err(no_publication(names, name));
        };
        if !is_there {
            doubts.push(format!(
                "there is no table {table} any more: mend `tables` and run `araldo source install \
                 {name}`"
            ));
        } else if *has_identity != Some(true) {
            doubts.push(format!(
                "no row of {table} can be changed over there, because nothing tells its rows apart: \
                 ALTER TABLE {table} REPLICA IDENTITY FULL"
            ));
        } else if !is_published {
            doubts.push(format!(
                "nothing of {table} comes: ALTER PUBLICATION {publication} ADD TABLE {table}"
            ));
        }
        if !is_complete && doubts.is_empty() {
            doubts.push(format!(
                "not all that happens comes: ALTER PUBLICATION {publication} \
                 SET (publish = 'insert, update, delete, truncate')"
            ));
        }
    }
    Ok((!doubts.is_empty()).then(|| doubts.join("; ")))
}

/// A slot is read with the publications as they were when a change was made: one that is made
/// afterwards does not help.
pub(super) fn no_publication(names: &SlotNames, name: &str) -> SourceFault {
    SourceFault::Unexpected(format!(
        "there is no publication {}, or there was none when their log was written: run \
         `araldo source install {name}`, or `remove` and `install` if it is there; what changed until \
         then will not be told",
        names.publication
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(row: (bool, Option<bool>, bool, Option<bool>)) -> Result<Option<String>, String> {
        let (is_there, has_identity, is_published, is_complete) = row;
        let table = "public.pratiche".to_owned();
        let names = SlotNames {
            slot: "araldo_crm".to_owned(),
            publication: "araldo_crm".to_owned(),
        };
        let rows = [(table, is_there, has_identity, is_published, is_complete)];
        doubt(&rows, &names, "crm").map_err(|fault| fault.to_string())
    }

    #[test]
    fn a_table_that_is_written_down_is_no_matter() {
        assert_eq!(said((true, Some(true), true, Some(true))), Ok(None));
    }

    #[test]
    fn what_will_not_come_is_said_with_the_sql_that_mends_it() {
        for (row, expected) in [
            ((false, None, false, Some(true)), "mend `tables`"),
            (
                (true, Some(false), true, Some(true)),
                "ALTER TABLE public.pratiche REPLICA IDENTITY FULL",
            ),
            (
                (true, Some(true), false, Some(true)),
                "ALTER PUBLICATION araldo_crm ADD TABLE public.pratiche",
            ),
            ((true, Some(true), true, Some(false)), "SET (publish ="),
        ] {
            let doubt = said(row).unwrap().unwrap();
            assert!(doubt.contains(expected), "{doubt}");
        }
        let fault = said((true, Some(true), false, None)).unwrap_err();
        assert!(
            fault.starts_with("there is no publication araldo_crm"),
            "{fault}"
        );
    }
}
