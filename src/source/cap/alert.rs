//! One alert as it is written (CAP 1.2 §3.2): its words are kept as they are, and nothing is
//! believed yet. What is absent is an empty text. `record` makes a record of it.

use roxmltree::Node;

use super::xml::{children, text, text_of};
use crate::domain::Timestamp;
use crate::domain::limits::{CAP_AREAS, CAP_INFOS, CAP_REFERENCES};

#[derive(Debug, Clone, Default, PartialEq)]
pub struct CapAlert {
    pub(super) identifier: String,
    pub(super) sender: String,
    pub(super) sent: String,
    pub(super) status: String,
    pub(super) msg_type: String,
    pub(super) scope: String,
    /// Why it was cancelled, and the like.
    pub(super) note: String,
    /// The alerts that it follows.
    pub(super) references: Vec<CapReference>,
    pub(super) infos: Vec<CapInfo>,
}

/// How one alert names another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct CapReference {
    pub(super) sender: String,
    pub(super) identifier: String,
    /// Empty where only the identifier is said.
    pub(super) sent: String,
}

/// One language, or one of several hazards, of an alert.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct CapInfo {
    pub(super) language: String,
    pub(super) categories: Vec<String>,
    pub(super) event: String,
    pub(super) responses: Vec<String>,
    pub(super) urgency: String,
    pub(super) severity: String,
    pub(super) certainty: String,
    pub(super) effective: String,
    pub(super) onset: String,
    pub(super) expires: String,
    pub(super) sender_name: String,
    pub(super) headline: String,
    pub(super) description: String,
    pub(super) instruction: String,
    pub(super) web: String,
    pub(super) contact: String,
    pub(super) areas: Vec<CapArea>,
}

/// A part of what an alert covers.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct CapArea {
    pub(super) description: String,
    /// Each `lat,lon lat,lon ..`.
    pub(super) polygons: Vec<String>,
    /// Each `lat,lon radius`.
    pub(super) circles: Vec<String>,
    pub(super) geocodes: Vec<(String, String)>,
}

/// What an alert does to those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CapStep {
    /// It says something new, or more.
    News,
    /// What was said does not hold.
    Cancel,
    /// It speaks to other programs: received, not understood.
    Receipt,
}

impl CapAlert {
    /// Reads the element `alert`. A fault says what there is too much of.
    pub(super) fn read(root: Node<'_, '_>) -> Result<Self, String> {
        let infos: Vec<_> = children(root, "info").take(CAP_INFOS + 1).collect();
        if infos.len() > CAP_INFOS {
            return Err(format!("it has more than {CAP_INFOS} elements `info`"));
        }
        let mut alert = Self {
            identifier: text(root, "identifier"),
            sender: text(root, "sender"),
            sent: text(root, "sent"),
            status: text(root, "status"),
            msg_type: text(root, "msgType"),
            scope: text(root, "scope"),
            note: text(root, "note"),
            references: Vec::new(),
            infos: infos.into_iter().map(CapInfo::read).collect(),
        };
        let areas: usize = alert.infos.iter().map(|info| info.areas.len()).sum();
        if areas > CAP_AREAS {
            return Err(format!("it has more than {CAP_AREAS} elements `area`"));
        }
        let named = text(root, "references");
        let named = named.split_whitespace();
        let named = named.map(|name| CapReference::read(name, &alert.sender));
        let named: Vec<_> = named.take(CAP_REFERENCES + 1).collect();
        if named.len() > CAP_REFERENCES {
            return Err(format!(
                "it names more than {CAP_REFERENCES} earlier alerts"
            ));
        }
        alert.references = named;
        Ok(alert)
    }

    pub(super) fn step(&self) -> CapStep {
        match self.msg_type.to_ascii_lowercase().as_str() {
            "cancel" => CapStep::Cancel,
            "ack" | "error" => CapStep::Receipt,
            _ => CapStep::News,
        }
    }

    /// Whether it is meant for everybody, and no test or exercise.
    pub(super) fn is_public(&self) -> bool {
        self.status.eq_ignore_ascii_case("Actual") && self.scope.eq_ignore_ascii_case("Public")
    }

    /// How others name it.
    pub(super) fn name(&self) -> CapReference {
        CapReference {
            sender: self.sender.clone(),
            identifier: self.identifier.clone(),
            sent: self.sent.clone(),
        }
    }

    /// When it was sent, if that is a time.
    pub(super) fn sent_at(&self) -> Option<Timestamp> {
        Timestamp::parse(&self.sent).ok()
    }
}

impl CapReference {
    /// Reads `sender,identifier,sent`. Some write the identifier alone.
    fn read(name: &str, sender: &str) -> Self {
        let (sender, identifier, sent) = match name.split_once(',') {
            None => (sender, name, ""),
            Some((first, rest)) => match rest.rsplit_once(',') {
                None => (first, rest, ""),
                Some((identifier, sent)) => (first, identifier, sent),
            },
        };
        Self {
            sender: sender.to_owned(),
            identifier: identifier.to_owned(),
            sent: sent.to_owned(),
        }
    }

    /// One text for all ways to write the same time.
    pub(super) fn key(&self) -> String {
        let sent = Timestamp::parse(&self.sent);
        let sent = sent.map_or_else(|_| self.sent.clone(), |at| at.to_string());
        format!("{}{sent}", self.stem())
    }

    /// What the keys of all alerts with this identifier begin with.
    pub(super) fn stem(&self) -> String {
        format!("{},{},", self.sender, self.identifier)
    }

    /// The reference of the incident that begins with it; nothing where it has no name.
    pub(super) fn incident(&self) -> Option<String> {
        let (sender, identifier) = (&self.sender, &self.identifier);
        (!identifier.is_empty() && !sender.is_empty()).then(|| format!("{sender}:{identifier}"))
    }
}

impl CapInfo {
    fn read(info: Node<'_, '_>) -> Self {
        let texts = |name| children(info, name).map(text_of).collect();
        Self {
            language: text(info, "language"),
            categories: texts("category"),
            event: text(info, "event"),
            responses: texts("responseType"),
            urgency: text(info, "urgency"),
            severity: text(info, "severity"),
            certainty: text(info, "certainty"),
            effective: text(info, "effective"),
            onset: text(info, "onset"),
            expires: text(info, "expires"),
            sender_name: text(info, "senderName"),
            headline: text(info, "headline"),
            description: text(info, "description"),
            instruction: text(info, "instruction"),
            web: text(info, "web"),
            contact: text(info, "contact"),
            areas: children(info, "area").map(CapArea::read).collect(),
        }
    }

    /// Whether it says that the danger is over.
    pub(super) fn is_all_clear(&self) -> bool {
        let mut responses = self.responses.iter();
        responses.any(|word| word.eq_ignore_ascii_case("AllClear"))
    }
}

impl CapArea {
    fn read(area: Node<'_, '_>) -> Self {
        let texts = |name| -> Vec<String> {
            let texts = children(area, name).map(text_of);
            texts.filter(|text| !text.is_empty()).collect()
        };
        let geocodes = children(area, "geocode");
        let geocodes = geocodes.map(|it| (text(it, "valueName"), text(it, "value")));
        Self {
            description: text(area, "areaDesc"),
            polygons: texts("polygon"),
            circles: texts("circle"),
            geocodes: geocodes.filter(|(_, value)| !value.is_empty()).collect(),
        }
    }

    /// Whether it says where it is by anything but words.
    pub(super) fn is_placed(&self) -> bool {
        !(self.polygons.is_empty() && self.circles.is_empty() && self.geocodes.is_empty())
    }
}
