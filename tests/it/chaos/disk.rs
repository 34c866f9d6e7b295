//! A disk that fills up under a daemon that is sending, and has room again later.

use std::io::Write as _;
use std::path::Path;
use std::time::Duration;

use araldo::store::StoreUrl;
use serde_json::json;

use super::fleet::Fleet;
use super::town::{account, outage, settings, settle, until_told};
use super::{cast, size};
use crate::support;
use crate::support::mailboxes::Mailboxes;
use crate::support::node::Eye;
use crate::support::patience::{until, until_come};
use crate::support::servers::{Server, folder, is_root};

/// Mounts a small disk, and takes it away when the test ends, however it ends.
const DISK: &str = "mount -t tmpfs -o size=\"$1\" tmpfs \"$0\" || exit 1; \
    sleep 3600 & waiting=$!; trap 'umount -l \"$0\"; kill $waiting; exit' TERM; wait";

/// A file that takes all the room there is.
fn fill(path: &Path) {
    let mut ballast = std::fs::File::create(path).unwrap();
    while ballast.write_all(&[0; 4096]).is_ok() {}
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disk_that_fills_up_loses_nobody_and_sending_goes_on_when_there_is_room() {
    cast("a disk that fills up");
    assert!(
        is_root(),
        "only root may mount a disk: run the tests as root"
    );
    let clients = size(1_500, 20_000);
    let room = folder();
    let disk = room.join("disk");
    std::fs::create_dir(&disk).unwrap();
    let place = disk.display().to_string();
    let bytes = format!("size={}m", size(24, 128));
    let server = Server::start(
        "disk",
        &room,
        "TERM",
        &["/bin/sh", "-c", DISK, &place, &bytes["size=".len()..]],
    );
    server.until("is mounted", || {
        let mounts = std::fs::read_to_string("/proc/mounts").unwrap();
        mounts.contains(&place)
    });

    let store = support::at(StoreUrl::Sqlite(disk.join("araldo.db"))).await;
    settle(&store.url, clients).await;
    let mailboxes = Mailboxes::open(20);
    let mut fleet = Fleet::start(&store, 1, settings(mailboxes.port, 4)).await;
    assert_eq!(fleet.post("/v1/events", &outage()).await, 202);
    until_come(100, || mailboxes.arrivals.total()).await;
    fill(&disk.join("ballast"));
    refuses(&fleet, &disk).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    std::fs::remove_file(disk.join("ballast")).unwrap();

    let eye = Eye::open(&store.url).await;
    until_told(&eye, clients).await;
    assert_eq!(fleet.tend().await, 0, "it ended by itself");
    let unknown = account(&store, &eye, &mailboxes, clients).await;
    assert_eq!(unknown, 0, "nothing was killed");
    drop((fleet, eye));
    store.close().await;
}

/// Waits until an event is refused with 503: what is left in the files themselves is used up.
async fn refuses(fleet: &Fleet, disk: &Path) {
    let (mut number, note) = (0, "x".repeat(2_000));
    until(async || {
        number += 1;
        let event = json!({
            "specversion": "1.0", "id": format!("f-{number}"), "source": "/crm",
            "type": "something.else", "data": { "note": note },
        });
        if fleet.post("/v1/events", &event).await == 503 {
            return Ok(());
        }
        // Whatever a checkpoint has freed.
        fill(&disk.join(format!("ballast-{number}")));
        std::fs::remove_file(disk.join(format!("ballast-{number}"))).unwrap();
        Err(format!("{number} events were taken"))
    })
    .await;
}
