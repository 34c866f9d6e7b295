//! Whether the store answers, and whether its clock and ours agree.

use chrono::TimeDelta;

use super::DoctorResult;
use crate::cli::context::no_store;
use crate::config::Config;
use crate::domain::Clock as _;
use crate::domain::clock::SystemClock;
use crate::store::Store;

/// More than this between two clocks, and leases are judged wrongly.
const TOLERANCE: TimeDelta = TimeDelta::seconds(2);

/// Makes no store: whoever asks may have the wrong one in mind.
pub(super) async fn ask(config: &Config) -> DoctorResult {
    DoctorResult::new("store", answers(config).await)
}

async fn answers(config: &Config) -> Result<String, String> {
    let url = &config.store.url;
    match url.is_there().await {
        Ok(true) => {}
        Ok(false) => return Err(no_store(url)),
        Err(error) => return Err(error.to_string()),
    }
    match Store::open(url, config.store.connections).await {
        Ok(store) => clocks_agree(&store).await,
        Err(error) => Err(error.to_string()),
    }
}

async fn clocks_agree(store: &Store) -> Result<String, String> {
    let mut tx = store.read().await.map_err(|error| error.to_string())?;
    let theirs = tx
        .database_time()
        .await
        .map_err(|error| error.to_string())?;
    let apart = (SystemClock.now() - theirs).abs();
    if apart > TOLERANCE {
        return Err(format!(
            "its clock and this machine's are {} s apart; let both follow the same time server",
            apart.num_seconds()
        ));
    }
    Ok(format!("{} answers, its clock agrees", store.kind()))
}
