//! What is said back at once, by itself: that a STOP or START was heard and what remains, where to turn,
//! and that nobody is there now. It is a message like any other, asked for by an event, by the channel that
//! wrote. To a word that changes nothing there is one answer a day, so that two machines never write to
//! each other for long.

use std::sync::Arc;

use chrono_tz::Tz;
use serde_json::{Value, json};

use crate::domain::event::{ANSWERS, MESSAGE_REQUESTED};
use crate::domain::language::Language;
use crate::domain::{Channel, Class, ClientId, Timestamp};
use crate::store::{StoreError, Tx};
use crate::track::words::topic_said;

/// Says of a topic whether it has notices for somebody's safety, by the rules in force.
#[derive(Clone)]
pub struct SafetyTopics(Arc<dyn Fn(&str) -> bool + Send + Sync>);

impl SafetyTopics {
    #[must_use]
    pub fn new(is_safety: impl Fn(&str) -> bool + Send + Sync + 'static) -> Self {
        Self(Arc::new(is_safety))
    }

    fn has(&self, topic: &str) -> bool {
        (self.0)(topic)
    }
}

impl Default for SafetyTopics {
    fn default() -> Self {
        Self::new(|_| false)
    }
}

/// An answer, and what it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AutomaticAnswer {
    /// Name of its template.
    template: &'static str,
    /// The group of its variables, where it has any.
    group: &'static str,
    /// The topic that was stopped or began again; none: everything.
    topic: Option<String>,
    /// When people are there, where nobody is now.
    hours: Option<String>,
    /// At most one of these goes to a client in a day.
    once_a_day: bool,
}

/// Whom it is said to, and after what.
#[derive(Clone, Copy)]
pub struct SaidTo<'a> {
    /// Who brought what the client wrote; stands in the event's source.
    pub provider: &'a str,
    /// What the client's words are called there: the same each time that they are brought.
    pub id: &'a str,
    /// `message:ID` or `contact:ID`: where the planner finds the address that wrote.
    pub subject: &'a str,
    pub client: ClientId,
    pub reference: &'a str,
    pub locale: &'a str,
    pub channel: Channel,
    /// Whose days are counted.
    pub zone: Tz,
    pub now: Timestamp,
}

impl AutomaticAnswer {
    /// Nothing more is written: of this topic, or at all.
    #[must_use]
    pub fn stopped(topic: Option<&str>) -> Self {
        Self::decided("reply-stop", "stop", topic)
    }

    #[must_use]
    pub fn resumed(topic: Option<&str>) -> Self {
        Self::decided("reply-start", "start", topic)
    }

    #[must_use]
    pub const fn info() -> Self {
        Self {
            template: "reply-info",
            group: "info",
            topic: None,
            hours: None,
            once_a_day: true,
        }
    }

    /// Nobody is there now; `hours`: when somebody is.
    #[must_use]
    pub fn away(hours: &str) -> Self {
        Self {
            template: "reply-away",
            group: "away",
            topic: None,
            hours: Some(hours.to_owned()),
            once_a_day: true,
        }
    }

    fn decided(template: &'static str, group: &'static str, topic: Option<&str>) -> Self {
        Self {
            template,
            group,
            topic: topic.map(str::to_owned),
            hours: None,
            once_a_day: false,
        }
    }

    /// Whether there is a text for it: an organisation's own texts may lack it.
    pub async fn may_be_given(&self, tx: &mut Tx) -> Result<bool, StoreError> {
        let found = tx.templates().lookup_published(self.template).await?;
        if found.is_none() {
            tracing::warn!(
                template.name = self.template,
                "a client's text is not answered: no such template is published"
            );
        }
        Ok(found.is_some())
    }

    /// The event that asks for it.
    #[must_use]
    pub fn event(&self, to: &SaidTo<'_>, safety: &SafetyTopics) -> Value {
        let id = match self.once_a_day {
            true => {
                let day = to.now.day_in(to.zone);
                format!("{}:{}:{day}", self.template, to.client)
            }
            false => format!("{}:answer", to.id),
        };
        json!({
            "specversion": "1.0",
            "id": id,
            "source": format!("{ANSWERS}{}", to.provider),
            "type": MESSAGE_REQUESTED,
            "subject": to.subject,
            "data": {
                "client": to.reference,
                "template": self.template,
                "variables": self.variables(to, safety),
                "channels": [to.channel],
                "class": Class::Service,
            },
        })
    }

    /// What the text says of the topic, or of the hours.
    fn variables(&self, to: &SaidTo<'_>, safety: &SafetyTopics) -> Value {
        if let Some(hours) = &self.hours {
            return json!({ (self.group): { "hours": hours } });
        }
        let Some(topic) = &self.topic else {
            return json!({});
        };
        let language = Language::for_reader(to.locale);
        let mut own = json!({ "topic": topic_said(topic, language) });
        // A STOP does not keep back what is for somebody's safety, and must not say that it does.
        if safety.has(topic) {
            own["safety"] = json!(true);
        }
        json!({ (self.group): own })
    }
}
