//! Tells the story to the town's agency, which writes it down in its own systems. The daemon hears of
//! it because it watches them.

use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use super::DemoNode;
use super::agency::Clerk;
use super::story::DemoStory;

/// What happens within so much time is told together.
const TOGETHER: Duration = Duration::from_millis(50);

/// Tells it without end. `speed`: how many times faster than it was thought of.
pub(super) async fn tell(
    mut story: DemoStory,
    speed: f64,
    stage: &DemoNode,
    mut clerk: Clerk,
) -> anyhow::Result<()> {
    let begun = Instant::now();
    loop {
        sleep_until(begun + story.next_at().div_f64(speed) + TOGETHER).await;
        let now = stage.clock.now();
        for beat in story.until(begun.elapsed().mul_f64(speed), now) {
            clerk.write(&beat, now).await?;
        }
    }
}
