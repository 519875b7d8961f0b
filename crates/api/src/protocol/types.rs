//! The types of the fields, as the published schema has them.

use std::collections::HashMap;

use async_graphql::Positioned;
use async_graphql::parser::{
    self, parse_schema,
    types::{BaseType, FieldDefinition, OperationType, Type, TypeKind, TypeSystemDefinition},
};

/// The type of each field of each object and interface. Empty, it knows none.
#[derive(Debug, Clone, Default)]
pub(crate) struct Types {
    fields: HashMap<String, HashMap<String, Known>>,
}

/// What is known of a field.
#[derive(Debug, Clone)]
pub(super) struct Known {
    /// Its type, as clients know it.
    pub(super) ty: Type,
    /// Whether its resolver gives something unless it fails, though clients are told that it may be null.
    pub(super) is_given: bool,
}

impl Types {
    /// Reads them from a schema definition, such as the library prints, and from another of the same
    /// fields with the types that their resolvers have.
    ///
    /// # Errors
    /// The parser's, for text that is no schema definition.
    pub(crate) fn from_sdl(published: &str, resolved: &str) -> Result<Self, parser::Error> {
        let mut types = Self::read(published)?;
        let resolved = Self::read(resolved)?;
        for (parent, fields) in &mut types.fields {
            for (name, known) in fields {
                let resolver = resolved.of(parent, name);
                known.is_given = resolver.is_some_and(|resolver| !resolver.ty.nullable);
            }
        }
        Ok(types)
    }

    fn read(sdl: &str) -> Result<Self, parser::Error> {
        let mut types = Self::default();
        for definition in parse_schema(sdl)?.definitions {
            if let TypeSystemDefinition::Type(definition) = definition {
                let name = definition.node.name.node.to_string();
                match definition.node.kind {
                    TypeKind::Object(object) => types.add(name, object.fields),
                    TypeKind::Interface(interface) => types.add(name, interface.fields),
                    _ => {}
                }
            }
        }
        Ok(types)
    }

    fn add(&mut self, name: String, fields: Vec<Positioned<FieldDefinition>>) {
        // A type may be extended, so its fields may stand in several places.
        self.fields
            .entry(name)
            .or_default()
            .extend(fields.into_iter().map(|field| {
                let FieldDefinition { name, ty, .. } = field.node;
                let (ty, is_given) = (ty.node, false);
                (name.node.to_string(), Known { ty, is_given })
            }));
    }

    /// What is known of a field of an object or interface.
    pub(super) fn of(&self, parent: &str, field: &str) -> Option<&Known> {
        self.fields.get(parent)?.get(field)
    }
}

/// The root type of an operation, by the name that we and nearly all schemas give it.
pub(super) fn root(kind: OperationType) -> &'static str {
    match kind {
        OperationType::Query => "Query",
        OperationType::Mutation => "Mutation",
        OperationType::Subscription => "Subscription",
    }
}

/// The name of a type without its lists and exclamation marks.
pub(super) fn name(ty: &Type) -> &str {
    match &ty.base {
        BaseType::Named(name) => name,
        BaseType::List(item) => name(item),
    }
}
