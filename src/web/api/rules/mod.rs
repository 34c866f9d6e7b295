//! `/v1/rules`: the rules in force with what they came to of late, a trial of one event by
//! them, and a replay of the last days against others.
//! Rules are changed in their file.

pub(super) mod list;
pub(super) mod replay;
pub(super) mod trial;
