//! What is wrong with an input.

use async_graphql::{SimpleObject, Value, value};
use service::InputProblem;

/// One thing that is wrong with an input.
#[derive(SimpleObject)]
pub(crate) struct Problem {
    /// The field of the input, as `title` or `sites[2].step`; null when it is about the whole.
    field: Option<String>,
    /// Its stable code.
    code: String,
    /// Why it is refused.
    message: String,
    /// How to mend it.
    remedy: String,
}

impl From<InputProblem> for Problem {
    fn from(problem: InputProblem) -> Self {
        Self {
            field: problem.field.as_deref().map(field),
            code: problem.fault.as_str().to_owned(),
            message: problem.reason.into_owned(),
            remedy: problem.remedy.into_owned(),
        }
    }
}

/// Returns a problem as an error's extensions tell it.
pub(crate) fn described(problem: &InputProblem) -> Value {
    let field = problem.field.as_deref().map_or(Value::Null, |name| field(name).into());
    value!({
        "field": field,
        "code": problem.fault.as_str(),
        "message": problem.reason.as_ref(),
        "remedy": problem.remedy.as_ref(),
    })
}

/// The path of a field in an input, in the graph's spelling.
pub(crate) fn field(path: &str) -> String {
    path.split('.').map(camel_case).collect::<Vec<_>>().join(".")
}

fn camel_case(name: &str) -> String {
    let mut words = name.split('_');
    let mut camel = words.next().unwrap_or_default().to_owned();
    for word in words {
        let mut letters = word.chars();
        camel.extend(letters.next().into_iter().flat_map(char::to_uppercase));
        camel.extend(letters);
    }
    camel
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_of_a_field_is_spelt_as_in_the_graph() {
        for (column, name) in [
            ("title", "title"),
            ("embargoed_until", "embargoedUntil"),
            ("expectedVersion", "expectedVersion"),
            ("confidenceInterval.lower", "confidenceInterval.lower"),
            ("sites[2].local_authority", "sites[2].localAuthority"),
            ("statusHistory[0]", "statusHistory[0]"),
            (
                "versions[0].dimensions[1].levels[2].code",
                "versions[0].dimensions[1].levels[2].code",
            ),
        ] {
            assert_eq!(field(column), name);
        }
    }
}
