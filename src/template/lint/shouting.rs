//! Words in capitals: to a reader they are shouted. Acronyms (POD, ARERA) and codes are not.

/// Letters of a word from which it is no acronym any more.
const LONG: usize = 7;
/// Letters of a word that is shouted together with its neighbours.
const SHORT: usize = 3;
/// So many such words one after the other are a shouted sentence.
const NEIGHBOURS: usize = 3;

/// The first words of a text that are shouted, as they stand there.
pub(super) fn shouted(text: &str) -> Option<String> {
    let mut run: Vec<&str> = Vec::new();
    for word in text.split_whitespace() {
        let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
        if bare.is_empty() {
            continue;
        }
        if is_capital(bare, SHORT) {
            run.push(bare);
            continue;
        }
        if let Some(found) = of_run(&run) {
            return Some(found);
        }
        run.clear();
    }
    of_run(&run)
}

fn of_run(run: &[&str]) -> Option<String> {
    let long = run.iter().any(|word| is_capital(word, LONG));
    (long || run.len() >= NEIGHBOURS).then(|| run.join(" "))
}

/// Whether a word is capitals and nothing else: a digit makes it a code.
fn is_capital(word: &str, at_least: usize) -> bool {
    let letters = word.chars().filter(|c| c.is_alphabetic()).count();
    letters >= at_least
        && word.chars().all(|c| c.is_alphabetic() || c == '\'')
        && word.chars().all(|c| !c.is_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shouted_words_are_found_and_acronyms_are_not() {
        assert_eq!(shouted("Avviso URGENTE: legga"), Some("URGENTE".to_owned()));
        assert_eq!(
            shouted("LA SUA LUCE TORNA presto"),
            Some("SUA LUCE TORNA".to_owned())
        );
        for calm in [
            "Il POD IT001E12345678 e il PDR, dice ARERA",
            "Pratica PR-2026-00412 del Comune",
            "Mr. O'NEIL and Mrs. Rossi",
            "",
        ] {
            assert_eq!(shouted(calm), None, "{calm}");
        }
    }
}
