//! The size of input values, with the variables in them.
//!
//! One for each value and one more for each 64 bytes of text: what it costs to copy and check.

use std::collections::HashSet;

use async_graphql::{Name, Positioned, Value as ConstValue};
use async_graphql_value::Value;

use super::{Limits, Refusal, given::Given, refusal::at_most};
use crate::protocol::Code;

const BYTES_OF_ONE: usize = 64;

/// The arguments of one field or directive.
pub(super) type Arguments = [(Positioned<Name>, Positioned<Value>)];

/// The size of all arguments of a field or directive.
///
/// # Errors
/// `INPUT_TOO_LARGE` or `TOO_DEEP`, pointing at the argument.
pub(super) fn arguments_size(
    arguments: &Arguments,
    given: &Given<'_>,
    limits: &Limits,
) -> Result<usize, Refusal> {
    if let Some((name, _)) = arguments.first() {
        at_most(
            Code::InputTooLarge,
            "Arguments",
            arguments.len(),
            limits.arguments,
            "Give each argument once.",
        )
        .map_err(|refusal| refusal.at(name.pos))?;
    }
    arguments.iter().try_fold(0_usize, |sum, (name, value)| {
        size(&value.node, given, limits, 0)
            .map(|size| sum.saturating_add(size))
            .map_err(|refusal| refusal.at(name.pos))
    })
}

/// The size of a value that holds no variables.
pub(super) fn const_size(value: &ConstValue, limits: &Limits) -> Result<usize, Refusal> {
    size_of_const(value, limits, 0)
}

/// The whole number that a value is, through a variable if need be; none for all else.
pub(super) fn number(value: &Value, given: &Given<'_>) -> Option<u64> {
    let number = match value {
        Value::Number(number) => Some(number),
        Value::Variable(name) => match given.value(name) {
            Some(ConstValue::Number(number)) => Some(number),
            _ => None,
        },
        _ => None,
    }?;
    // A negative page size is the schema's to refuse; here it only must not count as none.
    number.as_u64().or(number.as_i64().map(|_| 0))
}

/// The number of items of a list, through a variable if need be; none for all else.
pub(super) fn length(value: &Value, given: &Given<'_>) -> Option<usize> {
    match value {
        Value::List(items) => Some(items.len()),
        Value::Variable(name) => match given.value(name) {
            Some(ConstValue::List(items)) => Some(items.len()),
            _ => None,
        },
        _ => None,
    }
}

/// How many values there are in a value, with itself.
pub(super) fn count(value: &Value) -> usize {
    1 + match value {
        Value::List(items) => items.iter().map(count).sum(),
        Value::Object(fields) => fields.values().map(count).sum(),
        Value::String(text) => text.len() / BYTES_OF_ONE,
        _ => 0,
    }
}

/// Adds the names of the variables in a value.
pub(super) fn add_variables<'a>(value: &'a Value, names: &mut HashSet<&'a str>) {
    match value {
        Value::Variable(name) => {
            names.insert(name);
        }
        Value::List(items) => items.iter().for_each(|item| add_variables(item, names)),
        Value::Object(fields) => fields.values().for_each(|field| add_variables(field, names)),
        _ => {}
    }
}

fn size(value: &Value, given: &Given<'_>, limits: &Limits, depth: usize) -> Result<usize, Refusal> {
    match value {
        Value::Variable(name) => Ok(1_usize.saturating_add(given.size(name))),
        Value::String(text) => {
            at_most(
                Code::InputTooLarge,
                "Bytes of a string in the document",
                text.len(),
                limits.string_bytes,
                "Send it as a variable.",
            )?;
            Ok(size_of_text(text))
        }
        Value::List(items) => {
            at_most(
                Code::InputTooLarge,
                "Items of a list in the document",
                items.len(),
                limits.list_items,
                "Send fewer at once.",
            )?;
            sum(items, depth, limits, |item, depth| size(item, given, limits, depth))
        }
        Value::Object(fields) => {
            sum(fields.values(), depth, limits, |field, depth| size(field, given, limits, depth))
        }
        Value::Null | Value::Number(_) | Value::Boolean(_) | Value::Enum(_) | Value::Binary(_) => {
            Ok(1)
        }
    }
}

fn size_of_const(value: &ConstValue, limits: &Limits, depth: usize) -> Result<usize, Refusal> {
    match value {
        ConstValue::String(text) => Ok(size_of_text(text)),
        ConstValue::List(items) => {
            sum(items, depth, limits, |item, depth| size_of_const(item, limits, depth))
        }
        ConstValue::Object(fields) => {
            let keys = fields.keys().map(|key| key.len() / BYTES_OF_ONE).sum();
            sum(fields.values(), depth, limits, |field, depth| size_of_const(field, limits, depth))
                .map(|values| values.saturating_add(keys))
        }
        ConstValue::Binary(bytes) => Ok(1 + bytes.len() / BYTES_OF_ONE),
        ConstValue::Null | ConstValue::Number(_) | ConstValue::Boolean(_) | ConstValue::Enum(_) => {
            Ok(1)
        }
    }
}

fn size_of_text(text: &str) -> usize {
    1 + text.len() / BYTES_OF_ONE
}

/// The size of a list or an object: itself and all in it.
fn sum<T>(
    inner: impl IntoIterator<Item = T>,
    depth: usize,
    limits: &Limits,
    size: impl Fn(T, usize) -> Result<usize, Refusal>,
) -> Result<usize, Refusal> {
    let depth = depth + 1;
    at_most(
        Code::TooDeep,
        "Lists and objects within one another",
        depth,
        limits.input_depth,
        "Use a flatter filter or input.",
    )?;
    inner.into_iter().try_fold(1_usize, |sum, item| Ok(sum.saturating_add(size(item, depth)?)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn const_size_of(value: serde_json::Value) -> usize {
        let value = ConstValue::from_json(value).unwrap();
        const_size(&value, &Limits::default()).unwrap()
    }

    #[test]
    fn each_value_counts_one_and_long_text_more() {
        assert_eq!(const_size_of(json!(null)), 1);
        assert_eq!(const_size_of(json!([1, 2, {"a": "b"}])), 5);
        assert_eq!(const_size_of(json!("x".repeat(640))), 11);
        assert_eq!(const_size_of(json!({"k".repeat(640): 1})), 12);
    }
}
