//! Who changed clients and keys, and who stopped the sending, is written down with the deed.

use std::path::Path;

use araldo::domain::api_key::Scope;
use araldo::store::{Store, StoreUrl};
use serde_json::{Value, json};

use super::Program;
use crate::intake_api::Api;
use crate::support::program::araldo;

on_both_databases!(changes_of_clients_are_written_down_with_the_key);

async fn deeds(store: &Store) -> Vec<String> {
    let mut tx = store.read().await.unwrap();
    let rows = tx.audit().recent(50).await.unwrap();
    let mut deeds: Vec<String> = rows
        .into_iter()
        .map(|row| {
            let detail = row.detail.unwrap_or_default();
            format!("{} {} {} {detail}", row.actor, row.action, row.subject)
        })
        .collect();
    deeds.reverse();
    deeds
}

async fn changes_of_clients_are_written_down_with_the_key(store: &Store) {
    let api = Api::over(store).await;
    let program = Program::with(&api, 2, &[Scope::ClientsWrite]).await;
    let client = json!({"name": "A"});
    let path = "/v1/clients/C-1";
    for status in [201, 200] {
        assert_eq!(program.ask("PUT", path, &client).await.status, status);
    }
    let kind = [("content-type", "application/x-ndjson")];
    let line = json!({"client": "C-2", "name": "B"});
    let answer = program
        .ask_as("POST", "/v1/clients:import", &kind, &line)
        .await;
    assert_eq!(answer.body["imported"], 1);
    assert_eq!(program.ask("DELETE", path, &Value::Null).await.status, 204);
    assert_eq!(program.ask("DELETE", path, &Value::Null).await.status, 404);
    let actor = format!("key {}", program.prefix());
    let without_number = |deed: &String| {
        let words = deed.split(' ').map(|word| match word.split_once(':') {
            Some(("client", _)) => "client:ID",
            _ => word,
        });
        words.collect::<Vec<_>>().join(" ")
    };
    assert_eq!(
        deeds(store)
            .await
            .iter()
            .map(without_number)
            .collect::<Vec<_>>(),
        [
            // The erasure took the name out of what was written before it.
            format!("{actor} client.created client:ID "),
            format!("{actor} client.changed client:ID "),
            format!("{actor} client.imported clients 1 written"),
            format!("{actor} client.erased client:ID 0 messages withdrawn, 0 events blanked"),
        ]
    );
}

/// What `araldo` says when it does as it is told.
fn done(folder: &Path, arguments: &[&str]) -> String {
    let (fine, said) = araldo(folder, arguments);
    assert!(fine, "{arguments:?}: {said}");
    said
}

#[tokio::test]
async fn what_is_done_on_the_command_line_is_written_down() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path();
    let create = ["key", "create", "--name", "crm", "--scope", "cases:write"];
    let bound = ["--type", "case.*", "--source", "/crm"];
    let made = done(folder, &[&create[..], &bound[..]].concat());
    let prefix = made.lines().last().unwrap().split('_').nth(1).unwrap();
    let listed = done(folder, &["key", "list"]);
    assert_eq!(
        listed.trim(),
        format!("{prefix}  valid    crm  cases:write  types case.*  sources /crm")
    );
    let event = json!({"specversion": "1.0", "id": "1", "source": "/crm", "type": "meter.read"});
    std::fs::write(folder.join("event.json"), event.to_string()).unwrap();
    done(folder, &["event", "send", "event.json"]);
    done(folder, &["dispatch", "pause"]);
    done(folder, &["dispatch", "resume"]);
    done(folder, &["dispatch", "cancel", "--event", "/crm", "1"]);
    done(folder, &["key", "revoke", prefix]);
    let url = StoreUrl::Sqlite(folder.join("araldo.db"));
    let store = Store::open(&url, 1).await.unwrap();
    let event = {
        let mut tx = store.read().await.unwrap();
        tx.events().lookup("/crm", "1").await.unwrap().unwrap().id
    };
    assert_eq!(
        deeds(&store).await,
        [
            format!(
                "command line key.created {prefix} crm: cases:write  types case.*  sources /crm"
            ),
            "command line dispatch.paused all nodes ".to_owned(),
            "command line dispatch.resumed all nodes ".to_owned(),
            format!("command line event.withdrawn {event} it was not planned yet, and will not be"),
            format!("command line key.revoked {prefix} "),
        ]
    );
}
