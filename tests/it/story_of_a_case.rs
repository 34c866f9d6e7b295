//! One case from its first day to the task that its end leaves, by browser and handset: the client reads an
//! SMS and the page behind it and asks; the tutor answers by mail, from a mailbox of the sandbox; the case
//! is closed, the clock asks how it went, and two of five is a matter for a person. Nothing is put into the
//! store behind the node's back but those who log in. `ARALDO_IMAGES` names a folder that gets the pictures
//! of docs/story.md.

use std::sync::Arc;

use araldo::channel::sandbox::{Body, Mail};
use araldo::domain::clock::FixedClock;
use araldo::domain::role::Role;
use araldo::domain::{Clock, UserId};
use araldo::store::access::users::NewUser;
use araldo::web::auth::password;
use araldo_sandbox::world::Deed;
use axum::http::StatusCode;
use chrono::TimeDelta;
use fantoccini::{Client, Locator};
use serde_json::{Value, json};

use crate::console_browser::Browser;
use crate::console_seed::Town;
use crate::pages_are_seen::wanted;
use crate::support::node::Node;
use crate::support::patience::until;
use crate::support::servers::chromium;
use crate::support::sqlite;

const SETTINGS: &str = r#"
[email]
replies = "risposte@sportello.example"
[dialogue]
tutor_mail = true
[survey]
after = "2 days"
reminder = ""
"#;
const MARIA: &str = "+390000000412";
const TUTOR: &str = "paola@sportello.example";
/// Who shows the sandbox: holds its handsets, and its mailboxes.
const HOLDER: &str = "vetrina@sportello.example";
const PASSWORD: &str = "una frase lunga e segreta";
const QUESTION: &str = "Devo essere a casa quando leggete il contatore?";
const ANSWER: &str = "No, il contatore si legge da fuori. Le scriviamo appena la voltura è fatta.";
const COMMENT: &str = "La bolletta è arrivata ancora a nome del vecchio inquilino.";
/// What the page says to whoever pressed "I have read this".
const READ: &str = "sappiamo che ha letto";
/// What a picture of docs/story.md may weigh.
const HEAVIEST: usize = 200_000;

const HANDSET: &str = "/console/sandbox/sms/%2B390000000412";
const MAILBOX: &str = "/console/sandbox/email/paola%40sportello.example";
/// What the client did with the messages of the case, by the order in which it was done.
const DONE: &str = "SELECT kind || ' ' || verdict FROM engagement WHERE kind IN ('confirmed', 'replied') ORDER BY id";
const VIEWED: &str = "SELECT CAST(count(*) AS BIGINT) FROM engagement WHERE kind = 'viewed'";
const ANSWERED: &str = "SELECT actor || ' ' || coalesce(detail, '-') FROM audit
    WHERE action = 'conversation.answered'";
const SCORES: &str = "SELECT CAST(score AS TEXT) || ' ' || comment FROM survey_answer";
/// The conversations of the tutor that wait for an answer.
const WAITING: &str = "SELECT CAST(count(*) AS BIGINT) FROM conversation
    WHERE waiting_since IS NOT NULL AND assigned = 'paola@sportello.example'";

const SHOWS: &str = "return document.readyState === 'complete' && \
    [...document.querySelectorAll(arguments[0])].some(one => one.textContent.includes(arguments[1]))";
const CENTRE: &str = "document.querySelector(arguments[0]).scrollIntoView({ block: 'center' })";
/// The address of the newest link on the handset.
const NEWEST_LINK: &str = "return [...document.querySelectorAll('.phone .bubble a')].at(-1).href";

/// A node by a clock that stands, and the day on it.
struct CaseStory {
    node: Node,
    clock: Arc<FixedClock>,
}

impl CaseStory {
    async fn begin() -> Self {
        // A Tuesday, ten o'clock in Rome.
        let clock = Arc::new(FixedClock::at("2026-12-01T09:00:00Z"));
        let hands: Arc<dyn Clock> = Arc::<FixedClock>::clone(&clock);
        let node = Node::start_by(sqlite().await, SETTINGS, hands).await;
        let story = Self { node, clock };
        for (email, role) in [(TUTOR, Role::Operator), (HOLDER, Role::Operator)] {
            story.hires(email, role).await;
        }
        story.node.client("C-1001", &[MARIA], json!({})).await;
        story
    }

    async fn hires(&self, email: &str, role: Role) {
        let running = &self.node.running;
        let hash = password::hash(PASSWORD).unwrap();
        let person = NewUser {
            id: UserId::new(running.ids.next()),
            email,
            role,
            password_hash: &hash,
        };
        let mut tx = running.store.write().await.unwrap();
        tx.users().add(&person, self.clock.now()).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// What the agency's system says of the case.
    async fn case(&self, step: &str, state: &str) {
        let event = json!({ "specversion": "1.0", "id": format!("crm-{step}"), "source": "/crm",
            "type": format!("case.{step}"), "subject": "PR-2026-00412",
            "data": { "case": "PR-2026-00412", "client": "C-1001", "kind": "voltura",
                "state": state, "owner": TUTOR, "expected_by": "2026-12-11" } });
        self.node.event(&event).await;
    }

    /// Waits until the handset has so many texts, the last with these words.
    async fn handset_has(&self, count: usize, words: &str) {
        until(async || {
            let texts = self.node.texts(MARIA);
            let last = texts.last().is_some_and(|text| text.contains(words));
            let there = last && texts.len() == count;
            there.then_some(()).ok_or(format!("{texts:?}"))
        })
        .await;
    }

    /// Waits until so many mails have come to the tutor.
    async fn tutor_has(&self, count: usize) {
        until(async || {
            let mails = self.node.inbox(TUTOR);
            let there = mails.len() == count;
            there.then_some(()).ok_or(format!("{mails:?}"))
        })
        .await;
    }

    /// Somebody logs in, on a telephone or at a desk.
    async fn sits(&self, email: &str, size: StorySize) -> StoryWindow {
        let (width, height, scale) = match size {
            StorySize::Handset => (390, 844, 2),
            StorySize::Desk => (1280, 900, 1),
        };
        let browser = chromium::open(width, height).await;
        chromium::resize(&browser, width, height, scale).await;
        let site = format!("http://{}", self.node.address());
        let window = StoryWindow { browser, site };
        window.goes("/").await;
        window.fills("#email", email).await;
        window.fills("#password", PASSWORD).await;
        window.presses("form button.main").await;
        window.sees("details.person", email).await;
        window
    }
}

#[derive(Clone, Copy)]
enum StorySize {
    Handset,
    Desk,
}

/// A browser, and where the node is.
struct StoryWindow {
    browser: Client,
    site: String,
}

impl StoryWindow {
    async fn goes(&self, path: &str) {
        let address = match path.starts_with("http") {
            true => path.to_owned(),
            false => format!("{}{path}", self.site),
        };
        self.browser.goto(&address).await.unwrap();
    }

    /// Waits until these words stand in one of what is named so.
    async fn sees(&self, what: &str, words: &str) {
        until(async || {
            let asked = vec![json!(what), json!(words)];
            // A page that is just going away answers nothing.
            match self.browser.execute(SHOWS, asked).await {
                Ok(Value::Bool(true)) => Ok(()),
                other => Err(format!("{what} does not say `{words}`: {other:?}")),
            }
        })
        .await;
    }

    async fn has(&self, what: &str, words: &str) -> bool {
        let asked = vec![json!(what), json!(words)];
        self.browser.execute(SHOWS, asked).await.unwrap() == json!(true)
    }

    async fn fills(&self, field: &str, text: &str) {
        let found = self.browser.find(Locator::Css(field)).await.unwrap();
        found.send_keys(text).await.unwrap();
    }

    async fn presses(&self, what: &str) {
        let found = self.browser.find(Locator::Css(what)).await.unwrap();
        found.click().await.unwrap();
    }

    /// The address of the newest link on the handset that is shown: where it leads in the client's hands.
    async fn newest_link(&self) -> String {
        let found = self.browser.execute(NEWEST_LINK, Vec::new()).await.unwrap();
        found.as_str().unwrap().to_owned()
    }

    /// Keeps a picture of what is around something, for who wants it.
    async fn pictures(&self, name: &str, around: &str) {
        let asked = vec![json!(around)];
        self.browser.execute(CENTRE, asked).await.unwrap();
        let picture = self.browser.screenshot().await.unwrap();
        let bytes = picture.len();
        assert!(bytes < HEAVIEST, "{name} has {bytes} bytes");
        if let Some(folder) = wanted() {
            std::fs::write(folder.join(format!("story-{name}.png")), picture).unwrap();
        }
    }

    /// Ends the day: no page complained of anything.
    async fn goes_home(self) {
        let complaints = chromium::complaints(&self.browser).await;
        assert!(complaints.is_empty(), "{complaints:?}");
        self.browser.close().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_case_is_told_asked_about_answered_by_mail_closed_and_leaves_a_task() {
    let story = CaseStory::begin().await;
    let handset = story.sits(HOLDER, StorySize::Handset).await;
    let desk = story.sits(TUTOR, StorySize::Desk).await;

    the_client_reads_and_asks(&story, &handset).await;
    println!("case opened, SMS on the handset, page read, question sent");
    the_tutor_answers_by_mail(&story, &desk).await;
    println!("mail to the tutor, answered from the mailbox, kept in the conversation");
    the_client_reads_the_answer(&story, &handset).await;
    println!("the answer is on the handset and was read");
    the_tutor_ends_the_conversation(&desk).await;
    handset.goes_home().await;
    desk.goes_home().await;

    story.clock.advance(TimeDelta::hours(1));
    story.case("closed", "done").await;
    story.handset_has(3, "pratica conclusa").await;
    story.node.settled().await;
    story
        .clock
        .advance(TimeDelta::days(2) + TimeDelta::minutes(1));
    story
        .handset_has(4, "com'è andata la pratica PR-2026-00412?")
        .await;
    println!("case closed, and two days later the clock asks how it went");

    // Sessions of two days ago have ended.
    let handset = story.sits(HOLDER, StorySize::Handset).await;
    let desk = story.sits(TUTOR, StorySize::Desk).await;
    the_client_gives_two_of_five(&story, &handset).await;
    println!("two of five, by a button on the client's page");
    a_task_stands_on_the_console(&story, &desk).await;
    println!("a task for the tutor, on the console and by mail");
    handset.goes_home().await;
    desk.goes_home().await;
    story.node.settled().await;
    story.node.sums_close().await;
    story.node.stop().await;
}

async fn the_client_reads_and_asks(story: &CaseStory, handset: &StoryWindow) {
    story.case("opened", "received").await;
    story.handset_has(1, "voltura PR-2026-00412 ricevuta").await;
    handset.goes(HANDSET).await;
    handset.sees(".phone .bubble", "PR-2026-00412").await;
    handset.pictures("sms", ".phone .bubble").await;

    let page = handset.newest_link().await;
    handset.goes(&page).await;
    handset.sees("h1", "Voltura").await;
    handset.sees(".state", "Richiesta ricevuta").await;
    story.node.eye.until(VIEWED, 1).await;
    handset.pictures("page", "h1").await;
    assert!(
        story.node.eye.texts(DONE).await.is_empty(),
        "looking says nothing"
    );
    handset.presses("form[action$='/read'] button").await;
    handset.sees(".done", READ).await;
    assert_eq!(story.node.eye.texts(DONE).await, ["confirmed human"]);

    handset.presses("summary.button").await;
    handset.fills("#text", QUESTION).await;
    handset.pictures("question", "#text").await;
    handset.presses("form[action$='/reply'] button").await;
    handset
        .sees(".done", "Abbiamo ricevuto il Suo messaggio.")
        .await;
    assert_eq!(
        story.node.eye.texts(DONE).await,
        ["confirmed human", "replied human"]
    );
}

async fn the_tutor_answers_by_mail(story: &CaseStory, desk: &StoryWindow) {
    story.tutor_has(1).await;
    desk.goes(MAILBOX).await;
    desk.sees(".inbox pre", QUESTION).await;
    desk.sees(".inbox .subject", "PR-2026-00412").await;
    desk.presses(".inbox details:last-of-type summary").await;
    desk.fills(".inbox textarea", ANSWER).await;
    desk.pictures("mail", ".inbox").await;
    desk.presses(".inbox form button").await;
    desk.sees(".done", "The answer is on its way").await;
    story.handset_has(2, ANSWER).await;
    let by = story.node.eye.texts(ANSWERED).await;
    assert_eq!(by, ["paola@sportello.example by mail"], "as a real mail's");
    let typed = "SELECT actor FROM audit WHERE action = 'mailbox.answered'";
    assert_eq!(story.node.eye.texts(typed).await, [TUTOR]);
    assert_eq!(story.node.eye.number(WAITING).await, 0, "it is answered");
}

async fn the_client_reads_the_answer(story: &CaseStory, handset: &StoryWindow) {
    handset.goes(HANDSET).await;
    handset.sees(".phone .bubble", ANSWER).await;
    handset
        .pictures("answer", ".phone .bubble:last-of-type")
        .await;
    let page = handset.newest_link().await;
    handset.goes(&page).await;
    handset.presses("form[action$='/read'] button").await;
    handset.sees(".done", READ).await;
    let done = story.node.eye.texts(DONE).await;
    assert_eq!(done.last().map(String::as_str), Some("confirmed human"));
    assert_eq!(done.len(), 3);
}

/// Whoever talks with us is not asked how it went, so a conversation has its end.
async fn the_tutor_ends_the_conversation(desk: &StoryWindow) {
    desk.goes("/console/inbox?whose=mine").await;
    desk.presses("table.cards td.name a").await;
    desk.sees(".replies blockquote", QUESTION).await;
    desk.sees(".replies blockquote", ANSWER).await;
    desk.pictures("conversation", "h1").await;
    desk.fills("#reason", "Risposto per e-mail").await;
    desk.presses("form[action$='/close'] button").await;
    desk.sees(".facts", "Risposto per e-mail").await;
}

async fn the_client_gives_two_of_five(story: &CaseStory, handset: &StoryWindow) {
    handset.goes(HANDSET).await;
    handset.sees(".phone .bubble", "com'è andata").await;
    let page = handset.newest_link().await;
    handset.goes(&page).await;
    handset.sees("#survey h2", "Com'è andata?").await;
    handset.fills("#comment", COMMENT).await;
    handset.pictures("survey", "#survey .answers").await;
    assert!(
        story.node.eye.texts(SCORES).await.is_empty(),
        "looking is no answer"
    );
    handset.presses("button[name='score'][value='2']").await;
    handset.sees("#survey", "La Sua risposta: 2 su 5.").await;
    let scores = story.node.eye.texts(SCORES).await;
    assert_eq!(scores, [format!("2 {COMMENT}")]);
}

async fn a_task_stands_on_the_console(story: &CaseStory, desk: &StoryWindow) {
    assert_eq!(story.node.eye.number(WAITING).await, 1);
    desk.goes("/console/inbox?whose=mine").await;
    let waits = "section[aria-labelledby='waiting'] tbody";
    desk.sees(waits, "PR-2026-00412").await;
    assert!(desk.has(waits, TUTOR).await, "it is the tutor's");
    desk.presses("section[aria-labelledby='waiting'] td.name a")
        .await;
    desk.sees(".replies blockquote", "2 of 5").await;
    desk.sees(".replies blockquote", COMMENT).await;
    desk.pictures("task", ".replies li:last-child").await;
    // The tutor need not look at the console to know of it.
    story.tutor_has(2).await;
    let newest = story.node.inbox(TUTOR).pop().unwrap();
    let said = format!("{:?}", newest.body);
    assert!(said.contains("2 of 5") && said.contains(COMMENT), "{said}");
}

#[tokio::test]
async fn a_mail_is_answered_by_whoever_may_hold_the_mailbox_and_where_it_asks_for_an_answer() {
    let town = Town::lively().await;
    let world = town.web.sandbox.as_ref().unwrap();
    let arrives = |more: &str| {
        let raw = format!("{more}Subject: Maria ha scritto\r\n\r\n> Quando?\r\n");
        let mail = Body::Mail(Mail::parse(raw.as_bytes()));
        world.receive(TUTOR, "avvisi@sportello.example", mail, None)
    };
    let asking = arrives("Reply-To: risposte+token@sportello.example\r\n");
    let silent = arrives("");
    let way = |id: i64| format!("/console/sandbox/mail/paola%40sportello%2Eexample/{id}/reply");

    let viewer = Browser::logged_in(&town, Role::Viewer).await;
    let operator = Browser::logged_in(&town, Role::Operator).await;
    let page = operator.get(MAILBOX).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    assert!(page.text.contains(&way(asking)), "{}", page.text);
    assert!(!page.text.contains(&way(silent)), "{}", page.text);
    let word = page.field("csrf");
    let typed = |text: &'static str| [("csrf", word.as_str()), ("text", text)];

    let refused = viewer.post(&way(asking), &typed("Domani.")).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    let nowhere = operator.post(&way(silent), &typed("Domani.")).await;
    assert_eq!(nowhere.status, StatusCode::NOT_FOUND);
    let long = "x".repeat(16 * 1024 + 1);
    let fields = [("csrf", word.as_str()), ("text", long.as_str())];
    let long = operator.post(&way(asking), &fields).await;
    assert!(long.status.is_client_error(), "{}", long.status);
    assert_eq!(world.due(), [], "nothing of it is sent");

    let done = operator.post(&way(asking), &typed("Domani.")).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    let due = world.due();
    let [Deed::Answer(mail)] = &due[..] else {
        panic!("{due:?}");
    };
    let mail = String::from_utf8_lossy(mail);
    assert!(
        mail.contains("To: risposte+token@sportello.example"),
        "{mail}"
    );
    let mut tx = town.web.store.read().await.unwrap();
    let deeds = tx.audit().recent(9).await.unwrap();
    let typed = deeds
        .iter()
        .filter(|deed| deed.action == "mailbox.answered");
    assert_eq!(typed.count(), 1, "{deeds:?}");
}
