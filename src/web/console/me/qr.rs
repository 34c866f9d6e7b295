//! A text as a square of dots, for an authenticator to look at: drawn as one path of an SVG.

use qrcodegen::{QrCode, QrCodeEcc};

/// Dots of white around it (ISO/IEC 18004 §6.3.8).
const MARGIN: i32 = 4;

pub(super) struct QrDrawing {
    /// Dots of a side, the margin included.
    pub(super) side: i32,
    /// The dark ones, one unit each.
    pub(super) path: String,
}

impl QrDrawing {
    /// None for a text that is too long for any square.
    pub(super) fn of(text: &str) -> Option<Self> {
        let code = QrCode::encode_text(text, QrCodeEcc::Medium).ok()?;
        let dots = (0..code.size()).flat_map(|y| (0..code.size()).map(move |x| (x, y)));
        let dark = dots.filter(|(x, y)| code.get_module(*x, *y));
        let path = dark.map(|(x, y)| format!("M{} {}h1v1h-1z", x + MARGIN, y + MARGIN));
        Some(Self {
            side: code.size() + 2 * MARGIN,
            path: path.collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_corner_has_its_eye_and_the_margin_is_white() {
        let drawing = QrDrawing::of("otpauth://totp/Araldo:a").unwrap();
        let has = |x: i32, y: i32| drawing.path.contains(&format!("M{x} {y}h1"));
        assert!((0..7).all(|x| has(MARGIN + x, MARGIN)));
        assert!(!has(MARGIN + 1, MARGIN + 1) && has(MARGIN + 3, MARGIN + 3));
        assert!(!(0..drawing.side).any(|x| has(x, MARGIN - 1)));
        assert!(QrDrawing::of(&"x".repeat(5_000)).is_none());
    }
}
