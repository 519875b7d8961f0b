//! Random documents over the schema.

use std::fmt::Write as _;

use rand::RngExt;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use serde_json::{Map, Value};

use super::schema::{self, Field, Kind, Schema};
use super::values;

/// A document with the variables that it wants.
pub(super) struct Document {
    pub(super) text: String,
    pub(super) variables: Value,
}

/// Makes one document.
pub(super) struct Maker<'a> {
    pub(super) schema: &'a Schema,
    pub(super) known: &'a [String],
    pub(super) random: &'a mut StdRng,
    variables: Map<String, Value>,
    declared: String,
    fragments: String,
    fragment_count: usize,
}

/// How far selections go down.
const DEEPEST: usize = 6;

impl<'a> Maker<'a> {
    pub(super) fn new(schema: &'a Schema, known: &'a [String], random: &'a mut StdRng) -> Self {
        Self {
            schema,
            known,
            random,
            variables: Map::new(),
            declared: String::new(),
            fragments: String::new(),
            fragment_count: 0,
        }
    }

    pub(super) fn document(mut self) -> Document {
        let (word, root) = match self.random.random_range(0..20) {
            0..2 => ("mutation", "Mutation"),
            2 => ("subscription", "Subscription"),
            _ => ("query", "Query"),
        };
        let selection = self.selection(root, 0);
        let declared = match self.declared.as_str() {
            "" => String::new(),
            declared => format!("({declared})"),
        };
        Document {
            text: format!("{word} Q{declared} {selection}{}", self.fragments),
            variables: Value::Object(self.variables),
        }
    }

    fn selection(&mut self, ty: &str, depth: usize) -> String {
        let fields = self.schema.fields(ty);
        let mut text = String::from("{ __typename");
        for _ in 0..self.random.random_range(1..4) {
            let Some(field) = fields.choose(self.random) else {
                break;
            };
            let written = self.field(&field.clone(), depth);
            match self.random.random_range(0..20) {
                0 => write!(text, " ... on {ty} {{ {written} }}"),
                1 => write!(text, " a{depth}: {written}"),
                2 => write!(text, " {written} @include(if: true)"),
                3 => {
                    self.fragment_count += 1;
                    let name = format!("F{}", self.fragment_count);
                    let _ = write!(self.fragments, " fragment {name} on {ty} {{ {written} }}");
                    write!(text, " ...{name}")
                }
                _ => write!(text, " {written}"),
            }
            .unwrap();
        }
        text + " }"
    }

    fn field(&mut self, field: &Field, depth: usize) -> String {
        let mut text = field.name.clone();
        let mut arguments = Vec::new();
        for argument in &field.arguments {
            let is_wanted = if argument.ty.nullable { 0.3 } else { 0.97 };
            if self.random.random_bool(is_wanted) {
                arguments.push(self.argument(argument));
            }
        }
        if !arguments.is_empty() {
            let _ = write!(text, "({})", arguments.join(", "));
        }
        if let Kind::Composite(_) = self.schema.kind(&field.ty) {
            let below = match depth {
                DEEPEST.. => "{ __typename }".to_owned(),
                _ => self.selection(schema::name(&field.ty), depth + 1),
            };
            let _ = write!(text, " {below}");
        }
        text
    }

    fn argument(&mut self, argument: &Field) -> String {
        let Field { name, ty, .. } = argument;
        let mut value = values::value(self.schema, self.known, ty, 0, self.random);
        // Mostly pages that are within the bounds: a document that is too dear does nothing.
        if matches!(name.as_str(), "first" | "last") && self.random.random_bool(0.9) {
            value = self.random.random_range(1..4).into();
        }
        if self.random.random_bool(0.4) {
            let variable = format!("v{}", self.variables.len());
            let _ = write!(self.declared, "${variable}: {} ", ty);
            self.variables.insert(variable.clone(), value);
            format!("{name}: ${variable}")
        } else {
            let is_enum = matches!(self.schema.kind(ty), Kind::Enum(_));
            format!("{name}: {}", values::written(&value, is_enum))
        }
    }
}
