//! What clients were asked of closed cases, and what they answered. A case is asked about once. Answers
//! are never overwritten: a newer one names itself in the one before, and both stay.
//!
//! `due` has what the clock and the planner note. Until when an answer is taken is decided in
//! `domain::survey`, the sums are in `insight::satisfaction`.

mod due;

pub use self::due::{ClosedCase, DueSurvey, SilentSurvey};

use crate::domain::limits::{SURVEY_ANSWERS, SURVEY_CHANGED_WITHIN, SURVEY_OPEN};
use crate::domain::{CaseId, Channel, ClientId, MessageId, Timestamp, survey};
use crate::store::database::rows::{maybe_parsed, row};
use crate::store::database::sql::{all, execute, optional, optional_value};
use crate::store::{StoreError, handle};

handle! {
    /// What clients were asked of closed cases.
    surveys -> Surveys
}

row! {
    /// What a client was asked, as far as it matters for an answer.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct ClientSurvey {
        pub id: i64,
        pub client: ClientId as client_id,
        /// What the case's source calls it.
        pub case: String as reference,
        /// The case was not opened again.
        pub closed: bool,
        pub asked_at: Timestamp,
        /// When the first answer came.
        pub answered_at: Option<Timestamp>,
        /// Of the newest answer.
        pub score: Option<i64>,
        pub comment: Option<String>,
        pub answers: i64,
    }
}

impl ClientSurvey {
    /// Whether it may be answered now, for the first time or otherwise.
    #[must_use]
    pub fn is_open(&self, now: Timestamp) -> bool {
        self.closed && survey::is_open(self.asked_at, self.answered_at, now)
    }
}

/// An answer to keep.
#[derive(Debug)]
pub struct NewSurveyAnswer<'a> {
    pub id: i64,
    pub survey: i64,
    pub score: i64,
    pub comment: Option<&'a str>,
    pub channel: Channel,
    /// None: an SMS that answers no message.
    pub message: Option<MessageId>,
    pub at: Timestamp,
}

row! {
    /// What became of the question about one case, for the staff.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct CaseSurvey {
        pub id: i64,
        /// `due`, `asked`, `untold` or `omitted`.
        pub state: String,
        /// Why nobody was asked.
        pub omitted: Option<survey::SurveyOmission> = maybe_parsed,
        pub due_at: Timestamp,
    }
}

row! {
    /// One answer, for the staff.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct SurveyAnswer {
        pub score: i64,
        pub comment: Option<String>,
        pub at: Timestamp,
        /// Another one took its place.
        pub replaced: bool,
    }
}

/// One survey that was asked: the columns that all share, and which it is.
macro_rules! client_survey {
    ($conn:expr, $($own:literal),+; $($value:expr),+) => {
        optional!($conn, "read what a client was asked of a case",
            "SELECT s.id, s.client_id, f.ref AS reference, f.closed_at IS NOT NULL AS closed,
             s.asked_at, s.answered_at, s.score,
             (SELECT a.comment FROM survey_answer a
             WHERE a.survey_id = s.id AND a.replaced_by IS NULL) AS comment,
             (SELECT CAST(count(*) AS BIGINT) FROM survey_answer a
             WHERE a.survey_id = s.id) AS answers
             FROM survey s JOIN case_file f ON f.id = s.case_id
             WHERE s.state = 'asked' AND s.client_id IS NOT NULL AND ", $($own),+;
            $($value),+
        )
    };
}

impl Surveys<'_> {
    /// What this client was asked of the case, and nobody else; of a deputy the one who is told instead.
    pub async fn of_client(
        &mut self,
        client: ClientId,
        case: &str,
    ) -> Result<Option<ClientSurvey>, StoreError> {
        client_survey!(self.0,
            "f.ref = $2 AND (s.client_id = $1 OR s.client_id = (SELECT d.client_id FROM deputy d
             WHERE d.id = $1 AND d.mode = 'instead' AND d.ended_at IS NULL))";
            client, case
        )
    }

    /// Of what a client may answer now that which nobody answered yet, else the newest.
    pub async fn open_to(
        &mut self,
        client: ClientId,
        now: Timestamp,
    ) -> Result<Option<ClientSurvey>, StoreError> {
        client_survey!(self.0,
            "(s.client_id = $1 OR s.client_id = (SELECT d.client_id FROM deputy d
             WHERE d.id = $1 AND d.mode = 'instead' AND d.ended_at IS NULL))
             AND f.closed_at IS NOT NULL
             AND ((s.answered_at IS NULL AND s.asked_at > $2) OR s.answered_at > $3)
             ORDER BY CASE WHEN s.answered_at IS NULL THEN 0 ELSE 1 END, s.asked_at DESC, s.id DESC
             LIMIT 1";
            client, now - SURVEY_OPEN, now - SURVEY_CHANGED_WITHIN
        )
    }

    /// The survey of this number, locked: of two answers that come at once the second sees the first.
    pub async fn locked(&mut self, id: i64) -> Result<Option<ClientSurvey>, StoreError> {
        let locked: Option<i64> = optional_value!(self.0, "lock what a client was asked",
            "SELECT id FROM survey WHERE id = $1", words::for_update!();
            id
        )?;
        match locked {
            Some(id) => client_survey!(self.0, "s.id = $1"; id),
            None => Ok(None),
        }
    }

    /// Keeps an answer to a survey that is locked, in the place of the one before.
    pub async fn answer(&mut self, answer: &NewSurveyAnswer<'_>) -> Result<(), StoreError> {
        execute!(self.0, "mark an answer as replaced",
            "UPDATE survey_answer SET replaced_by = $2
             WHERE survey_id = $1 AND replaced_by IS NULL";
            answer.survey, answer.id
        )?;
        execute!(self.0, "keep how satisfied a client is",
            "INSERT INTO survey_answer (id, survey_id, score, comment, channel, message_id, at)
             VALUES ($1, $2, $3, $4, $5, $6, $7)";
            answer.id, answer.survey, answer.score, answer.comment, answer.channel,
            answer.message, answer.at
        )?;
        execute!(self.0, "record how satisfied a client is",
            "UPDATE survey SET score = $2, answered_at = coalesce(answered_at, $3),
             unanswered_since = NULL WHERE id = $1";
            answer.survey, answer.score, answer.at
        )
    }

    /// What became of the question about a case; nothing before its client was thought of.
    pub async fn of_case(&mut self, case: CaseId) -> Result<Option<CaseSurvey>, StoreError> {
        optional!(self.0, "read whether a client was asked of a case",
            "SELECT id, state, omitted, due_at FROM survey WHERE case_id = $1";
            case
        )
    }

    /// Every answer to it, the oldest first.
    pub async fn answers(&mut self, id: i64) -> Result<Vec<SurveyAnswer>, StoreError> {
        all!(self.0, "read what a client answered",
            "SELECT score, comment, at, replaced_by IS NOT NULL AS replaced FROM survey_answer
             WHERE survey_id = $1 ORDER BY id LIMIT $2";
            id, SURVEY_ANSWERS
        )
    }

    /// Forgets the words of comments that are older; scores stay.
    pub async fn forget_comments(&mut self, before: Timestamp) -> Result<(), StoreError> {
        execute!(self.0, "forget the comments of clients",
            "UPDATE survey_answer SET comment = NULL WHERE comment IS NOT NULL AND at < $1";
            before
        )
    }
}
