//! What a key may do, and which events it may send: the type of an event decides the scope.
//!
//! A key can be bound further, to sources and to types. What nobody outside may send, whatever
//! the key, is in `event::outside`.

use std::fmt;
use std::str::FromStr;

use super::Scope;
use crate::domain::fault::FieldError;
use crate::domain::limits;
use crate::text::invisible::harmless;
use crate::text::sanitize;

impl Scope {
    /// The scope that an event of this type needs.
    #[must_use]
    pub fn to_send(kind: &str) -> Self {
        match kind.split_once('.') {
            Some(("case", _)) => Self::CasesWrite,
            Some(("incident", _)) => Self::IncidentsWrite,
            _ => Self::EventsWrite,
        }
    }
}

/// What a key may do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rights {
    pub scopes: Vec<Scope>,
    /// Sources whose events it may send; any when none is named.
    pub sources: Vec<Pattern>,
    /// Types of events it may send, within its scopes; any when none is named.
    pub types: Vec<Pattern>,
}

impl Rights {
    /// Whether the key has this scope.
    #[must_use]
    pub fn has(&self, scope: Scope) -> bool {
        self.scopes.contains(&scope)
    }

    /// Whether the key may send this event.
    pub fn may_send(&self, source: &str, kind: &str) -> Result<(), NotAllowed> {
        let needed = Scope::to_send(kind);
        if !self.has(needed) {
            return Err(NotAllowed::Scope {
                kind: harmless(kind),
                needed,
            });
        }
        self.may_say(kind)?;
        self.may_speak_for(source)
    }

    /// Whether the key is not bound to other sources than this.
    pub fn may_speak_for(&self, source: &str) -> Result<(), NotAllowed> {
        if allows(&self.sources, source) {
            return Ok(());
        }
        Err(NotAllowed::Source {
            source_name: harmless(source),
            allowed: listed(&self.sources),
        })
    }

    /// Whether the key is not bound to other types than this.
    pub fn may_say(&self, kind: &str) -> Result<(), NotAllowed> {
        if allows(&self.types, kind) {
            return Ok(());
        }
        Err(NotAllowed::Type {
            kind: harmless(kind),
            allowed: listed(&self.types),
        })
    }
}

impl From<&[Scope]> for Rights {
    /// These scopes, and no further bounds.
    fn from(scopes: &[Scope]) -> Self {
        Self {
            scopes: scopes.to_vec(),
            ..Self::default()
        }
    }
}

impl<const N: usize> From<&[Scope; N]> for Rights {
    fn from(scopes: &[Scope; N]) -> Self {
        Self::from(scopes.as_slice())
    }
}

fn allows(patterns: &[Pattern], text: &str) -> bool {
    patterns.is_empty() || patterns.iter().any(|pattern| pattern.fits(text))
}

fn listed(patterns: &[Pattern]) -> String {
    let words: Vec<_> = patterns
        .iter()
        .map(|pattern| format!("`{pattern}`"))
        .collect();
    words.join(", ")
}

/// Why a key may not send an event.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAllowed {
    /// Its scopes do not open the type.
    #[error("this key lacks the scope `{needed}`, which an event of type `{kind}` needs")]
    Scope { kind: String, needed: Scope },
    /// It is bound to other types.
    #[error("this key may not send events of type `{kind}`, only: {allowed}")]
    Type { kind: String, allowed: String },
    /// It is bound to other sources.
    #[error("this key may not send events of the source `{source_name}`, only: {allowed}")]
    Source {
        source_name: String,
        allowed: String,
    },
}

impl From<NotAllowed> for FieldError {
    fn from(refused: NotAllowed) -> Self {
        let pointer = match refused {
            NotAllowed::Scope { .. } | NotAllowed::Type { .. } => "/type",
            NotAllowed::Source { .. } => "/source",
        };
        Self::new(pointer, refused.to_string())
    }
}

/// A text as it is, or the beginning of texts when it ends with `*`: `/crm`, `case.*`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern(String);

impl Pattern {
    fn fits(&self, text: &str) -> bool {
        match self.0.strip_suffix('*') {
            Some(beginning) => text.starts_with(beginning),
            None => text == self.0,
        }
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Pattern {
    type Err = WrongPattern;

    fn from_str(text: &str) -> Result<Self, WrongPattern> {
        let body = text.strip_suffix('*').unwrap_or(text);
        let visible = !text.contains(char::is_whitespace) && !sanitize::has_invisible(text);
        if text.is_empty() || text.len() > limits::KEY_PATTERN || body.contains('*') || !visible {
            return Err(WrongPattern(harmless(text)));
        }
        Ok(Self(text.to_owned()))
    }
}

/// This is no pattern.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is neither a name without blanks, such as /crm, nor one with `*` at its end, such as case.*"
)]
pub struct WrongPattern(String);

#[cfg(test)]
mod tests {
    use super::*;

    fn key(scopes: &[Scope], sources: &[&str], types: &[&str]) -> Rights {
        let read = |words: &[&str]| words.iter().map(|word| word.parse().unwrap()).collect();
        Rights {
            scopes: scopes.to_vec(),
            sources: read(sources),
            types: read(types),
        }
    }

    #[test]
    fn the_type_decides_the_scope() {
        let events = key(&[Scope::EventsWrite], &[], &[]);
        assert_eq!(events.may_send("/meters", "meter.read"), Ok(()));
        for (kind, needed) in [
            ("case.opened", Scope::CasesWrite),
            ("case.of_a_later_version", Scope::CasesWrite),
            ("incident.opened", Scope::IncidentsWrite),
        ] {
            let refused = events.may_send("/crm", kind).unwrap_err();
            assert!(refused.to_string().contains(needed.as_str()), "{refused}");
            assert_eq!(key(&[needed], &[], &[]).may_send("/crm", kind), Ok(()));
        }
        let cases = key(&[Scope::CasesWrite], &[], &[]);
        assert!(cases.may_send("/crm", "incident.opened").is_err());
        assert!(cases.may_send("/crm", "meter.read").is_err());
        assert!(cases.may_send("/crm", "cases").is_err(), "no family");
    }

    #[test]
    fn a_key_is_bound_to_its_sources_and_types_within_its_scopes() {
        let all = [Scope::CasesWrite, Scope::IncidentsWrite];
        let bound = key(&all, &["/crm", "/desk/*"], &["case.*"]);
        assert_eq!(bound.may_send("/crm", "case.opened"), Ok(()));
        assert_eq!(bound.may_send("/desk/3", "case.closed"), Ok(()));
        let source = bound.may_send("/crm/2", "case.opened").unwrap_err();
        assert_eq!(FieldError::from(source).pointer, "/source");
        let kind = bound.may_send("/crm", "incident.opened").unwrap_err();
        assert!(kind.to_string().ends_with("only: `case.*`"), "{kind}");
        assert_eq!(FieldError::from(kind).pointer, "/type");
    }

    #[test]
    fn a_pattern_has_its_star_at_the_end_and_nothing_hidden() {
        for wrong in ["", "a b", "*.x", "a\u{200b}", &"x".repeat(501)] {
            assert!(wrong.parse::<Pattern>().is_err(), "{wrong}");
        }
        assert!("*".parse::<Pattern>().unwrap().fits("anything"));
    }
}
