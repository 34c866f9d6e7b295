//! Connections: how many there may be, how long each may keep us waiting, and who goes when there
//! is no room. HTTP itself is `hyper`'s; what a request means is the router's.
//!
//! `seat` knows what each connection is doing and since when, `stream` and `body` tell it,
//! `connection` ends those that take too long.

mod body;
mod connection;
mod seat;
mod stream;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};

pub(in crate::web) use body::is_too_slow;
pub use seat::Room;

use crate::domain::limits;
use crate::runtime::Lifecycle;

/// How long a connection may keep us waiting, by what is waited for.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// The head of a request, from its first byte on.
    pub head: Duration,
    /// A body, beside the time that its bytes take at the slowest pace allowed.
    pub body: Duration,
    /// The same while all places are taken: who keeps us waiting for longer may be sent away.
    pub body_in_crowd: Duration,
    pub idle: Duration,
    /// A reader who takes nothing of the answer.
    pub stalled: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            head: limits::HEAD_WITHIN,
            body: limits::BODY_WITHIN,
            body_in_crowd: limits::BODY_WITHIN_CROWD,
            idle: limits::IDLE_WITHIN,
            stalled: limits::STALLED_WITHIN,
        }
    }
}

/// Serves `router` on `listener` until the daemon stops. Each connection is a task of its own.
pub fn start(
    listener: TcpListener,
    router: Router,
    room: Arc<Room>,
    patience: Patience,
    lifecycle: &Lifecycle,
) {
    let tasks = lifecycle.clone();
    let app = TowerToHyperService::new(router);
    lifecycle.spawn("web", async move {
        let stopping = tasks.stopping();
        tokio::pin!(stopping);
        loop {
            let next = async {
                // A place is looked for only now that somebody wants it.
                let (stream, peer) = accept(&listener, &room, &patience).await;
                (stream, peer, room.place(&patience).await)
            };
            let (stream, peer, place) = tokio::select! {
                () = &mut stopping => break,
                next = next => next,
            };
            let visit = connection::SeatedConnection {
                app: app.clone(),
                peer,
                place,
                patience,
            };
            tasks.spawn("connection", visit.attend(stream));
        }
        room.close();
    });
}

/// The next connection. A machine without a free descriptor closes connections that wait first.
async fn accept(
    listener: &TcpListener,
    room: &Room,
    patience: &Patience,
) -> (TcpStream, std::net::SocketAddr) {
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => {
                // Small answers must not wait for an acknowledgement that is itself delayed.
                if let Err(error) = stream.set_nodelay(true) {
                    tracing::debug!(error = %error, "cannot set TCP_NODELAY");
                }
                return (stream, peer);
            }
            Err(error) if is_the_peers(&error) => {}
            Err(error) => {
                tracing::error!(error = %error, "cannot accept connections; trying again");
                room.make_room(patience);
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
        }
    }
}

/// The peer hung up before it was accepted: nothing of ours.
fn is_the_peers(error: &std::io::Error) -> bool {
    use std::io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(
        error.kind(),
        ConnectionAborted | ConnectionRefused | ConnectionReset
    )
}
