//! `araldo verdict`: who would this be? One line, one answer, by the rules that judge real hits.
//!
//! A line is a JSON object, or a bare User-Agent. Nothing is looked up and nothing is kept. What
//! only several hits together show cannot be asked: see [`crate::track::recent`].

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{HEADERS, Judgement, PRESSED, Signs, after, at_sight, in_kind, is_passive, rules};
use crate::domain::limits::LONGEST_VERDICT_LINE;
use crate::domain::{EngagementKind, Reading, Verdict};

/// What is asked: all but the agent may be absent. A name that is not known is a fault: what was
/// meant by it would otherwise count for nothing, unseen.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct AskedHit {
    agent: Option<String>,
    method: Option<String>,
    #[serde(default)]
    headers: BTreeMap<String, AskedHeader>,
    /// Seconds since a provider took the message.
    after_s: Option<f64>,
    kind: Option<EngagementKind>,
}

/// One value, or all values of a header that came several times.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum AskedHeader {
    One(String),
    Several(Vec<String>),
}

/// What it would be taken for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct VerdictAnswer {
    pub verdict: Reading,
    /// Whether that is a machine, for programs that do not know the words.
    pub machine: bool,
    pub rule: &'static str,
    pub rules_version: i64,
    /// Why, in words for people.
    pub grounds: &'static str,
}

/// Answers one line; the error says what is wrong with it.
pub fn answer(line: &str) -> Result<VerdictAnswer, String> {
    if line.len() > LONGEST_VERDICT_LINE {
        return Err(format!("a line has at most {LONGEST_VERDICT_LINE} bytes"));
    }
    let judgement = judged(&AskedHit::read(line.trim())?)?;
    Ok(VerdictAnswer {
        verdict: judgement.reading,
        machine: judgement.verdict == Verdict::Machine,
        rule: judgement.rule,
        rules_version: rules::known().version,
        grounds: judgement.grounds,
    })
}

impl AskedHit {
    fn read(line: &str) -> Result<Self, String> {
        if line.starts_with('{') {
            return serde_json::from_str(line).map_err(|fault| format!("no such object: {fault}"));
        }
        Ok(Self {
            agent: Some(line.to_owned()),
            method: None,
            headers: BTreeMap::new(),
            after_s: None,
            kind: None,
        })
    }

    /// The value of a header, whatever the case of its name.
    fn header(&self, wanted: &str) -> Option<&str> {
        let (_, value) = self
            .headers
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(wanted))?;
        match value {
            AskedHeader::One(value) => Some(value.as_str()),
            AskedHeader::Several(values) => values.first().map(String::as_str),
        }
    }
}

fn judged(hit: &AskedHit) -> Result<Judgement, String> {
    let Some(agent) = hit.agent.as_deref().or_else(|| hit.header("user-agent")) else {
        return Err("`agent` is missing; an empty one is written \"\"".to_owned());
    };
    let method = hit.method.as_deref().unwrap_or("GET");
    let sight = at_sight(Signs {
        method,
        agent,
        headers: HEADERS.map(|name| hit.header(name).unwrap_or_default()),
    });
    let pressed = matches!(hit.kind, None | Some(EngagementKind::Confirmed));
    if pressed && method.eq_ignore_ascii_case("POST") && sight.verdict != Verdict::Machine {
        return Ok(Judgement::new(
            Reading::Confirmed,
            "confirmed.posted",
            PRESSED,
        ));
    }
    let sight = hit.kind.map_or(sight, |kind| in_kind(sight, kind));
    Ok(match hit.after_s {
        Some(seconds) if hit.kind.is_none_or(is_passive) => after(sight, seconds),
        _ => sight,
    })
}
