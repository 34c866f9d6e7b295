//! How clients say closed cases went: how many were asked on the days of a period, and the scores of those
//! who answered, by kind of case, by the body responsible and by partner. Counted as they stand: an answer
//! that was changed counts as it is now, and a question that never reached its client was not asked.

use crate::domain::limits::SURVEY_GROUPS;
use crate::store::database::rows::row;
use crate::store::database::sql::all;
use crate::store::{StoreError, handle};

handle!(satisfaction -> SatisfactionRows);

row! {
    /// Those who were asked, and how many gave each score.
    #[derive(Debug, Clone, Default, PartialEq, Eq)]
    pub struct ScoreSums {
        /// Empty: all, or nobody is named.
        pub name: String,
        /// What people call it, where that is another word.
        pub label: String,
        pub asked: i64,
        pub ones: i64,
        pub twos: i64,
        pub threes: i64,
        pub fours: i64,
        pub fives: i64,
    }
}

/// By what the sums are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SatisfactionBy {
    Kind,
    /// Who was responsible for the case.
    Body,
    /// Who looked after the client.
    Partner,
}

/// Everybody of some surveys that were asked: who answered, and whom the question reached as far as is known.
/// Of a question whose messages are gone, or whose event is not known, what was planned counts.
macro_rules! scores {
    () => {
        concat!(
            "CAST(coalesce(sum(CASE WHEN s.score IS NOT NULL OR s.event_id IS NULL
             OR NOT EXISTS (SELECT 1 FROM plan p JOIN message m ON m.plan_id = p.id
             WHERE p.event_id = s.event_id)
             OR EXISTS (SELECT 1 FROM plan p JOIN message m ON m.plan_id = p.id
             WHERE p.event_id = s.event_id AND ",
            $crate::store::messages::rollup::is_reached!(),
            ") THEN 1 ELSE 0 END), 0) AS BIGINT) AS asked,
             CAST(coalesce(sum(CASE WHEN s.score = 1 THEN 1 ELSE 0 END), 0) AS BIGINT) AS ones,
             CAST(coalesce(sum(CASE WHEN s.score = 2 THEN 1 ELSE 0 END), 0) AS BIGINT) AS twos,
             CAST(coalesce(sum(CASE WHEN s.score = 3 THEN 1 ELSE 0 END), 0) AS BIGINT) AS threes,
             CAST(coalesce(sum(CASE WHEN s.score = 4 THEN 1 ELSE 0 END), 0) AS BIGINT) AS fours,
             CAST(coalesce(sum(CASE WHEN s.score = 5 THEN 1 ELSE 0 END), 0) AS BIGINT) AS fives"
        )
    };
}

pub(in crate::store) use scores;

impl SatisfactionRows<'_> {
    /// The sums of the days from one to another, both included, those most asked about first.
    pub async fn between(
        &mut self,
        from: i64,
        to: i64,
        by: SatisfactionBy,
    ) -> Result<Vec<ScoreSums>, StoreError> {
        macro_rules! sums {
            ($key:literal) => {
                all!(self.0, "count how satisfied clients are",
                    "SELECT x.name, coalesce((SELECT c.name FROM client c
                     WHERE c.ref = x.partner), x.name) AS label, x.asked, x.ones, x.twos, x.threes,
                     x.fours, x.fives FROM (SELECT ", $key, " AS name, ", scores!(), ",
                     CASE WHEN $4 THEN ", $key, " END AS partner FROM survey s
                     WHERE s.state = 'asked' AND s.day >= $1 AND s.day <= $2
                     GROUP BY ", $key, ") AS x WHERE x.asked > 0 ORDER BY x.asked DESC, x.name LIMIT $3";
                    from, to, SURVEY_GROUPS, by == SatisfactionBy::Partner
                )
            };
        }
        match by {
            SatisfactionBy::Kind => sums!("s.kind"),
            SatisfactionBy::Body => sums!("coalesce(s.body, '')"),
            SatisfactionBy::Partner => sums!("coalesce(s.partner, '')"),
        }
    }
}
