//! An answer to what a client has just written: it goes to the number that wrote, at any hour, and past
//! what would otherwise keep it back, for it says what became of the client's own words. `web::inbound`
//! asks for it; nobody outside can.

use crate::domain::event::{ANSWERS, Event, EventData};
use crate::domain::rule::{PlanSettings, Rule};
use crate::domain::{MessageId, Reason};
use crate::store::planning::candidates::Candidate;
use crate::store::{StoreError, Tx};

/// Begins the subject of such an event; the message that the client answered follows.
const ANSWERED: &str = "message:";
/// The same where there was no message: the contact point that holds the number follows.
const FROM_CONTACT: &str = "contact:";

/// What a plan keeps of its rule, for this event.
pub(super) fn settings(event: &Event, rule: &Rule) -> PlanSettings {
    let settings = PlanSettings::from(rule);
    match is_answer(event) {
        true => PlanSettings {
            answers: true,
            respects_quiet_hours: false,
            ..settings
        },
        false => settings,
    }
}

/// Leaves of a client's addresses the one that wrote, and of what bars it all but the client's own
/// wishes.
pub(super) async fn address(
    tx: &mut Tx,
    event: &Event,
    candidates: &mut [Candidate],
) -> Result<(), StoreError> {
    if !is_answer(event) {
        return Ok(());
    }
    let subject = event.subject.as_deref();
    let after = |prefix: &str| subject.and_then(|subject| subject.strip_prefix(prefix));
    let answered: Option<MessageId> = after(ANSWERED).and_then(|id| id.parse().ok());
    let contact: Option<i64> = after(FROM_CONTACT).and_then(|id| id.parse().ok());
    let address = match (answered, contact) {
        (Some(message), _) => tx.senders().address_of(message).await?,
        (None, Some(contact)) => tx.senders().address_at(contact).await?,
        (None, None) => None,
    };
    for candidate in candidates {
        candidate.wanted = None;
        candidate
            .contacts
            .retain(|contact| Some(&contact.address) == address.as_ref());
        for contact in &mut candidate.contacts {
            contact.barred = contact.barred.filter(|why| *why != Reason::Stop);
        }
    }
    Ok(())
}

/// Whether Araldo asks for it because of what a client wrote.
fn is_answer(event: &Event) -> bool {
    event.source.starts_with(ANSWERS) && matches!(event.data, EventData::Direct(_))
}
