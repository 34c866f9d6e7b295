//! What is wrong with something that came in: where, and what would be right.

/// A fault in one field of a JSON document.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, serde::Serialize)]
#[error("{}{detail}", self.place())]
pub struct Fault {
    /// JSON pointer (RFC 6901) to the field; empty for the whole document.
    pub pointer: String,
    /// The field, the value, what would be right.
    pub detail: String,
}

impl Fault {
    /// A fault at `pointer`.
    pub fn new(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Self {
            pointer: pointer.into(),
            detail: detail.into(),
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
