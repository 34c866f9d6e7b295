//! Mails to the console's own people that the clock sets going: the digest of a partner (`digest`) and the
//! week of those who want it (`week`). Both are due at seven in the organisation's zone, and both go the way
//! of the tests that operators send to themselves (`dispatch::test_sends`): they are no messages to clients
//! and count in no rate. Whoever makes one notes it in the same transaction, so that it is made once.

use chrono::NaiveDate;
use chrono_tz::Tz;

use super::slot;
use crate::domain::language::Language;
use crate::domain::{Channel, TestSendId, Timestamp};
use crate::store::templates::test_sends::{NewTestSend, TestAsked};
use crate::store::{StoreError, Tx};

/// When a day's mails are due, in minutes after midnight.
const DUE_MINUTE: u32 = 7 * 60;

/// A mail to one of the console's people, written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportMail {
    pub language: Language,
    pub subject: String,
    pub text: String,
    pub html: String,
}

/// Today where the organisation is.
pub(super) fn today(now: Timestamp, zone: Tz) -> NaiveDate {
    now.to_utc().with_timezone(&zone).date_naive()
}

/// The moment of that day's mails, once it has come.
pub(super) fn due(day: NaiveDate, now: Timestamp, zone: Tz) -> Option<Timestamp> {
    let at = slot::beginning(day, zone, DUE_MINUTE).map(Timestamp::from)?;
    (at <= now).then_some(at)
}

/// Hands a mail over to be sent. `kind`: what it is called where it is sent; `wall`: the time outside.
pub(super) async fn post(
    tx: &mut Tx,
    id: TestSendId,
    (kind, email): (&str, &str),
    letter: &ReportMail,
    wall: Timestamp,
) -> Result<TestAsked, StoreError> {
    let new = NewTestSend {
        id,
        person: email,
        template: kind,
        locale: letter.language.tag(),
        channel: Channel::Email,
        address: email,
        subject: &letter.subject,
        text: &letter.text,
        html: &letter.html,
    };
    tx.test_sends().ask(&new, wall).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_is_due_at_seven_where_the_organisation_is() {
        let due = |now| {
            let (now, zone) = (Timestamp::parse(now).unwrap(), chrono_tz::Europe::Rome);
            due(today(now, zone), now, zone)
        };
        assert_eq!(due("2026-11-22T05:59:59Z"), None);
        let seven = Timestamp::parse("2026-11-22T06:00:00Z").unwrap();
        assert_eq!(due("2026-11-22T06:00:00Z"), Some(seven));
        assert_eq!(due("2026-11-22T22:59:59Z"), Some(seven));
        let summer = Timestamp::parse("2026-07-22T05:00:00Z").unwrap();
        assert_eq!(due("2026-07-22T05:00:00Z"), Some(summer));
    }
}
