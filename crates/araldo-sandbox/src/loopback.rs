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
/// Until a machine that had no descriptor left is asked for one again.
const PAUSE: Duration = Duration::from_millis(100);

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
/// among them. One that crashes ends alone.
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
            Some(ended) = open.join_next() => if ended.is_err() {
                tracing::error!("a conversation of the sandbox crashed; the others go on");
            },
            accepted = listener.accept(), if open.len() < most => match accepted {
                Ok((stream, _)) => {
                    let conversation = converse(stream, open.len() + 1);
                    open.spawn(conversation);
                }
                Err(error) => {
                    tracing::warn!(%error, "a server of the sandbox cannot take a connection");
                    tokio::time::sleep(PAUSE).await;
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

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;

    /// Says it back, or crashes.
    async fn parrot(mut stream: TcpStream) {
        let mut word = [0_u8; 1];
        stream.read_exact(&mut word).await.unwrap();
        assert_ne!(word, *b"x", "on purpose");
        stream.write_all(&word).await.unwrap();
    }

    async fn ask(port: u16, word: &str) -> String {
        let address = (Ipv4Addr::LOCALHOST, port);
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(word.as_bytes()).await.unwrap();
        let mut heard = String::new();
        stream.read_to_string(&mut heard).await.unwrap();
        heard
    }

    #[tokio::test]
    async fn a_conversation_that_crashes_ends_alone_and_leaves_its_place() {
        let (listener, port) = listen(0).unwrap();
        let asking = async {
            assert_eq!(ask(port, "x").await, "");
            assert_eq!(ask(port, "a").await, "a");
        };
        tokio::select! {
            () = serve(listener, 1, |stream, _| parrot(stream)) => panic!("it serves no more"),
            () = asking => {}
        }
    }
}
