//! Forms with a file (`multipart/form-data`, RFC 7578): read as a whole, within the limit of every
//! form of the console, and checked like them (`auth::csrf`). The same form without a file comes as
//! any other. What the file means is its page's business.

use axum::extract::{FromRequest, FromRequestParts as _, Request};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};

use super::body;
use crate::domain::limits::{EDITOR_FORM_BYTES, FORM_PARTS};
use crate::web::Web;
use crate::web::auth::csrf::{self, FormFields, Posted};
use crate::web::auth::session::Person;
use crate::web::problem::Problem;

/// A form sent by a person from one of our own pages, perhaps with a file.
pub(in crate::web) struct PostedFile {
    pub(in crate::web) person: Person,
    pub(in crate::web) fields: FormFields,
    /// What the file holds; empty without one.
    pub(in crate::web) file: Vec<u8>,
}

impl FromRequest<Web> for PostedFile {
    type Rejection = Response;
    async fn from_request(request: Request, web: &Web) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let person = Person::from_request_parts(&mut parts, web).await?;
        csrf::from_own_page(&parts.headers).map_err(Problem::into_response)?;
        let boundary = boundary(body::media_type(&parts.headers)).map(str::to_owned);
        let body = body::read(Request::from_parts(parts, body), EDITOR_FORM_BYTES)
            .await
            .map_err(Problem::into_response)?;
        let (fields, file) = match boundary {
            None => (FormFields::parse(&body), Vec::new()),
            Some(boundary) => read(&body, &boundary).ok_or_else(|| broken().into_response())?,
        };
        let posted = Posted::checked(person, fields).map_err(Problem::into_response)?;
        Ok(Self {
            person: posted.person,
            fields: posted.fields,
            file,
        })
    }
}

fn broken() -> Problem {
    let detail =
        format!("the form is not whole, or has more than {FORM_PARTS} parts; send it again");
    Problem::new(StatusCode::BAD_REQUEST, "form_broken", detail)
}

/// What stands between the parts, if the media type is that of a form with a file.
fn boundary(media_type: &str) -> Option<&str> {
    let (essence, parameters) = media_type.split_once(';')?;
    if !essence.trim().eq_ignore_ascii_case("multipart/form-data") {
        return None;
    }
    let mut parameters = parameters.split(';').map(str::trim);
    let boundary = parameters.find_map(|it| it.strip_prefix("boundary="))?;
    Some(boundary.trim_matches('"')).filter(|it| !it.is_empty())
}

/// The fields, and the last file that holds anything.
fn read(body: &[u8], boundary: &str) -> Option<(FormFields, Vec<u8>)> {
    let mut file = Vec::new();
    let mut fields = Vec::new();
    for part in parts(body, boundary)? {
        match part.is_file {
            true if part.bytes.is_empty() => {}
            true => file = part.bytes.to_vec(),
            false => fields.push((part.name, String::from_utf8_lossy(part.bytes).into_owned())),
        }
    }
    Some((fields.into_iter().collect(), file))
}

/// One part of a form.
#[derive(Debug, PartialEq, Eq)]
struct FormPart<'a> {
    name: String,
    is_file: bool,
    bytes: &'a [u8],
}

/// All parts; none when the body breaks off before its end.
fn parts<'a>(body: &'a [u8], boundary: &str) -> Option<Vec<FormPart<'a>>> {
    let between = format!("\r\n--{boundary}");
    // The first one begins the body, without a line before it.
    let mut rest = body.strip_prefix(&between.as_bytes()[2..])?;
    let mut parts = Vec::new();
    while !rest.starts_with(b"--") {
        if parts.len() == FORM_PARTS {
            return None;
        }
        let (part, behind) = split(rest.strip_prefix(b"\r\n")?, between.as_bytes())?;
        let (head, bytes) = split(part, b"\r\n\r\n")?;
        parts.push(FormPart::read(head, bytes)?);
        rest = behind;
    }
    Some(parts)
}

/// What stands before the mark, and what behind it.
fn split<'a>(bytes: &'a [u8], mark: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    let at = bytes.windows(mark.len()).position(|found| found == mark)?;
    Some((&bytes[..at], &bytes[at + mark.len()..]))
}

impl<'a> FormPart<'a> {
    fn read(head: &[u8], bytes: &'a [u8]) -> Option<Self> {
        let head = String::from_utf8_lossy(head);
        let disposition = head.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            let named = name.trim().eq_ignore_ascii_case("content-disposition");
            named.then_some(value)
        })?;
        let words = || disposition.split(';').map(str::trim);
        let name = words().find_map(|word| word.strip_prefix("name="))?;
        Some(Self {
            name: name.trim_matches('"').to_owned(),
            is_file: words().any(|word| word.starts_with("filename=")),
            bytes,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FORM: &[u8] =
        b"--x7\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\na--b\r\n\r\nc\r\n\
        --x7\r\ncontent-disposition: form-data; name=\"list\"; filename=\"a; b.csv\"\r\n\
        Content-Type: text/csv\r\n\r\nIT1;\xE8\r\n--x7--\r\n";

    #[test]
    fn fields_and_file_come_apart_whatever_they_hold() {
        let found = parts(FORM, "x7").unwrap();
        assert_eq!(found.len(), 2);
        assert_eq!(
            (&*found[0].name, found[0].bytes),
            ("note", &b"a--b\r\n\r\nc"[..])
        );
        assert!(!found[0].is_file && found[1].is_file);
        let (fields, file) = read(FORM, "x7").unwrap();
        assert_eq!(fields.get("note"), "a--b\r\n\r\nc");
        assert_eq!((fields.get("list"), &*file), ("", &b"IT1;\xE8"[..]));
    }

    #[test]
    fn what_breaks_off_is_no_form() {
        for end in 0..FORM.len() - 4 {
            assert!(parts(&FORM[..end], "x7").is_none(), "{end}");
        }
        assert!(parts(FORM, "x").is_none());
        let part = "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n\r\n";
        let many = part.repeat(FORM_PARTS + 1);
        assert!(parts(format!("{many}--b--").as_bytes(), "b").is_none());
    }

    #[test]
    fn the_boundary_is_read_from_the_media_type() {
        for (media_type, expected) in [
            ("multipart/form-data; boundary=x7", Some("x7")),
            (
                "Multipart/Form-Data; charset=utf-8; boundary=\"x 7\"",
                Some("x 7"),
            ),
            ("multipart/form-data", None),
            ("multipart/form-data; boundary=", None),
            ("application/x-www-form-urlencoded", None),
        ] {
            assert_eq!(boundary(media_type), expected, "{media_type}");
        }
    }
}
