//! What a gateway calls back, read as the settings say: a JSON document, a form, or the query of the
//! address. Words that are in no list of `map` are steps on the way, and nothing is kept of them.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::proof::GatewayProof;
use super::settings::{HttpSettings, ReceiptSettings};
use super::verdict::{check_pointer, text_of};
use crate::channel::SetupError;
use crate::channel::callback::{
    CallRefused, HandsetText, ProviderCall, ProviderCallbacks, ProviderReport, ReportSubject, pairs,
};
use crate::channel::caller::word;
use crate::domain::MessageId;
use crate::domain::receipt::ReceiptKind;
use crate::domain::token::{Purpose, Signer};

/// Reads the reports of one gateway.
pub struct GatewayCallbacks {
    proof: GatewayProof,
    signer: Signer,
    id: Option<String>,
    state: String,
    error: Option<String>,
    /// Our words by the gateway's.
    kinds: BTreeMap<String, ReceiptKind>,
    bad_number: Vec<String>,
}

/// Whether reports can be read and proven as these settings say.
pub(super) fn check(provider: &str, settings: Option<&ReceiptSettings>) -> Result<(), SetupError> {
    match settings {
        Some(settings) => read(provider, settings).map(drop),
        None => Ok(()),
    }
}

/// The words of `map`, each once, and the proof.
fn read(
    provider: &str,
    settings: &ReceiptSettings,
) -> Result<(GatewayProof, BTreeMap<String, ReceiptKind>), SetupError> {
    let fault = |problem: String| SetupError::new(provider, format!("`receipts`: {problem}"));
    let pointers = [
        ("id", settings.id.as_ref()),
        ("state", Some(&settings.state)),
        ("error", settings.error.as_ref()),
    ];
    for (key, pointer) in pointers {
        let Some(pointer) = pointer else { continue };
        check_pointer(key, pointer).map_err(fault)?;
    }
    let mut kinds = BTreeMap::new();
    for (kind, words) in &settings.map {
        for theirs in words {
            if kinds.insert(theirs.clone(), *kind).is_some() {
                return Err(fault(format!("`map` has {theirs:?} twice")));
            }
        }
    }
    if !kinds.values().any(|kind| *kind == ReceiptKind::Delivered) {
        return Err(fault("`map` has no word for `delivered`".to_owned()));
    }
    let proof = GatewayProof::new(provider, settings)?;
    if matches!(proof, GatewayProof::Token) && settings.id.is_some() {
        return Err(fault(
            "an `id` can be guessed: give `secret_file`, or another way to prove who calls"
                .to_owned(),
        ));
    }
    Ok((proof, kinds))
}

impl GatewayCallbacks {
    /// `signer`: of this provider alone. None where nothing is called back.
    pub fn new(
        provider: &str,
        settings: &HttpSettings,
        signer: Signer,
    ) -> Result<Option<Self>, SetupError> {
        let Some(receipts) = &settings.receipts else {
            return Ok(None);
        };
        let (proof, kinds) = read(provider, receipts)?;
        Ok(Some(Self {
            proof,
            signer,
            id: receipts.id.clone(),
            state: receipts.state.clone(),
            error: receipts.error.clone(),
            kinds,
            bad_number: receipts.bad_number.clone(),
        }))
    }

    fn read(
        &self,
        document: &Value,
        attempt: Option<ReportSubject>,
    ) -> Result<Option<ProviderReport>, CallRefused> {
        let at = |pointer: &String| document.pointer(pointer).and_then(text_of);
        let missing = |key: &str, pointer: &str| {
            CallRefused::Unreadable(format!("`{key}` points to {pointer}, where nothing is"))
        };
        let state = at(&self.state).ok_or_else(|| missing("state", &self.state))?;
        let about = match (attempt, &self.id) {
            (Some(attempt), _) => attempt,
            (None, Some(id)) => ReportSubject::Name(at(id).ok_or_else(|| missing("id", id))?),
            (None, None) => return Err(CallRefused::Unproven),
        };
        let Some(kind) = self.kinds.get(&state) else {
            return Ok(None);
        };
        let error = self.error.as_ref().and_then(at);
        let is_bad = |text: &String| self.bad_number.contains(text);
        let bad_address =
            kind.rank() == 2 && (is_bad(&state) || error.as_ref().is_some_and(is_bad));
        Ok(Some(ProviderReport {
            about,
            kind: *kind,
            code: word(error.as_deref().unwrap_or(&state)),
            at: None,
            bad_address,
        }))
    }
}

impl ProviderCallbacks for GatewayCallbacks {
    fn report(&self, call: &ProviderCall<'_>) -> Result<Option<ProviderReport>, CallRefused> {
        let attempt = self.signer.open_two(Purpose::Receipt, call.key);
        let attempt = attempt
            .map(|(message, lease_no)| ReportSubject::Attempt(MessageId::new(message), lease_no));
        if !self.proof.is_borne(call, attempt.is_some()) {
            return Err(CallRefused::Unproven);
        }
        self.read(&document(call)?, attempt)
    }

    /// The settings describe no such thing.
    fn text(&self, _: &ProviderCall<'_>) -> Result<HandsetText, CallRefused> {
        Err(CallRefused::Unproven)
    }
}

/// The call as one JSON document: what it brings, or the pairs of its form or query as texts.
fn document(call: &ProviderCall<'_>) -> Result<Value, CallRefused> {
    let body = call.body.trim_ascii();
    if body.is_empty() {
        return Ok(of_pairs(call.query.as_bytes()));
    }
    if body.starts_with(b"{") {
        return serde_json::from_slice(body)
            .map_err(|_| CallRefused::Unreadable("the body is no JSON document".to_owned()));
    }
    Ok(of_pairs(body))
}

fn of_pairs(bytes: &[u8]) -> Value {
    let pairs = pairs(bytes).into_iter();
    let fields: Map<String, Value> = pairs
        .map(|(name, value)| (name, Value::String(value)))
        .collect();
    Value::Object(fields)
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderMap;

    use super::*;

    const SECRET: &str = "0123456789abcdef0123";

    fn callbacks(receipts: &str) -> Result<GatewayCallbacks, String> {
        let text = format!("url = \"https://a.example/\"\nbody = \"a\"\nreceipts = {receipts}");
        let settings = toml::from_str(&text).unwrap();
        let signer = Signer::new(&[7; 32]).of_bearer("any");
        GatewayCallbacks::new("any", &settings, signer)
            .map(Option::unwrap)
            .map_err(|error| error.to_string())
    }

    fn told(
        callbacks: &GatewayCallbacks,
        key: &str,
        headers: &HeaderMap,
        body: &str,
    ) -> Result<Option<ProviderReport>, CallRefused> {
        callbacks.report(&ProviderCall {
            target: "",
            query: "",
            key,
            headers,
            body: body.as_bytes(),
        })
    }

    fn by_secret() -> GatewayCallbacks {
        callbacks(&format!(
            "{{ id = \"/id\", state = \"/status\", error = \"/err\", bad_number = [\"U1\"], \
             secret = \"{SECRET}\", map = {{ delivered = [\"OK\"], undelivered = [\"KO\"] }} }}"
        ))
        .unwrap()
    }

    #[test]
    fn a_report_is_read_from_json_and_from_a_form() {
        let callbacks = by_secret();
        let none = HeaderMap::new();
        for body in [
            r#"{"id":"g-1","status":"KO","err":"U1"}"#,
            "id=g-1&status=KO&err=U1",
        ] {
            let report = told(&callbacks, SECRET, &none, body).unwrap().unwrap();
            assert_eq!(report.about, ReportSubject::Name("g-1".to_owned()));
            assert_eq!(report.kind, ReceiptKind::Undelivered);
            assert_eq!(report.code.as_deref(), Some("U1"));
            assert!(report.bad_address);
        }
        let step = told(&callbacks, SECRET, &none, r#"{"id":"g-1","status":"SENT"}"#);
        assert_eq!(step, Ok(None));
        let good = told(
            &callbacks,
            SECRET,
            &none,
            r#"{"id":7,"status":"OK","err":"U1"}"#,
        );
        assert!(!good.unwrap().unwrap().bad_address, "it arrived");
    }

    #[test]
    fn who_does_not_prove_it_is_told_nothing() {
        let callbacks = by_secret();
        let none = HeaderMap::new();
        let body = r#"{"id":"g-1","status":"OK"}"#;
        for key in ["", "0123456789abcdef0124", "receipts"] {
            let refused = told(&callbacks, key, &none, body);
            assert_eq!(refused, Err(CallRefused::Unproven), "{key}");
        }
        let half = told(&callbacks, SECRET, &none, "{\"id\":");
        assert!(matches!(half, Err(CallRefused::Unreadable(_))));
    }

    #[test]
    fn a_token_of_ours_names_the_attempt_whatever_the_body_says() {
        let callbacks =
            callbacks("{ state = \"/status\", map = { delivered = [\"OK\"] } }").unwrap();
        let token = Signer::new(&[7; 32]).sign_for("any", Purpose::Receipt, &[9, 2]);
        let none = HeaderMap::new();
        let report = told(&callbacks, &token, &none, r#"{"id":"x","status":"OK"}"#);
        let about = report.unwrap().unwrap().about;
        assert_eq!(about, ReportSubject::Attempt(MessageId::new(9), 2));
        let other = Signer::new(&[7; 32]).sign_for("other", Purpose::Receipt, &[9, 2]);
        let refused = told(&callbacks, &other, &none, r#"{"status":"OK"}"#);
        assert_eq!(refused, Err(CallRefused::Unproven));
    }

    /// The tag is what Python's `hmac` makes of the same key and body.
    #[test]
    fn a_signature_is_made_over_the_body_as_it_came() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        std::fs::write(&path, "Jefe\n").unwrap();
        let callbacks = callbacks(&format!(
            "{{ id = \"/id\", state = \"/s\", hmac_file = \"{}\", hmac_prefix = \"sha256=\", \
             map = {{ delivered = [\"OK\"] }} }}",
            path.display()
        ))
        .unwrap();
        let mut headers = HeaderMap::new();
        let tag = "sha256=ec15fa02c0769cd2a32b24c220736bfb1c7ae9e1dbfbb27483b6c6f80e637727";
        headers.insert("x-signature", tag.parse().unwrap());
        assert!(told(&callbacks, "receipts", &headers, r#"{"id":"1","s":"OK"}"#).is_ok());
        for altered in [r#"{"id":"2","s":"OK"}"#, r#"{"id":"1","s":"OK"} "#] {
            let refused = told(&callbacks, "receipts", &headers, altered);
            assert_eq!(refused, Err(CallRefused::Unproven));
        }
    }

    #[test]
    fn basic_and_bearer_are_held_against_the_whole_header() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        std::fs::write(&path, "open sesame\n").unwrap();
        let file = path.display();
        for (keys, right) in [
            (
                format!("username = \"any\", password_file = \"{file}\""),
                // any:open sesame
                "Basic YW55Om9wZW4gc2VzYW1l",
            ),
            (format!("bearer_file = \"{file}\""), "Bearer open sesame"),
        ] {
            let callbacks = callbacks(&format!(
                "{{ id = \"/id\", state = \"/s\", {keys}, map = {{ delivered = [\"OK\"] }} }}"
            ))
            .unwrap();
            let body = r#"{"id":"1","s":"OK"}"#;
            let mut headers = HeaderMap::new();
            let refused = told(&callbacks, "receipts", &headers, body);
            assert_eq!(refused, Err(CallRefused::Unproven));
            headers.insert("authorization", right.parse().unwrap());
            assert!(told(&callbacks, "receipts", &headers, body).is_ok());
            headers.insert("authorization", "Bearer other".parse().unwrap());
            let refused = told(&callbacks, "receipts", &headers, body);
            assert_eq!(refused, Err(CallRefused::Unproven));
        }
    }

    #[test]
    fn what_cannot_be_right_is_said() {
        for (receipts, words) in [
            (
                "{ state = \"status\", map = { delivered = [\"OK\"] } }",
                "JSON pointer",
            ),
            (
                "{ state = \"/s\", map = { undelivered = [\"KO\"] } }",
                "no word for `delivered`",
            ),
            (
                "{ state = \"/s\", map = { delivered = [\"A\"], expired = [\"A\"] } }",
                "twice",
            ),
            (
                "{ id = \"/id\", state = \"/s\", map = { delivered = [\"A\"] } }",
                "can be guessed",
            ),
            (
                "{ state = \"/s\", secret = \"short\", map = { delivered = [\"A\"] } }",
                "`secret` is 16",
            ),
            (
                "{ state = \"/s\", username = \"u\", map = { delivered = [\"A\"] } }",
                "go together",
            ),
        ] {
            let said = callbacks(receipts).err().expect(receipts);
            assert!(said.contains(words), "{said}");
        }
    }
}
