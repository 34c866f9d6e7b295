//! Signed references for links, pixels and callbacks: short, purpose-bound, and worthless when
//! altered. What a token points at is looked up in the store, never read from a request.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use subtle::ConstantTimeEq as _;

use crate::text::base32;

/// Bytes of the signature kept in a token: 80 bits, so that a link fits an SMS. The pages
/// behind a token change nothing on GET (OWASP ASVS 11.5.1 asks 128 bits of secrets that do).
const MAC_BYTES: usize = 10;

/// Begins what the key of a bearer is derived from; no purpose has this tag.
const BEARER_TAG: &[u8] = b"bearer ";
/// The same for what is kept of a code that is typed.
const TYPED_TAG: &[u8] = b"typed ";

/// What a token is good for. A token made for one purpose is refused for every other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Follow a link: ids are message and link.
    Click,
    /// Show the pixel: the id is the message.
    Open,
    /// Show the pixel without saying who: the id is the plan.
    AnonymousOpen,
    /// The status page: the id is the message.
    Status,
    /// Unsubscribe: the id is the message.
    Unsubscribe,
    /// Tell a browser that logged in before from a stranger: ids are the person and the day.
    Device,
    /// Tell the first no of a client from a later one: the id is the client. Nobody is given it.
    StillOut,
    /// A provider's report about an attempt: ids are message and lease number.
    Receipt,
    /// What a mail server writes about one of our mails: the id is the message.
    MailReport,
    /// What a reader answers to one of our mails: the id is the message.
    MailAnswer,
    /// What one of the staff answers to a mail about a conversation: the id is that mail.
    StaffAnswer,
}

impl Purpose {
    const fn tag(self) -> u8 {
        match self {
            Self::Click => b'c',
            Self::Open => b'o',
            Self::AnonymousOpen => b'O',
            Self::Status => b's',
            Self::Unsubscribe => b'u',
            Self::Device => b'd',
            Self::StillOut => b'n',
            Self::Receipt => b'r',
            Self::MailReport => b'm',
            Self::MailAnswer => b'a',
            Self::StaffAnswer => b't',
        }
    }
}

/// Makes and checks tokens with one secret.
#[derive(Clone)]
pub struct Signer {
    keyed: Hmac<Sha256>,
}

impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Signer(***)")
    }
}

impl Signer {
    /// `secret`: at least 32 random bytes.
    ///
    /// # Panics
    /// Never: HMAC takes keys of any length (RFC 2104 §2).
    #[must_use]
    #[expect(
        clippy::expect_used,
        reason = "HMAC takes keys of any length (RFC 2104 §2)"
    )]
    pub fn new(secret: &[u8]) -> Self {
        Self {
            keyed: Hmac::new_from_slice(secret).expect("any length is right"),
        }
    }

    /// A token over one or two ids.
    #[must_use]
    pub fn sign(&self, purpose: Purpose, ids: &[i64]) -> String {
        URL_SAFE_NO_PAD.encode(self.signed(purpose, ids))
    }

    /// A token over one id whose letters may change their case on the way, as what stands before
    /// the `@` of an address may: 29 letters and digits.
    #[must_use]
    pub fn sign_caseless(&self, purpose: Purpose, id: i64) -> String {
        base32::encode(&self.signed(purpose, &[id]))
    }

    /// The id of a token made by [`Signer::sign_caseless`] for this purpose.
    #[must_use]
    pub fn open_caseless(&self, purpose: Purpose, token: &str) -> Option<i64> {
        let bytes = self.verified(purpose, &base32::decode(token)?, 8)?;
        Some(i64::from_be_bytes(bytes[..8].try_into().ok()?))
    }

    fn signed(&self, purpose: Purpose, ids: &[i64]) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(ids.len() * 8 + MAC_BYTES);
        for (place, id) in ids.iter().enumerate() {
            let whole = id.to_be_bytes();
            // The first id is time-ordered and needs its eight bytes; a second one is small.
            bytes.extend_from_slice(if place == 0 { &whole[..] } else { &whole[4..] });
        }
        let mac = self.mac(purpose, &bytes);
        bytes.extend_from_slice(&mac[..MAC_BYTES]);
        bytes
    }

    /// The same for one bearer, by name: a token that another presents is worthless.
    #[must_use]
    pub fn sign_for(&self, bearer: &str, purpose: Purpose, ids: &[i64]) -> String {
        self.of_bearer(bearer).sign(purpose, ids)
    }

    /// The ids of a token made by [`Signer::sign_for`] for this bearer.
    #[must_use]
    pub fn open_two_of(&self, bearer: &str, purpose: Purpose, token: &str) -> Option<(i64, i64)> {
        self.of_bearer(bearer).open_two(purpose, token)
    }

    /// A signer of its own for each bearer: the key is derived from the secret and the name, so
    /// that no name runs over into what is signed. Deriving takes longer than signing: who signs
    /// often keeps it.
    #[must_use]
    pub fn of_bearer(&self, bearer: &str) -> Self {
        let mut keyed = self.keyed.clone();
        keyed.update(BEARER_TAG);
        keyed.update(bearer.as_bytes());
        Self::new(&keyed.finalize().into_bytes())
    }

    /// What is kept of a short code that somebody is sent, for the row that it stands in. Without the
    /// secret nobody finds the code by trying all there are.
    #[must_use]
    pub fn typed_hash(&self, row: i64, code: &str) -> String {
        let mut keyed = self.keyed.clone();
        keyed.update(TYPED_TAG);
        keyed.update(&row.to_be_bytes());
        keyed.update(code.as_bytes());
        URL_SAFE_NO_PAD.encode(keyed.finalize().into_bytes())
    }

    /// Whether a code is the one of this row, in a time that does not tell how much of it is right.
    #[must_use]
    pub fn is_typed(&self, row: i64, code: &str, hash: &str) -> bool {
        let expected = self.typed_hash(row, code);
        expected.as_bytes().ct_eq(hash.as_bytes()).into()
    }

    /// The id of a token made by [`Signer::sign`] with one id for this purpose.
    #[must_use]
    pub fn open_one(&self, purpose: Purpose, token: &str) -> Option<i64> {
        let bytes = self.verified(purpose, &URL_SAFE_NO_PAD.decode(token).ok()?, 8)?;
        Some(i64::from_be_bytes(bytes[..8].try_into().ok()?))
    }

    /// The ids of a token made by [`Signer::sign`] with two ids for this purpose.
    #[must_use]
    pub fn open_two(&self, purpose: Purpose, token: &str) -> Option<(i64, i64)> {
        let bytes = self.verified(purpose, &URL_SAFE_NO_PAD.decode(token).ok()?, 12)?;
        let first = i64::from_be_bytes(bytes[..8].try_into().ok()?);
        let second = u32::from_be_bytes(bytes[8..12].try_into().ok()?);
        Some((first, i64::from(second)))
    }

    fn verified(&self, purpose: Purpose, token: &[u8], length: usize) -> Option<Vec<u8>> {
        let (ids, given) = token.split_at_checked(length)?;
        let expected = self.mac(purpose, ids);
        let same: bool = expected[..MAC_BYTES].ct_eq(given).into();
        same.then(|| ids.to_vec())
    }

    fn mac(&self, purpose: Purpose, bytes: &[u8]) -> [u8; 32] {
        let mut keyed = self.keyed.clone();
        keyed.update(&[purpose.tag()]);
        keyed.update(bytes);
        keyed.finalize().into_bytes().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_opens_only_for_its_purpose_and_unaltered() {
        let signer = Signer::new(b"0123456789abcdef0123456789abcdef");
        let token = signer.sign(Purpose::Click, &[1 << 50, 7]);
        assert_eq!(signer.open_two(Purpose::Click, &token), Some((1 << 50, 7)));
        assert_eq!(signer.open_two(Purpose::Receipt, &token), None);
        assert_eq!(signer.open_one(Purpose::Click, &token), None);
        for at in 0..token.len() {
            let mut altered = token.clone().into_bytes();
            altered[at] = if altered[at] == b'A' { b'B' } else { b'A' };
            let altered = String::from_utf8(altered).unwrap();
            assert_ne!(
                signer.open_two(Purpose::Click, &altered),
                Some((1 << 50, 8))
            );
            assert!(signer.open_two(Purpose::Click, &altered).is_none() || altered == token);
        }
        let other = Signer::new(b"another secret of thirty-two byte");
        assert_eq!(other.open_two(Purpose::Click, &token), None);
    }

    #[test]
    fn a_token_for_one_bearer_is_worthless_to_another() {
        let signer = Signer::new(&[7; 32]);
        let token = signer.sign_for("gateway", Purpose::Receipt, &[9, 1]);
        let open = |bearer| signer.open_two_of(bearer, Purpose::Receipt, &token);
        assert_eq!(open("gateway"), Some((9, 1)));
        assert_eq!(open("gateway2"), None);
        assert_eq!(open(""), None);
        assert_eq!(signer.open_two(Purpose::Receipt, &token), None);
    }

    #[test]
    fn a_caseless_token_survives_a_server_that_writes_capitals() {
        let signer = Signer::new(&[7; 32]);
        let token = signer.sign_caseless(Purpose::MailReport, 1 << 50);
        assert_eq!(token.len(), 29);
        let open = |purpose, token: &str| signer.open_caseless(purpose, token);
        assert_eq!(open(Purpose::MailReport, &token), Some(1 << 50));
        let capitals = token.to_ascii_uppercase();
        assert_eq!(open(Purpose::MailReport, &capitals), Some(1 << 50));
        assert_eq!(open(Purpose::MailAnswer, &token), None);
        assert_eq!(open(Purpose::MailReport, &token[1..]), None);
    }

    #[test]
    fn a_typed_code_is_good_for_its_row_and_secret_alone() {
        let signer = Signer::new(&[7; 32]);
        let hash = signer.typed_hash(1, "012345");
        assert!(signer.is_typed(1, "012345", &hash));
        assert!(!signer.is_typed(2, "012345", &hash));
        assert!(!signer.is_typed(1, "012346", &hash) && !signer.is_typed(1, "", &hash));
        assert!(!Signer::new(&[8; 32]).is_typed(1, "012345", &hash));
        assert!(!hash.contains("012345"));
    }

    #[test]
    fn a_status_token_is_24_characters() {
        let signer = Signer::new(&[7; 32]);
        assert_eq!(signer.sign(Purpose::Status, &[i64::MAX]).len(), 24);
    }
}
