//! The operator's query with its named parameters: `:updated_at`, `:limit`. Each becomes what its
//! database calls a parameter; everything else stays as it was written.
//!
//! Next: `verbatim` (what is never touched).

use super::verbatim::{Dialect, is_comment, verbatim};
use crate::source::fault::SourceFault;

/// The parameter that says how many rows are wanted.
const LIMIT: &str = "limit";

/// What a named parameter stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Parameter {
    /// A column of the cursor, counted from 0.
    Column(usize),
    /// How many rows are wanted.
    Limit,
}

#[derive(Debug, PartialEq, Eq)]
enum QueryPart {
    Text(String),
    Parameter(Parameter),
}

/// A query taken apart at its parameters.
#[derive(Debug)]
pub(super) struct NamedQuery {
    parts: Vec<QueryPart>,
}

impl NamedQuery {
    /// `columns` are those of the cursor: besides `limit`, only they may be named, and the first
    /// one must be.
    pub(super) fn read(
        query: &str,
        columns: &[String],
        dialect: Dialect,
    ) -> Result<Self, SourceFault> {
        let mut rest = query.trim().trim_end_matches(';').trim_end();
        let mut parts = Vec::new();
        let mut text = String::new();
        while !rest.is_empty() {
            if let Some(name) = named(rest) {
                parts.push(QueryPart::Text(std::mem::take(&mut text)));
                parts.push(QueryPart::Parameter(meaning(name, columns)?));
                rest = &rest[1 + name.len()..];
            } else {
                let (untouched, after) = rest.split_at(verbatim(rest, dialect));
                text.push_str(untouched);
                rest = after;
            }
        }
        parts.push(QueryPart::Text(text));
        let query = Self { parts };
        match query.parameters().contains(&Parameter::Column(0)) {
            true => Ok(query),
            false => Err(SourceFault::Unexpected(format!(
                "`query` does not begin after the place that was reached: it must say {}",
                condition(columns)
            ))),
        }
    }

    /// The text for the database. `placeholder` writes each parameter; they are numbered from 1.
    pub(super) fn text(&self, mut placeholder: impl FnMut(usize, Parameter) -> String) -> String {
        let mut number = 0;
        let written = self.parts.iter().map(|part| match part {
            QueryPart::Text(text) => text.clone(),
            QueryPart::Parameter(parameter) => {
                number += 1;
                placeholder(number, *parameter)
            }
        });
        written.collect()
    }

    /// What is to be bound, in the order of the placeholders.
    pub(super) fn parameters(&self) -> Vec<Parameter> {
        let parameter = |part: &QueryPart| match part {
            QueryPart::Parameter(parameter) => Some(*parameter),
            QueryPart::Text(_) => None,
        };
        self.parts.iter().filter_map(parameter).collect()
    }
}

/// What a query must say to go on where the last look ended: `WHERE (a, b) > (:a, :b)`.
pub(super) fn condition(columns: &[String]) -> String {
    let names: Vec<String> = columns.iter().map(|column| format!(":{column}")).collect();
    match columns {
        [one] => format!("WHERE {one} > :{one}"),
        _ => format!("WHERE ({}) > ({})", columns.join(", "), names.join(", ")),
    }
}

/// Whether the query itself says ORDER BY. One in parentheses orders a part of it, or a window.
pub(super) fn is_ordered(query: &str, dialect: Dialect) -> bool {
    let (mut rest, mut depth) = (query, 0_usize);
    let mut outside = Vec::new();
    while !rest.is_empty() {
        let length = named(rest).map_or_else(|| verbatim(rest, dialect), |name| 1 + name.len());
        let (part, after) = rest.split_at(length);
        rest = after;
        match part {
            "(" => depth += 1,
            ")" => depth = depth.saturating_sub(1),
            part if depth > 0 || part.trim().is_empty() || is_comment(part, dialect) => {}
            part => outside.push(part),
        }
    }
    outside
        .windows(2)
        .any(|words| words[0].eq_ignore_ascii_case("order") && words[1].eq_ignore_ascii_case("by"))
}

/// Whether it is one statement: nothing but comments stands behind a `;`.
pub(super) fn is_single(query: &str, dialect: Dialect) -> bool {
    let (mut rest, mut ended) = (query, false);
    while !rest.is_empty() {
        let length = named(rest).map_or_else(|| verbatim(rest, dialect), |name| 1 + name.len());
        let (part, after) = rest.split_at(length);
        rest = after;
        match part {
            ";" => ended = true,
            part if part.trim().is_empty() || is_comment(part, dialect) => {}
            _ if ended => return false,
            _ => {}
        }
    }
    true
}

/// The name of the parameter that `rest` begins with.
fn named(rest: &str) -> Option<&str> {
    let after = rest.strip_prefix(':')?;
    let end = after.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
    let name = &after[..end.unwrap_or(after.len())];
    let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    is_name.then_some(name)
}

fn meaning(name: &str, columns: &[String]) -> Result<Parameter, SourceFault> {
    if name == LIMIT {
        return Ok(Parameter::Limit);
    }
    let column = columns.iter().position(|column| column == name);
    column.map(Parameter::Column).ok_or_else(|| {
        SourceFault::Unexpected(format!(
            "`query` says `:{name}`, which is neither a column of `cursor` nor `:limit`"
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns() -> Vec<String> {
        vec!["at".to_owned(), "id".to_owned()]
    }

    fn read(query: &str, dialect: Dialect) -> NamedQuery {
        NamedQuery::read(query, &columns(), dialect).unwrap()
    }

    /// As PostgreSQL gets it.
    fn numbered(query: &str, dialect: Dialect) -> String {
        read(query, dialect).text(|number, _| format!("${number}"))
    }

    #[test]
    fn each_parameter_is_bound_where_it_stands() {
        let query = "SELECT id, at FROM t WHERE (at, id) > (:at, :id) OR at=:at LIMIT :limit ;\n";
        let read = read(query, Dialect::Postgres);
        assert_eq!(
            read.text(|number, _| format!("${number}")),
            "SELECT id, at FROM t WHERE (at, id) > ($1, $2) OR at=$3 LIMIT $4"
        );
        let [at, id] = [Parameter::Column(0), Parameter::Column(1)];
        assert_eq!(read.parameters(), [at, id, at, Parameter::Limit]);
    }

    #[test]
    fn casts_and_assignments_are_no_parameters() {
        for kept in [
            "SELECT x::id, @y := 1, a[1:2] FROM t WHERE at > ",
            "SELECT tipo::text FROM t WHERE stato LIKE'a\\' AND at > ",
        ] {
            let query = format!("{kept}:at");
            assert_eq!(numbered(&query, Dialect::Postgres), format!("{kept}$1"));
        }
    }

    #[test]
    fn each_database_ends_its_texts_in_its_own_way() {
        let [postgres, mysql, sqlite] = [Dialect::Postgres, Dialect::Mysql, Dialect::Sqlite];
        for (query, dialect, written) in [
            ("E'it\\'s :id' :at", postgres, "E'it\\'s :id' $1"),
            ("'it''s :id\\' :at", postgres, "'it''s :id\\' $1"),
            ("'it\\'s :id' :at", mysql, "'it\\'s :id' $1"),
            (
                "$$ :id $$ $a$ :id $b$ $a$ :at",
                postgres,
                "$$ :id $$ $a$ :id $b$ $a$ $1",
            ),
            (
                "/* /* :id */ :id */ :at",
                postgres,
                "/* /* :id */ :id */ $1",
            ),
            ("/* /* :id */ :at", sqlite, "/* /* :id */ $1"),
            ("`:id` # :id\n:at", mysql, "`:id` # :id\n$1"),
            ("a #> :at", postgres, "a #> $1"),
            ("5--:at", mysql, "5--$1"),
            ("5 -- :id\n:at", mysql, "5 -- :id\n$1"),
        ] {
            assert_eq!(numbered(query, dialect), written);
        }
    }

    #[test]
    fn only_the_order_of_the_query_itself_counts() {
        let [postgres, mysql, sqlite] = [Dialect::Postgres, Dialect::Mysql, Dialect::Sqlite];
        for (query, dialect) in [
            ("SELECT id FROM t WHERE id > :id ORDER BY id", sqlite),
            (
                "with a as (select 1) select * from a order\n/* so */ by 1",
                postgres,
            ),
            ("SELECT 5 # no ORDER\nOrder -- :at\nBy id", mysql),
            ("SELECT E'\\'(' , '(' ORDER BY at", postgres),
        ] {
            assert!(is_ordered(query, dialect), "{query}");
        }
        for (query, dialect) in [
            ("SELECT id FROM t WHERE id > :id", sqlite),
            ("SELECT row_number() OVER (ORDER BY id) FROM t", postgres),
            ("SELECT * FROM (SELECT id FROM t ORDER BY id) t", sqlite),
            ("SELECT 'ORDER BY', \"order\" by FROM t", sqlite),
            ("SELECT 1 -- ORDER BY id", sqlite),
            ("SELECT 1 # ORDER BY id", mysql),
            ("SELECT 1 /* ORDER BY id */", mysql),
            ("SELECT id FROM t WHERE a = :order BY", sqlite),
            ("SELECT t.order, by FROM t", sqlite),
        ] {
            assert!(!is_ordered(query, dialect), "{query}");
        }
    }

    #[test]
    fn a_name_that_stands_for_nothing_is_refused() {
        let fault = |query: &str| {
            let read = NamedQuery::read(query, &columns(), Dialect::Sqlite);
            read.unwrap_err().to_string()
        };
        assert!(fault("SELECT :at, :who").contains("`:who`"));
        let said = fault("SELECT ':at' LIMIT :limit");
        assert!(said.ends_with("WHERE (at, id) > (:at, :id)"), "{said}");
    }

    proptest::proptest! {
        #[test]
        fn what_is_quoted_or_a_comment_stays_as_it_is(
            words in "[a-z:? ]{0,12}(:at|:limit|:zz)[a-z:? ]{0,12}",
            before in "[a-z_ ]{0,8}",
        ) {
            for dialect in [Dialect::Postgres, Dialect::Mysql, Dialect::Sqlite] {
                for quoted in [
                    format!("'{words}'"),
                    format!("\"{words}\""),
                    format!("/*{words}*/"),
                    format!("-- {words}\n"),
                ] {
                    let query = format!("SELECT {before} {quoted} WHERE at > :at");
                    let read = NamedQuery::read(&query, &columns(), dialect).unwrap();
                    let text = read.text(|_, _| "?".to_owned());
                    let expected = format!("SELECT {before} {quoted} WHERE at > ?");
                    proptest::prop_assert_eq!(text, expected);
                    proptest::prop_assert_eq!(read.parameters(), [Parameter::Column(0)]);
                }
            }
        }

        #[test]
        fn no_text_stops_the_reading_of_it(text in "(['\"`$*/a-z\\\\\n#è-]|:|:a ){0,40}") {
            let at = ["a".to_owned()];
            for dialect in [Dialect::Postgres, Dialect::Mysql, Dialect::Sqlite] {
                if let Ok(query) = NamedQuery::read(&text, &at, dialect) {
                    let again = query.text(|_, parameter| match parameter {
                        Parameter::Limit => ":limit".to_owned(),
                        Parameter::Column(_) => ":a".to_owned(),
                    });
                    proptest::prop_assert_eq!(again, text.trim().trim_end_matches(';').trim_end());
                }
            }
        }
    }
}
