//! What a person at the console may do.

use crate::text::text_enum::text_enum;

text_enum! {
    pub enum Role {
        Viewer => "viewer",
        /// Writes templates, looks into single clients.
        Operator => "operator",
        Manager => "manager",
        /// What an operator may, and approving what another has written.
        Approver => "approver",
        /// Everything, and who else may what.
        Admin => "admin",
        /// Of an agency: the cases of its own clients, on pages of their own, and nothing else.
        Partner => "partner",
    }
}

/// Something not everyone may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Right {
    /// Write, publish and roll back templates.
    EditTemplates,
    /// See an address in clear (each time is audited).
    Reveal,
    /// Use an address again that came back, was complained of or was barred by hand; enter and end who acts
    /// for a client.
    LiftBars,
    /// Say that a receipt or an act of a reader is wrong, and does not count.
    CorrectEvidence,
    /// Answer what clients wrote, and say that it was done.
    AnswerReplies,
    Rates,
    /// Take records of sources once more that could not be taken, and give them up.
    MendSources,
    /// See what a record would come to, and whom it would tell; nothing is taken.
    TrySources,
    /// See what rules would make of an event, whom they would tell, and three of the texts; replay the
    /// last days against changed rules. Nothing is written.
    TryRules,
    /// See to whom it is posted what happens, and how that goes.
    SeeWebhooks,
    /// Write drafts of rules.
    EditRules,
    /// Put rules into force, and take them out of it.
    PublishRules,
    /// Hold the sandbox's handsets and mailboxes: their links are the client's own, and whoever
    /// follows one acts as the client.
    HoldHandsets,
    /// Declare incidents, say how they go on, and stop what they tell.
    DeclareIncidents,
    /// See what is to be said of an incident, whom it would tell, and three of the texts.
    CheckIncidents,
    /// Approve, as the second person, what is told to many.
    ApproveIncidents,
    /// See keys and people.
    Administer,
}

impl Role {
    /// Whether this role has that right.
    #[must_use]
    pub const fn may(self, right: Right) -> bool {
        match right {
            Right::EditTemplates
            | Right::HoldHandsets
            | Right::LiftBars
            | Right::CorrectEvidence
            | Right::MendSources
            | Right::EditRules
            | Right::SeeWebhooks
            | Right::DeclareIncidents => {
                matches!(self, Self::Operator | Self::Approver | Self::Admin)
            }
            // An operator who writes needs to see whether it is read.
            Right::Reveal
            | Right::Rates
            | Right::AnswerReplies
            | Right::TrySources
            | Right::TryRules
            | Right::CheckIncidents => !matches!(self, Self::Viewer | Self::Partner),
            Right::PublishRules => matches!(self, Self::Approver | Self::Admin),
            Right::ApproveIncidents => {
                matches!(self, Self::Manager | Self::Approver | Self::Admin)
            }
            Right::Administer => matches!(self, Self::Admin),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_viewer_only_reads_and_only_operators_write() {
        let all = [
            Right::EditTemplates,
            Right::Reveal,
            Right::AnswerReplies,
            Right::Rates,
            Right::HoldHandsets,
            Right::LiftBars,
            Right::CorrectEvidence,
            Right::MendSources,
            Right::TrySources,
            Right::TryRules,
            Right::EditRules,
            Right::PublishRules,
            Right::SeeWebhooks,
            Right::DeclareIncidents,
            Right::CheckIncidents,
            Right::ApproveIncidents,
            Right::Administer,
        ];
        for nothing in [Role::Viewer, Role::Partner] {
            assert!(all.iter().all(|right| !nothing.may(*right)), "{nothing}");
        }
        assert!(all.iter().all(|right| Role::Admin.may(*right)));
        assert!(!Role::Manager.may(Right::EditTemplates));
        assert!(!Role::Manager.may(Right::DeclareIncidents));
        assert!(!Role::Operator.may(Right::ApproveIncidents));
        assert!(!Role::Operator.may(Right::Administer));
        assert!(Role::Approver.may(Right::ApproveIncidents));
        assert!(Role::Approver.may(Right::EditTemplates));
        assert!(!Role::Approver.may(Right::Administer));
    }
}
