//! The types of the published schema: their fields, and the objects that each may be.

use std::collections::HashMap;

use async_graphql::{
    Name, Positioned,
    parser::{
        self, parse_schema,
        types::{BaseType, FieldDefinition, OperationType, Type, TypeKind, TypeSystemDefinition},
    },
};

/// The objects, interfaces and unions of the schema. Empty, it knows none.
#[derive(Debug, Clone)]
pub struct Types {
    fields: HashMap<String, HashMap<String, Known>>,
    /// The objects that each of them may be; an object is itself.
    possible: HashMap<String, Vec<String>>,
    typename: Known,
}

/// What is known of a field.
#[derive(Debug, Clone)]
pub(crate) struct Known {
    /// Its type, as clients know it.
    pub(crate) ty: Type,
    /// Whether its resolver gives something unless it fails, though clients are told that it may be null.
    pub(crate) is_given: bool,
}

impl Default for Types {
    fn default() -> Self {
        Self {
            fields: HashMap::new(),
            possible: HashMap::new(),
            typename: Known {
                ty: Type { base: BaseType::Named(Name::new("String")), nullable: false },
                is_given: true,
            },
        }
    }
}

impl Types {
    /// Reads them from a schema definition, such as the library prints, and from another of the same
    /// fields with the types that their resolvers have.
    ///
    /// # Errors
    /// The parser's, for text that is no schema definition.
    pub fn from_sdl(published: &str, resolved: &str) -> Result<Self, parser::Error> {
        let mut types = Self::read(published)?;
        let resolved = Self::read(resolved)?;
        for (parent, fields) in &mut types.fields {
            for (name, known) in fields {
                let resolver = resolved.of(parent, name);
                known.is_given = resolver.is_some_and(|resolver| !resolver.nullable);
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
                    TypeKind::Object(object) => {
                        types.is(&name, &name);
                        for interface in object.implements {
                            types.is(&interface.node, &name);
                        }
                        types.has(name, object.fields);
                    }
                    TypeKind::Interface(interface) => {
                        types.possible.entry(name.clone()).or_default();
                        types.has(name, interface.fields);
                    }
                    TypeKind::Union(union) => {
                        for member in union.members {
                            types.is(&name, &member.node);
                        }
                    }
                    _ => {}
                }
            }
        }
        Ok(types)
    }

    fn is(&mut self, name: &str, object: &str) {
        let possible = self.possible.entry(name.to_owned()).or_default();
        // A type may be extended, so that it stands in several places.
        if !possible.iter().any(|known| known == object) {
            possible.push(object.to_owned());
        }
    }

    fn has(&mut self, name: String, fields: Vec<Positioned<FieldDefinition>>) {
        self.fields.entry(name).or_default().extend(fields.into_iter().map(|field| {
            let FieldDefinition { name, ty, .. } = field.node;
            let (ty, is_given) = (ty.node, false);
            (name.node.to_string(), Known { ty, is_given })
        }));
    }

    /// The type of a field of an object, an interface or a union. None below `__schema` and `__type`,
    /// which no schema definition shows.
    pub(crate) fn of(&self, parent: &str, field: &str) -> Option<&Type> {
        self.known(parent, field).map(|known| &known.ty)
    }

    /// What is known of a field.
    pub(crate) fn known(&self, parent: &str, field: &str) -> Option<&Known> {
        if field == "__typename" {
            return Some(&self.typename);
        }
        self.fields.get(parent)?.get(field)
    }

    /// The objects that an object, an interface or a union may be; none for anything else.
    pub(crate) fn possible(&self, name: &str) -> Option<&[String]> {
        self.possible.get(name).map(Vec::as_slice)
    }

    /// Whether this is the name of an object.
    pub(super) fn is_object(&self, name: &str) -> bool {
        self.possible(name).is_some_and(|possible| possible == [name])
    }

    /// Whether this is the name of a union.
    pub(super) fn is_union(&self, name: &str) -> bool {
        self.possible.contains_key(name) && !self.fields.contains_key(name)
    }
}

/// The root type of an operation, by the name that we and nearly all schemas give it.
pub(crate) fn root(kind: OperationType) -> &'static str {
    match kind {
        OperationType::Query => "Query",
        OperationType::Mutation => "Mutation",
        OperationType::Subscription => "Subscription",
    }
}

/// The name of a type without its lists and exclamation marks.
pub(crate) fn name(ty: &Type) -> &str {
    match &ty.base {
        BaseType::Named(name) => name,
        BaseType::List(item) => name(item),
    }
}
