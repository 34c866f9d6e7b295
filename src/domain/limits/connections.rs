//! What whoever can reach a port may ask of it: connections, heads and bodies of requests.

use std::time::Duration;

/// Open files that are never given to connections: the store's, the providers', the log's.
pub const FILES_OF_OUR_OWN: u64 = 256;
/// Connections that the system holds ready for each listener while we have not taken them: a
/// burst of so many loses nobody a second to a repeated SYN. The system may allow less.
pub const BACKLOG: u32 = 4_096;
/// From the first byte of a request to the end of its head.
pub const HEAD_WITHIN: Duration = Duration::from_secs(10);
/// A request's body may keep us waiting so long, and longer by what it brought at
/// [`BODY_PACE`].
pub const BODY_WITHIN: Duration = Duration::from_secs(30);
/// The slowest line that a large body may come by, in bytes per second.
pub const BODY_PACE: u64 = 16 * 1024;
/// While all places are taken, a body that has kept us waiting for longer than this, and longer by
/// what it brought at [`BODY_PACE`], makes room for others.
pub const BODY_WITHIN_CROWD: Duration = Duration::from_secs(5);
/// A connection without a request is kept so long for the next one.
pub const IDLE_WITHIN: Duration = Duration::from_secs(60);
/// A reader who takes nothing of an answer for so long has gone.
pub const STALLED_WITHIN: Duration = Duration::from_secs(60);
/// Bytes of one request's head, and of what is read ahead on a connection.
pub const HEAD_BYTES: usize = 64 * 1024;
/// What is left of a refused body is read and dropped up to so many bytes: most programs write
/// all of a body before they read the answer.
pub const LEFTOVER_BYTES: u64 = 64 * 1024 * 1024;
/// The same in time.
pub const LEFTOVER_WITHIN: Duration = Duration::from_secs(30);
