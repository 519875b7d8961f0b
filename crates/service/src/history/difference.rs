//! What differs between two states of a thing.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::record::State;

/// Fields that follow from others, or that every version changes.
const FOLLOWING: &[&str] =
    &["id", "version", "created_at", "updated_at", "title_key", "sort_on", "strength_rank"];

/// The change that a revision made to one field.
#[derive(Clone, Debug, PartialEq)]
pub struct FieldChange {
    /// The field, as its column or list is called.
    pub field: String,
    /// What it was; of a list, the rows that are no more.
    pub before: Value,
    /// What it is since; of a list, the rows that are new.
    pub after: Value,
}

/// Returns what differs between two states, field by field.
pub(super) fn differences(was: &State, is: &State) -> Vec<FieldChange> {
    let fields: BTreeSet<&String> = was.keys().chain(is.keys()).collect();
    let mut changes = Vec::new();
    for field in fields {
        if FOLLOWING.contains(&field.as_str()) {
            continue;
        }
        let (before, after) =
            (was.get(field).unwrap_or(&Value::Null), is.get(field).unwrap_or(&Value::Null));
        let (before, after) = match (rows(before), rows(after)) {
            (Some(were), Some(are)) => (without(were, are), without(are, were)),
            _ => (before.clone(), after.clone()),
        };
        if before != after {
            changes.push(FieldChange { field: field.clone(), before, after });
        }
    }
    changes
}

/// Returns the rows of a list; none are an empty one.
fn rows(value: &Value) -> Option<&[Value]> {
    match value {
        Value::Array(rows) => Some(rows),
        Value::Null => Some(&[]),
        _ => None,
    }
}

/// Returns the rows that another list doesn't have; nothing, where neither is a list.
fn without(rows: &[Value], others: &[Value]) -> Value {
    let left: Vec<Value> = rows.iter().filter(|row| !others.contains(row)).cloned().collect();
    if left.is_empty() && rows.is_empty() && others.is_empty() {
        Value::Null
    } else {
        Value::Array(left)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn state(value: Value) -> State {
        value.as_object().unwrap().clone()
    }

    #[test]
    fn of_a_list_only_the_rows_that_differ_are_told() {
        let was = state(json!({ "title": "A", "sites": [{ "id": 1 }, { "id": 2 }], "version": 1 }));
        let is = state(json!({ "title": "A", "sites": [{ "id": 2 }, { "id": 3 }], "version": 2 }));
        let told = differences(&was, &is);
        assert_eq!(
            told,
            [FieldChange {
                field: "sites".to_owned(),
                before: json!([{ "id": 1 }]),
                after: json!([{ "id": 3 }]),
            }]
        );
    }

    #[test]
    fn a_list_that_comes_to_be_is_told_with_all_its_rows() {
        let (was, is) = (state(json!({})), state(json!({ "sites": [{ "id": 1 }] })));
        let told = differences(&was, &is);
        assert_eq!(told[0].before, json!([]));
        assert_eq!(told[0].after, json!([{ "id": 1 }]));
    }
}
