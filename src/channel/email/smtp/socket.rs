//! The TCP connection below a conversation: small packets leave at once, and are acknowledged at
//! once.
//!
//! A server that answers each pipelined command with a write of its own, and leaves Nagle's
//! algorithm on, holds its second answer back until we acknowledge the first. Our kernel delays
//! that by 40 ms for a connection that talks to and fro, so each mail would take that long. An
//! answer that came whole needs none of this: what we say next acknowledges it.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// A TCP connection to a server.
pub(super) struct Socket {
    tcp: TcpStream,
    /// Bytes were read that nothing has acknowledged yet, as far as we know.
    unacknowledged: bool,
}

impl Socket {
    /// Without `TCP_NODELAY` each mail waits 40 ms for the other side's delayed acknowledgement.
    pub(super) fn over(tcp: TcpStream) -> io::Result<Self> {
        tcp.set_nodelay(true)?;
        Ok(Self {
            tcp,
            unacknowledged: false,
        })
    }

    pub(super) fn local_ip(&self) -> Option<std::net::IpAddr> {
        self.tcp.local_addr().ok().map(|address| address.ip())
    }

    /// Called when more is wanted than has been read: the rest may be waiting for this.
    fn acknowledge_at_once(&mut self) {
        if std::mem::take(&mut self.unacknowledged) {
            #[cfg(target_os = "linux")]
            if let Err(error) = socket2::SockRef::from(&self.tcp).set_tcp_quickack(true) {
                // Only slower.
                tracing::debug!(%error, "the kernel does not acknowledge at once");
            }
        }
    }
}

impl AsyncRead for Socket {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        this.acknowledge_at_once();
        let before = buffer.filled().len();
        let read = Pin::new(&mut this.tcp).poll_read(cx, buffer);
        this.unacknowledged = buffer.filled().len() > before;
        read
    }
}

impl AsyncWrite for Socket {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        this.unacknowledged = false;
        Pin::new(&mut this.tcp).poll_write(cx, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().tcp).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().tcp).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        this.unacknowledged = false;
        Pin::new(&mut this.tcp).poll_write_vectored(cx, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.tcp.is_write_vectored()
    }
}
