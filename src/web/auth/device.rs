//! The cookie of a browser that logged in before: it opens nothing, it only keeps the tries of
//! strangers from making its owner wait.

use std::hash::{BuildHasher as _, BuildHasherDefault, DefaultHasher};

use axum::http::HeaderMap;

use super::cookies;
use super::throttle::LoginOrigin;
use crate::domain::limits::DEVICE_KNOWN;
use crate::domain::token::Purpose;
use crate::domain::{Timestamp, UserId};
use crate::web::Web;

/// The cookie that says so, for the answer to a good login.
pub(in crate::web) fn cookie(web: &Web, user: UserId) -> String {
    let day = days(web.clock.wall());
    let token = web.signer.sign(Purpose::Device, &[user.get(), day]);
    cookies::set(web, name(web), &token, DEVICE_KNOWN.num_seconds())
}

/// The browser, if it logged in as this person before.
pub(in crate::web) fn known(web: &Web, headers: &HeaderMap, user: UserId) -> Option<LoginOrigin> {
    let token = cookies::value(headers, name(web))?;
    let (owner, day) = web.signer.open_two(Purpose::Device, token)?;
    let age = days(web.clock.wall()) - day;
    (owner == user.get() && (0..=DEVICE_KNOWN.num_days()).contains(&age)).then(|| {
        LoginOrigin::Device(BuildHasherDefault::<DefaultHasher>::default().hash_one(token))
    })
}

fn name(web: &Web) -> &'static str {
    cookies::host_name(web, "__Host-araldo-device", "araldo-device")
}

fn days(now: Timestamp) -> i64 {
    now.as_micros() / 86_400_000_000
}
