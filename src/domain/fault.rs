//! What is wrong with something that came in: where, and what would be right.

use crate::domain::limits;

/// A fault in one field of a JSON document.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, serde::Serialize)]
#[error("{}{detail}", self.place())]
pub struct FieldError {
    /// JSON pointer (RFC 6901) to the field; empty for the whole document.
    pub pointer: String,
    /// The field, the value, what would be right.
    pub detail: String,
}

impl FieldError {
    /// A fault at `pointer`. Both texts are cut: a field may have a name of a megabyte, and
    /// faults are kept by the thousand.
    pub fn new(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Self {
            pointer: cut(pointer.into(), limits::POINTER),
            detail: cut(detail.into(), limits::DETAIL),
        }
    }

    /// The same fault, seen from the document that holds this one at `prefix`.
    #[must_use]
    pub fn under(mut self, prefix: &str) -> Self {
        self.pointer.insert_str(0, prefix);
        self
    }

    fn place(&self) -> String {
        if self.pointer.is_empty() {
            String::new()
        } else {
            format!("{}: ", self.pointer)
        }
    }
}

/// At most so many characters, with a sign where something is missing.
fn cut(text: String, most: usize) -> String {
    // A character has at least one byte: most texts need not be counted.
    if text.len() <= most {
        return text;
    }
    match text.char_indices().nth(most) {
        // A text of its own: a shortened one would keep its room.
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_was_wrong_a_fault_is_short() {
        let long = "è".repeat(1_000_000);
        let fault = FieldError::new(format!("/{long}"), format!("`{long}` is wrong")).under("/17");
        assert!(fault.pointer.len() < 500 && fault.pointer.capacity() < 1_000);
        assert!(fault.detail.len() < 1_100 && fault.detail.capacity() < 3_000);
        assert!(fault.pointer.starts_with("/17/è") && fault.pointer.ends_with('…'));
        let short = FieldError::new("/a", "b");
        assert_eq!((&*short.pointer, &*short.detail), ("/a", "b"));
    }
}
