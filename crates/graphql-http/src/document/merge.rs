//! The operation that runs: each field once for each object, as `CollectFields` of the specification
//! has it.
//!
//! The library runs a field as often as it is selected and joins the answers afterwards. So fields are
//! collected here, before: fragments expanded, conditions of `@skip` and `@include` decided. Below an
//! interface or a union, where the object is known only when it runs, a key whose fields depend on it is
//! written once for each type of object that may come, in a fragment on it. Objects that get nothing, or
//! their keys in an order of their own, tell their type under a key that the answer leaves out.

use std::cmp::Reverse;
use std::collections::HashSet;

use async_graphql::parser::types::{
    DocumentOperations, ExecutableDocument, Field, InlineFragment, OperationDefinition, Selection,
    SelectionSet, TypeCondition,
};
use async_graphql::{Name, Pos, Positioned};

use super::expansion::{Selected, by_key, has_one_order};
use super::inputs;
use super::refusal::at_most;
use super::types::{self, Types};
use super::{Limits, Refusal};
use crate::protocol::Code;

/// The key of a field that tells the type of an object which may get nothing else. No client can ask for
/// it, and none is told.
pub(crate) const ANY: &str = "(any)";

/// The same where the set has a fragment for each type of object, and nothing else.
pub(crate) const OBJECT: &str = "(object)";

/// A document of one operation, which has the fields given in place of its own.
///
/// # Errors
/// `TOO_COMPLEX` when fields would have to be written out for too many objects.
pub(super) fn merge(
    document: &ExecutableDocument,
    operation: &OperationDefinition,
    fields: &[Selected<'_>],
    types: &Types,
    limits: &Limits,
) -> Result<ExecutableDocument, Refusal> {
    let mut merge = Merge { types, looked_at: 0, limit: limits.comparisons };
    let (root, position) = (types::root(operation.ty), operation.selection_set.pos);
    let items = merge.set(fields.iter().collect(), root, position)?;
    let set = SelectionSet { items };
    let mut used = HashSet::new();
    add_variables(&set, &mut used);
    let mut variable_definitions = operation.variable_definitions.clone();
    variable_definitions.retain(|one| used.contains(one.node.name.node.as_str()));
    let merged = OperationDefinition {
        ty: operation.ty,
        variable_definitions,
        directives: Vec::new(),
        selection_set: Positioned::new(set, position),
    };
    Ok(ExecutableDocument {
        operations: in_place_of(operation, &document.operations, merged),
        fragments: Default::default(),
    })
}

/// Adds the names of the variables that a set without named fragments and directives uses.
fn add_variables<'a>(set: &'a SelectionSet, names: &mut HashSet<&'a str>) {
    for item in &set.items {
        match &item.node {
            Selection::Field(field) => {
                for (_, value) in &field.node.arguments {
                    inputs::add_variables(&value.node, names);
                }
                add_variables(&field.node.selection_set.node, names);
            }
            Selection::InlineFragment(inline) => {
                add_variables(&inline.node.selection_set.node, names);
            }
            Selection::FragmentSpread(_) => {}
        }
    }
}

/// The operation under the name of another.
fn in_place_of(
    operation: &OperationDefinition,
    operations: &DocumentOperations,
    merged: OperationDefinition,
) -> DocumentOperations {
    let found = operations.iter().find(|(_, other)| std::ptr::eq(&other.node, operation));
    let position = found.map_or_else(Pos::default, |(_, found)| found.pos);
    let merged = Positioned::new(merged, position);
    match found.and_then(|(name, _)| name) {
        Some(name) => DocumentOperations::Multiple([(name.clone(), merged)].into()),
        None => DocumentOperations::Single(merged),
    }
}

struct Merge<'t> {
    types: &'t Types,
    looked_at: usize,
    limit: usize,
}

/// What objects of some types get under one key.
struct Case<'s, 'a, 't> {
    objects: Vec<&'t str>,
    fields: Vec<&'s Selected<'a>>,
}

impl<'t> Merge<'t> {
    /// Merges what is selected from a type.
    fn set(
        &mut self,
        fields: Vec<&Selected<'_>>,
        ty: &str,
        position: Pos,
    ) -> Result<Vec<Positioned<Selection>>, Refusal> {
        let possible = self.types.possible(ty);
        self.look_at(fields.len() * possible.map_or(1, <[_]>::len).max(1))?;
        let mut fields = fields;
        fields.retain(|field| !field.is_skipped);
        let items = match possible {
            None => self.of_one(&fields, ty)?,
            Some([object]) => {
                fields.retain(|field| field.place.admits(object));
                self.of_one(&fields, object)?
            }
            Some(possible) if has_one_order(&fields, possible.iter().map(String::as_str)) => {
                self.of_any(&fields, ty, possible, position)?
            }
            Some(possible) => self.of_each(&fields, possible, position)?,
        };
        Ok(match items.is_empty() {
            true => vec![mark(ANY, position)],
            false => items,
        })
    }

    /// Merges what an object of a known type gets.
    fn of_one(
        &mut self,
        fields: &[&Selected<'_>],
        object: &str,
    ) -> Result<Vec<Positioned<Selection>>, Refusal> {
        let groups = by_key(fields.iter().copied()).into_values();
        groups.map(|group| self.field(&group, object)).collect()
    }

    /// Merges what objects of several types get.
    fn of_any(
        &mut self,
        fields: &[&Selected<'_>],
        ty: &str,
        possible: &'t [String],
        position: Pos,
    ) -> Result<Vec<Positioned<Selection>>, Refusal> {
        let gets = |object: &String| fields.iter().any(|field| field.place.admits(object));
        let mut items = match possible.iter().all(gets) {
            true => Vec::new(),
            // Else the library would give null for an object that gets nothing.
            false => vec![mark(ANY, position)],
        };
        for group in by_key(fields.iter().copied()).into_values() {
            for case in cases(&group, possible) {
                self.case(&case, ty, possible, &mut items)?;
            }
        }
        Ok(items)
    }

    /// Merges what objects of several types get, apart for each type.
    fn of_each(
        &mut self,
        fields: &[&Selected<'_>],
        possible: &'t [String],
        position: Pos,
    ) -> Result<Vec<Positioned<Selection>>, Refusal> {
        let mut items = vec![mark(OBJECT, position)];
        for object in possible {
            let admits = |field: &&Selected<'_>| field.place.admits(object);
            let here: Vec<_> = fields.iter().copied().filter(admits).collect();
            if !here.is_empty() {
                items.push(within(self.of_one(&here, object)?, object, position));
            }
        }
        Ok(items)
    }

    /// Adds the field of a case, in fragments if it is not one of the type itself, for all its objects.
    fn case(
        &mut self,
        case: &Case<'_, '_, 't>,
        ty: &str,
        possible: &[String],
        items: &mut Vec<Positioned<Selection>>,
    ) -> Result<(), Refusal> {
        // The library knows the interfaces of an object, not its unions.
        let written = case.fields.iter().map(|field| &field.place).find(|place| {
            !place.conditions.iter().any(|on| self.types.is_union(on))
                && place.count(possible) == case.objects.len()
        });
        match (written, &case.objects[..]) {
            (Some(place), [_, _, ..]) => {
                let parent = place.conditions.last().copied().unwrap_or(ty);
                let mut field = self.field(&case.fields, parent)?;
                for on in place.conditions.iter().rev() {
                    let position = field.pos;
                    field = within(vec![field], on, position);
                }
                items.push(field);
            }
            _ => {
                for object in &case.objects {
                    let field = self.field(&case.fields, object)?;
                    let position = field.pos;
                    items.push(within(vec![field], object, position));
                }
            }
        }
        Ok(())
    }

    fn look_at(&mut self, fields: usize) -> Result<(), Refusal> {
        self.looked_at = self.looked_at.saturating_add(fields);
        at_most(
            Code::TooComplex,
            "Fields, each for all types of objects that may come",
            self.looked_at,
            self.limit,
            "Select fewer fields under the same name in fragments on different types.",
        )
    }

    /// One field in place of several that are fields of a type.
    fn field(
        &mut self,
        fields: &[&Selected<'_>],
        parent: &str,
    ) -> Result<Positioned<Selection>, Refusal> {
        let first = fields[0];
        let Positioned { pos, node } = first.field;
        let values = node.arguments.iter().map(|(_, value)| &value.node);
        self.look_at(values.map(inputs::count).sum())?;
        let is_leaf = |field: &&Selected<'_>| field.field.node.selection_set.node.items.is_empty();
        let items = if fields.iter().all(is_leaf) {
            Vec::new()
        } else {
            let ty = self.types.of(parent, &node.name.node).or(first.ty);
            let below = fields.iter().flat_map(|field| &field.below).collect();
            self.set(below, ty.map_or("", types::name), node.selection_set.pos)?
        };
        let field = Field {
            alias: node.alias.clone(),
            name: node.name.clone(),
            arguments: node.arguments.clone(),
            directives: Vec::new(),
            selection_set: Positioned::new(SelectionSet { items }, node.selection_set.pos),
        };
        let field = Selection::Field(Positioned::new(field, *pos));
        Ok(Positioned::new(field, *pos))
    }
}

/// Which objects get which fields of one key. A leaf that several places give to an object is that of the
/// place which gives it to most.
fn cases<'s, 'a, 't>(group: &[&'s Selected<'a>], possible: &'t [String]) -> Vec<Case<'s, 'a, 't>> {
    let are_leaves = group.iter().all(|field| field.below.is_empty());
    let mut group = group.to_vec();
    if are_leaves {
        group.sort_by_cached_key(|field| Reverse(field.place.count(possible)));
    }
    let mut cases: Vec<Case<'_, '_, '_>> = Vec::new();
    for object in possible {
        let here = group.iter().copied();
        let here = here.filter(|field| field.place.admits(object));
        let fields: Vec<_> = here.take(if are_leaves { 1 } else { usize::MAX }).collect();
        let is_same = |case: &&mut Case<'_, '_, '_>| {
            let both = case.fields.iter().zip(&fields);
            case.fields.len() == fields.len()
                && both.into_iter().all(|(one, other)| std::ptr::eq(*one, *other))
        };
        match cases.iter_mut().find(is_same) {
            _ if fields.is_empty() => {}
            Some(case) => case.objects.push(object),
            None => cases.push(Case { objects: vec![object], fields }),
        }
    }
    cases
}

/// Selections within a fragment on a type.
fn within(items: Vec<Positioned<Selection>>, on: &str, pos: Pos) -> Positioned<Selection> {
    let on = Positioned::new(Name::new(on), pos);
    let inline = InlineFragment {
        type_condition: Some(Positioned::new(TypeCondition { on }, pos)),
        directives: Vec::new(),
        selection_set: Positioned::new(SelectionSet { items }, pos),
    };
    Positioned::new(Selection::InlineFragment(Positioned::new(inline, pos)), pos)
}

/// A field that tells the type of the object.
fn mark(key: &str, pos: Pos) -> Positioned<Selection> {
    let field = Field {
        alias: Some(Positioned::new(Name::new(key), pos)),
        name: Positioned::new(Name::new("__typename"), pos),
        arguments: Vec::new(),
        directives: Vec::new(),
        selection_set: Positioned::default(),
    };
    Positioned::new(Selection::Field(Positioned::new(field, pos)), pos)
}
