//! Which fields may be null though their resolvers always give something: those that can fail for a reason
//! of their own.
//!
//! An error takes with it whatever is around its field up to what may be null. So a mutation that is
//! refused would take what others before it have done, and a page that is too large the things beside it.
//! The rule is applied to the schema as a whole, so that no new field can forget it.

use std::borrow::Cow;

use async_graphql::parser::types::Field;
use async_graphql::registry::{MetaType, Registry};
use async_graphql::{ContextSelectionSet, OutputType, Positioned, ServerResult, Value};

/// Root fields and fields with arguments that cannot fail.
const SURE: &[(&str, &str)] =
    &[("Query", "viewer"), ("Query", "youngPeople"), ("Publication", "citation")];

/// Applies the rule when it is registered, after all types: there is no other way to the registry.
/// Nothing is ever of this type.
pub(super) struct Nullable;

impl OutputType for Nullable {
    fn type_name() -> Cow<'static, str> {
        "Nullable".into()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        for (name, ty) in &mut registry.types {
            let (MetaType::Object { fields, .. } | MetaType::Interface { fields, .. }) = ty else {
                continue;
            };
            // An event of a subscription stands alone, and introspection has types of its own.
            if name == "Subscription" || name.starts_with("__") {
                continue;
            }
            for (field, meta) in fields {
                let can_fail = name == "Mutation"
                    || name == "Query"
                    || !meta.args.is_empty()
                    || meta.ty.ends_with("Connection!");
                if can_fail && !SURE.contains(&(name.as_str(), field.as_str())) {
                    meta.ty.truncate(meta.ty.trim_end_matches('!').len());
                }
            }
        }
        Self::qualified_type_name()
    }

    async fn resolve(
        &self,
        _: &ContextSelectionSet<'_>,
        _: &Positioned<Field>,
    ) -> ServerResult<Value> {
        Ok(Value::Null)
    }
}
