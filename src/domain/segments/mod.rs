//! How an SMS is cut: which alphabet it needs, how many segments it costs, and where they end.
//!
//! A message of one segment has 140 octets: 160 septets of GSM-7, or 70 code units of UCS-2.
//! A longer one gives six octets of each segment to a header (8-bit reference, 3GPP TS 23.040
//! §9.2.3.24.1), which leaves 153 and 67. National shift tables are not used: handsets and
//! operators support them unevenly.
//!
//! `alphabet` holds the tables, `replacement` what could stand for a character that makes a text dear.

mod alphabet;
mod replacement;

use alphabet::is_gsm;
pub use replacement::replacement;

use crate::text::text_enum::text_enum;

text_enum! {
    /// The alphabet a text needs on the air.
    pub enum Alphabet {
        /// The default alphabet with its extension table (3GPP TS 23.038 §6.2.1).
        Gsm7 => "gsm7",
        /// 16-bit code units; a character outside the basic plane takes two.
        Ucs2 => "ucs2",
    }
}

impl Alphabet {
    /// The alphabet `text` needs: GSM-7 unless one character is missing from it.
    #[must_use]
    pub fn of(text: &str) -> Self {
        if text.chars().all(is_gsm) {
            Self::Gsm7
        } else {
            Self::Ucs2
        }
    }

    /// Units in a message of one segment.
    #[must_use]
    pub const fn single(self) -> usize {
        match self {
            Self::Gsm7 => 160,
            Self::Ucs2 => 70,
        }
    }

    /// Units in each segment of a longer message.
    #[must_use]
    pub const fn concatenated(self) -> usize {
        match self {
            Self::Gsm7 => 153,
            Self::Ucs2 => 67,
        }
    }

    /// Units one character takes; never cut in two.
    fn units(self, c: char) -> usize {
        match self {
            Self::Gsm7 => alphabet::septets(c).unwrap_or(1),
            Self::Ucs2 => c.len_utf16(),
        }
    }
}

/// What a text costs as an SMS.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Segments {
    /// What it is written in.
    pub alphabet: Alphabet,
    /// Septets (GSM-7) or 16-bit units (UCS-2) of the whole text.
    pub units: usize,
    /// Segments, each paid as one SMS; 0 only for the empty text.
    pub count: usize,
    /// Units one segment of this message can hold.
    pub per_segment: usize,
    /// Units still free in the last segment.
    pub left_in_last: usize,
    /// The first character that GSM-7 lacks, and what could stand in its place.
    pub first_foreign: Option<(char, Option<&'static str>)>,
}

/// Measures a text as it is, without replacing anything.
#[must_use]
pub fn measure(text: &str) -> Segments {
    let foreign = text.chars().find(|c| !is_gsm(*c));
    let alphabet = Alphabet::of(text);
    let units = text.chars().map(|c| alphabet.units(c)).sum();
    let room = room(alphabet, units);
    let mut packer = Packer::new(room);
    for c in text.chars() {
        packer.take(alphabet.units(c));
    }
    Segments {
        alphabet,
        units,
        count: packer.count,
        per_segment: room,
        left_in_last: room - packer.used,
        first_foreign: foreign.map(|c| (c, replacement(c))),
    }
}

const fn room(alphabet: Alphabet, units: usize) -> usize {
    if units <= alphabet.single() {
        alphabet.single()
    } else {
        alphabet.concatenated()
    }
}

/// Fills segments one after the other; what does not fit whole opens the next.
struct Packer {
    room: usize,
    count: usize,
    used: usize,
}

impl Packer {
    const fn new(room: usize) -> Self {
        Self {
            room,
            count: 0,
            used: 0,
        }
    }

    const fn take(&mut self, units: usize) {
        if self.count == 0 || self.used + units > self.room {
            self.count += 1;
            self.used = 0;
        }
        self.used += units;
    }
}

#[cfg(test)]
mod tests;
