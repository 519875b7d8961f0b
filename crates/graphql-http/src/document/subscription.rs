//! What is particular to subscriptions.

use async_graphql::Positioned;
use async_graphql::parser::types::{
    Directive, ExecutableDocument, Field, OperationDefinition, Selection, SelectionSet,
};

use super::Refusal;
use crate::protocol::Code;

/// Lets a subscription pass that has one field at its root, however often it is selected: there is one
/// source of events. Whether there is one must not depend on a variable.
///
/// Asked after the walk, which has refused fragments that go in circles.
///
/// # Errors
/// `GRAPHQL_VALIDATION_FAILED`.
pub(super) fn check_root(
    document: &ExecutableDocument,
    operation: &OperationDefinition,
) -> Result<(), Refusal> {
    let mut fields = Vec::new();
    add(document, &operation.selection_set.node, &mut fields)?;
    let refused = |message: &str, field: &Positioned<Field>| {
        Err(Refusal::new(Code::GraphqlValidationFailed, message).at(field.pos))
    };
    let key = |field: &Positioned<Field>| field.node.response_key().node.clone();
    match fields.split_first() {
        Some((first, _)) if first.node.name.node.starts_with("__") => refused(
            "The field at the root of a subscription is what to follow, not the introspection.",
            first,
        ),
        Some((first, others)) => match others.iter().find(|other| key(other) != key(first)) {
            Some(other) => refused(
                "A subscription has exactly one field at its root; send a subscription for each.",
                other,
            ),
            None => Ok(()),
        },
        None => Ok(()),
    }
}

/// Whether the root is a single field and nothing else: the library gives nothing for what stands in a
/// fragment, and follows a field as often as it is selected.
pub(super) fn is_plain(operation: &OperationDefinition) -> bool {
    let items = &operation.selection_set.node.items;
    matches!(items.as_slice(), [Positioned { node: Selection::Field(_), .. }])
}

fn add<'a>(
    document: &'a ExecutableDocument,
    set: &'a SelectionSet,
    fields: &mut Vec<&'a Positioned<Field>>,
) -> Result<(), Refusal> {
    for selection in &set.items {
        let directives: &[Positioned<Directive>] = selection.node.directives();
        if let Some(directive) = directives.first() {
            return Err(Refusal::new(
                Code::GraphqlValidationFailed,
                "The field at the root of a subscription takes no directive, nor do fragments around it.",
            )
            .at(directive.pos));
        }
        match &selection.node {
            Selection::Field(field) => fields.push(field),
            Selection::InlineFragment(inline) => {
                add(document, &inline.node.selection_set.node, fields)?;
            }
            Selection::FragmentSpread(spread) => {
                let name = &spread.node.fragment_name.node;
                if let Some(fragment) = document.fragments.get(name) {
                    add(document, &fragment.node.selection_set.node, fields)?;
                }
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;

    use super::*;

    fn passes(source: &str) -> bool {
        let document = parse_query(source).unwrap();
        document
            .operations
            .iter()
            .all(|(_, operation)| check_root(&document, &operation.node).is_ok())
    }

    #[test]
    fn a_subscription_has_one_field_at_its_root() {
        for one in [
            "subscription { changes { cursor } }",
            "subscription S { c: changes { cursor } }",
            "subscription { changes { cursor } changes { change { id } } }",
            "subscription { ...F } fragment F on Subscription { changes { cursor } }",
            "subscription { ... { changes { cursor } } }",
            "subscription { ...F ...G } fragment F on Subscription { changes { cursor } } fragment G on Subscription { changes { cursor } }",
        ] {
            assert!(passes(one), "{one}");
        }
        for other in [
            "subscription { changes { cursor } other: changes { cursor } }",
            "subscription { ...F changes { cursor } } fragment F on Subscription { o: changes { cursor } }",
            "subscription { __typename }",
            "subscription { changes { cursor } ... { __typename } }",
        ] {
            assert!(!passes(other), "{other}");
        }
    }

    #[test]
    fn whether_there_is_one_depends_on_no_directive() {
        for source in [
            "subscription { changes @skip(if: true) { cursor } }",
            "subscription { ... @include(if: true) { changes { cursor } } }",
            "subscription { ...F @skip(if: false) } fragment F on Subscription { changes { cursor } }",
        ] {
            assert!(!passes(source), "{source}");
        }
        assert!(passes("subscription { changes { cursor @skip(if: true) cursor } }"));
    }
}
