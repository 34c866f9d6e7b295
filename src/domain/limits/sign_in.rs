//! Limits of signing in: passwords, codes of a second factor, and what identity providers answer.

use std::time::Duration;

use chrono::TimeDelta;

// ---- A second factor ----

/// How long the code may take after the password was right.
pub const SECOND_FACTOR_WITHIN: TimeDelta = TimeDelta::minutes(5);
/// Recovery codes that a person gets with a second factor.
pub const RECOVERY_CODES: usize = 10;

// ---- Identity providers: the operator's own settings, and answers of others ----

/// Sections `[login.NAME]`: each is a button of the login page.
pub const LOGINS: usize = 10;
/// Characters of what stands on such a button.
pub const LOGIN_LABEL: usize = 60;
/// Scopes that one of them asks for.
pub const LOGIN_SCOPES: usize = 20;
/// Values of its claim that are given a role.
pub const LOGIN_ROLES: usize = 100;
/// How long somebody may be at the provider before they come back.
pub const LOGIN_AT_PROVIDER: TimeDelta = TimeDelta::minutes(10);
/// Bytes of a code, a state or a word of fault that a browser brings from there.
pub const LOGIN_BROUGHT: usize = 4 * 1024;
/// Bytes of one answer of a provider: description, keys or tokens.
pub const OIDC_ANSWER: usize = 256 * 1024;
/// How long one such answer may take, the connection included.
pub const OIDC_WITHIN: Duration = Duration::from_secs(10);
/// How long description and keys are used before they are asked for anew.
pub const OIDC_KEPT: TimeDelta = TimeDelta::hours(1);
/// A provider that did not answer is not asked again for so long: whoever looks at the login page may ask.
pub const OIDC_PAUSE: TimeDelta = TimeDelta::seconds(5);
/// Questions to one provider that are under way at once.
pub const OIDC_AT_ONCE: usize = 8;
/// Keys of one provider that are looked at.
pub const OIDC_KEYS: usize = 100;
/// How far the provider's clock may be from ours.
pub const OIDC_SKEW: TimeDelta = TimeDelta::seconds(60);
/// An ID token was made at most so long ago: it is asked for when the person comes back, and made then.
pub const OIDC_TOKEN_AGE: TimeDelta = TimeDelta::minutes(10);
/// Characters of a provider's own name for a person (OpenID Connect Core 1.0 §2).
pub const OIDC_SUB: usize = 255;

// ---- Logging in: whoever can reach the console ----

/// Bytes of the form that logs in.
pub const LOGIN_FORM: usize = 4 * 1024;
/// Bytes of the address in it (RFC 5321 §4.5.3.1 allows 64 + 1 + 255).
pub const LOGIN_ADDRESS: usize = 320;
/// Wrong passwords for one account from one network before each try has to wait.
pub const LOGIN_FREE_TRIES: u32 = 5;
/// The longest such wait; a try is remembered for as long.
pub const LOGIN_LONGEST_WAIT: TimeDelta = TimeDelta::minutes(15);
/// Wrong passwords from one network, whatever the account: so many at once, then one in each
/// such time.
pub const LOGIN_NETWORK: (u32, TimeDelta) = (30, TimeDelta::seconds(10));
/// The same from everywhere together.
pub const LOGIN_ALL: (u32, TimeDelta) = (1_000, TimeDelta::milliseconds(200));
/// Accounts by network that are remembered: more than [`LOGIN_ALL`] lets in within
/// [`LOGIN_LONGEST_WAIT`].
pub const LOGIN_REMEMBERED: usize = 10_000;
/// Failed logins written into the audit: so many at once, then one in each such time.
pub const LOGIN_AUDIT: (u32, TimeDelta) = (60, TimeDelta::minutes(1));
/// How long a browser that logged in once is told from a stranger.
pub const DEVICE_KNOWN: TimeDelta = TimeDelta::days(180);
/// Passwords that wait to be checked, from strangers; each takes some 20 ms.
pub const PASSWORDS_WAITING: usize = 16;
/// The same from browsers that logged in before, who do not wait behind strangers' queue.
pub const PASSWORDS_WAITING_KNOWN: usize = 8;
/// Passwords checked at once: each takes 19 MiB.
pub const PASSWORDS_AT_ONCE: usize = 2;
/// Bytes of a form that sets a password: three of the longest, each byte written as three.
pub const PASSWORD_FORM: usize = 16 * 1024;
/// How long a link is good by which somebody sets their password.
pub const INVITATION_GOOD: TimeDelta = TimeDelta::hours(72);
/// People of the console: its page shows all of them at once.
pub const PEOPLE_MOST: usize = 1_000;
/// Lines of the audit in one export.
pub const AUDIT_EXPORT: i64 = 50_000;
