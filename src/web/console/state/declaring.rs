//! What the settings say of incidents that people declare.

use std::collections::BTreeMap;

use chrono::TimeDelta;

use crate::domain::Channel;

/// What the settings say of incidents that people declare.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DeclareSettings {
    /// What tells more clients than this is approved by a second person (`[incidents]
    /// approval_above`); none: nothing is.
    pub approval_above: Option<u32>,
    /// That person is an approver or an admin, and no manager (`[console] approvers_only`).
    pub approvers_only: bool,
    /// Messages per second that the contract with the first provider of a channel allows, where it
    /// is bounded.
    pub per_second: BTreeMap<Channel, f64>,
}

impl DeclareSettings {
    /// Whether a second person is to approve what tells so many clients.
    pub(crate) fn needs_approval(&self, clients: i64) -> bool {
        let above = self.approval_above.map(i64::from);
        above.is_some_and(|above| above == 0 || clients > above)
    }

    /// How long so many messages take on a channel, if its rate is bounded.
    pub(crate) fn takes(&self, channel: Channel, messages: i64) -> Option<TimeDelta> {
        let per_second = self.per_second.get(&channel)?;
        let messages = f64::from(u32::try_from(messages).unwrap_or(u32::MAX));
        let time = std::time::Duration::try_from_secs_f64(messages / per_second).ok()?;
        TimeDelta::from_std(time).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zero_asks_for_whatever_is_declared_and_nothing_for_none() {
        let asks = |above, clients| {
            let settings = DeclareSettings {
                approval_above: above,
                ..DeclareSettings::default()
            };
            settings.needs_approval(clients)
        };
        assert!(!asks(None, 1_000_000));
        assert!(asks(Some(0), 0) && asks(Some(0), 1));
        assert!(!asks(Some(5_000), 5_000) && asks(Some(5_000), 5_001));
    }

    #[test]
    fn the_contract_says_how_long_it_takes() {
        let settings = DeclareSettings {
            per_second: BTreeMap::from([(Channel::Sms, 50.0)]),
            ..DeclareSettings::default()
        };
        let minute = TimeDelta::seconds(60);
        assert_eq!(settings.takes(Channel::Sms, 3_000), Some(minute));
        assert_eq!(settings.takes(Channel::Email, 3_000), None);
    }
}
