//! Headers of the settings: a text as it is, or what stands in a file, read anew for each request, so
//! that a token may be exchanged while the daemon runs. No value stands in a fault or in `Debug`.

use std::collections::BTreeMap;
use std::path::PathBuf;

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde::Deserialize;

use crate::source::fault::SourceFault;
use crate::text::sanitize;

/// Set by ourselves, or by the connection.
const NOT_THEIRS: [&str; 8] = [
    "accept-encoding",
    "connection",
    "content-length",
    "host",
    "if-modified-since",
    "if-none-match",
    "te",
    "transfer-encoding",
];
/// Longest name that a fault repeats, in characters.
const QUOTED_NAME: usize = 60;

/// A header's value: a text, or the path of a file that holds it, so that secrets do not stand in the
/// settings.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(
    untagged,
    deny_unknown_fields,
    expecting = "a header is a text, or { file = \"/path\" }"
)]
pub enum HeaderSetting {
    Text(String),
    /// Where the value stands.
    File {
        /// Its one line is the value.
        file: PathBuf,
    },
}

impl std::fmt::Debug for HeaderSetting {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Text(_) => f.write_str("***"),
            Self::File { file } => f.debug_struct("File").field("file", file).finish(),
        }
    }
}

/// Finds what cannot be sent as a header. A file is not opened: it may come later.
pub(super) fn check(name: &str, setting: &HeaderSetting) -> Result<(), String> {
    let shown = sanitize::excerpt(name, QUOTED_NAME);
    let known = HeaderName::from_bytes(name.as_bytes())
        .map_err(|_invalid| format!("`headers`: `{shown}` is no name of a header"))?;
    if NOT_THEIRS.contains(&known.as_str()) {
        return Err(format!("`headers`: `{shown}` is set by Araldo itself"));
    }
    match setting {
        HeaderSetting::Text(text) => value(&shown, text).map(drop),
        HeaderSetting::File { .. } => Ok(()),
    }
}

/// Adds the headers as they are now.
pub(super) async fn read(
    settings: &BTreeMap<String, HeaderSetting>,
    headers: &mut HeaderMap,
) -> Result<(), SourceFault> {
    for (name, setting) in settings {
        let valid = match setting {
            HeaderSetting::Text(text) => value(name, text),
            HeaderSetting::File { file } => {
                let text = tokio::fs::read_to_string(file).await.map_err(|error| {
                    let file = file.display();
                    SourceFault::Unexpected(format!(
                        "`headers`: cannot read `{file}` for `{name}`: {error}"
                    ))
                })?;
                value(name, text.trim_end_matches(['\r', '\n']))
            }
        };
        let valid = valid.map_err(SourceFault::Unexpected)?;
        let name = HeaderName::from_bytes(name.as_bytes())
            .map_err(|error| SourceFault::Unexpected(format!("`headers`: {error}")))?;
        headers.insert(name, valid);
    }
    Ok(())
}

/// Adds what the last answer said of itself, if it said it.
pub(super) fn ask_for_news(headers: &mut HeaderMap, name: HeaderName, said: Option<&str>) {
    // What cannot be sent back is left out: then the whole answer comes.
    if let Some(value) = said.and_then(|said| HeaderValue::from_str(said).ok()) {
        headers.insert(name, value);
    }
}

fn value(name: &str, text: &str) -> Result<HeaderValue, String> {
    if text.is_empty() {
        return Err(format!("`headers`: `{name}` is empty"));
    }
    let mut value = HeaderValue::from_str(text).map_err(|_invalid| {
        format!("`headers`: `{name}` has more than one line, or signs that no header may have")
    })?;
    value.set_sensitive(true);
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize)]
    struct Written {
        headers: BTreeMap<String, HeaderSetting>,
    }

    #[tokio::test]
    async fn a_header_is_a_text_or_a_file_that_is_read_anew() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("token");
        let text = format!(
            "headers = {{ X-Key = \"k\", Authorization = {{ file = \"{}\" }} }}",
            file.display()
        );
        let written: Written = toml::from_str(&text).unwrap();
        for (name, setting) in &written.headers {
            assert_eq!(check(name, setting), Ok(()));
        }
        for token in ["Bearer one\n", "Bearer two\r\n"] {
            std::fs::write(&file, token).unwrap();
            let mut headers = HeaderMap::new();
            read(&written.headers, &mut headers).await.unwrap();
            assert_eq!(headers["x-key"], "k");
            assert_eq!(headers["authorization"], token.trim_end());
        }
        std::fs::write(&file, "c4nary\nc4nary").unwrap();
        let fault = read(&written.headers, &mut HeaderMap::new()).await;
        let fault = fault.unwrap_err().to_string();
        assert!(fault.contains("`Authorization` has more than one line"));
        assert!(!fault.contains("c4nary"), "{fault}");
        std::fs::remove_file(&file).unwrap();
        let fault = read(&written.headers, &mut HeaderMap::new()).await;
        let fault = fault.unwrap_err().to_string();
        assert!(fault.contains("cannot read"), "{fault}");
    }

    #[test]
    fn a_value_is_never_printed_and_a_typing_error_is_found() {
        let said = format!("{:?}", HeaderSetting::Text("c4nary".to_owned()));
        assert!(!said.contains("c4nary"), "{said}");
        let wrong = toml::from_str::<Written>("headers = { A = { fiel = \"x\" } }");
        let fault = wrong.err().unwrap().to_string();
        assert!(fault.contains("a header is a text, or"), "{fault}");
    }
}
