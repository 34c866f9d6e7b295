//! An example of a call as it is typed into a shell. `$ARALDO` is where the API is, `$KEY` a key.

use serde_json::Value;

/// The call of an operation with its examples.
pub(super) fn call(method: &str, path: &str, operation: &Value) -> String {
    let address = address(path, &operation["parameters"]);
    let verb = match method {
        "GET" => String::new(),
        other => format!(" -X {other}"),
    };
    let mut lines = vec![format!("curl{verb} \"$ARALDO{address}\"")];
    if operation["security"][0].is_object() {
        lines.push("-H \"Authorization: Bearer $KEY\"".to_owned());
    }
    for header in examples(&operation["parameters"], "header") {
        lines.push(format!(
            "-H {}",
            quoted(&format!("{}: {}", header.0, header.1))
        ));
    }
    let bodies = operation["requestBody"]["content"].as_object();
    if let Some((kind, body)) = bodies.and_then(|bodies| bodies.iter().next()) {
        lines.push(format!("-H 'Content-Type: {kind}'"));
        lines.push(format!("--data-binary {}", quoted(&text(&body["example"]))));
    }
    lines.join(" \\\n  ")
}

/// What a body or an answer looks like.
pub(super) fn text(example: &Value) -> String {
    match example {
        Value::String(text) => text.clone(),
        other => serde_json::to_string_pretty(other).unwrap_or_default(),
    }
}

/// The path with its places filled, and a query of what has an example.
fn address(path: &str, parameters: &Value) -> String {
    let mut address = path.to_owned();
    for (name, value) in examples(parameters, "path") {
        address = address.replace(&format!("{{{name}}}"), &value);
    }
    let pairs = examples(parameters, "query").into_iter();
    let pairs: Vec<String> = pairs
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    match pairs.is_empty() {
        true => address,
        false => format!("{address}?{}", pairs.join("&")),
    }
}

/// Name and example of the parameters in one place.
fn examples<'a>(parameters: &'a Value, place: &str) -> Vec<(&'a str, String)> {
    let all = parameters.as_array().into_iter().flatten();
    let here = all.filter(|parameter| parameter["in"] == place);
    let named = here.filter_map(|parameter| {
        let example = parameter.get("example")?;
        Some((parameter["name"].as_str()?, text(example)))
    });
    named.collect()
}

/// As one word of a shell (POSIX.1 §2.2.2).
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_call_has_its_examples_and_survives_the_shell() {
        let operation = json!({
            "parameters": [
                {"name": "ref", "in": "path", "example": "C-1"},
                {"name": "limit", "in": "query", "example": 20},
                {"name": "after", "in": "query"},
            ],
            "requestBody": {"content": {"text/csv": {"example": "l'ora"}}},
            "security": [{"key": ["clients:read"]}],
        });
        let lines = [
            "curl -X PUT \"$ARALDO/v1/clients/C-1?limit=20\" \\",
            "  -H \"Authorization: Bearer $KEY\" \\",
            "  -H 'Content-Type: text/csv' \\",
            "  --data-binary 'l'\\''ora'",
        ];
        let call = call("PUT", "/v1/clients/{ref}", &operation);
        assert_eq!(call, lines.join("\n"));
    }
}
