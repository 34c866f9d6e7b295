//! Guards that fine weather never needs, tried one by one.

use araldo::domain::OnUnknown;

use super::carrier::Kind;
use super::cell::Cell;
use super::checks::what_is_wrong;
use super::ground::Ground;
use super::on_one_thread;
use super::world::Weather;

const ATTEMPTS: &str = "SELECT CAST(count(*) AS BIGINT) FROM attempt";
const QUEUED: &str = "SELECT CAST(count(*) AS BIGINT) FROM message WHERE state = 'queued'";

/// Nobody has declared it dead yet; the database's clock alone says that its lease is over.
#[test]
fn a_node_that_slept_past_its_lease_begins_nothing() {
    on_one_thread(async {
        for mut ground in [Ground::sqlite().await, Ground::postgres().await] {
            let cell = Cell {
                point: "begin-before-commit",
                kind: Kind::Blind,
                policy: OnUnknown::Hold,
            };
            let mut story = cell.begin(&mut ground).await;
            story.tell_and_plan().await;
            story.world.turns(Weather {
                dozing: 100,
                silent: true,
                ..Weather::FINE
            });
            story.turn().await;
            assert!(story.world.arrivals().is_empty(), "it sent in its sleep");
            assert_eq!(story.plot.eye.number(ATTEMPTS).await, 0);
            assert_eq!(story.plot.eye.number(QUEUED).await, 5);

            // It ends, and the next run of it takes over.
            story.declare_dead().await;
            assert_eq!(story.plot.eye.number(ATTEMPTS).await, 0);
            story.until_quiet().await;
            assert_eq!(story.world.arrivals().len(), 5);
            assert_eq!(what_is_wrong(&story).await, Vec::<String>::new());
            story.end().await;
        }
    });
}
