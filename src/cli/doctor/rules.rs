//! Whether each rule in force finds its template: those of the file, and those that were published at
//! the console, which `araldo check` cannot see. Held against the templates of the store, by which
//! messages are written.

use std::collections::BTreeSet;

use super::DoctorResult;
use crate::app;
use crate::config::Config;
use crate::plan::Matcher;
use crate::store::Store;
use crate::text::nearness::nearest;

/// Nothing where the store or the file cannot be read: then others say so. Nothing, too, where no
/// template was taken into the store yet, which the first start does.
pub(super) async fn ask(config: &Config) -> Vec<DoctorResult> {
    let Ok(of_file) = app::load_rules(config) else {
        return Vec::new();
    };
    let url = &config.store.url;
    if !matches!(url.is_there().await, Ok(true)) {
        return Vec::new();
    }
    let Ok(store) = Store::open(url, config.store.connections).await else {
        return Vec::new();
    };
    match lost(&store, &of_file).await {
        Ok(Some(verdict)) => vec![DoctorResult::new("rules in force", verdict)],
        Ok(None) => Vec::new(),
        Err(error) => vec![DoctorResult::new("rules in force", Err(error))],
    }
}

async fn lost(store: &Store, of_file: &Matcher) -> Result<Option<Result<String, String>>, String> {
    let in_force = app::with_published(store, of_file)
        .await
        .map_err(|error| error.to_string())?;
    let mut tx = store.read().await.map_err(|error| error.to_string())?;
    let templates = tx.templates().list().await;
    let templates = templates.map_err(|error| error.to_string())?;
    if templates.is_empty() {
        return Ok(None);
    }
    let published = templates
        .into_iter()
        .filter(|template| template.published.is_some())
        .map(|template| template.name);
    let published: BTreeSet<String> = published.collect();
    Ok(Some(verdict(&in_force, &published)))
}

fn verdict(in_force: &Matcher, published: &BTreeSet<String>) -> Result<String, String> {
    let lost = in_force
        .rules()
        .filter(|rule| !published.contains(&rule.template));
    let lost: Vec<String> = lost
        .map(|rule| {
            let (name, template) = (&rule.name, &rule.template);
            let place = in_force.place_of(name).unwrap_or("rules");
            let near = nearest(published.iter().map(String::as_str), template);
            let near = near.map_or(String::new(), |near| format!(" (is it `{near}`?)"));
            format!("{place}: rule `{name}` names the template `{template}`{near}")
        })
        .collect();
    if lost.is_empty() {
        let count = in_force.rules().count();
        return Ok(format!("{count}, each with a published template"));
    }
    Err(format!(
        "no version of the template is published, so their messages are held: {}",
        lost.join("; ")
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::rules;

    #[test]
    fn a_rule_of_the_console_whose_template_is_mistyped_is_named_with_its_place() {
        let text = "[[rule]]\nname = \"mine\"\non = [\"case.opened\"]\naudience = \"case-client\"\n\
                    template = \"case-opend\"\ntopic = \"cases\"";
        let mine = rules::parse("rules", text).unwrap().remove(0);
        let of_file = Matcher::new(rules::load(None).unwrap()).unwrap();
        let published = of_file.rules().map(|rule| rule.template.clone());
        let published: BTreeSet<String> = published.collect();
        assert!(verdict(&of_file, &published).is_ok());
        let place = "console, version 1".to_owned();
        let in_force = of_file.overlaid(vec![(mine, place)], vec![1]).unwrap();
        let said = verdict(&in_force, &published).unwrap_err();
        for word in [
            "console, version 1",
            "`mine`",
            "`case-opend`",
            "`case-opened`",
        ] {
            assert!(said.contains(word), "{said}");
        }
    }
}
