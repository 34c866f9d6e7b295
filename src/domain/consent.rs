//! Consent: which refusals stop which class of message. Asked twice: when a message is planned,
//! and at the last moment before it is sent.

use crate::domain::message::{Class, Reason};

/// Why this class of message may not go to this client, if it may not.
///
/// Safety cannot be refused; only an address that does not work, or that an operator barred,
/// stops it. Marketing needs a yes.
#[must_use]
pub fn refusal(class: Class, barred: Option<Reason>, wanted: Option<bool>) -> Option<Reason> {
    match (class, barred) {
        (Class::Safety, Some(reason @ (Reason::HardBounce | Reason::Manual))) => {
            return Some(reason);
        }
        (Class::Safety, _) => return None,
        (_, Some(reason)) => return Some(reason),
        (_, None) => {}
    }
    match (class, wanted) {
        (Class::Service, Some(false)) => Some(Reason::TopicRefused),
        (Class::Marketing, Some(false) | None) => Some(Reason::NoConsent),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn safety_passes_stop_but_not_a_dead_address() {
        assert_eq!(
            refusal(Class::Safety, Some(Reason::Stop), Some(false)),
            None
        );
        let dead = Some(Reason::HardBounce);
        assert_eq!(refusal(Class::Safety, dead, None), dead);
    }

    #[test]
    fn service_is_sent_unless_refused_and_marketing_only_when_asked_for() {
        assert_eq!(refusal(Class::Service, None, None), None);
        assert_eq!(
            refusal(Class::Service, None, Some(false)),
            Some(Reason::TopicRefused)
        );
        assert_eq!(
            refusal(Class::Service, Some(Reason::Stop), None),
            Some(Reason::Stop)
        );
        assert_eq!(
            refusal(Class::Marketing, None, None),
            Some(Reason::NoConsent)
        );
        assert_eq!(refusal(Class::Marketing, None, Some(true)), None);
    }
}
