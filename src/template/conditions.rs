//! The engine of the conditions of rules: what minijinja has, without what makes much of little.

use minijinja::Environment;

use super::values;

/// Steps one condition may take: it is a condition, not a program.
const FUEL: u64 = 10_000;

/// Filters that write as much as a number in the expression says.
const MAKE_MUCH: &[&str] = &["batch", "format", "indent", "pprint", "slice", "tojson"];

/// An engine for conditions. How large one may be is for `domain::expression` to say before.
#[must_use]
pub fn conditions() -> Environment<'static> {
    let mut engine = Environment::new();
    engine.set_fuel(Some(FUEL));
    for filter in MAKE_MUCH {
        engine.remove_filter(filter);
    }
    engine.add_filter("replace", values::replace);
    engine.add_filter("join", values::join);
    engine
}
