//! What a client says of a closed case, among its steps: every answer with its comment, those that were
//! changed as well; else why nobody was asked. That somebody was is a step of the case itself.

use crate::domain::{CaseId, Timestamp};
use crate::store::people::surveys::{CaseSurvey, SurveyAnswer};
use crate::store::{StoreError, Tx};
use crate::web::console::shell::When;
use crate::web::console::shell::timeline::TimelineStep;
use crate::web::console::state::Moment;

/// Each with its time.
pub(super) async fn steps(
    tx: &mut Tx,
    case: CaseId,
    now: Moment,
) -> Result<Vec<(Timestamp, TimelineStep)>, StoreError> {
    let Some(survey) = tx.surveys().of_case(case).await? else {
        return Ok(Vec::new());
    };
    let answers = tx.surveys().answers(survey.id).await?;
    let unasked = unasked(&survey, now).map(|step| (survey.due_at, step));
    let answered = answers.into_iter().map(|answer| answered(answer, now));
    Ok(unasked.into_iter().chain(answered).collect())
}

fn unasked(survey: &CaseSurvey, now: Moment) -> Option<TimelineStep> {
    let words = now.words;
    let why = match (survey.omitted, survey.state.as_str()) {
        (Some(omitted), _) => words.of("cases-unasked", omitted.as_str()),
        (None, "untold") => words.say("cases-untold-survey"),
        (None, _) => return None,
    };
    let at = When::new(survey.due_at, now);
    let word = words.say("cases-not-asked").into_owned();
    Some(TimelineStep::new(at, "waiting", word, why.into_owned()))
}

fn answered(answer: SurveyAnswer, now: Moment) -> (Timestamp, TimelineStep) {
    let words = now.words;
    let word = words.with("cases-answered", "score", &answer.score.to_string());
    let at = When::new(answer.at, now);
    let comment = answer.comment.unwrap_or_default();
    let mut step = TimelineStep::new(at, "going", word, comment);
    let changed = || words.say("cases-answer-changed").into_owned();
    step.wrong = answer.replaced.then(changed);
    (answer.at, step)
}
