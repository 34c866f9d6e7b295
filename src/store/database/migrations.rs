//! The steps of the schema, as text in the program. Each is a file in `migrations/sqlite` and its
//! twin in `migrations/postgres`; a step is known in stores by its number and the SHA-384 of its
//! text, as sqlx reckons it.
//!
//! Written out here instead of by `sqlx::migrate!`, because sqlx's macros have both drivers, and
//! SQLite with them, compiled a second time for the compiler's own use. A test holds the list
//! against the folders.

use std::borrow::Cow;

use sqlx::SqlStr;
use sqlx::migrate::{Migration, MigrationType, Migrator};

/// The steps in one folder.
macro_rules! steps {
    ($folder:literal) => {
        steps!($folder:
            1 "0001_clients",
            2 "0002_events",
            3 "0003_templates",
            4 "0004_messages",
            5 "0005_operation",
            6 "0006_upkeep",
            7 "0007_limits_and_rights",
            8 "0008_template_numbers",
            9 "0009_sources",
            10 "0010_clock",
            11 "0011_incidents",
            12 "0012_wider_incidents",
            13 "0013_console_and_reconciliation",
            14 "0014_mail_evidence",
            15 "0015_verdicts",
            16 "0016_provider_refs",
            17 "0017_webhooks_out",
            18 "0018_partners",
            19 "0019_rules",
            20 "0020_insight",
            21 "0021_fallback",
            22 "0022_conversations",
            23 "0023_areas_and_rectify",
            24 "0024_sign_in",
            25 "0025_cost",
            27 "0027_surveys",
            28 "0028_deputies",
            29 "0029_forwarding",
            30 "0030_invalidated",
            31 "0031_oidc_binding",
            32 "0032_stopped_everything",
            33 "0033_survey_event",
            34 "0034_client_words",
        )
    };
    ($folder:literal: $($number:literal $file:literal,)+) => {
        Migrator::with_migrations(vec![$(
            step($number, $file, include_str!(concat!(
                "../../../migrations/", $folder, "/", $file, ".sql"
            )))
        ),+])
    };
}

pub(super) fn sqlite() -> Migrator {
    steps!("sqlite")
}

pub(super) fn postgres() -> Migrator {
    steps!("postgres")
}

fn step(number: i64, file: &str, text: &'static str) -> Migration {
    let (_, name) = file.split_once('_').unwrap_or(("", file));
    let name = Cow::Owned(name.replace('_', " "));
    let text = SqlStr::from_static(text);
    Migration::new(number, name, MigrationType::Simple, text, false)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    /// What sqlx itself makes of a folder, as it did for the stores that there are.
    async fn of_folder(name: &str) -> Migrator {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("migrations")
            .join(name);
        Migrator::new(folder).await.unwrap()
    }

    #[tokio::test]
    async fn the_list_has_every_file_with_the_sum_that_stores_know() {
        for (name, ours) in [("sqlite", sqlite()), ("postgres", postgres())] {
            let theirs = of_folder(name).await;
            assert_eq!(ours.iter().count(), theirs.iter().count(), "{name}");
            for (ours, theirs) in ours.iter().zip(theirs.iter()) {
                assert_eq!(ours.version, theirs.version);
                assert_eq!(ours.description, theirs.description);
                assert_eq!(ours.checksum, theirs.checksum, "{}", ours.description);
                assert_eq!(ours.no_tx, theirs.no_tx);
            }
        }
    }
}
