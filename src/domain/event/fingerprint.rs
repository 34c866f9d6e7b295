//! A hash of a JSON value that does not depend on the order of its fields or on white space.

use serde_json::Value;
use sha2::{Digest as _, Sha256};

/// SHA-256 in hexadecimal.
pub(super) fn of(value: &Value) -> String {
    let mut hash = Sha256::new();
    feed(&mut hash, value);
    let mut text = String::with_capacity(64);
    for byte in hash.finalize() {
        for nibble in [byte >> 4, byte & 15] {
            text.push(char::from_digit(u32::from(nibble), 16).unwrap_or('0'));
        }
    }
    text
}

/// Every part is preceded by its kind and length, so that no two values run together.
fn feed(hash: &mut Sha256, value: &Value) {
    match value {
        Value::Object(map) => {
            let mut fields: Vec<_> = map.iter().collect();
            fields.sort_unstable_by_key(|(name, _)| *name);
            begin(hash, b'{', fields.len());
            for (name, value) in fields {
                text(hash, b'k', name);
                feed(hash, value);
            }
        }
        Value::Array(items) => {
            begin(hash, b'[', items.len());
            for item in items {
                feed(hash, item);
            }
        }
        Value::String(string) => text(hash, b'"', string),
        other => text(hash, b'=', &other.to_string()),
    }
}

fn begin(hash: &mut Sha256, kind: u8, length: usize) {
    hash.update([kind]);
    hash.update(length.to_be_bytes());
}

fn text(hash: &mut Sha256, kind: u8, text: &str) {
    begin(hash, kind, text.len());
    hash.update(text);
}
