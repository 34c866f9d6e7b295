//! One connection, from its first byte to its end.

use std::future::poll_fn;
use std::net::SocketAddr;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Request, Response, header};
use futures_util::FutureExt as _;
use hyper::body::{Body as _, Incoming};
use hyper::server::conn::http1;
use hyper::service::{Service as _, service_fn};
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpStream;

use super::Patience;
use super::body::{Patient, TrackedResponse, Wait};
use super::seat::{Call, Leftover, Seat, SeatGuard};
use super::stream::Watched;
use crate::domain::limits::{HEAD_BYTES, LEFTOVER_BYTES, LEFTOVER_WITHIN};

/// An idle connection of a daemon that stops has so long to end by itself.
const STOPPING: Patience = Patience {
    head: Duration::from_secs(1),
    body: Duration::from_secs(1),
    body_in_crowd: Duration::from_secs(1),
    idle: Duration::from_secs(1),
    stalled: Duration::from_secs(5),
};

/// The connection was asked to go while its request came in.
#[derive(Debug, thiserror::Error)]
#[error("the connection was given up to make room")]
struct Gone;

/// A connection to be attended to.
pub(super) struct SeatedConnection {
    pub(super) app: TowerToHyperService<Router>,
    pub(super) peer: SocketAddr,
    pub(super) place: SeatGuard,
    pub(super) patience: Patience,
}

impl SeatedConnection {
    /// Answers its requests until it ends or has outstayed. A crash in it ends it alone.
    pub(super) async fn attend(self, stream: TcpStream) {
        let ended = AssertUnwindSafe(self.answer(stream)).catch_unwind().await;
        if ended.is_err() {
            tracing::error!("a connection crashed; the others go on");
        }
    }

    async fn answer(&self, stream: TcpStream) {
        let seat = &self.place.seat;
        let io = TokioIo::new(Watched::new(stream, Arc::clone(seat)));
        let service = service_fn(|request| self.respond(request));
        let connection = http1::Builder::new()
            .max_buf_size(HEAD_BYTES)
            .serve_connection(io, service);
        tokio::pin!(connection);
        let mut patience = self.patience;
        loop {
            let call = tokio::select! {
                biased;
                ended = connection.as_mut() => return told(ended),
                call = seat.called() => call,
                () = outstayed(seat, &patience) => return,
            };
            match call {
                Call::Go => return,
                Call::Close => {
                    patience = STOPPING;
                    connection.as_mut().graceful_shutdown();
                }
                Call::ReadOff(leftover) => tokio::select! {
                    biased;
                    ended = connection.as_mut() => return told(ended),
                    () = seat.sent_away() => return,
                    () = read_off(leftover) => {}
                },
            }
        }
    }

    async fn respond(&self, request: Request<Incoming>) -> Result<Response<TrackedResponse>, Gone> {
        let busy = self.place.seat.begin().ok_or(Gone)?;
        let (mut parts, body) = request.into_parts();
        parts.extensions.insert(ConnectInfo(self.peer));
        let body = if body.is_end_stream() {
            Body::empty()
        } else {
            let holds_back = parts.headers.contains_key(header::EXPECT);
            let busy = Arc::clone(&busy);
            Body::new(Patient::new(body, busy, holds_back, self.patience.body))
        };
        let answer = self.app.call(Request::from_parts(parts, body)).await;
        let answer = answer.unwrap_or_else(|never| match never {});
        Ok(answer.map(|body| TrackedResponse { body, _busy: busy }))
    }
}

fn told(ended: hyper::Result<()>) {
    if let Err(error) = ended {
        tracing::debug!(error = %error, "a connection ended early");
    }
}

/// Completes when the peer has kept us waiting for too long. Looks now and then, because what a
/// connection does changes more often than it outstays.
async fn outstayed(seat: &Seat, patience: &Patience) {
    loop {
        let left = seat.left_to_wait(patience);
        if left.is_some_and(|left| left.is_zero()) {
            return;
        }
        let look = left.map_or(patience.head, |left| left.min(patience.head));
        tokio::time::sleep(look).await;
    }
}

/// Reads and drops what is left of a body, within bounds: a peer that is still writing would
/// otherwise lose the answer with the connection (RFC 9112 §9.6).
async fn read_off(leftover: Leftover) {
    let Leftover { mut body, busy } = leftover;
    let mut wait = Wait::new(busy);
    let reading = async {
        let mut bytes = 0;
        while let Some(Ok(frame)) =
            poll_fn(|cx| wait.noted(Pin::new(&mut body).poll_frame(cx))).await
        {
            bytes += frame.data_ref().map_or(0, |data| data.len() as u64);
            if bytes > LEFTOVER_BYTES {
                return;
            }
        }
    };
    if tokio::time::timeout(LEFTOVER_WITHIN, reading)
        .await
        .is_err()
    {
        tracing::debug!("what was left of a refused body did not end");
    }
}
