//! What a gateway is asked: address, headers and body, filled in for one SMS. A variable that is not
//! there is a fault, found with a sample when the daemon starts.

use std::collections::BTreeMap;

use minijinja::{Environment, Error, UndefinedBehavior, Value as Fact};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::Url;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};

use super::breakout;
use super::settings::{GatewayHeader, GatewayMethod, HttpSettings};
use crate::channel::caller::checked_url;
use crate::channel::{Secret, SetupError};
use crate::domain::limits::{PROVIDER_BODY, PROVIDER_FUEL, PROVIDER_TEMPLATE};

/// Names of the two templates; without an ending, so that nothing is escaped unasked.
const URL: &str = "url";
const BODY: &str = "body";

/// What an expression may name.
const THERE: &str = "there are `to`, `text`, `reference`, `from`, `callback` and `valid_for`";

/// Writes the requests of one gateway.
pub(super) struct GatewayRequests {
    templates: Environment<'static>,
    has_body: bool,
    provider: String,
    plain_http: bool,
    from: Option<String>,
    pub(super) method: reqwest::Method,
    pub(super) headers: HeaderMap,
}

/// Headers that say how a request is carried: RFC 9110 §7.6.1 and RFC 9112 §6.
const NOT_OURS: [&str; 11] = [
    "connection",
    "content-length",
    "expect",
    "host",
    "keep-alive",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// What is the SMS's own.
pub(super) struct GatewaySms<'a> {
    pub(super) to: &'a str,
    pub(super) text: &'a str,
    pub(super) reference: &'a str,
    /// Where this SMS is reported, if it is.
    pub(super) callback: &'a str,
    /// Whole seconds for which it is worth delivering.
    pub(super) valid_for: i64,
}

impl GatewayRequests {
    /// Reads the files of headers, and writes a sample to nobody.
    pub(super) fn new(provider: &str, settings: &HttpSettings) -> Result<Self, SetupError> {
        let fault = |problem: String| SetupError::new(provider, problem);
        let mut templates = Environment::new();
        templates.set_undefined_behavior(UndefinedBehavior::Strict);
        templates.set_fuel(Some(PROVIDER_FUEL));
        templates.add_filter("urlencode", |text: String| {
            utf8_percent_encode(&text, NON_ALPHANUMERIC).to_string()
        });
        let parts = [(URL, Some(&settings.url)), (BODY, settings.body.as_ref())];
        for (key, text) in parts {
            let Some(text) = text else { continue };
            add(&mut templates, key, text).map_err(fault)?;
            names_what_is_there(&templates, key, settings).map_err(fault)?;
        }
        let written = Self {
            templates,
            has_body: settings.body.is_some(),
            provider: provider.to_owned(),
            plain_http: settings.plain_http,
            from: settings.from.clone(),
            method: method(settings).map_err(fault)?,
            headers: headers(provider, settings)?,
        };
        only_after_the_host(&settings.url).map_err(fault)?;
        written.url(&SAMPLE)?;
        written.body(&SAMPLE).map_err(fault)?;
        written.keeps_texts_in_place(settings)?;
        Ok(written)
    }

    /// Whether a text can end its place, and with it choose the receiver.
    fn keeps_texts_in_place(&self, settings: &HttpSettings) -> Result<(), SetupError> {
        let fault = |problem: String| SetupError::new(&self.provider, problem);
        let saying = |text| GatewaySms { text, ..SAMPLE };
        let (harmless, hostile) = (saying(breakout::HARMLESS), saying(breakout::HOSTILE));
        let plus = [SAMPLE.to, self.from.as_deref().unwrap_or_default()];
        let (one, other) = (self.url(&harmless)?, self.url(&hostile)?);
        breakout::check_address(&one, &other, &plus).map_err(fault)?;
        if !self.has_body {
            return Ok(());
        }
        let one = self.body(&harmless).map_err(fault)?;
        let other = self.body(&hostile).map_err(fault)?;
        breakout::check_body(&settings.content_type, &one, &other, &plus).map_err(fault)
    }

    pub(super) fn url(&self, sms: &GatewaySms<'_>) -> Result<Url, SetupError> {
        let url = self.filled(URL, sms);
        let url = url.map_err(|problem| SetupError::new(&self.provider, problem))?;
        checked_url(&self.provider, URL, &url, self.plain_http)
    }

    /// Empty where nothing is posted.
    pub(super) fn body(&self, sms: &GatewaySms<'_>) -> Result<String, String> {
        match self.has_body {
            true => self.filled(BODY, sms),
            false => Ok(String::new()),
        }
    }

    fn filled(&self, key: &str, sms: &GatewaySms<'_>) -> Result<String, String> {
        let mut facts = BTreeMap::from([
            ("to", Fact::from(sms.to)),
            ("text", Fact::from(sms.text)),
            ("reference", Fact::from(sms.reference)),
            ("callback", Fact::from(sms.callback)),
            ("valid_for", Fact::from(sms.valid_for)),
        ]);
        if let Some(from) = &self.from {
            facts.insert("from", Fact::from(from.as_str()));
        }
        let template = self.templates.get_template(key);
        let text = template.and_then(|template| template.render(facts));
        // The engine's own words may hold the text.
        let text = text.map_err(|error| written_wrong(key, &error))?;
        match text.len() <= PROVIDER_BODY {
            true => Ok(text),
            false => Err(format!("`{key}` becomes longer than {PROVIDER_BODY} bytes")),
        }
    }
}

/// An SMS that nobody gets.
const SAMPLE: GatewaySms<'static> = GatewaySms {
    to: "+390000000001",
    text: "Perché no? \"5 €\"",
    reference: "araldo-s0",
    callback: "https://araldo.example/hooks/any/token",
    valid_for: 3_600,
};

fn add(templates: &mut Environment<'static>, key: &'static str, text: &str) -> Result<(), String> {
    if text.len() > PROVIDER_TEMPLATE {
        return Err(format!("`{key}` is longer than {PROVIDER_TEMPLATE} bytes"));
    }
    let added = templates.add_template_owned(key, text.to_owned());
    added.map_err(|error| written_wrong(key, &error))
}

/// A filter could take what is not there for an empty value.
fn names_what_is_there(
    templates: &Environment<'static>,
    key: &str,
    settings: &HttpSettings,
) -> Result<(), String> {
    let template = templates.get_template(key);
    let template = template.map_err(|error| written_wrong(key, &error))?;
    let is_there = |name: &str| match name {
        "from" => settings.from.is_some(),
        name => ["to", "text", "reference", "callback", "valid_for"].contains(&name),
    };
    let named = template.undeclared_variables(false);
    match named.iter().find(|name| !is_there(name)) {
        Some(odd) => Err(format!(
            "`{key}` cannot be filled in: {odd:?} is not set; {THERE}"
        )),
        None => Ok(()),
    }
}

fn written_wrong(key: &str, error: &Error) -> String {
    let line = error
        .line()
        .map_or(String::new(), |line| format!(" in line {line}"));
    format!(
        "`{key}` cannot be filled in: {}{line}; {THERE}",
        error.kind()
    )
}

/// No value may say whom we talk to.
fn only_after_the_host(url: &str) -> Result<(), String> {
    let wrong = || Err("`url`: expressions may stand after the host only".to_owned());
    let Some(first) = url.find("{{").or_else(|| url.find("{%")) else {
        return Ok(());
    };
    let fixed = &url[..first];
    match fixed.split_once("://") {
        Some((_, rest)) if rest.contains(['/', '?']) => Ok(()),
        _ => wrong(),
    }
}

fn method(settings: &HttpSettings) -> Result<reqwest::Method, String> {
    match (settings.method, settings.body.is_some()) {
        (GatewayMethod::Get, true) => Err("`body` is not sent with GET: leave it out".to_owned()),
        (GatewayMethod::Get, false) => Ok(reqwest::Method::GET),
        (_, false) => Err("`body` is missing: say what is posted".to_owned()),
        (GatewayMethod::Post, true) => Ok(reqwest::Method::POST),
        (GatewayMethod::Put, true) => Ok(reqwest::Method::PUT),
    }
}

fn headers(provider: &str, settings: &HttpSettings) -> Result<HeaderMap, SetupError> {
    let mut headers = HeaderMap::new();
    let wrong = |what: &str| SetupError::new(provider, format!("`headers`: {what}"));
    for (name, value) in &settings.headers {
        let written = match value {
            GatewayHeader::Text(text) => text.expose(),
            GatewayHeader::File(named) => named.prefix.as_str(),
        };
        if written.contains("{{") || written.contains("{%") {
            let why =
                "holds an expression, and none is filled in there; it can stand in `url` or `body`";
            return Err(wrong(&format!("the value of `{name}` {why}")));
        }
        let value = match value {
            GatewayHeader::Text(text) => text.expose().to_owned(),
            GatewayHeader::File(named) => {
                let secret = Secret::read(&named.file)
                    .map_err(|error| SetupError::file(provider, "headers", &named.file, &error))?;
                format!("{}{}", named.prefix, secret.expose())
            }
        };
        let key: HeaderName = name
            .parse()
            .map_err(|_| wrong(&format!("{name:?} is no name of a header")))?;
        if NOT_OURS.contains(&key.as_str()) {
            let why = "is written by Araldo itself, or concerns the connection; leave it out";
            return Err(wrong(&format!("`{name}` {why}")));
        }
        let mut value = HeaderValue::from_str(&value)
            .map_err(|_| wrong(&format!("the value of `{name}` cannot stand in a header")))?;
        value.set_sensitive(true);
        headers.insert(key, value);
    }
    if settings.body.is_some() {
        let kind = HeaderValue::from_str(&settings.content_type)
            .map_err(|_| SetupError::new(provider, "`content_type` cannot stand in a header"))?;
        headers.insert(CONTENT_TYPE, kind);
    }
    Ok(headers)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn requests(text: &str) -> Result<GatewayRequests, String> {
        let settings = toml::from_str(text).unwrap();
        GatewayRequests::new("any", &settings).map_err(|error| error.to_string())
    }

    fn sms(text: &str) -> GatewaySms<'_> {
        GatewaySms { text, ..SAMPLE }
    }

    #[test]
    fn a_text_cannot_break_out_of_its_place() {
        let json = requests("url = \"https://a.example/x\"\nbody = '{\"t\":{{ text | tojson }}}'")
            .unwrap();
        let hostile = "\"},\"to\":\"+39\n\\{{ from }}";
        let body = json.body(&sms(hostile)).unwrap();
        let read: serde_json::Value = serde_json::from_str(&body).unwrap();
        assert_eq!(read, serde_json::json!({ "t": hostile }));
        let form = requests(
            "method = \"GET\"\nurl = \"https://a.example/x?t={{ text | urlencode }}&to={{ to | urlencode }}\"",
        )
        .unwrap();
        let url = form.url(&sms("a&to=+39é#")).unwrap();
        let pairs: Vec<_> = url.query_pairs().into_owned().collect();
        assert_eq!(pairs[0], ("t".to_owned(), "a&to=+39é#".to_owned()));
        assert_eq!(pairs[1], ("to".to_owned(), SAMPLE.to.to_owned()));
        assert_eq!(pairs.len(), 2);
    }

    #[test]
    fn what_cannot_be_written_is_found_before_anything_is_sent() {
        let at = "url = \"https://a.example/x\"";
        for (text, words) in [
            (
                format!("{at}\nbody = '{{{{ text'"),
                "`body` cannot be filled in",
            ),
            (
                format!("{at}\nbody = '{{{{ from }}}}'"),
                "`body` cannot be filled in",
            ),
            (format!("{at}\nbody = '{{{{ nobody }}}}'"), "there are `to`"),
            (at.to_owned(), "`body` is missing"),
            (
                format!("{at}\nmethod = \"GET\"\nbody = 'a'"),
                "`body` is not sent",
            ),
            (
                "url = \"https://{{ to }}/\"\nbody = 'a'".to_owned(),
                "after the host only",
            ),
            (
                "url = \"http://a.example/\"\nbody = 'a'".to_owned(),
                "plain_http",
            ),
            (
                format!("{at}\nbody = 'a'\nheaders = {{ \"a b\" = \"c\" }}"),
                "no name of a header",
            ),
            (
                format!("{at}\nbody = 'a'\nheaders = {{ A = {{ file = \"/nowhere\" }} }}"),
                "cannot use `headers`",
            ),
            (
                format!("{at}\nbody = '{{}}'\nheaders = {{ Content-Length = \"3\" }}"),
                "`Content-Length` is written by Araldo",
            ),
            (
                format!("{at}\nbody = '{{}}'\nheaders = {{ Host = \"b.example\" }}"),
                "`Host` is written by Araldo",
            ),
            (
                format!("{at}\nbody = '{{}}'\nheaders = {{ X = \"{{{{ text }}}}\" }}"),
                "the value of `X` holds an expression",
            ),
            (
                format!("{at}\nbody = '{{\"to\":\"{{{{ to }}}}\",\"text\":\"{{{{ text }}}}\"}}'"),
                "write {{ text | tojson }}",
            ),
            (
                "method = \"GET\"\nurl = \"https://a.example/x?t={{ text }}\"".to_owned(),
                "write {{ text | urlencode }}",
            ),
            (
                "method = \"GET\"\nurl = \"https://a.example/x?to={{ to }}\"".to_owned(),
                "arrive as a space",
            ),
        ] {
            let said = requests(&text).err().expect(&text);
            assert!(said.contains(words), "{said}");
        }
    }
}
