use proptest::prelude::*;
use serde_json::json;

use super::super::compiled::{Compiled, Input};
use super::super::trial;
use super::*;

/// What a reader gets whose case has this reference.
fn html(text: &str, reference: &str) -> String {
    let compiled = Compiled::compile(&trial::markdown(text)).unwrap();
    let variables = json!({
        "case": { "ref": reference },
        "organisation": { "name": "Comune di Prova" },
        "links": { "status": "https://a.example/s/x", "unsubscribe": "https://a.example/u/x" },
    });
    let link = |at: usize| format!("https://t.example/{at}");
    let input = Input {
        variables: &variables,
        link: &link,
        pixel: None,
    };
    compiled.email("it", &input).unwrap().html
}

fn fault(text: &str) -> TemplateFault {
    Compiled::compile(&trial::markdown(text)).unwrap_err()
}

fn notes(text: &str) -> Vec<MarkdownNote> {
    mail("it/email.md", "it", text).unwrap().notes
}

#[test]
fn a_mail_has_the_layout_of_the_house() {
    let html = html(
        "# La Sua pratica\n\nGentile **Maria**,\nla pratica è *ferma*.\n\n- uno\n- due\n\n\
         [Segua la pratica]({{ links.status }})\n\n> Numero verde [800 1](tel:8001)\n\n\
         Vedi https://a.example/x. Altro su [qui](https://a.example/y?a=1&b=2)",
        "PR-1",
    );
    for written in [
        "La Sua pratica</h1>",
        "Gentile <strong>Maria</strong>,<br",
        "<em>ferma</em>",
        "<li style=\"margin: 0 0 8px\">uno</li>",
        "href=\"tel:8001\"",
        "Comune di Prova Le scrive perché",
        "href=\"https://a.example/u/x\"",
        // Addresses that were written out are counted when they are followed.
        "href=\"https://t.example/0\"",
        "href=\"https://t.example/1\"",
        "https://a.example/x</a>.",
    ] {
        assert!(html.contains(written), "{written}: {html}");
    }
    let button = html.split("Segua la pratica").next().unwrap();
    let button = &button[button.rfind("<a").unwrap()..];
    assert!(
        button.contains("https://a.example/s/x") && button.contains("background"),
        "a link alone is a button: {button}"
    );
    assert!(html.contains("#eef3f8"), "a quotation is a box: {html}");
}

#[test]
fn a_condition_holds_paragraphs_entries_and_parts_of_a_sentence() {
    let text = "# A\n\n- uno\n{% if case.ref == 'x' %}\n- due\n{% endif %}\n- tre\n\n\
        {% if case.ref == 'x' %}\nSolo x.\n{% else %}\n> altri\n{% endif %}\n\n\
        Fine{% if case.ref == 'x' %}, **davvero**{% endif %}.";
    let x = html(text, "x");
    let y = html(text, "y");
    assert!(x.contains("due</li>") && !y.contains("due</li>"));
    assert_eq!(x.matches("<ul").count(), 1, "one list of three: {x}");
    assert_eq!(x.matches("</ul>").count(), 1);
    assert!(x.contains("Solo x.") && !x.contains("altri"));
    assert!(!y.contains("Solo x.") && y.contains("altri"));
    assert!(x.contains("Fine, <strong>davvero</strong>.") && y.contains("Fine."));
}

#[test]
fn what_is_typed_as_html_is_shown_as_it_was_typed() {
    let html = html(
        "<script>alert(1)</script>\n\nuno <b>due</b>\n\n`a < b`",
        "PR-1",
    );
    assert!(
        html.contains("&lt;script&gt;alert(1)&lt;/script&gt;"),
        "{html}"
    );
    assert!(html.contains("uno &lt;b&gt;due&lt;/b&gt;"), "{html}");
    assert!(html.contains("<code>a &lt; b</code>"), "{html}");
    assert!(!html.contains("<script"), "{html}");
}

#[test]
fn curly_brackets_that_are_only_shown_are_not_the_engines() {
    let html = html(r"Scriva \{\{ 7 \}\} o &#123;&#123; x &#125;&#125;", "PR-1");
    assert!(html.contains("Scriva {{ 7 }} o {{ x }}"), "{html}");
}

#[test]
fn what_leads_nowhere_is_refused_with_its_line() {
    for (text, line) in [
        ("a\n\n[x](javascript:alert(1))", 3),
        ("[x]({{ case.ref }})", 1),
        ("\n[x](data:text/html,y)", 2),
        ("<javascript:alert(1)>", 1),
        ("![x](https://a.example/p.png)", 1),
    ] {
        let fault = fault(text);
        assert_eq!(fault.part, "it/email.md");
        assert_eq!(fault.line, Some(line), "{text}: {fault}");
    }
}

#[test]
fn a_fault_names_the_line_that_was_typed() {
    for (text, line) in [
        ("uno\n\ndue {{ case.ref", 3),
        ("uno\n\n{% if case.ref %}\n\n- a\n- {% endif %}b\n", 3),
        ("**a {% if case.ref %}b** c{% endif %}", 1),
        ("uno\n\n[x](https://a.example \"{{ case.ref }}\")", 3),
        ("uno\n{% include 'x' %}", 2),
    ] {
        let fault = fault(text);
        assert_eq!(fault.line, Some(line), "{text}: {fault}");
    }
    let compiled = Compiled::compile(&trial::markdown("uno\n\ndue {{ case.ref | date }}"));
    let variables = json!({"case": {"ref": "x"}, "organisation": {"name": "C"},
        "links": {"unsubscribe": "https://a.example"}});
    let input = Input {
        variables: &variables,
        link: &|_| String::new(),
        pixel: None,
    };
    let broken = compiled.unwrap().email("it", &input).unwrap_err();
    assert!(broken.to_string().starts_with("it/email.md:3:"), "{broken}");
}

#[test]
fn what_nothing_closes_is_noted() {
    assert_eq!(
        notes("uno\n\n**due\n\n[](https://a.example)\n\n[tre](https://b"),
        [
            MarkdownNote::Unclosed {
                sign: "**",
                line: 3
            },
            MarkdownNote::EmptyLink { line: 5 },
            MarkdownNote::Unclosed {
                sign: "](",
                line: 7
            },
        ]
    );
    assert!(notes(r"**uno** 2 * 3 \*\*due").is_empty());
}

#[test]
fn a_text_of_nothing_but_signs_is_refused_or_laid_out() {
    for text in [
        ">".repeat(50_000),
        "[".repeat(50_000),
        "*a ".repeat(20_000),
        "{ ".repeat(30_000),
        "- ".repeat(30_000),
        "`".repeat(50_000),
        "\u{e000}1\u{e001}⟦\u{e000}0\u{e001}⟧".to_owned(),
    ] {
        // Neither a stack nor patience runs out.
        if let Err(fault) = Compiled::compile(&trial::markdown(&text)) {
            assert_eq!(fault.part, "it/email.md", "{fault}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_a_client_is_called_stays_itself(name in "[-*_<>&#`~!()a-z0-9+=|\"'{}%\\[\\]\\\\]{1,30}") {
        let escaped = name
            .replace('&', "&amp;")
            .replace('<', "&lt;")
            .replace('>', "&gt;")
            .replace('"', "&quot;")
            .replace('\'', "&#39;");
        let html = html("# {{ case.ref }}\n\n**{{ case.ref }}** e _{{ case.ref }}_", &name);
        prop_assert!(html.contains(&format!(">{escaped}</h1>")), "{}", html);
        prop_assert!(html.contains(&format!("<strong>{escaped}</strong>")), "{}", html);
        prop_assert!(html.contains(&format!("<em>{escaped}</em>")), "{}", html);
    }
}
