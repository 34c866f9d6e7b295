//! What people declare at the console: events, shapes of places, and what was wrong and is put right.

use chrono::TimeDelta;

// ---- Municipalities and zones as shapes: a file of the organisation's ----

/// Bytes of a file of shapes: those of all Italy, somewhat simplified, have half of it.
pub const AREA_FILE_BYTES: u64 = 128 * 1024 * 1024;
/// Shapes of one kind: Italy has some 7,900 municipalities.
pub const AREA_SHAPES: usize = 10_000;
/// Corners of one shape as it comes, before it is simplified.
pub const SHAPE_CORNERS: usize = 200_000;
/// Corners of one shape as it is kept and drawn.
pub const SHAPE_CORNERS_KEPT: usize = 120;
/// Characters of a shape's name.
pub const SHAPE_NAME: usize = 100;
/// Shapes on the map of a form: each is a box to tick and a path of its own, and the page stays below
/// 100 KB.
pub const SHAPES_DRAWN: usize = 120;
/// Corners of all shapes on one map together, for the same reason.
pub const CORNERS_DRAWN: usize = 3_000;

// ---- What was wrong and is put right: a person at the console, or a program ----

/// Plans that one rectification puts right.
pub const RECTIFIED_PLANS: usize = 10_000;
/// Characters of what was wrong, and of what holds: both go into one SMS.
pub const RECTIFIED_TEXT: usize = 300;

// ---- What an operator declares at the console ----

/// Clients that are looked at one by one to say what an event would come to. Of a larger audience
/// every so many of them are: the share of each channel is as exact as anybody needs it.
pub const FORETOLD_CLIENTS: usize = 100_000;
/// Corners of a shape that is pasted: each edge is held against each other.
pub const PASTED_CORNERS: usize = 2_000;
/// Parts of a form with a file: the fields, and a part for each municipality that is chosen on the map.
pub const FORM_PARTS: usize = 256;
/// Entries of a pasted list of which the store is asked whether they are known.
pub const ENTRIES_KNOWN: usize = 60_000;
/// Entries of a pasted list that could not be taken, and are shown.
pub const LEFT_OUT_SHOWN: usize = 20;
/// How long these are kept of a draft that nobody touches: names of people may be among them.
pub const NOTES_KEPT: TimeDelta = TimeDelta::days(1);
/// What is declared and still open, as it is listed.
pub const DECLARED_SHOWN: i64 = 50;
