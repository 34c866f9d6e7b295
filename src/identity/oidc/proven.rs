//! Who a provider says somebody is: an address that it has verified, and what role its groups are given here.

use serde_json::Value;

use super::fault::OidcFault;
use super::id_token::{Claims, text};
use super::settings::{OidcSettings, RoleClaim};
use crate::domain::EmailAddress;
use crate::domain::limits::LOGIN_ADDRESS;
use crate::domain::role::Role;

/// Of several that are mapped, the first of these is given.
const STRONGEST_FIRST: [Role; 5] = [
    Role::Admin,
    Role::Approver,
    Role::Manager,
    Role::Operator,
    Role::Viewer,
];

/// Somebody whom a provider has proven.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProvenPerson {
    /// Who says so; with `sub`, what tells this person from all others.
    pub issuer: String,
    /// The issuer's own name for the person.
    pub sub: String,
    /// In lower case, as `console_user.email` has it.
    pub email: String,
    /// For somebody new; none: nothing of theirs is mapped.
    pub role: Option<Role>,
    /// The claim that roles are read from, where the token has none of the name.
    pub lacks: Option<String>,
}

pub(super) fn person(settings: &OidcSettings, claims: &Claims) -> Result<ProvenPerson, OidcFault> {
    let email = address(settings, claims)?;
    let (role, lacks) = match &settings.roles {
        None => (None, None),
        Some(roles) => match said(claims, &roles.claim) {
            Some(groups) => (role(roles, groups), None),
            None => (None, Some(roles.claim.clone())),
        },
    };
    Ok(ProvenPerson {
        issuer: settings.issuer.clone(),
        sub: text(claims, "sub")?.to_owned(),
        email,
        role,
        lacks,
    })
}

fn address(settings: &OidcSettings, claims: &Claims) -> Result<String, OidcFault> {
    let claim = settings.email_claim.as_str();
    let written = text(claims, claim)?;
    let no_address = || OidcFault::wrong(claim, "it is no e-mail address");
    let email = EmailAddress::parse(written).map_err(|_| no_address())?;
    if email.as_str().len() > LOGIN_ADDRESS {
        return Err(no_address());
    }
    let verified = settings.verified_claim.as_str();
    let proof = claims
        .get(verified)
        .ok_or_else(|| OidcFault::missing(verified))?;
    // Some write truth values as texts or numbers.
    let is_verified = match proof {
        Value::Bool(so) => *so,
        Value::String(word) => matches!(word.as_str(), "true" | "1"),
        Value::Number(number) => number.as_i64() == Some(1),
        Value::Null | Value::Array(_) | Value::Object(_) => false,
    };
    if !is_verified {
        return Err(OidcFault::wrong(
            verified,
            "the address is not verified there",
        ));
    }
    let is_ours = |domain: &String| email.domain().eq_ignore_ascii_case(domain);
    match settings.domain.as_ref().is_none_or(is_ours) {
        true => Ok(email.as_str().to_lowercase()),
        false => Err(OidcFault::wrong(claim, "the address is not in `domain`")),
    }
}

/// By its name, or as a way through objects such as `realm_access.roles`.
fn said<'a>(claims: &'a Claims, claim: &str) -> Option<&'a Value> {
    let inside = || {
        let mut names = claim.split('.');
        let first = claims.get(names.next()?)?;
        names.try_fold(first, |value, name| value.get(name))
    };
    claims.get(claim).or_else(inside)
}

fn role(roles: &RoleClaim, groups: &Value) -> Option<Role> {
    let list = match groups {
        Value::Array(list) => list.as_slice(),
        one => std::slice::from_ref(one),
    };
    let given = list.iter().filter_map(Value::as_str);
    let given: Vec<Role> = given
        .filter_map(|word| roles.map.get(word).copied())
        .collect();
    STRONGEST_FIRST
        .into_iter()
        .find(|role| given.contains(role))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn settings(more: &str) -> OidcSettings {
        let text = format!("issuer = \"https://id.example.it\"\nclient_id = \"a\"\n{more}");
        toml::from_str(&text).unwrap()
    }

    fn of(settings: &OidcSettings, claims: &Value) -> Result<ProvenPerson, OidcFault> {
        let mut claims = claims.clone();
        claims["sub"] = json!("7");
        person(settings, claims.as_object().unwrap())
    }

    #[test]
    fn an_address_counts_once_it_is_verified_and_of_the_domain() {
        let plain = settings("domain = \"example.it\"");
        let anna = json!({ "email": "Anna@Example.it", "email_verified": true });
        assert_eq!(of(&plain, &anna).unwrap().email, "anna@example.it");
        for (claims, named) in [
            (json!({}), "email"),
            (json!({ "email": "anna@example.it" }), "email_verified"),
            (
                json!({ "email": "anna@example.it", "email_verified": false }),
                "email_verified",
            ),
            (
                json!({ "email": "anna@example.it", "email_verified": "no" }),
                "email_verified",
            ),
            (json!({ "email": "anna", "email_verified": true }), "email"),
            (
                json!({ "email": "a@evil.example", "email_verified": true }),
                "email",
            ),
            (
                json!({ "email": "a@evil.example.it", "email_verified": true }),
                "email",
            ),
        ] {
            let fault = of(&plain, &claims).unwrap_err().to_string();
            assert!(fault.contains(&format!("`{named}`")), "{claims}: {fault}");
            assert!(
                !fault.contains("anna") && !fault.contains("evil"),
                "{fault}"
            );
        }
        let entra = settings("verified_claim = \"xms_edov\"");
        for value in [json!(true), json!("1"), json!(1), json!("true")] {
            let claims = json!({ "email": "a@b.it", "xms_edov": value });
            assert!(of(&entra, &claims).is_ok(), "{claims}");
        }
    }

    #[test]
    fn of_several_roles_the_strongest_is_given_and_of_none_none() {
        let mapped = settings(
            "roles = { claim = \"x.groups\", map = { a = \"viewer\", b = \"approver\" } }",
        );
        let role = |groups: Value| {
            let claims =
                json!({ "email": "a@b.it", "email_verified": true, "x": { "groups": groups } });
            of(&mapped, &claims).unwrap().role
        };
        assert_eq!(role(json!(["a", "b", "c"])), Some(Role::Approver));
        assert_eq!(role(json!("a")), Some(Role::Viewer));
        assert_eq!(role(json!(["admin", "c", 7])), None);
        let without = json!({ "email": "a@b.it", "email_verified": true });
        assert_eq!(
            of(&mapped, &without).unwrap().lacks.as_deref(),
            Some("x.groups")
        );
    }
}
