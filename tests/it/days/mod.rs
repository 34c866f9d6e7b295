//! A day of a role at the console, in a real browser, from the login on: `operator` writes a text and finds
//! out why somebody got nothing, `incident` goes from the map to the end by two people, `manager` finds what
//! is read least and takes it along, `partner` sees its own clients. Each is walked twice, with the pointer
//! and with the keyboard alone, and says how many presses, fields and seconds it took; only presses and
//! fields have a bound. `ARALDO_IMAGES` names a folder that gets pictures.

/// Walks a day with the pointer, and with the keyboard alone.
macro_rules! walked_twice {
    ($day:ident) => {
        #[tokio::test]
        async fn with_the_pointer() {
            $day(crate::days::Hands::Pointer).await;
        }

        #[tokio::test]
        async fn with_the_keyboard_alone() {
            $day(crate::days::Hands::Keyboard).await;
        }
    };
}

mod incident;
mod manager;
mod operator;
mod partner;

use std::cell::Cell;
use std::time::Instant;

use araldo::domain::UserId;
use araldo::domain::role::Role;
use araldo::runtime::Lifecycle;
use araldo::store::access::users::NewUser;
use araldo::web::Web;
use araldo::web::auth::password;
use fantoccini::actions::{InputSource as _, KeyAction, KeyActions};
use fantoccini::elements::Element;
use fantoccini::{Client, Locator};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::console_seed::PASSWORD;
use crate::pages_are_seen::{HEAVIEST, wanted};
use crate::support::node::Node;
use crate::support::patience::until;
use crate::support::servers::chromium;

/// Keys by the numbers that `WebDriver` gives them.
const TAB: char = '\u{e004}';
const ENTER: char = '\u{e007}';
const SHIFT: char = '\u{e008}';
const CONTROL: char = '\u{e009}';
const DELETE: char = '\u{e017}';
const SPACE: char = ' ';
/// Nobody is asked to press Tab more often than this to get anywhere on a page.
const MOST_TABS: usize = 250;

const IS_THERE: &str = "return document.readyState === 'complete' && \
    document.querySelector(arguments[0]) !== null";
const HAS: &str = "return [...document.querySelectorAll(arguments[0])]\
    .some(one => one.textContent.includes(arguments[1]))";
/// Where something is, seen from what has the focus.
const WAY: &str = "const wanted = document.querySelector(arguments[0]); \
    const here = document.activeElement ?? document.body; \
    if (wanted === here) return 'here'; \
    return here.compareDocumentPosition(wanted) & 4 ? 'ahead' : 'behind'";
/// On a page just opened: whether the first link of it, which skips the rail, is the way.
const FROM_THE_TOP: &str = "return document.activeElement === document.body && \
    document.querySelector('a.skip') !== null && \
    document.querySelector('main').contains(document.querySelector(arguments[0]))";
const VALUE: &str = "return document.querySelector(arguments[0]).value";
const FETCH: &str = "window.got = null; fetch(arguments[0]).then(async answer => { \
    const bytes = new Uint8Array(await answer.arrayBuffer()); \
    window.got = [answer.status, String.fromCharCode(...bytes.slice(0, 20000))]; })";

/// What somebody works with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Hands {
    Pointer,
    Keyboard,
}

/// A person before a browser of their own.
struct Walker {
    browser: Client,
    hands: Hands,
    /// Clicks and keys since the watch began; what is typed into a field is no key.
    presses: Cell<usize>,
    fields: Cell<usize>,
    begun: Cell<Instant>,
}

/// The most that a piece of work may ask of a person.
#[derive(Debug, Clone, Copy)]
struct Most {
    clicks: usize,
    keys: usize,
    fields: usize,
}

impl Walker {
    /// Opens the console and comes in with the password.
    async fn log_in(site: &str, hands: Hands, email: &str) -> Self {
        let browser = chromium::open(1280, 900).await;
        chromium::resize(&browser, 1280, 900, 1).await;
        let walker = Self {
            browser,
            hands,
            presses: Cell::default(),
            fields: Cell::default(),
            begun: Cell::new(Instant::now()),
        };
        walker.browser.goto(site).await.unwrap();
        walker.fills("#email", email).await;
        walker.fills("#password", PASSWORD).await;
        walker.leaves_by("form button.main").await;
        walker.is_there("details.person").await;
        walker
    }

    /// Counts from here.
    fn begins(&self) {
        self.presses.set(0);
        self.fields.set(0);
        self.begun.set(Instant::now());
    }

    /// Says what it took since [`Self::begins`], and holds the count to its bound; how long it takes is the
    /// machine's, and is only said.
    fn took(&self, work: &str, most: Most) {
        let (presses, fields) = (self.presses.get(), self.fields.get());
        let seconds = self.begun.get().elapsed().as_secs_f64();
        let (kind, bound) = match self.hands {
            Hands::Pointer => ("clicks", most.clicks),
            Hands::Keyboard => ("keys", most.keys),
        };
        println!("{work}: {presses} {kind}, {fields} fields, {seconds:.1} s");
        assert!(presses <= bound, "{work}: {presses} {kind} of {bound}");
        assert!(fields <= most.fields, "{work}: {fields} fields");
    }

    /// Leaves the page by an entry of the rail.
    async fn goes_to(&self, part: &str) {
        let entry = format!("nav.rail li a[href='/console/{part}']");
        self.leaves_by(&entry).await;
    }

    /// Presses what leads to another page, and waits for that.
    async fn leaves_by(&self, what: &str) {
        self.is_there(what).await;
        self.run("window.before = true", Vec::new()).await;
        self.presses(what).await;
        let left = "return window.before === undefined && document.readyState === 'complete'";
        self.until_true(left, Vec::new()).await;
    }

    async fn presses(&self, what: &str) {
        self.is_there(what).await;
        match self.hands {
            Hands::Pointer => self.clicks(&self.element(what).await).await,
            Hands::Keyboard => {
                self.tabs_to(what).await;
                self.keys(&[ENTER]).await;
            }
        }
    }

    async fn clicks(&self, element: &Element) {
        element.click().await.unwrap();
        self.pressed();
    }

    fn filled(&self) {
        self.fields.set(self.fields.get() + 1);
    }

    fn pressed(&self) {
        self.presses.set(self.presses.get() + 1);
    }

    /// Chooses an entry of a list; by the keyboard by the first letters of its words.
    async fn chooses(&self, list: &str, value: &str, words: &str) {
        self.is_there(list).await;
        match self.hands {
            Hands::Pointer => {
                let element = self.element(list).await;
                element.select_by_value(value).await.unwrap();
                // The list, and the entry.
                self.pressed();
                self.pressed();
            }
            Hands::Keyboard => {
                self.tabs_to(list).await;
                for letter in words.chars() {
                    self.keys(&[letter]).await;
                }
            }
        }
        assert_eq!(self.value(list).await, value, "{list}");
    }

    /// Writes into a field in place of what stood there.
    async fn fills(&self, field: &str, text: &str) {
        self.is_there(field).await;
        let element = self.element(field).await;
        self.filled();
        match self.hands {
            Hands::Pointer => element.clear().await.unwrap(),
            Hands::Keyboard => {
                self.tabs_to(field).await;
                self.keys(&[CONTROL, 'a']).await;
                self.keys(&[DELETE]).await;
            }
        }
        element.send_keys(text).await.unwrap();
        assert_eq!(self.value(field).await, text, "{field}");
    }

    /// Moves the focus there, as somebody without a pointer has to.
    async fn tabs_to(&self, what: &str) {
        let far = self.run(FROM_THE_TOP, vec![json!(what)]).await;
        if far == json!(true) {
            self.keys(&[TAB]).await;
            self.keys(&[ENTER]).await;
        }
        for _ in 0..MOST_TABS {
            let way = self.run(WAY, vec![json!(what)]).await;
            match way.as_str() {
                Some("here") => return,
                Some("ahead") => self.keys(&[TAB]).await,
                _ => self.keys(&[SHIFT, TAB]).await,
            }
        }
        panic!("the keyboard does not lead to {what}");
    }

    /// Presses keys together, and lets them go.
    async fn keys(&self, chord: &[char]) {
        self.strikes(chord).await;
        self.pressed();
    }

    /// The same as a part of what is typed into a field.
    async fn strikes(&self, chord: &[char]) {
        let mut actions = KeyActions::new(String::from("keyboard"));
        for key in chord {
            actions = actions.then(KeyAction::Down { value: *key });
        }
        for key in chord.iter().rev() {
            actions = actions.then(KeyAction::Up { value: *key });
        }
        self.browser.perform_actions(actions).await.unwrap();
    }

    /// Waits until the text stands in one of these.
    async fn sees(&self, what: &str, text: &str) {
        self.until_true(HAS, vec![json!(what), json!(text)]).await;
    }

    /// The same of a page that tells only what was when it was opened: it is opened again until then.
    async fn sees_later(&self, what: &str, text: &str) {
        until(async || {
            self.browser.refresh().await.unwrap();
            let arguments = vec![json!(what), json!(text)];
            self.is_true(HAS, arguments).await
        })
        .await;
    }

    /// Of a page that stands: whether the text is in one of these.
    async fn has(&self, what: &str, text: &str) -> bool {
        let arguments = vec![json!(what), json!(text)];
        self.run(HAS, arguments).await == json!(true)
    }

    async fn value(&self, field: &str) -> String {
        let value = self.run(VALUE, vec![json!(field)]).await;
        value.as_str().unwrap().to_owned()
    }

    /// What the page's own session gets at an address: the status, and how it begins, a letter for each byte.
    async fn fetches(&self, address: &str) -> (u64, String) {
        self.run(FETCH, vec![json!(address)]).await;
        until(async || {
            let got = self.run("return window.got", Vec::new()).await;
            match (got[0].as_u64(), got[1].as_str()) {
                (Some(status), Some(text)) => Ok((status, text.to_owned())),
                _ => Err(format!("{address} does not answer: {got}")),
            }
        })
        .await
    }

    /// Keeps a picture, once, for who wants it.
    async fn pictures(&self, name: &str) {
        let Some(folder) = wanted().filter(|_| self.hands == Hands::Pointer) else {
            return;
        };
        let picture = self.browser.screenshot().await.unwrap();
        let bytes = picture.len();
        assert!(bytes < HEAVIEST, "{name} has {bytes} bytes");
        std::fs::write(folder.join(format!("{name}-desktop.png")), picture).unwrap();
    }

    /// No page complained of anything so far.
    async fn is_content(&self) {
        let complaints = chromium::complaints(&self.browser).await;
        assert!(complaints.is_empty(), "{complaints:?}");
    }

    async fn is_there(&self, what: &str) {
        self.until_true(IS_THERE, vec![json!(what)]).await;
    }

    async fn element(&self, what: &str) -> Element {
        self.browser.find(Locator::Css(what)).await.unwrap()
    }

    async fn run(&self, script: &str, arguments: Vec<Value>) -> Value {
        self.browser.execute(script, arguments).await.unwrap()
    }

    async fn until_true(&self, script: &str, arguments: Vec<Value>) {
        until(async || self.is_true(script, arguments.clone()).await).await;
    }

    /// A page that is just going away answers nothing: that is not true yet.
    async fn is_true(&self, script: &str, arguments: Vec<Value>) -> Result<(), String> {
        let asked = json!(arguments);
        match self.browser.execute(script, arguments).await {
            Ok(Value::Bool(true)) => Ok(()),
            other => Err(format!("`{script}` with {asked} is {other:?}")),
        }
    }
}

/// Serves the office of another test to a real browser; where it is.
async fn served(web: &Web) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let site = format!("http://{}", listener.local_addr().unwrap());
    let web = Web {
        public_url: site.as_str().into(),
        ..web.clone()
    };
    let router = araldo::web::router(web);
    // It ends with the test.
    Lifecycle::new().spawn("office", async move {
        axum::serve(listener, router).await.unwrap();
    });
    site
}

/// Somebody who logs in at a node as `ROLE@example.org`.
async fn add_person(node: &Node, role: Role) {
    let running = &node.running;
    let hash = password::hash(PASSWORD).unwrap();
    let user = NewUser {
        id: UserId::new(running.ids.next()),
        email: &format!("{role}@example.org"),
        role,
        password_hash: &hash,
    };
    let mut tx = running.store.write().await.unwrap();
    tx.users().add(&user, running.clock.now()).await.unwrap();
    tx.commit().await.unwrap();
}

/// What stands on a handset, once so many texts are there.
async fn arrived(node: &Node, number: &str, count: usize) -> Vec<String> {
    until(async || {
        let texts = node.texts(number);
        let short = || format!("{texts:?} is not {count} texts");
        (texts.len() >= count)
            .then(|| texts.clone())
            .ok_or_else(short)
    })
    .await
}
