//! What came from an address: one alert, or an index that links to alerts.

use roxmltree::Node;

use super::alert::CapAlert;
use super::charset;
use super::index::CapIndex;
use super::xml::parsed;
use crate::domain::limits::CAP_BYTES;
use crate::text::sanitize;

/// What all versions of CAP that are read have as namespace, before the number.
const NAMESPACE: &str = "urn:oasis:names:tc:emergency:cap:1.";
/// Longest name of an element or a namespace in a fault, in characters.
const QUOTED_NAME: usize = 80;

/// A document that was read.
#[derive(Debug, Clone, PartialEq)]
pub enum CapDocument {
    /// One alert. It may say anything, or lack what it needs.
    Alert(Box<CapAlert>),
    /// An Atom or RSS index.
    Index(CapIndex),
}

/// A document, and what was strange about its bytes.
#[derive(Debug, Clone, PartialEq)]
pub struct CapReading {
    pub document: CapDocument,
    /// Something that an operator should know although it was read.
    pub doubt: Option<String>,
}

impl CapReading {
    /// Reads what an answer holds. A fault says for people why it is neither of the two.
    pub fn of(bytes: &[u8], content_type: Option<&str>) -> Result<Self, String> {
        if bytes.len() > CAP_BYTES {
            let limit = CAP_BYTES / (1024 * 1024);
            return Err(format!("it is larger than {limit} MiB, which no alert is"));
        }
        let read = charset::read(bytes, content_type);
        let document = parsed(&read.text)?;
        Ok(Self {
            document: CapDocument::of(document.root_element())?,
            doubt: read.doubt,
        })
    }
}

impl CapDocument {
    fn of(root: Node<'_, '_>) -> Result<Self, String> {
        match root.tag_name().name() {
            "alert" => {
                check_namespace(root)?;
                CapAlert::read(root).map(|alert| Self::Alert(Box::new(alert)))
            }
            "feed" | "rss" | "RDF" => Ok(Self::Index(CapIndex::read(root))),
            other => Err(format!(
                "its root is `{}`: it is no CAP alert and no Atom or RSS index",
                sanitize::excerpt(other, QUOTED_NAME)
            )),
        }
    }
}

/// An alert without any namespace is taken for what it calls itself.
fn check_namespace(root: Node<'_, '_>) -> Result<(), String> {
    match root.tag_name().namespace() {
        Some(space) if !space.starts_with(NAMESPACE) => Err(format!(
            "it is an alert of `{}`, and no CAP 1.1 or 1.2",
            sanitize::excerpt(space, QUOTED_NAME)
        )),
        _ => Ok(()),
    }
}
