//! Codes that change every 30 seconds (RFC 6238 with SHA-1 and six digits, as every authenticator has it).
//! Which codes were used already is the store's matter: here a code is only turned into its step.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use ring::hmac;
use subtle::ConstantTimeEq as _;

use crate::domain::Timestamp;
use crate::text::base32;

/// 160 bits, as RFC 4226 §4 recommends.
pub const SECRET_BYTES: usize = 20;
/// Microseconds for which a code is shown.
const STEP: i64 = 30_000_000;
const DIGITS: usize = 6;

/// What the person's authenticator and we both know.
#[derive(Clone, PartialEq, Eq)]
pub struct TotpSecret([u8; SECRET_BYTES]);

impl std::fmt::Debug for TotpSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TotpSecret(***)")
    }
}

impl TotpSecret {
    #[must_use]
    pub const fn from_entropy(bytes: [u8; SECRET_BYTES]) -> Self {
        Self(bytes)
    }

    /// Of the text that [`TotpSecret::text`] writes, in letters of either case; blanks are passed over.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = base32::decode(&without_blanks(text))?;
        Some(Self(bytes.try_into().ok()?))
    }

    /// In base32, 32 letters and digits: as authenticators take it when it is typed.
    #[must_use]
    pub fn text(&self) -> String {
        base32::encode(&self.0).to_ascii_uppercase()
    }

    /// What the square of dots says to an authenticator. `account`: whose it is, for its list.
    #[must_use]
    pub fn address(&self, account: &str) -> String {
        let account = utf8_percent_encode(account, NON_ALPHANUMERIC);
        let secret = self.text();
        format!(
            "otpauth://totp/Araldo:{account}?secret={secret}&issuer=Araldo&algorithm=SHA1&digits=6&period=30"
        )
    }

    /// The step whose code was typed, at most one before or after the present one; none: a wrong code.
    #[must_use]
    pub fn step_of(&self, typed: &str, now: Timestamp) -> Option<i64> {
        let typed = without_blanks(typed);
        let present = now.as_micros().div_euclid(STEP);
        let is_it = |step: &i64| bool::from(self.code(*step).as_bytes().ct_eq(typed.as_bytes()));
        [present, present - 1, present + 1].into_iter().find(is_it)
    }

    fn code(&self, step: i64) -> String {
        format!("{:0DIGITS$}", self.number(step) % 1_000_000)
    }

    /// 31 bits, of which a code is the last digits (RFC 4226 §5.3).
    fn number(&self, step: i64) -> u32 {
        let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &self.0);
        let tag = hmac::sign(&key, &step.to_be_bytes());
        let bytes = tag.as_ref();
        let at = usize::from(bytes[bytes.len() - 1] & 0x0f);
        u32::from_be_bytes([
            bytes[at] & 0x7f,
            bytes[at + 1],
            bytes[at + 2],
            bytes[at + 3],
        ])
    }
}

/// People type codes and secrets in groups.
fn without_blanks(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret() -> TotpSecret {
        TotpSecret::from_entropy(*b"12345678901234567890")
    }

    #[test]
    fn the_numbers_are_those_of_rfc_6238() {
        for (seconds, number) in [
            (59, 94_287_082),
            (1_111_111_109, 7_081_804),
            (1_111_111_111, 14_050_471),
            (1_234_567_890, 89_005_924),
            (2_000_000_000, 69_279_037),
            (20_000_000_000, 65_353_130),
        ] {
            let step = seconds / 30;
            assert_eq!(secret().number(step) % 100_000_000, number, "{seconds}");
        }
    }

    #[test]
    fn a_code_holds_for_its_step_and_its_neighbours() {
        let at = |seconds: i64| Timestamp::from_micros(seconds * 1_000_000);
        let step = |typed: &str, seconds| secret().step_of(typed, at(seconds));
        assert_eq!(step("287082", 59), Some(1));
        assert_eq!(step(" 287 082 ", 89), Some(1));
        assert_eq!(step("287082", 0), Some(1), "its clock is ahead");
        assert_eq!(step("287082", 90), None);
        for wrong in ["", "287083", "94287082", "28708", "２８７０８２"] {
            assert_eq!(step(wrong, 59), None, "{wrong}");
        }
    }

    #[test]
    fn a_secret_is_written_as_authenticators_take_it() {
        let text = secret().text();
        assert_eq!(text, "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        assert_eq!(
            TotpSecret::parse("gezdgnbv GY3TQOJQ GEZDGNBVGY3TQOJQ"),
            Some(secret())
        );
        for wrong in ["", "GEZDGNBVGY3TQOJQ", "1EZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"] {
            assert_eq!(TotpSecret::parse(wrong), None, "{wrong}");
        }
        let address = secret().address("anna@example.org");
        assert!(address.starts_with("otpauth://totp/Araldo:anna%40example%2Eorg?secret=GEZD"));
        assert_eq!(format!("{:?}", secret()), "TotpSecret(***)");
    }
}
