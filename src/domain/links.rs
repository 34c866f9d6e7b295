//! The addresses put into messages: status page, tracked links, pixel, unsubscribe.
//!
//! Which form a link takes follows from how the message's reading may be measured. Only numbers
//! and a signature stand in an address: no name, no target. `web::public` answers them.

use std::sync::Arc;

use crate::domain::token::{Purpose, Signer};
use crate::domain::{LinkId, MessageId, PlanId, Tracking};

/// Makes the addresses. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Links {
    public_url: Arc<str>,
    /// None: addresses for looking at, which lead nowhere.
    signer: Option<Signer>,
    clicks: bool,
}

/// What stands in an address that leads nowhere.
const NOWHERE: &str = "…";

/// What an address is made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LinkContext {
    /// The message the reader has.
    pub message: MessageId,
    /// Its plan: all that an anonymous address names.
    pub plan: PlanId,
    /// How reading may be measured.
    pub tracking: Tracking,
}

impl Links {
    /// `public_url`: how clients reach this daemon, without a trailing slash.
    /// `clicks`: whether links are tracked at all (`[tracking] clicks`).
    #[must_use]
    pub const fn new(public_url: Arc<str>, signer: Signer, clicks: bool) -> Self {
        Self {
            public_url,
            signer: Some(signer),
            clicks,
        }
    }

    /// Addresses that show what stood in a message and lead nowhere: for people who look at it and
    /// are not its reader. Whoever has a true one acts as the client.
    #[must_use]
    pub const fn for_looking(public_url: Arc<str>) -> Self {
        Self {
            public_url,
            signer: None,
            clicks: false,
        }
    }

    /// The client's status page. Always of this message: the page is the service, and the
    /// token is what shows it to this client and to nobody else.
    #[must_use]
    pub fn status_url(&self, message: MessageId) -> String {
        self.url('s', Purpose::Status, &[message.get()])
    }

    /// What stands in the message in place of `target`, which is kept as `link`.
    #[must_use]
    pub fn click_url(&self, reading: LinkContext, link: LinkId, target: &str) -> String {
        match reading.tracking {
            _ if !self.clicks => target.to_owned(),
            Tracking::None => target.to_owned(),
            // Following a link is an act of the reader, not something a mail program does for
            // them: it is tied to the message unless the client said no. The pixel needs a yes.
            Tracking::Aggregate | Tracking::Individual => {
                let ids = [reading.message.get(), link.get()];
                self.url('c', Purpose::Click, &ids)
            }
        }
    }

    /// The pixel at the end of an e-mail, where reading may be measured.
    #[must_use]
    pub fn pixel_url(&self, reading: LinkContext) -> Option<String> {
        let (purpose, id) = match reading.tracking {
            Tracking::None => return None,
            Tracking::Aggregate => (Purpose::AnonymousOpen, reading.plan.get()),
            Tracking::Individual => (Purpose::Open, reading.message.get()),
        };
        Some(self.url('o', purpose, &[id]) + ".gif")
    }

    /// Where a mail program POSTs a one-click unsubscribe (RFC 8058 §3.1), and where a person
    /// finds a page that asks first.
    #[must_use]
    pub fn unsubscribe_url(&self, message: MessageId) -> String {
        self.url('u', Purpose::Unsubscribe, &[message.get()])
    }

    fn url(&self, path: char, purpose: Purpose, ids: &[i64]) -> String {
        let token = match &self.signer {
            Some(signer) => signer.sign(purpose, ids),
            None => NOWHERE.to_owned(),
        };
        format!("{}/{path}/{token}", self.public_url)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TARGET: &str = "https://www.example.it/guasti";

    fn links(clicks: bool) -> (Links, Signer) {
        let signer = Signer::new(&[7; 32]);
        let links = Links::new("https://a.example".into(), signer.clone(), clicks);
        (links, signer)
    }

    const fn reading(tracking: Tracking) -> LinkContext {
        LinkContext {
            message: MessageId::new(41),
            plan: PlanId::new(9),
            tracking,
        }
    }

    #[test]
    fn an_address_names_the_reader_only_with_consent() {
        let (links, signer) = links(true);
        let link = LinkId::new(3);
        let url = links.click_url(reading(Tracking::Individual), link, TARGET);
        let token = url.strip_prefix("https://a.example/c/").unwrap();
        assert_eq!(signer.open_two(Purpose::Click, token), Some((41, 3)));

        let url = links.click_url(reading(Tracking::Aggregate), link, TARGET);
        assert!(url.starts_with("https://a.example/c/"));

        assert_eq!(
            links.click_url(reading(Tracking::None), link, TARGET),
            TARGET
        );
        assert_eq!(links.pixel_url(reading(Tracking::None)), None);
        let pixel = links.pixel_url(reading(Tracking::Aggregate)).unwrap();
        let token = pixel.strip_prefix("https://a.example/o/").unwrap();
        let token = token.strip_suffix(".gif").unwrap();
        assert_eq!(signer.open_one(Purpose::AnonymousOpen, token), Some(9));
    }

    #[test]
    fn links_stay_as_written_when_clicks_are_off() {
        let (links, _) = links(false);
        let reading = reading(Tracking::Individual);
        assert_eq!(links.click_url(reading, LinkId::new(3), TARGET), TARGET);
    }

    #[test]
    fn what_is_only_looked_at_has_no_token() {
        let links = Links::for_looking("https://a.example".into());
        let message = MessageId::new(41);
        assert_eq!(links.status_url(message), "https://a.example/s/…");
        assert_eq!(links.unsubscribe_url(message), "https://a.example/u/…");
        let reading = reading(Tracking::Individual);
        assert_eq!(links.click_url(reading, LinkId::new(3), TARGET), TARGET);
    }

    #[test]
    fn a_status_link_leaves_room_in_an_sms() {
        let (links, _) = links(true);
        let longest = links.status_url(MessageId::new(i64::MAX));
        assert_eq!(longest.len(), "https://a.example".len() + 27);
    }
}
