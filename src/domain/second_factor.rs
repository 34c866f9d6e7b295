//! Who must have a second factor: `[console] second_factor`.

use super::role::Role;
use crate::text::text_enum::text_enum;

text_enum! {
    /// Who of the console's people must prove by a code as well that it is them.
    #[derive(Default)]
    pub enum SecondFactorRule {
        #[default]
        Optional => "optional",
        /// Whoever logs in with a password and is of no partner.
        RequiredForStaff => "required-for-staff",
    }
}

impl SecondFactorRule {
    /// Whether somebody of this role must have one. `by_provider`: their password opens nothing, so that
    /// it is the provider's matter.
    #[must_use]
    pub const fn binds(self, role: Role, by_provider: bool) -> bool {
        match self {
            Self::Optional => false,
            Self::RequiredForStaff => !by_provider && !matches!(role, Role::Partner),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_binds_the_staff_who_have_a_password() {
        let rule = SecondFactorRule::RequiredForStaff;
        assert!(rule.binds(Role::Viewer, false) && rule.binds(Role::Admin, false));
        assert!(!rule.binds(Role::Admin, true) && !rule.binds(Role::Partner, false));
        assert!(!SecondFactorRule::Optional.binds(Role::Admin, false));
    }
}
