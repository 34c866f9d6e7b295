//! The heartbeat of a node, whatever its roles are. It goes on while the node stops, so that no
//! other node takes over what this one is still sending. What others conclude from silence is in
//! `dispatch::recovery::dead_nodes`; the lock that shows a living process is in
//! `store::cluster::presence`.

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
