//! "Send this to me": the text as it stands in the form, saved or not, goes to whoever writes it. A mail
//! goes to the address they log in with and to no other; an SMS to a number that they type, which is
//! forgotten as soon as it is handed over.
//!
//! Here it is rendered and kept; `dispatch::test_sends` sends it, and the page says what became of it.

use axum::http::StatusCode;

use crate::domain::language::Language;
use crate::domain::limits::{TEST_SEND_WAITS, TEST_SENDS};
use crate::domain::role::Right;
use crate::domain::template::Source;
use crate::domain::test_send::TestSendState;
use crate::domain::{Address, Channel, TestSendId};
use crate::store::StoreError;
use crate::store::templates::test_sends::{NewTestSend, TestAsked, TestSendOutcome};
use crate::text::sanitize;
use crate::web::auth::csrf::FormFields;
use crate::web::console::shell::{Badge, Visit, When};
use crate::web::problem::Problem;

use super::editor::Notice;
use super::faults;
use super::preview::{Rendered, facts, render};
use super::typed::Tab;
use super::write::note;

/// What stands beside the preview.
pub(super) struct TestForm {
    /// Of the next test: the same form sent twice is one.
    pub(super) id: TestSendId,
    pub(super) number: String,
    /// Where a mail goes.
    pub(super) address: String,
    pub(super) last: Option<LastTest>,
}

/// What became of the last test.
pub(super) struct LastTest {
    pub(super) badge: Badge,
    /// Which text it was.
    pub(super) which: String,
    pub(super) said: String,
    pub(super) when: When,
}

impl TestForm {
    pub(super) async fn of(
        visit: &Visit,
        template: &str,
        number: String,
    ) -> Result<Self, StoreError> {
        let person = &visit.person;
        let last = if visit.may(Right::EditTemplates) {
            let mut tx = visit.web.store.read().await?;
            tx.test_sends().latest(&person.email, template).await?
        } else {
            None
        };
        Ok(Self {
            id: TestSendId::new(visit.web.ids.next()),
            number,
            address: person.email.clone(),
            last: last.map(|outcome| LastTest::of(visit, &outcome)),
        })
    }
}

impl LastTest {
    fn of(visit: &Visit, outcome: &TestSendOutcome) -> Self {
        // Whoever asked for it reads the time outside.
        let (words, now) = (visit.words(), visit.outside());
        // Where no node sends, the hourly upkeep says so later.
        let late = now.at - outcome.created_at >= TEST_SEND_WAITS;
        let state = match outcome.state {
            TestSendState::Waiting if late => TestSendState::Expired,
            state => state,
        };
        let provider = outcome.provider.as_deref().unwrap_or_default();
        let detail = outcome.detail.as_deref().unwrap_or_default();
        let minutes = TEST_SEND_WAITS.num_minutes().to_string();
        let (tone, said) = match state {
            TestSendState::Waiting => ("waiting", words.say("templates-test-waiting").into_owned()),
            TestSendState::Sent => (
                "delivered",
                words.with("templates-test-sent", "provider", provider),
            ),
            TestSendState::Refused => (
                "failed",
                words.with("templates-test-refused", "detail", detail),
            ),
            TestSendState::Unknown => (
                "attention",
                words.with("templates-test-unknown", "provider", provider),
            ),
            TestSendState::Expired => (
                "failed",
                words.with("templates-test-expired", "minutes", &minutes),
            ),
        };
        let channel = words.of("channel", outcome.channel.as_str());
        Self {
            badge: Badge::new(tone, &words.of("templates-test-state", state.as_str())),
            which: format!("{} · {channel}", outcome.locale),
            said,
            when: When::new(outcome.finished_at.unwrap_or(outcome.created_at), now),
        }
    }
}

/// The number that was typed.
pub(super) fn number(fields: &FormFields) -> String {
    sanitize::line(fields.get("test_number"))
}

/// Takes the text of the form for a test. Says what became of that, with the status of the page.
/// Whoever calls has asked for the right.
pub(super) async fn ask(
    visit: &Visit,
    source: &Source,
    tab: &Tab,
    fields: &FormFields,
) -> Result<(StatusCode, Notice), Problem> {
    let (web, words) = (&visit.web, visit.words());
    let id = fields
        .get("test")
        .parse::<TestSendId>()
        .map_err(|_| Problem::field("/test", "the form is not one of ours; load the page again"))?;
    let email = &visit.person.email;
    let (address, fault) = match tab.channel {
        Channel::Sms => (number(fields), "templates-test-number-fault"),
        Channel::Email => (email.clone(), "templates-test-address-fault"),
    };
    let Ok(address) = Address::parse(tab.channel, &address, &web.phones) else {
        return Ok(refused(words.say(fault).into_owned()));
    };
    let written = match written(visit, source, tab).await {
        Ok(written) => written,
        Err(fault) => return Ok(refused(fault)),
    };
    let test = NewTestSend {
        id,
        person: email,
        template: &source.name,
        locale: &tab.locale,
        channel: tab.channel,
        address: address.as_str(),
        subject: &written.subject,
        text: &written.text,
        html: &written.html,
    };
    let mut tx = web.store.write().await?;
    match tx.test_sends().ask(&test, web.clock.wall()).await? {
        TestAsked::Taken => {
            let which = which(tab, address.as_str());
            let what = (source.name.as_str(), which.as_str());
            note(web, &mut tx, &visit.person, "template.test_sent", what).await?;
            tx.commit().await?;
            Ok(done(words.say("templates-test-asked").into_owned()))
        }
        TestAsked::Known => Ok(done(words.say("templates-test-known").into_owned())),
        TestAsked::Barred => Ok(refused(words.say("templates-test-barred").into_owned())),
        TestAsked::TooMany => {
            let most = TEST_SENDS.to_string();
            let said = words.with("templates-test-many", "most", &most);
            Ok((StatusCode::TOO_MANY_REQUESTS, Notice::Fault(vec![said])))
        }
    }
}

/// Which text it was, and for an SMS the end of the number: a mail goes to whoever asks for it, a number
/// may be anybody's, who would ask who it was.
fn which(tab: &Tab, address: &str) -> String {
    let text = format!("{} {}", tab.locale, tab.channel);
    if tab.channel == Channel::Email {
        return text;
    }
    let digits: Vec<char> = address.chars().filter(char::is_ascii_digit).collect();
    let last: String = digits[digits.len().saturating_sub(3)..].iter().collect();
    format!("{text} •••{last}")
}

fn refused(why: String) -> (StatusCode, Notice) {
    (StatusCode::UNPROCESSABLE_ENTITY, Notice::Fault(vec![why]))
}

fn done(said: String) -> (StatusCode, Notice) {
    (StatusCode::OK, Notice::Done(said))
}

/// A test as it is handed over.
struct WrittenTest {
    subject: String,
    text: String,
    html: String,
}

/// Renders the text as the preview does, and marks it, so that nobody takes it for news.
async fn written(visit: &Visit, source: &Source, tab: &Tab) -> Result<WrittenTest, String> {
    let web = &visit.web;
    let facts = facts(web.pages.contact());
    let (typed, shown) = (source.clone(), tab.clone());
    let words = visit.words();
    let work = move || render(words, &typed, &shown, &facts);
    let rendered = web.console.texts.work(work).await;
    let rendered = rendered.map_err(|late| faults::of_wait(words, late))??;
    let mark = Language::for_reader(&tab.locale).choose("[Prova]", "[Test]");
    Ok(match rendered {
        Rendered::Sms(text) => WrittenTest {
            subject: String::new(),
            text: format!("{mark} {text}"),
            html: String::new(),
        },
        Rendered::Email(mail) => WrittenTest {
            subject: format!("{mark} {}", mail.subject),
            text: mail.text,
            html: mail.html,
        },
    })
}
