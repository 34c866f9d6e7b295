//! What the clock says of cases and bodies, on its way to a plan: whether it still holds, and what
//! texts may say of it. When the clock says what is in `source::clock`.

use serde_json::{Map, Value, json};

use super::Planner;
use super::variables::call_body;
use crate::domain::case_kind::CaseKinds;
use crate::domain::event::{BodyReport, CaseData, CaseReminder, CaseStep, EventData};
use crate::domain::{Ids, Timestamp};
use crate::store::planning::events::StoredEvent;
use crate::store::{StoreError, Tx};

/// Why nobody is told of a word of the clock's.
const MOVED: &str = "told nobody: the case has moved since";

/// What became of what an event says about a case.
pub(super) struct TakenCase {
    /// It was not known before.
    pub(super) is_new: bool,
    /// Nothing that happened later is known.
    pub(super) newest: bool,
    /// Why nobody is to be told, if so.
    pub(super) hushed: Option<&'static str>,
}

/// Keeps what an event says about a case. News that moves it takes back what the clock said of how
/// it stood before; a word of the clock's about a case that has moved is not told.
pub(super) async fn take_in(
    tx: &mut Tx,
    stored: &StoredEvent,
    (step, data): (CaseStep, &CaseData),
    kinds: &CaseKinds,
    ids: &dyn Ids,
    now: Timestamp,
) -> Result<TakenCase, StoreError> {
    let at = stored.event.occurred_at;
    if step.is_reminder() {
        let mut cases = tx.cases();
        let holds = match CaseReminder::of(&stored.event.raw) {
            Some(_) if step.is_survey() => cases.ask(stored.id, step, data, at).await?,
            Some(said) => cases.remind(stored.id, step, data, said.since, at).await?,
            None => false,
        };
        return Ok(TakenCase {
            is_new: false,
            newest: true,
            hushed: (!holds).then_some(MOVED),
        });
    }
    let over = kinds.ends(step, data);
    let mut cases = tx.cases();
    let applied = cases.apply(stored.id, (step, over), data, at, ids).await?;
    if applied.outdates_reminders {
        tx.plans()
            .withdraw_reminders(&data.case, CaseStep::outdated(over), now)
            .await?;
    }
    Ok(TakenCase {
        is_new: applied.is_new,
        newest: applied.newest,
        hushed: None,
    })
}

impl Planner {
    /// Notes whether a client is asked how a case went, once that is planned: whom a rule leaves out, or
    /// who refused it, is not.
    pub(super) async fn note_survey(
        &self,
        tx: &mut Tx,
        stored: &StoredEvent,
    ) -> Result<(), StoreError> {
        let EventData::Case(CaseStep::SurveyDue, data) = &stored.event.data else {
            return Ok(());
        };
        let now = self.clock.now();
        let day = now.day_in(self.settings.zone);
        tx.surveys()
            .note_planned(stored.id, &data.case, now, day)
            .await
    }
}

/// What a text may say of a case of which the clock speaks, beside what it may say of any.
pub(super) fn add(variables: &mut Map<String, Value>, data: &CaseData, raw: &Value) {
    let case = variables.get_mut("case");
    let (Some(said), Some(Value::Object(case))) = (CaseReminder::of(raw), case) else {
        return;
    };
    case.insert("client".into(), json!(data.client));
    case.insert("since".into(), json!(said.since));
    case.insert("threshold".into(), json!(said.threshold));
    if let Some(day) = said.next_check {
        case.insert("next_check".into(), json!(day));
    }
}

/// What the report to a body may say.
pub(super) fn add_body(variables: &mut Map<String, Value>, report: &BodyReport, kinds: &CaseKinds) {
    let body = json!({
        "name": report.list.body,
        "count": report.list.count,
        "cases": report.cases,
    });
    variables.insert("body".into(), body);
    let about = json!({ "number": report.list.number, "chased": report.list.chased });
    variables.insert("report".into(), about);
    call_body(variables, ("body", "name"), Some(&report.list.body), kinds);
}
