//! What a template does with awkward data, awkward texts and their links.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

use std::collections::BTreeMap;

use araldo::domain::Channel;
use araldo::template::{
    Compiled, Fullness, Input, Part, RenderFault, Severity, Source, TemplateFinding, TemplateParts,
    Variable, check,
};
use serde_json::{Value, json};

fn variable(name: &str, required: bool, example: Value) -> Variable {
    Variable {
        name: name.to_owned(),
        description: "for the test".to_owned(),
        required,
        example,
        examples: BTreeMap::new(),
    }
}

fn mjml(body: &str) -> String {
    format!(
        "<mjml><mj-body><mj-section><mj-column>\n{body}\n</mj-column></mj-section></mj-body></mjml>"
    )
}

fn source(sms: &str, mail: &str) -> Source {
    let parts = TemplateParts {
        sms: Some(sms.to_owned()),
        email_subject: Some("{{ case.ref }} {{ client.name }}".to_owned()),
        email_mjml: Some(mjml(mail)),
        ..TemplateParts::default()
    };
    Source {
        name: "sample".to_owned(),
        description: "for the test".to_owned(),
        topic: "cases".to_owned(),
        variables: vec![
            variable("case.ref", true, json!("PR-1")),
            variable("case.owner", false, json!("e-distribuzione")),
            variable("case.expected_by", false, json!("2026-11-26")),
        ],
        parts: BTreeMap::from([("it".to_owned(), parts)]),
    }
}

fn variables() -> Value {
    json!({"case": {"ref": "PR-1"}, "client": {"name": "Maria Rossi"}, "zone": "Europe/Rome",
           "links": {"status": "https://a.example/s/x"}})
}

fn sms(source: &Source, variables: &Value) -> Result<String, RenderFault> {
    let compiled = Compiled::compile(source).unwrap();
    let link = |index: usize| compiled.links()[index].clone();
    compiled.sms(
        "it",
        &Input {
            variables,
            link: &link,
            pixel: None,
        },
    )
}

fn html(source: &Source, variables: &Value) -> String {
    let compiled = Compiled::compile(source).unwrap();
    let link = |index: usize| compiled.links()[index].clone();
    compiled
        .email(
            "it",
            &Input {
                variables,
                link: &link,
                pixel: None,
            },
        )
        .unwrap()
        .html
}

#[test]
fn a_missing_or_empty_name_is_named_and_never_leaves_a_gap() {
    let greeting = source(
        "Gentile {{ client.name }}, {{ case.ref }}",
        "<mj-text>x</mj-text>",
    );
    for name in [
        json!(""),
        json!("  "),
        json!(null),
        json!("\u{200b}\u{0}"),
        json!("https://evil.example"),
    ] {
        let mut variables = variables();
        variables["client"]["name"] = name.clone();
        let fault = sms(&greeting, &variables).unwrap_err();
        assert_eq!(
            fault,
            RenderFault::Missing {
                variable: "client.name".into()
            },
            "{name}"
        );
    }
    let mut variables = variables();
    variables["case"].as_object_mut().unwrap().remove("ref");
    assert_eq!(
        sms(&greeting, &variables).unwrap_err(),
        RenderFault::Missing {
            variable: "case.ref".into()
        }
    );
}

#[test]
fn an_optional_fact_printed_without_a_condition_is_named_too() {
    for (text, variable) in [
        ("a {{ case.owner }}", "case.owner"),
        ("a {{ case.expected_by | date }}", "case.expected_by"),
        ("a {{ case.ownr }}", "case.ownr"),
        ("a {% if case.ownr %}x{% endif %}", "case.ownr"),
        ("a {{ nothing.at_all }}", "nothing.at_all"),
    ] {
        let fault = sms(&source(text, "<mj-text>x</mj-text>"), &variables()).unwrap_err();
        assert_eq!(
            fault,
            RenderFault::Missing {
                variable: variable.into()
            },
            "{text}"
        );
    }
    let guarded = source(
        "{{ case.ref }}{% if case.owner %} {{ case.owner }}{% endif %}",
        "<mj-text>x</mj-text>",
    );
    assert_eq!(sms(&guarded, &variables()).unwrap(), "PR-1");
}

#[test]
fn data_is_printed_and_never_run() {
    let texts = source("{{ client.name }}", "<mj-text>x</mj-text>");
    let mut variables = variables();
    variables["client"]["name"] = json!("{{7*7}}<script>alert('x')</script>{% if a %} \"&");
    assert_eq!(
        sms(&texts, &variables).unwrap(),
        "{{7*7}}<script>alert('x')</script>{% if a %} \"&"[..40].trim_end()
    );
    let body = source(
        "x",
        r#"<mj-text>{{ client.name }}</mj-text><mj-image alt="{{ client.name }}" src="https://a.example/a.png" />"#,
    );
    let html = html(&body, &variables);
    assert!(
        html.contains(
            "{{7*7}}&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;{% if a %} &quot;&amp;"
        ),
        "{html}"
    );
    assert!(html.contains("alt=\"{{7*7}}&lt;script&gt;"), "{html}");
    assert!(!html.contains("<script>"));
}

#[test]
fn a_subject_has_one_line_and_an_sms_no_hidden_characters() {
    let source = source("a\n\n b\u{202e}c {{ case.ref }}\n", "<mj-text>x</mj-text>");
    let mut variables = variables();
    variables["case"]["ref"] = json!("PR\r\nBcc: x@y.example\u{0}\u{2066}");
    assert_eq!(
        sms(&source, &variables).unwrap(),
        "a bc PR Bcc: x@y.example"
    );
    let compiled = Compiled::compile(&source).unwrap();
    let input = Input {
        variables: &variables,
        link: &|_| String::new(),
        pixel: None,
    };
    assert_eq!(
        compiled.email("it", &input).unwrap().subject,
        "PR Bcc: x@y.example Maria Rossi"
    );
}

#[test]
fn ten_thousand_characters_are_refused_in_an_sms() {
    let mut variables = variables();
    variables["case"]["ref"] = json!("x".repeat(10_000));
    let fault = sms(
        &source("{{ case.ref }}", "<mj-text>x</mj-text>"),
        &variables,
    )
    .unwrap_err();
    assert!(matches!(fault, RenderFault::TooLong { .. }), "{fault}");
    let endless = source(
        "{% for a in [1,2,3,4,5,6,7,8,9] %}{% for b in [1,2,3,4,5,6,7,8,9] %}{% for c in [1,2,3,4,5,6,7,8,9] %}{% for d in [1,2,3,4,5,6,7,8,9] %}{% set x = a %}{% endfor %}{% endfor %}{% endfor %}{% endfor %}",
        "<mj-text>x</mj-text>",
    );
    assert!(matches!(
        sms(&endless, &self::variables()),
        Err(RenderFault::Broken { .. })
    ));
}

#[test]
fn links_are_tracked_where_they_were_written_out() {
    let source = source(
        "Vedi https://a.example/guida. {{ links.status }}",
        r#"<mj-button href="https://b.example/?x=1&amp;y=2">vai</mj-button><mj-text><a href="https://a.example/guida">a</a> <a href="{{ links.status }}">s</a></mj-text>"#,
    );
    let compiled = Compiled::compile(&source).unwrap();
    assert_eq!(
        compiled.links(),
        ["https://a.example/guida", "https://b.example/?x=1&y=2"]
    );
    let variables = variables();
    let input = Input {
        variables: &variables,
        link: &|index| format!("https://t.example/c/{index}?k=1&l=2"),
        pixel: Some("https://t.example/o/1.gif"),
    };
    assert_eq!(
        compiled.sms("it", &input).unwrap(),
        "Vedi https://t.example/c/0?k=1&l=2. https://a.example/s/x"
    );
    let mail = compiled.email("it", &input).unwrap();
    assert!(
        mail.html
            .contains(r#"href="https://t.example/c/1?k=1&amp;l=2""#),
        "{}",
        mail.html
    );
    assert!(
        mail.html.contains(r#"href="https://a.example/s/x""#),
        "{}",
        mail.html
    );
    assert!(!mail.html.contains("b.example") && !mail.html.contains("_links"));
    let pixel = mail.html.find("https://t.example/o/1.gif").unwrap();
    assert!(pixel < mail.html.find("</body>").unwrap() && pixel > mail.html.find("vai").unwrap());
    assert!(
        mail.text.contains("https://t.example/c/1?k=1&l=2"),
        "{}",
        mail.text
    );
}

#[test]
fn conditions_may_stand_around_elements_inside_text_and_in_tables() {
    let body = r#"
        {% if case.owner %}<mj-text>OWNER {{ case.owner }}</mj-text>{% else %}<mj-text>NOBODY</mj-text>{% endif %}
        <mj-text>{% if 1 < 2 and "a" != "b" %}LESS{% endif %}</mj-text>
        <mj-table>{% for n in ["UNO", "DUE"] %}<tr><td>{{ n }}</td></tr>{% endfor %}</mj-table>
        <!-- a remark with {{ no.meaning }} -->"#;
    let html = html(&source("x", body), &variables());
    assert!(html.contains("NOBODY") && !html.contains("OWNER"), "{html}");
    assert!(html.contains("LESS") && !html.contains("remark"));
    assert!(
        html.contains("UNO</td></tr>") && html.contains("DUE</td></tr>"),
        "{html}"
    );
}

#[test]
fn a_layout_fault_names_the_line() {
    for (body, line, what) in [
        (
            "{{\n1 }}\n<mj-text>a <b</mj-text>",
            Some(4),
            "not well formed",
        ),
        (
            "<mj-include path=\"/etc/passwd\" />",
            Some(2),
            "mj-include is not available",
        ),
        (
            "\n<mj-text {% if a %}color=\"red\"{% endif %}>a</mj-text>",
            Some(3),
            "not well formed",
        ),
        ("<mj-text>a", None, "before its elements are closed"),
    ] {
        let fault = Compiled::compile(&source("x", body)).unwrap_err();
        assert_eq!(
            (fault.part.as_str(), fault.line),
            ("it/email.mjml", line),
            "{fault}"
        );
        assert!(fault.what.contains(what), "{fault}");
    }
    let fault = Compiled::compile(&source("a\n{{ case.ref", "<mj-text>a</mj-text>")).unwrap_err();
    assert_eq!(
        fault.to_string(),
        "it/sms.txt:2: `{{` is not closed; close {{ with }}, {% with %} and {# with #}"
    );
}

#[test]
fn dates_are_read_in_the_zone_and_language_of_the_client() {
    let text = r#"{{ a | date }}|{{ a | datetime }}|{{ a | date("short") }}|{{ a | time }}|{{ b | date }}|{{ b | datetime("short") }}"#;
    let mut source = source(text, "<mj-text>x</mj-text>");
    let english = source.parts["it"].clone();
    source.parts.insert("en".to_owned(), english);
    let mut variables = variables();
    variables["a"] = json!("2026-11-25T23:30:00Z");
    variables["b"] = json!("2026-12-01");
    let compiled = Compiled::compile(&source).unwrap();
    let input = Input {
        variables: &variables,
        link: &|_| String::new(),
        pixel: None,
    };
    assert_eq!(
        compiled.sms("it", &input).unwrap(),
        "giovedì 26 novembre|giovedì 26 novembre alle 00:30|26/11|00:30|martedì 1º dicembre|1/12"
    );
    assert_eq!(
        compiled.sms("en-GB", &input).unwrap(),
        "Thursday 26 November|Thursday 26 November at 00:30|26 Nov|00:30|Tuesday 1 December|1 Dec"
    );
}

#[test]
fn a_language_falls_back_to_its_parent_then_italian_then_any() {
    let mut source = source("x", "<mj-text>x</mj-text>");
    let only_sms = TemplateParts {
        sms: Some("y".to_owned()),
        ..TemplateParts::default()
    };
    source.parts.insert("en".to_owned(), only_sms);
    let compiled = Compiled::compile(&source).unwrap();
    assert_eq!(compiled.language_for("en-GB", Channel::Sms), Some("en"));
    assert_eq!(compiled.language_for("en", Channel::Email), Some("it"));
    assert_eq!(compiled.language_for("de", Channel::Sms), Some("it"));
    source.parts.remove("it");
    let compiled = Compiled::compile(&source).unwrap();
    assert_eq!(compiled.language_for("de", Channel::Sms), Some("en"));
    assert!(!compiled.speaks("de", Channel::Email));
}

fn messages(findings: &[TemplateFinding], severity: Severity) -> Vec<String> {
    let some = findings
        .iter()
        .filter(|finding| finding.severity == severity);
    some.map(ToString::to_string).collect()
}

#[test]
fn the_check_names_what_to_mend_before_a_client_sees_it() {
    let mut source = source(
        "\n{{ case.reff }} È pronto: {{ case.owner }}{% if case %}x{% endif %}",
        "<mj-text>{{ case.ref }}</mj-text>",
    );
    let findings = check(&source);
    let errors = messages(&findings, Severity::Error);
    assert!(
        errors
            .iter()
            .any(|it| it.starts_with("it/sms.txt:2: error: `case.reff` is not declared")),
        "{errors:#?}"
    );
    assert!(
        errors.iter().any(|it| it.contains("`case` is a group")),
        "{errors:#?}"
    );
    assert!(
        messages(&findings, Severity::Warning)
            .iter()
            .any(|it| it.contains("`case.expected_by` is declared and never used"))
    );

    source.parts.get_mut("it").unwrap().set(
        Part::Sms,
        Some("{{ case.ref }} È pronto: {{ case.owner }}".to_owned()),
    );
    source.parts.insert(
        "en".to_owned(),
        TemplateParts {
            sms: Some("ready".to_owned()),
            ..TemplateParts::default()
        },
    );
    let findings = check(&source);
    let errors = messages(&findings, Severity::Error);
    assert!(
        errors
            .iter()
            .any(|it| it.contains("`case.owner` may be absent: test it with {% if case.owner %}")),
        "{errors:#?}"
    );
    assert!(
        errors
            .iter()
            .any(|it| it.starts_with("en/email.mjml: error: this text is missing")),
        "{errors:#?}"
    );
    let warnings = messages(&findings, Severity::Warning);
    assert!(
        warnings
            .iter()
            .any(|it| it.contains("`È` is not in the GSM alphabet")),
        "{warnings:#?}"
    );
}

#[test]
fn a_folder_comes_back_as_it_went() {
    let folder = tempfile::tempdir().unwrap();
    for source in Source::shipped().unwrap() {
        source.to_folder(folder.path()).unwrap();
        assert_eq!(
            Source::from_folder(&folder.path().join(&source.name)).unwrap(),
            source
        );
    }
    let one = folder.path().join("notice");
    std::fs::write(one.join("it/emial.txt"), "x").unwrap();
    assert_eq!(Source::from_folder(&one).unwrap_err().part, "it/emial.txt");
    std::fs::remove_file(one.join("it/emial.txt")).unwrap();
    std::fs::write(
        one.join("template.toml"),
        "description = \"x\"\ntopic = \"y\"\ncolour = 1\n",
    )
    .unwrap();
    let fault = Source::from_folder(&one).unwrap_err();
    assert_eq!(
        (fault.part.as_str(), fault.line),
        ("template.toml", Some(3)),
        "{fault}"
    );
}

#[test]
fn samples_leave_out_what_may_be_absent() {
    let least = source("x", "<mj-text>x</mj-text>").sample("it", Fullness::Least);
    assert!(least.pointer("/case/owner").is_none() && least.pointer("/contact/phone").is_none());
    assert_eq!(least.pointer("/client/name"), Some(&json!("Maria Rossi")));
}
