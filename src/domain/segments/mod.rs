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

    /// The octets that carry `text`: unpacked, one for each septet, or two for each 16-bit unit, the
    /// higher first. What the alphabet lacks becomes a question mark.
    #[must_use]
    pub fn octets(self, text: &str) -> Vec<u8> {
        match self {
            Self::Gsm7 => alphabet::write(text),
            Self::Ucs2 => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        }
    }

    /// The text that such octets carry; half a character is left out.
    #[must_use]
    pub fn text_of(self, octets: &[u8]) -> String {
        match self {
            Self::Gsm7 => alphabet::read(octets),
            Self::Ucs2 => {
                let pairs = octets.chunks_exact(2);
                let units: Vec<u16> = pairs
                    .map(|pair| u16::from_be_bytes([pair[0], pair[1]]))
                    .collect();
                String::from_utf16_lossy(&units)
            }
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

/// What each segment holds of `text`, in order; together they are `text`.
#[must_use]
pub fn cut(text: &str) -> Vec<&str> {
    let alphabet = Alphabet::of(text);
    let units = text.chars().map(|c| alphabet.units(c)).sum();
    let mut packer = Packer::new(room(alphabet, units));
    let (mut parts, mut start) = (Vec::new(), 0);
    for (at, c) in text.char_indices() {
        let before = packer.count;
        packer.take(alphabet.units(c));
        if packer.count > before && at > start {
            parts.push(&text[start..at]);
            start = at;
        }
    }
    if start < text.len() {
        parts.push(&text[start..]);
    }
    parts
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
