//! Bytes to JSON, with the place of a mistake in words a person can use.

use serde::Deserialize;

use crate::domain::FieldError;

/// Reads one document. `NaN`, comments, trailing text and nesting deeper than 128 are refused
/// (RFC 8259 §4 to §6). `T`: a `Value`, or a `Tree` that borrows from the bytes.
pub fn read<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, FieldError> {
    // A mark some editors put before a text; a parser may pass over it (RFC 8259 §8.1).
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    // Seen as text once, instead of text by text.
    let read = match std::str::from_utf8(bytes) {
        Ok(text) => serde_json::from_str(text),
        Err(_) => serde_json::from_slice(bytes),
    };
    read.map_err(|error| {
        let detail = match (error.classify(), bytes.is_empty()) {
            (_, true) => "the body is empty; send JSON".to_owned(),
            (serde_json::error::Category::Eof, _) => {
                format!(
                    "the JSON breaks off at line {} column {}",
                    error.line(),
                    error.column()
                )
            }
            _ => format!("not valid JSON: {error}"),
        };
        FieldError::new("", detail)
    })
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn a_mistake_has_its_line_and_column() {
        let detail = |text: &str| read::<Value>(text.as_bytes()).unwrap_err().detail;
        assert!(
            detail("{\"a\": NaN}").contains("line 1 column"),
            "{}",
            detail("{\"a\": NaN}")
        );
        assert!(detail("{\"a\":\n [1,").contains("breaks off at line 2"));
        assert!(detail("").contains("empty"));
        assert!(detail("{} {}").contains("trailing"));
        assert!(detail(&"[".repeat(200)).contains("recursion limit"));
        assert!(read::<Value>(b"\"\xff\"").is_err());
        assert_eq!(read::<Value>(b"\xEF\xBB\xBF7"), Ok(Value::from(7)));
    }
}
