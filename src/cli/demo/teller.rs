//! Tells the story to the daemon, by the way every event takes.

use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use super::DemoNode;
use super::story::DemoStory;
use crate::intake::accept;

/// What happens within so much time is told together.
const TOGETHER: Duration = Duration::from_millis(50);

/// Tells it without end. `speed`: how many times faster than it was thought of.
pub(super) async fn tell(mut story: DemoStory, speed: f64, stage: &DemoNode) -> anyhow::Result<()> {
    let begun = Instant::now();
    let mut told = 0;
    loop {
        sleep_until(begun + story.next_at().div_f64(speed) + TOGETHER).await;
        let now = stage.clock.now();
        let beats = story.until(begun.elapsed().mul_f64(speed), now);
        let mut events = Vec::with_capacity(beats.len());
        for beat in beats {
            events.push(beat.event(told, now)?);
            told += 1;
        }
        if !events.is_empty() {
            accept::take(&stage.store, &events, now, stage.ids.as_ref()).await?;
            stage.wake.events_stored();
        }
    }
}
