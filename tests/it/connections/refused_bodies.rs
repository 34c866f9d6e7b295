//! A body that is too large is answered in a way that ordinary programs can read.

use std::process::Command;

use serde_json::Value;

use crate::support;
use crate::support::node::Node;
use crate::support::servers::program;

/// Posts so many bytes as most programs do: writes all of the body, then reads.
const POST: &str = r#"
import json, sys, urllib.request, urllib.error
url, size = sys.argv[1], int(sys.argv[2])
request = urllib.request.Request(url, data=b"x" * size, headers={
    "Content-Type": "application/cloudevents+json", "Authorization": "Bearer " + sys.argv[3]})
try:
    urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=120)
except urllib.error.HTTPError as refused:
    print(json.dumps({"status": refused.code, "body": json.load(refused)}))
"#;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_refusal_of_a_large_body_is_read_by_who_writes_it_all_first() {
    let node = Node::start(support::sqlite().await, "").await;
    let python = program("python3", "python3");
    let url = format!("http://{}/v1/events", node.running.address.unwrap());
    for megabytes in [12, 40] {
        let size = (megabytes * 1024 * 1024).to_string();
        let mut command = Command::new(&python);
        command.args(["-c", POST, &url, &size, node.key()]);
        let told = tokio::task::spawn_blocking(move || command.output().unwrap());
        let told = told.await.unwrap();
        let said = String::from_utf8_lossy(&told.stderr).into_owned();
        let answer: Value = serde_json::from_slice(&told.stdout).expect(&said);
        assert_eq!(answer["status"], 413, "{answer}");
        assert_eq!(answer["body"]["code"], "too_large");
    }
    node.stop().await;
}
