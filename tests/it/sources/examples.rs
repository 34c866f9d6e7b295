//! The examples of docs/sources.md are settings as they stand there, and each kind of source has one.

use std::path::Path;

use araldo::config::Config;

const PAGE: &str = include_str!("../../../docs/sources.md");
/// The kinds that the page's first table names.
const KINDS: [&str; 11] = [
    "sql",
    "postgres-outbox",
    "postgres-changes",
    "webhook",
    "cap",
    "http-feed",
    "arcgis-outages",
    "open311",
    "nats",
    "gtfs-rt",
    "folder",
];

/// The files that the examples name. Of these only that they are there is looked at.
const FILES: [&str; 6] = [
    "crm-password",
    "db-ca.pem",
    "alertmanager",
    "helpdesk",
    "bus-ca.pem",
    "bus-password",
];
/// Credentials in the form that NATS gives them, with the key of nobody.
const CREDENTIALS: &str = "-----BEGIN NATS USER JWT-----
eyJ0eXAiOiJKV1QiLCJhbGciOiJlZDI1NTE5LW5rZXkifQ.e30.AA
------END NATS USER JWT------

-----BEGIN USER NKEY SEED-----
SUAIO3FHUX5PNV2LQIIP7TZ3N4L7TX3W53MQGEIVYFIGA635OZCKEYHFLM
------END USER NKEY SEED------
";

/// Each example with the line that it begins at, its files in this folder.
fn examples(folder: &Path) -> Vec<(usize, String)> {
    let there = folder.display().to_string();
    let mut parts = PAGE.split("```toml\n");
    let mut line = parts.next().unwrap_or_default().lines().count() + 2;
    let mut examples = Vec::new();
    for part in parts {
        let example = part.split("```").next().unwrap_or_default();
        examples.push((line, example.replace("/etc/araldo", &there)));
        line += part.lines().count() + 1;
    }
    examples
}

#[test]
fn every_example_of_the_page_is_taken_as_it_stands() {
    let folder = tempfile::tempdir().unwrap();
    for file in FILES {
        std::fs::write(folder.path().join(file), "a secret for trials\n").unwrap();
    }
    std::fs::write(folder.path().join("bus.creds"), CREDENTIALS).unwrap();
    let mut shown = Vec::new();
    for (line, example) in examples(folder.path()) {
        let file = folder.path().join("araldo.toml");
        std::fs::write(&file, &example).unwrap();
        let config = match Config::load(Some(&file), std::iter::empty()) {
            Ok(config) => config,
            Err(fault) => panic!("docs/sources.md, line {line}: {fault}"),
        };
        assert_eq!(config.sources.len(), 1, "docs/sources.md, line {line}");
        for source in config.sources.values() {
            shown.push(source.settings.reader.kind());
        }
    }
    for kind in KINDS {
        assert!(shown.contains(&kind), "{kind} has no whole example");
    }
}
