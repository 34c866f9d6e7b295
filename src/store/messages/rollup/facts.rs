//! What a message's own row says of where it counts, and moving the sums for messages of which
//! only the rows are known: what their plans froze is looked up here.

use std::collections::{BTreeSet, HashMap};

use super::{Acts, Shift, Standing, Summed, shift};
use crate::domain::{Channel, MessageId, MessageState, PlanId, Timestamp, Tracking};
use crate::store::database::rows::row;
use crate::store::database::sql::all;
use crate::store::{Conn, StoreError, json_ids};

/// The columns of `message` that [`Facts`] are read from.
macro_rules! facts {
    () => {
        "message.id AS id, message.plan_id AS plan_id, message.channel AS channel,
         message.created_at AS created_at, message.state AS state, message.tracking AS tracking,
         message.engaged AS engaged,
         coalesce(message.reports, message.channel = 'sms') AS reports"
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
        pub(in crate::store) standing: Standing = standing as (state, tracking, reports, engaged),
        plan: PlanId as plan_id,
        created_at: Timestamp,
    }
}

fn standing(state: MessageState, tracking: Tracking, reports: bool, engaged: i64) -> Standing {
    Standing {
        state,
        tracking,
        clicks: true,
        reports,
        acts: Acts::from_bits(engaged),
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

    fn shift<'a>(&self, plan: &'a CountedUnder) -> Shift<'a> {
        let as_planned = |standing: Standing| Standing {
            clicks: plan.clicks,
            ..standing
        };
        let summed = Summed {
            day: plan.day,
            template: &plan.template,
            version: plan.version,
        };
        Shift {
            sum: summed.sum(self.facts.created_at, self.facts.channel),
            messages: 1,
            from: self.from.map(as_planned),
            to: as_planned(self.to),
        }
    }
}

row! {
    /// What a plan froze of where its messages count.
    struct CountedUnder {
        id: PlanId,
        template: String,
        version: i64,
        day: Option<i64>,
        clicks: bool,
    }
}

/// Moves the sums with messages, each named once. One look at their plans serves them all; steps
/// that change no sum cost nothing.
pub(in crate::store) async fn follow(
    conn: &mut Conn,
    steps: &[StandingChange],
) -> Result<(), StoreError> {
    let steps: Vec<&StandingChange> = steps.iter().filter(|step| step.counts()).collect();
    if steps.is_empty() {
        return Ok(());
    }
    let plans = frozen(conn, steps.iter().map(|step| step.facts.plan).collect()).await?;
    let shifts = steps.iter().map(|step| {
        let plan = step.facts.plan;
        let missing = || StoreError::missing("plan", plan);
        Ok(step.shift(plans.get(&plan).ok_or_else(missing)?))
    });
    let shifts = shifts.collect::<Result<Vec<Shift<'_>>, StoreError>>()?;
    shift(conn, &shifts).await
}

async fn frozen(
    conn: &mut Conn,
    plans: BTreeSet<PlanId>,
) -> Result<HashMap<PlanId, CountedUnder>, StoreError> {
    let ids = json_ids(plans);
    let rows: Vec<CountedUnder> = all!(*conn, "look up the plans of counted messages",
        "SELECT id, template, version, day, coalesce(clicks, TRUE) AS clicks
         FROM plan WHERE id IN (", words::ids!("$1"), ")";
        &ids
    )?;
    Ok(rows.into_iter().map(|plan| (plan.id, plan)).collect())
}
