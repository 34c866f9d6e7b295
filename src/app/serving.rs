//! The listeners of a node, and how many connections they may hold.

use std::net::SocketAddr;

use rustix::process::{Resource, getrlimit, setrlimit};
use tokio::net::{TcpListener, TcpSocket};

use super::{AppError, Running, settings};
use crate::config::{Config, NodeRole, NodeSettings};
use crate::domain::limits;
use crate::runtime::Lifecycle;
use crate::web::serving::{self, Room};
use crate::web::{self, Served, Web};

/// Of the connections there may be, the part that the public paths get when they have a listener
/// of their own: three of four.
const PUBLIC_SHARE: usize = 4;

/// What the node listens on.
pub(super) struct Doors {
    pub(super) address: SocketAddr,
    pub(super) public_address: Option<SocketAddr>,
    listener: TcpListener,
    public: Option<TcpListener>,
}

pub(super) fn open(config: &Config) -> Result<Doors, AppError> {
    let (listener, address) = bind("listen", config.http.listen)?;
    let public = match config.http.public_listen {
        Some(address) => Some(bind("public_listen", address)?),
        None => None,
    };
    Ok(Doors {
        address,
        public_address: public.as_ref().map(|(_, address)| *address),
        listener,
        public: public.map(|(listener, _)| listener),
    })
}

fn bind(key: &'static str, address: SocketAddr) -> Result<(TcpListener, SocketAddr), AppError> {
    let wrong = |source| AppError::Listen {
        key,
        address,
        source,
    };
    let listener = listening(address).map_err(wrong)?;
    let address = listener.local_addr().map_err(wrong)?;
    Ok((listener, address))
}

/// As `TcpListener::bind`, with room for a burst.
fn listening(address: SocketAddr) -> std::io::Result<TcpListener> {
    let socket = match address {
        SocketAddr::V4(_) => TcpSocket::new_v4()?,
        SocketAddr::V6(_) => TcpSocket::new_v6()?,
    };
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(limits::BACKLOG)
}

/// Serves them until the daemon stops. The public paths, where they have a listener of their own,
/// are there and nowhere else.
pub(super) fn start(config: &Config, web: Web, doors: Doors, lifecycle: &Lifecycle) {
    let places = places(config.http.connections, open_files());
    let patience = settings::patience(config);
    let serve = |listener, router, places| {
        serving::start(listener, router, Room::new(places), patience, lifecycle);
    };
    let parts = parts(&config.node);
    match doors.public {
        None => serve(doors.listener, web::router_of(web, parts), places),
        Some(public) => {
            let own = (places / PUBLIC_SHARE).max(1);
            tracing::info!(
                connections.public = places - own,
                connections.inner = own,
                "each listener has its part of the connections"
            );
            serve(public, web::public_router(web.clone(), parts), places - own);
            serve(doors.listener, web::inner_router(web, parts), own);
        }
    }
}

/// What the roles of a node serve.
fn parts(node: &NodeSettings) -> Served {
    Served {
        api: node.does_any(&[NodeRole::Web, NodeRole::Source]),
        console: node.does(NodeRole::Web),
        public: node.does_any(&[NodeRole::Web, NodeRole::Track]),
    }
}

/// Connections there may be: as configured, and never so many that the store and the providers
/// would find no descriptor.
fn places(configured: usize, files: Option<u64>) -> usize {
    let Some(files) = files else {
        return configured;
    };
    let own = limits::FILES_OF_OUR_OWN.min(files / 2);
    let most = usize::try_from(files - own).unwrap_or(usize::MAX);
    if most < configured {
        tracing::info!(
            files.open = files,
            connections.most = most,
            "the limit of open files bounds the connections; LimitNOFILE= of the service raises it"
        );
    }
    configured.min(most)
}

/// Raises the limit of open files as far as the machine allows; `None` when there is none.
fn open_files() -> Option<u64> {
    let mut limit = getrlimit(Resource::Nofile);
    if limit.current == limit.maximum {
        return limit.current;
    }
    let before = limit.current;
    limit.current = limit.maximum;
    match setrlimit(Resource::Nofile, limit) {
        Ok(()) => limit.current,
        Err(error) => {
            tracing::warn!(error = %error, "cannot raise the limit of open files");
            before
        }
    }
}

/// The configured address; with port 0 the one the system chose.
pub(super) fn public_url(config: &Config, running: &Running) -> String {
    let (configured, bound) = match config.http.public_listen {
        Some(public) => (public, running.public_address),
        None => (config.http.listen, running.address),
    };
    match bound {
        Some(address) if configured.port() == 0 => format!("http://{address}"),
        _ => config.http.public_url.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_never_take_the_last_descriptors() {
        assert_eq!(places(10_000, None), 10_000);
        assert_eq!(places(10_000, Some(65_536)), 10_000);
        assert_eq!(places(10_000, Some(1_024)), 768);
        assert_eq!(places(10_000, Some(256)), 128);
        assert_eq!(places(10, Some(256)), 10);
    }
}
