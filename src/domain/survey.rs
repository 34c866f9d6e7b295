//! How satisfied a client is with a closed case: the scores, until when one may be given, how often a
//! client is asked, and why somebody is not. Pure. When the question is asked is `source::clock`'s; what
//! is answered is kept by `store::people::surveys`.

use std::ops::RangeInclusive;

use chrono::TimeDelta;

use super::clock::Timestamp;
use super::limits::{
    SURVEY_CAP, SURVEY_CHANGED_WITHIN, SURVEY_OPEN, SURVEY_WAITS, SURVEYS_OF_CLIENT,
};
use crate::text::text_enum::text_enum;
use crate::text::time::parse_time;

/// From not at all satisfied to very.
pub const SCORES: RangeInclusive<i64> = 1..=5;
/// The highest score that a person has to look into.
pub const LOW_SCORE: i64 = 2;
/// The lowest score of whoever is satisfied.
pub const GOOD_SCORE: i64 = 4;

text_enum! {
    /// Why the client of a closed case is not asked how it went.
    pub enum SurveyOmission {
        /// Its source was new when it said that the case is closed.
        Quiet => "quiet",
        /// It was closed, and then it was not.
        Reopened => "reopened",
        /// The case is of nobody who is known.
        NoClient => "no_client",
        /// A conversation with the client is going on.
        Talking => "talking",
        /// The client waits for another case of this kind.
        OtherCase => "other_case",
        /// Others of the client's cases were asked about so often already.
        Often => "often",
    }
}

/// What the settings say of questions about closed cases (`[survey]`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SurveySettings {
    /// From the end of the case on.
    pub after: TimeDelta,
    /// From the question on, where nobody answered; none: it is asked once.
    pub reminder: Option<TimeDelta>,
    pub cap: SurveyCap,
}

/// How often one client is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SurveyCap {
    pub most: i64,
    /// Reckoned back from the moment of the question.
    pub within: TimeDelta,
}

impl SurveyCap {
    /// Reads `1 per 90 days`.
    pub fn parse(text: &str) -> Result<Self, String> {
        let read = text.split_once(" per ").and_then(|(most, within)| {
            let most = most.trim().parse::<i64>().ok()?;
            let within = parse_time(within.trim()).ok()?;
            Some(Self { most, within })
        });
        read.filter(|cap| (1..=SURVEYS_OF_CLIENT).contains(&cap.most) && cap.within <= SURVEY_CAP)
            .ok_or_else(|| {
                format!(
                    "`{text}` is no cap; write \"1 per 90 days\": 1 to {SURVEYS_OF_CLIENT} questions in \
                     at most {} days",
                    SURVEY_CAP.num_days()
                )
            })
    }
}

/// A time to wait before a question, as settings have it.
pub fn parse_wait(text: &str) -> Result<TimeDelta, String> {
    let wait = parse_time(text)?;
    match wait <= SURVEY_WAITS {
        true => Ok(wait),
        false => Err(format!(
            "`{text}` is too long: write at most {} days",
            SURVEY_WAITS.num_days()
        )),
    }
}

/// A score as it is typed or pressed: one digit.
#[must_use]
pub fn score(text: &str) -> Option<i64> {
    let score: i64 = text.parse().ok()?;
    (text.len() == 1 && SCORES.contains(&score)).then_some(score)
}

/// Whether a question that was asked then may be answered now, for the first time or otherwise.
#[must_use]
pub fn is_open(asked_at: Timestamp, first_answer: Option<Timestamp>, now: Timestamp) -> bool {
    match first_answer {
        Some(first) => now < first + SURVEY_CHANGED_WITHIN,
        None => now < asked_at + SURVEY_OPEN,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cap_is_so_many_in_a_time() {
        let cap = |text| SurveyCap::parse(text).map(|cap| (cap.most, cap.within.num_days()));
        assert_eq!(cap("1 per 90 days"), Ok((1, 90)));
        assert_eq!(cap("3 per 52 weeks"), Ok((3, 364)));
        for wrong in [
            "",
            "1",
            "per 90 days",
            "0 per 90 days",
            "-1 per 90 days",
            "1000 per 90 days",
            "1 per quarter",
            "1 per 3 years",
            "1 per 0 days",
        ] {
            assert!(cap(wrong).unwrap_err().contains("1 per 90 days"), "{wrong}");
        }
    }

    #[test]
    fn a_score_is_one_digit_from_one_to_five() {
        let found: Vec<_> = ["1", "5", "0", "6", "", "05", "+5", "٣", "5.0", "x"]
            .into_iter()
            .map(score)
            .collect();
        let mut expected = vec![None; 10];
        (expected[0], expected[1]) = (Some(1), Some(5));
        assert_eq!(found, expected);
    }

    #[test]
    fn an_answer_may_be_changed_for_a_week_and_given_for_a_month() {
        let at = |days| Timestamp::from_micros(1_795_000_000_000_000) + TimeDelta::days(days);
        assert!(is_open(at(0), None, at(29)));
        assert!(!is_open(at(0), None, at(30)));
        assert!(is_open(at(0), Some(at(28)), at(34)));
        assert!(!is_open(at(0), Some(at(1)), at(8)));
    }
}
