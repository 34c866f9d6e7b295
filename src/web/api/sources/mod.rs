//! `/v1/sources`: the systems that are watched, as the settings describe them: how they do, what they
//! post by themselves, and what could not be taken.

pub(super) mod dead;
pub(super) mod forget;
pub(super) mod list;
pub(super) mod receive;
pub(super) mod replay;
