//! Requests and files as they come in, and what an error repeats of them.

// ---- What is asked of the API ----

/// Counts of an audience are rounded up to this for a key that may not read clients, so that an
/// area drawn around one house does not tell whether somebody there is a client.
pub const PREVIEW_STEP: i64 = 10;

// ---- Requests and files ----

/// Bytes of a request with one document: a client with 500 places has some 100 KB.
pub const DOCUMENT_BYTES: usize = 1 << 20;
/// Bytes of a batch of events.
pub const BATCH_BYTES: usize = 8 << 20;
/// Events of a batch; each of 400 bytes, they fill it.
pub const BATCH_EVENTS: usize = 20_000;
/// Bytes of a line of an import: a client each.
pub const LINE_BYTES: usize = 1 << 20;
/// Bytes from which a body is read away from the threads that answer requests: reading so much
/// takes a millisecond or more.
pub const LONG_BODY_BYTES: usize = 1 << 16;
/// Rejected lines named one by one in an answer; further ones are only counted.
pub const NAMED_LINES: usize = 10_000;
/// Warnings named one by one in an answer.
pub const NAMED_WARNINGS: usize = 20;
/// Faults of one file of settings that are named in one run: each costs another reading.
pub const NAMED_FAULTS: usize = 50;
/// Bytes of a file of settings or of rules.
pub const SETTINGS_BYTES: u64 = 1 << 18;

// ---- What an error repeats of what was wrong: errors are kept by the thousand ----

/// Characters of a wrong value in the words of an error.
pub const QUOTED: usize = 60;
/// Characters of the pointer to the field.
pub const POINTER: usize = 200;
/// Characters of the whole sentence.
pub const DETAIL: usize = 500;
