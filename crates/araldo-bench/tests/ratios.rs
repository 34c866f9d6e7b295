//! `araldo-bench` measures what it says: every message really went out, every client really has a
//! row, on both stores; and it touches nobody's data. Sizes are tiny: the figures mean nothing.

#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test stops at the first surprise"
)]

use std::process::{Command, Output};

use serde_json::Value;

#[path = "../../../tests/it/support/servers/mod.rs"]
#[allow(
    dead_code,
    unused_imports,
    clippy::allow_attributes,
    reason = "the servers of the daemon's tests, of which one is needed here"
)]
mod servers;

use servers::postgres;

fn bench(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_araldo-bench"))
        .args(arguments)
        .output()
        .unwrap()
}

/// Runs it and reads the one line it prints.
fn measured(arguments: &[&str]) -> Value {
    let output = bench(arguments);
    let says = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{says}");
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {says}"))
}

fn drain(store: &str) -> Value {
    let sizes = ["--messages", "60", "--pairs", "2", "--sessions", "4"];
    measured(&[&["drain", "--json", "--store", store], &sizes[..]].concat())
}

fn fan_out(store: &str) -> Value {
    measured(&["fanout", "--json", "--clients", "250", "--store", store])
}

fn is_a_ratio(report: &Value) {
    let ratio = report["ratio"].as_f64().unwrap();
    assert!(ratio > 0.0 && ratio.is_finite(), "{report}");
}

#[test]
fn drain_stands_beside_smtp_source_on_both_stores() {
    for (kind, store) in [
        ("sqlite", "sqlite".to_owned()),
        ("postgres", postgres::fresh_database()),
    ] {
        let report = drain(&store);
        assert_eq!(report["store"], kind);
        assert_eq!(report["pairs"].as_array().unwrap().len(), 2);
        let size = report["mail_bytes"].as_u64().unwrap();
        assert!((1_000..100_000).contains(&size), "whole mails: {report}");
        is_a_ratio(&report);
    }
}

#[test]
fn fan_out_stands_beside_the_database_on_both_stores() {
    for (kind, store) in [
        ("sqlite", "sqlite".to_owned()),
        ("postgres", postgres::fresh_database()),
    ] {
        let report = fan_out(&store);
        assert_eq!(
            (&report["store"], &report["count"]),
            (&kind.into(), &250.into())
        );
        assert!(report["peak_rss_mib"].as_u64().unwrap() > 0);
        is_a_ratio(&report);
    }
}

#[test]
fn a_store_in_use_is_left_alone() {
    let store = postgres::fresh_database();
    fan_out(&store);
    let again = bench(&["fanout", "--clients", "10", "--store", &store]);
    assert!(!again.status.success());
    let says = String::from_utf8_lossy(&again.stderr);
    assert!(says.contains("name an empty one"), "{says}");
}

fn both() -> [String; 2] {
    ["sqlite".to_owned(), postgres::fresh_database()]
}

/// Each mark has a figure, whether it was reached or not.
fn has_marks(report: &Value) {
    let marks = report["marks"].as_array().unwrap();
    assert!(!marks.is_empty(), "{report}");
    for mark in marks {
        let measured = mark["measured"].as_f64().unwrap();
        assert!(measured.is_finite(), "{report}");
        assert!(mark["reached"].is_boolean(), "{report}");
    }
}

#[test]
fn sms_go_to_the_gateway_and_stand_beside_wrk() {
    let report = measured(&[
        "drain",
        "--json",
        "--channel",
        "sms",
        "--messages",
        "40",
        "--pairs",
        "1",
        "--sessions",
        "4",
    ]);
    is_a_ratio(&report);
    has_marks(&report);
}

#[test]
fn three_nodes_share_the_work_and_nobody_gets_two() {
    let store = postgres::fresh_database();
    let report = measured(&[
        "drain",
        "--json",
        "--nodes",
        "3",
        "--messages",
        "300",
        "--pairs",
        "1",
        "--sessions",
        "4",
        "--store",
        &store,
    ]);
    assert_eq!(
        (&report["nodes"], &report["doubles"]),
        (&3.into(), &0.into())
    );
    is_a_ratio(&report);
}

#[test]
fn one_event_after_the_other_reaches_the_mail_server() {
    for store in both() {
        let report = measured(&["latency", "--json", "--events", "5", "--store", &store]);
        assert_eq!(report["times"]["count"], 5);
        has_marks(&report);
    }
}

#[test]
fn urgent_mails_come_while_the_bulk_ones_are_still_going() {
    for store in both() {
        let report = measured(&[
            "urgent",
            "--json",
            "--urgent",
            "20",
            "--events",
            "2",
            "--bulk",
            "4000",
            "--sessions",
            "4",
            "--store",
            &store,
        ]);
        assert_eq!(report["busy"]["count"], 20);
        assert!(report["bulk_left"].as_u64().unwrap() > 0, "{report}");
        has_marks(&report);
    }
}

#[test]
fn requests_are_answered_and_kept() {
    let sizes = ["--seconds", "1", "--rounds", "1"];
    let accept = measured(&[&["accept", "--json", "--batch", "20"], &sizes[..]].concat());
    is_a_ratio(&accept);
    has_marks(&accept);
    let click = measured(&[&["click", "--json"], &sizes[..]].concat());
    is_a_ratio(&click);
    has_marks(&click);
}

#[test]
fn a_storm_of_reports_is_kept_to_the_last() {
    for store in both() {
        let report = measured(&[
            "receipts",
            "--json",
            "--rate",
            "100",
            "--seconds",
            "2",
            "--messages",
            "50",
            "--sessions",
            "4",
            "--store",
            &store,
        ]);
        let answered = report["kept"].as_u64().unwrap() + report["refused"].as_u64().unwrap();
        assert_eq!(answered, 200, "{report}");
        has_marks(&report);
    }
}

#[test]
fn what_is_written_into_their_table_reaches_the_gateway() {
    for way in ["outbox", "query"] {
        for store in both() {
            let theirs = postgres::fresh_database();
            let sizes = ["--rate", "50", "--changes", "20", "--flood", "300"];
            let places = ["--theirs", &theirs, "--store", &store, "--way", way];
            let report = measured(&[&["source", "--json"], &sizes[..], &places[..]].concat());
            assert_eq!(
                (&report["way"], &report["lag"]["count"]),
                (&way.into(), &20.into())
            );
            has_marks(&report);
        }
    }
}

#[test]
fn every_page_comes_with_few_messages_and_with_more() {
    for store in both() {
        let report = measured(&[
            "pages", "--json", "--few", "1000", "--many", "4000", "--looks", "3", "--rows", "2000",
            "--store", &store,
        ]);
        assert!(
            report["bytes_per_message"].as_i64().unwrap() > 0,
            "{report}"
        );
        let pages = report["pages"].as_array().unwrap();
        assert!(pages.len() > 80);
        let came = |page: &&Value| [200, 303].map(Value::from).contains(&page["status"]);
        let absent: Vec<&Value> = pages.iter().filter(|page| !came(page)).collect();
        assert!(absent.len() < 10, "{absent:?}");
        assert!(
            report["workbook"]["bytes"].as_i64().unwrap() > 20_000,
            "{report}"
        );
        has_marks(&report);
    }
}

#[test]
fn the_model_of_many_nodes_keeps_the_contract() {
    let store = postgres::fresh_database();
    let report = measured(&[
        "scale",
        "--json",
        "--messages",
        "400",
        "--seconds",
        "5",
        "--store",
        &store,
    ]);
    assert_eq!(report["runs"].as_array().unwrap().len(), 8);
    assert_eq!(report["marks"][0]["reached"], true, "{report}");
}
