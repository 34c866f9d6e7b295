//! What a client decided on the status page: topics, channel, quiet hours, language, reading,
//! and whether to be told anything at all. Each decision leaves a line in the audit.
//!
//! Nothing here asks whether the decision may be made; eligibility and the pre-send check read
//! it again right before each message leaves.

use std::collections::BTreeMap;

use crate::domain::client::TrackingConsent;
use crate::domain::quiet_hours::QuietHours;
use crate::domain::{Address, Channel, ClientId, Ids, MessageId, Timestamp};
use crate::store::access::audit::AuditEntry;
use crate::store::database::rows::{parsed, row};
use crate::store::database::sql::{all, execute, optional, value, values};
use crate::store::{StoreError, Tx};

/// A client's decisions within a transaction.
pub struct Preferences<'a>(&'a mut Tx);

impl Tx {
    pub fn preferences(&mut self) -> Preferences<'_> {
        Preferences(self)
    }
}

row! {
    /// What a client decided so far.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Choices {
        /// Language of the texts.
        pub locale: String,
        /// Where the client's clock hangs.
        pub time_zone: chrono_tz::Tz = parsed,
        /// The channel the client prefers.
        pub preferred: Option<Channel>,
        /// The channels the client can be reached by.
        pub reachable: Vec<Channel> as default,
        /// The client's own quiet hours.
        pub quiet_hours: Option<QuietHours> = QuietHours::of_minutes as (quiet_from, quiet_to),
        /// Whether reading may be measured by name.
        pub reading: TrackingConsent as tracking_consent,
        /// Topics there are, with the client's decision where one was made.
        pub topics: BTreeMap<String, Option<bool>> as default,
        /// Whether the address of this message is barred by the client, alone or with all others.
        pub stopped: bool as default,
        /// Whether the client stopped everything, by whatever address.
        pub stopped_all: bool as default,
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// To hear of this topic, or not.
    Topic {
        topic: String,
        /// Whether the client wants it.
        wanted: bool,
    },
    /// Which channel to use where a rule leaves the choice.
    Preferred(Option<Channel>),
    /// When not to be disturbed; `None` goes back to the usual hours.
    QuietHours(Option<QuietHours>),
    /// Which language to write in.
    Locale(String),
    /// Whether reading may be measured by name.
    Reading(bool),
}

impl Preferences<'_> {
    /// What the reader of this message decided so far; `None` when the client is gone.
    pub async fn of(
        &mut self,
        client: ClientId,
        message: MessageId,
    ) -> Result<Option<Choices>, StoreError> {
        let found: Option<Choices> = optional!(self.0.conn, "look up a client's choices",
            "SELECT locale, time_zone, preferred, quiet_from, quiet_to, tracking_consent
             FROM client WHERE id = $1";
            client
        )?;
        let Some(mut choices) = found else {
            return Ok(None);
        };
        choices.reachable = self.reachable(client).await?;
        choices.topics = self.topics(client).await?;
        choices.stopped_all = self.has_stopped_all(client).await?;
        choices.stopped = choices.stopped_all || self.is_stopped(message).await?;
        Ok(Some(choices))
    }

    pub async fn decide(
        &mut self,
        client: ClientId,
        decision: &Decision,
        now: Timestamp,
        ids: &dyn Ids,
    ) -> Result<(), StoreError> {
        match decision {
            Decision::Topic { topic, wanted } => {
                self.0.clients().set_topic(client, topic, *wanted).await?;
            }
            Decision::Preferred(channel) => {
                self.0
                    .clients()
                    .set_preferred(client, *channel, now)
                    .await?;
            }
            Decision::QuietHours(hours) => self.set_quiet_hours(client, *hours, now).await?,
            Decision::Locale(locale) => self.set_locale(client, locale, now).await?,
            Decision::Reading(allowed) => self.set_reading(client, *allowed, now).await?,
        }
        self.audit(client, &decision.described(), now, ids).await
    }

    /// STOP: the address of this message is barred until the client takes it back.
    pub async fn stop(
        &mut self,
        client: ClientId,
        message: MessageId,
        now: Timestamp,
        ids: &dyn Ids,
    ) -> Result<(), StoreError> {
        execute!(self.0.conn, "record a client's STOP",
            "INSERT INTO suppression (channel, address, reason, message_id, created_at)
             SELECT channel, address, 'stop', id, $2 FROM message
             WHERE id = $1 AND address <> ''
             ON CONFLICT (channel, address) DO NOTHING";
            message, now
        )?;
        self.audit(client, "stopped everything", now, ids).await
    }

    /// STOP for good: every address of the client is barred, and so is whoever acts for them.
    pub async fn stop_all(
        &mut self,
        client: ClientId,
        message: MessageId,
        now: Timestamp,
        ids: &dyn Ids,
    ) -> Result<(), StoreError> {
        execute!(self.0.conn, "record a client's STOP for every address",
            "INSERT INTO suppression (channel, address, reason, message_id, created_at)
             SELECT DISTINCT channel, address, 'stop', CAST($2 AS BIGINT), CAST($3 AS BIGINT)
             FROM contact_point WHERE client_id = $1
             ON CONFLICT (channel, address) DO NOTHING";
            client, message, now
        )?;
        execute!(self.0.conn, "record that a client stopped everything",
            "UPDATE client SET stopped_message = $2, updated_at = $3 WHERE id = $1";
            client, message, now
        )?;
        self.audit(client, "stopped everything, by every address", now, ids)
            .await
    }

    /// Takes a STOP back, with those that came by the same tap, and all that the client stopped at once.
    /// What barred an address for another reason stays.
    pub async fn resume(
        &mut self,
        client: ClientId,
        message: MessageId,
        now: Timestamp,
        ids: &dyn Ids,
    ) -> Result<(), StoreError> {
        execute!(self.0.conn, "take a client's STOP back",
            "DELETE FROM suppression WHERE reason = 'stop' AND ((channel, address) IN
             (SELECT channel, address FROM message WHERE id = $1) OR message_id IN
             (SELECT s.message_id FROM suppression s JOIN message m ON m.channel = s.channel
             AND m.address = s.address WHERE m.id = $1 AND s.reason = 'stop'))";
            message
        )?;
        match self.has_stopped_all(client).await? {
            true => self.begin_again(client, now, ids).await,
            false => self.audit(client, "took the stop back", now, ids).await,
        }
    }

    /// START from an address: each client who has it and stopped everything hears of all again, by every
    /// address that was barred with that. False: nobody who has it did.
    pub async fn begin_again_at(
        &mut self,
        address: &Address,
        now: Timestamp,
        ids: &dyn Ids,
    ) -> Result<bool, StoreError> {
        let stopped: Vec<ClientId> = values!(self.0.conn, "look up who of an address stopped everything",
            "SELECT c.id FROM contact_point o JOIN client c ON c.id = o.client_id
             WHERE o.channel = $1 AND o.address = $2 AND c.stopped_message IS NOT NULL
             ORDER BY c.id";
            address.channel(), address.as_str()
        )?;
        for client in &stopped {
            self.begin_again(*client, now, ids).await?;
        }
        Ok(!stopped.is_empty())
    }

    /// Lifts what was barred when the client stopped everything, and no more.
    async fn begin_again(
        &mut self,
        client: ClientId,
        now: Timestamp,
        ids: &dyn Ids,
    ) -> Result<(), StoreError> {
        execute!(self.0.conn, "lift what a client barred by stopping everything",
            "DELETE FROM suppression WHERE reason = 'stop' AND message_id =
             (SELECT stopped_message FROM client WHERE id = $1)";
            client
        )?;
        execute!(self.0.conn, "record that a client did not stop everything any more",
            "UPDATE client SET stopped_message = NULL, updated_at = $2 WHERE id = $1";
            client, now
        )?;
        self.audit(client, "took the stop back, by every address", now, ids)
            .await
    }

    /// Whether the client stopped everything, whoever acts for them and by whatever address.
    pub async fn has_stopped_all(&mut self, client: ClientId) -> Result<bool, StoreError> {
        value!(self.0.conn, "look up whether a client stopped everything",
            "SELECT EXISTS (SELECT 1 FROM client WHERE id = $1 AND stopped_message IS NOT NULL)";
            client
        )
    }

    async fn reachable(&mut self, client: ClientId) -> Result<Vec<Channel>, StoreError> {
        values!(self.0.conn, "look up a client's channels",
            "SELECT DISTINCT channel FROM contact_point WHERE client_id = $1 ORDER BY channel";
            client
        )
    }

    /// The topics that clients are written about, with this client's decisions.
    pub async fn topics(
        &mut self,
        client: ClientId,
    ) -> Result<BTreeMap<String, Option<bool>>, StoreError> {
        let offered: Vec<String> = values!(
            self.0.conn,
            "read the topics of templates",
            "SELECT DISTINCT topic FROM template t
             WHERE EXISTS (SELECT 1 FROM template_version v WHERE v.template_id = t.id)"
        )?;
        let chosen: Vec<(String, bool)> = all!(self.0.conn, "look up a client's topics",
            "SELECT topic, wanted FROM topic_choice WHERE client_id = $1";
            client
        )?;
        let mut topics: BTreeMap<_, _> = offered.into_iter().map(|topic| (topic, None)).collect();
        topics.extend(
            chosen
                .into_iter()
                .map(|(topic, wanted)| (topic, Some(wanted))),
        );
        Ok(topics)
    }

    async fn is_stopped(&mut self, message: MessageId) -> Result<bool, StoreError> {
        value!(self.0.conn, "look up a client's STOP",
            "SELECT EXISTS (SELECT 1 FROM suppression s JOIN message m
             ON m.channel = s.channel AND m.address = s.address
             WHERE m.id = $1 AND s.reason = 'stop')";
            message
        )
    }

    async fn set_quiet_hours(
        &mut self,
        client: ClientId,
        hours: Option<QuietHours>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        execute!(self.0.conn, "record a client's quiet hours",
            "UPDATE client SET quiet_from = $2, quiet_to = $3, updated_at = $4 WHERE id = $1";
            client, hours.map(|hours| i64::from(hours.from_minute)),
            hours.map(|hours| i64::from(hours.to_minute)), now
        )
    }

    async fn set_locale(
        &mut self,
        client: ClientId,
        locale: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        execute!(self.0.conn, "record a client's language",
            "UPDATE client SET locale = $2, updated_at = $3 WHERE id = $1";
            client, locale, now
        )
    }

    async fn set_reading(
        &mut self,
        client: ClientId,
        allowed: bool,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        // A no to one who had said yes is a withdrawal, and is kept as one.
        execute!(self.0.conn, "record a client's consent to be measured",
            "UPDATE client SET tracking_consent = CASE WHEN $2 THEN 'granted'
             WHEN tracking_consent IN ('granted', 'withdrawn') THEN 'withdrawn'
             ELSE 'denied' END, updated_at = $3 WHERE id = $1";
            client, allowed, now
        )
    }

    async fn audit(
        &mut self,
        client: ClientId,
        detail: &str,
        now: Timestamp,
        ids: &dyn Ids,
    ) -> Result<(), StoreError> {
        let subject = format!("client:{client}");
        let entry = AuditEntry::new("client", "preferences.changed", &subject).with(detail);
        self.0.audit().append(ids.next(), now, &entry).await
    }
}

impl Decision {
    fn described(&self) -> String {
        match self {
            Self::Topic {
                topic,
                wanted: true,
            } => format!("asked for topic {topic}"),
            Self::Topic {
                topic,
                wanted: false,
            } => format!("refused topic {topic}"),
            Self::Preferred(Some(channel)) => format!("prefers {channel}"),
            Self::Preferred(None) => "prefers no channel".to_owned(),
            Self::QuietHours(Some(_)) => "set quiet hours".to_owned(),
            Self::QuietHours(None) => "went back to the usual quiet hours".to_owned(),
            Self::Locale(locale) => format!("reads {locale}"),
            Self::Reading(true) => "lets reading be measured".to_owned(),
            Self::Reading(false) => "lets reading not be measured".to_owned(),
        }
    }
}
