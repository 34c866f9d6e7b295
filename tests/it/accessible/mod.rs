//! Every page is fit for every reader: whoever hears it, has a keyboard alone, a telephone, a dark room,
//! or a bad line. `check.mjs` judges, in a real browser, by the rules of others; `pages` has what is
//! looked at, `town` what there is to be seen, `checker` calls the judge.

mod checker;
mod pages;
mod town;

use std::any::Any;
use std::collections::BTreeSet;

use araldo::runtime::Lifecycle;
use araldo::web::routes;
use axum::Router;
use axum::body::Body;
use axum::http::{Method, StatusCode};
use tokio::net::TcpListener;

use self::checker::Looks;
use self::pages::{CLIENTS, NO_PAGES, PARTNERS, STAFF, STRANGERS, WatchedPage};
use self::town::{Filled, clients_site, partners_site, staffs_site};
use crate::console_browser::Browser;

/// Pages that somebody can open, where they are, and who opens them.
struct Site {
    base: String,
    browser: Browser,
    filled: Filled,
    lifecycle: Lifecycle,
    /// Whose store it is: that goes with its town.
    _town: Box<dyn Any>,
}

impl Site {
    /// A port of its own, and the address that pages have to know before they are made.
    async fn port() -> (TcpListener, String) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        (listener, base)
    }

    /// What the browser that tests have without a window sees is served to a real one.
    fn serve<T: Any>(
        (listener, base): (TcpListener, String),
        browser: Browser,
        filled: Filled,
        town: T,
    ) -> Self {
        let (router, lifecycle): (Router, _) = (browser.app.clone(), Lifecycle::new());
        lifecycle.spawn("site", async move {
            axum::serve(listener, router).await.unwrap();
        });
        Self {
            base,
            browser,
            filled,
            lifecycle,
            _town: Box::new(town),
        }
    }

    /// The same pages for somebody who did not log in, and whose code is awaited.
    fn without_login(mut self) -> Self {
        self.browser.cookie = self.filled.of("code");
        self
    }

    /// Fails with everything that shuts somebody out of one of these pages.
    async fn is_for_everybody(&self, pages: &[WatchedPage], language: &str) {
        for page in pages {
            self.is_there(page, language).await;
        }
        let mut grave = Vec::new();
        for (is_daily, looks) in [(true, Looks::All), (false, Looks::Two)] {
            let of = pages.iter().filter(|page| page.is_daily == is_daily);
            let paths: Vec<String> = of.map(|page| self.filled.address(page)).collect();
            let cookie = self.browser.cookie.clone().unwrap_or_default();
            grave.extend(checker::look(&self.base, cookie, paths, looks).await);
        }
        assert!(
            grave.is_empty(),
            "{} shut somebody out:\n{}",
            grave.len(),
            grave.join("\n")
        );
    }

    /// The judge follows wherever a page leads; this page is itself, and in its language.
    async fn is_there(&self, page: &WatchedPage, language: &str) {
        let address = self.filled.address(page);
        let request = self.browser.request("GET", &address);
        let request = request.header("accept-language", "it");
        let seen = request.body(Body::empty()).unwrap();
        let seen = self.browser.send(seen).await;
        assert_eq!(seen.status, StatusCode::OK, "{address}: {}", seen.text);
        let begins = format!("<html lang=\"{language}\"");
        assert!(
            seen.text.contains(&begins),
            "{address} is not in {language}"
        );
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        self.lifecycle.abort();
    }
}

/// A new page is added to the lists of `pages`, or it is said there why nobody can look at it.
#[test]
fn no_page_is_forgotten() {
    let table = routes();
    let asked = table.table().iter().filter(|route| {
        let is_of_programs = route.path.starts_with("/v1/");
        route.method == Method::GET && !is_of_programs
    });
    let there: BTreeSet<&str> = asked.map(|route| route.path).collect();
    let lists = [STAFF, STRANGERS, PARTNERS, CLIENTS];
    let mut known: BTreeSet<&str> = lists.concat().iter().map(|page| page.route).collect();
    for (path, why) in NO_PAGES {
        assert!(known.insert(*path), "{path} is looked at, and is {why}");
    }
    let forgotten: Vec<_> = there.difference(&known).collect();
    let gone: Vec<_> = known.difference(&there).collect();
    assert!(
        forgotten.is_empty() && gone.is_empty(),
        "nobody looks at {forgotten:?}; there is no {gone:?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_console_is_for_everybody_who_works_with_it() {
    let site = staffs_site().await;
    site.is_for_everybody(STAFF, "it").await;
    site.without_login().is_for_everybody(STRANGERS, "it").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_pages_of_partners_are_for_everybody_of_theirs() {
    let site = partners_site().await;
    site.is_for_everybody(PARTNERS, "it").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_pages_of_clients_are_for_every_client() {
    let site = clients_site().await;
    let (docs, clients): (Vec<_>, Vec<_>) = CLIENTS
        .iter()
        .copied()
        .partition(|page| page.route.starts_with("/docs"));
    site.is_for_everybody(&clients, "it").await;
    site.is_for_everybody(&docs, "en").await;
}
