//! Live pages: server-sent events until the daemon stops.

use std::convert::Infallible;

use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse as _, Response};
use futures_util::{Stream, StreamExt as _};

use super::answer::strictly;

/// Answers with events until the daemon stops.
pub(crate) fn live_stream(events: impl Stream<Item = Event> + Send + 'static) -> Response {
    let events = events.map(Ok::<_, Infallible>);
    strictly(
        Sse::new(events)
            .keep_alive(KeepAlive::default())
            .into_response(),
    )
}
