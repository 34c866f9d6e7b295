//! Whoever asks for it reads each morning what is new of their partner's clients' cases, once, and of
//! nobody else's.

use araldo::domain::Clock as _;
use araldo::domain::case_kind::CaseKinds;
use araldo::upkeep::{DigestMaking, make_digests};
use chrono::TimeDelta;
use serde_json::json;

use super::{Agencies, post};
use crate::support::TestStore;

on_both_databases!(a_digest_tells_what_is_new_once_and_of_ones_own_clients_alone);

const MAILS: &str = "SELECT address || ' ' || subject || ' ' || text FROM test_send ORDER BY id";

impl Agencies {
    async fn digests(&self) -> usize {
        let kinds = CaseKinds::shipped();
        let making = DigestMaking {
            store: &self.web.store,
            ids: &*self.web.ids,
            kinds: &kinds,
            zone: chrono_tz::Europe::Rome,
            now: self.clock.now(),
            wall: self.clock.now(),
        };
        make_digests(&making).await.unwrap()
    }

    /// A new client of a partner, with a case that was opened 100 minutes ago.
    async fn arrives(&self, number: i64, name: &str, partner: &str) {
        let id = 10 + number;
        let client = json!({ "id": id, "ref": format!("C-1{number}"), "name": name,
            "partner": partner });
        self.eye.plant([json!({ "client": client })]).await;
        self.case(number, None).await;
    }
}

async fn a_digest_tells_what_is_new_once_and_of_ones_own_clients_alone(store: TestStore) {
    let agencies = Agencies::on(store).await;
    let one = agencies.logged_in("one@ag.example").await;
    let me = one.get("/console/me").await.text;
    assert!(me.contains("Send me the digest"), "{me}");
    let asked = post(&one, "/console/partner/digest", &[("wanted", "yes")]).await;
    assert_eq!(asked.header("location"), "/console/me?done=digest");
    assert!(
        one.get("/console/me")
            .await
            .text
            .contains("Send me no more")
    );
    let viewer = agencies.logged_in("viewer@example.org").await;
    let staffs = viewer.get("/console/me").await.text;
    assert!(!staffs.contains("/console/partner/digest"), "{staffs}");

    assert_eq!(agencies.digests().await, 0, "today's has passed");
    agencies.clock.advance(TimeDelta::hours(13));
    assert_eq!(agencies.digests().await, 0, "nothing is new");
    agencies.clock.advance(TimeDelta::hours(10));
    agencies.arrives(5, "Carla <b>Blu</b>", "AG-1").await;
    agencies.arrives(6, "Dario Gialli", "AG-2").await;
    assert_eq!(agencies.digests().await, 0, "it is not morning");
    agencies.clock.advance(TimeDelta::hours(14));
    assert_eq!(agencies.digests().await, 1);
    assert_eq!(agencies.digests().await, 0, "once");
    let mails = agencies.eye.texts(MAILS).await;
    let [mail] = mails.as_slice() else {
        panic!("{mails:?}")
    };
    assert!(
        mail.starts_with("one@ag.example News of one case"),
        "{mail}"
    );
    assert!(
        mail.contains("New\n- PR-5, Carla <b>Blu</b>: in hand"),
        "{mail}"
    );
    assert!(!mail.contains("PR-6") && !mail.contains("PR-1"), "{mail}");
    let html = agencies.eye.texts("SELECT html FROM test_send").await;
    assert!(html[0].contains("Carla &lt;b&gt;Blu&lt;/b&gt;"), "{html:?}");
}
