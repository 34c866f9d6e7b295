//! `POST /console/incidents/{incident}/stop`: takes back every message about an incident that has not
//! left. The incident itself goes on: whoever wants clients to hear that it does not takes `change`.

use axum::extract::State;
use axum::response::{Redirect, Response};

use crate::domain::role::Right;
use crate::store::StoreError;
use crate::store::access::audit::AuditEntry;
use crate::web::Web;
use crate::web::auth::csrf::Posted;
use crate::web::console::shell::{in_path, strictly};
use crate::web::problem::Problem;
use crate::web::request::extract::Path;

pub(super) async fn post(
    State(web): State<Web>,
    Path(incident): Path<String>,
    Posted { person, .. }: Posted,
) -> Result<Response, Problem> {
    person.require(Right::DeclareIncidents)?;
    let now = web.clock.now();
    let mut tx = web.store.write().await?;
    let found = tx.incidents().outlined(&incident).await?;
    found.ok_or_else(|| StoreError::missing("incident", &incident))?;
    let (mut stopped, mut gone) = (0, 0);
    for change in tx.incidents().history(&incident).await? {
        let (withdrawn, left) = tx.plans().cancel_event(change.event, now).await?;
        stopped += withdrawn;
        gone += left;
    }
    let detail = format!("{stopped} withdrawn; {gone} could not be stopped");
    let entry = AuditEntry::new(&person.email, "incident.stopped", &incident).with(&detail);
    web.audit(&mut tx, &entry).await?;
    tx.commit().await?;
    let path = in_path(&incident);
    let path = format!("/console/incidents/{path}?stopped={stopped}&left={gone}");
    Ok(strictly(Redirect::to(&path)))
}
