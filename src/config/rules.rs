//! Reading `rules.toml` into [`Rule`]s, all or nothing. A fault names file, line and the way out.
//! What a rule means is in `domain::rule`; `plan` applies them. Whether the templates they name
//! exist is asked by `araldo check`, which knows the templates.

use chrono::TimeDelta;
use serde::{Deserialize, Deserializer, de::Error as _};
use toml::Spanned;

use super::error::ConfigError;
use super::file::FileSetting;
use crate::domain::limits::NAMED_FAULTS;
use crate::domain::message::{Channel, Class, Lane, OnUnknown};
use crate::domain::rule::{
    Audience, ChannelChoice, Fallback, FallbackUnless, Rule, UnreadableChoice,
    condition_within_limits,
};
use crate::text::text_enum::text_enum;
use crate::text::time::parse_time;
use crate::text::toml_faults::{self, line_at};

/// The rules built into the program.
const SHIPPED: &str = include_str!("../../config/rules.toml");
/// Their name in messages: no file of that machine has them.
const SHIPPED_NAME: &str = "built-in rules";

/// A rule and where it stands.
#[derive(Debug)]
pub struct PlacedRule {
    pub rule: Rule,
    /// File and line, `rules.toml:12`.
    pub at: String,
}

/// Whether a rule that stands there is built into the program.
#[must_use]
pub fn is_built_in(place: &str) -> bool {
    let line = place.strip_prefix(SHIPPED_NAME);
    line.is_some_and(|line| line.starts_with(':'))
}

/// Reads the rules of a file, or those built in.
pub fn load(file: Option<&FileSetting>) -> Result<Vec<Rule>, ConfigError> {
    let (name, text) = text_of(file)?;
    parse(&name, &text)
}

/// Those rules of a file that can be read, whatever is wrong with the others.
#[must_use]
pub fn readable(file: Option<&FileSetting>) -> Vec<PlacedRule> {
    text_of(file).map_or_else(|_| Vec::new(), |(name, text)| examine(&name, &text).0)
}

/// Reads rules. `file` is the name used in faults. All of them are named, up to a number that is
/// enough for one run.
pub fn parse(file: &str, text: &str) -> Result<Vec<Rule>, ConfigError> {
    let (rules, mut faults) = examine(file, text);
    match faults.len() {
        0 => Ok(rules.into_iter().map(|placed| placed.rule).collect()),
        1 => Err(faults.remove(0)),
        _ => Err(ConfigError::Several(faults)),
    }
}

/// A rule as it would stand in a file, with every key that it has.
#[must_use]
pub fn written(rule: &Rule) -> String {
    let text = |text: &str| toml::Value::String(text.to_owned()).to_string();
    let span = |span: TimeDelta| {
        let time = span.to_std().unwrap_or_default();
        text(&humantime::format_duration(time).to_string())
    };
    let list = |items: Vec<String>| format!("[{}]", items.join(", "));
    let mut keys = vec![
        ("name", text(&rule.name)),
        ("on", list(rule.on.iter().map(|kind| text(kind)).collect())),
    ];
    keys.extend(rule.when.as_deref().map(|when| ("when", text(when))));
    keys.extend(rule.late.then(|| ("late", "true".to_owned())));
    let channels = rule.channels.iter().map(|wish| text(wish.as_str()));
    let quiet_hours = match rule.respects_quiet_hours {
        true => QuietHoursWord::Respect,
        false => QuietHoursWord::Ignore,
    };
    keys.extend([
        ("audience", text(rule.audience.as_str())),
        ("template", text(&rule.template)),
        ("topic", text(&rule.topic)),
        ("class", text(rule.class.as_str())),
        ("lane", text(rule.lane.as_str())),
        ("channels", list(channels.collect())),
        ("quiet_hours", text(quiet_hours.as_str())),
    ]);
    keys.extend(rule.fallback.map(|fallback| {
        let (after, channel) = (span(fallback.after), text(fallback.channel.as_str()));
        let more = match fallback.unless {
            FallbackUnless::Delivered => String::new(),
            FallbackUnless::Read => {
                let (unless, choice) = (fallback.unless.as_str(), fallback.unreadable.as_str());
                format!(", unless = {}, unreadable = {}", text(unless), text(choice))
            }
        };
        (
            "fallback",
            format!("{{ after = {after}, channel = {channel}{more} }}"),
        )
    }));
    keys.extend(rule.coalesce.map(|time| ("coalesce", span(time))));
    keys.extend([
        ("expires", span(rule.expires)),
        ("on_unknown", text(rule.on_unknown.as_str())),
    ]);
    let lines = keys
        .into_iter()
        .map(|(key, value)| format!("{key} = {value}\n"));
    format!("[[rule]]\n{}", lines.collect::<String>())
}

fn text_of(file: Option<&FileSetting>) -> Result<(String, String), ConfigError> {
    match file {
        None => Ok((SHIPPED_NAME.to_owned(), SHIPPED.to_owned())),
        Some(file) => Ok((file.path.display().to_string(), file.text()?)),
    }
}

fn examine(file: &str, text: &str) -> (Vec<PlacedRule>, Vec<ConfigError>) {
    let fault = |offset: usize, detail: String| ConfigError::Rule {
        file: file.to_owned(),
        line: line_at(text, offset),
        detail,
    };
    let (written, found) = toml_faults::read::<RulesFile>(text, NAMED_FAULTS);
    let found = found.into_iter();
    let mut faults: Vec<ConfigError> = found.map(|(at, detail)| fault(at, detail)).collect();
    let mut rules: Vec<PlacedRule> = Vec::new();
    for written in written.map(|written| written.rule).unwrap_or_default() {
        if faults.len() > NAMED_FAULTS {
            break;
        }
        let offset = written.name.span().start;
        let name = written.name.get_ref().clone();
        let twice = rules.iter().any(|earlier| earlier.rule.name == name);
        match written.checked() {
            Err(details) => {
                faults.extend(details.into_iter().map(|detail| fault(offset, detail)));
            }
            Ok(_) if twice => faults.push(fault(
                offset,
                format!("there is a rule `{name}` above; each needs a name of its own"),
            )),
            Ok(rule) => rules.push(PlacedRule {
                rule,
                at: format!("{file}:{}", line_at(text, offset)),
            }),
        }
    }
    (rules, faults)
}

/// The file as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RulesFile {
    #[serde(default)]
    rule: Vec<WrittenRule>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenRule {
    name: Spanned<String>,
    on: Vec<String>,
    when: Option<Expression>,
    #[serde(default)]
    late: bool,
    audience: Audience,
    template: String,
    topic: String,
    #[serde(default = "usual_class")]
    class: Class,
    #[serde(default = "usual_lane")]
    lane: Lane,
    #[serde(default = "usual_channels")]
    channels: Vec<ChannelWord>,
    fallback: Option<WrittenFallback>,
    #[serde(default = "usual_quiet_hours")]
    quiet_hours: QuietHoursWord,
    coalesce: Option<Time>,
    #[serde(default = "usual_expiry")]
    expires: Time,
    #[serde(default = "usual_policy")]
    on_unknown: OnUnknown,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenFallback {
    after: Time,
    channel: Channel,
    #[serde(default = "usual_unless")]
    unless: FallbackUnless,
    unreadable: Option<UnreadableChoice>,
}

text_enum! {
    /// Whether quiet hours count.
    pub enum QuietHoursWord {
        /// Wait for their end.
        Respect => "respect",
        /// Send all the same.
        Ignore => "ignore",
    }
}

const fn usual_class() -> Class {
    Class::Service
}
const fn usual_lane() -> Lane {
    Lane::Normal
}
fn usual_channels() -> Vec<ChannelWord> {
    vec![ChannelWord(ChannelChoice::Preferred)]
}
const fn usual_quiet_hours() -> QuietHoursWord {
    QuietHoursWord::Respect
}
const fn usual_expiry() -> Time {
    Time(TimeDelta::hours(24))
}
const fn usual_policy() -> OnUnknown {
    OnUnknown::Reconcile
}
const fn usual_unless() -> FallbackUnless {
    FallbackUnless::Delivered
}

impl WrittenRule {
    /// The rule, or all that its keys say wrong.
    fn checked(self) -> Result<Rule, Vec<String>> {
        let faults = self.faults();
        if !faults.is_empty() {
            return Err(faults);
        }
        Ok(Rule {
            when: self.when.map(|when| when.0),
            late: self.late,
            audience: self.audience,
            template: self.template,
            topic: self.topic,
            class: self.class,
            lane: self.lane,
            channels: self.channels.into_iter().map(|wish| wish.0).collect(),
            fallback: self.fallback.map(|fallback| Fallback {
                after: fallback.after.0,
                channel: fallback.channel,
                unless: fallback.unless,
                unreadable: fallback.unreadable.unwrap_or(UnreadableChoice::Send),
            }),
            respects_quiet_hours: self.quiet_hours == QuietHoursWord::Respect,
            coalesce: self.coalesce.map(|time| time.0),
            expires: self.expires.0,
            on_unknown: self.on_unknown,
            on: self.on,
            name: self.name.into_inner(),
        })
    }

    fn faults(&self) -> Vec<String> {
        let name = self.name.get_ref();
        let mut faults = Vec::new();
        for (key, text) in [
            ("name", name),
            ("template", &self.template),
            ("topic", &self.topic),
        ] {
            if text.trim().is_empty() {
                faults.push(format!("`{key}` is empty"));
            }
        }
        match self.on.first() {
            None => faults.push("`on` is empty; name the event types to listen to".to_owned()),
            Some(first) => {
                let family = first.split('.').next().unwrap_or_default();
                faults.extend(check_audience(name, &self.on, self.audience, family).err());
            }
        }
        if self.channels.is_empty() {
            faults.push(format!(
                "`{name}` has no channel; write \"preferred\", \"sms\" or \"email\""
            ));
        }
        faults.extend(
            self.fallback
                .as_ref()
                .and_then(|fallback| fallback.fault(name, self)),
        );
        faults
    }
}

impl WrittenFallback {
    /// What it says that cannot come true.
    fn fault(&self, name: &str, rule: &WrittenRule) -> Option<String> {
        let own = ChannelChoice::Fixed(self.channel);
        if self.unreadable.is_some() && self.unless != FallbackUnless::Read {
            let detail = "`fallback.unreadable` without `unless = \"read\"`: only who waits for reading asks whether it shows";
            return Some(format!("`{name}` has {detail}"));
        }
        let waits = self.unless == FallbackUnless::Read;
        if waits && rule.channels.iter().any(|wish| wish.0 == own) {
            let detail =
                "names its channel in `channels`, too: then nothing is spared; leave it out there";
            return Some(format!("`fallback` of `{name}` {detail}"));
        }
        None
    }
}

/// A case event has no area, and an incident no client of its own: such a rule tells nobody.
fn check_audience(
    name: &str,
    on: &[String],
    audience: Audience,
    family: &str,
) -> Result<(), String> {
    let of_cases = matches!(audience, Audience::CaseClient | Audience::CaseWatchers);
    let wrong = on.iter().find(|event| match event.split('.').next() {
        Some("incident") => of_cases,
        Some("case") => audience == Audience::IncidentArea,
        _ => false,
    });
    match wrong {
        None => Ok(()),
        Some(event) => {
            let right = if family == "incident" {
                "incident-area"
            } else {
                "case-client"
            };
            Err(format!(
                "`{name}` listens to `{event}`, which has no audience `{audience}`; write {right} or listed"
            ))
        }
    }
}

/// A minijinja expression whose syntax holds.
struct Expression(String);

impl<'de> Deserialize<'de> for Expression {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        condition_within_limits(&text)
            .map_err(|fault| D::Error::custom(format!("`when` cannot be taken: {fault}")))?;
        let checked = minijinja::Environment::new()
            .compile_expression(&text)
            .map(drop);
        match checked {
            Ok(()) => Ok(Self(text)),
            Err(error) => Err(D::Error::custom(format!(
                "`{text}` is not an expression such as \"event.data.state == 'waiting'\": {}",
                error.detail().unwrap_or("it cannot be read")
            ))),
        }
    }
}

/// `preferred`, `sms` or `email`.
struct ChannelWord(ChannelChoice);

impl<'de> Deserialize<'de> for ChannelWord {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let word = String::deserialize(deserializer)?;
        match (word.as_str(), word.parse()) {
            ("preferred", _) => Ok(Self(ChannelChoice::Preferred)),
            (_, Ok(channel)) => Ok(Self(ChannelChoice::Fixed(channel))),
            _ => Err(D::Error::custom(format!(
                "`{word}` is not one of: preferred, sms, email"
            ))),
        }
    }
}

/// A length of time such as "30m".
struct Time(TimeDelta);

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        parse_time(&text).map(Self).map_err(D::Error::custom)
    }
}
