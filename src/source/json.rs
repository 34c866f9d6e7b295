//! Bytes to JSON, with the place of a mistake in words a person can use.

use serde_json::Value;

use crate::domain::Fault;

/// Reads one document. `NaN`, comments, trailing text and nesting deeper than 128 are refused
/// (RFC 8259 §4 to §6).
pub fn read(bytes: &[u8]) -> Result<Value, Fault> {
    serde_json::from_slice(bytes).map_err(|error| {
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
        Fault::new("", detail)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistake_has_its_line_and_column() {
        let detail = |text: &str| read(text.as_bytes()).unwrap_err().detail;
        assert!(
            detail("{\"a\": NaN}").contains("line 1 column"),
            "{}",
            detail("{\"a\": NaN}")
        );
        assert!(detail("{\"a\":\n [1,").contains("breaks off at line 2"));
        assert!(detail("").contains("empty"));
        assert!(detail("{} {}").contains("trailing"));
        assert!(detail(&"[".repeat(200)).contains("recursion limit"));
        assert!(read(b"\"\xff\"").is_err());
    }
}
