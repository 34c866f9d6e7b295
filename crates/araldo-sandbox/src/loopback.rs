//! Ports of this machine: opened, and served until whoever serves is dropped.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::time::Duration;

use socket2::{Domain, Socket, Type};
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::task::JoinSet;

/// Connections that may wait to be taken: a burst that finds no room waits for a second.
const WAITING: i32 = 4_096;

/// Listens on a port of 127.0.0.1; 0 is any that is free.
pub(crate) fn listen(port: u16) -> io::Result<(TcpListener, u16)> {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
    socket.set_reuse_address(true)?;
    socket.bind(&SocketAddr::from((Ipv4Addr::LOCALHOST, port)).into())?;
    socket.listen(WAITING)?;
    socket.set_nonblocking(true)?;
    let listener = TcpListener::from(socket);
    let port = listener.local_addr()?.port();
    Ok((listener, port))
}

/// Converses with whoever connects, until it is dropped: then every connection ends where it
/// stands. At most `most` are open at once; others wait. `converse` is told how many are, its own
/// among them.
pub(crate) async fn serve<C>(
    listener: TcpListener,
    most: usize,
    converse: impl Fn(TcpStream, usize) -> C,
) where
    C: Future<Output = ()> + Send + 'static,
{
    let listener = match tokio::net::TcpListener::from_std(listener) {
        Ok(listener) => listener,
        Err(error) => return tracing::error!(%error, "a server of the sandbox cannot start"),
    };
    let mut open = JoinSet::new();
    loop {
        tokio::select! {
            Some(ended) = open.join_next() => if let Err(crash) = ended {
                std::panic::resume_unwind(crash.into_panic());
            },
            accepted = listener.accept(), if open.len() < most => match accepted {
                Ok((stream, _)) => {
                    let conversation = converse(stream, open.len() + 1);
                    open.spawn(conversation);
                }
                Err(error) => {
                    tracing::warn!(%error, "a server of the sandbox cannot take a connection");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            },
        }
    }
}

/// A server on a thread of its own, so that nobody else's work holds it up; it ends with its
/// handle.
#[derive(Debug)]
pub struct Apart {
    _stop: oneshot::Sender<()>,
}

/// Serves on a thread of its own.
pub fn apart(serving: impl Future<Output = ()> + Send + 'static) -> io::Result<Apart> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let (stop, stopped) = oneshot::channel();
    std::thread::spawn(move || {
        runtime.block_on(async move {
            tokio::select! {
                () = serving => {}
                _ = stopped => {}
            }
        });
    });
    Ok(Apart { _stop: stop })
}
