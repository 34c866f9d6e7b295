//! What people look at: the story of a message, lists, counts. Reading only.
//!
//! These are the wide joins that no stage of a message's path needs; each page or question
//! has its file. Lists go by key, newest first, and look at a bounded number of rows.

use crate::store::handle;

mod clients;
mod incidents;
mod messages;
mod now;
mod operation;
mod own_data;
pub mod partner;
mod rules;
mod stats;
pub mod status_page;
mod story;

pub use clients::ClientSummary;
pub use incidents::{DeliveryFunnel, IncidentNews};
pub use messages::{MessageFilter, MessageList, MessageRow};
pub use now::{LaneLoad, MOST, Totals};
pub use operation::{NodeRow, NodeState, ProviderRow};
pub use own_data::OwnTable;
pub use rules::RuleFigures;
pub use stats::{Counts, StatsBy, StatsRow};
pub use story::{
    EvidenceMark, MessageStory, StoryAttempt, StoryEngagement, StoryEvent, StoryMessage, StoryPlan,
    StoryReceipt,
};

handle!(reports -> Reports);
