//! The closed vocabularies as GraphQL enums: words and meanings stand once, in `entity`.

use std::borrow::Cow;

use async_graphql::parser::types::Field;
use async_graphql::registry::{Deprecation, MetaEnumValue, MetaType, MetaTypeId, Registry};
use async_graphql::{
    ContextSelectionSet, InputType, InputValueError, InputValueResult, Name, OutputType,
    Positioned, ServerResult, Value,
};
use service::entity::{ClosedVocabulary, UnknownWord};
use service::filter::AnyOf;

/// A word of a closed vocabulary.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct EnumValue<V>(pub(crate) V);

impl<V: ClosedVocabulary> EnumValue<V> {
    fn register(_: &mut Registry) -> MetaType {
        let values = V::VARIANTS.iter().map(|word| {
            let name: &str = (*word).into();
            let value = MetaEnumValue {
                name: name.to_owned(),
                description: Some(word.meaning().to_owned()),
                deprecation: Deprecation::NoDeprecated,
                visible: None,
                inaccessible: false,
                tags: Vec::new(),
                directive_invocations: Vec::new(),
            };
            (name.to_owned(), value)
        });
        MetaType::Enum {
            name: V::NAME.to_owned(),
            description: Some(V::MEANING.to_owned()),
            enum_values: values.collect(),
            visible: None,
            inaccessible: false,
            tags: Vec::new(),
            rust_typename: Some(std::any::type_name::<Self>()),
            directive_invocations: Vec::new(),
            requires_scopes: Vec::new(),
        }
    }

    fn value(self) -> Value {
        let text: &str = self.0.into();
        Value::Enum(Name::new(text))
    }
}

impl<V: ClosedVocabulary> OutputType for EnumValue<V> {
    fn type_name() -> Cow<'static, str> {
        Cow::Borrowed(V::NAME)
    }

    fn create_type_info(registry: &mut Registry) -> String {
        registry.create_output_type::<Self, _>(MetaTypeId::Enum, Self::register)
    }

    async fn resolve(
        &self,
        _: &ContextSelectionSet<'_>,
        _: &Positioned<Field>,
    ) -> ServerResult<Value> {
        Ok(self.value())
    }
}

impl<V: ClosedVocabulary> InputType for EnumValue<V> {
    type RawValueType = Self;

    fn type_name() -> Cow<'static, str> {
        Cow::Borrowed(V::NAME)
    }

    fn create_type_info(registry: &mut Registry) -> String {
        registry.create_input_type::<Self, _>(MetaTypeId::Enum, Self::register)
    }

    fn parse(value: Option<Value>) -> InputValueResult<Self> {
        let value = value.unwrap_or_default();
        let given = match &value {
            Value::Enum(name) => name.as_str(),
            Value::String(text) => text.as_str(),
            _ => return Err(InputValueError::expected_type(value)),
        };
        given.parse().map(Self).map_err(|unknown: UnknownWord| {
            let accepted = unknown.accepted.join(", ");
            InputValueError::custom(format!("`{given}` is not one of {accepted}"))
        })
    }

    fn to_value(&self) -> Value {
        self.value()
    }

    fn as_raw_value(&self) -> Option<&Self> {
        Some(self)
    }
}

/// Returns the words of a list in a filter.
pub(crate) fn any_of<V: ClosedVocabulary>(list: Option<Vec<EnumValue<V>>>) -> AnyOf<V> {
    AnyOf::from(list).map(|word| word.0)
}

/// Returns the words of an optional list argument that restricts nothing.
pub(crate) fn words<V: ClosedVocabulary>(list: Option<Vec<EnumValue<V>>>) -> Vec<V> {
    list.unwrap_or_default().into_iter().map(|word| word.0).collect()
}
