//! `/s/{token}`: the client's status page.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::again::AskedAgain;
use super::page;
use super::phrases::{Confirmation, Language};
use super::received;
use super::refusal::{self, Refusal};
use super::survey::{self, SurveyQuestion};
use super::topics;
use super::view::{self, PageSubject, StatusPageView};
use super::visitor::Visitor;
use super::when::LocalCalendar;
use crate::domain::EngagementKind;
use crate::domain::client::HOME_ZONE;
use crate::domain::event::CaseStep;
use crate::domain::token::Purpose;
use crate::store::people::preferences::Choices;
use crate::store::people::surveys::ClientSurvey;
use crate::store::planning::rectifications::Rectification;
use crate::store::reports::status_page::NotifiedMessage;
use crate::store::{StoreError, Tx};
use crate::track::Hit;
use crate::web::Web;
use crate::web::request::extract::{Path, Query};

/// What a form that led back here had done.
#[derive(Debug, Default, serde::Deserialize)]
pub(super) struct StatusQuery {
    done: Option<String>,
    /// The quiet hours that were typed and made no sense, to be corrected rather than typed again.
    #[serde(default)]
    from: String,
    #[serde(default)]
    to: String,
}

impl StatusQuery {
    fn is_stop(&self) -> bool {
        let done = self.done.as_deref().and_then(Confirmation::parse);
        matches!(done, Some(Confirmation::Stopped | Confirmation::StoppedAll))
    }

    fn hours(&self) -> Option<(&str, &str)> {
        let unclear = self.done.as_deref() == Some(Confirmation::QuietHoursUnclear.word());
        // Anybody can write an address: nothing longer than a time of day is shown back.
        let short = self.from.len() <= HOUR && self.to.len() <= HOUR;
        (unclear && short).then_some((&self.from, &self.to))
    }
}

/// Bytes of a time of day, `23:59`.
const HOUR: usize = 5;

/// Shows how things stand. Looking changes nothing but the count of views.
pub(super) async fn show(
    State(web): State<Web>,
    Path(token): Path<String>,
    Query(after): Query<StatusQuery>,
    visitor: Visitor,
) -> Response {
    let reading = match read(&web, &token).await {
        Ok(found) => found,
        Err(refusal) => return refusal.shown(),
    };
    let message = reading.told.message;
    // The way here was the link in the message, unless a form of this page led back to it.
    let followed =
        (after.done.is_none() && web.pages.counts_clicks()).then_some(EngagementKind::Clicked);
    for kind in followed.into_iter().chain([EngagementKind::Viewed]) {
        web.track.engagement.note(Hit {
            message,
            kind,
            link: None,
            sight: visitor.sight,
            network: visitor.network,
            at: web.clock.now(),
        });
    }
    render(&web, &token, &after, reading, AskedAgain::default())
}

/// The page once more, with what was typed and cannot be taken.
pub(super) async fn ask_again(web: &Web, token: &str, again: AskedAgain) -> Response {
    match read(web, token).await {
        Ok(reading) => {
            // The form led one step further down than the page is.
            let token = format!("../{token}");
            render(web, &token, &StatusQuery::default(), reading, again)
        }
        Err(refusal) => refusal.shown(),
    }
}

fn render(
    web: &Web,
    token: &str,
    after: &StatusQuery,
    reading: StatusReading,
    again: AskedAgain,
) -> Response {
    let StatusReading {
        mut told,
        subject,
        choices,
        rectified,
        survey,
    } = reading;
    // The language the client chose since, rather than the one of an old message.
    if let Some(choices) = &choices {
        told.locale.clone_from(&choices.locale);
    }
    let language = Language::for_reader(&told.locale);
    let zone = choices
        .as_ref()
        .map_or(HOME_ZONE, |choices| choices.time_zone);
    let calendar = LocalCalendar {
        language,
        zone,
        now: web.clock.now(),
    };
    let survey = survey.and_then(|it| SurveyQuestion::of(&it, language, calendar.now));
    let again = match survey.as_ref().is_some_and(|it| !it.scores.is_empty()) {
        true => again,
        false => again.without_survey(),
    };
    let asked_again = again.said(language);
    let is_stopped = choices.as_ref().is_some_and(|choices| choices.stopped);
    let page = StatusPageView {
        language,
        token,
        done: asked_again.or_else(|| view::done(after.done.as_deref(), language)),
        just_stopped: is_stopped && told.for_client.is_none() && after.is_stop(),
        again,
        rectified,
        contact: web.pages.contact(),
        story: view::story(&told, &subject, &web.pages, calendar),
        asks: view::asks(&subject),
        list: view::list(&subject),
        survey,
        for_client: told.for_client.clone(),
        choices: choices
            .filter(|_| told.for_client.is_none())
            .map(|mut choices| {
                topics::keep_theirs(web, &mut choices.topics);
                let form = view::choices(&choices, &told, language);
                match after.hours() {
                    Some((from, to)) => form.asking_again(from, to),
                    None => form,
                }
            }),
    };
    let status = match asked_again {
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
        None => StatusCode::OK,
    };
    page::show(status, &page)
}

/// Everything the page shows, at one moment.
struct StatusReading {
    told: NotifiedMessage,
    subject: PageSubject,
    choices: Option<Choices>,
    rectified: Option<Rectification>,
    survey: Option<ClientSurvey>,
}

async fn read(web: &Web, token: &str) -> Result<StatusReading, Refusal> {
    let message = refusal::named(web, Purpose::Status, token)?;
    let mut tx = web.store.read().await?;
    let told = refusal::told(&mut tx, message).await?;
    let subject = subject(&mut tx, &told).await?;
    let choices = tx.preferences().of(told.client, message).await?;
    let rectified = tx.rectifications().of_message(message).await?;
    let survey = survey::asked(&mut tx, &told).await?;
    Ok(StatusReading {
        told,
        subject,
        choices,
        rectified,
        survey,
    })
}

/// Changes shown at most: the page stays one short letter.
const LONGEST_HISTORY: u8 = 20;

async fn subject(tx: &mut Tx, told: &NotifiedMessage) -> Result<PageSubject, StoreError> {
    if let Some(report) = received::report_of(told) {
        let known = tx
            .bodies()
            .report(&report.list.body, report.list.number)
            .await?;
        let confirmed = known.and_then(|known| known.acknowledged_at);
        return Ok(PageSubject::Body(report, confirmed));
    }
    if let Some(list) = received::forwarding_of(told) {
        let known = tx.forwardings().lookup(&list.body, list.number).await?;
        let confirmed = known.and_then(|known| known.acknowledged_at);
        let problems = tx.forwardings().of_list(&list.body, list.number).await?;
        return Ok(PageSubject::Forwarded(list, problems, confirmed));
    }
    let named = |what: &str| told.data.get(what).and_then(|value| value.as_str());
    if let Some(reference) = named("case")
        && let Some(case) = tx.cases().lookup(reference).await?
    {
        let mut changes = tx.cases().history(reference).await?;
        // What the tutor hears beforehand is none of the client's news, nor is silence.
        // So is the question called to mind.
        changes.retain(|change| {
            let step = change.step;
            !matches!(
                step,
                CaseStep::DueSoon | CaseStep::Silent | CaseStep::SurveyReminder
            )
        });
        changes.reverse();
        changes.truncate(LONGEST_HISTORY.into());
        return Ok(PageSubject::Case(case, changes));
    }
    if let Some(reference) = named("incident") {
        let most = LONGEST_HISTORY.into();
        let found = tx.incidents().for_reader(reference, most).await?;
        if let Some((incident, mut reports)) = found {
            let left_at = tx.incidents().left_at(reference, told.client).await?;
            // It may go on for others; what came later is none of this client's news.
            let Some(left_at) = left_at else {
                return Ok(PageSubject::Incident(incident, reports));
            };
            reports.retain(|report| report.occurred_at <= left_at);
            return Ok(PageSubject::Incident(incident.as_left(left_at), reports));
        }
    }
    Ok(PageSubject::Notice)
}
