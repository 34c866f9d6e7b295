//! Secrets that would cross a network where everybody can read them: over plain http, to another machine.

use std::collections::BTreeMap;

use url::{Host, Url};

use super::HeaderSetting;

/// Names of headers and parameters that end so hold a secret.
const SECRETS: [&str; 12] = [
    "auth",
    "authorization",
    "cookie",
    "credential",
    "credentials",
    "key",
    "password",
    "secret",
    "session",
    "sig",
    "signature",
    "token",
];

/// The first secret that is sent to an address, in words; none is repeated.
pub(super) fn secret(url: &Url, headers: &BTreeMap<String, HeaderSetting>) -> Option<String> {
    let in_header = headers.iter().find_map(|(name, setting)| {
        // What stands in a file stands there because it is one.
        let from_file = matches!(setting, HeaderSetting::File { .. });
        (from_file || names_a_secret(name)).then(|| format!("the header `{name}`"))
    });
    let in_query = || {
        let mut names = url.query_pairs().map(|(name, _)| name);
        let found = names.any(|name| names_a_secret(&name));
        found.then(|| "the token in `url`".to_owned())
    };
    in_header.or_else(in_query)
}

/// Whether what is sent there can be read on the way.
pub(super) fn is_in_clear(url: &Url) -> bool {
    let is_here = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    url.scheme() == "http" && !is_here
}

/// Why it is refused.
pub(super) fn refused(what: &str) -> String {
    format!(
        "`url`: {what} would cross the network in clear: write https, or `allow_plain_http = true` where \
         the network itself is protected"
    )
}

pub(super) fn names_a_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    SECRETS.iter().any(|word| name.ends_with(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(url: &str, header: Option<(&str, HeaderSetting)>) -> Option<String> {
        let url = Url::parse(url).unwrap();
        let headers = header.map(|(name, it)| (name.to_owned(), it));
        secret(&url, &headers.into_iter().collect())
    }

    #[test]
    fn a_secret_is_known_by_its_name_or_by_its_file() {
        let text = |text: &str| HeaderSetting::Text(text.to_owned());
        let file = HeaderSetting::File {
            file: "/run/secrets/a".into(),
        };
        for (name, setting, is_one) in [
            ("Authorization", text("Bearer c4nary"), true),
            ("X-Api-Key", text("c4nary"), true),
            ("X-Auth-Token", text("c4nary"), true),
            ("Cookie", text("a=c4nary"), true),
            ("X-Tenant", file, true),
            ("X-Tenant", text("town"), false),
            ("Accept", text("application/json"), false),
        ] {
            let said = found("http://a.example/", Some((name, setting)));
            assert_eq!(said.is_some(), is_one, "{name}");
            assert!(!said.unwrap_or_default().contains("c4nary"));
        }
        for (url, is_one) in [
            ("http://a.example/?api_key=c4nary", true),
            ("http://a.example/?access_token=c4nary", true),
            ("http://a.example/?keyword=a&assignee=b&author=c", false),
        ] {
            assert_eq!(found(url, None).is_some(), is_one, "{url}");
        }
    }

    #[test]
    fn only_this_machine_is_reached_by_no_network() {
        for (url, is_read) in [
            ("http://a.example/", true),
            ("http://10.0.0.1/", true),
            ("http://127.0.0.1:8080/", false),
            ("http://[::1]/", false),
            ("http://localhost/", false),
            ("http://localhost.example/", true),
            ("https://a.example/", false),
        ] {
            assert_eq!(is_in_clear(&Url::parse(url).unwrap()), is_read, "{url}");
        }
    }
}
