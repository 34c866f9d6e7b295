//! Texts that operators send to themselves from the editor of a template. They are kept apart from
//! messages: no client, no attempt, no sum. A row moves once from `waiting` to `unknown`, before it is
//! handed over, and from there to what the provider said; so nothing can be sent a second time.
//!
//! Address and text are blanked with the first move. Who sends is `dispatch::test_sends`.
//!
//! Somebody sits and waits for each: all times here are those outside (`Clock::wall`), also where ours runs
//! faster.

use chrono::TimeDelta;

use crate::domain::limits::{TEST_SEND_KEPT, TEST_SEND_WAITS, TEST_SENDS};
use crate::domain::test_send::TestSendState;
use crate::domain::{Channel, TestSendId, Timestamp};
use crate::store::cluster::switches::DISPATCH;
use crate::store::database::rows::row;
use crate::store::database::sql::{affected, execute, one, optional, value};
use crate::store::{StoreError, handle};

handle! {
    /// Texts that operators send to themselves.
    test_sends -> TestSends
}

/// A text that somebody wants to see as a client would.
pub struct NewTestSend<'a> {
    pub id: TestSendId,
    /// Who asks for it, as the audit names them.
    pub person: &'a str,
    /// Name of the template.
    pub template: &'a str,
    pub locale: &'a str,
    pub channel: Channel,
    pub address: &'a str,
    /// As rendered; empty for an SMS.
    pub subject: &'a str,
    /// The SMS, or the mail as plain text.
    pub text: &'a str,
    /// Empty for an SMS.
    pub html: &'a str,
}

/// Whether a test was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TestAsked {
    Taken,
    /// There is one of this id, as of a form that was sent twice.
    Known,
    /// This person has had as many as an hour allows.
    TooMany,
    /// The address must not be used.
    Barred,
}

row! {
    /// The next test of a channel.
    pub struct WaitingTestSend {
        pub id: TestSendId,
        pub template: String,
        pub channel: Channel,
        pub address: String,
        pub subject: String,
        pub text: String,
        pub html: String,
        pub created_at: Timestamp,
        /// All sending is stopped.
        pub paused: bool,
    }
}

row! {
    /// What became of a test.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct TestSendOutcome {
        pub locale: String,
        pub channel: Channel,
        pub state: TestSendState,
        pub provider: Option<String>,
        /// What the provider said.
        pub detail: Option<String>,
        pub created_at: Timestamp,
        /// Not set: it waits, or no answer came.
        pub finished_at: Option<Timestamp>,
    }
}

row! {
    /// What decides whether a test is taken.
    struct BeforeTestSend {
        known: bool,
        recent: i64,
        barred: bool,
    }
}

macro_rules! blanked {
    () => {
        "address = '', subject = '', text = '', html = ''"
    };
}

impl TestSends<'_> {
    /// Takes a test, if this person may have one more and the address may be used.
    pub async fn ask(
        &mut self,
        new: &NewTestSend<'_>,
        now: Timestamp,
    ) -> Result<TestAsked, StoreError> {
        // One after the other for each person, so that nobody is counted past.
        execute!(self.0, "lock a console user who sends a test",
            "SELECT id FROM console_user WHERE email = $1", words::for_update!();
            new.person
        )?;
        let hour_ago = now - TimeDelta::hours(1);
        let before: BeforeTestSend = one!(self.0, "look whether a test may be sent",
            "SELECT EXISTS (SELECT 1 FROM test_send WHERE id = $1) AS known,
             (SELECT CAST(count(*) AS BIGINT) FROM test_send WHERE person = $2
             AND created_at > $3) AS recent,
             EXISTS (SELECT 1 FROM suppression WHERE channel = $4 AND address = $5) AS barred";
            new.id, new.person, hour_ago, new.channel, new.address
        )?;
        Ok(match before {
            BeforeTestSend { known: true, .. } => TestAsked::Known,
            BeforeTestSend { barred: true, .. } => TestAsked::Barred,
            BeforeTestSend { recent, .. } if recent >= TEST_SENDS => TestAsked::TooMany,
            _ if self.insert(new, now).await? => TestAsked::Taken,
            _ => TestAsked::Known,
        })
    }

    /// Takes a mail to one of the staff that Araldo itself writes. False: the address is barred, or there
    /// is one of this id.
    pub(in crate::store) async fn post(
        &mut self,
        new: &NewTestSend<'_>,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let is_barred: bool = value!(self.0, "look whether one of the staff may be written to",
            "SELECT EXISTS (SELECT 1 FROM suppression WHERE channel = $1 AND address = $2)";
            new.channel, new.address
        )?;
        Ok(!is_barred && self.insert(new, now).await?)
    }

    async fn insert(&mut self, new: &NewTestSend<'_>, now: Timestamp) -> Result<bool, StoreError> {
        let rows = affected!(self.0, "keep a test until it is sent",
            "INSERT INTO test_send (id, person, template, locale, channel, address, subject, text,
             html, state, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
             ON CONFLICT (id) DO NOTHING";
            new.id, new.person, new.template, new.locale, new.channel, new.address, new.subject,
            new.text, new.html, TestSendState::Waiting, now
        )?;
        Ok(rows == 1)
    }

    /// The oldest that waits on a channel.
    pub async fn next(&mut self, channel: Channel) -> Result<Option<WaitingTestSend>, StoreError> {
        optional!(self.0, "look for a test to be sent",
            "SELECT id, template, channel, address, subject, text, html, created_at,
             EXISTS (SELECT 1 FROM switch WHERE name = $2 AND CAST(thrown AS BOOLEAN)) AS paused
             FROM test_send WHERE state = 'waiting' AND channel = $1 ORDER BY id LIMIT 1";
            channel, DISPATCH
        )
    }

    /// Marks one as handed over, before it is: what comes to nothing here stays unknown. False:
    /// another node has it, or it is gone.
    pub async fn begin(
        &mut self,
        id: TestSendId,
        provider: Option<&str>,
    ) -> Result<bool, StoreError> {
        let rows = affected!(self.0, "begin to send a test",
            "UPDATE test_send SET state = 'unknown', provider = $2, ", blanked!(),
            " WHERE id = $1 AND state = 'waiting'";
            id, provider
        )?;
        Ok(rows == 1)
    }

    /// Notes what the provider said.
    pub async fn finish(
        &mut self,
        id: TestSendId,
        state: TestSendState,
        detail: Option<&str>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        execute!(self.0, "note what became of a test",
            "UPDATE test_send SET state = $2, detail = $3, finished_at = $4
             WHERE id = $1 AND state = 'unknown' AND finished_at IS NULL";
            id, state, detail, now
        )
    }

    /// Gives up those that have waited for too long.
    pub async fn expire(&mut self, now: Timestamp) -> Result<(), StoreError> {
        execute!(self.0, "give up tests that waited for too long",
            "UPDATE test_send SET state = 'expired', finished_at = $2, ", blanked!(),
            " WHERE state = 'waiting' AND created_at <= $1";
            now - TEST_SEND_WAITS, now
        )
    }

    /// The last one that a person asked for of a template.
    pub async fn latest(
        &mut self,
        person: &str,
        template: &str,
    ) -> Result<Option<TestSendOutcome>, StoreError> {
        optional!(self.0, "read what became of a test",
            "SELECT locale, channel, state, provider, detail, created_at, finished_at
             FROM test_send WHERE person = $1 AND template = $2
             ORDER BY created_at DESC, id DESC LIMIT 1";
            person, template
        )
    }

    /// Gives up what nobody sends, deletes what is old, and says how many that were.
    pub(in crate::store) async fn sweep(&mut self, now: Timestamp) -> Result<u64, StoreError> {
        self.expire(now).await?;
        affected!(self.0, "delete old tests",
            "DELETE FROM test_send WHERE created_at < $1";
            now - TEST_SEND_KEPT
        )
    }
}
