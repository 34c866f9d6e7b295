//! A hash of a JSON document that does not depend on the order of its fields or on white space.

use sha2::{Digest as _, Sha256};

use crate::domain::tree::Tree;

/// How much is gathered before it is hashed: the hash works in blocks, and being handed a few
/// bytes at a time costs it more than the hashing.
const PORTION: usize = 1_024;

/// SHA-256 in hexadecimal.
pub(super) fn of(tree: &Tree<'_>) -> String {
    let mut feed = Feed {
        hash: Sha256::new(),
        portion: Vec::with_capacity(PORTION),
    };
    feed.tree(tree);
    feed.hash.update(&feed.portion);
    let mut text = String::with_capacity(64);
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
