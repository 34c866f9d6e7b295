//! One question to a name server, by default the machine's: the TXT records of a name (RFC 1035). Just enough
//! for the doctor: one question over UDP, once more over TCP when the answer does not fit.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpStream, UdpSocket};
use tokio::time::timeout;

const PATIENCE: Duration = Duration::from_secs(5);
const PORT: u16 = 53;
/// Bytes of the header (§4.1.1).
const HEADER: usize = 12;
/// The record type (§3.2.2).
const TXT: u16 = 16;

/// Reads the address of a name server, with or without its port.
pub(super) fn server(text: &str) -> Result<SocketAddr, String> {
    let alone = |_| {
        text.parse()
            .map(|address: IpAddr| SocketAddr::new(address, PORT))
    };
    text.parse().or_else(alone).map_err(|_| {
        format!("`{text}` is no address of a name server such as `192.0.2.53` or `192.0.2.53:53`")
    })
}

/// The TXT records of `name`; none when the name has none or does not exist.
pub(super) async fn texts(server: SocketAddr, name: &str) -> Result<Vec<String>, String> {
    let question = question(name).ok_or_else(|| format!("`{name}` is no name"))?;
    let fault = |error| format!("the name server {server} does not answer: {error}");
    let asked = timeout(PATIENCE, ask(server, &question)).await;
    let answer = asked.map_err(|_| fault("no answer within 5 s".to_owned()))?;
    let answer = answer.map_err(|error| fault(error.to_string()))?;
    read(&answer)
        .ok_or_else(|| format!("the name server {server} gives an answer that cannot be read"))?
}

pub(super) fn usual_server() -> SocketAddr {
    let settings = std::fs::read_to_string("/etc/resolv.conf").unwrap_or_default();
    let address = settings
        .lines()
        .filter_map(|line| line.strip_prefix("nameserver"))
        .find_map(|address| address.trim().parse().ok())
        .unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST));
    SocketAddr::new(address, PORT)
}

fn question(name: &str) -> Option<Vec<u8>> {
    // Id 1, recursion desired, one question. One socket asks one question, so the id is enough.
    let mut bytes = vec![0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0];
    for label in name.trim_end_matches('.').split('.') {
        let length = u8::try_from(label.len()).ok();
        bytes.push(length.filter(|length| (1..=63).contains(length))?);
        bytes.extend_from_slice(label.as_bytes());
    }
    bytes.extend_from_slice(&[0, 0, 16, 0, 1]);
    Some(bytes)
}

async fn ask(server: SocketAddr, question: &[u8]) -> std::io::Result<Vec<u8>> {
    let any: IpAddr = if server.is_ipv4() {
        Ipv4Addr::UNSPECIFIED.into()
    } else {
        std::net::Ipv6Addr::UNSPECIFIED.into()
    };
    let socket = UdpSocket::bind((any, 0)).await?;
    socket.connect(server).await?;
    socket.send(question).await?;
    let mut answer = vec![0; 4096];
    let length = socket.recv(&mut answer).await?;
    answer.truncate(length);
    // The truncation bit (§4.1.1).
    if answer.get(2).is_some_and(|flags| flags & 2 != 0) {
        return ask_at_length(server, question).await;
    }
    Ok(answer)
}

async fn ask_at_length(server: SocketAddr, question: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut stream = TcpStream::connect(server).await?;
    let length = u16::try_from(question.len()).unwrap_or_default();
    stream.write_u16(length).await?;
    stream.write_all(question).await?;
    let mut answer = vec![0; usize::from(stream.read_u16().await?)];
    stream.read_exact(&mut answer).await?;
    Ok(answer)
}

/// The texts in an answer, or what the server says instead. `None`: not an answer at all.
fn read(answer: &[u8]) -> Option<Result<Vec<String>, String>> {
    match answer.get(3)? & 15 {
        // No such name is an answer, too (§4.1.1).
        3 => return Some(Ok(Vec::new())),
        0 => {}
        code => {
            return Some(Err(format!(
                "the name server refuses the question with code {code}"
            )));
        }
    }
    let count = number(answer, 6)?;
    let mut at = after_name(answer, HEADER)? + 4;
    let mut texts = Vec::new();
    for _ in 0..count {
        at = after_name(answer, at)?;
        let (kind, length) = (number(answer, at)?, usize::from(number(answer, at + 8)?));
        let data = answer.get(at + 10..at + 10 + length)?;
        if kind == TXT {
            texts.push(joined(data)?);
        }
        at += 10 + length;
    }
    Some(Ok(texts))
}

fn number(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes([*bytes.get(at)?, *bytes.get(at + 1)?]))
}

/// A name ends with an empty label or with a pointer to an earlier one (§4.1.4).
fn after_name(bytes: &[u8], mut at: usize) -> Option<usize> {
    loop {
        match usize::from(*bytes.get(at)?) {
            0 => return Some(at + 1),
            length if length >= 192 => return Some(at + 2),
            length => at += 1 + length,
        }
    }
}

/// A record's text comes in pieces of at most 255 bytes (§3.3.14).
fn joined(mut data: &[u8]) -> Option<String> {
    let mut text = Vec::new();
    while let Some((length, rest)) = data.split_first() {
        let (piece, rest) = rest.split_at_checked(usize::from(*length))?;
        text.extend_from_slice(piece);
        data = rest;
    }
    Some(String::from_utf8_lossy(&text).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An answer to a question for `a.it` with one record in two pieces.
    fn answer() -> Vec<u8> {
        let mut bytes = question("a.it").unwrap();
        bytes[2..4].copy_from_slice(&[0x81, 0x80]);
        bytes[7] = 1;
        bytes.extend_from_slice(&[0xc0, 12, 0, 16, 0, 1, 0, 0, 0, 60, 0, 13]);
        bytes.extend_from_slice(b"\x07v=spf1 \x04-all");
        bytes
    }

    #[test]
    fn the_pieces_of_a_record_are_one_text() {
        assert_eq!(read(&answer()), Some(Ok(vec!["v=spf1 -all".to_owned()])));
    }

    #[test]
    fn a_name_that_does_not_exist_has_no_records() {
        let mut bytes = answer();
        bytes[3] = 0x83;
        assert_eq!(read(&bytes), Some(Ok(Vec::new())));
        bytes[3] = 0x82;
        assert!(read(&bytes).unwrap().unwrap_err().contains("code 2"));
    }

    #[test]
    fn an_answer_cut_short_is_none() {
        let whole = answer();
        for length in 0..whole.len() {
            assert_eq!(read(&whole[..length]), None, "cut at {length}");
        }
    }

    #[test]
    fn a_server_is_an_address_with_or_without_a_port() {
        assert_eq!(server("192.0.2.53").unwrap().to_string(), "192.0.2.53:53");
        assert_eq!(server("[::1]:5353").unwrap().port(), 5353);
        assert!(server("dns.example.it").unwrap_err().contains("192.0.2.53"));
    }

    #[test]
    fn a_name_with_an_empty_or_too_long_label_is_refused() {
        assert_eq!(question("a..it"), None);
        assert_eq!(question(&"a".repeat(64)), None);
    }
}
