//! A received mail, taken apart as a mail program would, and the links in what was received.

use mail_parser::{MessageParser, MimeHeaders as _};

use super::{Body, Received};

/// A mail as its reader sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    pub subject: String,
    pub text: String,
    /// The HTML part; show it in a frame without rights.
    pub html: Option<String>,
    /// Names and values in their order, folded lines joined.
    pub headers: Vec<(String, String)>,
    /// Octets of the whole mail.
    pub size: usize,
}

impl Mail {
    /// Takes a mail apart. What is not a mail becomes one without subject and headers.
    #[must_use]
    pub fn parse(raw: &[u8]) -> Self {
        let Some(mail) = MessageParser::default().parse(raw) else {
            return Self {
                subject: String::new(),
                text: String::from_utf8_lossy(raw).into_owned(),
                html: None,
                headers: Vec::new(),
                size: raw.len(),
            };
        };
        let has_html = mail
            .html_bodies()
            .any(|part| part.is_content_type("text", "html"));
        let headers = mail.headers_raw();
        Self {
            subject: mail.subject().unwrap_or_default().to_owned(),
            text: mail.body_text(0).unwrap_or_default().into_owned(),
            html: mail
                .body_html(0)
                .filter(|_| has_html)
                .map(std::borrow::Cow::into_owned),
            headers: headers
                .map(|(name, value)| (name.to_owned(), unfolded(value)))
                .collect(),
            size: raw.len(),
        }
    }

    /// The first header of that name.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut all = self.headers.iter();
        all.find(|(its, _)| its.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }
}

fn unfolded(value: &str) -> String {
    value.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The links a reader could follow, in their order, each once. Of a mail with HTML: what its
/// anchors point at. Pictures are not links; see [`pictures`].
#[must_use]
pub fn links(received: &Received) -> Vec<String> {
    match &received.body {
        Body::Sms(text) => in_text(text),
        Body::Mail(mail) => match &mail.html {
            Some(html) => in_html(html, "a", "href"),
            None => in_text(&mail.text),
        },
    }
}

/// What a mail program fetches when it shows pictures: opens are counted by one of them.
#[must_use]
pub fn pictures(received: &Received) -> Vec<String> {
    match &received.body {
        Body::Mail(Mail {
            html: Some(html), ..
        }) => in_html(html, "img", "src"),
        _ => Vec::new(),
    }
}

fn in_text(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for word in text.split_whitespace() {
        let Some(start) = word.find("https://").or_else(|| word.find("http://")) else {
            continue;
        };
        let link = word[start..].trim_end_matches(['.', ',', ';', ':', '!', '?', ')', '>', '"']);
        add_once(&mut found, link.to_owned());
    }
    found
}

/// Attribute values of one element, for HTML that a template made; not for HTML of strangers.
fn in_html(html: &str, element: &str, attribute: &str) -> Vec<String> {
    let mut found = Vec::new();
    for tag in html.split('<').skip(1) {
        let tag = tag.split('>').next().unwrap_or_default();
        let Some((name, attributes)) = tag.split_once(char::is_whitespace) else {
            continue;
        };
        if name.eq_ignore_ascii_case(element)
            && let Some(value) = value_of(attributes, attribute)
            && value.starts_with("http")
        {
            add_once(
                &mut found,
                value.replace("&amp;", "&").replace("&#x2f;", "/"),
            );
        }
    }
    found
}

fn value_of<'a>(attributes: &'a str, name: &str) -> Option<&'a str> {
    let start = attributes.match_indices(name).find_map(|(at, _)| {
        let apart = at == 0 || attributes.as_bytes()[at - 1].is_ascii_whitespace();
        let rest = attributes[at + name.len()..].trim_start();
        rest.strip_prefix('=').filter(|_| apart)
    })?;
    let start = start.trim_start();
    let quote = start.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    start[1..].split(quote).next()
}

fn add_once(found: &mut Vec<String>, link: String) {
    if !found.contains(&link) {
        found.push(link);
    }
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::*;

    fn received(body: Body) -> Received {
        Received {
            id: 1,
            to: String::new(),
            from: String::new(),
            at: SystemTime::UNIX_EPOCH,
            body,
        }
    }

    #[test]
    fn a_link_in_a_text_ends_before_its_full_stop() {
        let text = "Pratica aperta: https://a.it/s/Xy-9. Info (http://b.it/c), https://a.it/s/Xy-9";
        let sms = received(Body::Sms(text.to_owned()));
        assert_eq!(links(&sms), ["https://a.it/s/Xy-9", "http://b.it/c"]);
        assert_eq!(pictures(&sms), [""; 0]);
    }

    #[test]
    fn a_mail_is_taken_apart_and_its_links_are_found() {
        let raw = "From: a@b.it\r\nSubject: =?utf-8?q?Novit=C3=A0?=\r\nX-Long: one\r\n two\r\n\
            MIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n\
            --b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nCiao https://a.it/t\r\n\
            --b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n\
            <p>Ciao <a class=\"x\" href=\"https://a.it/c/1?x=1&amp;y=2\">qui</a>\
            <img src='https://a.it/o/1.gif'> <a data-href=\"https://no.it\">no</a></p>\r\n--b--\r\n";
        let mail = Mail::parse(raw.as_bytes());
        assert_eq!(mail.subject, "Novità");
        assert_eq!(mail.text.trim(), "Ciao https://a.it/t");
        assert_eq!(mail.header("x-long"), Some("one two"));
        let received = received(Body::Mail(mail));
        assert_eq!(links(&received), ["https://a.it/c/1?x=1&y=2"]);
        assert_eq!(pictures(&received), ["https://a.it/o/1.gif"]);
    }
}
