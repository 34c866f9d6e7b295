//! `/v1/sources`: the systems that are watched, to look at. They are described in the settings, and
//! what could not be taken is taken again by `araldo source replay`.

pub(super) mod dead;
pub(super) mod list;
