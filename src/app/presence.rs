//! The heartbeat of a node, whatever its roles are. It goes on while the node stops: what is still
//! being sent must not be taken out of living hands. What others conclude from silence is
//! `dispatch::recovery::dead_nodes`; what the sign is, `store::cluster::presence`.

use std::time::Duration;

use crate::domain::NodeId;
use crate::runtime::Lifecycle;
use crate::store::cluster::presence::Presence;

/// Beats until every other task has ended.
pub(super) fn start(presence: Presence, node: NodeId, every: Duration, lifecycle: &Lifecycle) {
    let stopper = lifecycle.clone();
    lifecycle.spawn_to_the_end(async move {
        loop {
            match presence.beat(node).await {
                Ok(true) => {}
                Ok(false) => {
                    tracing::error!(
                        "another node declared this one dead, because it gave no sign for too long; it stops, so that nothing is sent twice"
                    );
                    return stopper.give_up();
                }
                Err(error) => tracing::error!(error = %error, "cannot beat; trying again"),
            }
            tokio::time::sleep(every).await;
        }
    });
}
