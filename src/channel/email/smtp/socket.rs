//! The TCP connection below a conversation: small packets leave at once, and are acknowledged at
//! once.
//!
//! A server that answers each pipelined command with a write of its own, and leaves Nagle's
//! algorithm on, holds its second answer back until we acknowledge the first. Our kernel delays
//! that by 40 ms for a connection that talks to and fro, so each mail would take that long.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// A TCP connection to a server.
pub(super) struct Socket {
    tcp: TcpStream,
    /// Whether we have spoken since the kernel was last told to acknowledge at once: speaking
    /// makes it wait again.
    spoken: bool,
}

impl Socket {
    /// Without `TCP_NODELAY` each mail waits 40 ms for the other side's delayed acknowledgement.
    pub(super) fn over(tcp: TcpStream) -> io::Result<Self> {
        tcp.set_nodelay(true)?;
        Ok(Self { tcp, spoken: true })
    }

    /// Our own address.
    pub(super) fn local_ip(&self) -> Option<std::net::IpAddr> {
        self.tcp.local_addr().ok().map(|address| address.ip())
    }

    fn acknowledge_at_once(&mut self) {
        if std::mem::take(&mut self.spoken) {
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
        Pin::new(&mut this.tcp).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Socket {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        this.spoken = true;
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
        this.spoken = true;
        Pin::new(&mut this.tcp).poll_write_vectored(cx, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.tcp.is_write_vectored()
    }
}
