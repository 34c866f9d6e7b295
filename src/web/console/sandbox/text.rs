//! The text of what arrived: shortened, and with links that can be tapped.

/// A piece of a text: plain, or a link.
pub(super) struct TextPiece {
    pub(super) text: String,
    pub(super) link: bool,
}

/// The beginning of a text, cut between words.
pub(super) fn excerpt(text: &str, most: usize) -> String {
    let Some((end, _)) = text.char_indices().nth(most) else {
        return text.to_owned();
    };
    let whole = text[..end].rfind(char::is_whitespace).unwrap_or(end);
    format!("{} …", text[..whole].trim_end())
}

/// Cuts a text where its links begin and end.
pub(super) fn pieces(text: &str) -> Vec<TextPiece> {
    let piece = |text: &str, link| TextPiece {
        text: text.to_owned(),
        link,
    };
    let (mut found, mut rest) = (Vec::new(), text);
    while let Some(start) = first_link(rest) {
        let end = rest[start..].find(char::is_whitespace);
        let end = end.map_or(rest.len(), |at| start + at);
        let link = rest[start..end].trim_end_matches(['.', ',', ';', ')', ']', '>']);
        found.extend([piece(&rest[..start], false), piece(link, true)]);
        rest = &rest[start + link.len()..];
    }
    found.push(piece(rest, false));
    found
}

fn first_link(text: &str) -> Option<usize> {
    let starts = ["https://", "http://"].map(|scheme| text.find(scheme));
    starts.into_iter().flatten().min()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_excerpt_ends_with_a_whole_word() {
        assert_eq!(excerpt("non deve fare nulla", 16), "non deve fare …");
        assert_eq!(excerpt("non deve fare nulla", 19), "non deve fare nulla");
        assert_eq!(excerpt("nonostantetutto", 6), "nonost …");
    }

    #[test]
    fn links_in_a_text_can_be_tapped() {
        let found = pieces("Stato: https://a.example/s/AbC. Oppure http://b.example, grazie");
        let links: Vec<&str> = found
            .iter()
            .filter(|piece| piece.link)
            .map(|piece| piece.text.as_str())
            .collect();
        assert_eq!(links, ["https://a.example/s/AbC", "http://b.example"]);
        let whole: String = found.iter().map(|piece| piece.text.as_str()).collect();
        assert_eq!(
            whole,
            "Stato: https://a.example/s/AbC. Oppure http://b.example, grazie"
        );
        assert!(!pieces("javascript:alert(1)").iter().any(|piece| piece.link));
    }
}
