//! Whether the trigger stands where it was installed. Who drops it, switches it off or makes the table
//! anew tells nobody, and a table without it looks like one in which nothing happens. The catalogs
//! are open to every role.

use super::names::OutboxNames;
use crate::source::fault::SourceFault;

/// Asks for the trigger $3 of the table $2 in the schema $1, and which of the columns $4 the table
/// has not.
pub(super) const TRIGGER: &str = "SELECT CAST(t.tgenabled AS text), \
     obj_description(t.oid, 'pg_trigger'), \
     (SELECT string_agg(wanted, ', ' ORDER BY wanted) FROM unnest(CAST($4 AS text[])) AS wanted \
      WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_attribute a \
      WHERE a.attrelid = c.oid AND a.attname = wanted AND a.attnum > 0 AND NOT a.attisdropped)) \
     FROM pg_catalog.pg_trigger t \
     JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid \
     JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
     WHERE n.nspname = $1 AND c.relname = $2 AND t.tgname = $3";

/// When it fires, its comment, the columns that are not there.
pub(super) type TriggerRow = (String, Option<String>, Option<String>);

/// It fires for what ordinary sessions write.
const FIRES: [&str; 2] = ["O", "A"];

/// What an operator should know although the trigger works; a fault if it does not. `name` is the
/// source's, `made_for` the comment that the trigger would be given now.
pub(super) fn doubt(
    row: Option<TriggerRow>,
    names: &OutboxNames,
    name: &str,
    made_for: &str,
) -> Result<Option<String>, SourceFault> {
    let (trigger, watched) = (names.trigger_name(), names.watched_name());
    let fault = |what: String| {
        let todo = format!("run `araldo source install {name}`");
        Err(SourceFault::Unexpected(format!("{what}: {todo}")))
    };
    let Some((fires, comment, missing)) = row else {
        return fault(format!("there is no trigger {trigger} on {watched}"));
    };
    if !FIRES.contains(&fires.as_str()) {
        return fault(format!("the trigger {trigger} on {watched} is disabled"));
    }
    if comment.as_deref() != Some(made_for) {
        return fault(format!(
            "the trigger {trigger} on {watched} was made for another `key`, for other `columns`, or \
             by another version of Araldo"
        ));
    }
    Ok(missing.map(|missing| {
        format!(
            "{watched} has no `{missing}` any more, and changes come without it: mend the settings \
             and run `araldo source install {name}`"
        )
    }))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::source::postgres_outbox::OutboxSettings;

    fn names() -> OutboxNames {
        let settings = OutboxSettings {
            url: None,
            url_file: None,
            password_file: None,
            table: "public.pratiche".to_owned(),
            key: "id".to_owned(),
            columns: vec!["stato".to_owned()],
            timeout: Duration::from_secs(10),
        };
        OutboxNames::new("crm-2", &settings)
    }

    fn said(row: Option<(&str, &str, Option<&str>)>) -> Result<Option<String>, String> {
        let row = row.map(|(fires, comment, missing)| {
            let missing = missing.map(str::to_owned);
            (fires.to_owned(), Some(comment.to_owned()), missing)
        });
        doubt(row, &names(), "crm-2", "made now").map_err(|fault| fault.to_string())
    }

    #[test]
    fn a_trigger_that_works_is_no_matter() {
        for fires in ["O", "A"] {
            assert_eq!(said(Some((fires, "made now", None))), Ok(None));
        }
    }

    #[test]
    fn a_trigger_that_writes_nothing_down_is_a_fault() {
        for (row, begin) in [
            (None, "there is no trigger araldo_crm_2 on public.pratiche:"),
            (
                Some(("D", "made now", None)),
                "the trigger araldo_crm_2 on public.pratiche is disabled:",
            ),
            (
                Some(("R", "made now", None)),
                "the trigger araldo_crm_2 on public.pratiche is disabled:",
            ),
            (
                Some(("O", "made before", None)),
                "the trigger araldo_crm_2 on public.pratiche was made for another `key`",
            ),
        ] {
            let fault = said(row).unwrap_err();
            assert!(fault.starts_with(begin), "{fault}");
            assert!(
                fault.ends_with(": run `araldo source install crm-2`"),
                "{fault}"
            );
        }
    }

    #[test]
    fn a_column_that_is_gone_is_a_doubt() {
        let doubt = said(Some(("O", "made now", Some("stato"))))
            .unwrap()
            .unwrap();
        let begin = "public.pratiche has no `stato` any more";
        assert!(doubt.starts_with(begin), "{doubt}");
    }
}
