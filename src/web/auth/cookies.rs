//! Cookies: all of them for this host alone, out of reach of scripts, and not sent along with
//! what another site posts.

use axum::http::{HeaderMap, header};

use crate::web::Web;

/// The value of `Set-Cookie`; no seconds forget the cookie.
pub(in crate::web) fn set(web: &Web, name: &str, value: &str, seconds: i64) -> String {
    bake(name, value, seconds, is_secure(web))
}

fn bake(name: &str, value: &str, seconds: i64, secure: bool) -> String {
    let secure = if secure { "; Secure" } else { "" };
    format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}")
}

/// What a request carries under this name.
pub(in crate::web) fn value<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(found, value)| (found == name).then_some(value))
}

/// `__Host-` before the name where the outside speaks https: then no other host of the domain can
/// set or read it.
pub(in crate::web) fn host_name(
    web: &Web,
    over_https: &'static str,
    plain: &'static str,
) -> &'static str {
    if is_secure(web) { over_https } else { plain }
}

/// Whether the outside reaches this daemon over https.
fn is_secure(web: &Web) -> bool {
    web.public_url.starts_with("https://")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_for_this_host_alone_and_for_no_script() {
        assert_eq!(
            bake("__Host-araldo", "x", 60, true),
            "__Host-araldo=x; Path=/; Max-Age=60; HttpOnly; SameSite=Lax; Secure"
        );
        assert_eq!(
            bake("araldo", "", 0, false),
            "araldo=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax"
        );
    }

    #[test]
    fn one_cookie_is_found_among_others() {
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, "a=1;araldo=x ; noise".parse().unwrap());
        headers.append(header::COOKIE, "b=2; araldo=y".parse().unwrap());
        assert_eq!(value(&headers, "araldo"), Some("x"));
        assert_eq!(value(&headers, "b"), Some("2"));
        assert_eq!(value(&headers, "araldo-device"), None);
    }
}
