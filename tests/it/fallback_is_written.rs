//! A rule's second channel as it is written: each key comes back as it was, what cannot come true is
//! refused with the way out, and plans of earlier versions keep their meaning.

use araldo::config::rules;
use araldo::domain::Channel;
use araldo::domain::rule::{FallbackUnless, PlanSettings, UnreadableChoice};

const BASE: &str = "[[rule]]\nname = \"a\"\non = [\"case.opened\"]\naudience = \"case-client\"\n\
    template = \"t\"\ntopic = \"cases\"\nchannels = [\"email\"]\n";

fn with(fallback: &str) -> String {
    format!("{BASE}fallback = {{ after = \"2h\", {fallback} }}\n")
}

#[test]
fn each_key_comes_back_as_it_was_written() {
    for (keys, unless, unreadable) in [
        (
            "channel = \"sms\"",
            FallbackUnless::Delivered,
            UnreadableChoice::Send,
        ),
        (
            "channel = \"sms\", unless = \"read\"",
            FallbackUnless::Read,
            UnreadableChoice::Send,
        ),
        (
            "channel = \"sms\", unless = \"read\", unreadable = \"skip\"",
            FallbackUnless::Read,
            UnreadableChoice::Skip,
        ),
    ] {
        let rule = rules::parse("rules.toml", &with(keys)).unwrap().remove(0);
        let fallback = rule.fallback.unwrap();
        assert_eq!((fallback.unless, fallback.unreadable), (unless, unreadable));
        let again = rules::parse("rules.toml", &rules::written(&rule)).unwrap();
        assert_eq!(again, [rule]);
    }
}

#[test]
fn what_cannot_come_true_is_refused_with_the_way_out() {
    for (keys, said) in [
        (
            "channel = \"sms\", unreadable = \"skip\"",
            "without `unless = \"read\"`",
        ),
        (
            "channel = \"email\", unless = \"read\"",
            "leave it out there",
        ),
        ("channel = \"sms\", unless = \"seen\"", "delivered, read"),
    ] {
        let fault = rules::parse("rules.toml", &with(keys)).unwrap_err();
        assert!(fault.to_string().contains(said), "{fault}");
    }
}

#[test]
fn a_plan_of_an_earlier_version_is_stopped_by_a_receipt() {
    let settings = r#"{"audience":"case-client","channels":["preferred"],"on_unknown":"reconcile",
        "respects_quiet_hours":true,"expires_s":3600,"fallback":[14400,"email"]}"#;
    let settings: PlanSettings = serde_json::from_str(settings).unwrap();
    assert_eq!(settings.fallback, Some((14_400, Channel::Email)));
    assert_eq!(settings.unread, None);
}
