//! Where somebody else's database is and how one logs in there: three keys that every kind of
//! source with a database has. No password stands in a fault.

use std::path::Path;
use std::time::Duration;

use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use url::Url;

use crate::domain::limits::LOOK_TIMEOUT;

/// How long a database may take for an answer, unless the settings say otherwise.
pub(super) const fn ten_seconds() -> Duration {
    Duration::from_secs(10)
}

/// Refuses a time for an answer that cannot be meant.
pub(super) fn check_timeout(timeout: Duration) -> Result<(), String> {
    let (least, most) = LOOK_TIMEOUT;
    match (least..=most).contains(&timeout) {
        true => Ok(()),
        false => Err("`timeout` is out of range; write \"100ms\" to \"10m\"".to_owned()),
    }
}

/// The three keys, as the settings of a kind have them.
pub(super) struct DatabaseAddress<'a> {
    pub(super) url: Option<&'a str>,
    pub(super) url_file: Option<&'a Path>,
    pub(super) password_file: Option<&'a Path>,
}

impl DatabaseAddress<'_> {
    /// The whole address, with its password, if it begins with one of `schemes`. A fault names
    /// the key to mend first.
    pub(super) fn read(&self, schemes: &[&str]) -> Result<String, String> {
        let (key, text) = self.written()?;
        let scheme = text.split(':').next().unwrap_or_default();
        if !schemes.contains(&scheme) || scheme.len() == text.len() {
            let right: Vec<_> = schemes.iter().map(|it| format!("{it}:")).collect();
            return Err(format!("`{key}` must begin with {}", right.join(" or ")));
        }
        if scheme == "sqlite" {
            return match self.password_file {
                None => Ok(text),
                Some(_) => Err("`password_file`: a file of SQLite has no password".to_owned()),
            };
        }
        let url = Url::parse(&text).map_err(|_| {
            format!("`{key}` is no address such as {scheme}://reader@host/database")
        })?;
        // The driver would take the rest of it for a parameter, and say it in the log.
        if text.matches('@').count() > 1 || url.query().is_some_and(|query| query.contains('@')) {
            return Err(format!(
                "`{key}`: a password with signs such as @ ? / # goes into `password_file`, or is \
                 written in percent signs"
            ));
        }
        match self.password_file {
            None => Ok(text),
            Some(path) => with_password(key, url, path),
        }
    }

    /// The key that has the address, and the address.
    fn written(&self) -> Result<(&'static str, String), String> {
        match (self.url, self.url_file) {
            (Some(_), Some(_)) => {
                Err("`url_file`: `url` is set as well; keep one of the two".to_owned())
            }
            (Some(url), None) => Ok(("url", url.trim().to_owned())),
            (None, Some(path)) => Ok(("url_file", line_of("url_file", path)?)),
            (None, None) => Err("missing field `url`, or `url_file`".to_owned()),
        }
    }
}

fn with_password(key: &str, mut url: Url, path: &Path) -> Result<String, String> {
    if url.password().is_some() {
        return Err(format!(
            "`password_file`: `{key}` has a password already; keep one of the two"
        ));
    }
    let password = line_of("password_file", path)?;
    // As letters and digits alone: what reads the address decodes every `%`.
    let password = utf8_percent_encode(&password, NON_ALPHANUMERIC).to_string();
    url.set_password(Some(&password))
        .map_err(|()| format!("`password_file`: `{key}` names no host to log in to"))?;
    Ok(url.into())
}

/// Who logs in by an address, if it says so.
pub(super) fn role_of(address: &str) -> Option<String> {
    let url = Url::parse(address).ok()?;
    let name = percent_decode_str(url.username()).decode_utf8().ok()?;
    (!name.is_empty()).then(|| name.into_owned())
}

/// What stands in a file, without the end of its last line.
pub(super) fn line_of(key: &str, path: &Path) -> Result<String, String> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| format!("`{key}`: cannot read `{}`: {error}", path.display()))?;
    let line = text.trim_end_matches(['\r', '\n']);
    match line.is_empty() {
        true => Err(format!("`{key}`: `{}` is empty", path.display())),
        false => Ok(line.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCHEMES: [&str; 2] = ["postgres", "sqlite"];

    fn address(url: &str, password_file: Option<&Path>) -> Result<String, String> {
        let address = DatabaseAddress {
            url: Some(url),
            url_file: None,
            password_file,
        };
        address.read(&SCHEMES)
    }

    #[test]
    fn a_password_from_a_file_comes_into_the_address_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("password");
        std::fs::write(&path, "a%41 è:/@\n").unwrap();
        let whole = address("postgres://reader@db/crm?sslmode=require", Some(&path)).unwrap();
        let url = Url::parse(&whole).unwrap();
        let password = percent_decode_str(url.password().unwrap());
        assert_eq!(password.decode_utf8().unwrap(), "a%41 è:/@");
        assert_eq!((url.username(), url.host_str()), ("reader", Some("db")));
        assert_eq!((url.path(), url.query()), ("/crm", Some("sslmode=require")));
    }

    #[test]
    fn an_address_in_a_file_is_taken_without_the_end_of_its_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("url");
        std::fs::write(&path, "sqlite:/srv/crm.db\n").unwrap();
        let mut address = DatabaseAddress {
            url: None,
            url_file: Some(&path),
            password_file: None,
        };
        assert_eq!(address.read(&SCHEMES).unwrap(), "sqlite:/srv/crm.db");
        address.url = Some("sqlite:/srv/other.db");
        assert!(address.read(&SCHEMES).unwrap_err().contains("keep one"));
    }

    #[test]
    fn a_fault_names_its_key_and_no_password() {
        let nowhere = Path::new("/nowhere/password");
        for (url, file, said) in [
            (
                "mssql://u:s3cret@db/crm",
                None,
                "`url` must begin with postgres: or sqlite:",
            ),
            ("s3cret", None, "`url` must begin with"),
            (
                "postgres://u:s3cret@db:port/crm",
                None,
                "`url` is no address such as postgres://",
            ),
            (
                "postgres://u:s3cret@db/crm",
                Some(nowhere),
                "`password_file`: `url` has a password",
            ),
            (
                "postgres://u@db/crm",
                Some(nowhere),
                "`password_file`: cannot read `/nowhere/",
            ),
            (
                "sqlite:a.db",
                Some(nowhere),
                "`password_file`: a file of SQLite",
            ),
        ] {
            let fault = address(url, file).unwrap_err();
            assert!(fault.starts_with(said), "{fault}");
            assert!(!fault.contains("s3cret"), "{fault}");
        }
    }
}
