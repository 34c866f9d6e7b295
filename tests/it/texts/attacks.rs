//! Texts that were found to bring the daemon down, each far below the size a form may have.

use std::collections::BTreeMap;

use araldo::template::{Source, TemplateParts, Variable};
use serde_json::json;

/// Which field of the editor an attack is typed into.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Field {
    Sms,
    Mjml,
}

pub(crate) struct Attack {
    pub(crate) name: &'static str,
    pub(crate) field: Field,
    pub(crate) text: String,
    /// What the fault says of it.
    pub(crate) says: &'static str,
}

/// All of them. Each stands in the second line of its text or below.
pub(crate) fn all() -> Vec<Attack> {
    let sms = |name, text: String, says| Attack {
        name,
        field: Field::Sms,
        text: format!("Gentile cliente,\n{text}"),
        says,
    };
    let mjml = |name, inside: String, says| Attack {
        name,
        field: Field::Mjml,
        text: format!("<mjml><mj-body>\n{inside}\n</mj-body></mjml>"),
        says,
    };
    let words = "words and signs";
    let chain = |first: &str, each: &str, times| format!("{{{{ {first}{} }}}}", each.repeat(times));
    let nested = |open: &str, inside: &str, close: &str, times| {
        format!("{}{inside}{}", open.repeat(times), close.repeat(times))
    };
    let text = |inside: String| {
        format!("<mj-section><mj-column>\n<mj-text>{inside}</mj-text>\n</mj-column></mj-section>")
    };
    let doubled = |first: &str, each: &str, times| format!("{first}{}", each.repeat(times));
    let set = "{% set a = 'xxxxxxxxxx' %}";
    vec![
        sms("sums", chain("1", "+1", 20_000), "`~` and `+`"),
        sms("differences", chain("1", "-1", 20_000), words),
        sms("joins", chain("1", "~1", 20_000), "`~` and `+`"),
        sms("filters", chain("case.ref", "|upper", 10_000), words),
        sms("not", chain("", "not ", 15_000), words),
        sms("attributes", chain("case", ".a", 20_000), words),
        sms("entries", chain("case", "[0]", 20_000), words),
        sms("and", chain("1", " and 1", 10_000), words),
        sms("and without a space", chain("1", "and 1", 10_000), words),
        sms("minus", chain("", "-", 20_000) + "1", words),
        sms("comparisons", chain("1", "<1", 20_000), words),
        sms("calls", chain("a", "()", 20_000), words),
        sms(
            "brackets",
            format!("{{{{ {}1{} }}}}", "(".repeat(9_000), ")".repeat(9_000)),
            "brackets",
        ),
        sms("inline if", chain("1", " if 1 else 1", 4_000), words),
        sms(
            "elif",
            format!("{{% if 0 %}}{}{{% endif %}}", "{% elif 0 %}".repeat(5_000)),
            "within one another",
        ),
        sms(
            "if",
            nested("{% if 1 %}", "", "{% endif %}", 2_000),
            "within one another",
        ),
        sms("marks", "{{ 1 }}".repeat(9_000), "marks"),
        sms(
            "a list with a bracket that hides its end",
            format!("{{{{ {{'a': {{'b': 1}}}}{} }}}}", "-1".repeat(20_000)),
            words,
        ),
        sms(
            "a remark that seems closed",
            format!(
                "{{#}} {{% if 1 %}} #}}{}",
                nested("{% if 1 %}", "", "{% endif %}", 2_000)
            ),
            "within one another",
        ),
        sms(
            "a product",
            "{{ 'x' * 100000000 }}".to_owned(),
            "`*` is not available",
        ),
        sms(
            "a power",
            "{{ 9 ** 9 ** 9 }}".to_owned(),
            "`*` is not available",
        ),
        sms(
            "replace squared",
            doubled(set, "{% set a = a|replace('x', a) %}", 4) + "{{ a|length }}",
            "longer than 64 KB",
        ),
        sms(
            "replace in one expression",
            format!("{set}{{{{ a{}|length }}}}", "|replace('x', a)".repeat(10)),
            "longer than 64 KB",
        ),
        sms(
            "replace with nothing to look for",
            doubled(set, "{% set a = a|replace('', a) %}", 6) + "{{ a|length }}",
            "longer than 64 KB",
        ),
        sms(
            "doubling",
            doubled(set, "{% set a = a ~ a %}", 26) + "{{ a|length }}",
            "longer than 64 KB",
        ),
        sms(
            "adding",
            doubled(set, "{% set a = a + a %}", 26) + "{{ a|length }}",
            "longer than 64 KB",
        ),
        sms(
            "doubling in loops",
            nested(
                "{% for i in [1,2,3,4,5,6,7,8,9] %}{% set a = a ~ a %}",
                "",
                "{% endfor %}",
                4,
            )
            .replacen("{% for", &format!("{set}{{% for"), 1),
            "too many steps",
        ),
        sms(
            "lists of lists",
            doubled("{% set a = [1] %}", "{% set a = [a] %}", 900) + "{{ a|length }}",
            "within one another",
        ),
        sms(
            "lists that double",
            doubled("{% set a = [1] %}", "{% set a = [a, a] %}", 14) + "{{ a == a }}",
            "longer than 64 KB",
        ),
        sms(
            "joined lists",
            format!(
                "{set}{}{{{{ [a,a,a,a]|join(a)|length }}}}",
                "{% set a = [a,a,a]|join(a) %}".repeat(9)
            ),
            "longer than 64 KB",
        ),
        sms(
            "loops",
            nested("{% for i in [1,2,3,4,5,6,7,8,9] %}", "", "{% endfor %}", 20),
            "too many steps",
        ),
        mjml(
            "bold",
            text(nested("<b>", "x", "</b>", 4_000)),
            "within one another",
        ),
        mjml(
            "bold without an end",
            text("<b>".repeat(10_000)),
            "within one another",
        ),
        mjml(
            "wrappers",
            nested("<mj-wrapper>", "", "</mj-wrapper>", 2_000),
            "within one another",
        ),
        mjml(
            "sections",
            "<mj-section></mj-section>".repeat(2_000),
            "elements",
        ),
        mjml("breaks", text("<br/>".repeat(9_000)), "elements"),
        mjml(
            "braces the layout would unpack",
            text(format!(
                "&#123;&#123; 1{} &#125;&#125;",
                "-1".repeat(20_000)
            )),
            words,
        ),
        mjml(
            "a condition without its end",
            text("<![if mso".to_owned()),
            "conditional comment",
        ),
        mjml("sums", text(chain("1", "-1", 20_000)), words),
    ]
}

/// A template with the attack in its place.
pub(crate) fn source(attack: &Attack) -> Source {
    let mut parts = TemplateParts {
        sms: Some("{{ case.ref }}".to_owned()),
        ..TemplateParts::default()
    };
    match attack.field {
        Field::Sms => parts.sms = Some(attack.text.clone()),
        Field::Mjml => {
            parts.email_subject = Some("{{ case.ref }}".to_owned());
            parts.email_mjml = Some(attack.text.clone());
        }
    }
    of_parts(parts)
}

/// A template with these Italian texts.
pub(crate) fn of_parts(parts: TemplateParts) -> Source {
    Source {
        name: "sample".to_owned(),
        description: "for the test".to_owned(),
        topic: "cases".to_owned(),
        variables: vec![Variable {
            name: "case.ref".to_owned(),
            description: "Number of the case".to_owned(),
            required: true,
            example: json!("PR-1"),
            examples: BTreeMap::new(),
        }],
        parts: BTreeMap::from([("it".to_owned(), parts)]),
    }
}
