//! Where a link of a mail may lead. A mail is read in programs that we do not know, so what could
//! run something there, or name a file, leads nowhere.

/// How an address begins that a reader may follow.
const SCHEMES: [&str; 4] = ["https://", "http://", "mailto:", "tel:"];

/// Variables that are addresses, ours and whole. What else a variable holds comes from outside.
const OWN_ADDRESSES: [&str; 2] = ["links.status", "links.unsubscribe"];

/// Whether a link may lead there. `begins_with`: the mark it begins with, if it does.
pub(super) fn may_lead(address: &str, begins_with: Option<&str>) -> bool {
    if let Some(mark) = begins_with {
        return is_own(mark);
    }
    let lower = address.trim_start().to_ascii_lowercase();
    SCHEMES.iter().any(|scheme| lower.starts_with(*scheme))
}

/// Whether a mark prints one of our own addresses, and nothing else.
pub(in crate::template) fn is_own(mark: &str) -> bool {
    let inside = mark.trim_start_matches("{{").trim_end_matches("}}");
    OWN_ADDRESSES.contains(&inside.trim_matches('-').trim())
}

/// The addresses that stand in a text as they are: `(start, end)` of each.
pub(super) fn bare(text: &str) -> Vec<(usize, usize)> {
    let lower = text.to_ascii_lowercase();
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(start) = ["https://", "http://"]
        .iter()
        .filter_map(|scheme| lower[from..].find(*scheme))
        .min()
    {
        let start = from + start;
        let end = start + length(&text[start..]);
        found.push((start, end));
        from = end;
    }
    found
}

/// Up to white space or a sign that ends an address, without the full stop of the sentence.
fn length(text: &str) -> usize {
    let end = text
        .find(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"' | '{' | '}' | '|' | '⟦'))
        .unwrap_or(text.len());
    let url = text[..end].trim_end_matches(['.', ',', ';', ':', '!', '?', ')', '\'']);
    // At least the scheme, so that a search goes on behind it.
    url.len().max("http://".len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_run_or_read_something_leads_nowhere() {
        for good in [
            "https://a.example",
            "HTTP://a",
            "mailto:a@b.example",
            "tel:800",
        ] {
            assert!(may_lead(good, None), "{good}");
        }
        for bad in [
            "javascript:alert(1)",
            " JavaScript:alert(1)",
            "java\tscript:alert(1)",
            "data:text/html,x",
            "file:///etc/passwd",
            "vbscript:x",
            "//a.example",
            "pratica.html",
            "",
        ] {
            assert!(!may_lead(bad, None), "{bad}");
        }
        assert!(may_lead("", Some("{{ links.status }}")));
        assert!(!may_lead("", Some("{{ case.note }}")));
        assert!(!may_lead("", Some("{{ links.status ~ case.note }}")));
    }

    #[test]
    fn an_address_in_a_sentence_ends_before_its_full_stop() {
        let text = "Vedi https://a.example/x?y=1. O (http://b.example), o http://";
        let found: Vec<_> = bare(text).iter().map(|(a, b)| &text[*a..*b]).collect();
        assert_eq!(
            found,
            ["https://a.example/x?y=1", "http://b.example", "http://"]
        );
    }
}
