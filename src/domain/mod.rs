//! The words and rules of Araldo, pure: no async, no SQL, no input or output.
//!
//! Everything that crosses a border is parsed into these types once and trusted afterwards.
//! Read `message` first (the life of one message), then `event` and `rule` (why it exists),
//! `client` (for whom). The stages that act on them are `intake`, `plan`, `dispatch`, `track`.

pub mod address;
pub mod api_key;
pub mod area;
pub mod calendar;
pub mod case_kind;
pub mod client;
pub mod clock;
pub mod condition;
pub mod consent;
pub mod conversation;
pub mod day_names;
pub mod delay;
pub mod deputy;
pub mod engagement;
pub mod erasure;
pub mod event;
pub mod evidence;
pub mod expression;
pub mod fault;
pub mod fields;
pub mod forwarding;
pub mod ids;
pub mod language;
pub mod limits;
pub mod links;
pub mod mail_return;
pub mod message;
pub mod money;
pub mod promise;
pub mod quiet_hours;
pub mod reach;
pub mod receipt;
pub mod rectification;
pub mod retry;
pub mod role;
pub mod rule;
pub mod second_factor;
pub mod segments;
pub mod sender_name;
pub mod survey;
pub mod template;
pub mod test_send;
pub mod token;

pub use crate::text::UnknownWord;
pub use address::{Address, EmailAddress, PhoneNumber};
pub use clock::{Clock, Timestamp};
pub use engagement::{EngagementKind, Reading, Verdict};
pub use fault::FieldError;
pub use ids::{
    CaseId, ClientId, DeclaredId, EventId, Ids, IncidentId, KeyId, LinkId, MessageId, NodeId,
    PlanId, TemplateVersionId, TestSendId, UserId,
};
pub use message::{Channel, Class, Lane, MessageState, Move, OnUnknown, Reason, Tracking};
