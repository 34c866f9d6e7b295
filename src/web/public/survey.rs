//! `POST /s/{token}/survey`: how a closed case went, from one to five, and a comment. Who answers by SMS
//! comes here, too, by way of `inbound`.
//!
//! Looking at the page says nothing: programs follow links, and press no buttons. An answer may be changed
//! for some days; all stay. A low one is a matter for a person, once: it begins a conversation about the
//! case, for whoever looks after that, and says there what holds when another answer follows. Words that are no answer any more are a reply like any other.

use axum::extract::State;
use axum::response::Response;

use super::again::{AskedAgain, cleaned, is_longer};
use super::answer::{back, keep};
use super::phrases::{Confirmation, Language};
use super::refusal::{self, Refusal, message_of};
use super::status;
use super::visitor::Visitor;
use crate::domain::event::CaseStep;
use crate::domain::limits::{MOST_REPLIES, SURVEY_ANSWERS, SURVEY_COMMENT};
use crate::domain::survey::{LOW_SCORE, SCORES, score};
use crate::domain::{Channel, EngagementKind, MessageId, Timestamp};
use crate::store::people::conversations::CaseWords;
use crate::store::people::surveys::{ClientSurvey, NewSurveyAnswer};
use crate::store::reports::status_page::NotifiedMessage;
use crate::store::{StoreError, Tx};
use crate::web::Web;
use crate::web::request::extract::{Form, Path};

#[derive(Debug, serde::Deserialize)]
pub(super) struct SurveyForm {
    /// One of the five buttons.
    #[serde(default)]
    score: String,
    #[serde(default)]
    comment: String,
}

/// An answer, wherever it comes from.
#[derive(Debug, Clone, Copy)]
pub(in crate::web) struct GivenScore<'a> {
    pub(in crate::web) survey: i64,
    pub(in crate::web) score: i64,
    pub(in crate::web) comment: Option<&'a str>,
    /// By which a person answers to it.
    pub(in crate::web) channel: Channel,
    /// The message that is answered, if it is one.
    pub(in crate::web) message: Option<MessageId>,
}

/// What the page asks of a closed case, and what was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SurveyQuestion {
    /// The answer that holds, in a sentence.
    pub(super) said: Option<String>,
    /// What may be pressed, with its meaning; empty: the time is over.
    pub(super) scores: Vec<(i64, &'static str)>,
}

impl SurveyQuestion {
    /// None: it is neither asked now nor answered.
    pub(super) fn of(survey: &ClientSurvey, language: Language, now: Timestamp) -> Option<Self> {
        let said = survey.score.map(|score| language.rated(score));
        let scores = match survey.is_open(now) {
            true => SCORES.zip(language.scores()).collect(),
            false => Vec::new(),
        };
        let is_empty = said.is_none() && scores.is_empty();
        (!is_empty).then_some(Self { said, scores })
    }
}

/// What became of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::web) enum ScoreSettled {
    /// Nobody asks that now.
    NotAsked,
    /// It is what the client said last.
    SaidAgain,
    /// It was changed too often: the last one stands.
    TooOften,
    /// It is kept, once the transaction is.
    Kept,
}

/// Keeps the answer. A form without one says at least that the message was read; what is no score, or has
/// a comment that is too long, is asked for again.
pub(super) async fn answer(
    State(web): State<Web>,
    Path(token): Path<String>,
    visitor: Visitor,
    Form(form): Form<SurveyForm>,
) -> Response {
    let message = match message_of(&web, &token, visitor) {
        Ok(message) => message,
        Err(refusal) => return refusal.shown(),
    };
    let comment = cleaned(&form.comment);
    let typed = form.score.trim();
    let score = score(typed);
    let why = match score {
        _ if is_longer(&comment, SURVEY_COMMENT) => Some(Confirmation::TooLong),
        None if !typed.is_empty() => Some(Confirmation::NoScore),
        None | Some(_) => None,
    };
    if let Some(why) = why {
        return status::ask_again(&web, &token, AskedAgain::comment(why, &comment)).await;
    }
    let comment = Some(comment).filter(|text| !text.is_empty());
    back(&token, taken(&web, message, score, comment).await)
}

async fn taken(
    web: &Web,
    message: MessageId,
    score: Option<i64>,
    comment: Option<String>,
) -> Result<Confirmation, Refusal> {
    let settled = match score {
        Some(score) => given(web, message, score, comment.as_deref()).await?,
        None => ScoreSettled::NotAsked,
    };
    let done = match (settled, score) {
        (ScoreSettled::Kept | ScoreSettled::SaidAgain, Some(score)) => match score <= LOW_SCORE {
            true => Confirmation::RatedLow,
            false => Confirmation::Rated,
        },
        (ScoreSettled::TooOften, _) => Confirmation::Changed,
        (_, Some(_)) => Confirmation::SurveyOver,
        (_, None) => Confirmation::Read,
    };
    let is_kept = matches!(settled, ScoreSettled::Kept | ScoreSettled::SaidAgain);
    if let Some(words) = comment.filter(|_| !is_kept) {
        let replied = EngagementKind::Replied;
        return Ok(
            match keep(web, message, replied, Some(words), MOST_REPLIES).await? {
                true => Confirmation::Replied,
                false => Confirmation::Enough,
            },
        );
    }
    keep(web, message, EngagementKind::Confirmed, None, 1).await?;
    Ok(done)
}

/// Keeps a score that was pressed on the page of a message.
async fn given(
    web: &Web,
    message: MessageId,
    score: i64,
    comment: Option<&str>,
) -> Result<ScoreSettled, Refusal> {
    let mut tx = web.store.write().await?;
    let told = refusal::told(&mut tx, message).await?;
    let Some(survey) = asked(&mut tx, &told).await? else {
        return Ok(ScoreSettled::NotAsked);
    };
    let given = GivenScore {
        survey: survey.id,
        score,
        comment,
        channel: told.channel,
        message: Some(message),
    };
    let settled = rate(web, &mut tx, &given).await?;
    if settled == ScoreSettled::Kept {
        tx.commit().await?;
    }
    Ok(settled)
}

/// What the client of a message was asked of the case that it is about. Whoever was only told of
/// somebody else's case is not asked.
pub(super) async fn asked(
    tx: &mut Tx,
    told: &NotifiedMessage,
) -> Result<Option<ClientSurvey>, StoreError> {
    match told.data.get("case").and_then(|value| value.as_str()) {
        Some(case) => tx.surveys().of_client(told.client, case).await,
        None => Ok(None),
    }
}

/// Keeps an answer in the caller's transaction, and makes a low one a matter for a person.
pub(in crate::web) async fn rate(
    web: &Web,
    tx: &mut Tx,
    given: &GivenScore<'_>,
) -> Result<ScoreSettled, StoreError> {
    let now = web.clock.now();
    let survey = tx.surveys().locked(given.survey).await?;
    let Some(survey) = survey.filter(|survey| survey.is_open(now)) else {
        return Ok(ScoreSettled::NotAsked);
    };
    let has_no_news = given.comment.is_none() || given.comment == survey.comment.as_deref();
    if survey.score == Some(given.score) && has_no_news {
        return Ok(ScoreSettled::SaidAgain);
    }
    if survey.answers >= SURVEY_ANSWERS {
        return Ok(ScoreSettled::TooOften);
    }
    let answer = NewSurveyAnswer {
        id: web.ids.next(),
        survey: survey.id,
        score: given.score,
        comment: given.comment,
        channel: given.channel,
        message: given.message,
        at: now,
    };
    tx.surveys().answer(&answer).await?;
    // The question is not called to mind any more.
    let waits = [CaseStep::SurveyDue, CaseStep::SurveyReminder].into_iter();
    tx.plans()
        .withdraw_reminders(&survey.case, waits, now)
        .await?;
    if given.score <= LOW_SCORE {
        raise(web, tx, &survey, &answer).await?;
    }
    if let Some(before) = survey.score.filter(|before| *before != given.score) {
        let said = said(web, given.score, Some(before));
        let key = matter(&survey);
        tx.conversations().restate_of_case(&key, &said).await?;
    }
    Ok(ScoreSettled::Kept)
}

/// What the line of a survey is called among those of conversations.
fn matter(survey: &ClientSurvey) -> String {
    format!("survey:{}", survey.id)
}

/// What holds, and what was said before.
fn said(web: &Web, score: i64, before: Option<i64>) -> String {
    let language = web.console.words().language();
    match before {
        None => language.choose(
            format!("Com'è andata: {score} su 5."),
            format!("How it went: {score} of 5."),
        ),
        Some(before) => language.choose(
            format!("Com'è andata: {score} su 5 (prima {before})."),
            format!("How it went: {score} of 5 (before: {before})."),
        ),
    }
}

/// One matter for each survey; words that come with a later answer join it.
async fn raise(
    web: &Web,
    tx: &mut Tx,
    survey: &ClientSurvey,
    answer: &NewSurveyAnswer<'_>,
) -> Result<(), StoreError> {
    let mut text = said(web, answer.score, None);
    if let Some(comment) = answer.comment {
        text.push('\n');
        text.push_str(comment);
    }
    let first = matter(survey);
    let later = format!("{first}:{}", answer.id);
    let mut words = CaseWords {
        key: &first,
        client: survey.client,
        case: &survey.case,
        channel: answer.channel,
        text: &text,
        at: answer.at,
    };
    let ids = &*web.ids;
    let is_first = tx.conversations().keep_of_case(&words, ids).await?;
    if !is_first && answer.comment.is_some() {
        words.key = &later;
        tx.conversations().keep_of_case(&words, ids).await?;
    }
    Ok(())
}
