//! The figures that the demo shows, held against what its people really did.
//!
//! Only some can be measured. Whether somebody agreed to it has nothing to do with what they do, so
//! the share among the measured must be the share among all, within what chance allows.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use serde_json::Value;

use super::{Demo, number};

/// What people really did, by channel.
#[derive(Debug, Default)]
struct Truth {
    arrived: i64,
    with_pixel: i64,
    opened: i64,
    followed: i64,
    read: i64,
}

impl Truth {
    fn of(path: &Path) -> HashMap<String, Self> {
        let text = std::fs::read_to_string(path).unwrap();
        // The last line may be half written.
        let lines = text
            .lines()
            .filter_map(|line| serde_json::from_str(line).ok());
        let lines: Vec<Value> = lines.collect();
        let mut did: HashMap<i64, HashSet<&str>> = HashMap::new();
        for act in lines.iter().filter(|line| line["person"] == true) {
            let kind = act["kind"].as_str().unwrap();
            did.entry(number(act, "arrival")).or_default().insert(kind);
        }
        let mut truths: HashMap<String, Self> = HashMap::new();
        for arrival in lines.iter().filter(|line| line["channel"].is_string()) {
            let channel = arrival["channel"].as_str().unwrap().to_owned();
            let truth = truths.entry(channel).or_default();
            let did = did.get(&number(arrival, "arrival"));
            let has = |kind| i64::from(did.is_some_and(|did| did.contains(kind)));
            let pixel = arrival["pixel"] == true;
            truth.arrived += 1;
            truth.with_pixel += i64::from(pixel);
            truth.opened += i64::from(pixel) * has("opened");
            truth.followed += has("followed");
            truth.read += has("opened").max(has("followed"));
        }
        truths
    }
}

/// Two shares of the same: four standard deviations, and what was read in between.
fn agree(what: &str, shown: (i64, i64), truly: (i64, i64)) {
    #[expect(clippy::cast_precision_loss, reason = "counts of a small town")]
    let share = |(part, whole): (i64, i64)| (part as f64 / whole as f64, whole as f64);
    assert!(
        shown.1 > 100 && truly.1 > 100,
        "{what}: {shown:?}, {truly:?}"
    );
    let ((p, n), (q, m)) = (share(shown), share(truly));
    let chance = 4.0 * (q * (1.0 - q) * (1.0 / n + 1.0 / m)).sqrt();
    assert!(
        (p - q).abs() < chance + 0.02,
        "{what}: shown {p:.3} ({shown:?}), truly {q:.3} ({truly:?}), chance allows {chance:.3}"
    );
}

/// Asks for the figures and compares.
pub(super) async fn holds(demo: &Demo, path: &Path) {
    let shown = demo.stats("?by=channel").await;
    let truths = Truth::of(path);
    for row in &shown {
        let channel = row["channel"].as_str().unwrap();
        let truth = &truths[channel];
        let pair = |part: &str, whole: &str| (number(row, part), number(row, whole));
        agree(
            &format!("{channel} followed"),
            pair("clicked", "clicks_measurable"),
            (truth.followed, truth.arrived),
        );
        if channel == "sms" {
            assert!(row["opened"].is_null(), "an SMS cannot be opened: {row}");
            agree(
                "sms read",
                pair("read", "read_measurable"),
                (truth.read, truth.arrived),
            );
        } else {
            agree(
                "e-mail opened",
                pair("opened", "measurable"),
                (truth.opened, truth.with_pixel),
            );
        }
    }
}
