//! What is wrong with an input: columns of a bundle's row become fields of the input.

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

/// Columns and files that are fields of another name in the graph.
const FIELDS: &[(&str, &str)] = &[
    // Only feedback is entered for a centre by name.
    ("contributed_by", "centre"),
    ("registry", "registration.registry"),
    ("registration_id", "registration.number"),
    ("registration_url", "registration.url"),
    ("interval_level", "confidenceInterval.level"),
    ("interval_lower", "confidenceInterval.lower"),
    ("interval_upper", "confidenceInterval.upper"),
    ("participants_intervention", "participants.intervention"),
    ("participants_comparison", "participants.comparison"),
    ("participants_total", "participants.total"),
    ("clusters", "participants.clusters"),
    ("published", "publishedOn"),
    ("study_statuses", "statusHistory"),
    ("study_sites", "sites"),
    ("publication_authors", "authors"),
    ("centre_statuses", "statuses"),
    ("person_roles", "roles"),
    ("term_labels", "labels"),
    ("standard_versions", "versions"),
    ("standard_versions.version", "code"),
    ("standard_dimensions", "dimensions"),
    ("standard_dimensions.dimension", "key"),
    ("standard_levels", "levels"),
    ("standard_levels.level", "code"),
    ("from_standard", "from.standard"),
    ("from_version", "from.version"),
    ("from_dimension", "from.dimension"),
    ("from_level", "from.level"),
    ("to_standard", "to.standard"),
    ("to_version", "to.version"),
    ("to_dimension", "to.dimension"),
    ("to_level", "to.level"),
];

/// Returns the field of an input that a column, or the column of a child row, stands for.
pub(crate) fn field(path: &str) -> String {
    let known = |name: &str| {
        let known = FIELDS.iter().find(|(column, _)| *column == name);
        known.map(|(_, field)| *field)
    };
    let mut file: Option<&str> = None;
    let mut fields = Vec::new();
    for step in path.split('.') {
        let (name, place) = step.split_at(step.find('[').unwrap_or(step.len()));
        let of_file = file.and_then(|file| known(&format!("{file}.{name}")));
        let field = of_file.or_else(|| known(name));
        let field = field.map_or_else(|| camel_case(name), str::to_owned);
        fields.push(format!("{field}{place}"));
        file = Some(name);
    }
    fields.join(".")
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
    fn columns_become_the_fields_of_the_input() {
        for (column, name) in [
            ("title", "title"),
            ("embargoed_until", "embargoedUntil"),
            ("expectedVersion", "expectedVersion"),
            ("interval_lower", "confidenceInterval.lower"),
            ("study_sites[2].local_authority", "sites[2].localAuthority"),
            ("study_statuses[0]", "statusHistory[0]"),
            (
                "standard_versions[0].standard_dimensions[1].standard_levels[2].level",
                "versions[0].dimensions[1].levels[2].code",
            ),
        ] {
            assert_eq!(field(column), name);
        }
    }
}
