//! The daily digest of a partner's people who want it: which of its clients' cases are new, moved, were
//! closed or stand still since the digest before. In the morning of the organisation's zone, once for
//! all nodes, because whoever makes one notes in the same transaction up to when it tells. Where
//! nothing is new nothing is sent.
//!
//! It is a mail to one of the console's own people and no message to a client: how such mails go is
//! `letters`'s.

use chrono_tz::Tz;

use super::letters::{self, ReportMail};
use crate::domain::case_kind::CaseKinds;
use crate::domain::language::Language;
use crate::domain::limits::{DIGEST_CASES, DIGEST_PEOPLE};
use crate::domain::{Ids, TestSendId, Timestamp};
use crate::store::access::digests::DigestReader;
use crate::store::reports::partner::{PartnerCase, PartnerSight};
use crate::store::templates::test_sends::TestAsked;
use crate::store::{Store, StoreError};

/// What the mail is called where it is sent.
const KIND: &str = "partner-digest";

/// What a digest is made with.
pub struct DigestMaking<'a> {
    pub store: &'a Store,
    pub ids: &'a dyn Ids,
    pub kinds: &'a CaseKinds,
    pub zone: Tz,
    pub now: Timestamp,
    /// By the time outside, by which the mails wait.
    pub wall: Timestamp,
}

/// Makes the digests that are due and says how many are to be sent.
pub async fn make_digests(making: &DigestMaking<'_>) -> Result<usize, StoreError> {
    let today = letters::today(making.now, making.zone);
    let Some(due) = letters::due(today, making.now, making.zone) else {
        return Ok(0);
    };
    let mut tx = making.store.read().await?;
    let readers = tx.digests().due(due, DIGEST_PEOPLE).await?;
    drop(tx);
    let mut made = 0;
    for reader in readers {
        if make(making, &reader).await? {
            made += 1;
        }
    }
    Ok(made)
}

async fn make(making: &DigestMaking<'_>, reader: &DigestReader) -> Result<bool, StoreError> {
    let now = making.now;
    let mut tx = making.store.write().await?;
    if !tx.digests().take(reader, now).await? {
        return Ok(false);
    }
    let sight = PartnerSight::of(reader.partner.clone());
    let since = reader.digested_at;
    let cases = tx.seen_by(&sight).news(since, DIGEST_CASES + 1).await?;
    if cases.is_empty() {
        tx.commit().await?;
        return Ok(false);
    }
    let language = Language::for_reader(reader.language.as_deref().unwrap_or_default());
    let letter = written(cases, since, language, making.kinds);
    let id = TestSendId::new(making.ids.next());
    let asked = letters::post(&mut tx, id, (KIND, &reader.email), &letter, making.wall).await?;
    tx.commit().await?;
    Ok(asked == TestAsked::Taken)
}

/// What is new of a case, in the order in which the digest tells it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum DigestPart {
    Stalled,
    Opened,
    Moved,
    Closed,
}

impl DigestPart {
    const ALL: [Self; 4] = [Self::Stalled, Self::Opened, Self::Moved, Self::Closed];

    fn of(case: &PartnerCase, since: Timestamp) -> Self {
        if case.closed_at.is_some() {
            return Self::Closed;
        }
        match case.stalled_at {
            Some(at) if at >= since => Self::Stalled,
            _ if case.opened_at >= since => Self::Opened,
            _ => Self::Moved,
        }
    }

    fn heading(self, language: Language) -> &'static str {
        match self {
            Self::Stalled => language.choose("Ferme", "Standing still"),
            Self::Opened => language.choose("Nuove", "New"),
            Self::Moved => language.choose("In movimento", "Moved on"),
            Self::Closed => language.choose("Chiuse", "Closed"),
        }
    }
}

fn written(
    mut cases: Vec<PartnerCase>,
    since: Timestamp,
    language: Language,
    kinds: &CaseKinds,
) -> ReportMail {
    let most = usize::try_from(DIGEST_CASES).unwrap_or(usize::MAX);
    let more = cases.len() > most;
    cases.truncate(most);
    let (mut text, mut html) = (String::new(), String::new());
    for part in DigestPart::ALL {
        let lines: Vec<String> = cases
            .iter()
            .filter(|case| DigestPart::of(case, since) == part)
            .map(|case| line(case, language, kinds))
            .collect();
        if !lines.is_empty() {
            write_part(&mut text, &mut html, part.heading(language), &lines);
        }
    }
    let last = last_words(more, language);
    text.push_str(last);
    ReportMail {
        language,
        subject: subject(cases.len(), more, language),
        html: format!(
            "<!doctype html><html lang=\"{}\"><body>{html}<p>{last}</p></body></html>",
            language.tag()
        ),
        text,
    }
}

/// `PR-1, Maria Rossi: waiting for the distributor (e-distribuzione)`
fn line(case: &PartnerCase, language: Language, kinds: &CaseKinds) -> String {
    let data = &case.data;
    let state = kinds.state_label(&data.kind, &data.state, language.tag());
    let with = data.owner.as_deref();
    let with = with.map_or_else(String::new, |with| format!(" ({with})"));
    format!("{}, {}: {state}{with}", data.case, case.client_name)
}

fn write_part(text: &mut String, html: &mut String, heading: &str, lines: &[String]) {
    let plain = lines.iter().map(|line| format!("- {line}\n"));
    let plain = plain.collect::<Vec<_>>().concat();
    let listed = lines
        .iter()
        .map(|line| format!("<li>{}</li>", escaped(line)));
    let listed = listed.collect::<Vec<_>>().concat();
    text.push_str(&[heading, "\n", plain.as_str(), "\n"].concat());
    html.push_str(&["<h2>", heading, "</h2><ul>", listed.as_str(), "</ul>"].concat());
}

fn subject(cases: usize, more: bool, language: Language) -> String {
    let over = if more { "> " } else { "" };
    match (language, cases) {
        (Language::Italian, 1) => "Una pratica dei tuoi clienti con novità".to_owned(),
        (Language::Italian, _) => format!("{over}{cases} pratiche dei tuoi clienti con novità"),
        (Language::English, 1) => "News of one case of your clients".to_owned(),
        (Language::English, _) => format!("News of {over}{cases} cases of your clients"),
    }
}

fn last_words(more: bool, language: Language) -> &'static str {
    match more {
        true => language.choose(
            "Ce ne sono altre: si vedono tutte dopo l'accesso. Lì, in \"Password e sessioni\", si rinuncia a questo riepilogo.",
            "There are more: log in to see them all. There, at \"Password and sessions\", you can do without this digest.",
        ),
        false => language.choose(
            "Il resto si vede dopo l'accesso. Lì, in \"Password e sessioni\", si rinuncia a questo riepilogo.",
            "Log in to see the rest. There, at \"Password and sessions\", you can do without this digest.",
        ),
    }
}

/// Names of clients and words of events come from outside.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_from_outside_runs_nowhere() {
        assert_eq!(escaped("<b a=\"x\">&"), "&lt;b a=&quot;x&quot;&gt;&amp;");
    }
}
