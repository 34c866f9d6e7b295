//! The console speaks the reader's language: every text a page asks for is written, none is written
//! for nobody, no page has a text of its own, and what one person chooses changes no other's pages.

use std::collections::BTreeSet;
use std::path::Path;

use araldo::domain::Clock as _;
use araldo::domain::role::Role;
use araldo::domain::template::Source;
use araldo::store::templates::WriteContext;
use axum::body::Body;
use axum::http::StatusCode;

use crate::architecture::files;
use crate::console_browser::Browser;
use crate::console_seed::Town;
use crate::nothing_is_dead::is_test;

/// The parts that texts are written in; their keys begin so.
const PARTS: [&str; 19] = [
    "shell",
    "now",
    "messages",
    "clients",
    "cases",
    "replies",
    "inbox",
    "incidents",
    "rectify",
    "insight",
    "sources",
    "sandbox",
    "settings",
    "login",
    "templates",
    "rules",
    "people",
    "webhooks",
    "partner",
];
/// What a template may say by itself: names that are the same in every language.
const NAMES: [&str; 2] = ["Araldo", "v"];

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).expect("a file of the sources")
}

/// Every key that is written in English; a unit test holds Italian to the same.
fn keys() -> BTreeSet<String> {
    let texts = files("locales/en", ".ftl");
    let texts: String = texts.iter().map(|path| read(path)).collect();
    let is_key = |line: &&str| line.starts_with(|c: char| c.is_ascii_alphabetic());
    let lines = texts.lines().filter(is_key);
    lines
        .filter_map(|line| Some(line.split_once('=')?.0.trim().to_owned()))
        .collect()
}

/// The code and the pages that say something.
fn speakers() -> Vec<(String, String)> {
    let code = files("src/web/console", ".rs");
    let pages = files("templates/console", ".html");
    let read = |path: &std::path::PathBuf| (path.display().to_string(), read(path));
    let all = code.iter().filter(|path| !is_test(path)).chain(&pages);
    all.map(read).collect()
}

/// Texts in quotation marks, as far as they could be keys.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    let is_key = |word: &&str| {
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '-';
        !word.is_empty() && word.chars().all(plain)
    };
    text.split('"').filter(is_key)
}

/// What stands between `(` and the quotation mark that follows it, after each call of `name`.
fn asked<'a>(text: &'a str, name: &str) -> Vec<&'a str> {
    let call = format!(".{name}(");
    let calls = text.split(call.as_str()).skip(1);
    let first = calls.filter_map(|rest| rest.trim_start().strip_prefix('"'));
    first.filter_map(|rest| rest.split('"').next()).collect()
}

/// The families that are composed: `state` of `words.of("state", …)`.
fn families(speakers: &[(String, String)]) -> BTreeSet<String> {
    let asked = speakers.iter().flat_map(|(_, text)| asked(text, "of"));
    asked.map(str::to_owned).collect()
}

#[test]
fn every_key_that_is_asked_for_is_written() {
    let keys = keys();
    assert!(keys.len() > 200, "{}", keys.len());
    for (file, text) in speakers() {
        for name in ["say", "say_with", "with", "count"] {
            for key in asked(&text, name) {
                let begins = |part: &&str| key.starts_with(&format!("{part}-"));
                let is_ours = name != "with" || PARTS.iter().any(begins);
                assert!(!is_ours || keys.contains(key), "{file} asks for {key}");
            }
        }
    }
}

#[test]
fn no_text_is_written_for_nobody() {
    let speakers = speakers();
    let mut unused = keys();
    for (_, text) in &speakers {
        for word in quoted(text) {
            unused.remove(word);
        }
    }
    for family in families(&speakers) {
        unused.retain(|key| !key.starts_with(&format!("{family}-")));
    }
    assert_eq!(unused, BTreeSet::new());
}

/// The page without what stands between the two marks, and what stood there.
fn without<'a>(page: &'a str, from: &str, to: &str) -> (String, Vec<&'a str>) {
    let (mut rest, mut outside, mut inside) = (page, String::new(), Vec::new());
    while let Some((before, after)) = rest.split_once(from) {
        let (taken, later) = after.split_once(to).unwrap_or((after, ""));
        outside.push_str(before);
        inside.push(taken);
        rest = later;
    }
    outside.push_str(rest);
    (outside, inside)
}

/// What a page would say in one language only.
fn own_words(page: &str) -> Vec<String> {
    let (page, _) = without(page, "{#", "#}");
    let (page, said) = without(&page, "{{", "}}");
    let mut found = texts_in_code(&said);
    let (page, done) = without(&page, "{%", "%}");
    found.extend(texts_in_code(&done));
    let (page, _) = without(&page, "<code>", "</code>");
    let (page, _) = without(&page, "<svg", "</svg>");
    let (page, tags) = without(&page, "<", ">");
    for name in ["aria-label", "title", "placeholder", "alt", "data-word"] {
        let start = format!(" {name}=\"");
        let values = tags.iter().filter_map(|tag| tag.split_once(&start));
        let values = values.filter_map(|(_, rest)| rest.split('"').next());
        found.extend(values.flat_map(spoken));
    }
    found.extend(spoken(&page));
    found
}

/// Texts of several words among the expressions of a page.
fn texts_in_code(code: &[&str]) -> Vec<String> {
    let quoted = code.iter().flat_map(|it| it.split('"').skip(1).step_by(2));
    let is_text = |text: &&str| text.contains(' ') && text.contains(char::is_alphabetic);
    quoted.filter(is_text).map(str::to_owned).collect()
}

fn spoken(text: &str) -> Vec<String> {
    // Signs by name, such as `&nbsp;`, are no words.
    let (text, _) = without(text, "&", ";");
    let words = text.split(|c: char| !c.is_alphabetic());
    let words = words.filter(|word| !word.is_empty() && !NAMES.contains(word));
    words.map(str::to_owned).collect()
}

#[test]
fn no_page_has_a_text_of_its_own() {
    for path in files("templates/console", ".html") {
        let found = own_words(&read(&path));
        assert_eq!(found, Vec::<String>::new(), "{}", path.display());
    }
}

#[test]
fn a_text_of_its_own_is_found_wherever_it_stands() {
    for page in [
        "<p>Hello</p>",
        "<a title=\"Hello\" href=\"/x\">{{ said }}</a>",
        "{% call empty::empty(\"No message.\", said) %}{% endcall %}",
        "{{ one.unwrap_or(\"not known\") }}",
    ] {
        assert_ne!(own_words(page), Vec::<String>::new(), "{page}");
    }
    let page =
        "{#- a note -#}<p class=\"quiet\">{{ words.say(\"a-key\") }} · v{{ n }}</p><code>x</code>";
    assert_eq!(own_words(page), Vec::<String>::new());
}

#[tokio::test]
async fn a_person_reads_the_console_in_the_language_they_chose() {
    let town = Town::lively().await;
    let italian = Browser::logged_in(&town, Role::Admin).await;
    let english = Browser::logged_in(&town, Role::Viewer).await;
    let before = english.get("/console/now").await.text;
    assert!(before.contains("<html lang=\"en\""), "{before}");
    let csrf = italian.get("/console/now").await.field("csrf");
    let chosen = [("csrf", csrf.as_str()), ("language", "it")];
    let done = italian.post("/console/language", &chosen).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);

    let page = italian.get("/console/now").await.text;
    for said in [
        "<html lang=\"it\"",
        "<h1>Adesso</h1>",
        "Ultimi messaggi",
        "Pratiche",
        " min fa",
        ">Esci<",
    ] {
        assert!(page.contains(said), "{said}: {page}");
    }
    let missing = italian.get("/console/messages/1").await;
    assert_eq!(missing.status, StatusCode::NOT_FOUND);
    assert!(
        missing.text.contains("<h1>Non trovato</h1>"),
        "{}",
        missing.text
    );

    // Nobody else's pages change, and the next login finds the choice.
    assert_eq!(english.get("/console/now").await.text, before);
    let again = Browser::logged_in(&town, Role::Admin).await;
    let page = again.get("/console/settings").await.text;
    assert!(page.contains("<h1>Impostazioni</h1>"), "{page}");
}

/// What no Italian page of the editor or of a problem says.
const ENGLISH_WORDS: [&str; 6] = [
    "there is no",
    "this form did not",
    "Something is late",
    "is not closed",
    "stands where",
    "why, in words the client",
];

#[tokio::test]
async fn what_is_wrong_and_what_templates_are_for_is_said_in_italian() {
    let town = Town::lively().await;
    let browser = Browser::logged_in(&town, Role::Admin).await;
    let csrf = browser.get("/console/now").await.field("csrf");
    let chosen = [("csrf", csrf.as_str()), ("language", "it")];
    browser.post("/console/language", &chosen).await;

    let mut shipped = Source::shipped().unwrap().into_iter();
    let shipped = shipped.find(|it| it.name == "delay-started").unwrap();
    let by = WriteContext {
        author: "araldo",
        now: town.web.clock.now(),
        ids: &*town.web.ids,
    };
    let mut tx = town.web.store.write().await.unwrap();
    tx.templates().import(&shipped, by).await.unwrap();
    tx.commit().await.unwrap();
    let editor = "/console/templates/delay-started";
    let preview = format!("{editor}/preview");
    let broken = |csrf| {
        [
            ("csrf", csrf),
            ("locale", "it"),
            ("channel", "sms"),
            ("sms", "riga\n{{ incident.ref"),
        ]
    };
    for (page, said) in [
        (
            browser.get("/console/templates").await,
            "Qualcosa è in ritardo: dice che cosa",
        ),
        (
            browser.get(editor).await,
            "Qualcosa è in ritardo: dice che cosa",
        ),
        (
            browser.get("/console/templates/nowhere").await,
            "<p>non esiste il modello `nowhere`</p>",
        ),
        (
            browser.post(&preview, &broken(csrf.as_str())).await,
            "it/sms.txt, riga 2: `{{` non è chiuso; chiuda",
        ),
        (
            browser.post(&preview, &broken("of another session")).await,
            "<p>questo modulo non viene da una pagina di questa sessione",
        ),
    ] {
        assert!(page.text.contains(said), "{said}: {}", page.text);
        for word in ENGLISH_WORDS {
            assert!(!page.text.contains(word), "{word}: {}", page.text);
        }
    }
}

#[tokio::test]
async fn a_language_nobody_speaks_is_refused() {
    let town = Town::lively().await;
    let browser = Browser::logged_in(&town, Role::Viewer).await;
    let csrf = browser.get("/console/now").await.field("csrf");
    for (path, name, value) in [
        ("/console/language", "language", "xx"),
        ("/console/time-zone", "time_zone", "Rome"),
    ] {
        let form = [("csrf", csrf.as_str()), (name, value)];
        let refused = browser.post(path, &form).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{path}");
    }
    assert!(
        browser
            .get("/console/now")
            .await
            .text
            .contains("lang=\"en\"")
    );
}

#[tokio::test]
async fn a_persons_pages_go_by_the_clock_they_chose() {
    let town = Town::lively().await;
    let browser = Browser::logged_in(&town, Role::Viewer).await;
    let page = browser.get("/console/messages").await.text;
    assert!(
        page.contains(" +01:00\""),
        "Rome's, as the settings have it: {page}"
    );
    let csrf = browser.get("/console/settings").await.field("csrf");
    for (zone, offset) in [("Asia/Tokyo", " +09:00\""), ("", " +01:00\"")] {
        let form = [("csrf", csrf.as_str()), ("time_zone", zone)];
        let done = browser.post("/console/time-zone", &form).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
        let page = browser.get("/console/messages").await.text;
        assert!(page.contains(offset), "{zone}: {page}");
    }
}

#[tokio::test]
async fn the_login_speaks_as_the_browser_asks() {
    let town = Town::lively().await;
    let browser = Browser::new(&town);
    for (asked, language, title) in [
        ("it-IT,it;q=0.9,en;q=0.5", "it", "<h1>Accedi</h1>"),
        ("de,fr;q=0.5", "en", "<h1>Log in</h1>"),
    ] {
        let request = browser.request("GET", "/console/login");
        let request = request.header("accept-language", asked);
        let page = browser
            .send(request.body(Body::empty()).unwrap())
            .await
            .text;
        assert!(
            page.contains(&format!("<html lang=\"{language}\"")),
            "{page}"
        );
        assert!(page.contains(title), "{page}");
    }
}
