//! What the owner of a handset or mailbox does with what arrives, and what programs do before.
//!
//! Rates are plausible, no more: most texts are looked at, fewer mails are opened. Some mail
//! programs load every picture at once, a firm's scanner follows every link at once. A person
//! takes some seconds, and never follows three links in two of them.

use std::hash::{BuildHasher as _, BuildHasherDefault, DefaultHasher};
use std::time::Duration;

use rand::RngExt as _;
use rand::rngs::StdRng;

use super::town::pick;
use crate::channel::sandbox::{Body, Received, links, pictures};

/// Nobody reads sooner, at any speed.
const FIRST_GLANCE: f64 = 3.0;
/// Between two things a person does, in seconds.
const NEXT_GLANCE: (f64, f64) = (3.0, 9.0);

const PHONES: [&str; 4] = [
    "Mozilla/5.0 (Linux; Android 15; SM-A556B) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Mobile Safari/537.36",
    "Mozilla/5.0 (Linux; Android 13; moto g54) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/129.0.0.0 Mobile Safari/537.36",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (Android 14; Mobile; rv:132.0) Gecko/132.0 Firefox/132.0",
];
const DESKTOPS: [&str; 2] = [
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Thunderbird/128.4",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36",
];
/// A proxy that loads every picture on arrival, so that nobody learns who opened what.
const PRIVACY_PROXY: &str = "Mozilla/5.0";
/// A provider's proxy that loads pictures for whoever opens a mail.
const PICTURE_PROXY: &str =
    "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)";
/// A firm's gateway that follows links to see where they lead, in a browser's clothes.
const SCANNER: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/119.0.0.0 Safari/537.36";

const REPLIES: [&str; 6] = [
    "Grazie per l'avviso, molto chiaro.",
    "Da me la luce manca ancora, via Roma 12.",
    "A che ora passa il tecnico?",
    "Ho già mandato i documenti lunedì, li avete ricevuti?",
    "Mia madre ha un apparecchio elettromedicale: quanto durerà?",
    "Thank you, this is very helpful.",
];

/// One request that somebody will make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Act {
    /// The number of what arrived.
    pub(super) arrival: i64,
    /// How long after the arrival.
    pub(super) after: Duration,
    /// Path on the daemon.
    pub(super) path: String,
    /// A form to send; a look otherwise.
    pub(super) form: Option<String>,
    /// What the program calls itself.
    pub(super) agent: &'static str,
    /// Where the request seems to come from: an address of the range for examples (RFC 3849).
    pub(super) from: String,
}

impl Act {
    /// Whether a person wanted it, and not a program by itself.
    pub(super) fn is_a_persons(&self) -> bool {
        self.agent != PRIVACY_PROXY && self.agent != SCANNER
    }

    /// What it comes to: `opened`, `followed`, `asked` (whether to unsubscribe), or the button.
    pub(super) fn kind(&self) -> &str {
        match (&self.form, self.path.rsplit('/').next()) {
            (Some(_), Some(button)) => button,
            _ if self.path.contains("/o/") => "opened",
            _ if self.path.contains("/u/") => "asked",
            _ => "followed",
        }
    }
}

/// What will be done with something that arrived. `speed` shortens how long people take.
pub(super) fn acts(received: &Received, speed: f64, dice: &mut StdRng) -> Vec<Act> {
    let mut owner = Owner::of(received, speed, dice);
    match &received.body {
        Body::Sms(_) => owner.reads_text(received),
        Body::Mail(_) => {
            owner.program_works(received);
            owner.reads_mail(received);
        }
    }
    owner.acts
}

struct Owner<'a> {
    dice: &'a mut StdRng,
    speed: f64,
    /// A number that belongs to the address: the same owner has the same telephone.
    number: u64,
    domain: &'a str,
    arrival: i64,
    acts: Vec<Act>,
}

impl<'a> Owner<'a> {
    fn of(received: &'a Received, speed: f64, dice: &'a mut StdRng) -> Self {
        let address = received.to.as_str();
        let number = BuildHasherDefault::<DefaultHasher>::default().hash_one(address);
        let domain = address.rsplit_once('@').map_or("", |(_, domain)| domain);
        Self {
            dice,
            speed,
            number,
            domain,
            arrival: received.id,
            acts: Vec::new(),
        }
    }

    /// Seven of ten look at the page behind a text.
    fn reads_text(&mut self, received: &Received) {
        if !self.dice.random_bool(0.7) {
            return;
        }
        let agent = PHONES[self.place_in(PHONES.len())];
        if let Some(page) = ours(links(received), "/s/") {
            let at = self.first_glance(15.0);
            self.look(at, &page, agent, self.network());
            self.answers(at, &page, agent);
        }
    }

    fn reads_mail(&mut self, received: &Received) {
        let share = if self.domain.starts_with("ufficio") {
            0.6
        } else {
            0.45
        };
        if !self.dice.random_bool(share) {
            return;
        }
        let agent = if self.number.is_multiple_of(3) {
            DESKTOPS[self.place_in(DESKTOPS.len())]
        } else {
            PHONES[self.place_in(PHONES.len())]
        };
        let mut at = self.first_glance(25.0);
        // The privacy proxy has the pictures already and never asks again.
        if !self.has_privacy_proxy() {
            let proxied = self.domain.starts_with("grandeposta");
            let opener = if proxied {
                (PICTURE_PROXY, self.proxy_network())
            } else {
                (agent, self.network())
            };
            for picture in ours_all(pictures(received), &["/o/"]) {
                self.look(at, &picture, opener.0, opener.1.clone());
            }
        }
        let found = links(received);
        if self.dice.random_bool(0.25)
            && let Some(link) = ours(found.clone(), "/c/")
        {
            at += self.glance();
            self.look(at, &link, agent, self.network());
        }
        if self.dice.random_bool(0.5)
            && let Some(page) = ours(found.clone(), "/s/")
        {
            at += self.glance();
            self.look(at, &page, agent, self.network());
            self.answers(at, &page, agent);
        }
        if self.dice.random_bool(0.006)
            && let Some(page) = ours(found, "/u/")
        {
            at += self.glance();
            self.send(at, page, "List-Unsubscribe=One-Click".to_owned(), agent);
        }
    }

    /// What happens before anybody reads.
    fn program_works(&mut self, received: &Received) {
        if self.has_privacy_proxy() {
            let at = Duration::from_millis(self.dice.random_range(200..1_500));
            for picture in ours_all(pictures(received), &["/o/"]) {
                self.look(at, &picture, PRIVACY_PROXY, self.proxy_network());
            }
        }
        if self.domain.starts_with("ufficio") {
            let mut at = Duration::from_millis(self.dice.random_range(100..400));
            for link in ours_all(links(received), &["/c/", "/s/", "/u/"]) {
                self.look(at, &link, SCANNER, "2001:db8:5ca::25".to_owned());
                at += Duration::from_millis(self.dice.random_range(20..200));
            }
        }
    }

    /// What a few do on the status page: "I have read this", a reply, a choice.
    fn answers(&mut self, looked: Duration, page: &str, agent: &'static str) {
        let at = looked + self.glance();
        match self.dice.random_range(0..1_000) {
            0..180 => self.send(at, format!("{page}/read"), String::new(), agent),
            180..210 => {
                let text = pick(self.dice, &REPLIES);
                let form = url::form_urlencoded::Serializer::new(String::new())
                    .append_pair("text", text)
                    .finish();
                self.send(at, format!("{page}/reply"), form, agent);
            }
            210..220 => {
                let form = "quiet_from=22:00&quiet_to=07:00".to_owned();
                self.send(at, format!("{page}/preferences"), form, agent);
            }
            220..223 => self.send(at, format!("{page}/stop"), String::new(), agent),
            _ => {}
        }
    }

    fn look(&mut self, after: Duration, path: &str, agent: &'static str, from: String) {
        self.acts.push(Act {
            arrival: self.arrival,
            after,
            path: path.to_owned(),
            form: None,
            agent,
            from,
        });
    }

    fn send(&mut self, after: Duration, path: String, form: String, agent: &'static str) {
        let from = self.network();
        self.acts.push(Act {
            arrival: self.arrival,
            after,
            path,
            form: Some(form),
            agent,
            from,
        });
    }

    /// Most look soon, some much later: `middle` is the delay of half of them.
    fn first_glance(&mut self, middle: f64) -> Duration {
        let rarity: f64 = self.dice.random_range(0.02..1.0);
        let delay = middle / self.speed * -rarity.log2();
        Duration::from_secs_f64(FIRST_GLANCE + delay)
    }

    fn glance(&mut self) -> Duration {
        Duration::from_secs_f64(self.dice.random_range(NEXT_GLANCE.0..NEXT_GLANCE.1))
    }

    fn has_privacy_proxy(&self) -> bool {
        self.domain.starts_with("mela")
    }

    fn place_in(&self, length: usize) -> usize {
        usize::try_from(self.number % length as u64).unwrap_or_default()
    }

    fn network(&self) -> String {
        format!("2001:db8:{:x}::7", self.number % 0xffff)
    }

    /// A proxy has many networks of its own, shared by all whose pictures it loads.
    fn proxy_network(&self) -> String {
        format!("2001:db8:f{:03x}::1", self.number % 0x100)
    }
}

/// The first link that leads to the daemon's pages of this kind, as a path.
fn ours(links: Vec<String>, kind: &str) -> Option<String> {
    ours_all(links, &[kind]).into_iter().next()
}

/// All of them. Links that lead elsewhere are nobody's business here: the demo works offline.
fn ours_all(links: Vec<String>, kinds: &[&str]) -> Vec<String> {
    let paths = links.into_iter().filter_map(|link| {
        let url = url::Url::parse(&link).ok()?;
        // Published under a path, the page's kind does not stand at its beginning.
        let path = url.path();
        kinds
            .iter()
            .any(|kind| path.contains(kind))
            .then(|| path.to_owned())
    });
    paths.collect()
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng as _;

    use super::*;
    use crate::channel::sandbox::Mail;

    fn mail(to: &str) -> Received {
        let html = "<a href=\"http://127.0.0.1:8080/s/aaa\">x</a>\
            <a href=\"http://127.0.0.1:8080/c/bbb\">y</a><a href=\"https://www.example.it/z\">z</a>\
            <a href=\"http://127.0.0.1:8080/u/ccc\">u</a>\
            <img src=\"http://127.0.0.1:8080/o/ddd.gif\">";
        let mail = Mail {
            subject: String::new(),
            text: String::new(),
            html: Some(html.to_owned()),
            headers: Vec::new(),
            size: 0,
        };
        Received {
            id: 1,
            to: to.to_owned(),
            from: String::new(),
            at: std::time::SystemTime::UNIX_EPOCH,
            body: Body::Mail(mail),
        }
    }

    fn many(to: &str) -> Vec<Vec<Act>> {
        let mut dice = StdRng::seed_from_u64(3);
        (0..400).map(|_| acts(&mail(to), 20.0, &mut dice)).collect()
    }

    #[test]
    fn a_person_takes_seconds_and_never_looks_like_a_burst() {
        for acts in many("maria.rossi.9@posta.example") {
            for act in &acts {
                assert!(act.after >= Duration::from_secs(3), "{act:?}");
                let near = |other: &&Act| other.after.abs_diff(act.after) <= Duration::from_secs(2);
                assert!(acts.iter().filter(near).count() < 3, "{acts:?}");
            }
        }
    }

    #[test]
    fn programs_are_quick_and_only_programs_are() {
        let proxied = many("maria.rossi.9@mela.example");
        assert!(proxied.iter().all(|acts| acts[0].agent == PRIVACY_PROXY));
        let scanned = many("maria.rossi.9@ufficio.example");
        assert!(scanned.iter().all(|acts| {
            let quick = acts.iter().filter(|act| act.after < Duration::from_secs(2));
            quick.map(|act| act.path.as_str()).collect::<Vec<_>>() == ["/s/aaa", "/c/bbb", "/u/ccc"]
        }));
    }

    #[test]
    fn nobody_fetches_a_page_elsewhere_and_looking_never_unsubscribes() {
        for act in many("maria.rossi.9@ufficio.example").iter().flatten() {
            assert!(!act.path.contains("/z"));
            if act.path.starts_with("/u/") && act.form.is_some() {
                assert_eq!(act.form.as_deref(), Some("List-Unsubscribe=One-Click"));
            }
        }
    }
}
