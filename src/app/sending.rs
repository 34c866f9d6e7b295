//! The role `dispatch`: the providers in use, and the dispatcher that hands messages to them. Only
//! a node with this role speaks to providers.

use std::sync::Arc;

use super::{AppError, Running, providers};
use crate::channel::sandbox::World;
use crate::config::Config;
use crate::dispatch::{self, Dispatcher, FloodGuard, Parts};
use crate::domain::links::Links;
use crate::domain::retry::RetrySchedule;
use crate::domain::token::Signer;

/// How the node is seen from outside: what stands in messages and where gateways report to.
pub(super) struct Public<'a> {
    pub(super) url: &'a str,
    pub(super) signer: &'a Signer,
    pub(super) links: &'a Links,
}

/// Starts the role. Returns the sandbox's handsets and mailboxes, if one is in use.
pub(super) async fn start(
    config: &Config,
    running: &Running,
    public: Public<'_>,
) -> Result<Option<Arc<World>>, AppError> {
    let carriers = providers::carriers(config, running, public.url, public.signer).await?;
    let parts = Parts {
        store: running.store.clone(),
        clock: Arc::clone(&running.clock),
        ids: Arc::clone(&running.ids),
        lines: carriers.lines,
        node: running.id,
        node_name: config.node.name.clone(),
        links: public.links.clone(),
        settings: settings(config),
        wake: Arc::clone(&running.wake),
    };
    Dispatcher::new(parts).start(&running.lifecycle).await?;
    Ok(carriers.sandbox.map(|sandbox| sandbox.world))
}

fn settings(config: &Config) -> dispatch::Settings {
    let from = &config.dispatch;
    dispatch::Settings {
        window: from.window,
        reserved: from.reserved.clone(),
        claim: u32::try_from(from.claim).unwrap_or(200),
        heartbeat: from.heartbeat.to_std().unwrap_or_default(),
        node_ttl: from.lease,
        retry: RetrySchedule {
            base: from.retry_base,
            cap: from.retry_cap,
            max_tries: from.max_tries,
        },
        flood: FloodGuard {
            per_hour: i64::from(from.flood_per_hour),
            per_day: i64::from(from.flood_per_day),
        },
        quiet_hours: config.quiet_hours,
        settle: from.reconcile_after,
        asks: from.reconcile_asks,
        sms_horizon: from.receipt_horizon_sms,
        email_horizon: from.receipt_horizon_email,
    }
}
