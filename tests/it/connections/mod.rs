//! What connections may cost: descriptors, time and memory, whoever opens them.

mod crowd;
mod deadlines;
mod doors;
mod refused_bodies;
mod slow_bodies;

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// How long a test waits for what must happen: generous, because the machine may be busy.
const PATIENCE: Duration = Duration::from_mins(1);

/// A connection on which `said` was sent and nothing more.
fn speak(address: SocketAddr, said: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).expect("a connection");
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.write_all(said.as_bytes()).unwrap();
    stream
}

/// The same on a server that may close connections as fast as they are opened.
fn speak_if_heard(address: SocketAddr, said: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).expect("a connection");
    stream.write_all(said.as_bytes()).ok();
    stream
}

/// Everything until the other side closes. Fails when it does not.
fn until_closed(mut stream: TcpStream) -> String {
    let mut heard = Vec::new();
    match stream.read_to_end(&mut heard) {
        Err(error) if error.kind() != ErrorKind::ConnectionReset => {
            panic!("still open after {PATIENCE:?}: {error}")
        }
        Ok(_) | Err(_) => String::from_utf8_lossy(&heard).into_owned(),
    }
}
