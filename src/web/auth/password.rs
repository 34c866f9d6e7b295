//! Passwords of the console: argon2id, slow on purpose, a few at a time, and few waiting.

use std::sync::LazyLock;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use rand::RngExt as _;
use tokio::sync::Semaphore;
use zxcvbn::feedback::Feedback;

use crate::domain::limits::{PASSWORDS_AT_ONCE, PASSWORDS_WAITING, PASSWORDS_WAITING_KNOWN};

/// Memory in KiB (19 MiB), passes and lanes: OWASP's first choice for argon2id.
const COST: (u32, u32, u32) = (19 * 1024, 2, 1);

/// Each check takes 19 MiB: a flood of logins must not take all memory.
static AT_ONCE: Semaphore = Semaphore::const_new(PASSWORDS_AT_ONCE);

/// Places to wait for a turn. Browsers that logged in before have their own, so that strangers
/// who fill theirs shut nobody out.
static WAITING: [Semaphore; 2] = [
    Semaphore::const_new(PASSWORDS_WAITING),
    Semaphore::const_new(PASSWORDS_WAITING_KNOWN),
];

/// The hash of nobody's password, checked when there is no such person, so that the answer
/// takes as long as for a person who exists.
static NOBODY: LazyLock<Option<String>> = LazyLock::new(|| hash(&generate()).ok());

pub const SHORTEST: usize = 12;

/// Longest: a bound on work, not on strength.
pub const LONGEST: usize = 256;

/// Why a password cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PasswordError {
    /// Too short or too long.
    #[error("the password has {0} characters; use {SHORTEST} to {LONGEST}")]
    Length(usize),
    /// Whoever knows the address knows it.
    #[error("the password is the e-mail address; use another")]
    Address,
    /// Guessed within hours by whoever has its hash.
    #[error("the password is easily guessed; use several words that do not belong together")]
    Weak(Feedback),
    /// The hash could not be made.
    #[error("cannot hash the password: {0}")]
    Hash(String),
    /// It was not hashed; later it may be.
    #[error(transparent)]
    Busy(#[from] TooManyLogins),
}

/// Parts of an address shorter than this are in many words, and say nothing.
const SAID_OF_ONESELF: usize = 3;

/// Whether a person may choose this password; the command line asks for its length alone. Takes some
/// milliseconds, for which the length is bounded first.
pub fn judge(password: &str, email: &str) -> Result<(), PasswordError> {
    let length = password.chars().count();
    if !(SHORTEST..=LONGEST).contains(&length) {
        return Err(PasswordError::Length(length));
    }
    let address = email.to_lowercase();
    if password.trim().to_lowercase() == address {
        return Err(PasswordError::Address);
    }
    let parts = address.split(|c: char| !c.is_alphanumeric());
    let of_oneself = parts.filter(|part| part.len() >= SAID_OF_ONESELF);
    let inputs: Vec<&str> = of_oneself.chain(["araldo", address.as_str()]).collect();
    let judged = zxcvbn::zxcvbn(password, &inputs);
    if judged.score() >= zxcvbn::Score::Three {
        return Ok(());
    }
    Err(PasswordError::Weak(
        judged.feedback().cloned().unwrap_or_default(),
    ))
}

/// Judges and hashes a new password of the person with this address, in turn with those that are checked, and
/// holds up nobody else.
pub async fn make(password: String, email: String) -> Result<String, PasswordError> {
    let place = WAITING[LoginKind::Known as usize]
        .try_acquire()
        .map_err(|_| TooManyLogins)?;
    let turn = AT_ONCE.acquire().await.map_err(|_| TooManyLogins)?;
    let work = move || {
        let _held = (place, turn);
        judge(&password, &email)?;
        hash(&password)
    };
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|error| Err(PasswordError::Hash(error.to_string())))
}

/// Who waits for a password to be checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoginKind {
    /// A browser that was never seen.
    Stranger,
    /// One that logged in before.
    Known,
}

/// So many passwords are being checked that this one was not looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too many logins at once; try again in a few seconds")]
pub struct TooManyLogins;

fn argon2() -> Result<Argon2<'static>, PasswordError> {
    let params = Params::new(COST.0, COST.1, COST.2, None)
        .map_err(|error| PasswordError::Hash(error.to_string()))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// Hashes a new password; blocks for some 30 ms.
pub fn hash(password: &str) -> Result<String, PasswordError> {
    let length = password.chars().count();
    if !(SHORTEST..=LONGEST).contains(&length) {
        return Err(PasswordError::Length(length));
    }
    argon2()?
        .hash_password(password.as_bytes())
        .map(|hash: PasswordHash| hash.to_string())
        .map_err(|error| PasswordError::Hash(error.to_string()))
}

/// Whether `password` is the one behind `stored`; without one, takes as long and says no.
pub async fn verify(
    password: String,
    stored: Option<String>,
    waiting: LoginKind,
) -> Result<bool, TooManyLogins> {
    if password.chars().count() > LONGEST {
        return Ok(false);
    }
    // Somebody who is invited and has none yet is like nobody.
    let stored = stored.filter(|hash| !hash.is_empty());
    let place = WAITING[waiting as usize]
        .try_acquire()
        .map_err(|_| TooManyLogins)?;
    let turn = AT_ONCE.acquire().await.map_err(|_| TooManyLogins)?;
    let check = move || {
        // Held until the work is done: it goes on when the peer hangs up and nobody waits for it.
        let _held = (place, turn);
        let exists = stored.is_some();
        let against = stored.or_else(|| NOBODY.clone()).unwrap_or_default();
        let right = PasswordHash::new(&against).is_ok_and(|hash| {
            argon2().is_ok_and(|argon2| argon2.verify_password(password.as_bytes(), &hash).is_ok())
        });
        exists && right
    };
    Ok(tokio::task::spawn_blocking(check).await.unwrap_or(false))
}

/// A new password of five groups of four: 94 bits, easy to read out.
#[must_use]
pub fn generate() -> String {
    // Without 0, 1, i, l, o: they are mistaken for each other.
    const LETTERS: &[u8] = b"23456789abcdefghjkmnpqrstuvwxyz";
    let mut random = rand::rng();
    let mut password = String::with_capacity(24);
    for place in 0..20 {
        if place > 0 && place % 4 == 0 {
            password.push('-');
        }
        password.push(char::from(LETTERS[random.random_range(0..LETTERS.len())]));
    }
    password
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    #[tokio::test]
    async fn only_the_right_password_opens() {
        let password = generate();
        let hashed = hash(&password).unwrap();
        assert!(hashed.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        let verify =
            async |given: &str, stored| verify(given.to_owned(), stored, LoginKind::Stranger).await;
        assert_eq!(verify(&password, Some(hashed.clone())).await, Ok(true));
        assert_eq!(verify("another password", Some(hashed)).await, Ok(false));
        assert_eq!(verify(&password, None).await, Ok(false));
    }

    #[tokio::test]
    async fn a_check_nobody_waits_for_any_more_keeps_its_place() {
        let places = &WAITING[LoginKind::Known as usize];
        let mut check = Box::pin(verify("a password".to_owned(), None, LoginKind::Known));
        assert!((&mut check).now_or_never().is_none());
        drop(check);
        assert_eq!(places.available_permits(), PASSWORDS_WAITING_KNOWN - 1);
        while places.available_permits() < PASSWORDS_WAITING_KNOWN {
            tokio::task::yield_now().await;
        }

        // Whoever comes while all places are taken is told so at once.
        let all = u32::try_from(PASSWORDS_WAITING_KNOWN).unwrap();
        let taken = places.try_acquire_many(all).unwrap();
        let next = verify("a password".to_owned(), None, LoginKind::Known);
        assert_eq!(next.now_or_never(), Some(Err(TooManyLogins)));
        drop(taken);
    }

    #[test]
    fn what_is_guessed_first_is_refused() {
        let judged = |password: &str| judge(password, "anna@example.org");
        assert!(judged("correct horse battery").is_ok());
        assert!(matches!(
            judged("elevenchars"),
            Err(PasswordError::Length(11))
        ));
        assert!(matches!(
            judged("Anna@Example.org"),
            Err(PasswordError::Address)
        ));
        for weak in [
            "Password1234",
            "abababababababab",
            "qwertyuiopasdf",
            "anna12345678",
            "example.org1",
            "araldoaraldo",
        ] {
            let judged = judged(weak);
            assert!(matches!(judged, Err(PasswordError::Weak(_))), "{weak}");
        }
    }

    #[tokio::test]
    async fn somebody_without_a_password_has_none_that_opens() {
        let stored = Some(String::new());
        let opens = verify(String::new(), stored, LoginKind::Stranger).await;
        assert_eq!(opens, Ok(false));
    }

    #[test]
    fn a_short_password_is_refused_with_the_bounds() {
        assert!(hash("short").unwrap_err().to_string().contains("12 to 256"));
    }
}
