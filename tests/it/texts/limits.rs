//! What is too large is refused before it is read, with its line; what is not fits into a stack
//! that is small.

use std::time::Duration;

use araldo::plan::Matcher;
use araldo::template::{
    Severity, Source, TemplateFinding, TemplateParts, Unfinished, Workshop, check, trial,
};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use super::attacks::{self, Field};

/// Half of what a thread of the runtime has.
const SMALL: usize = 1024 * 1024;

/// Does the work on a stack that is small: an overflow ends the whole test run.
fn on_a_small_stack<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    let thread = std::thread::Builder::new().stack_size(SMALL).spawn(work);
    thread.unwrap().join().unwrap()
}

fn errors(source: &Source) -> Vec<TemplateFinding> {
    let findings = check(source).into_iter();
    findings
        .filter(|it| it.severity == Severity::Error)
        .collect()
}

#[test]
fn every_text_that_would_harm_is_a_named_fault_with_its_line() {
    for attack in attacks::all() {
        let source = attacks::source(&attack);
        let errors = on_a_small_stack(move || errors(&source));
        let file = match attack.field {
            Field::Sms => "it/sms.txt",
            Field::Mjml => "it/email.mjml",
        };
        let named = errors.iter().any(|it| {
            let has_line = it.line.is_some_and(|line| line >= 2);
            let unpacked = attack.name.contains("unpack");
            it.file == file && it.message.contains(attack.says) && (has_line || unpacked)
        });
        assert!(named, "{}: {errors:#?}", attack.name);
    }
}

/// Texts that stand at the limits, each in its own way, and are taken.
fn at_the_limits() -> Vec<(&'static str, Source)> {
    let nested = |open: &str, inside: &str, close: &str, times: usize| {
        format!("{}{inside}{}", open.repeat(times), close.repeat(times))
    };
    let mail = |head: String, body: String| {
        format!(
            "<mjml><mj-head><mj-style>{head}</mj-style></mj-head><mj-body><mj-section><mj-column>\
             <mj-text>{body}</mj-text></mj-column></mj-section></mj-body></mjml>"
        )
    };
    let texts = [
        (
            "brackets",
            format!("{{{{ {}1{} }}}}", "(".repeat(16), ")".repeat(16)),
        ),
        (
            "lists",
            format!(
                "{{% if {}1{} %}}x{{% endif %}}",
                "[".repeat(16),
                "]".repeat(16)
            ),
        ),
        ("sums", format!("{{{{ 1{} }}}}", "-1".repeat(60))),
        (
            "filters",
            format!("{{{{ case.ref{} }}}}", "|upper".repeat(60)),
        ),
        ("not", format!("{{{{ {}1 }}}}", "not ".repeat(120))),
        ("minus", format!("{{{{ {}1 }}}}", "-".repeat(120))),
        ("if", nested("{% if 1 %}", "x", "{% endif %}", 32)),
        (
            "brackets in ifs",
            nested(
                "{% if 1 %}",
                &format!("{}1{}", "{{ ((((((((((((((((", ")))))))))))))))) }}"),
                "{% endif %}",
                32,
            ),
        ),
        ("for", nested("{% for i in [1] %}", "x", "{% endfor %}", 32)),
        (
            "elif",
            format!("{{% if 0 %}}{}{{% endif %}}x", "{% elif 0 %}".repeat(31)),
        ),
        (
            "variables",
            format!("{{% set a = 1 %}}{}x", "{% set a = [a] %}".repeat(14)),
        ),
    ];
    let mut found: Vec<_> = texts
        .map(|(name, sms)| {
            let parts = TemplateParts {
                email_subject: Some("{{ case.ref }}".to_owned()),
                email_mjml: Some(mail(String::new(), sms.clone())),
                sms: Some(sms),
                ..TemplateParts::default()
            };
            (name, attacks::of_parts(parts))
        })
        .into();
    let selector = nested(":is(", "a", ")", 2_000) + "{color:red}";
    let media = nested("@media print {", "a{color:red}", "}", 800);
    let layers = nested("@layer a {", "a{color:red}", "}", 1_000);
    let elements = nested("<div>", "{{ case.ref }}", "</div>", 35);
    let tables = nested("<table><tr><td>", "x", "</td></tr></table>", 11);
    for (name, head, body) in [
        ("selector", selector, "x".to_owned()),
        ("media", media, "x".to_owned()),
        ("layers", layers, "x".to_owned()),
        ("elements", String::new(), elements),
        ("tables", String::new(), tables),
    ] {
        let parts = TemplateParts {
            email_subject: Some("x".to_owned()),
            email_mjml: Some(mail(head, body)),
            ..TemplateParts::default()
        };
        found.push((name, attacks::of_parts(parts)));
    }
    found
}

#[test]
fn the_deepest_texts_within_the_limits_fit_into_a_small_stack() {
    for (name, source) in at_the_limits() {
        println!("{name}");
        let errors = on_a_small_stack(move || errors(&source));
        assert_eq!(errors, [], "{name}");
    }
}

#[test]
fn html_that_only_a_loop_makes_deep_is_not_made_plain_text_of() {
    let body = "{% for i in [1,2,3,4,5,6,7,8,9] %}{% for j in [1,2,3,4,5,6,7,8,9] %}\
                {% for k in [1,2,3,4,5,6,7,8,9] %}<div>{% if 0 %}</div>{% endif %}\
                {% endfor %}{% endfor %}{% endfor %}";
    let mail = format!(
        "<mjml><mj-body><mj-section><mj-column><mj-text>{body}</mj-text></mj-column></mj-section></mj-body></mjml>"
    );
    let source = attacks::of_parts(TemplateParts {
        email_subject: Some("x".to_owned()),
        email_mjml: Some(mail),
        ..TemplateParts::default()
    });
    let errors = on_a_small_stack(move || errors(&source));
    assert!(
        errors
            .iter()
            .any(|it| it.file == "it/email.txt" && it.message.contains("within one another")),
        "{errors:#?}"
    );
}

#[test]
fn the_condition_of_a_rule_is_bounded_as_a_text_is() {
    let rules = |when: &str| {
        let text = format!(
            "[[rule]]\nname = \"a\"\non = [\"case.opened\"]\naudience = \"case-client\"\n\
             template = \"t\"\ntopic = \"cases\"\nwhen = '''{when}'''\n"
        );
        on_a_small_stack(move || araldo::config::rules::parse("rules.toml", &text))
    };
    for (when, says) in [
        ("1".to_owned() + &"-1".repeat(1_500), "words and signs"),
        ("not ".repeat(900) + "1", "words and signs"),
        ("1".to_owned() + &"+1".repeat(1_500), "`~` and `+`"),
        ("'x' * 100000000".to_owned(), "`*` is not available"),
        ("1 == 1 ".repeat(1_000), "bytes"),
    ] {
        let fault = rules(&when).unwrap_err().to_string();
        assert!(
            fault.starts_with("rules.toml:7:") && fault.contains(says),
            "{fault}"
        );
    }
    let mut rule = rules("event.data.state == 'a'").unwrap();
    rule[0].when = Some("-".repeat(3_000) + "1");
    let fault = on_a_small_stack(move || Matcher::new(rule).err().unwrap().to_string());
    assert!(fault.contains("words and signs"), "{fault}");
}

#[test]
fn a_condition_cannot_make_much_of_little() {
    for when in [
        "'x'|indent(100000000)",
        "'%100000000d'|format(1)",
        "['x']|batch(100000000, 'x')",
        "event.type|replace('', event.type)|replace('', event.type)|replace('', event.type)|\
         replace('', event.type)|replace('', event.type)|replace('', event.type)",
    ] {
        let found = araldo::template::conditions()
            .compile_expression(when)
            .unwrap()
            .eval(minijinja::context! { event => minijinja::context! { type => "case.opened" } });
        assert!(found.is_err(), "{when}");
    }
}

/// Pieces of texts, good and bad, put together at random.
fn fragments() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "{{",
        "}}",
        "{%",
        "%}",
        "{#",
        "#}",
        "{{ case.ref }}",
        "{% if case.ref %}",
        "{% endif %}",
        "{% else %}",
        "{% elif 1 %}",
        "{% for i in [1,2] %}",
        "{% endfor %}",
        "{% set a = ",
        "case.ref",
        "|upper",
        "|join(a)",
        "|replace('', a)",
        " ~ a",
        " + a",
        "*",
        "-",
        "not ",
        "and ",
        "1",
        "'x'",
        "\"",
        "'",
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        ",",
        ".a",
        "<",
        ">",
        "&#123;",
        "<b>",
        "</b>",
        "<br>",
        "<mj-wrapper>",
        "</mj-wrapper>",
        "<mj-text>",
        "</mj-text>",
        "<mj-section>",
        "</mj-section>",
        "<mj-style>",
        "</mj-style>",
        "a{color:red}",
        ":is(",
        "<!--",
        "-->",
        "<![if",
        "<![CDATA[",
        "]]>",
        "https://a.example/b",
        "href=\"",
        "è",
        "\n",
        " ",
    ]);
    prop::collection::vec((piece, 1_usize..40), 0..30).prop_map(|pieces| {
        pieces
            .into_iter()
            .map(|(piece, times)| piece.repeat(times))
            .collect()
    })
}

#[test]
fn no_text_put_together_at_random_ends_the_check() {
    on_a_small_stack(|| {
        let config = Config {
            cases: 400,
            failure_persistence: None,
            ..Config::default()
        };
        TestRunner::new(config)
            .run(&fragments(), |text| {
                let mut findings = check(&trial::text(&text));
                for source in trial::mails(&text) {
                    findings.extend(check(&source));
                }
                prop_assert!(findings.iter().all(|it| !it.message.is_empty()));
                Ok(())
            })
            .unwrap();
    });
}

#[tokio::test]
async fn a_text_that_takes_too_long_is_said_to_and_keeps_its_place_until_its_end() {
    let workshop = Workshop::new(1, Duration::from_millis(50));
    let (go_on, waits) = std::sync::mpsc::channel::<()>();
    let late = workshop.work(move || waits.recv().is_ok()).await;
    assert_eq!(late, Err(Unfinished::Late(Duration::from_millis(50))));
    let next = workshop.work(|| 1).await;
    assert!(
        matches!(next, Err(Unfinished::Late(_))),
        "the one bench is taken"
    );
    go_on.send(()).unwrap();
    let patient = Workshop::new(1, Duration::from_secs(600));
    assert_eq!(patient.work(|| 2).await, Ok(2));
    assert_eq!(
        patient
            .work(|| -> i32 { panic!("a text that nobody thought of") })
            .await,
        Err(Unfinished::Failed)
    );
    assert_eq!(patient.work(|| 3).await, Ok(3), "the bench is free again");
}
