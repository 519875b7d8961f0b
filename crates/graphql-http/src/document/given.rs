//! The variables of the chosen operation: what they are, how large, and whether they fit.

use std::collections::HashMap;

use async_graphql::{
    Name, Positioned, Value as ConstValue, Variables,
    parser::types::{BaseType, Type, VariableDefinition},
};

use super::{Limits, Refusal, inputs, refusal::at_most};
use crate::protocol::Code;

/// The values that the variables of one operation have, each measured once.
pub(super) struct Given<'a> {
    values: HashMap<&'a str, (&'a ConstValue, usize)>,
}

impl<'a> Given<'a> {
    /// Takes the value of each declared variable, or its default.
    ///
    /// The library looks only at variables that are used, and at a missing one only when a resolver
    /// asks for it, as if the execution had failed; here it is an error of the request.
    ///
    /// # Errors
    /// `INPUT_TOO_LARGE` and `TOO_DEEP` for what is over a limit, `BAD_USER_INPUT` for a required
    /// variable without a value or a value that is not of its built-in type.
    pub(super) fn new(
        definitions: &'a [Positioned<VariableDefinition>],
        provided: &'a Variables,
        limits: &Limits,
    ) -> Result<Self, Refusal> {
        at_most(
            Code::InputTooLarge,
            "Variables declared",
            definitions.len(),
            limits.variables,
            "Put values that belong together into one input object.",
        )?;
        let mut values = HashMap::new();
        for definition in definitions {
            let name = &definition.node.name.node;
            let value = provided.get(name).or(definition.node.default_value());
            if let Some(value) = value
                && !values.contains_key(name.as_str())
            {
                check_type(name, value, &definition.node.var_type.node)
                    .and_then(|()| inputs::const_size(value, limits))
                    .map(|size| values.insert(name.as_str(), (value, size)))
            } else if value.is_none() {
                Err(missing(name, &definition.node.var_type.node))
            } else {
                Ok(None)
            }
            .map_err(|refusal| refusal.at(definition.pos))?;
        }
        Ok(Self { values })
    }

    /// The value of a variable; none when it is not declared.
    pub(super) fn value(&self, name: &str) -> Option<&'a ConstValue> {
        self.values.get(name).map(|&(value, _)| value)
    }

    /// The size of the value of a variable, zero when it is not declared.
    pub(super) fn size(&self, name: &str) -> usize {
        self.values.get(name).map_or(0, |&(_, size)| size)
    }
}

fn missing(name: &Name, ty: &Type) -> Refusal {
    Refusal::new(
        Code::BadUserInput,
        format!("Variable \"${name}\" of required type \"{ty}\" was not provided."),
    )
}

/// Checks null, lists and the five built-in scalars; all other types are the schema's to check.
fn check_type(name: &Name, value: &ConstValue, ty: &Type) -> Result<(), Refusal> {
    if fits(value, ty) {
        return Ok(());
    }
    let fault = if *value == ConstValue::Null {
        "must not be null".to_owned()
    } else {
        format!("got {}", kind_of(value))
    };
    Err(Refusal::new(
        Code::BadUserInput,
        format!("Variable \"${name}\" is of type \"{ty}\" and {fault}."),
    ))
}

fn fits(value: &ConstValue, ty: &Type) -> bool {
    match (&ty.base, value) {
        (_, ConstValue::Null) => ty.nullable,
        (BaseType::List(item), ConstValue::List(values)) => {
            values.iter().all(|value| fits(value, item))
        }
        // A single value stands for a list of one.
        (BaseType::List(item), value) => fits(value, item),
        (BaseType::Named(scalar), value) => match (scalar.as_str(), value) {
            ("Int", ConstValue::Number(number)) => !number.is_f64(),
            ("Float", ConstValue::Number(_)) => true,
            ("ID", ConstValue::Number(number)) => !number.is_f64(),
            ("ID" | "String", ConstValue::String(_)) => true,
            ("Boolean", ConstValue::Boolean(_)) => true,
            ("Int" | "Float" | "ID" | "String" | "Boolean", _) => false,
            _ => true,
        },
    }
}

fn kind_of(value: &ConstValue) -> &'static str {
    match value {
        ConstValue::Null => "a value with null in it",
        ConstValue::Number(_) => "a number",
        ConstValue::String(_) => "a string",
        ConstValue::Boolean(_) => "a boolean",
        ConstValue::Binary(_) => "bytes",
        ConstValue::Enum(_) => "an enum value",
        ConstValue::List(_) => "a list",
        ConstValue::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::{parse_query, types::DocumentOperations};
    use serde_json::json;

    use super::*;

    fn checked(declared: &str, provided: serde_json::Value) -> Result<(), Refusal> {
        let document = parse_query(format!("query({declared}) {{ a }}")).unwrap();
        let DocumentOperations::Single(operation) = document.operations else {
            unreachable!("the document above has one operation without a name")
        };
        Given::new(
            &operation.node.variable_definitions,
            &Variables::from_json(provided),
            &Limits::default(),
        )
        .map(|_| ())
    }

    fn message(declared: &str, provided: serde_json::Value) -> String {
        checked(declared, provided).unwrap_err().message
    }

    #[test]
    fn a_required_variable_must_be_there_and_not_null() {
        assert_eq!(
            message("$id: ID!", json!({})),
            "Variable \"$id\" of required type \"ID!\" was not provided."
        );
        assert_eq!(
            message("$id: ID!", json!({"id": null})),
            "Variable \"$id\" is of type \"ID!\" and must not be null."
        );
        assert!(checked("$id: ID! = 1, $n: Int", json!({})).is_ok());
    }

    #[test]
    fn built_in_scalars_are_checked_through_lists() {
        assert_eq!(
            message("$n: Int", json!({"n": "1"})),
            "Variable \"$n\" is of type \"Int\" and got a string."
        );
        assert!(checked("$n: [Int!]", json!({"n": [1, 2]})).is_ok());
        assert!(checked("$n: [Int!]", json!({"n": 1})).is_ok());
        assert!(checked("$n: [Int!]", json!({"n": [1, null]})).is_err());
        assert!(checked("$n: Int", json!({"n": 1.5})).is_err());
        assert!(checked("$id: ID", json!({"id": 7})).is_ok());
        assert!(checked("$f: Float", json!({"f": 7})).is_ok());
    }

    #[test]
    fn types_of_the_schema_are_left_to_the_schema() {
        assert!(checked("$f: StudyFilter", json!({"f": {"year": 2019}})).is_ok());
        assert!(checked("$f: StudyFilter!", json!({"f": null})).is_err());
    }

    #[test]
    fn a_variable_may_not_be_nested_without_end() {
        let mut value = json!(1);
        for _ in 0..20 {
            value = json!({ "and": value });
        }
        let refusal = checked("$f: F", json!({ "f": value })).unwrap_err();
        assert_eq!(refusal.code, Code::TooDeep);
        assert_eq!(refusal.locations.len(), 1);
    }
}
