//! What is particular to subscriptions.

use async_graphql::Positioned;
use async_graphql::parser::types::{OperationDefinition, Selection};

use super::Refusal;
use crate::protocol::Code;

/// Lets a subscription pass that has one field at its root: there is one source of events. The library
/// follows several at once, and gives nothing at all for a field in a fragment.
///
/// # Errors
/// `GRAPHQL_VALIDATION_FAILED`.
pub(super) fn check_root(operation: &OperationDefinition) -> Result<(), Refusal> {
    let refused = |message: &str| Err(Refusal::new(Code::GraphqlValidationFailed, message));
    match operation.selection_set.node.items.as_slice() {
        [
            Positioned {
                node: Selection::Field(field),
                pos,
            },
        ] => {
            if field.node.directives.is_empty() {
                return Ok(());
            }
            refused("The field at the root of a subscription takes no directive.")
                .map_err(|refusal| refusal.at(*pos))
        }
        [Positioned { pos, .. }] => {
            refused("Write the field of a subscription at its root, not in a fragment.")
                .map_err(|refusal| refusal.at(*pos))
        }
        _ => refused(
            "A subscription has exactly one field at its root; send a subscription for each.",
        ),
    }
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
            .all(|(_, operation)| check_root(&operation.node).is_ok())
    }

    #[test]
    fn a_subscription_has_one_field_at_its_root() {
        assert!(passes("subscription { changes { cursor } }"));
        assert!(passes("subscription S { c: changes { cursor } }"));
        assert!(!passes(
            "subscription { changes { cursor } other: changes { cursor } }"
        ));
        assert!(!passes(
            "subscription { ...F } fragment F on Subscription { changes { cursor } }"
        ));
        assert!(!passes("subscription { ... { changes { cursor } } }"));
        assert!(!passes(
            "subscription { changes @skip(if: true) { cursor } }"
        ));
    }
}
