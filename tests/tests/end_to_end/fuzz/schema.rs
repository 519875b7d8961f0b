//! The types of the schema, as far as documents are made from them.

use std::collections::HashMap;

use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{
    BaseType, FieldDefinition, InputValueDefinition, Type, TypeKind, TypeSystemDefinition,
};
use async_graphql::{Positioned, parser};

/// A field, or an argument or input field, which has no arguments of its own.
#[derive(Clone)]
pub(super) struct Field {
    pub(super) name: String,
    pub(super) ty: Type,
    pub(super) arguments: Vec<Field>,
}

/// What kinds of values a type has.
pub(super) enum Kind {
    /// Fields to select from.
    Composite(Vec<Field>),
    /// Words.
    Enum(Vec<String>),
    /// Fields to fill in.
    Input(Vec<Field>),
    /// A scalar.
    Scalar,
}

pub(super) struct Schema(HashMap<String, Kind>);

impl Schema {
    pub(super) fn read() -> Result<Self, parser::Error> {
        let mut types = HashMap::new();
        for definition in parse_schema(api::sdl())?.definitions {
            let TypeSystemDefinition::Type(definition) = definition else {
                continue;
            };
            let kind = match definition.node.kind {
                TypeKind::Object(object) => Kind::Composite(fields(object.fields)),
                TypeKind::Interface(interface) => Kind::Composite(fields(interface.fields)),
                TypeKind::Union(_) => Kind::Composite(Vec::new()),
                TypeKind::Enum(words) => Kind::Enum(
                    words.values.into_iter().map(|word| word.node.value.to_string()).collect(),
                ),
                TypeKind::InputObject(input) => Kind::Input(inputs(input.fields)),
                TypeKind::Scalar => Kind::Scalar,
            };
            types.insert(definition.node.name.node.to_string(), kind);
        }
        Ok(Self(types))
    }

    pub(super) fn kind(&self, ty: &Type) -> &Kind {
        self.0.get(name(ty)).unwrap_or(&Kind::Scalar)
    }

    /// The fields of a composite type.
    pub(super) fn fields(&self, name: &str) -> &[Field] {
        match self.0.get(name) {
            Some(Kind::Composite(fields)) => fields,
            Some(Kind::Enum(_) | Kind::Input(_) | Kind::Scalar) | None => &[],
        }
    }
}

/// A type's name without its lists and exclamation marks.
pub(super) fn name(ty: &Type) -> &str {
    match &ty.base {
        BaseType::Named(name) => name,
        BaseType::List(item) => name(item),
    }
}

fn fields(fields: Vec<Positioned<FieldDefinition>>) -> Vec<Field> {
    let fields = fields.into_iter().map(|field| Field {
        name: field.node.name.node.to_string(),
        ty: field.node.ty.node,
        arguments: inputs(field.node.arguments),
    });
    fields.collect()
}

fn inputs(fields: Vec<Positioned<InputValueDefinition>>) -> Vec<Field> {
    let fields = fields.into_iter().map(|field| Field {
        name: field.node.name.node.to_string(),
        ty: field.node.ty.node,
        arguments: Vec::new(),
    });
    fields.collect()
}
