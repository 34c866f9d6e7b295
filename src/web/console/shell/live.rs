//! Live pages: server-sent events until the daemon stops.

use std::convert::Infallible;
use std::time::Duration;

use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse as _, Response};
use futures_util::{Stream, StreamExt as _, stream};

use super::answer::strictly;

/// How soon a browser asks again when a stream has ended: before its page says that it stands still.
const AGAIN: Duration = Duration::from_secs(2);

/// Answers with events until the daemon stops.
pub(crate) fn live_stream(events: impl Stream<Item = Event> + Send + 'static) -> Response {
    let first = stream::iter([Event::default().retry(AGAIN)]);
    let events = first.chain(events).map(Ok::<_, Infallible>);
    strictly(
        Sse::new(events)
            .keep_alive(KeepAlive::default())
            .into_response(),
    )
}
