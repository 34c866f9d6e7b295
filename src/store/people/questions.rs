//! What people of a partner ask about a case, and what the staff answers: a conversation between two
//! offices, of which the client hears nothing. Replies of clients are in `replies`.

use crate::domain::Timestamp;
use crate::domain::limits::QUESTIONS_OPEN;
use crate::store::database::rows::row;
use crate::store::database::sql::{affected, all, optional_value};
use crate::store::reports::partner::PartnerSight;
use crate::store::{StoreError, handle};

handle! {
    /// What people of partners ask.
    questions -> Questions
}

/// A question to keep.
#[derive(Debug)]
pub struct NewQuestion<'a> {
    pub id: i64,
    pub case: &'a str,
    /// E-mail of whoever asks.
    pub asked_by: &'a str,
    pub text: &'a str,
}

row! {
    /// One question, as the partner's page and the staff's list show it.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct PartnerQuestion {
        pub id: i64,
        pub case: String as reference,
        /// Nothing while the client is not known.
        pub client_name: Option<String>,
        pub partner_name: String,
        pub asked_by: String,
        pub question: String,
        pub asked_at: Timestamp,
        pub answer: Option<String>,
        pub answered_by: Option<String>,
        pub answered_at: Option<Timestamp>,
    }
}

/// One list: the columns and joins that all share, and what it asks for of its own; `$1` is how many.
macro_rules! questions {
    ($conn:expr, $($own:literal),+; $($value:expr),+) => {
        all!($conn, "list the questions of partners",
            "SELECT q.id, f.ref AS reference, c.name AS client_name,
             coalesce(a.name, q.partner) AS partner_name, q.asked_by, q.question, q.asked_at,
             q.answer, q.answered_by, q.answered_at
             FROM partner_question q JOIN case_file f ON f.id = q.case_id
             LEFT JOIN client c ON c.ref = f.client_ref LEFT JOIN client a ON a.ref = q.partner
             WHERE ", $($own),+, " LIMIT $1";
            $($value),+
        )
    };
}

impl Questions<'_> {
    /// Keeps a question about a case of one of the partner's clients. False when it is of none, or so
    /// many wait for an answer already.
    pub async fn ask(
        &mut self,
        sight: &PartnerSight,
        new: &NewQuestion<'_>,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let rows = affected!(self.0, "keep a partner's question",
            "INSERT INTO partner_question (id, case_id, partner, asked_by, question, asked_at)
             SELECT $2, f.id, c.partner, $4, $5, $6
             FROM client c JOIN case_file f ON f.client_ref = c.ref
             WHERE c.partner = $1 AND f.ref = $3 AND (SELECT count(*) FROM partner_question q
             WHERE q.case_id = f.id AND q.answered_at IS NULL) < $7";
            sight.partner(), new.id, new.case, new.asked_by, new.text, now, QUESTIONS_OPEN
        )?;
        Ok(rows == 1)
    }

    /// What people of this partner asked about a case of its client, oldest first.
    pub async fn of_case(
        &mut self,
        sight: &PartnerSight,
        case: &str,
        limit: i64,
    ) -> Result<Vec<PartnerQuestion>, StoreError> {
        let mut newest: Vec<PartnerQuestion> = questions!(self.0,
            "f.ref = $3 AND q.partner = $2 AND c.partner = $2 ORDER BY q.id DESC";
            limit, sight.partner(), case
        )?;
        newest.reverse();
        Ok(newest)
    }

    /// Those that nobody has answered, oldest first: whoever waits longest stands first.
    pub async fn open(&mut self, limit: i64) -> Result<Vec<PartnerQuestion>, StoreError> {
        questions!(self.0, "q.answered_at IS NULL ORDER BY q.id"; limit)
    }

    /// Answers a question; the case's reference. Nothing: there is none, or somebody was first.
    pub async fn answer(
        &mut self,
        question: i64,
        text: &str,
        by: &str,
        now: Timestamp,
    ) -> Result<Option<String>, StoreError> {
        optional_value!(self.0, "keep the answer to a partner's question",
            "UPDATE partner_question SET answer = $2, answered_by = $3, answered_at = $4
             WHERE id = $1 AND answered_at IS NULL
             RETURNING (SELECT ref FROM case_file WHERE case_file.id = partner_question.case_id)";
            question, text, by, now
        )
    }
}
