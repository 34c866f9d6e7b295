//! Work for a node: messages that are queued and due while dispatch is paused, and the word to
//! go on. What all measurements of sending share.

use std::time::{Duration, Instant};

use anyhow::bail;

use crate::database::Figures;
use crate::ground::Node;
use crate::town::{self, News, Reach};
use araldo::domain::{Clock as _, Lane};
use araldo::store::cluster::switches::DISPATCH;

/// Settles a district and reports there: so many messages are queued and due.
pub(super) async fn queue(
    node: &Node,
    district: usize,
    count: usize,
    reach: Reach,
    news: News,
) -> anyhow::Result<()> {
    town::settle(node, district, count, reach).await?;
    let plans = figures(node).await?.plans;
    town::report(node, district, news).await?;
    node.until(|figures| figures.plans, plans + 1, Instant::now())
        .await?;
    Ok(())
}

/// Lets the node go on until `count` more messages were accepted; how long that took.
pub(super) async fn drain(node: &Node, count: usize) -> anyhow::Result<Duration> {
    let before = figures(node).await?.accepted;
    let start = Instant::now();
    pause(node, false).await?;
    let wanted = before + i64::try_from(count)?;
    let took = node
        .until(|figures| figures.accepted, wanted, start)
        .await?;
    pause(node, true).await?;
    Ok(took)
}

/// As `araldo dispatch pause` and `resume` do.
pub(super) async fn pause(node: &Node, paused: bool) -> anyhow::Result<()> {
    let running = &node.running;
    let mut tx = running.store.write().await?;
    tx.switches()
        .set(DISPATCH, paused, "bench", running.clock.now())
        .await?;
    tx.commit().await?;
    running.wake.messages_queued(Lane::ALL);
    Ok(())
}

/// The sums said so already; the rows have to say it too.
pub(super) async fn all_are_accounted_for(node: &Node, wanted: usize) -> anyhow::Result<()> {
    let accepted = node.database.accepted_by_attempt().await?;
    if usize::try_from(accepted)? != wanted {
        bail!("{accepted} of {wanted} messages have an attempt that was accepted");
    }
    Ok(())
}

/// The same, when the last answers may still be on their way to the store.
pub(super) async fn all_are_accounted_for_in_time(
    node: &Node,
    wanted: usize,
) -> anyhow::Result<()> {
    let count = i64::try_from(wanted)?;
    node.until(|figures| figures.accepted, count, Instant::now())
        .await?;
    all_are_accounted_for(node, wanted).await
}

/// Where the work stands.
pub(super) async fn figures(node: &Node) -> anyhow::Result<Figures> {
    node.database.figures().await
}

/// The settings of a node with one relay on `port` of this machine.
pub(super) fn relay(port: u16, connections: usize) -> String {
    format!(
        "[channels]\nemail = [\"relay\"]\nsms = []\n[provider.relay]\nkind = \"smtp\"\n\
         host = \"127.0.0.1\"\nport = {port}\nconnections = {connections}\n\
         from = \"Araldo <avvisi@araldo.example>\"\n[tracking]\nopens = \"individual\"\n"
    )
}

/// The settings of a node with one SMS gateway on `port` of this machine.
pub(super) fn gateway(port: u16, connections: usize) -> String {
    format!(
        "[channels]\nemail = []\nsms = [\"gateway\"]\n[provider.gateway]\nkind = \"kannel\"\n\
         url = \"http://127.0.0.1:{port}{}\"\nusername = \"bench\"\npassword = \"bench\"\n\
         from = \"Araldo\"\nconnections = {connections}\n",
        araldo_sandbox::gateway::PATH
    )
}
