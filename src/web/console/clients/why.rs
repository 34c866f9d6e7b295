//! Why did this client (not) get it?

use std::borrow::Cow;

use crate::store::reports::MessageFilter;
use crate::store::{StoreError, Tx};
use crate::web::console::messages::MessageLine;
use crate::web::console::state::Moment;

pub(super) struct Explanation {
    pub(super) about: String,
    pub(super) verdict: Cow<'static, str>,
    pub(super) lines: Vec<MessageLine>,
}

/// Looks for the client's messages about an incident, a case or an event of that name.
pub(super) async fn answer(
    tx: &mut Tx,
    client: &str,
    about: &str,
    now: Moment,
) -> Result<Explanation, StoreError> {
    let incident = tx.incidents().outlined(about).await?.is_some();
    let case = !incident && tx.cases().lookup(about).await?.is_some();
    let anybody = MessageFilter {
        incident: incident.then(|| about.to_owned()),
        case: case.then(|| about.to_owned()),
        event: (!incident && !case).then(|| about.to_owned()),
        ..MessageFilter::default()
    };
    let theirs = MessageFilter {
        client: Some(client.to_owned()),
        ..anybody.clone()
    };
    let lines = MessageLine::newest(tx, &theirs, now).await?;
    let others = tx.reports().messages(&anybody, None, 1).await?;
    let verdict = match (lines.is_empty(), others.items.is_empty()) {
        (false, _) => "clients-why-listed",
        (true, false) => "clients-why-outside",
        (true, true) if incident || case => "clients-why-nobody",
        (true, true) => "clients-why-unknown",
    };
    Ok(Explanation {
        about: about.to_owned(),
        verdict: now.words.say(verdict),
        lines,
    })
}
