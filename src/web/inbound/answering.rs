//! What is said back at once, by itself: that a STOP or START was heard and what remains, and where to
//! turn. It is a message like any other, asked for by an event. To a word that changes nothing there is
//! one answer a day, so that two machines never write to each other for long.

use serde_json::{Value, json};

use super::sender::SmsSender;
use super::{InboundSms, source, subject};
use crate::domain::Class;
use crate::domain::event::MESSAGE_REQUESTED;
use crate::domain::language::Language;
use crate::store::{StoreError, Tx};
use crate::track::words::topic_said;

/// An answer, and what it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct AutomaticAnswer {
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

impl AutomaticAnswer {
    /// Nothing more is written: of this topic, or at all.
    pub(super) fn stopped(topic: Option<&str>) -> Self {
        Self::decided("reply-stop", "stop", topic)
    }

    pub(super) fn resumed(topic: Option<&str>) -> Self {
        Self::decided("reply-start", "start", topic)
    }

    pub(super) const fn info() -> Self {
        Self {
            template: "reply-info",
            group: "info",
            topic: None,
            hours: None,
            once_a_day: true,
        }
    }

    /// Nobody is there now; `hours`: when somebody is.
    pub(super) fn away(hours: &str) -> Self {
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
    pub(super) async fn may_be_given(&self, tx: &mut Tx) -> Result<bool, StoreError> {
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
    pub(super) fn event(&self, sms: &InboundSms<'_>, sender: &SmsSender<'_>) -> Value {
        let (web, told) = (sender.web, sender.told);
        let id = match self.once_a_day {
            true => {
                let day = sender.now.day_in(web.console.zone());
                format!("{}:{}:{day}", self.template, told.client)
            }
            false => format!("{}:answer", sms.id),
        };
        json!({
            "specversion": "1.0",
            "id": id,
            "source": source(sms.provider),
            "type": MESSAGE_REQUESTED,
            "subject": subject(told),
            "data": {
                "client": told.reference,
                "template": self.template,
                "variables": self.variables(sender),
                "channels": ["sms"],
                "class": Class::Service,
            },
        })
    }

    /// What the text says of the topic, or of the hours.
    fn variables(&self, sender: &SmsSender<'_>) -> Value {
        if let Some(hours) = &self.hours {
            return json!({ (self.group): { "hours": hours } });
        }
        let Some(topic) = &self.topic else {
            return json!({});
        };
        let language = Language::for_reader(&sender.told.locale);
        let mut own = json!({ "topic": topic_said(topic, language) });
        // A STOP does not keep back what is for somebody's safety, and must not say that it does.
        let rules = sender.web.rules.load();
        let is_safety = |topic: &str| {
            let mut of_topic = rules.rules().filter(|rule| rule.topic == topic);
            of_topic.any(|rule| rule.class == Class::Safety)
        };
        if is_safety(topic) {
            own["safety"] = json!(true);
        }
        json!({ (self.group): own })
    }
}
