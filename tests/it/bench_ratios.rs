//! `araldo bench` measures what it says: every message really went out, every client really has a
//! row, on both stores; and it touches nobody's data. Sizes are tiny: the figures mean nothing.

use std::process::{Command, Output};

use serde_json::Value;

use crate::support::servers::postgres;

fn bench(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_araldo"))
        .arg("bench")
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
