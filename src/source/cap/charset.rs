//! From bytes to text. Feeds name one character set and write another, so the bytes themselves are
//! believed first: what is valid UTF-8 is UTF-8.

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// Bytes in which the XML declaration ends.
const DECLARATION: usize = 400;

/// A document as text, and what was strange about its bytes.
pub(super) struct CapText {
    pub(super) text: String,
    pub(super) doubt: Option<String>,
}

/// Reads what came, with what the answer says of it.
pub(super) fn read(bytes: &[u8], content_type: Option<&str>) -> CapText {
    if let Some((encoding, length)) = Encoding::for_bom(bytes) {
        let (text, _) = encoding.decode_without_bom_handling(&bytes[length..]);
        return plain(&text);
    }
    let named = content_type.and_then(of_type);
    let named = named.or_else(|| of_declaration(bytes));
    let named = named.filter(|encoding| !is_wide(encoding) || has_wide_letters(bytes));
    // Only in sets that keep ASCII as it is, valid UTF-8 is no accident.
    if named.is_none_or(Encoding::is_ascii_compatible)
        && let Ok(text) = std::str::from_utf8(bytes)
    {
        return plain(text);
    }
    let named = named.unwrap_or(UTF_8);
    match named.decode_without_bom_handling_and_without_replacement(bytes) {
        Some(text) => plain(&text),
        None => guessed(bytes, named),
    }
}

/// A wrong accent is better than an alert that nobody reads.
fn guessed(bytes: &[u8], named: &'static Encoding) -> CapText {
    let (text, _) = WINDOWS_1252.decode_without_bom_handling(bytes);
    let name = named.name();
    CapText {
        doubt: Some(format!(
            "it counts as {name} and is not: it was read as windows-1252, and accents may be wrong"
        )),
        ..plain(&text)
    }
}

fn plain(text: &str) -> CapText {
    CapText {
        text: text.trim_start().to_owned(),
        doubt: None,
    }
}

fn of_type(content_type: &str) -> Option<&'static Encoding> {
    let mut parameters = content_type
        .split(';')
        .skip(1)
        .filter_map(|it| it.split_once('='));
    let (_, label) = parameters.find(|(name, _)| name.trim().eq_ignore_ascii_case("charset"))?;
    Encoding::for_label(label.trim().trim_matches(['"', '\'']).as_bytes())
}

fn of_declaration(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(DECLARATION)]);
    let declaration = head.trim_start().strip_prefix("<?xml")?;
    let (declaration, _) = declaration.split_once("?>")?;
    let (_, value) = declaration.split_once("encoding")?;
    let value = value.trim_start().strip_prefix('=')?.trim_start();
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    Encoding::for_label(value[1..].split(quote).next()?.as_bytes())
}

fn is_wide(encoding: &Encoding) -> bool {
    encoding == UTF_16LE || encoding == UTF_16BE
}

/// A declaration that can be read as ASCII and says UTF-16 is wrong.
fn has_wide_letters(bytes: &[u8]) -> bool {
    bytes.iter().take(2).any(|byte| *byte == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LATIN: &[u8] = b"<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a>Forl\xEC \xE8</a>";

    fn text(bytes: &[u8], content_type: Option<&str>) -> (String, bool) {
        let read = read(bytes, content_type);
        let (_, body) = read.text.split_once("<a>").expect("the root");
        (
            body.trim_end_matches("</a>").to_owned(),
            read.doubt.is_some(),
        )
    }

    #[test]
    fn accents_come_whole_whatever_the_bytes_are() {
        let said = "Forlì è".to_owned();
        assert_eq!(text(LATIN, None), (said.clone(), false));
        let by_type = b"<a>Forl\xEC \xE8</a>";
        let types = Some("text/xml; charset=\"iso-8859-1\"");
        assert_eq!(text(by_type, types), (said.clone(), false));
        let utf8 = "<?xml version='1.0' encoding='ISO-8859-1'?><a>Forlì è</a>";
        assert_eq!(text(utf8.as_bytes(), types), (said.clone(), false));
        let marked = [b"\xEF\xBB\xBF".as_slice(), "<a>Forlì è</a>".as_bytes()].concat();
        assert_eq!(text(&marked, types), (said.clone(), false));
        let wide = "<a>Forlì è</a>".encode_utf16().flat_map(u16::to_le_bytes);
        let wide: Vec<u8> = [0xFF, 0xFE].into_iter().chain(wide).collect();
        assert_eq!(text(&wide, None), (said.clone(), false));
        let narrow = b"<?xml version=\"1.0\" encoding=\"utf-16\"?><a>e</a>";
        assert_eq!(text(narrow, None), ("e".to_owned(), false));
    }

    #[test]
    fn bytes_that_are_not_what_they_are_said_to_be_are_guessed_and_reported() {
        let wrong = b"<?xml version=\"1.0\" encoding=\"UTF-8\"?><a>Forl\xEC \xE8</a>";
        assert_eq!(text(wrong, None), ("Forlì è".to_owned(), true));
        let nameless = b"<a>Forl\xEC \xE8</a>";
        assert!(text(nameless, Some("text/xml; charset=x-none")).1);
    }
}
