//! The difference between two states of a thing, kept as the way back from the later to the earlier.
//!
//! A state is an object of fields; a field that is a list of rows (a study's sites, say) is compared row
//! by row, whatever their order. The way back holds only what differs, so that history grows with the size
//! of the changes, not of the things.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::error::{Error, Result};

/// In the way back of a list: the rows that were there and are no more.
const GONE: &str = "gone";
/// The rows that were not there and are now.
const NEW: &str = "new";
/// What marks a list's way back, which no field's value has.
const ROWS: &str = "$rows";

/// A row with its parts, as one state.
///
/// # Errors
/// Never for rows of the database; the signature is that of the encoder.
pub(crate) fn state(
    row: &impl Serialize,
    parts: &Map<String, Value>,
) -> Result<Map<String, Value>> {
    let mut state = match serde_json::to_value(row).map_err(Error::internal)? {
        Value::Object(fields) => fields,
        _ => Map::new(),
    };
    state.extend(parts.clone());
    Ok(state)
}

/// The way back from `after` to `before`: of each field that differs, what it was.
#[must_use]
pub(crate) fn way_back(
    before: &Map<String, Value>,
    after: &Map<String, Value>,
) -> Map<String, Value> {
    let mut way = Map::new();
    for (name, was) in before {
        match (was, after.get(name)) {
            (was, Some(is)) if was == is => {}
            (Value::Array(were), Some(Value::Array(are))) => {
                let (gone, new) = (without(were, are), without(are, were));
                if !(gone.is_empty() && new.is_empty()) {
                    let rows = json!({ GONE: gone, NEW: new });
                    way.insert(name.clone(), json!({ ROWS: rows }));
                }
            }
            (was, Some(_) | None) => {
                way.insert(name.clone(), was.clone());
            }
        }
    }
    // A field that the earlier state didn't have, as a list that was empty.
    for (name, is) in after.iter().filter(|(name, _)| !before.contains_key(*name)) {
        let was = match is {
            Value::Array(new) => json!({ ROWS: { GONE: [], NEW: new } }),
            _ => Value::Null,
        };
        way.insert(name.clone(), was);
    }
    way
}

/// Goes a way back.
pub(crate) fn go_back(state: &mut Map<String, Value>, way: &Map<String, Value>) {
    for (name, was) in way {
        let Some(rows) = was.get(ROWS) else {
            state.insert(name.clone(), was.clone());
            continue;
        };
        let list = |which: &str| rows[which].as_array().cloned().unwrap_or_default();
        let are = state.get(name).and_then(Value::as_array);
        let mut were = without(are.map_or(&[][..], Vec::as_slice), &list(NEW));
        were.extend(list(GONE));
        state.insert(name.clone(), Value::Array(were));
    }
}

/// The rows of one list that another doesn't have; of equal rows as many as it lacks.
fn without(rows: &[Value], others: &[Value]) -> Vec<Value> {
    let mut there: BTreeMap<String, usize> = BTreeMap::new();
    for other in others {
        *there.entry(other.to_string()).or_default() += 1;
    }
    let mut left = Vec::new();
    for row in rows {
        match there.get_mut(&row.to_string()) {
            Some(count) if *count > 0 => *count -= 1,
            _ => left.push(row.clone()),
        }
    }
    left
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn object(value: &Value) -> Map<String, Value> {
        value.as_object().unwrap().clone()
    }

    fn sorted(mut state: Map<String, Value>) -> Map<String, Value> {
        for value in state.values_mut() {
            if let Value::Array(rows) = value {
                rows.sort_by_key(Value::to_string);
            }
        }
        state
    }

    #[test]
    fn the_way_back_holds_only_what_differs() {
        let before =
            object(&json!({ "title": "A", "summary": null, "sites": [{ "id": 1 }, { "id": 2 }] }));
        let after =
            object(&json!({ "title": "A", "summary": "x", "sites": [{ "id": 2 }, { "id": 3 }] }));
        assert_eq!(
            Value::Object(way_back(&before, &after)),
            json!({ "summary": null, "sites": { "$rows": { "gone": [{ "id": 1 }], "new": [{ "id": 3 }] } } })
        );
        assert!(way_back(&before, &before).is_empty());
    }

    fn state() -> impl Strategy<Value = Map<String, Value>> {
        let scalar = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::Bool),
            (0..5_i32).prop_map(|number| json!(number)),
            "[a-c]{0,2}".prop_map(|text| json!(text)),
        ];
        let rows = prop::collection::vec((0..4_i32).prop_map(|id| json!({ "id": id })), 0..5);
        (
            prop::collection::vec(scalar, 3),
            rows.clone(),
            rows,
        )
            .prop_map(|(scalars, sites, terms)| {
                object(&json!({ "a": scalars[0], "b": scalars[1], "c": scalars[2], "sites": sites, "terms": terms }))
            })
    }

    proptest! {
        #[test]
        fn whoever_goes_the_ways_back_one_by_one_comes_to_each_earlier_state(states in prop::collection::vec(state(), 1..6)) {
            let ways: Vec<_> = states.windows(2).map(|pair| way_back(&pair[0], &pair[1])).collect();
            let mut here = states.last().unwrap().clone();
            for (was, way) in states.iter().zip(&ways).rev() {
                go_back(&mut here, way);
                prop_assert_eq!(sorted(here.clone()), sorted(was.clone()));
            }
        }
    }
}
