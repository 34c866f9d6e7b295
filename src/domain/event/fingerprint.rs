//! A hash of what an event says: source, id, type, subject, the point in time, and the data as
//! it is kept, whatever the order of fields.
//!
//! What a broker adds or chooses on the way does not count: the mode of the HTTP binding,
//! `traceparent`, the offset a time is written with. The first versions hashed the document as it
//! was sent; their hashes have no prefix, and `store::planning::events` compares such events by what they say.

use sha2::{Digest as _, Sha256};

use super::ContextAttributes;
use crate::domain::clock::Timestamp;
use crate::text::tree::Tree;

/// How much is gathered before it is hashed: the hash works in blocks, and being handed a few
/// bytes at a time costs it more than the hashing.
const PORTION: usize = 1_024;

/// What is hashed, and how: a hash begins with it. Another number when either changes.
pub(super) const VERSION: &str = "2:";

/// SHA-256 in hexadecimal, after [`VERSION`].
pub(super) fn of(event: &ContextAttributes<'_>, data: &Tree<'_>) -> String {
    let mut feed = Feed {
        hash: Sha256::new(),
        portion: Vec::with_capacity(PORTION),
    };
    feed.text(b's', event.source);
    feed.text(b'i', event.id);
    feed.text(b't', event.kind);
    feed.text(b'a', event.subject.unwrap_or_default());
    feed.time(event.at.said.map(Timestamp::as_micros));
    feed.tree(data);
    feed.hash.update(&feed.portion);
    let mut text = String::with_capacity(VERSION.len() + 64);
    text.push_str(VERSION);
    for byte in feed.hash.finalize() {
        for nibble in [byte >> 4, byte & 15] {
            text.push(char::from(b"0123456789abcdef"[usize::from(nibble)]));
        }
    }
    text
}

struct Feed {
    hash: Sha256,
    portion: Vec<u8>,
}

impl Feed {
    /// Every part is preceded by its kind and length, so that no two values run together.
    fn tree(&mut self, tree: &Tree<'_>) {
        match tree {
            Tree::Object(object) => {
                self.begin(b'{', object.fields().len());
                for (name, value) in object.fields() {
                    self.text(b'k', name);
                    self.tree(value);
                }
            }
            Tree::List(items) => {
                self.begin(b'[', items.len());
                for item in items {
                    self.tree(item);
                }
            }
            Tree::Text(text) => self.text(b'"', text),
            Tree::Null => self.text(b'=', "null"),
            Tree::Flag(flag) => self.text(b'=', if *flag { "true" } else { "false" }),
            Tree::Number(number) => self.text(b'=', &number.to_string()),
        }
    }

    fn time(&mut self, micros: Option<i64>) {
        self.begin(b'@', usize::from(micros.is_some()));
        self.add(&micros.unwrap_or_default().to_be_bytes());
    }

    fn begin(&mut self, kind: u8, length: usize) {
        let mut head = [kind; 9];
        head[1..].copy_from_slice(&length.to_be_bytes());
        self.add(&head);
    }

    fn text(&mut self, kind: u8, text: &str) {
        self.begin(kind, text.len());
        self.add(text.as_bytes());
    }

    fn add(&mut self, bytes: &[u8]) {
        if self.portion.len() + bytes.len() > PORTION {
            self.hash.update(&self.portion);
            self.portion.clear();
        }
        if bytes.len() > PORTION {
            self.hash.update(bytes);
        } else {
            self.portion.extend_from_slice(bytes);
        }
    }
}
