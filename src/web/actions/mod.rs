//! What the console and the API both do, each written once: a change is checked, written, and noted in the
//! audit; what is only looked at (`insight`) is put together here. They hold no page and no JSON: those are
//! the matter of `console/` and `api/`, which say the same thing in two ways.
//! Next: `conversations`, then `rectifying`.

pub(super) mod bars;
pub(super) mod codes;
pub(super) mod conversations;
pub(super) mod dead_letters;
pub(super) mod deputies;
pub(super) mod evidence;
pub(super) mod forwarding;
pub(super) mod insight;
pub(super) mod letters;
pub(super) mod pasted_rules;
pub(super) mod rectifying;
pub(super) mod rule_names;
pub(super) mod satisfaction;
pub(super) mod webhooks;
