use proptest::prelude::*;
use serde_json::json;

use super::*;

/// Any JSON value, not very deep.
fn values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::btree_map(any::<String>(), inner, 0..5)
                .prop_map(|map| map.into_iter().collect()),
        ]
    })
}

proptest! {
    #[test]
    fn a_tree_says_what_a_value_says(value in values()) {
        let text = value.to_string();
        let tree: Tree<'_> = serde_json::from_str(&text).unwrap();
        let value: Value = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(&tree, &Tree::from(&value));
        prop_assert_eq!(tree.to_json(), value.to_string());
        prop_assert_eq!(&tree.to_value(), &value);
        let (mut tree, mut scrubbed) = (tree, value.clone());
        tree.scrub();
        sanitize::scrub(&mut scrubbed);
        prop_assert_eq!(tree.to_value(), scrubbed);
    }
}

#[test]
fn texts_stay_where_they_are_unless_written_with_escapes() {
    let tree: Tree<'_> = serde_json::from_str(r#"["plain", "a\nb"]"#).unwrap();
    let Tree::List(items) = tree else {
        panic!("not a list")
    };
    assert!(matches!(&items[0], Tree::Text(Cow::Borrowed("plain"))));
    assert!(matches!(&items[1], Tree::Text(Cow::Owned(text)) if text == "a\nb"));
}

#[test]
fn a_name_that_comes_twice_is_refused() {
    for text in [r#"{"b": 1, "a": 2, "b": 3}"#, r#"[{"b": 1, "\u0062": 1}]"#] {
        let error = serde_json::from_str::<Tree<'_>>(text).unwrap_err();
        let told = error.to_string();
        assert!(
            told.starts_with("`b` stands there twice at line 1"),
            "{told}"
        );
    }
    let tree: Tree<'_> = serde_json::from_str(r#"{"b": 4, "a": 2}"#).unwrap();
    assert_eq!(tree.to_value(), json!({"a": 2, "b": 4}));
}

#[test]
fn what_could_not_be_read_back_is_refused() {
    let text = format!(r#"{{"a": 1, "{RESERVED}": "x"}}"#);
    assert!(serde_json::from_str::<Tree<'_>>(&text).is_err());
}
