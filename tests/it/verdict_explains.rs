//! `araldo verdict`: one line asked, one line answered, without settings and without a store.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

const BROWSERS: [&str; 8] = [
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (Linux; Android 14; SM-A556B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/26.0 Chrome/122.0.0.0 Mobile Safari/537.36",
    "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0",
    "Mozilla/5.0 (Linux; Android 10; CUBOT X30) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Mobile Safari/537.36",
    "Mozilla/5.0 (Windows NT 10.0; WOW64; Trident/7.0; rv:11.0) like Gecko",
    "Lynx/2.8.9rel.1 libwww-FM/2.14 SSL-MM/1.4.1 GNUTLS/3.7.1",
];

const PROGRAMS: [(&str, &str); 8] = [
    ("Mozilla/5.0", "privacy_proxy"),
    ("Mozilla/5.0 (compatible; Mimecast Link Check)", "scanner"),
    ("WhatsApp/2.23.20.0 A", "preview"),
    (
        "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
        "preview",
    ),
    (
        "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        "crawler",
    ),
    ("curl/8.5.0", "crawler"),
    ("python-requests/2.32.3", "crawler"),
    ("Nobody-Has-Heard-Of-This/0.1", "crawler"),
];

#[test]
fn each_agent_is_answered_in_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let mut lines: Vec<String> = BROWSERS.map(str::to_owned).to_vec();
    lines.extend(PROGRAMS.map(|(agent, _)| json!({ "agent": agent }).to_string()));
    let answers = asked(folder.path(), &lines);
    let (people, programs) = answers.split_at(BROWSERS.len());
    for (agent, answer) in BROWSERS.iter().zip(people) {
        assert_eq!(answer["verdict"], "person", "{agent}: {answer}");
        assert_eq!(answer["machine"], false, "{agent}: {answer}");
    }
    for ((agent, verdict), answer) in PROGRAMS.iter().zip(programs) {
        assert_eq!(answer["verdict"], *verdict, "{agent}: {answer}");
        assert_eq!(answer["machine"], true, "{agent}: {answer}");
        assert!(answer["rules_version"].as_i64().unwrap() >= 1);
        let rule = answer["rule"].as_str().unwrap();
        assert!(rule.starts_with(verdict), "{rule}");
    }
    assert!(
        !folder.path().join("araldo.db").exists(),
        "no store is made"
    );
}

#[test]
fn a_line_that_makes_no_sense_is_said_to_and_the_next_one_is_answered() {
    let folder = tempfile::tempdir().unwrap();
    // Settings that are wrong are no reason to be silent about an agent.
    std::fs::write(folder.path().join("araldo.toml"), "[no such").unwrap();
    let phone = BROWSERS[2];
    let lines = [
        "{\"agent\": ".to_owned(),
        json!({ "agent": phone, "kind": "sneezed" }).to_string(),
        json!({ "agent": phone, "method": "HEAD" }).to_string(),
        json!({ "agent": phone, "after_s": 0.3, "kind": "clicked" }).to_string(),
        json!({ "agent": phone, "headers": { "Purpose": "prefetch" } }).to_string(),
        json!({ "agent": phone, "method": "POST", "kind": "confirmed" }).to_string(),
    ];
    let answers = asked(folder.path(), &lines);
    assert!(answers[0]["error"].is_string(), "{}", answers[0]);
    assert!(answers[1]["error"].is_string(), "{}", answers[1]);
    let verdicts: Vec<&Value> = answers[2..]
        .iter()
        .map(|answer| &answer["verdict"])
        .collect();
    assert_eq!(verdicts, ["scanner", "scanner", "preview", "confirmed"]);
    assert_eq!(
        answers,
        asked(folder.path(), &lines),
        "asked again, answered the same"
    );
}

fn asked(folder: &Path, lines: &[String]) -> Vec<Value> {
    let mut program = Command::new(env!("CARGO_BIN_EXE_araldo"))
        .args(["verdict", "--explain", "--json"])
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = program.stdin.take().unwrap();
    input
        .write_all((lines.join("\n") + "\n").as_bytes())
        .unwrap();
    drop(input);
    let output = program.wait_with_output().unwrap();
    assert!(output.status.success());
    let answers: Vec<Value> = String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(answers.len(), lines.len(), "one answer for each line");
    answers
}
