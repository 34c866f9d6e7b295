//! What deputies get of a message to their client, and what that leaves for the client. Whether a deputy
//! acts in the matter is said by `domain::deputy`, whether and where one is reached by `eligibility`, as
//! for any client; a deputy whom nothing reaches stands in for nobody.

use super::eligibility::{EligibilityInput, PlannedMessage, decide};
use crate::domain::deputy::{Deputy, MandateMatter};
use crate::domain::{MessageState, Reason, Timestamp};
use crate::store::planning::candidates::Candidate;
use crate::store::planning::plans::Plan;

/// What one deputy gets.
pub(super) struct DeputyShare<'a> {
    pub(super) deputy: &'a Deputy,
    pub(super) messages: Vec<PlannedMessage>,
}

/// What a mandate is asked about a plan.
pub(super) fn matter(plan: &Plan, now: Timestamp) -> MandateMatter<'_> {
    let about = plan.subject.split_once(':');
    // What the clock says of a case is about the case as well.
    let is_case = |kind: &str| kind == "case" || kind.starts_with("case.");
    MandateMatter {
        class: plan.class,
        topic: &plan.topic,
        case: about.and_then(|(kind, name)| is_case(kind).then_some(name)),
        now,
    }
}

/// What the deputies of a candidate get. Of `own`, what would go out does not where one of them stands
/// in and is told.
pub(super) fn share<'a>(
    candidate: &'a Candidate,
    own: &mut [PlannedMessage],
    input: &EligibilityInput<'_>,
    matter: &MandateMatter<'_>,
) -> Vec<DeputyShare<'a>> {
    // What answers somebody's own words goes to whoever wrote, and to nobody else.
    if input.settings.answers {
        return Vec::new();
    }
    let acting = candidate.deputies.iter().filter(|it| it.acts_in(matter));
    let shares: Vec<_> = acting
        .map(|deputy| DeputyShare {
            deputy,
            messages: messages(candidate, deputy, input),
        })
        .collect();
    let stands_in = |share: &DeputyShare<'_>| {
        share.deputy.stands_in(matter.class) && share.messages.iter().any(goes_out)
    };
    if shares.iter().any(stands_in) {
        for message in own.iter_mut().filter(|message| goes_out(message)) {
            message.state = MessageState::Suppressed;
            message.reason = Some(Reason::Deputy);
        }
    }
    shares
}

/// By the deputy's channel, if the rule tells by it; otherwise with the reason why not.
fn messages(
    candidate: &Candidate,
    deputy: &Deputy,
    input: &EligibilityInput<'_>,
) -> Vec<PlannedMessage> {
    let mut messages = decide(&candidate.as_deputy(deputy), input);
    let own = deputy.contact.channel;
    if messages.iter().any(|message| message.channel == own) {
        messages.retain(|message| message.channel == own);
    }
    messages
}

fn goes_out(message: &PlannedMessage) -> bool {
    matches!(message.state, MessageState::Queued | MessageState::Held)
}
