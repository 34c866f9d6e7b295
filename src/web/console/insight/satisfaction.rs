//! `GET /console/insight/satisfaction`: how clients say that closed cases went, by kind of case, by the
//! body responsible and by partner; as CSV as well. Comments stand with their cases.

use askama::Template;
use axum::http::header;
use axum::response::Response;

use super::{InsightQuery, SPANS, share};
use crate::domain::case_kind::CaseKinds;
use crate::domain::role::Right;
use crate::insight::satisfaction::Satisfaction;
use crate::web::actions::satisfaction::SatisfactionSums;
use crate::web::cell::guarded;
use crate::web::console::shell::chart::{Bar, bars};
use crate::web::console::shell::{
    self, ConsolePart, ConsoleWords, FluentValue, Frame, Visit, strictly,
};
use crate::web::problem::Problem;
use crate::web::request::extract::Query;

/// One kind, body or partner.
pub(crate) struct ScoreLine {
    pub(crate) name: String,
    pub(crate) asked: String,
    /// How many answered, with the share of those who were asked.
    pub(crate) answered: String,
    /// A dash where few answered; so the next.
    pub(crate) mean: String,
    pub(crate) good: String,
}

/// One question, with its lines.
struct ScoreTable {
    id: &'static str,
    question: String,
    key: String,
    lines: Vec<ScoreLine>,
}

#[derive(Template)]
#[template(path = "console/insight/satisfaction.html")]
struct SatisfactionPage {
    frame: Frame,
    days: i64,
    spans: [(i64, String); 4],
    /// The period as the query of a link.
    query: String,
    /// Nobody was asked in the period.
    empty: bool,
    answer: String,
    tables: Vec<ScoreTable>,
    bars: Vec<Bar>,
    /// Each score, and how many gave it; empty where few answered.
    scores: Vec<(i64, String)>,
}

pub(crate) async fn get(
    visit: Visit,
    Query(ask): Query<InsightQuery>,
) -> Result<Response, Problem> {
    visit.person.require(Right::Rates)?;
    let asked = ask.period(visit.web.moment().day());
    let sums = SatisfactionSums::read(&visit.web, asked.period).await?;
    let words = visit.words();
    let scores = sums.all.distribution().unwrap_or_default();
    let is_drawn = sums.all.distribution().is_some();
    let numbered = (1..).zip(scores).filter(|_| is_drawn);
    let drawn: Vec<_> = numbered
        .clone()
        .map(|(score, count): (i64, i64)| (format!("{score}: {count}"), count, count))
        .collect();
    Ok(shell::page(&SatisfactionPage {
        frame: visit
            .frame(
                ConsolePart::Insight,
                words.say("insight-satisfaction-title"),
            )
            .await?,
        days: asked.span.unwrap_or(0),
        spans: SPANS.map(|days| (days, words.count("insight-days", days))),
        query: asked.query(),
        empty: sums.all.asked == 0,
        answer: answer(&sums.all, words),
        tables: tables(&sums, visit.web.pages.case_kinds(), words),
        bars: bars(&drawn),
        scores: numbered
            .map(|(score, count)| (score, words.number(count)))
            .collect(),
    }))
}

/// `GET /console/insight/satisfaction.csv`: the same lines with all that is counted.
pub(crate) async fn csv(
    visit: Visit,
    Query(ask): Query<InsightQuery>,
) -> Result<Response, Problem> {
    visit.person.require(Right::Rates)?;
    let period = ask.period(visit.web.moment().day()).of_file()?;
    let sums = SatisfactionSums::read(&visit.web, period).await?;
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (
            header::CONTENT_DISPOSITION,
            "attachment; filename=\"araldo-satisfaction.csv\"",
        ),
    ];
    match table(&sums) {
        Ok(text) => Ok(strictly((headers, text))),
        Err(error) => {
            tracing::error!(error = %error, "the satisfaction could not be written as CSV");
            Err(Problem::page_failed())
        }
    }
}

/// What the scores of a group come to, for people.
pub(crate) fn score_line(group: &Satisfaction, name: String, words: ConsoleWords) -> ScoreLine {
    let few = || "–".to_owned();
    ScoreLine {
        name,
        asked: words.number(group.asked),
        answered: share(group.response(), words),
        mean: group.mean().map_or_else(few, |mean| written(mean, words)),
        good: group.good().map_or_else(few, |good| share(good, words)),
    }
}

/// A mean in hundredths: `4.25`, `4,25`.
fn written(mean: i64, words: ConsoleWords) -> String {
    let point = words.language().choose(",", ".");
    format!("{}{point}{:02}", mean / 100, mean % 100)
}

fn answer(all: &Satisfaction, words: ConsoleWords) -> String {
    let values = [
        ("asked", FluentValue::from(words.number(all.asked))),
        ("answered", words.number(all.answered()).into()),
        (
            "mean",
            all.mean()
                .map_or_else(String::new, |mean| written(mean, words))
                .into(),
        ),
    ];
    let key = match all.mean() {
        Some(_) => "insight-satisfaction-answer",
        None => "insight-satisfaction-few",
    };
    words.say_with(key, &values)
}

fn tables(sums: &SatisfactionSums, kinds: &CaseKinds, words: ConsoleWords) -> Vec<ScoreTable> {
    let language = words.language().tag();
    let kind = |group: &Satisfaction| kinds.kind_label(&group.name, language);
    let body = |group: &Satisfaction| match group.name.as_str() {
        "" => words.say("insight-satisfaction-nobody").into_owned(),
        word => kinds.body(word).to_owned(),
    };
    let partner = |group: &Satisfaction| match group.name.as_str() {
        "" => words.say("insight-satisfaction-nobody").into_owned(),
        _ => group.label.clone(),
    };
    let lines = |groups: &[Satisfaction], name: &dyn Fn(&Satisfaction) -> String| {
        let line = |group: &Satisfaction| score_line(group, name(group), words);
        groups.iter().map(line).collect::<Vec<_>>()
    };
    let table = |id, [question, key]: [&str; 2], lines| ScoreTable {
        id,
        question: words.say(question).into_owned(),
        key: words.say(key).into_owned(),
        lines,
    };
    let by_kind = ["insight-satisfaction-by-kind", "insight-satisfaction-kind"];
    let by_body = ["insight-satisfaction-by-body", "insight-satisfaction-body"];
    let by_partner = [
        "insight-satisfaction-by-partner",
        "insight-satisfaction-partner",
    ];
    vec![
        table("kinds", by_kind, lines(&sums.kinds, &kind)),
        table("bodies", by_body, lines(&sums.bodies, &body)),
        table("partners", by_partner, lines(&sums.partners, &partner)),
    ]
}

fn table(sums: &SatisfactionSums) -> csv::Result<Vec<u8>> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record([
        "by", "name", "asked", "answered", "mean", "good", "score_1", "score_2", "score_3",
        "score_4", "score_5",
    ])?;
    let all = std::slice::from_ref(&sums.all);
    for (by, groups) in [
        ("all", all),
        ("kind", sums.kinds.as_slice()),
        ("body", sums.bodies.as_slice()),
        ("partner", sums.partners.as_slice()),
    ] {
        for group in groups {
            let mean = group
                .mean()
                .map(|mean| written(mean, ConsoleWords::ENGLISH));
            let good = group.good().map(|good| good.k.to_string());
            let scores = group.distribution();
            let scores = scores.map(|scores| scores.map(|count| count.to_string()));
            let texts = [by.to_owned(), guarded(&group.name)];
            let counts = [group.asked, group.answered()].map(|count| count.to_string());
            let known = [mean, good].map(Option::unwrap_or_default);
            let scores = scores.unwrap_or_default();
            let cells = texts.iter().chain(&counts).chain(&known).chain(&scores);
            writer.write_record(cells)?;
        }
    }
    writer
        .into_inner()
        .map_err(|error| error.into_error().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_few_answered_a_file_has_the_counts_alone() {
        let group = |name: &str, scores| Satisfaction {
            name: name.to_owned(),
            label: name.to_owned(),
            asked: 9,
            scores,
        };
        let sums = SatisfactionSums {
            all: group("", [0, 0, 1, 2, 4]),
            kinds: vec![group("=voltura", [0, 0, 1, 2, 1])],
            bodies: Vec::new(),
            partners: Vec::new(),
        };
        let text = String::from_utf8(table(&sums).unwrap()).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[1], "all,,9,7,4.43,6,0,0,1,2,4");
        assert_eq!(lines[2], "kind,'=voltura,9,4,,,,,,,");
        let italian = ConsoleWords::new(crate::domain::language::Language::Italian);
        assert_eq!(score_line(&sums.all, String::new(), italian).mean, "4,43");
    }
}
