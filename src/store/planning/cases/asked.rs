//! That the client of a closed case is asked how it went, as one of the case's events. Which survey that
//! is, and what is answered, is kept in `people::surveys`.

use super::Cases;
use crate::domain::event::{CaseData, CaseStep};
use crate::domain::{CaseId, EventId, Timestamp};
use crate::store::StoreError;
use crate::store::database::rows::row;
use crate::store::database::sql::optional;

row! {
    /// Whether a question about a case still makes sense.
    struct AskedCase {
        id: CaseId,
        closed: bool,
        answered: bool,
    }
}

impl Cases<'_> {
    /// Keeps among a case's events that its client is asked, and locks the case, so that it is not opened
    /// again before that is planned. False: it was opened since, or the client has answered.
    pub async fn ask(
        &mut self,
        event: EventId,
        step: CaseStep,
        data: &CaseData,
        occurred_at: Timestamp,
    ) -> Result<bool, StoreError> {
        let standing: Option<AskedCase> = optional!(self.0, "lock a case whose client is asked",
            "SELECT id, closed_at IS NOT NULL AS closed, EXISTS (SELECT 1 FROM survey
             WHERE survey.case_id = case_file.id AND survey.score IS NOT NULL) AS answered
             FROM case_file WHERE ref = $1", words::for_update!();
            &data.case
        )?;
        let Some(case) = standing.filter(|case| case.closed && !case.answered) else {
            return Ok(false);
        };
        self.append(event, case.id, step, data, occurred_at).await?;
        Ok(true)
    }
}
