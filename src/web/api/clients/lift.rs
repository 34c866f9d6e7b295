//! `DELETE /v1/clients/{ref}/suppressions/{channel}`: the client's addresses on a channel may be used
//! again. What the client decided stays.

use axum::extract::State;
use axum::http::StatusCode;

use crate::domain::Channel;
use crate::web::Web;
use crate::web::actions::bars;
use crate::web::auth::keys::Caller;
use crate::web::problem::Problem;
use crate::web::request::extract::Path;

/// 204, 404 when nothing is barred there, 409 when the client said STOP.
pub(crate) async fn delete(
    caller: Caller,
    State(web): State<Web>,
    Path((reference, channel)): Path<(String, String)>,
) -> Result<StatusCode, Problem> {
    let missing = |_| Problem::not_found("channel", &channel);
    let channel: Channel = channel.parse().map_err(missing)?;
    let actor = caller.actor();
    bars::lift(&web, &actor, &reference, "", |bar| {
        bar.address.channel() == channel
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}
