//! From rows to sentences: what the status page says. Pure, so that every case is tested here.

use askama::Template;

use super::again::AskedAgain;
use super::pages::{ContactDetails, Pages};
use super::phrases::{Confirmation, Language, capital};
use super::survey::SurveyQuestion;
use super::when::LocalCalendar;
use crate::domain::case_kind::CaseKinds;
use crate::domain::client::TrackingConsent;
use crate::domain::event::{
    BodyList, BodyReport, CaseStep, Deadline, Incident, IncidentState, StalledCase,
};
use crate::domain::quiet_hours::QuietHours;
use crate::domain::{Channel, Class, Timestamp};
use crate::store::people::forwardings::ForwardedProblem;
use crate::store::people::preferences::Choices;
use crate::store::planning::cases::{CaseChange, CaseRecord};
use crate::store::planning::incidents::IncidentReport;
use crate::store::planning::rectifications::Rectification;
use crate::store::reports::status_page::NotifiedMessage;

/// What a message is about.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum PageSubject {
    /// With what happened, the newest first; so the next.
    Case(CaseRecord, Vec<CaseChange>),
    Incident(Incident, Vec<IncidentReport>),
    /// Cases that stand still with a body, and when it said that it has their list.
    Body(BodyReport, Option<Timestamp>),
    /// Problems that were passed on to a body, and when it said that it has their list.
    Forwarded(BodyList, Vec<ForwardedProblem>, Option<Timestamp>),
    /// None of these: the event's own words, when it has some.
    Notice,
}

#[derive(Template)]
#[template(path = "public/status.html")]
pub(super) struct StatusPageView<'a> {
    pub(super) language: Language,
    pub(super) token: &'a str,
    pub(super) done: Option<&'static str>,
    pub(super) contact: &'a ContactDetails,
    pub(super) story: MatterText,
    /// Whether the client is asked if it is back.
    pub(super) asks: bool,
    /// It is about a body's list of cases: whether that was confirmed.
    pub(super) list: Option<bool>,
    /// What the client is asked of a closed case, or answered.
    pub(super) survey: Option<SurveyQuestion>,
    pub(super) choices: Option<ChoicesForm>,
    /// The message that led here was wrong.
    pub(super) rectified: Option<Rectification>,
    /// For whom its reader acts; the reader has no choices then, but to act no more.
    pub(super) for_client: Option<String>,
    /// What was typed and is asked for again.
    pub(super) again: AskedAgain,
    /// The way back stands right below what was done.
    pub(super) just_stopped: bool,
}

/// What is the matter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct MatterText {
    /// Which case: "Pratica PR-2026-00412".
    pub(super) line: Option<String>,
    /// "Voltura", "Interruzione dell'energia elettrica".
    pub(super) title: String,
    /// "Inviata al distributore"; none for a plain notice.
    pub(super) state: Option<String>,
    /// Waiting, going, done: the colour of the state, which also has its words.
    pub(super) tone: &'static str,
    /// What happens next and by when.
    pub(super) next: Vec<String>,
    /// What the organisation adds in its own words.
    pub(super) note: Option<String>,
    /// What happened, the newest first.
    pub(super) history: Vec<HistoryLine>,
}

/// One line of the history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct HistoryLine {
    pub(super) what: String,
    pub(super) detail: Option<String>,
    pub(super) when: String,
}

/// The choices, ready for a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ChoicesForm {
    pub(super) topics: Vec<TopicChoice>,
    pub(super) channels: Vec<(Channel, &'static str, bool)>,
    pub(super) quiet_from: String,
    pub(super) quiet_to: String,
    /// What was typed there makes no sense, and is asked about.
    pub(super) quiet_unclear: bool,
    pub(super) locales: Vec<(String, String, bool)>,
    /// Yes, no, or never said: nothing is ticked for the client.
    pub(super) reading: Option<bool>,
    pub(super) silence: SilenceAsked,
    pub(super) safety: bool,
}

/// Where the client wants no more messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SilenceAsked {
    Nowhere,
    Here,
    /// At every address, and from whoever gets the copy.
    Everywhere,
}

impl ChoicesForm {
    /// Whether the address of this page is silent.
    pub(super) fn is_silent(&self) -> bool {
        self.silence != SilenceAsked::Nowhere
    }

    /// Whether all of them are.
    pub(super) fn is_silent_everywhere(&self) -> bool {
        self.silence == SilenceAsked::Everywhere
    }

    /// The same with the quiet hours as they were typed, marked as unclear.
    pub(super) fn asking_again(self, from: &str, to: &str) -> Self {
        Self {
            quiet_from: from.to_owned(),
            quiet_to: to.to_owned(),
            quiet_unclear: true,
            ..self
        }
    }
}

/// A topic, and whether the client hears of it: as decided, or as usual for this class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TopicChoice {
    pub(super) name: String,
    pub(super) label: String,
    pub(super) wanted: bool,
}

/// Whether to ask "is it back for you?": of an outage that is over as far as is known.
pub(super) fn asks(subject: &PageSubject) -> bool {
    match subject {
        PageSubject::Incident(incident, _) => {
            incident.state == IncidentState::Resolved && incident.can_be_back()
        }
        PageSubject::Case(..)
        | PageSubject::Body(..)
        | PageSubject::Forwarded(..)
        | PageSubject::Notice => false,
    }
}

/// Tells what the message is about.
pub(super) fn story(
    told: &NotifiedMessage,
    subject: &PageSubject,
    pages: &Pages,
    calendar: LocalCalendar,
) -> MatterText {
    match subject {
        PageSubject::Case(case, changes) => {
            case_story(case, changes, pages, calendar, &told.locale)
        }
        PageSubject::Incident(incident, reports) => incident_story(incident, reports, calendar),
        PageSubject::Body(report, confirmed) => {
            let body = pages.case_kinds().body(&report.list.body);
            body_story((report, body), *confirmed, calendar)
        }
        PageSubject::Forwarded(list, problems, confirmed) => {
            let body = pages.case_kinds().body(&list.body);
            forwarded_story((list, body), problems, *confirmed, calendar)
        }
        PageSubject::Notice => notice_story(told, calendar),
    }
}

fn case_story(
    case: &CaseRecord,
    changes: &[CaseChange],
    pages: &Pages,
    calendar: LocalCalendar,
    locale: &str,
) -> MatterText {
    let data = &case.data;
    let language = calendar.language;
    let kinds = pages.case_kinds();
    let label = |state: &str| capital(&kinds.state_label(&data.kind, state, locale));
    let step = |step: &CaseChange| HistoryLine {
        what: match step.step {
            CaseStep::Stalled => language.stalled().to_owned(),
            CaseStep::SurveyDue => language.asked_how_it_went().to_owned(),
            _ => label(&step.state),
        },
        detail: None,
        when: calendar.moment(step.occurred_at),
    };
    MatterText {
        line: Some(language.case_line(&data.case)),
        title: capital(&kinds.kind_label(&data.kind, locale)),
        state: Some(label(&data.state)),
        tone: if case.closed_at.is_some() {
            "done"
        } else {
            "going"
        },
        next: case_next(case, kinds, calendar),
        note: data.note.clone(),
        history: changes.iter().map(step).collect(),
    }
}

fn case_next(case: &CaseRecord, kinds: &CaseKinds, calendar: LocalCalendar) -> Vec<String> {
    let language = calendar.language;
    if let Some(closed_at) = case.closed_at {
        return vec![language.closed(&calendar.moment(closed_at))];
    }
    let by_when = match case.data.expected_by {
        Some(due) => language.next_step(&calendar.due(due), calendar.is_past(due)),
        None => language.no_date().to_owned(),
    };
    let turn = case
        .data
        .body()
        .map(|owner| language.turn(kinds.body(owner)));
    turn.into_iter().chain([by_when]).collect()
}

fn incident_story(
    incident: &Incident,
    reports: &[IncidentReport],
    calendar: LocalCalendar,
) -> MatterText {
    let language = calendar.language;
    let begun = incident.began_at.is_none_or(|at| at <= calendar.now);
    let end_named = |end| language.end_named(&calendar.moment(end));
    let line = |report: &IncidentReport| HistoryLine {
        what: language
            .incident_step(incident.kind, report.step)
            .to_owned(),
        detail: report.expected_end.map(end_named),
        when: calendar.moment(report.occurred_at),
    };
    MatterText {
        line: None,
        title: language.incident_title(incident),
        state: Some(language.incident_state(incident, begun).to_owned()),
        tone: if incident.state == IncidentState::GoingOn {
            "going"
        } else {
            "done"
        },
        next: incident_next(incident, calendar),
        note: incident.note.clone(),
        history: reports.iter().map(line).collect(),
    }
}

fn incident_next(incident: &Incident, calendar: LocalCalendar) -> Vec<String> {
    let language = calendar.language;
    let mut next = Vec::new();
    match (incident.state, incident.closed_at, incident.expected_end) {
        (IncidentState::Cancelled, _, _) => {
            let about = incident.cause.as_deref();
            next.push(language.called_off().to_owned());
            next.extend(about.map(|cause| language.was_about(cause)));
            return next;
        }
        (IncidentState::Resolved, closed_at, _) => {
            next.extend(closed_at.map(|at| language.over(&calendar.moment(at))));
        }
        (_, _, Some(end)) => {
            let past = calendar.is_past(Deadline::Time(end));
            next.push(language.expected_end(&calendar.moment(end), past));
        }
        _ => next.push(language.no_end().to_owned()),
    }
    next.extend(
        incident
            .next_update
            .filter(|at| *at > calendar.now)
            .map(|at| language.next_word(&calendar.moment(at))),
    );
    next.extend(
        incident
            .began_at
            .map(|at| language.began(&calendar.moment(at))),
    );
    next.extend(incident.cause.as_deref().map(|cause| language.cause(cause)));
    next
}

/// `body`: what people call it.
fn body_story(
    (report, body): (&BodyReport, &str),
    confirmed: Option<Timestamp>,
    calendar: LocalCalendar,
) -> MatterText {
    let language = calendar.language;
    let case = |case: &StalledCase| HistoryLine {
        what: case.case.clone(),
        detail: None,
        when: language.since(&calendar.moment(case.since)),
    };
    let confirmed_at = confirmed.map(|at| language.confirmed(&calendar.moment(at)));
    MatterText {
        line: Some(language.list_line(report.list.number)),
        title: language.cases_of(body),
        state: Some(language.list_state(confirmed.is_some()).to_owned()),
        tone: if confirmed.is_some() { "done" } else { "going" },
        next: vec![language.list_next(report.list.count, report.cases.len())],
        note: confirmed_at,
        history: report.cases.iter().map(case).collect(),
    }
}

/// `body`: what people call it.
fn forwarded_story(
    (list, body): (&BodyList, &str),
    problems: &[ForwardedProblem],
    confirmed: Option<Timestamp>,
    calendar: LocalCalendar,
) -> MatterText {
    let language = calendar.language;
    let line = |problem: &ForwardedProblem| {
        let about = problem.subject.split_once(':').map(|(_, name)| name);
        let parts = [
            Some(problem.problem.said(language)),
            about,
            problem.who.as_deref(),
        ];
        HistoryLine {
            what: parts.into_iter().flatten().collect::<Vec<_>>().join(", "),
            detail: problem.words.clone(),
            when: calendar.moment(problem.marked_at),
        }
    };
    let confirmed_at = confirmed.map(|at| language.confirmed(&calendar.moment(at)));
    MatterText {
        line: Some(language.list_line(list.number)),
        title: language.problems_of(body),
        state: Some(language.list_state(confirmed.is_some()).to_owned()),
        tone: if confirmed.is_some() { "done" } else { "going" },
        next: vec![language.problems_next(problems.len())],
        note: confirmed_at,
        history: problems.iter().map(line).collect(),
    }
}

/// Whether a body's list was confirmed, if the page is about one.
pub(super) fn list(subject: &PageSubject) -> Option<bool> {
    match subject {
        PageSubject::Body(_, confirmed) | PageSubject::Forwarded(_, _, confirmed) => {
            Some(confirmed.is_some())
        }
        _ => None,
    }
}

fn notice_story(told: &NotifiedMessage, calendar: LocalCalendar) -> MatterText {
    let word = |name: &str| {
        let own = told.data.get(name);
        let given = || told.data.get("variables").and_then(|all| all.get(name));
        let text = own.or_else(given).and_then(|value| value.as_str());
        text.map(str::to_owned)
    };
    let fallback = || calendar.language.choose("Avviso", "Notice").to_owned();
    MatterText {
        title: word("title").unwrap_or_else(fallback),
        next: word("body").into_iter().collect(),
        note: Some(calendar.language.told(&calendar.moment(told.occurred_at))),
        tone: "going",
        ..MatterText::default()
    }
}

/// The choices as the form shows them.
pub(super) fn choices(
    choices: &Choices,
    told: &NotifiedMessage,
    language: Language,
) -> ChoicesForm {
    let mut topics = choices.topics.clone();
    topics.entry(told.topic.clone()).or_insert(None);
    let topics = topics.into_iter().map(|(name, wanted)| TopicChoice {
        label: language.topic(&name),
        name,
        wanted: wanted.unwrap_or(usual(told.class)),
    });
    let channel = |channel: &Channel| {
        let chosen = choices.preferred == Some(*channel);
        (*channel, language.channel(*channel), chosen)
    };
    ChoicesForm {
        topics: topics.collect(),
        channels: choices.reachable.iter().map(channel).collect(),
        quiet_from: choices
            .quiet_hours
            .map(QuietHours::from_text)
            .unwrap_or_default(),
        quiet_to: choices
            .quiet_hours
            .map(QuietHours::to_text)
            .unwrap_or_default(),
        quiet_unclear: false,
        locales: locales(&choices.locale),
        reading: match choices.reading {
            TrackingConsent::Granted => Some(true),
            TrackingConsent::Denied | TrackingConsent::Withdrawn => Some(false),
            TrackingConsent::Unknown => None,
        },
        silence: match (choices.stopped, choices.stopped_all) {
            (false, _) => SilenceAsked::Nowhere,
            (true, false) => SilenceAsked::Here,
            (true, true) => SilenceAsked::Everywhere,
        },
        safety: told.class == Class::Safety,
    }
}

/// Whether a topic nobody decided on is told about: marketing needs a yes, the rest a no.
pub(super) const fn usual(class: Class) -> bool {
    !matches!(class, Class::Marketing)
}

/// The languages the shipped texts speak, and the client's own when it is another.
fn locales(current: &str) -> Vec<(String, String, bool)> {
    let mut offered = Language::ALL.map(|it| (it.tag(), it.name())).to_vec();
    if !offered.iter().any(|(tag, _)| *tag == current) {
        offered.push((current, current));
    }
    offered
        .into_iter()
        .map(|(tag, name)| (tag.to_owned(), name.to_owned(), tag == current))
        .collect()
}

/// What was just done, said back.
pub(super) fn done(word: Option<&str>, language: Language) -> Option<&'static str> {
    word.and_then(Confirmation::parse)
        .map(|done| language.done(done))
}

/// `tel:` takes digits and a plus (RFC 3966 §3).
pub(super) fn tel(number: &str) -> String {
    number
        .chars()
        .filter(|c| c.is_ascii_digit() || *c == '+')
        .collect()
}

#[cfg(test)]
mod tests;
