//! Whether the fields of one key in an answer can be merged into one: the rule "Field Selection
//! Merging" of the specification.
//!
//! Comparing all pairs of fields would be quadratic, and anew at each level. As "the same shape" and
//! "the same field" are equivalences, it is enough to compare each with the first, and to look at what
//! is below all of them at once. That is the algorithm of Simon Adameit ("Overlapping fields can be
//! merged fast"): shapes of all fields of a key; fields and arguments of those whose parents may be the
//! same object. The latter put a field of an interface beside those of each object, which can multiply,
//! so that the work is bounded.

use std::collections::{BTreeSet, HashSet};

use async_graphql::Name;
use async_graphql::parser::types::{BaseType, Field, Type};
use async_graphql::{Pos, Positioned};
use async_graphql_value::Value;

use super::expansion::{Selected, by_key, has_one_order};
use super::refusal::at_most;
use super::types::Types;
use super::{Limits, Refusal};
use crate::protocol::Code;

/// What was found in an operation whose fields can be merged.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Found {
    /// Whether a field is selected more than once for the same object, or keys for different objects in
    /// different orders.
    pub(super) needs_merging: bool,
    /// Fields that were looked at, each time counted.
    pub(super) looked_at: usize,
}

/// Checks that all fields of an operation can be merged.
///
/// # Errors
/// `GRAPHQL_VALIDATION_FAILED` for the first two that conflict, `TOO_COMPLEX` when comparing would take too
/// long.
pub(super) fn check(
    fields: &[Selected<'_>],
    types: &Types,
    limits: &Limits,
) -> Result<Found, Refusal> {
    let mut overlap =
        Overlap { types, limit: limits.comparisons, found: Found::default(), same: HashSet::new() };
    overlap.merge(fields.iter().collect(), Shapes::Unknown)?;
    Ok(overlap.found)
}

/// Whether shapes were compared already, further up.
#[derive(Clone, Copy)]
enum Shapes {
    Unknown,
    Same,
}

struct Overlap<'t> {
    types: &'t Types,
    limit: usize,
    found: Found,
    /// Pairs of fields of the text that are the same, so that long arguments are compared once.
    same: HashSet<(*const Field, *const Field)>,
}

impl Overlap<'_> {
    /// Checks fields that are selected together.
    fn merge(&mut self, fields: Vec<&Selected<'_>>, shapes: Shapes) -> Result<(), Refusal> {
        self.look_at(fields.len())?;
        let mut objects = BTreeSet::new();
        for group in by_key(fields.iter().copied()).into_values() {
            if let [one] = group[..] {
                if !one.below.is_empty() {
                    self.merge(one.below.iter().collect(), shapes)?;
                }
                continue;
            }
            if matches!(shapes, Shapes::Unknown) {
                self.have_one_shape(&group)?;
            }
            let classes = self.by_parent(&group);
            if classes.len() > 1 {
                let parents = group.iter().map(|field| field.place.parent);
                objects.extend(parents.filter(|parent| self.types.is_object(parent)));
            }
            for class in classes {
                self.are_one_field(&class)?;
                let below: Vec<_> = class.iter().flat_map(|field| &field.below).collect();
                if !below.is_empty() {
                    self.merge(below, Shapes::Same)?;
                }
            }
        }
        if !self.found.needs_merging && !objects.is_empty() {
            self.look_at(fields.len() * objects.len())?;
            self.found.needs_merging = !has_one_order(&fields, objects.into_iter());
        }
        Ok(())
    }

    /// Checks that the answers of fields of one key, whatever they are fields of, can be read alike.
    fn have_one_shape(&mut self, group: &[&Selected<'_>]) -> Result<(), Refusal> {
        self.look_at(group.len())?;
        let mut known = group.iter().filter_map(|field| Some((field, field.ty?)));
        if let Some((first, one)) = known.next() {
            for (other, another) in known {
                if !self.is_same_shape(one, another) {
                    let why = format!("they are of the types \"{one}\" and \"{another}\"");
                    return Err(conflict(first, other, &why));
                }
            }
        }
        let below = by_key(group.iter().flat_map(|field| &field.below));
        below
            .into_values()
            .filter(|group| group.len() > 1)
            .try_for_each(|group| self.have_one_shape(&group))
    }

    fn is_same_shape(&self, one: &Type, another: &Type) -> bool {
        one.nullable == another.nullable
            && match (&one.base, &another.base) {
                (BaseType::List(one), BaseType::List(another)) => self.is_same_shape(one, another),
                (BaseType::Named(one), BaseType::Named(another)) => {
                    one == another || (self.has_fields(one) && self.has_fields(another))
                }
                _ => false,
            }
    }

    fn has_fields(&self, name: &Name) -> bool {
        self.types.possible(name).is_some()
    }

    /// Those that may be fields of the same object: the fields of each object, and with them those of
    /// interfaces.
    fn by_parent<'s, 'a>(&self, group: &[&'s Selected<'a>]) -> Vec<Vec<&'s Selected<'a>>> {
        let mut classes: Vec<(&str, Vec<&Selected<'_>>)> = Vec::new();
        let mut of_any = Vec::new();
        for field in group {
            let parent = field.place.parent;
            if !self.types.is_object(parent) {
                of_any.push(*field);
                continue;
            }
            match classes.iter_mut().find(|(of, _)| *of == parent) {
                Some((_, class)) => class.push(field),
                None => classes.push((parent, vec![field])),
            }
        }
        if classes.is_empty() {
            return vec![of_any];
        }
        let with_any = |(_, mut class): (_, Vec<_>)| {
            class.extend(&of_any);
            class
        };
        classes.into_iter().map(with_any).collect()
    }

    /// Checks that fields of one key are the same field with the same arguments.
    fn are_one_field(&mut self, class: &[&Selected<'_>]) -> Result<(), Refusal> {
        let Some((first, others)) = class.split_first() else {
            return Ok(());
        };
        for other in others {
            self.is_one_field(first, other)?;
        }
        self.found.needs_merging |= class.iter().filter(|field| !field.is_skipped).count() > 1;
        Ok(())
    }

    fn is_one_field(&mut self, one: &Selected<'_>, another: &Selected<'_>) -> Result<(), Refusal> {
        let (first, second) = (&one.field.node, &another.field.node);
        let pair = (std::ptr::from_ref(first), std::ptr::from_ref(second));
        if pair.0 == pair.1 || self.same.contains(&pair) {
            return Ok(());
        }
        let (name, other_name) = (&first.name.node, &second.name.node);
        if name != other_name {
            let why = format!("\"{name}\" and \"{other_name}\" are different fields");
            return Err(conflict(one, another, &why));
        }
        if !are_same_arguments(first, second) {
            return Err(conflict(one, another, "they have differing arguments"));
        }
        self.same.insert(pair);
        Ok(())
    }

    fn look_at(&mut self, fields: usize) -> Result<(), Refusal> {
        self.found.looked_at += fields;
        at_most(
            Code::TooComplex,
            "Fields to compare with others of the same name",
            self.found.looked_at,
            self.limit,
            "Select fewer fields under the same name in fragments on different types.",
        )
    }
}

/// The order of arguments makes no difference, nor that of an object's fields.
fn are_same_arguments(one: &Field, another: &Field) -> bool {
    one.arguments.len() == another.arguments.len()
        && one.arguments.iter().all(|(name, value)| {
            let other: Option<&Positioned<Value>> = another.get_argument(&name.node);
            other.is_some_and(|other| other.node == value.node)
        })
}

fn conflict(one: &Selected<'_>, another: &Selected<'_>, why: &str) -> Refusal {
    let mut positions: [Pos; 2] = [one.field.pos, another.field.pos];
    positions.sort_unstable();
    let [first, second] = positions;
    let key = one.key();
    Refusal::new(
        Code::GraphqlValidationFailed,
        format!("Fields \"{key}\" conflict because {why}. Use different aliases to get both."),
    )
    .at(first)
    .at(second)
}
