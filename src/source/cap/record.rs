//! From an alert to the columns of a record: the language that clients read is chosen, several
//! hazards are summed up, and what a note has room for is cut to it. The columns are always the
//! same; `null` stands where the alert says nothing. To which incident it belongs is `chain`'s.

use serde_json::{Map, Value, json};

use super::alert::{CapAlert, CapInfo, CapStep};
use super::places;
use super::settings::CapSettings;
use crate::domain::Timestamp;
use crate::domain::limits::{EARLIEST, LATEST, PROSE, REFERENCE};
use crate::text::sanitize;

/// Hazards of one alert whose words stand in its note.
const NOTED: usize = 3;
/// Longest words that stand where a time should, in characters.
const QUOTED_TIME: usize = 40;
/// Grades, the worst first (CAP 1.2 §3.2.2).
const GRADES: [&str; 4] = ["extreme", "severe", "moderate", "minor"];

/// A time as it is written, and what it means: a fault says which element it stands in.
type CapTime<'a> = Result<(Timestamp, &'a str), String>;

impl CapAlert {
    /// The columns of its record, without those that hang on other alerts.
    #[must_use]
    pub fn columns(&self, settings: &CapSettings) -> Map<String, Value> {
        let infos = self.chosen(&settings.language);
        let first = infos.first().copied();
        let said =
            |of: fn(&CapInfo) -> &String| word(first.map_or("", |info| of(info).as_str()), PROSE);
        let grade = |of: fn(&CapInfo) -> &String| lower(first.map_or("", |info| of(info).as_str()));
        let mut columns = Map::from_iter([
            ("identifier".to_owned(), word(&self.identifier, PROSE)),
            ("sender".to_owned(), word(&self.sender, PROSE)),
            ("sent".to_owned(), self.sent_column()),
            ("msg_type".to_owned(), word(&self.msg_type, REFERENCE)),
            ("kind".to_owned(), json!(settings.incident_kind)),
            ("service".to_owned(), json!(settings.service)),
            ("language".to_owned(), said(|info| &info.language)),
            (
                "event".to_owned(),
                word(first.map_or("", |info| info.event.as_str()), REFERENCE),
            ),
            ("severity".to_owned(), grade(|info| &info.severity)),
            ("urgency".to_owned(), grade(|info| &info.urgency)),
            ("certainty".to_owned(), grade(|info| &info.certainty)),
            ("headline".to_owned(), said(|info| &info.headline)),
            ("description".to_owned(), said(|info| &info.description)),
            ("instruction".to_owned(), said(|info| &info.instruction)),
            ("sender_name".to_owned(), said(|info| &info.sender_name)),
            ("web".to_owned(), said(|info| &info.web)),
            ("contact".to_owned(), said(|info| &info.contact)),
            ("category".to_owned(), list(&infos, |info| &info.categories)),
            ("response".to_owned(), list(&infos, |info| &info.responses)),
            ("note".to_owned(), word(&self.note_of(&infos), PROSE)),
        ]);
        columns.extend(self.times(&infos));
        columns.extend(self.place(&infos, settings));
        columns
    }

    /// Whether what it says does not hold any more.
    pub(super) fn is_past(&self, language: &str, now: Timestamp) -> bool {
        self.until(language).is_some_and(|end| end <= now)
    }

    /// When the last of its words expires; nothing if one of them does not.
    pub(super) fn until(&self, language: &str) -> Option<Timestamp> {
        let infos = self.chosen(language);
        let end = |info: &&CapInfo| {
            let end = Timestamp::parse(&info.expires).ok();
            end.filter(|at| is_foreseeable(*at))
        };
        let ends: Option<Vec<Timestamp>> = infos.iter().map(end).collect();
        ends?.into_iter().max()
    }

    /// What an operator should know of times that it was told without: clients hear of the danger,
    /// and not that it ends in the year 9999.
    pub(super) fn doubt(&self, language: &str) -> Option<String> {
        let infos = self.chosen(language);
        let mut times = infos.iter().flat_map(|info| {
            [
                ("onset", &info.onset),
                ("effective", &info.effective),
                ("expires", &info.expires),
            ]
        });
        let (element, text) = times.find(|(_, text)| {
            let at = Timestamp::parse(text);
            at.is_ok_and(|at| !is_foreseeable(at))
        })?;
        Some(format!(
            "`{element}` of the alert `{}` is `{}`, which lies before 2000 or after 2100; it was \
             told without that time",
            sanitize::excerpt(&self.identifier, QUOTED_TIME),
            shortened(text, QUOTED_TIME)
        ))
    }

    /// Whether all that it says is that the danger is over.
    pub(super) fn is_over(&self, language: &str) -> bool {
        let infos = self.chosen(language);
        !infos.is_empty() && infos.iter().all(|info| info.is_all_clear())
    }

    /// Its hazards in the language that clients read, the worst first. Of several, those that are
    /// over say nothing.
    fn chosen(&self, language: &str) -> Vec<&CapInfo> {
        let main = |tag: &str| {
            tag.split('-')
                .next()
                .unwrap_or_default()
                .to_ascii_lowercase()
        };
        let exact = |info: &&CapInfo| info.language.eq_ignore_ascii_case(language);
        let near = |info: &&CapInfo| main(&info.language) == main(language);
        let mut found: Vec<&CapInfo> = self.infos.iter().filter(exact).collect();
        if found.is_empty() {
            found = self.infos.iter().filter(near).collect();
        }
        if let (true, Some(first)) = (found.is_empty(), self.infos.first()) {
            let like_first = |info: &&CapInfo| info.language == first.language;
            found = self.infos.iter().filter(like_first).collect();
        }
        if found.iter().any(|info| !info.is_all_clear()) {
            found.retain(|info| !info.is_all_clear());
        }
        found.sort_by_key(|info| {
            let grade = GRADES
                .iter()
                .position(|it| info.severity.eq_ignore_ascii_case(it));
            grade.unwrap_or(GRADES.len())
        });
        found
    }

    /// A time without an offset names no moment, and must not be taken for one of our zone.
    fn sent_column(&self) -> Value {
        match time("sent", &self.sent) {
            None => Value::Null,
            Some(Ok((_, text))) => json!(text),
            Some(Err(text)) => json!(text),
        }
    }

    /// `expires` is how long the words hold: where that ends before the danger begins, nobody has
    /// said when the danger ends.
    fn times(&self, infos: &[&CapInfo]) -> Map<String, Value> {
        let begins = infos.iter().filter_map(|info| {
            let onset = optional_time("onset", &info.onset);
            onset.or_else(|| optional_time("effective", &info.effective))
        });
        let expire = infos.iter();
        let expire = expire.map(|info| optional_time("expires", &info.expires));
        let began = extreme(begins, |new, old| new < old);
        // One that has no end leaves all of them without.
        let expire: Option<Vec<CapTime<'_>>> = expire.collect();
        let expires = extreme(expire.unwrap_or_default(), |new, old| new > old);
        let holds = !matches!(self.step(), CapStep::Cancel);
        let is_after = match (&began, &expires) {
            (Some(Ok((began, _))), Some(Ok((end, _)))) => end > began,
            _ => true,
        };
        let column = |time: Option<CapTime<'_>>, is_said: bool| match time.filter(|_| is_said) {
            None => Value::Null,
            Some(Ok((_, text))) => json!(text),
            Some(Err(text)) => json!(text),
        };
        Map::from_iter([
            ("began_at".to_owned(), column(began, holds)),
            (
                "ends".to_owned(),
                column(expires.clone(), holds && is_after),
            ),
            ("expires".to_owned(), column(expires, true)),
        ])
    }

    /// Whoever was told is told that it was cancelled: its own area is not looked at then. Where the
    /// language that clients read has no areas, those of the others stand for them.
    fn place(&self, infos: &[&CapInfo], settings: &CapSettings) -> Map<String, Value> {
        let of_chosen: Vec<_> = infos.iter().flat_map(|info| &info.areas).collect();
        let names = distinct(of_chosen.iter().map(|area| area.description.as_str()));
        let names = word(&names.join("; "), PROSE);
        let is_placed = of_chosen.iter().any(|area| area.is_placed());
        let areas = match (self.step(), is_placed) {
            (CapStep::Cancel, _) => Vec::new(),
            (_, true) => of_chosen,
            (_, false) => self.infos.iter().flat_map(|info| &info.areas).collect(),
        };
        let mut columns = places::columns(&areas, settings);
        columns.insert("area".to_owned(), names);
        columns
    }

    /// What clients read: each hazard with its places and what to do.
    fn note_of(&self, infos: &[&CapInfo]) -> String {
        let of_alert = Some(&self.note).filter(|_| self.step() == CapStep::Cancel);
        let noted = infos.len().clamp(1, NOTED);
        let room = (PROSE - 4 * NOTED) / noted;
        let blocks = infos.iter().take(noted).map(|info| block(info, room));
        let blocks: Vec<String> = of_alert.cloned().into_iter().chain(blocks).collect();
        distinct(blocks.iter().map(String::as_str)).join("\n\n")
    }
}

/// The words of one hazard, with room for what to do about it however long its description is.
fn block(info: &CapInfo, room: usize) -> String {
    let title = match info.headline.is_empty() {
        true => &info.event,
        false => &info.headline,
    };
    let areas = distinct(info.areas.iter().map(|area| area.description.as_str()));
    let title = shortened(title, room / 6);
    let areas = shortened(&areas.join("; "), room / 6);
    let instruction = shortened(&info.instruction, room / 3);
    let used = [&title, &areas, &instruction].map(|text| text.chars().count() + 1);
    let left = room.saturating_sub(used.iter().sum());
    let description = match info.description == info.headline {
        true => String::new(),
        false => shortened(&info.description, left),
    };
    distinct([&title, &areas, &description, &instruction].map(String::as_str)).join("\n")
}

/// A time, if something stands there.
fn time<'a>(element: &str, text: &'a str) -> Option<CapTime<'a>> {
    if text.is_empty() {
        return None;
    }
    let at = Timestamp::parse(text).map(|at| (at, text));
    Some(at.map_err(|_| format!("{} ({element})", shortened(text, QUOTED_TIME))))
}

/// The same of a time that may be missing: one that nobody can mean is not said.
fn optional_time<'a>(element: &str, text: &'a str) -> Option<CapTime<'a>> {
    let time = time(element, text);
    time.filter(|time| !matches!(time, Ok((at, _)) if !is_foreseeable(*at)))
}

fn is_foreseeable(at: Timestamp) -> bool {
    (EARLIEST..=LATEST).contains(&at)
}

/// The earliest or the latest; a time that is none before all others, so that somebody hears of it.
fn extreme<'a>(
    times: impl IntoIterator<Item = CapTime<'a>>,
    is_more: fn(Timestamp, Timestamp) -> bool,
) -> Option<CapTime<'a>> {
    times.into_iter().reduce(|old, new| match (&old, &new) {
        (Ok((old_at, _)), Ok((new_at, _))) if is_more(*new_at, *old_at) => new,
        (Ok(_), Err(_)) => new,
        _ => old,
    })
}

fn list(infos: &[&CapInfo], of: fn(&CapInfo) -> &Vec<String>) -> Value {
    let words = infos.iter().flat_map(|info| of(info));
    let words = distinct(words.map(String::as_str));
    word(&words.join(", "), REFERENCE)
}

/// Each once, without those that are empty.
fn distinct<'a>(texts: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let mut distinct: Vec<&str> = Vec::new();
    for text in texts {
        if !text.is_empty() && !distinct.contains(&text) {
            distinct.push(text);
        }
    }
    distinct
}

fn word(text: &str, longest: usize) -> Value {
    match text.is_empty() {
        true => Value::Null,
        false => json!(shortened(text, longest)),
    }
}

fn lower(text: &str) -> Value {
    word(&text.to_lowercase(), REFERENCE)
}

/// At most so many characters; what is cut off is cut between words, and shown by an ellipsis.
fn shortened(text: &str, longest: usize) -> String {
    let Some((end, _)) = text.char_indices().nth(longest) else {
        return text.to_owned();
    };
    let Some((before, _)) = text[..end].char_indices().next_back() else {
        return String::new();
    };
    let kept = &text[..before];
    let kept = match kept.rfind(char::is_whitespace) {
        Some(at) if at > before / 2 => &kept[..at],
        _ => kept,
    };
    format!("{}…", kept.trim_end())
}
