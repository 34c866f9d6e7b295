//! What a message's own row says of where it counts, and moving the sums for messages of which
//! only the rows are known: what their plans froze is looked up by the statement that does it.

use super::{Acts, Shift, Standing, Sum, shift};
use crate::domain::money::Money;
use crate::domain::{Channel, MessageId, MessageState, PlanId, Timestamp, Tracking};
use crate::store::database::rows::row;
use crate::store::feed::{MessageNews, note_messages};
use crate::store::{Conn, StoreError};

/// The columns of `message` that [`Facts`] are read from.
macro_rules! facts {
    () => {
        "message.id AS id, message.plan_id AS plan_id, message.channel AS channel,
         message.created_at AS created_at, message.state AS state, message.tracking AS tracking,
         message.engaged AS engaged,
         coalesce(message.reports, message.channel = 'sms') AS reports, message.price AS price"
    };
}
pub(in crate::store) use facts;

row! {
    /// What a message's row says of where it counts.
    #[derive(Debug, Clone, Copy)]
    pub(in crate::store) struct Facts {
        pub(in crate::store) message: MessageId as id,
        pub(in crate::store) channel: Channel,
        /// Where it stands; its `clicks` are the plan's to say.
        pub(in crate::store) standing: Standing = standing as (state, tracking, reports, engaged, price),
        plan: PlanId as plan_id,
        created_at: Timestamp,
    }
}

fn standing(
    state: MessageState,
    tracking: Tracking,
    reports: bool,
    engaged: i64,
    price: Option<Money>,
) -> Standing {
    Standing {
        state,
        tracking,
        clicks: true,
        reports,
        acts: Acts::from_bits(engaged),
        price,
    }
}

/// One message went from one standing to another.
#[derive(Debug, Clone, Copy)]
pub(in crate::store) struct StandingChange {
    facts: Facts,
    from: Option<Standing>,
    to: Standing,
}

impl Facts {
    pub(in crate::store) const fn state(&self) -> MessageState {
        self.standing.state
    }

    pub(in crate::store) const fn born(self) -> StandingChange {
        StandingChange {
            facts: self,
            from: None,
            to: self.standing,
        }
    }

    /// It came here from `state`.
    pub(in crate::store) const fn from(self, state: MessageState) -> StandingChange {
        StandingChange {
            facts: self,
            from: Some(self.standing.in_state(state)),
            to: self.standing,
        }
    }

    /// It goes from here to `to`.
    pub(in crate::store) const fn to(self, to: Standing) -> StandingChange {
        StandingChange {
            facts: self,
            from: Some(self.standing),
            to,
        }
    }
}

impl StandingChange {
    /// Whether any sum changes, whatever the plan says of clicks.
    fn counts(&self) -> bool {
        let channel = self.facts.channel;
        self.from
            .is_none_or(|from| !self.to.counts_like(from, channel))
    }

    /// What the feed is to tell of it: another state, and what a person did.
    fn news(&self) -> impl Iterator<Item = (MessageId, MessageNews)> + use<> {
        let (message, to) = (self.facts.message, self.to);
        let moved = self.from.is_none_or(|from| from.state != to.state);
        let state = moved.then_some(MessageNews::State(to.state));
        let before = self.from.map_or(Acts::NONE, |from| from.acts);
        let acts = to.acts.told_since(before).map(MessageNews::Act);
        state
            .into_iter()
            .chain(acts)
            .map(move |news| (message, news))
    }

    fn shift(&self) -> Shift {
        Shift {
            sum: Sum::of(self.facts.plan, self.facts.created_at, self.facts.channel),
            messages: 1,
            from: self.from,
            to: self.to,
        }
    }
}

/// Moves the sums with messages, each named once, and tells the feed. Steps that change no sum cost
/// nothing.
pub(in crate::store) async fn follow(
    conn: &mut Conn,
    steps: &[StandingChange],
) -> Result<(), StoreError> {
    let counting = steps.iter().filter(|step| step.counts());
    let shifts: Vec<Shift> = counting.map(StandingChange::shift).collect();
    shift(conn, &shifts);
    let news: Vec<_> = steps.iter().flat_map(StandingChange::news).collect();
    note_messages(conn, &news).await
}
