//! Limits of signing in beside the password: codes of a second factor, and what identity providers answer.

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
