//! The town's own versions of some shipped templates: one more link in the e-mails, as an
//! operator would add it. So there are two versions to compare, and links to be counted.

use super::DemoNode;
use crate::domain::template::{Part, Source};
use crate::store::templates::WriteContext;

const AUTHOR: &str = "operatore@montelume.example";
/// What the new paragraph stands after.
const BUTTON: &str = "</mj-button>";

/// For each language the link's text and target.
type Addition = [(&'static str, &'static str, &'static str); 2];

/// What is added to which template.
const ADVICE: [(&str, Addition); 4] = [
    ("case-opened", DOCUMENTS),
    ("case-progress", DOCUMENTS),
    ("incident-started", BLACKOUT),
    ("incident-updated", BLACKOUT),
];

const DOCUMENTS: [(&str, &str, &str); 2] = [
    (
        "it",
        "Le risposte alle domande più frequenti",
        "https://www.montelume.example/domande",
    ),
    (
        "en",
        "Answers to the most frequent questions",
        "https://www.montelume.example/questions",
    ),
];

const BLACKOUT: [(&str, &str, &str); 2] = [
    (
        "it",
        "Che cosa fare quando manca la luce",
        "https://www.montelume.example/senza-luce",
    ),
    (
        "en",
        "What to do when the power is out",
        "https://www.montelume.example/power-cut",
    ),
];

/// Publishes them, over the shipped versions.
pub(super) async fn publish(stage: &DemoNode) -> anyhow::Result<()> {
    let mut tx = stage.store.write().await?;
    let by = WriteContext {
        author: AUTHOR,
        now: stage.clock.now(),
        ids: stage.ids.as_ref(),
    };
    for mut source in Source::shipped()? {
        let Some((_, links)) = ADVICE.iter().find(|(name, _)| *name == source.name) else {
            continue;
        };
        add(&mut source, links);
        let draft = tx.templates().save_draft(&source, by).await?;
        tx.templates().publish(draft, by.now).await?;
    }
    tx.commit().await?;
    Ok(())
}

fn add(source: &mut Source, links: &[(&str, &str, &str)]) {
    for (locale, text, target) in links {
        let Some(parts) = source.parts.get_mut(*locale) else {
            continue;
        };
        if let Some(mjml) = parts.get(Part::EmailMjml) {
            let paragraph = format!(
                "{BUTTON}\n        <mj-text css-class=\"ink\" align=\"center\">\n          \
                 <p style=\"margin: 0\"><a href=\"{target}\">{text}</a></p>\n        </mj-text>"
            );
            let mjml = mjml.replacen(BUTTON, &paragraph, 1);
            parts.set(Part::EmailMjml, Some(mjml));
        }
        if let Some(plain) = parts.get(Part::EmailText) {
            let plain = plain.replacen("\n-- \n", &format!("\n{text}:\n{target}\n\n-- \n"), 1);
            parts.set(Part::EmailText, Some(plain));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_template_gets_its_link_in_both_parts_and_languages() {
        let mut sources = Source::shipped().unwrap();
        for (name, links) in ADVICE {
            let source = sources
                .iter_mut()
                .find(|source| source.name == name)
                .unwrap();
            add(source, &links);
            for (locale, _, target) in links {
                for part in [Part::EmailMjml, Part::EmailText] {
                    let text = source.parts[locale].get(part).unwrap();
                    assert_eq!(text.matches(target).count(), 1, "{name} {locale} {part}");
                }
            }
        }
    }
}
