//! A rule as sentences in the reader's language: when, whom, how and with which text first, then what
//! holds beside that. Each key of a rule is in it. Pure; a condition of unusual parts is quoted as it
//! is written.

use crate::domain::condition::{self, ConditionPart};
use crate::domain::event::{
    BODY_FORWARDED, BODY_STALLED, CaseStep, IncidentStep, REPLY_FORWARDED, REPLY_RECEIVED,
};
use crate::domain::rule::{FallbackUnless, Rule, UnreadableChoice};
use crate::web::console::shell::{ConsoleWords, FluentValue};

/// The rule in a short sentence, in a whole one, and what else it says, a sentence each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RuleSentences {
    /// When, whom, and with which text.
    pub(super) short: String,
    pub(super) first: String,
    pub(super) more: Vec<String>,
}

pub(super) fn of(rule: &Rule, words: ConsoleWords) -> RuleSentences {
    let events: Vec<String> = rule.on.iter().map(|kind| event(kind, words)).collect();
    let condition = rule.when.as_deref();
    let condition = condition.map(|when| words.with("rules-if", "condition", &said(when, words)));
    let channels = rule.channels.iter();
    let channels = channels.map(|wish| words.of("rules-by", wish.as_str()).into_owned());
    let night = match rule.respects_quiet_hours {
        true => words.say("rules-not-in-quiet-hours"),
        false => words.say("rules-in-quiet-hours"),
    };
    let values: [(&'static str, FluentValue<'_>); 9] = [
        ("events", joined(&events, "rules-or", words).into()),
        ("condition", condition.unwrap_or_default().into()),
        (
            "audience",
            words.of("rules-audience", rule.audience.as_str()).into(),
        ),
        (
            "channels",
            joined(&channels.collect::<Vec<_>>(), "rules-and", words).into(),
        ),
        ("template", rule.template.as_str().into()),
        ("lane", words.of("rules-lane", rule.lane.as_str()).into()),
        ("night", night.into()),
        ("class", words.of("rules-class", rule.class.as_str()).into()),
        ("topic", rule.topic.as_str().into()),
    ];
    RuleSentences {
        short: short(rule, &events, words),
        first: words.say_with("rules-sentence", &values),
        more: more(rule, words),
    }
}

fn short(rule: &Rule, events: &[String], words: ConsoleWords) -> String {
    let condition = rule.when.as_ref().map(|_| words.say("rules-short-if"));
    let audience = words.of("rules-audience", rule.audience.as_str());
    let values: [(&'static str, FluentValue<'_>); 4] = [
        ("events", joined(events, "rules-or", words).into()),
        ("condition", condition.unwrap_or_default().into()),
        ("audience", audience.into()),
        ("template", rule.template.as_str().into()),
    ];
    words.say_with("rules-short", &values)
}

fn more(rule: &Rule, words: ConsoleWords) -> Vec<String> {
    let span = |key: &str, span| words.with(key, "span", &words.span(span));
    let mut more = Vec::new();
    more.extend(rule.coalesce.map(|time| span("rules-coalesce", time)));
    more.extend(rule.fallback.map(|fallback| {
        let values = [
            ("span", FluentValue::from(words.span(fallback.after))),
            (
                "channel",
                words.of("rules-by", fallback.channel.as_str()).into(),
            ),
        ];
        let key = match (fallback.unless, fallback.unreadable) {
            (FallbackUnless::Delivered, _) => "rules-fallback",
            (FallbackUnless::Read, UnreadableChoice::Send) => "rules-fallback-unread",
            (FallbackUnless::Read, UnreadableChoice::Skip) => "rules-fallback-unread-skip",
        };
        words.say_with(key, &values)
    }));
    more.push(span("rules-expires", rule.expires));
    more.push(
        words
            .of("rules-on-unknown", rule.on_unknown.as_str())
            .into_owned(),
    );
    if rule.late {
        more.push(words.say("rules-late").into_owned());
    }
    more
}

/// Whether Araldo knows what events of this type say.
pub(super) fn is_ours(kind: &str) -> bool {
    kind.parse::<CaseStep>().is_ok()
        || kind.parse::<IncidentStep>().is_ok()
        || matches!(
            kind,
            BODY_STALLED | BODY_FORWARDED | REPLY_RECEIVED | REPLY_FORWARDED
        )
}

/// What happens when an event of this type comes.
fn event(kind: &str, words: ConsoleWords) -> String {
    match is_ours(kind) {
        true => words.of("rules-event", kind).into_owned(),
        false => words.with("rules-other-event", "kind", kind),
    }
}

/// A condition in words, or as it is written.
fn said(when: &str, words: ConsoleWords) -> String {
    let Some(parts) = condition::parts(when) else {
        return words.with("rules-as-written", "condition", when);
    };
    let mut said = String::new();
    let mut field = "";
    for part in &parts {
        let piece = match part {
            ConditionPart::Field(path) => {
                field = path;
                name(path, words)
            }
            ConditionPart::Value(value) => this_value(field, value, words),
            ConditionPart::Values(values) => {
                let values = values.iter().map(|value| this_value(field, value, words));
                joined(&values.collect::<Vec<_>>(), "rules-or", words)
            }
            ConditionPart::Word(word) => words.of("rules-when", word.as_str()).into_owned(),
            ConditionPart::Bracket(true) => "(".to_owned(),
            ConditionPart::Bracket(false) => ")".to_owned(),
        };
        let is_apart = !said.is_empty() && !said.ends_with('(') && piece != ")";
        if is_apart {
            said.push(' ');
        }
        said.push_str(&piece);
    }
    said
}

/// What a field is called.
fn name(path: &str, words: ConsoleWords) -> String {
    match path {
        "event.data.state" | "case.state" | "incident.state" => words.say("rules-field-state"),
        "event.data.kind" | "case.kind" | "incident.kind" => words.say("rules-field-kind"),
        "event.data.owner" | "case.owner" => words.say("rules-field-owner"),
        "event.data.service" | "incident.service" => words.say("rules-field-service"),
        "event.data.severity" | "incident.severity" => words.say("rules-field-severity"),
        "event.source" => words.say("rules-field-source"),
        _ => {
            let last = path.strip_prefix("event.data.").unwrap_or(path);
            return words.with("rules-field-other", "field", last);
        }
    }
    .into_owned()
}

/// A value as the field's words have it.
fn this_value(field: &str, value: &str, words: ConsoleWords) -> String {
    let value = match field {
        "incident.kind" => words.of("incident-kind", value),
        "incident.service" => words.of("service", value),
        "incident.state" => words.of("incident-state", value),
        _ => value.replace('_', " ").into(),
    };
    words.with("rules-value", "value", &value)
}

/// `a, b and c`, with the word of this key before the last.
fn joined(items: &[String], key: &str, words: ConsoleWords) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} {} {last}", first.join(", "), words.say(key)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::rules;
    use crate::domain::condition::ConditionWord;
    use crate::domain::language::Language;
    use crate::domain::rule::Audience;
    use crate::domain::{Channel, Class, Lane, OnUnknown};

    const ENGLISH: ConsoleWords = ConsoleWords::ENGLISH;
    const ITALIAN: ConsoleWords = ConsoleWords::new(Language::Italian);

    fn rule(keys: &str) -> Rule {
        let text = format!(
            "[[rule]]\nname = \"r\"\naudience = \"listed\"\ntemplate = \"tells\"\ntopic = \"news\"\n{keys}"
        );
        rules::parse("rules.toml", &text).unwrap().remove(0)
    }

    #[test]
    fn a_rule_is_said_as_one_would_say_it() {
        let shipped = rules::load(None).unwrap();
        let waiting = shipped
            .iter()
            .find(|rule| rule.name == "case-waiting")
            .unwrap();
        let english = of(waiting, ENGLISH);
        assert_eq!(
            english.first,
            "When a case changes its state, if its state is “permits pending” or (its state begins \
             with “waiting” and its state is not “waiting for client”), tell its client by the \
             preferred channel with “case-waiting”, at once, not in quiet hours, as service news \
             about “cases”."
        );
        assert_eq!(
            english.more,
            [
                "At most one message on the same subject in 2 min: the newest of those that follow waits.",
                "What happened longer than 2 d ago is not worth telling and is not sent.",
                "When nobody can say whether a message left, its provider is asked.",
            ]
        );
        let italian = of(waiting, ITALIAN);
        assert_eq!(
            italian.first,
            "Quando una pratica cambia stato, se lo stato è “permits pending” o (lo stato inizia \
             con “waiting” e lo stato non è “waiting for client”), avvisa il suo cliente sul canale \
             preferito con “case-waiting”, subito, non nelle ore di silenzio, come notizia di \
             servizio su “cases”."
        );
    }

    #[test]
    fn every_rule_that_is_shipped_is_said_in_words() {
        for words in [ENGLISH, ITALIAN] {
            for rule in rules::load(None).unwrap() {
                let said = of(&rule, words);
                let text = format!("{} {}", said.first, said.more.join(" "));
                for raw in ["rules-", "event.", "incident.", "==", "  "] {
                    assert!(!text.contains(raw), "{}: {raw}: {text}", rule.name);
                }
                assert!(text.contains(&rule.template) && text.contains(&rule.topic));
            }
        }
    }

    #[test]
    fn every_word_of_a_list_is_said_in_each_language() {
        for words in [ENGLISH, ITALIAN] {
            let said = |family: &str, word: &str| {
                let key = format!("{family}-{}", word.replace(['_', '.'], "-"));
                assert_ne!(words.say(&key), key, "{key}");
            };
            for kind in CaseStep::ALL.iter().map(|it| it.as_str()) {
                said("rules-event", kind);
            }
            for kind in IncidentStep::ALL.iter().map(|it| it.as_str()) {
                said("rules-event", kind);
            }
            for kind in [
                BODY_STALLED,
                BODY_FORWARDED,
                REPLY_RECEIVED,
                REPLY_FORWARDED,
            ] {
                said("rules-event", kind);
            }
            for word in ConditionWord::ALL {
                said("rules-when", word.as_str());
            }
            for audience in Audience::ALL {
                said("rules-audience", audience.as_str());
            }
            for channel in Channel::ALL {
                said("rules-by", channel.as_str());
            }
            for lane in Lane::ALL {
                said("rules-lane", lane.as_str());
            }
            for class in Class::ALL {
                said("rules-class", class.as_str());
            }
            for policy in OnUnknown::ALL {
                said("rules-on-unknown", policy.as_str());
            }
        }
    }

    #[test]
    fn every_key_of_a_rule_changes_what_is_said() {
        let base = of(&rule("on = [\"meter.read\"]"), ENGLISH);
        assert!(
            base.first.contains("an event “meter.read” comes"),
            "{}",
            base.first
        );
        for key in [
            "on = [\"meter.read\", \"case.opened\"]",
            "on = [\"meter.read\"]\nwhen = \"event.data.kwh >= 3\"",
            "on = [\"meter.read\"]\nlate = true",
            "on = [\"meter.read\"]\nclass = \"safety\"",
            "on = [\"meter.read\"]\nlane = \"urgent\"",
            "on = [\"meter.read\"]\nchannels = [\"sms\", \"email\"]",
            "on = [\"meter.read\"]\nfallback = { after = \"4h\", channel = \"email\" }",
            "on = [\"meter.read\"]\nquiet_hours = \"ignore\"",
            "on = [\"meter.read\"]\ncoalesce = \"5m\"",
            "on = [\"meter.read\"]\nexpires = \"3h\"",
            "on = [\"meter.read\"]\non_unknown = \"resend\"",
        ] {
            assert_ne!(of(&rule(key), ENGLISH), base, "{key}");
        }
    }

    #[test]
    fn an_unusual_condition_is_quoted() {
        let said = of(
            &rule("on = [\"meter.read\"]\nwhen = \"event.data.tags|length > 2\""),
            ENGLISH,
        );
        assert!(
            said.first.contains("“event.data.tags|length > 2” holds"),
            "{}",
            said.first
        );
        let compared = of(
            &rule("on = [\"meter.read\"]\nwhen = \"event.data.kwh >= 3\""),
            ENGLISH,
        );
        assert!(
            compared.first.contains("“kwh” is at least “3”"),
            "{}",
            compared.first
        );
    }
}
