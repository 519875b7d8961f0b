//! The fields of an operation with its fragments expanded.
//!
//! Built after the walk, whose limits bound its size.

use std::rc::Rc;

use async_graphql::indexmap::IndexMap;
use async_graphql::parser::types::{
    Directive, ExecutableDocument, Field, OperationDefinition, Selection, SelectionSet, Type,
};
use async_graphql::{Positioned, Value as ConstValue};
use async_graphql_value::Value;

use super::given::Given;
use super::types::{self, Types};

/// A field where an operation selects it.
pub(super) struct Selected<'a> {
    pub(super) field: &'a Positioned<Field>,
    /// Its type; none when the schema does not tell.
    pub(super) ty: Option<&'a Type>,
    pub(super) place: Rc<Place<'a>>,
    /// Whether a directive takes it out.
    pub(super) is_skipped: bool,
    /// What it selects in turn.
    pub(super) below: Vec<Self>,
}

/// Where in the set of a field something is selected: at its top or in fragments.
pub(super) struct Place<'a> {
    /// The type that is selected from.
    pub(super) parent: &'a str,
    /// The type conditions on the way, from the outermost.
    pub(super) conditions: Vec<&'a str>,
    /// The objects that meet all of them; none when the schema does not tell.
    possible: Option<Vec<&'a str>>,
}

/// Fields by the key that they have in the answer, in the order in which they are first selected.
pub(super) type ByKey<'s, 'a> = IndexMap<&'a str, Vec<&'s Selected<'a>>>;

impl<'a> Selected<'a> {
    /// Its key in the answer.
    pub(super) fn key(&self) -> &'a str {
        &self.field.node.response_key().node
    }
}

impl<'a> Place<'a> {
    fn of(parent: &'a str, types: &'a Types) -> Self {
        let possible = types.possible(parent);
        Self {
            parent,
            conditions: Vec::new(),
            possible: possible.map(|all| all.iter().map(String::as_str).collect()),
        }
    }

    fn on(&self, condition: &'a str, types: &'a Types) -> Self {
        let mut possible = self.possible.clone();
        if let (Some(possible), Some(all)) = (&mut possible, types.possible(condition)) {
            possible.retain(|object| all.iter().any(|one| one == object));
        }
        let mut conditions = self.conditions.clone();
        conditions.push(condition);
        Self { parent: condition, conditions, possible }
    }

    /// Whether an object of a type gets here.
    pub(super) fn admits(&self, object: &str) -> bool {
        let possible = self.possible.as_ref();
        possible.is_none_or(|possible| possible.contains(&object))
    }

    /// Whether some object that gets here gets none of the fields below.
    fn leaves_out_any(&self, below: &[Selected<'_>]) -> bool {
        let is_for_all = |field: &Selected<'_>| field.place.conditions.is_empty();
        match &self.possible {
            Some(possible) if !below.iter().any(is_for_all) => {
                possible.iter().any(|object| !below.iter().any(|field| field.place.admits(object)))
            }
            _ => false,
        }
    }

    /// How many of the objects given get here.
    pub(super) fn count(&self, objects: &[String]) -> usize {
        objects.iter().filter(|object| self.admits(object)).count()
    }
}

/// Puts fields together that have the same key.
pub(super) fn by_key<'s, 'a: 's>(
    fields: impl IntoIterator<Item = &'s Selected<'a>>,
) -> ByKey<'s, 'a> {
    let mut groups = ByKey::new();
    for field in fields {
        groups.entry(field.key()).or_default().push(field);
    }
    groups
}

/// Whether objects of all these types get their keys in the order in which they are first selected for
/// any.
pub(super) fn has_one_order<'t>(
    fields: &[&Selected<'_>],
    mut objects: impl Iterator<Item = &'t str>,
) -> bool {
    let groups = by_key(fields.iter().copied());
    objects.all(|object| {
        let own = fields.iter().copied();
        let own = by_key(own.filter(|field| field.place.admits(object)));
        let places = own.keys().filter_map(|key| groups.get_index_of(key));
        places.is_sorted()
    })
}

/// The expansion of one operation.
pub(super) struct Expansion<'a> {
    document: &'a ExecutableDocument,
    types: &'a Types,
    /// The variables of the operation; none for one that does not run, of which nothing is skipped.
    given: Option<&'a Given<'a>>,
    /// Whether there are directives; fragments on a union, which the library takes for empty where the
    /// field around is not of that union; or objects that get nothing, for which it gives null.
    needs_merging: bool,
}

impl<'a> Expansion<'a> {
    pub(super) const fn new(
        document: &'a ExecutableDocument,
        types: &'a Types,
        given: Option<&'a Given<'a>>,
    ) -> Self {
        Self { document, types, given, needs_merging: false }
    }

    /// The fields at the root of an operation, and whether they must be merged even if none is selected
    /// again.
    pub(super) fn of(mut self, operation: &'a OperationDefinition) -> (Vec<Selected<'a>>, bool) {
        let place = Place::of(types::root(operation.ty), self.types);
        let mut fields = Vec::new();
        let set = &operation.selection_set.node;
        self.add(set, &Rc::new(place), false, &mut fields);
        (fields, self.needs_merging)
    }

    fn add(
        &mut self,
        set: &'a SelectionSet,
        place: &Rc<Place<'a>>,
        is_skipped: bool,
        fields: &mut Vec<Selected<'a>>,
    ) {
        for selection in &set.items {
            let directives = selection.node.directives();
            self.needs_merging |= !directives.is_empty();
            let is_skipped = is_skipped || self.skips(directives);
            let (condition, set) = match &selection.node {
                Selection::Field(field) => {
                    fields.push(self.field(field, place, is_skipped));
                    continue;
                }
                Selection::InlineFragment(inline) => {
                    (inline.node.type_condition.as_ref(), &inline.node.selection_set.node)
                }
                Selection::FragmentSpread(spread) => {
                    let name = &spread.node.fragment_name.node;
                    let Some(fragment) = self.document.fragments.get(name) else {
                        continue;
                    };
                    (Some(&fragment.node.type_condition), &fragment.node.selection_set.node)
                }
            };
            match condition.map(|condition| condition.node.on.node.as_str()) {
                Some(on) if on != place.parent => {
                    self.needs_merging |= self.types.is_union(on);
                    let place = Rc::new(place.on(on, self.types));
                    self.add(set, &place, is_skipped, fields);
                }
                _ => self.add(set, place, is_skipped, fields),
            }
        }
    }

    fn field(
        &mut self,
        field: &'a Positioned<Field>,
        place: &Rc<Place<'a>>,
        is_skipped: bool,
    ) -> Selected<'a> {
        let ty = self.types.of(place.parent, &field.node.name.node);
        let set = &field.node.selection_set.node;
        let mut below = Vec::with_capacity(set.items.len());
        if !set.items.is_empty() {
            let place = Rc::new(Place::of(ty.map_or("", types::name), self.types));
            self.add(set, &place, false, &mut below);
            self.needs_merging |= place.leaves_out_any(&below);
        }
        Selected { field, ty, place: Rc::clone(place), is_skipped, below }
    }

    fn skips(&self, directives: &[Positioned<Directive>]) -> bool {
        let Some(given) = self.given else {
            return false;
        };
        directives.iter().any(|directive| {
            let is =
                directive.node.get_argument("if").is_some_and(|value| is_true(&value.node, given));
            match directive.node.name.node.as_str() {
                "skip" => is,
                "include" => !is,
                _ => false,
            }
        })
    }
}

fn is_true(value: &Value, given: &Given<'_>) -> bool {
    match value {
        Value::Boolean(is) => *is,
        Value::Variable(name) => given.value(name) == Some(&ConstValue::Boolean(true)),
        _ => false,
    }
}
