//! Schemathesis, which reads the description and makes calls of it, good ones and bad ones, gets no
//! answer that is not described, and no fault of the server.

use std::process::Command;

use super::{TOOLS, done};
use crate::support::TestStore;
use crate::support::daemon::{Daemon, key};

on_both_databases!(a_program_that_tries_everything_is_answered_as_described);

/// Operations that are not tried so, each with the reason; `examples` asks for them.
const LEFT_OUT: [(&str, &str); 3] = [
    ("post_v1_clients_import", "it writes no NDJSON"),
    (
        "put_v1_webhooks_name",
        "we would post to whatever address it makes up",
    ),
    (
        "get_v1_feed",
        "a call may wait 20 seconds for something new",
    ),
];

const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,\
                      response_schema_conformance";

async fn a_program_that_tries_everything_is_answered_as_described(store: TestStore) {
    let home = tempfile::tempdir().unwrap();
    let key = key(&store).await;
    let daemon = Daemon::start_as(&store.url, &key, home.path(), "described", "").await;
    let mut command = Command::new(TOOLS.join("bin/schemathesis"));
    command
        .current_dir(home.path())
        .arg("run")
        .arg(format!("http://{}/v1/openapi.json", daemon.address()))
        .args(["--header", &format!("Authorization: Bearer {key}")])
        .args(["--checks", CHECKS, "--phases", "examples,coverage,fuzzing"])
        .args([
            "--max-examples",
            "15",
            "--workers",
            "1",
            "--generation-deterministic",
        ])
        .args(["--suppress-health-check", "all", "--request-timeout", "60"])
        .args(["--warnings", "off", "--no-color"]);
    for (operation, reason) in LEFT_OUT {
        println!("{operation} is left out: {reason}");
        command.args(["--exclude-operation-id", operation]);
    }
    let said = done(&mut command);
    assert!(daemon.is_alive(), "{said}\n{}", daemon.log());
}
