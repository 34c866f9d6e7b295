//! The pages in a real browser, as an operator and a client meet them: on a desk and on a
//! telephone, while the demo runs. `ARALDO_IMAGES` names a folder that gets the pictures too.

use std::path::{Path, PathBuf};
use std::time::Duration;

use fantoccini::{Client, Locator};
use serde_json::{Value, json};

use crate::demo_runs::Demo;
use crate::support::patience::until;
use crate::support::servers::chromium;

/// Looks at a page before it is asked for again: some seconds.
const LOOKS: usize = 200;
/// Name, width, height, and dots to a pixel.
const SIZES: [(&str, u32, u32, u32); 2] = [("desktop", 1280, 900, 1), ("phone", 390, 844, 2)];
/// What a picture in the documentation may weigh.
pub(crate) const HEAVIEST: usize = 300_000;

const NEWEST: &str = "return document.querySelector('[data-region=\"recent\"] \
    a[href^=\"/console/messages/\"]')?.getAttribute('href') ?? null";
/// The first text about a case that moved: where its link leads, and the kind of case.
const CASE_THAT_MOVED: &str = "const moved = / PR-[0-9-]+: /; \
    const bubble = [...document.querySelectorAll('.phone .bubble')]\
    .find(bubble => moved.test(bubble.textContent) && bubble.querySelector('a')); \
    return bubble ? [bubble.querySelector('a').href, \
    /(\\S+) PR-/.exec(bubble.textContent)[1]] : null";
/// How far what stands alone on a page is from its middle, in pixels.
const OFF_CENTRE: &str = "const card = document.querySelector('main').getBoundingClientRect(); \
    return Math.floor(Math.abs(card.left + card.right - document.documentElement.clientWidth) / 2)";
/// What sticks out to the right of the page, by tag and class.
const TOO_WIDE: &str = "const wide = arguments[0]; \
    if (document.documentElement.scrollWidth <= wide) return []; \
    return [...document.querySelectorAll('body *')]\
    .filter(one => one.getBoundingClientRect().right > wide)\
    .map(one => one.tagName + '.' + one.className)";

/// A browser, and where its pictures go.
struct Eyes {
    browser: Client,
    folder: tempfile::TempDir,
    wanted: Option<PathBuf>,
}

impl Eyes {
    async fn open() -> Self {
        Self {
            browser: chromium::open(1280, 900).await,
            folder: tempfile::tempdir().unwrap(),
            wanted: wanted(),
        }
    }

    async fn log_in(&self, demo: &Demo) {
        self.browser.goto(&demo.console).await.unwrap();
        assert!(self.path().await.starts_with("/console/login"));
        for (size, width, height, scale) in SIZES.into_iter().rev() {
            chromium::resize(&self.browser, width, height, scale).await;
            assert_eq!(self.run(OFF_CENTRE).await, json!(0), "on a {size}");
        }
        let form = self.browser.form(Locator::Css("form")).await.unwrap();
        form.set_by_name("email", &demo.login).await.unwrap();
        form.set_by_name("password", &demo.password).await.unwrap();
        form.submit_with(Locator::Css("button")).await.unwrap();
        self.until_true("return location.pathname === '/console/now'")
            .await;
    }

    /// Opens a page at both sizes, holds it against what every page promises, and keeps pictures.
    async fn see(&self, name: &str, address: &str, heading: &str, condition: &str) {
        for (size, width, height, scale) in SIZES {
            chromium::resize(&self.browser, width, height, scale).await;
            self.until_shown(address, condition).await;
            let found = self
                .run("return document.querySelector('h1').innerText")
                .await;
            let found = found.as_str().unwrap().to_lowercase();
            assert!(found.contains(heading), "{name} is headed `{found}`");
            assert_eq!(self.run("return innerWidth").await, json!(width));
            let wide = self.browser.execute(TOO_WIDE, vec![json!(width)]).await;
            assert_eq!(wide.unwrap(), json!([]), "{name} on a {size} is too wide");
            let complaints = chromium::complaints(&self.browser).await;
            assert!(complaints.is_empty(), "{name} on a {size}: {complaints:?}");
            self.keep(&format!("{name}-{size}.png")).await;
        }
    }

    async fn keep(&self, name: &str) {
        let picture = self.browser.screenshot().await.unwrap();
        assert!(
            picture.len() < HEAVIEST,
            "{name} has {} bytes",
            picture.len()
        );
        let file = self.folder.path().join(name);
        std::fs::write(&file, picture).unwrap();
        if let Some(folder) = &self.wanted {
            std::fs::copy(file, folder.join(name)).unwrap();
        }
    }

    async fn run(&self, script: &str) -> Value {
        self.browser.execute(script, Vec::new()).await.unwrap()
    }

    /// Opens a page, and again: most are as they were when they were asked for.
    async fn until_shown(&self, address: &str, condition: &str) {
        let mut looks = 0;
        until(async || {
            if looks % LOOKS == 0 {
                self.browser.goto(address).await.unwrap();
            }
            looks += 1;
            self.is_true(condition).await
        })
        .await;
    }

    async fn until_true(&self, script: &str) {
        until(async || self.is_true(script).await).await;
    }

    async fn is_true(&self, script: &str) -> Result<(), String> {
        match self.run(script).await {
            Value::Bool(true) => Ok(()),
            other => Err(format!("`{script}` is {other}")),
        }
    }

    /// Waits until a script finds something.
    async fn answer(&self, script: &str) -> Value {
        until(async || match self.run(script).await {
            Value::Null => Err(format!("`{script}` found nothing")),
            found => Ok(found),
        })
        .await
    }

    async fn path(&self) -> String {
        let address = self.browser.current_url().await.unwrap();
        address.path().to_owned()
    }
}

/// Where the person who runs the tests wants the pictures.
#[expect(clippy::disallowed_methods, reason = "a wish of who runs the tests")]
pub(crate) fn wanted() -> Option<PathBuf> {
    let folder = std::env::var("ARALDO_IMAGES").ok()?;
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    std::fs::create_dir_all(&folder).unwrap();
    Some(folder)
}

/// The id of an SMS that arrived and whose link a person followed.
async fn a_message_that_was_read(demo: &Demo) -> String {
    until(async || {
        let list = demo.ask("messages?limit=100&state=delivered").await;
        for listed in list["items"].as_array().unwrap() {
            let id = listed["id"].as_str().unwrap();
            let message = demo.ask(&format!("messages/{id}")).await;
            let read = |one: &Value| one["kind"] == "clicked" && one["verdict"] == "human";
            let read = message["engagement"].as_array().unwrap().iter().any(read);
            if read && !message["receipts"].as_array().unwrap().is_empty() {
                return Ok(id.to_owned());
            }
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
        Err(String::from("nobody followed a link"))
    })
    .await
}

/// The overview follows what happens, without being loaded again.
async fn the_overview_is_alive(eyes: &Eyes) {
    eyes.run("window.stayed = true").await;
    let before = eyes.run(NEWEST).await;
    until(async || match eyes.run(NEWEST).await {
        now if now.is_null() || now == before => Err(format!("the newest message stays {now}")),
        _ => Ok(()),
    })
    .await;
    assert_eq!(eyes.run("return window.stayed").await, json!(true));
}

/// What the client of the page that is open writes stands on the page of replies.
async fn a_reply_is_read(eyes: &Eyes, demo: &Demo) {
    const WRITE: &str = "const form = document.querySelector('form[action$=\"/reply\"]'); \
        form.querySelector('textarea').value = 'Il contatore segna zero, chi viene?'; \
        form.submit()";
    eyes.run(WRITE).await;
    eyes.until_true("return location.search === '?done=replied'")
        .await;
    let address = format!("{}console/replies", demo.console);
    // The town's readers write as well.
    let read = "return [...document.querySelectorAll('.replies blockquote')]\
        .some(reply => reply.innerText.includes('chi viene?'))";
    eyes.see("replies", &address, "replies", read).await;
}

/// The pages that no story above leads to.
async fn every_other_page(eyes: &Eyes, demo: &Demo, message: &str) {
    let shown = "return document.querySelector('main') !== null";
    let client = demo.ask(&format!("messages/{message}")).await["client"].clone();
    let client = format!("clients/{}", client.as_str().unwrap());
    for (name, path, heading) in [
        ("client", client.as_str(), ""),
        ("clients", "clients", "clients"),
        ("cases", "cases", "cases"),
        ("incidents", "incidents", "incidents"),
        ("incident", "incidents/G-1", "g-1"),
        ("messages", "messages", "messages"),
        ("inbox", "inbox", "inbox"),
        ("templates", "templates", "templates"),
        (
            "editor",
            "templates/case-progress?locale=it&channel=email",
            "case-progress",
        ),
        ("insight", "insight", "insight"),
        ("sources", "sources", "sources"),
        ("source", "sources/agency", "agency"),
        ("try", "sources/agency/try", "try a record of agency"),
        ("settings", "settings", "settings"),
    ] {
        let address = format!("{}console/{path}", demo.console);
        eyes.see(name, &address, heading, shown).await;
    }
}

#[tokio::test]
async fn the_pages_are_right_on_a_desk_and_on_a_telephone_and_follow_what_happens() {
    let demo = Demo::start("6", &["--clients", "300"]);
    let eyes = Eyes::open().await;
    eyes.log_in(&demo).await;
    let at = |path: &str| format!("{}{path}", demo.console);

    let shown = "return document.querySelectorAll('[data-region=\"recent\"] tbody tr').length > 9 \
        && [...document.querySelectorAll('.ladder .delivered')].some(bar => bar.value > 20)";
    eyes.see("now", &at("console/now"), "now", shown).await;
    the_overview_is_alive(&eyes).await;

    let id = a_message_that_was_read(&demo).await;
    let told = "const told = document.querySelector('main').innerText; \
        return ['delivered', 'clicked', 'Montelume'].every(word => told.includes(word))";
    let address = at(&format!("console/messages/{id}"));
    eyes.see("message", &address, "message", told).await;

    let phones = "return document.querySelectorAll('.phone .bubble a').length > 3";
    eyes.see("handsets", &at("console/sandbox"), "sandbox", phones)
        .await;

    let found = eyes.answer(CASE_THAT_MOVED).await;
    let text = |at: usize| found[at].as_str().expect("a case on a handset");
    let (way, kind) = (text(0), text(1).to_lowercase());
    let choices = "return document.querySelector('a[href^=\"tel:\"]') !== null && \
        document.querySelector('#choices') !== null";
    eyes.see("status", way, &kind, choices).await;
    assert!(eyes.path().await.starts_with("/s/"));
    a_reply_is_read(&eyes, &demo).await;
    every_other_page(&eyes, &demo, &id).await;

    eyes.browser.close().await.unwrap();
}
