//! How a closed case went: its client is asked some time after its end, once, and once more where nobody
//! answered. Whether such cases are asked about, by which channel and when, is a rule's; what is answered,
//! `people::surveys`'.
//!
//! Nobody is asked who hears of the end only with the question, who waits for another case of the kind, or
//! who talks with us: that is thought of once, and what was decided stands beside the case.

use std::collections::HashMap;

use chrono::TimeDelta;

use super::cases::{CaseLook, CaseRules};
use crate::domain::event::{Arrival, CaseData, CaseReminder, CaseStep};
use crate::domain::limits::{CLOCK_BATCH, CONVERSATION_GOES_ON, SURVEY_LATE};
use crate::domain::survey::{SurveyOmission, SurveySettings};
use crate::domain::{ClientId, Ids, Timestamp};
use crate::store::people::surveys::{ClosedCase, DueSurvey};
use crate::store::{StoreError, Tx};

/// Asks and reminds whoever is to be, within the caller's transaction.
pub(super) async fn look(
    tx: &mut Tx,
    rules: CaseRules<'_>,
    ids: &dyn Ids,
) -> Result<CaseLook, StoreError> {
    let Some(settings) = rules.settings.survey else {
        return Ok(CaseLook::default());
    };
    let asked = ask(tx, rules, settings, ids).await?;
    match settings.reminder {
        Some(after) => Ok(asked.and(remind(tx, rules, after).await?)),
        None => Ok(asked),
    }
}

async fn ask(
    tx: &mut Tx,
    rules: CaseRules<'_>,
    settings: SurveySettings,
    ids: &dyn Ids,
) -> Result<CaseLook, StoreError> {
    let now = rules.now;
    let since = (now - CONVERSATION_GOES_ON, now - settings.cap.within);
    let closed = now - settings.after;
    let (found, cases) = tx.surveys().to_ask(closed, since, CLOCK_BATCH).await?;
    if found.is_empty() {
        return Ok(CaseLook::default());
    }
    let more = is_full(found.len());
    let (mut said, mut surveys) = (Vec::new(), Vec::new());
    let mut asked: HashMap<Option<ClientId>, i64> = HashMap::new();
    for case in cases.iter().filter(|case| is_of_now(case, closed)) {
        let so_far = asked.entry(case.client).or_default();
        let is_often = case.asked + *so_far >= settings.cap.most;
        let omitted = case.against.or(is_often.then_some(SurveyOmission::Often));
        if omitted.is_none() {
            *so_far += 1;
            said.extend(event(
                rules,
                &case.data,
                CaseStep::SurveyDue,
                case.closed_at,
            ));
        }
        surveys.push(due(rules, case, omitted, ids));
    }
    tx.surveys().note_due(found, &surveys, now).await?;
    Ok(CaseLook {
        said,
        thought: true,
        more,
    })
}

/// Whether a case is still worth asking about, and was not thought of before.
fn is_of_now(case: &ClosedCase, closed: Timestamp) -> bool {
    !case.known && case.closed_at + SURVEY_LATE > closed
}

fn due(
    rules: CaseRules<'_>,
    case: &ClosedCase,
    omitted: Option<SurveyOmission>,
    ids: &dyn Ids,
) -> DueSurvey {
    DueSurvey {
        id: ids.next(),
        case: case.id,
        client: case.client,
        kind: case.data.kind.clone(),
        body: rules.owner(&case.data),
        partner: case.partner.clone(),
        omitted,
    }
}

async fn remind(
    tx: &mut Tx,
    rules: CaseRules<'_>,
    after: TimeDelta,
) -> Result<CaseLook, StoreError> {
    let now = rules.now;
    let (asked, talked) = (now - after, now - CONVERSATION_GOES_ON);
    let (found, surveys) = tx.surveys().to_remind(asked, talked, CLOCK_BATCH).await?;
    if found.is_empty() {
        return Ok(CaseLook::default());
    }
    let more = is_full(found.len());
    let (mut said, mut reminded) = (Vec::new(), Vec::new());
    for survey in surveys {
        let is_late = survey.asked_at + SURVEY_LATE <= asked;
        let Some(closed_at) = survey.closed_at else {
            continue;
        };
        if is_late || survey.talking {
            continue;
        }
        reminded.push(survey.id);
        said.extend(event(
            rules,
            &survey.data,
            CaseStep::SurveyReminder,
            closed_at,
        ));
    }
    tx.surveys().note_reminded(found, reminded, now).await?;
    Ok(CaseLook {
        said,
        thought: true,
        more,
    })
}

/// Its id has the end of the case of which it asks: made again after a crash, it is the same event.
fn event(
    rules: CaseRules<'_>,
    case: &CaseData,
    step: CaseStep,
    closed_at: Timestamp,
) -> Option<Arrival> {
    let word = step.as_str().trim_start_matches("case.");
    let closed = closed_at.as_micros().div_euclid(1_000_000);
    let id = format!("{}:{word}:{closed}", case.case);
    let said = CaseReminder {
        since: closed_at,
        threshold: 0,
        next_check: None,
    };
    rules.arrival(case, step, &id, said)
}

fn is_full(found: usize) -> bool {
    i64::try_from(found).unwrap_or(CLOCK_BATCH) >= CLOCK_BATCH
}
