//! A caller that costs little: one HTTP/1.1 connection that stays, one request after the other,
//! answers with a `Content-Length`. The measurements share their processors with the node, so a
//! full client would be measured along with it.

use std::net::SocketAddr;

use anyhow::{Context as _, bail};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// The longest head of an answer, in bytes.
const LONGEST_HEAD: usize = 16 * 1_024;

pub(super) struct Wire {
    stream: TcpStream,
    read: Vec<u8>,
}

pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) body: Vec<u8>,
}

impl Wire {
    pub(super) async fn to(address: SocketAddr) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address)
            .await
            .with_context(|| format!("cannot reach {address}"))?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            read: Vec::with_capacity(LONGEST_HEAD),
        })
    }

    /// Asks for a page. `headers`: whole lines, each with its end.
    pub(super) async fn get(&mut self, path: &str, headers: &str) -> anyhow::Result<Answer> {
        let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n");
        self.ask(request.as_bytes()).await
    }

    pub(super) async fn post(
        &mut self,
        path: &str,
        headers: &str,
        body: &[u8],
    ) -> anyhow::Result<Answer> {
        let mut request = format!(
            "POST {path} HTTP/1.1\r\nHost: localhost\r\n{headers}Content-Length: {}\r\n\r\n",
            body.len()
        )
        .into_bytes();
        request.extend_from_slice(body);
        self.ask(&request).await
    }

    /// Asks for something of any length on a connection that ends with it: status, and how many bytes
    /// came of head and body. Nothing of it is kept.
    pub(super) async fn drain(mut self, path: &str, headers: &str) -> anyhow::Result<(u16, u64)> {
        let request =
            format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{headers}\r\n");
        self.stream.write_all(request.as_bytes()).await?;
        let (mut status, mut came) = (None, 0);
        loop {
            self.read.clear();
            let bytes = self.stream.read_buf(&mut self.read).await?;
            if bytes == 0 {
                let status = status.context("the node hung up before it answered")?;
                return Ok((status, came));
            }
            let first = std::str::from_utf8(self.read.get(9..12).unwrap_or_default());
            status = status.or_else(|| first.ok()?.parse().ok());
            came += bytes as u64;
        }
    }

    /// Sends a whole request and reads its answer.
    pub(super) async fn ask(&mut self, request: &[u8]) -> anyhow::Result<Answer> {
        self.stream.write_all(request).await?;
        let head = loop {
            if let Some(end) = memchr::memmem::find(&self.read, b"\r\n\r\n") {
                break end + 4;
            }
            if self.read.len() > LONGEST_HEAD {
                bail!("the answer's head has no end");
            }
            self.more().await?;
        };
        let (status, length) = head_of(&self.read[..head])?;
        while self.read.len() < head + length {
            self.more().await?;
        }
        let body = self.read[head..head + length].to_vec();
        self.read.drain(..head + length);
        Ok(Answer { status, body })
    }

    async fn more(&mut self) -> anyhow::Result<()> {
        if self.stream.read_buf(&mut self.read).await? == 0 {
            bail!("the node hung up before its answer was whole");
        }
        Ok(())
    }
}

/// Status and length of the body.
fn head_of(head: &[u8]) -> anyhow::Result<(u16, usize)> {
    let head = std::str::from_utf8(head).context("the answer's head is not text")?;
    let status = head.get(9..12).and_then(|digits| digits.parse().ok());
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length")
            .then(|| value.trim().parse().ok())?
    });
    match (status, length) {
        (Some(status), Some(length)) => Ok((status, length)),
        _ => bail!("the answer says neither what it is nor how long"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_head_says_status_and_length_and_nothing_less_will_do() {
        let head = b"HTTP/1.1 202 Accepted\r\nContent-length: 31\r\n\r\n";
        assert_eq!(head_of(head).unwrap(), (202, 31));
        assert!(head_of(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n").is_err());
        assert!(head_of(b"\r\n\r\n").is_err());
    }
}
