//! Person or machine? Pure: what one hit shows by itself, and what its moment adds.
//!
//! Mail scanners follow every link, mail programs load every picture, messengers preview every
//! address. None of them has read anything. Nothing is refused to them and nothing is thrown
//! away: each hit keeps its verdict and the grounds for it. What only several hits together show
//! is in [`super::recent`].

use chrono::TimeDelta;

use crate::domain::{EngagementKind, Timestamp, Verdict};

/// Sooner after acceptance than this, nobody can have read a message: it is being scanned.
const TOO_SOON: TimeDelta = TimeDelta::seconds(2);

/// Parts of the names, in lower case, that programs give themselves, and what they do.
const KNOWN_MACHINES: &[(&str, &str)] = &[
    ("slackbot", "a messenger's preview"),
    ("whatsapp", "a messenger's preview"),
    ("telegrambot", "a messenger's preview"),
    ("twitterbot", "a messenger's preview"),
    ("discordbot", "a messenger's preview"),
    ("facebookexternalhit", "a messenger's preview"),
    ("skypeuripreview", "a messenger's preview"),
    ("applebot", "a search engine or preview"),
    ("googlebot", "a search engine or preview"),
    ("google-safety", "a mail or link scanner"),
    ("bingpreview", "a mail or link scanner"),
    ("bingbot", "a search engine or preview"),
    ("safelinks", "a mail or link scanner"),
    ("barracuda", "a mail or link scanner"),
    ("mimecast", "a mail or link scanner"),
    ("proofpoint", "a mail or link scanner"),
    ("urldefense", "a mail or link scanner"),
    ("headlesschrome", "a browser without a screen"),
    ("curl/", "a program, by its own name"),
    ("wget/", "a program, by its own name"),
    ("python-", "a program, by its own name"),
    ("go-http-client", "a program, by its own name"),
    ("java/", "a program, by its own name"),
    ("okhttp", "a program, by its own name"),
    ("libwww", "a program, by its own name"),
    ("spider", "a program, by its own name"),
    ("crawler", "a program, by its own name"),
    ("bot/", "a program, by its own name"),
];

/// What one request shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Signs<'a> {
    /// HEAD or OPTIONS: the sender does not want to see the answer.
    pub bodiless: bool,
    /// Fetched ahead of need: `Sec-Purpose`, `Purpose`, `X-Purpose` or `X-Moz` said so.
    pub prefetch: bool,
    /// The User-Agent, empty when absent.
    pub agent: &'a str,
}

/// A verdict with its grounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Judgement {
    pub verdict: Verdict,
    /// Why, in words for people.
    pub grounds: &'static str,
}

impl Judgement {
    #[must_use]
    pub const fn machine(grounds: &'static str) -> Self {
        Self {
            verdict: Verdict::Machine,
            grounds,
        }
    }

    #[must_use]
    pub const fn human(grounds: &'static str) -> Self {
        Self {
            verdict: Verdict::Human,
            grounds,
        }
    }

    #[must_use]
    pub const fn undetermined(grounds: &'static str) -> Self {
        Self {
            verdict: Verdict::Undetermined,
            grounds,
        }
    }
}

/// What one request shows by itself.
#[must_use]
pub fn at_sight(signs: Signs<'_>) -> Judgement {
    let agent = signs.agent.trim().to_ascii_lowercase();
    if signs.bodiless {
        return Judgement::machine("asked for the headers only");
    }
    if signs.prefetch {
        return Judgement::machine("fetched ahead of need");
    }
    if agent.is_empty() {
        return Judgement::machine("gave no name");
    }
    // Apple's mail privacy proxy calls itself this and nothing more, and loads everything.
    if agent == "mozilla/5.0" {
        return Judgement::machine("a mail privacy proxy");
    }
    // These fetch a picture when the mail is opened, for the person who opens it.
    if agent.contains("googleimageproxy") || agent.contains("yahoomailproxy") {
        return Judgement::human("fetched by the mail provider's picture proxy on opening");
    }
    let known = KNOWN_MACHINES.iter().find(|(name, _)| agent.contains(name));
    if let Some((_, grounds)) = known {
        return Judgement::machine(grounds);
    }
    // Browsers and mail programs begin so and then name the device in brackets.
    if agent.starts_with("mozilla/5.0 (") {
        return Judgement::human("a browser or mail program");
    }
    Judgement::undetermined("a program that is not known")
}

/// What the moment adds: too soon after acceptance is a scanner, whatever it calls itself.
/// A button or a reply is a person's at any time.
#[must_use]
pub fn in_time(
    sight: Judgement,
    kind: EngagementKind,
    at: Timestamp,
    accepted_at: Option<Timestamp>,
) -> Judgement {
    use EngagementKind as K;
    let passive = matches!(kind, K::Opened | K::Clicked | K::Viewed);
    if sight.verdict == Verdict::Machine || !passive {
        return sight;
    }
    match accepted_at {
        Some(accepted_at) if at - accepted_at >= TOO_SOON => sight,
        Some(_) => Judgement::machine("within two seconds of acceptance"),
        // The provider's answer is still on its way or was lost: the moment shows nothing.
        None => Judgement::undetermined("before the acceptance was known"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PHONE: &str =
        "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 Chrome/130.0 Mobile";

    const fn signs(agent: &str) -> Signs<'_> {
        Signs {
            bodiless: false,
            prefetch: false,
            agent,
        }
    }

    #[test]
    fn each_kind_of_machine_is_known_by_its_signs() {
        let prefetching = Signs {
            prefetch: true,
            ..signs(PHONE)
        };
        let bodiless = Signs {
            bodiless: true,
            ..signs(PHONE)
        };
        let machines = [
            prefetching,
            bodiless,
            signs(""),
            signs("Mozilla/5.0"),
            signs("Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)"),
            signs("WhatsApp/2.23.20.0"),
            signs("TelegramBot (like TwitterBot)"),
            signs("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 BingPreview/1.0b"),
            signs("Mozilla/5.0 (X11; Linux x86_64) HeadlessChrome/130.0"),
            signs("curl/8.5.0"),
            signs("Wget/1.21"),
        ];
        for machine in machines {
            assert_eq!(at_sight(machine).verdict, Verdict::Machine, "{machine:?}");
        }
    }

    #[test]
    fn browsers_and_picture_proxies_are_people_and_strangers_are_neither() {
        let gmail = "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)";
        assert_eq!(at_sight(signs(PHONE)).verdict, Verdict::Human);
        assert_eq!(at_sight(signs(gmail)).verdict, Verdict::Human);
        assert_eq!(
            at_sight(signs("PostaFacile 3")).verdict,
            Verdict::Undetermined
        );
    }

    #[test]
    fn nobody_reads_within_two_seconds_of_acceptance_but_a_button_is_a_person() {
        use EngagementKind::{Clicked, Confirmed};
        let accepted = Timestamp::from_micros(1_000_000_000);
        let soon = accepted + TimeDelta::milliseconds(1_999);
        let later = accepted + TimeDelta::milliseconds(2_000);
        let sight = at_sight(signs(PHONE));
        let judge = |kind, at| in_time(sight, kind, at, Some(accepted)).verdict;
        assert_eq!(judge(Clicked, soon), Verdict::Machine);
        assert_eq!(judge(Clicked, later), Verdict::Human);
        assert_eq!(judge(Confirmed, soon), Verdict::Human);
        let unknown = in_time(sight, Clicked, later, None);
        assert_eq!(unknown.verdict, Verdict::Undetermined);
    }
}
