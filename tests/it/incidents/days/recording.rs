//! The recording, which a person can read (`two_days.log`), and what the map answers at each look of it.
//! What clients must hear of that is in `truth`; how it is said over HTTP in `layer`.

use chrono::{NaiveDate, TimeDelta};

const LOG: &str = include_str!("two_days.log");
/// Looks of one day.
pub(super) const DAY: usize = 288;
/// Minutes from one look to the next.
const EVERY: i64 = 5;
/// Minutes of a day.
pub(super) const DAY_LONG: i64 = 24 * 60;
/// How the map says that an interruption was planned.
pub(super) const WORKS: &str = "Lavoro Programmato";
const FAULT: &str = "Guasto";

/// The municipalities that have clients: name, ISTAT code as the map writes it, a place in it.
pub(super) const TOWNS: [(&str, u32, (f64, f64)); 8] = [
    ("ASSEMINI", 92_003, (39.29, 8.99)),
    ("CAGLIARI", 92_009, (39.22, 9.12)),
    ("CAPOTERRA", 92_011, (39.18, 8.97)),
    ("DECIMOMANNU", 92_015, (39.31, 8.97)),
    ("PULA", 92_050, (39.01, 9.0)),
    ("SELARGIUS", 92_068, (39.26, 9.17)),
    ("SESTU", 92_074, (39.3, 9.09)),
    ("SINNAI", 92_080, (39.3, 9.2)),
];

/// What the map answers to one look.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum MapAnswer {
    Rows(Vec<MapRow>),
    /// A first page with some of them, and an error in the place of the second.
    Truncated(Vec<MapRow>),
    /// A page for people.
    Html,
    /// An error in good form.
    Error,
    /// That nothing changed, which nobody had asked.
    Unchanged,
    Down,
}

/// A row of the map. Times are minutes since day 1 began.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct MapRow {
    /// Of its interruption; of a further row of the same one with `/2`.
    number: String,
    pub(super) place: String,
    pub(super) cause: Option<&'static str>,
    pub(super) since: i64,
    pub(super) until: Option<i64>,
    pub(super) customers: u32,
    pub(super) note: Option<String>,
    /// Latitude and longitude stand in each other's place.
    pub(super) exchanged: bool,
}

/// What the map answers at each look, in their order.
pub(super) struct Recording {
    answers: Vec<MapAnswer>,
}

#[derive(Debug)]
struct LogLine<'a> {
    day: i64,
    at: i64,
    verb: &'a str,
    words: Vec<&'a str>,
}

/// How the map stands while the log is read.
#[derive(Default)]
struct MapState<'a> {
    rows: Vec<MapRow>,
    /// What is wrong, and until when.
    trouble: Option<(Vec<&'a str>, i64)>,
}

impl Recording {
    pub(super) fn read() -> Self {
        let lines = LOG
            .lines()
            .filter(|it| !it.is_empty() && !it.starts_with('#'));
        let mut lines = lines.map(LogLine::read).peekable();
        let mut state = MapState::default();
        let mut answers = Vec::new();
        for look in 0..2 * DAY {
            let at = minute_of(look);
            while let Some(line) = lines.next_if(|line| line.at <= at) {
                assert_eq!(
                    line.at, at,
                    "in their order, at the times of looks: {line:?}"
                );
                state.change(&line);
            }
            answers.push(state.answer(at));
        }
        assert!(lines.next().is_none(), "the log is longer than two days");
        Self { answers }
    }

    pub(super) fn answer(&self, look: usize) -> &MapAnswer {
        &self.answers[look]
    }

    /// Whether a look shows something else than the one before it.
    pub(super) fn changes_at(&self, look: usize) -> bool {
        look == 0 || self.answers[look] != self.answers[look - 1]
    }
}

impl<'a> LogLine<'a> {
    fn read(line: &'a str) -> Self {
        let mut words = line.split_whitespace();
        let mut word = || words.next().expect("day, time and verb");
        let day = word().parse().expect("a day");
        let (at, verb) = (minute(day, word()), word());
        Self {
            day,
            at,
            verb,
            words: words.collect(),
        }
    }
}

impl<'a> MapState<'a> {
    fn change(&mut self, line: &LogLine<'a>) {
        match (line.verb, line.words.as_slice()) {
            ("shown", [number, place, words @ ..]) => {
                let mut row = MapRow::at(number, place);
                row.say(line.day, words);
                self.rows.push(row);
            }
            ("says", [number, words @ ..]) => {
                let row = self.rows.iter_mut().find(|row| row.number == *number);
                row.expect("it is shown").say(line.day, words);
            }
            ("gone", [number]) => {
                let row = self.rows.iter().position(|row| row.number == *number);
                self.rows.remove(row.expect("it is shown"));
            }
            ("layer", [trouble @ .., "until", end]) => {
                self.trouble = Some((trouble.to_vec(), minute(line.day, end)));
            }
            _ => panic!("no line of the log: {line:?}"),
        }
    }

    fn answer(&self, at: i64) -> MapAnswer {
        let trouble = self.trouble.as_ref().filter(|(_, end)| at < *end);
        let rows = || self.rows.iter().cloned();
        let trouble = trouble.map(|(words, _)| words.as_slice());
        match trouble.unwrap_or_default() {
            [] => MapAnswer::Rows(rows().collect()),
            ["empty"] => MapAnswer::Rows(Vec::new()),
            ["only", number] => {
                MapAnswer::Rows(rows().filter(|row| row.number == *number).collect())
            }
            ["truncated"] => MapAnswer::Truncated(rows().collect()),
            ["html"] => MapAnswer::Html,
            ["error"] => MapAnswer::Error,
            ["unchanged"] => MapAnswer::Unchanged,
            ["down"] => MapAnswer::Down,
            other => panic!("no trouble of the map: {other:?}"),
        }
    }
}

impl MapRow {
    fn at(number: &str, place: &str) -> Self {
        Self {
            number: number.to_owned(),
            place: place.to_owned(),
            cause: None,
            since: 0,
            until: None,
            customers: 0,
            note: None,
            exchanged: false,
        }
    }

    fn say(&mut self, day: i64, words: &[&str]) {
        let mut words = words.iter().copied();
        while let Some(word) = words.next() {
            let mut value = || words.next().expect("a value");
            match word {
                "fault" => self.cause = Some(FAULT),
                "works" => self.cause = Some(WORKS),
                "unknown" => self.cause = None,
                "exchanged" => self.exchanged = true,
                "since" => self.since = minute(day, value()),
                "until" => self.until = Some(minute(day, value())),
                "customers" => self.customers = value().parse().expect("a number"),
                "note" => self.note = Some(words.by_ref().collect::<Vec<_>>().join(" ")),
                other => panic!("a row does not say `{other}`"),
            }
        }
    }

    /// The interruption that it is a row of.
    pub(super) fn incident(&self) -> &str {
        self.number.split('/').next().unwrap_or_default()
    }

    /// The municipality's code; none where the map has something else in its stead.
    pub(super) fn town(&self) -> Option<u32> {
        let town = TOWNS.iter().find(|(name, ..)| *name == self.place);
        town.map(|(_, code, _)| *code)
            .or_else(|| self.place.parse().ok())
    }
}

/// When a look takes place.
pub(super) fn minute_of(look: usize) -> i64 {
    EVERY * i64::try_from(look).expect("a few hundred")
}

/// A minute as the map writes it, by the clocks of Rome.
pub(super) fn written(minute: i64, form: &str) -> String {
    let begin = NaiveDate::from_ymd_opt(2026, 11, 24).and_then(|day| day.and_hms_opt(0, 0, 0));
    let at = begin.expect("a day") + TimeDelta::minutes(minute);
    at.format(form).to_string()
}

fn minute(day: i64, text: &str) -> i64 {
    let (day, time) = match text.split_once('/') {
        Some((day, time)) => (day.parse().expect("a day"), time),
        None => (day, text),
    };
    let (hour, minute) = time.split_once(':').expect("HH:MM");
    let number = |text: &str| text.parse::<i64>().expect("a number");
    (day - 1) * DAY_LONG + number(hour) * 60 + number(minute)
}
