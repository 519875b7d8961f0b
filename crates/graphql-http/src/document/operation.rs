//! From text to the one operation that is to run.

use async_graphql::{
    Name, Positioned,
    parser::{
        self, parse_query,
        types::{
            DocumentOperations, ExecutableDocument, OperationDefinition, Selection, SelectionSet,
            TypeCondition,
        },
    },
};

use super::types::{self, Types};
use super::{Limits, Refusal, refusal::at_most};
use crate::protocol::Code;

/// Parses the text of a document that the scanner has let through.
///
/// # Errors
/// `GRAPHQL_PARSE_FAILED` for text outside the grammar, `GRAPHQL_VALIDATION_FAILED` for a name defined twice,
/// `OPERATION_RESOLUTION_FAILURE` for a document of fragments only.
pub(super) fn parse(source: &str) -> Result<ExecutableDocument, Refusal> {
    parse_query(source).map_err(refusal_of)
}

fn refusal_of(error: parser::Error) -> Refusal {
    let (code, message) = match &error {
        parser::Error::Syntax { message, .. } => {
            (Code::GraphqlParseFailed, syntax_message(message))
        }
        parser::Error::MultipleOperations { .. } => (
            Code::GraphqlValidationFailed,
            "An operation without a name must be the only one in its document.".to_owned(),
        ),
        parser::Error::OperationDuplicated { operation, .. } => (
            Code::GraphqlValidationFailed,
            format!("There is more than one operation named \"{operation}\"."),
        ),
        parser::Error::FragmentDuplicated { fragment, .. } => (
            Code::GraphqlValidationFailed,
            format!("There is more than one fragment named \"{fragment}\"."),
        ),
        parser::Error::MissingOperation => (
            Code::OperationResolutionFailure,
            "The document has no operation, only fragments.".to_owned(),
        ),
        parser::Error::RecursionLimitExceeded => {
            (Code::TooDeep, "The document is nested too deeply.".to_owned())
        }
        other => (Code::GraphqlParseFailed, other.to_string()),
    };
    Refusal { code, message, locations: error.positions().collect() }
}

/// The last line of the parser's message, which tells what it expected.
///
/// The lines before it repeat the line of the document, and a document of one line would be sent
/// back whole; the position is in `locations`.
fn syntax_message(message: &str) -> String {
    let expected = message.rsplit_once(" = ").map_or(message, |(_, expected)| expected);
    format!("Syntax error: {expected}.")
}

/// Refuses a document that defines too many operations or fragments.
///
/// # Errors
/// `TOO_MANY_OPERATIONS`, `TOO_MANY_FRAGMENTS`.
pub(super) fn count_definitions(
    document: &ExecutableDocument,
    limits: &Limits,
) -> Result<(), Refusal> {
    at_most(
        Code::TooManyOperations,
        "Operations defined",
        document.operations.iter().len(),
        limits.operations,
        "Send only the operation to run.",
    )?;
    at_most(
        Code::TooManyFragments,
        "Fragments defined",
        document.fragments.len(),
        limits.fragments,
        "Send only the fragments that the operation needs.",
    )
}

/// Writes the type into inline fragments that name none. The library takes the fields of such a fragment
/// for those of any object, and finds conflicts that are none.
pub(super) fn name_conditions(document: &mut ExecutableDocument, types: &Types) {
    match &mut document.operations {
        DocumentOperations::Single(operation) => name_in(&mut operation.node, types),
        DocumentOperations::Multiple(all) => {
            all.values_mut().for_each(|operation| name_in(&mut operation.node, types));
        }
    }
    for fragment in document.fragments.values_mut() {
        let Positioned { node, .. } = fragment;
        name_below(&mut node.selection_set.node, &node.type_condition.node.on.node, types);
    }
}

fn name_in(operation: &mut OperationDefinition, types: &Types) {
    let root = types::root(operation.ty);
    name_below(&mut operation.selection_set.node, root, types);
}

fn name_below(set: &mut SelectionSet, parent: &str, types: &Types) {
    for Positioned { pos, node } in &mut set.items {
        match node {
            Selection::Field(field) if field.node.selection_set.node.items.is_empty() => {}
            Selection::Field(field) => {
                let ty = types.of(parent, &field.node.name.node);
                let parent = ty.map_or("", types::name);
                name_below(&mut field.node.selection_set.node, parent, types);
            }
            Selection::InlineFragment(inline) => {
                let inline = &mut inline.node;
                if inline.type_condition.is_none() && types.possible(parent).is_some() {
                    let on = Positioned::new(Name::new(parent), *pos);
                    inline.type_condition = Some(Positioned::new(TypeCondition { on }, *pos));
                }
                let condition = inline.type_condition.as_ref();
                let parent = condition.map_or(parent, |condition| &condition.node.on.node);
                name_below(&mut inline.selection_set.node, parent, types);
            }
            Selection::FragmentSpread(_) => {}
        }
    }
}

/// The operation that the request asks for.
///
/// # Errors
/// `OPERATION_RESOLUTION_FAILURE` when none has the name, or there are several and the request names
/// none.
pub(super) fn choose<'a>(
    document: &'a ExecutableDocument,
    name: Option<&str>,
) -> Result<&'a OperationDefinition, Refusal> {
    match (&document.operations, name) {
        (DocumentOperations::Single(operation), None) => Ok(&operation.node),
        (DocumentOperations::Single(operation), Some(name)) => {
            Err(not_found(name).at(operation.pos))
        }
        (DocumentOperations::Multiple(named), Some(name)) => {
            named.get(name).map(|operation| &operation.node).ok_or_else(|| not_found(name))
        }
        (DocumentOperations::Multiple(named), None) => only(named.values(), named.len()),
    }
}

fn only<'a>(
    mut operations: impl Iterator<Item = &'a Positioned<OperationDefinition>>,
    count: usize,
) -> Result<&'a OperationDefinition, Refusal> {
    match operations.next() {
        Some(operation) if count == 1 => Ok(&operation.node),
        _ => Err(Refusal::new(
            Code::OperationResolutionFailure,
            format!("The document has {count} operations; name the one to run in `operationName`."),
        )),
    }
}

fn not_found(name: &str) -> Refusal {
    Refusal::new(
        Code::OperationResolutionFailure,
        format!("The document has no operation named \"{}\".", name.escape_debug()),
    )
}

#[cfg(test)]
mod tests {
    use async_graphql::{Pos, parser::types::OperationType};

    use super::*;

    fn chosen(source: &str, name: Option<&str>) -> Result<OperationType, Code> {
        let document = parse(source).map_err(|refusal| refusal.code)?;
        choose(&document, name).map(|operation| operation.ty).map_err(|refusal| refusal.code)
    }

    #[test]
    fn a_syntax_error_says_what_was_expected_and_where_but_does_not_repeat_the_document() {
        let refusal = parse("{ study(secret: \"abc\") { } }").unwrap_err();
        assert_eq!(refusal.code, Code::GraphqlParseFailed);
        assert_eq!(refusal.message, "Syntax error: expected selection.");
        assert_eq!(refusal.locations, [Pos::from((1, 26))]);
    }

    #[test]
    fn the_only_operation_needs_no_name() {
        assert_eq!(chosen("{ a }", None), Ok(OperationType::Query));
        assert_eq!(chosen("mutation M { a }", None), Ok(OperationType::Mutation));
    }

    #[test]
    fn one_of_several_operations_must_be_named() {
        let source = "query A { a } mutation B { b }";
        assert_eq!(chosen(source, None), Err(Code::OperationResolutionFailure));
        assert_eq!(chosen(source, Some("B")), Ok(OperationType::Mutation));
    }

    #[test]
    fn an_unknown_operation_is_not_found() {
        assert_eq!(chosen("query A { a }", Some("B")), Err(Code::OperationResolutionFailure));
        assert_eq!(chosen("{ a }", Some("A")), Err(Code::OperationResolutionFailure));
        assert_eq!(chosen("fragment F on A { a }", None), Err(Code::OperationResolutionFailure));
    }

    #[test]
    fn a_name_can_be_defined_only_once() {
        let twice = "query A { a } query A { b }";
        assert_eq!(chosen(twice, Some("A")), Err(Code::GraphqlValidationFailed));
        let fragments = "{ a } fragment F on A { a } fragment F on A { a }";
        assert_eq!(chosen(fragments, None), Err(Code::GraphqlValidationFailed));
        assert_eq!(chosen("{ a } query B { b }", None), Err(Code::GraphqlValidationFailed));
    }
}
