//! What a gateway's answer means: the settings' expressions over `status`, `json` and `text`, in the
//! order in which a mistake costs least. What none of them knows is judged by HTTP alone, and where
//! that says nothing either, the SMS may have left.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use minijinja::value::Serde;
use minijinja::{Environment, Error, ErrorKind, Expression, UndefinedBehavior, Value as Answer};
use serde_json::Value;

use super::settings::HttpSettings;
use crate::channel::caller::{HttpAnswer, unclear};
use crate::channel::{Accepted, SendError, SetupError};
use crate::domain::expression::within_limits;
use crate::domain::limits::{PROVIDER_EXPRESSION, PROVIDER_FUEL, PROVIDER_ID};

/// What is said of an SMS that is refused, and of a number that is barred from then on.
const REFUSED: &str = "the gateway refuses this SMS (`rejected`)";
const NO_SUCH_NUMBER: &str =
    "the gateway says that the number does not exist (`bad_number`); it is barred from now on";

/// What an expression may name.
const NAMES: [&str; 3] = ["status", "json", "text"];

/// Where expressions are compiled and run. What an answer does not have is nothing, and no fault:
/// `json.error.code` of an answer without an error is false.
static ENVIRONMENT: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Chainable);
    environment.set_fuel(Some(PROVIDER_FUEL));
    environment
});

/// The expressions of one gateway.
pub(super) struct GatewayVerdicts {
    misconfigured: Option<AnswerTest>,
    throttled: Option<AnswerTest>,
    bad_number: Option<AnswerTest>,
    rejected: Option<AnswerTest>,
    accepted: AnswerTest,
    /// JSON pointer to its name for the SMS.
    reference: Option<String>,
}

/// One expression, with the key that it stands under.
struct AnswerTest {
    key: &'static str,
    compiled: Expression<'static, 'static>,
}

impl GatewayVerdicts {
    pub(super) fn new(provider: &str, settings: &HttpSettings) -> Result<Self, SetupError> {
        let fault = |problem: String| SetupError::new(provider, problem);
        let test = |key, text: &Option<String>| {
            let test = text.as_ref().map(|text| AnswerTest::new(key, text));
            test.transpose().map_err(fault)
        };
        if let Some(pointer) = &settings.reference {
            check_pointer("reference", pointer).map_err(fault)?;
        }
        Ok(Self {
            misconfigured: test("misconfigured", &settings.misconfigured)?,
            throttled: test("throttled", &settings.throttled)?,
            bad_number: test("bad_number", &settings.bad_number)?,
            rejected: test("rejected", &settings.rejected)?,
            accepted: AnswerTest::new("accepted", &settings.accepted).map_err(fault)?,
            reference: settings.reference.clone(),
        })
    }

    pub(super) fn judge(&self, answer: &HttpAnswer) -> Result<Accepted, SendError> {
        let json = answer.json();
        let is = |test: &Option<AnswerTest>| match test {
            Some(test) => test.holds(answer, json.as_ref()),
            None => Ok(false),
        };
        let code = answer.status;
        if is(&self.misconfigured)? {
            return Err(SendError::Misconfigured {
                detail: format!("the gateway answered {code}, which is `misconfigured` here"),
            });
        }
        if is(&self.throttled)? {
            return Err(answer.not_now("the gateway has no room (`throttled`)"));
        }
        for (test, bad_address, detail) in [
            (&self.bad_number, true, NO_SUCH_NUMBER),
            (&self.rejected, false, REFUSED),
        ] {
            if is(test)? {
                return Err(SendError::Rejected {
                    stage: "request",
                    code: Some(answer.code()),
                    detail: detail.to_owned(),
                    bad_address,
                });
            }
        }
        match self.accepted.holds(answer, json.as_ref())? {
            true => self.accept(answer, json.as_ref()),
            false => Err(by_http_alone(answer, self.misconfigured.is_none())),
        }
    }

    /// An acceptance without the name that each has is some other page.
    fn accept(&self, answer: &HttpAnswer, json: Option<&Value>) -> Result<Accepted, SendError> {
        let named = self.reference.as_ref().map(|pointer| {
            let found = json.and_then(|json| json.pointer(pointer));
            found.and_then(text_of)
        });
        match named {
            Some(None) => Err(unclear(format!(
                "the gateway answered {} without what `reference` points to",
                answer.status
            ))),
            Some(Some(name)) => Ok(accepted(answer, Some(name))),
            None => Ok(accepted(answer, None)),
        }
    }
}

fn accepted(answer: &HttpAnswer, provider_ref: Option<String>) -> Accepted {
    Accepted {
        provider_ref,
        code: answer.status.to_string(),
    }
}

/// `logs_in`: no expression says what a wrong password looks like.
fn by_http_alone(answer: &HttpAnswer, logs_in: bool) -> SendError {
    let code = answer.status;
    match code {
        _ if answer.asks_to_wait() => answer.not_now("the gateway asks to come back later"),
        401..=403 if logs_in => SendError::Misconfigured {
            detail: format!("the gateway refused us with {code}; check `headers` and the contract"),
        },
        404 | 405 | 406 | 415 => SendError::Misconfigured {
            detail: format!("the gateway takes nothing so ({code}); check `url` and `method`"),
        },
        // The peer gave up waiting for us: nobody says what it had read.
        408 => unclear("the gateway waited for us in vain (408)"),
        400..=499 => answer.denied("the gateway refuses the request; no expression says why"),
        _ => unclear(format!(
            "the gateway answered {code} in words that no expression knows"
        )),
    }
}

impl AnswerTest {
    /// Its size is looked at first: the engine has no limit of its own.
    fn new(key: &'static str, text: &str) -> Result<Self, String> {
        let wrong = |why: String| format!("`{key}`: {why}");
        if text.len() > PROVIDER_EXPRESSION {
            return Err(wrong(format!(
                "it is longer than {PROVIDER_EXPRESSION} bytes"
            )));
        }
        within_limits(text).map_err(|excess| wrong(excess.to_string()))?;
        let compiled = ENVIRONMENT
            .compile_expression_owned(text.to_owned())
            .map_err(|error| wrong(format!("not an expression: {error}")))?;
        let named = compiled.undeclared_variables(false);
        if let Some(odd) = named.iter().find(|name| !NAMES.contains(&name.as_str())) {
            return Err(wrong(format!(
                "it names {odd:?}; there are `status`, `json` and `text`"
            )));
        }
        let test = Self { key, compiled };
        match test.evaluate(200, "", None) {
            Err(error) if is_of_the_writer(error.kind()) => Err(wrong(error.to_string())),
            _ => Ok(test),
        }
    }

    fn holds(&self, answer: &HttpAnswer, json: Option<&Value>) -> Result<bool, SendError> {
        let result = self.evaluate(answer.status, &answer.text, json);
        // The engine's own words may hold the answer's.
        result.map_err(|error| {
            let (key, kind) = (self.key, error.kind());
            unclear(format!("`{key}` cannot be said of the answer ({kind})"))
        })
    }

    fn evaluate(&self, status: u16, text: &str, json: Option<&Value>) -> Result<bool, Error> {
        let json = json.map_or(Answer::UNDEFINED, |json| Answer::from(Serde(json)));
        let facts = BTreeMap::from([
            ("status", Answer::from(status)),
            ("text", Answer::from(text)),
            ("json", json),
        ]);
        self.compiled.eval(facts).map(|result| result.is_true())
    }
}

/// Whether a fault is in the expression, whatever the answer.
fn is_of_the_writer(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::UnknownFilter
            | ErrorKind::UnknownTest
            | ErrorKind::UnknownFunction
            | ErrorKind::UnknownMethod
    )
}

/// Whether a text is a JSON pointer (RFC 6901).
pub(super) fn check_pointer(key: &str, pointer: &str) -> Result<(), String> {
    match pointer.starts_with('/') && pointer.len() <= PROVIDER_EXPRESSION {
        true => Ok(()),
        false => Err(format!(
            "`{key}` is a JSON pointer such as /messages/0/id, not {pointer:?}"
        )),
    }
}

/// A text or a number as a name for an SMS.
pub(super) fn text_of(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    let fits =
        (1..=PROVIDER_ID).contains(&text.chars().count()) && !text.contains(char::is_control);
    fits.then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::channel::Concern;

    fn verdicts(more: &str) -> Result<GatewayVerdicts, SetupError> {
        let text = format!("url = \"https://a.example/\"\nreference = \"/id\"\n{more}");
        GatewayVerdicts::new("any", &toml::from_str(&text).unwrap())
    }

    fn said(more: &str, status: u16, text: &str) -> Result<Accepted, SendError> {
        let answer = HttpAnswer {
            status,
            retry_after: None,
            text: text.to_owned(),
        };
        verdicts(more).unwrap().judge(&answer)
    }

    const RULES: &str = r#"
        accepted = "status == 200 and json.result == 'OK'"
        rejected = "json.error.code in ['too_long', 'barred']"
        bad_number = "json.error.code == 'bad_number'"
        misconfigured = "status == 401 or json.error.code == 'no_credit'"
        throttled = "status == 420"
    "#;

    #[test]
    fn each_expression_has_its_verdict() {
        let taken = said(RULES, 200, r#"{"result":"OK","id":17}"#).unwrap();
        assert_eq!(taken.provider_ref.as_deref(), Some("17"));
        let error = |code| format!(r#"{{"result":"KO","error":{{"code":"{code}"}}}}"#);
        let refused = |code| said(RULES, 200, &error(code)).unwrap_err();
        assert!(matches!(
            refused("barred"),
            SendError::Rejected {
                bad_address: false,
                ..
            }
        ));
        assert!(matches!(
            refused("bad_number"),
            SendError::Rejected {
                bad_address: true,
                ..
            }
        ));
        let words = |code| refused(code).to_string();
        let (barred, nobody) = (words("barred"), words("bad_number"));
        assert!(nobody.contains("barred from now on"), "{nobody}");
        assert!(!barred.contains("from now on"), "{barred}");
        assert!(matches!(
            refused("no_credit"),
            SendError::Misconfigured { .. }
        ));
        assert!(matches!(refused("news"), SendError::Unknown { .. }));
        let full = said(RULES, 420, "").unwrap_err();
        assert!(matches!(
            full,
            SendError::NotSent {
                concerns: Concern::Provider,
                ..
            }
        ));
    }

    #[test]
    fn what_no_expression_knows_is_judged_by_http_alone() {
        let by_http = |status, text: &str| said("", status, text).unwrap_err();
        for (status, text) in [
            (200, "<html>"),
            (200, "{}"),
            (500, ""),
            (302, ""),
            (408, ""),
        ] {
            let verdict = by_http(status, text);
            assert!(
                matches!(verdict, SendError::Unknown { .. }),
                "{status} {verdict:?}"
            );
        }
        assert!(matches!(by_http(429, ""), SendError::NotSent { .. }));
        assert!(matches!(by_http(503, ""), SendError::Unknown { .. }));
        assert!(matches!(by_http(401, ""), SendError::Misconfigured { .. }));
        assert!(matches!(by_http(404, ""), SendError::Misconfigured { .. }));
        assert!(matches!(by_http(422, ""), SendError::Denied { .. }));
    }

    #[test]
    fn an_expression_that_cannot_be_right_is_refused_by_its_key() {
        for (more, words) in [
            (
                "accepted = \"status in [200\"",
                "`accepted`: not an expression",
            ),
            (
                "rejected = \"body.code == 1\"",
                "`rejected`: it names \"body\"",
            ),
            (
                "throttled = \"json.a | nosuch\"",
                "`throttled`: unknown filter",
            ),
            ("misconfigured = \"json * 2\"", "`*` is not available"),
        ] {
            let said = verdicts(more).err().expect(more).to_string();
            assert!(said.contains(words), "{said}");
        }
        let settings = "url = \"https://a.example/\"\nreference = \"id\"";
        let said = GatewayVerdicts::new("any", &toml::from_str(settings).unwrap())
            .err()
            .unwrap();
        assert!(said.to_string().contains("`reference` is a JSON pointer"));
    }
}
