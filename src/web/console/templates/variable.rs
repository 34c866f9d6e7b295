//! A variable more, or one less: what the texts of a template may use beyond what is always there.

use std::collections::BTreeMap;

use crate::domain::limits::{PROSE, TEMPLATE_VARIABLES};
use crate::domain::template::{Source, Variable};
use crate::template::is_variable_name;
use crate::text::sanitize;
use crate::web::auth::csrf::FormFields;
use crate::web::console::shell::ConsoleWords;

/// How the button begins that forgets a variable; its name follows.
pub(super) const FORGET: &str = "forget:";

/// A variable as it was typed.
#[derive(Debug, Default)]
pub(super) struct TypedVariable {
    pub(super) name: String,
    pub(super) meaning: String,
    pub(super) example: String,
    pub(super) required: bool,
}

pub(super) fn typed(fields: &FormFields) -> TypedVariable {
    let line = |name: &str| sanitize::line(fields.get(name));
    TypedVariable {
        name: line("variable_name"),
        meaning: line("variable_meaning"),
        example: line("variable_example"),
        required: !fields.get("variable_required").is_empty(),
    }
}

/// Adds the variable of a form, or puts it in place of the one that is called so.
pub(super) fn declare(
    words: ConsoleWords,
    source: &mut Source,
    fields: &FormFields,
) -> Result<(), String> {
    let typed = typed(fields);
    let is_new = source.variables.iter().all(|it| it.name != typed.name);
    let too_long = |text: &str| text.chars().count() > PROSE;
    let fault = if !is_variable_name(&typed.name) {
        "templates-variable-name-fault"
    } else if typed.example.is_empty() {
        "templates-variable-example-fault"
    } else if too_long(&typed.meaning) || too_long(&typed.example) {
        "templates-variable-long-fault"
    } else if is_new && source.variables.len() >= TEMPLATE_VARIABLES {
        "templates-variable-many-fault"
    } else {
        let variable = Variable {
            name: typed.name,
            description: typed.meaning,
            required: typed.required,
            example: typed.example.into(),
            examples: BTreeMap::new(),
        };
        match source
            .variables
            .iter_mut()
            .find(|it| it.name == variable.name)
        {
            Some(known) => *known = variable,
            None => source.variables.push(variable),
        }
        return Ok(());
    };
    Err(words.say(fault).into_owned())
}

/// Takes a variable away. A text that still uses it says so when it is looked at.
pub(super) fn forget(source: &mut Source, name: &str) {
    source.variables.retain(|it| it.name != name);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(fields: &[(&str, &str)]) -> FormFields {
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        form.extend_pairs(fields);
        FormFields::parse(form.finish().as_bytes())
    }

    #[test]
    fn a_variable_is_added_replaced_and_forgotten() {
        let mut source = crate::template::trial::text("x");
        let mut declare = |name: &str, example: &str| {
            let fields = form(&[
                ("variable_name", name),
                ("variable_meaning", "what it says"),
                ("variable_example", example),
                ("variable_required", "on"),
            ]);
            declare(ConsoleWords::ENGLISH, &mut source, &fields)
        };
        assert!(declare("survey.score", "8").is_ok());
        assert!(declare("survey.score", "9").is_ok());
        for (name, example) in [("survey score", "8"), ("_x", "8"), ("", "8"), ("a.b", " ")] {
            assert!(declare(name, example).is_err(), "{name}");
        }
        let added = source.variables.last().unwrap();
        assert_eq!(
            (source.variables.len(), added.example.as_str()),
            (2, Some("9"))
        );
        forget(&mut source, "survey.score");
        assert_eq!(source.variables.len(), 1);
    }
}
