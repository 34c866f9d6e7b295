//! Bodies: what a request brings has to come within a time, and what nobody read of it is left to
//! the connection; an answer keeps its connection busy until its end.

use std::error::Error;
use std::future::Future as _;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes};
use hyper::body::{Body as _, Frame, Incoming, SizeHint};
use tokio::time::{Instant, Sleep};

use super::seat::{Busy, Leftover};
use crate::domain::limits::BODY_PACE;

/// Why a body ended before its end.
#[derive(Debug, thiserror::Error)]
pub(super) enum BodyError {
    #[error("the body came too slowly")]
    Slow,
    #[error("the connection was given up to make room")]
    Gone,
    #[error(transparent)]
    Broken(#[from] hyper::Error),
}

/// Whether a body ended because the peer kept us waiting for too long.
pub(in crate::web) fn is_too_slow(error: &(dyn Error + 'static)) -> bool {
    let mut causes = std::iter::successors(Some(error), |cause| (*cause).source());
    causes.any(|cause| matches!(cause.downcast_ref(), Some(BodyError::Slow)))
}

/// A request's body. The time that counts is the time we wait for the peer, not the time we take.
pub(super) struct Patient {
    /// Absent once it has ended.
    body: Option<Incoming>,
    wait: Wait,
    /// The peer waits for `100 Continue`, which it gets when the body is first asked for.
    holds_back: bool,
    patience: Duration,
    alarm: Option<Pin<Box<Sleep>>>,
}

impl Patient {
    pub(super) const fn new(
        body: Incoming,
        busy: Arc<Busy>,
        holds_back: bool,
        patience: Duration,
    ) -> Self {
        Self {
            body: Some(body),
            wait: Wait::new(busy),
            holds_back,
            patience,
            alarm: None,
        }
    }

    /// Whether the peer has kept us waiting for too long; wakes when that will be so.
    fn is_too_slow(&mut self, cx: &mut Context<'_>) -> bool {
        let allowed = self.patience + self.wait.bought();
        let at = self.wait.begins() + allowed.saturating_sub(self.wait.waited);
        let alarm = self
            .alarm
            .get_or_insert_with(|| Box::pin(tokio::time::sleep_until(at)));
        if alarm.deadline() != at {
            alarm.as_mut().reset(at);
        }
        alarm.as_mut().poll(cx).is_ready()
    }
}

impl hyper::body::Body for Patient {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        self.holds_back = false;
        let Some(body) = &mut self.body else {
            return Poll::Ready(None);
        };
        let polled = Pin::new(body).poll_frame(cx);
        match self.wait.noted(polled) {
            // Nothing is begun for a peer who would not get the answer.
            Poll::Ready(_) if self.wait.is_in_vain() => {
                self.body = None;
                Poll::Ready(Some(Err(BodyError::Gone)))
            }
            Poll::Ready(Some(Ok(frame))) => Poll::Ready(Some(Ok(frame))),
            Poll::Ready(ended) => {
                self.body = None;
                Poll::Ready(ended.map(|outcome| outcome.map_err(BodyError::from)))
            }
            Poll::Pending if self.is_too_slow(cx) => {
                self.body = None;
                Poll::Ready(Some(Err(BodyError::Slow)))
            }
            Poll::Pending => Poll::Pending,
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(Incoming::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.body
            .as_ref()
            .map_or_else(|| SizeHint::with_exact(0), Incoming::size_hint)
    }
}

impl Drop for Patient {
    fn drop(&mut self) {
        let unread = self.body.take().filter(|body| !body.is_end_stream());
        if let Some(body) = unread.filter(|_| !self.holds_back) {
            let busy = Arc::clone(&self.wait.busy);
            self.wait.busy.seat().leave(Leftover { body, busy });
        }
    }
}

/// How long the peer has kept us waiting for a body; the seat of its connection is told.
pub(super) struct Wait {
    busy: Arc<Busy>,
    brought: u64,
    waited: Duration,
    since: Option<Instant>,
}

impl Wait {
    pub(super) const fn new(busy: Arc<Busy>) -> Self {
        Self {
            busy,
            brought: 0,
            waited: Duration::ZERO,
            since: None,
        }
    }

    /// Takes note of what a body answered when it was asked for more.
    pub(super) fn noted<E>(&mut self, polled: Frames<E>) -> Frames<E> {
        match &polled {
            Poll::Pending => drop(self.begins()),
            Poll::Ready(Some(Ok(frame))) => {
                self.brought += frame.data_ref().map_or(0, |data| data.len() as u64);
                self.ends();
            }
            Poll::Ready(_) => self.ends(),
        }
        polled
    }

    /// Since when the peer is waited for.
    fn begins(&mut self) -> Instant {
        let overdue = self.waited.saturating_sub(self.bought());
        *self.since.get_or_insert_with(|| {
            self.busy.seat().waits(overdue);
            Instant::now()
        })
    }

    fn ends(&mut self) {
        if let Some(since) = self.since.take() {
            self.waited += since.elapsed();
            self.busy.seat().works();
        }
    }

    /// The time that the bytes which came may have taken.
    const fn bought(&self) -> Duration {
        Duration::from_millis(self.brought.saturating_mul(1000) / BODY_PACE)
    }

    /// Whether the connection was sent away meanwhile.
    fn is_in_vain(&self) -> bool {
        self.busy.seat().is_gone()
    }
}

impl Drop for Wait {
    fn drop(&mut self) {
        self.ends();
    }
}

/// What a body answers.
type Frames<E> = Poll<Option<Result<Frame<Bytes>, E>>>;

pub(super) struct TrackedResponse {
    pub(super) body: Body,
    pub(super) _busy: Arc<Busy>,
}

impl hyper::body::Body for TrackedResponse {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
