//! Mails to the staff about what clients wrote, which can be answered: who is to get one, and which
//! conversation an answer belongs to. The text waits in `test_send` until it is sent and stands nowhere
//! else. What the mails say is `upkeep`'s, what becomes of an answer `track`'s.

use chrono::TimeDelta;

use crate::domain::Timestamp;
use crate::domain::limits::{STAFF_MAIL_EVERY, STAFF_MAIL_LOOKS_BACK, STAFF_MAILS_AN_HOUR};
use crate::store::database::rows::row;
use crate::store::database::sql::{affected, all, execute, optional, value};
use crate::store::templates::test_sends::{NewTestSend, TestSends};
use crate::store::{StoreError, handle};

handle! {
    /// Mails to the staff that can be answered.
    staff_mails -> StaffMails
}

row! {
    /// A conversation about which somebody is to be written to.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct MailedConversation {
        pub id: i64,
        /// E-mail of the person who is to answer and may; nothing: nobody in particular.
        pub person: Option<String>,
        /// Of the person's pages, where they chose one.
        pub language: Option<String>,
    }
}

row! {
    /// A mail that was sent to the staff.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct SentStaffMail {
        pub id: i64,
        pub conversation: i64 as conversation_id,
        /// Who may answer it; nothing: whoever may answer clients.
        pub person: Option<String>,
        pub at: Timestamp,
    }
}

row! {
    /// One of the staff who may answer clients.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct MailAnswerer {
        pub email: String,
        pub language: Option<String>,
    }
}

impl StaffMails<'_> {
    /// Conversations with lines that nobody was mailed about, who waits longest first. `for_nobody`: also
    /// those that nobody in particular is to answer. `wall`: the time outside, by which mails are apart.
    pub async fn due(
        &mut self,
        (now, wall): (Timestamp, Timestamp),
        for_nobody: bool,
        limit: i64,
    ) -> Result<Vec<MailedConversation>, StoreError> {
        all!(self.0, "look for what clients wrote and nobody was mailed about",
            "SELECT v.id, u.email AS person, u.language FROM conversation v
             LEFT JOIN console_user u ON u.email = v.assigned AND u.disabled_at IS NULL
             AND u.role IN ('operator', 'manager', 'approver', 'admin')
             WHERE v.waiting_since IS NOT NULL AND (v.mailed_at IS NULL OR v.mailed_at <= $1)
             AND EXISTS (SELECT 1 FROM conversation_line l WHERE l.conversation_id = v.id
             AND l.way = 'in' AND l.answered_at IS NULL AND l.mailed_at IS NULL AND l.at > $2)
             AND (CAST($4 AS BOOLEAN) OR u.email IS NOT NULL)
             ORDER BY v.waiting_since, v.id LIMIT $3";
            wall - STAFF_MAIL_EVERY, now - STAFF_MAIL_LOOKS_BACK, limit, for_nobody
        )
    }

    /// Takes a conversation to mail about it; all its lines count as mailed. False: another node was first.
    pub async fn take(
        &mut self,
        conversation: i64,
        (now, wall): (Timestamp, Timestamp),
    ) -> Result<bool, StoreError> {
        let taken = affected!(self.0, "take a conversation to mail about it",
            "UPDATE conversation SET mailed_at = $2 WHERE id = $1
             AND (mailed_at IS NULL OR mailed_at <= $3)";
            conversation, wall, wall - STAFF_MAIL_EVERY
        )?;
        if taken != 1 {
            return Ok(false);
        }
        execute!(self.0, "record which lines were mailed to the staff",
            "UPDATE conversation_line SET mailed_at = $2
             WHERE conversation_id = $1 AND way = 'in' AND mailed_at IS NULL";
            conversation, now
        )?;
        Ok(true)
    }

    /// Whether this person, or whoever reads for nobody in particular, has had as many as an hour allows.
    pub async fn are_enough(
        &mut self,
        person: Option<&str>,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let recent: i64 = value!(self.0, "count the mails to one of the staff",
            "SELECT CAST(count(*) AS BIGINT) FROM staff_mail
             WHERE coalesce(person, '') = coalesce($1, '') AND at > $2";
            person, now - TimeDelta::hours(1)
        )?;
        Ok(recent >= STAFF_MAILS_AN_HOUR)
    }

    /// Keeps a mail about a conversation until it is sent, with who may answer it. `wall`: the time outside, by
    /// which it waits. False: its address is barred.
    pub async fn post(
        &mut self,
        (conversation, person): (i64, Option<&str>),
        mail: &NewTestSend<'_>,
        now: Timestamp,
        wall: Timestamp,
    ) -> Result<bool, StoreError> {
        if !TestSends(self.0).post(mail, wall).await? {
            return Ok(false);
        }
        execute!(self.0, "keep to whom a mail to the staff went",
            "INSERT INTO staff_mail (id, conversation_id, person, at) VALUES ($1, $2, $3, $4)";
            mail.id, conversation, person, now
        )?;
        Ok(true)
    }

    /// What nobody took in time was never sent: its lines are to be mailed once more.
    pub async fn forget_unsent(&mut self) -> Result<(), StoreError> {
        execute!(
            self.0,
            "note lines whose mail to the staff was never sent",
            "UPDATE conversation_line SET mailed_at = NULL WHERE answered_at IS NULL
             AND EXISTS (SELECT 1 FROM staff_mail s JOIN test_send t ON t.id = s.id
             WHERE s.conversation_id = conversation_line.conversation_id
             AND s.at = conversation_line.mailed_at AND t.state = 'expired')"
        )?;
        execute!(
            self.0,
            "forget mails to the staff that were never sent",
            "DELETE FROM staff_mail WHERE id IN (SELECT id FROM test_send WHERE state = 'expired')"
        )
    }

    /// Whether a mail to the staff was never sent.
    pub async fn any_unsent(&mut self) -> Result<bool, StoreError> {
        value!(
            self.0,
            "look for mails to the staff that were never sent",
            "SELECT EXISTS (SELECT 1 FROM test_send t JOIN staff_mail s ON s.id = t.id
             WHERE t.state = 'expired')"
        )
    }

    pub async fn lookup(&mut self, id: i64) -> Result<Option<SentStaffMail>, StoreError> {
        optional!(self.0, "look up a mail to the staff",
            "SELECT id, conversation_id, person, at FROM staff_mail WHERE id = $1";
            id
        )
    }

    /// The person of this address who is let in and may answer clients.
    pub async fn answerer(&mut self, email: &str) -> Result<Option<MailAnswerer>, StoreError> {
        optional!(self.0, "look up who answers by mail",
            "SELECT email, language FROM console_user WHERE lower(email) = lower($1)
             AND disabled_at IS NULL AND role IN ('operator', 'manager', 'approver', 'admin')
             LIMIT 1";
            email
        )
    }
}
