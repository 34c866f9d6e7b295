//! What whoever connects may take of this process: the ports are on loopback, and so is everybody
//! else who works on the machine.

use std::time::Duration;

/// What a server bears.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Open at once; a mail server says 421 to the next, a gateway lets it wait.
    pub connections: usize,
    /// Octets of a command line, and of what is read of a mail at once.
    pub line: usize,
    /// Octets of one mail.
    pub mail: usize,
    /// Octets of the head of one HTTP request.
    pub head: usize,
    /// Octets of answers that wait for a mail client while it goes on asking; then it has to read.
    pub answers: usize,
    /// How long a client may say nothing (RFC 5321 §4.5.3.2.7).
    pub idle: Duration,
    /// How long a client may leave unread what it is told.
    pub unread: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 512,
            line: 4_096,
            mail: 10_000_000,
            head: 16_384,
            answers: 16_384,
            idle: Duration::from_mins(5),
            unread: Duration::from_secs(30),
        }
    }
}
