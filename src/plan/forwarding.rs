//! Problems that are passed on to a body, on their way to a plan: what texts may say of them. The words
//! come from the store when it is planned, and stand in the plan from then on; an erasure takes them out of
//! both. When a list is due is in `source::clock`.

use serde_json::{Map, Value, json};

use super::variables::{BY_LOCALE, call_body};
use crate::domain::case_kind::CaseKinds;
use crate::domain::event::{BodyList, Event, REPLY_FORWARDED};
use crate::domain::forwarding::ProblemKind;
use crate::domain::language::Language;
use crate::store::people::forwardings::ForwardedProblem;

/// What the list to a body may say.
pub(super) fn add_list(
    variables: &mut Map<String, Value>,
    list: &BodyList,
    problems: &[ForwardedProblem],
    kinds: &CaseKinds,
) {
    let body = json!({ "name": list.body, "count": list.count });
    variables.insert("body".into(), body);
    let report = json!({ "number": list.number, "chased": list.chased });
    variables.insert("report".into(), report);
    for language in Language::ALL {
        let said = problems.iter().map(|problem| said(problem, language));
        let said: Vec<Value> = said.collect();
        add_labels(variables, language, "body", &json!({ "problems": said }));
    }
    call_body(variables, ("body", "name"), Some(&list.body), kinds);
}

/// What a client may read whose problem was passed on, if the event is one of these.
pub(super) fn add_told(variables: &mut Map<String, Value>, event: &Event, kinds: &CaseKinds) {
    if event.kind != REPLY_FORWARDED {
        return;
    }
    let word = |name: &str| event.raw[name].as_str().unwrap_or_default();
    variables.insert("forwarded".into(), json!({ "body": word("body") }));
    let kind = word("problem").parse().unwrap_or(ProblemKind::Other);
    for language in Language::ALL {
        let label = json!({ "problem": kind.said(language) });
        add_labels(variables, language, "forwarded", &label);
    }
    call_body(variables, ("forwarded", "body"), Some(word("body")), kinds);
}

/// What is not known, or was erased, is empty.
fn said(problem: &ForwardedProblem, language: Language) -> Value {
    let about = problem.subject.split_once(':').map(|(_, name)| name);
    json!({
        "id": problem.id.to_string(),
        "label": problem.problem.said(language),
        "about": about.unwrap_or_default(),
        "words": problem.words.as_deref().unwrap_or_default(),
        "who": problem.who.as_deref().unwrap_or_default(),
        "at": problem.marked_at,
    })
}

fn add_labels(variables: &mut Map<String, Value>, language: Language, about: &str, labels: &Value) {
    let by_locale = variables.entry(BY_LOCALE).or_insert_with(|| json!({}));
    by_locale[language.tag()][about] = labels.clone();
}
