//! Bodies with which cases stand still, and the reports that they get. When there is one and what it
//! says is decided in `source::clock`; a body acknowledges it on its status page (`web::public`).

use crate::domain::Timestamp;
use crate::domain::event::StalledCase;
use crate::store::database::rows::row;
use crate::store::database::sql::{affected, all, execute, optional, value};
use crate::store::{StoreError, handle};

/// Bodies that the console shows.
const SHOWN: i64 = 20;

handle!(bodies -> Bodies);

row! {
    /// A report as it was made.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct BodyReportRow {
        pub id: i64,
        /// The body's word in cases.
        pub body: String,
        /// Which of its reports it is.
        pub number: i64,
        /// When the body said that it has it.
        pub acknowledged_at: Option<Timestamp>,
    }
}

row! {
    /// How a body does.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct BodyStanding {
        /// Its word in cases; empty where none is named.
        pub body: String,
        /// How many cases stand still with it.
        pub cases: i64,
        /// Since when the one has stood that has stood for longest.
        pub oldest: Option<Timestamp>,
        /// When its last report was made, if it ever got one; so the next two.
        pub made_at: Option<Timestamp>,
        pub chased_at: Option<Timestamp>,
        pub acknowledged_at: Option<Timestamp>,
    }
}

/// A report to be made.
#[derive(Debug, Clone, Copy)]
pub struct NewBodyReport<'a> {
    pub id: i64,
    pub body: &'a str,
    /// The organisation's day, counted from 1970-01-01.
    pub day: i64,
    /// How many cases stand still.
    pub cases: i64,
    /// When it is sent again if nobody acknowledges it.
    pub chase_at: Timestamp,
}

impl Bodies<'_> {
    /// The bodies of which it was said since then of so many cases, or more, that they stand still,
    /// and that got no report on that day.
    pub async fn to_report(
        &mut self,
        since: Timestamp,
        day: i64,
        least: i64,
    ) -> Result<Vec<String>, StoreError> {
        let found: Vec<(String,)> = all!(self.0, "look for bodies with which cases stand still",
            "SELECT stalled_by FROM case_file WHERE stalled_by IS NOT NULL AND stalled_by <> ''
             AND stalled_at >= $1 AND NOT EXISTS (SELECT 1 FROM body_report
             WHERE body_report.body = case_file.stalled_by AND body_report.day = $2)
             GROUP BY stalled_by HAVING count(*) >= $3 ORDER BY stalled_by";
            since, day, least
        )?;
        Ok(found.into_iter().map(|(body,)| body).collect())
    }

    /// The cases that stand still with a body, at most `limit`, those that have for longest first;
    /// and how many there are.
    pub async fn stalled_with(
        &mut self,
        body: &str,
        limit: i64,
    ) -> Result<(Vec<StalledCase>, i64), StoreError> {
        let cases = all!(self.0, "read the cases that stand still with a body",
            "SELECT ref AS reference, coalesce(state_since, changed_at) AS since FROM case_file
             WHERE stalled_by = $1 ORDER BY since, id LIMIT $2";
            body, limit
        )?;
        let count = value!(self.0, "count the cases that stand still with a body",
            "SELECT CAST(count(*) AS BIGINT) FROM case_file WHERE stalled_by = $1";
            body
        )?;
        Ok((cases, count))
    }

    /// Enters a report; its number among those of the body.
    pub async fn enter(
        &mut self,
        report: NewBodyReport<'_>,
        now: Timestamp,
    ) -> Result<i64, StoreError> {
        let number: i64 = value!(self.0, "number a report to a body",
            "SELECT coalesce(max(number), 0) + 1 FROM body_report WHERE body = $1";
            report.body
        )?;
        execute!(self.0, "enter a report to a body",
            "INSERT INTO body_report (id, body, number, day, cases, made_at, chase_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7)";
            report.id, report.body, number, report.day, report.cases, now, report.chase_at
        )?;
        Ok(number)
    }

    /// Reports that nobody has acknowledged in time and that are to be sent again.
    pub async fn to_chase(&mut self, now: Timestamp) -> Result<Vec<BodyReportRow>, StoreError> {
        all!(self.0, "look for reports that nobody acknowledged",
            "SELECT id, body, number, acknowledged_at FROM body_report
             WHERE chase_at <= $1 AND acknowledged_at IS NULL ORDER BY id";
            now
        )
    }

    /// It is not sent again any more; `at`: it was now.
    pub async fn chased(&mut self, report: i64, at: Option<Timestamp>) -> Result<(), StoreError> {
        execute!(self.0, "record that a report was sent again",
            "UPDATE body_report SET chase_at = NULL, chased_at = $2 WHERE id = $1";
            report, at
        )
    }

    /// The report of this number to a body.
    pub async fn report(
        &mut self,
        body: &str,
        number: i64,
    ) -> Result<Option<BodyReportRow>, StoreError> {
        optional!(self.0, "read a report to a body",
            "SELECT id, body, number, acknowledged_at FROM body_report
             WHERE body = $1 AND number = $2";
            body, number
        )
    }

    /// The body has the report, and with it all before: it names what still stood. True where
    /// nobody had said so.
    pub async fn acknowledge(
        &mut self,
        body: &str,
        number: i64,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let done = affected!(self.0, "record that a body has its report",
            "UPDATE body_report SET acknowledged_at = $3, chase_at = NULL
             WHERE body = $1 AND number <= $2 AND acknowledged_at IS NULL";
            body, number, now
        )?;
        Ok(done > 0)
    }

    /// The bodies with which cases stand still, or whose report nobody has acknowledged; those with
    /// most cases first, at most twenty.
    pub async fn standing(&mut self) -> Result<Vec<BodyStanding>, StoreError> {
        all!(self.0, "read with whom cases stand still",
            "SELECT b.body, coalesce(s.cases, 0) AS cases, s.oldest, r.made_at, r.chased_at,
             r.acknowledged_at FROM (SELECT stalled_by AS body FROM case_file
             WHERE stalled_by IS NOT NULL
             UNION SELECT body FROM body_report WHERE acknowledged_at IS NULL) AS b
             LEFT JOIN (SELECT stalled_by, CAST(count(*) AS BIGINT) AS cases,
             min(coalesce(state_since, changed_at)) AS oldest FROM case_file
             WHERE stalled_by IS NOT NULL GROUP BY stalled_by) AS s ON s.stalled_by = b.body
             LEFT JOIN body_report r ON r.body = b.body AND r.number =
             (SELECT max(x.number) FROM body_report x WHERE x.body = b.body)
             ORDER BY cases DESC, b.body LIMIT $1";
            SHOWN
        )
    }
}

row! {
    for StalledCase {
        case as reference,
        since,
    }
}
