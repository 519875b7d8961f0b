//! The shape that the data of an answer must have.
//!
//! The library leaves a field that failed out of its object, even one that may not be null, and
//! puts the fields in the order in which they were ready. The specification wants null for the
//! field, or for the nearest thing around it that may be null, and the order of the document: a
//! client with generated types, or one that compares answers, depends on it.

use std::collections::HashMap;

use async_graphql::{
    Name, PathSegment, Value,
    indexmap::IndexMap,
    parser::types::{BaseType, ExecutableDocument, Selection, SelectionSet, Type},
};

use crate::document::{ANY, Known, OBJECT, Types, type_name};

/// The fields of an object, in order, with fragments expanded.
///
/// Built after the checks of the document: these bound its size.
#[derive(Debug, Default)]
pub(super) struct Shape<'t> {
    fields: Vec<Field<'t>>,
    /// The key under which the object tells its type, which the answer leaves out.
    mark: Option<&'static str>,
    /// The fields of each type of object, where these have an order of their own.
    objects: HashMap<String, Self>,
}

#[derive(Debug)]
struct Field<'t> {
    key: Name,
    /// None when it is not known, as below `__schema`: then null is taken to be allowed.
    ty: Option<&'t Type>,
    /// Whether it is null only where an error says so.
    is_given: bool,
    below: Shape<'t>,
}

/// The paths of errors below a value, from there on.
type Failures<'e> = [&'e [PathSegment]];

impl<'t> Shape<'t> {
    /// Adds what a selection set asks of an object of a type.
    pub(super) fn add(
        &mut self,
        set: &SelectionSet,
        parent: &str,
        document: &ExecutableDocument,
        types: &'t Types,
    ) {
        for selection in &set.items {
            match &selection.node {
                Selection::Field(field) if field.node.response_key().node == ANY => {
                    self.mark = Some(ANY);
                }
                Selection::Field(field) if field.node.response_key().node == OBJECT => {
                    self.mark = Some(OBJECT);
                }
                Selection::Field(field) => {
                    let key = &field.node.response_key().node;
                    let known = types.known(parent, &field.node.name.node);
                    let place = self.place(key, known);
                    let set = &field.node.selection_set.node;
                    let parent = known.map_or("", |known| type_name(&known.ty));
                    self.fields[place].below.add(set, parent, document, types);
                }
                Selection::InlineFragment(inline) => {
                    let condition = inline.node.type_condition.as_ref();
                    let parent = condition.map_or(parent, |on| on.node.on.node.as_str());
                    let shape = match self.mark {
                        Some(OBJECT) => self.objects.entry(parent.to_owned()).or_default(),
                        _ => &mut *self,
                    };
                    shape.add(&inline.node.selection_set.node, parent, document, types);
                }
                Selection::FragmentSpread(spread) => {
                    if let Some(fragment) = document.fragments.get(&spread.node.fragment_name.node)
                    {
                        let parent = fragment.node.type_condition.node.on.node.as_str();
                        self.add(&fragment.node.selection_set.node, parent, document, types);
                    }
                }
            }
        }
    }

    /// Where the field with a key stands, which is where it was first asked for.
    fn place(&mut self, key: &Name, known: Option<&'t Known>) -> usize {
        let ty = known.map(|known| &known.ty);
        let is_given = known.is_some_and(|known| known.is_given);
        let found = self.fields.iter().position(|field| field.key == *key);
        let place = found.unwrap_or_else(|| {
            self.fields.push(Field { key: key.clone(), ty, is_given, below: Self::default() });
            self.fields.len() - 1
        });
        // Objects of different types may have different fields under one key.
        if ty.is_none_or(|ty| ty.nullable) {
            self.fields[place].ty = ty;
        }
        self.fields[place].is_given &= is_given;
        place
    }

    /// Gives the data of an operation this shape, knowing the paths of its errors.
    pub(super) fn settle(&self, data: &mut Value, failures: &Failures<'_>) {
        if *data == Value::Null {
            *data = Value::Object(IndexMap::new());
        }
        if !self.settle_object(data, failures) {
            *data = Value::Null;
        }
    }

    /// Whether the object stands; else it is to be null.
    fn settle_object(&self, value: &mut Value, failures: &Failures<'_>) -> bool {
        let Value::Object(object) = value else {
            return true;
        };
        let mark = self.mark.and_then(|mark| object.shift_remove(mark));
        if let Some(Value::String(name)) = mark
            && let Some(shape) = self.objects.get(&name)
        {
            return shape.settle_object(value, failures);
        }
        if failures.is_empty() && self.is_in_order(object) {
            for field in &self.fields {
                if !field.below.is_empty()
                    && let Some(value) = object.get_mut(&field.key)
                    && !field.settle(value, field.ty, &[])
                {
                    return false;
                }
            }
            return true;
        }
        let mut given = std::mem::take(object);
        for field in &self.fields {
            let failures = below(failures, &field.key);
            let value = given.swap_remove(&field.key);
            // Without an error it was skipped, or is no field of this type of object.
            if value.is_none() && failures.is_empty() {
                continue;
            }
            let mut value = value.unwrap_or(Value::Null);
            if !field.settle(&mut value, field.ty, &failures) {
                return false;
            }
            object.insert(field.key.clone(), value);
        }
        object.extend(given);
        true
    }

    fn is_empty(&self) -> bool {
        self.fields.is_empty() && self.mark.is_none()
    }

    fn is_in_order(&self, object: &IndexMap<Name, Value>) -> bool {
        let mut fields = self.fields.iter();
        object.keys().all(|key| fields.any(|field| field.key == *key))
    }
}

impl Field<'_> {
    /// Whether the value may stand here; if not, what is around it is to be null.
    fn settle(&self, value: &mut Value, ty: Option<&Type>, failures: &Failures<'_>) -> bool {
        let may_be_null = ty.is_none_or(|ty| ty.nullable);
        let stands = match value {
            Value::List(items) => {
                let item_type = ty.and_then(|ty| match &ty.base {
                    BaseType::List(item) => Some(&**item),
                    BaseType::Named(_) => None,
                });
                let failures = by_item(failures);
                items.iter_mut().enumerate().all(|(index, item)| {
                    let failures = failures.get(&index).map_or(&[][..], Vec::as_slice);
                    self.settle(item, item_type, failures)
                })
            }
            Value::Object(_) => self.below.settle_object(value, failures),
            Value::Null if self.is_emptied_object(ty, failures) => {
                *value = Value::Object(IndexMap::new());
                self.below.settle_object(value, failures)
            }
            Value::Null => false,
            _ => true,
        };
        if !stands {
            *value = Value::Null;
        }
        stands || may_be_null
    }

    /// Whether null stands for an object whose fields all failed or were all skipped: the library
    /// makes no difference. It is surely null when its own error says so.
    fn is_emptied_object(&self, ty: Option<&Type>, failures: &Failures<'_>) -> bool {
        let is_named = |ty: &Type| matches!(ty.base, BaseType::Named(_));
        let is_object = ty.is_some_and(is_named);
        let is_given = self.is_given && self.ty.is_some_and(is_named);
        let may_be_null = !is_given && ty.is_none_or(|ty| ty.nullable);
        is_object
            && !self.below.is_empty()
            && failures.iter().all(|path| !path.is_empty())
            && (!failures.is_empty() || !may_be_null)
    }
}

/// The failures below a field, from there on.
fn below<'e>(failures: &Failures<'e>, key: &str) -> Vec<&'e [PathSegment]> {
    let inside = failures.iter().filter_map(|path| match path.split_first() {
        Some((PathSegment::Field(first), rest)) if first == key => Some(rest),
        _ => None,
    });
    inside.collect()
}

/// The failures below each item of a list, from there on.
fn by_item<'e>(failures: &Failures<'e>) -> HashMap<usize, Vec<&'e [PathSegment]>> {
    let mut items: HashMap<usize, Vec<_>> = HashMap::new();
    for path in failures {
        if let Some((PathSegment::Index(index), rest)) = path.split_first() {
            items.entry(*index).or_default().push(rest);
        }
    }
    items
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::{parse_query, types::DocumentOperations};
    use serde_json::json;

    use super::*;

    const SDL: &str = "
        type Query { study: Study studyMust: Study! studies: [Study!]! maybe: [Study] title: String page: Page }
        type Study { id: ID! title: String centre: Centre! }
        type Centre { name: String! id: ID! title: String }
        union Thing = Study | Centre
        extend type Query { things: [Thing] }
        type Page { count: Int nodes: [Study!]! }
    ";
    /// What the resolvers give: a page always, unless it fails.
    const RESOLVED: &str = "type Query { study: Study page: Page! }";

    /// Settles what the library gave, with errors at the paths written with dots.
    fn settled(query: &str, given: serde_json::Value, errors: &[&str]) -> String {
        let types = Types::from_sdl(SDL, RESOLVED).unwrap();
        let document = parse_query(query).unwrap();
        let mut shape = Shape::default();
        if let DocumentOperations::Single(operation) = &document.operations {
            let set = &operation.node.selection_set.node;
            shape.add(set, "Query", &document, &types);
        }
        let paths: Vec<Vec<PathSegment>> = errors
            .iter()
            .map(|path| {
                let segments = path.split('.').map(|segment| match segment.parse() {
                    Ok(index) => PathSegment::Index(index),
                    Err(_) => PathSegment::Field(segment.to_owned()),
                });
                segments.collect()
            })
            .collect();
        let failures: Vec<_> = paths.iter().map(Vec::as_slice).collect();
        let mut data = Value::from_json(given).unwrap();
        shape.settle(&mut data, &failures);
        serde_json::to_string(&data).unwrap()
    }

    #[test]
    fn keys_stand_in_the_order_of_the_document_through_fragments_and_lists() {
        let query = "{ title studies { ...F title } } fragment F on Study { id centre { name } }";
        let given =
            json!({"studies": [{"title": "t", "centre": {"name": "n"}, "id": "1"}], "title": "x"});
        assert_eq!(
            settled(query, given, &[]),
            r#"{"title":"x","studies":[{"id":"1","centre":{"name":"n"},"title":"t"}]}"#
        );
    }

    #[test]
    fn a_failed_field_that_may_be_null_is_null() {
        assert_eq!(
            settled("{ title study { id } }", json!({"study": {"id": "1"}}), &["title"]),
            r#"{"title":null,"study":{"id":"1"}}"#
        );
    }

    #[test]
    fn a_failed_field_that_may_not_be_null_takes_the_nearest_that_may_be() {
        let query = "{ title study { id centre { name } } }";
        let given = json!({"title": "x", "study": {"id": "1", "centre": null}});
        assert_eq!(settled(query, given, &["study.centre.name"]), r#"{"title":"x","study":null}"#);
        assert_eq!(
            settled("{ title studyMust { id } }", json!({"title": "x"}), &["studyMust"]),
            "null"
        );
    }

    #[test]
    fn an_item_that_may_not_be_null_takes_its_list_with_it_and_another_does_not() {
        let items = json!([{"id": "1", "title": "a"}, {"title": "b"}]);
        assert_eq!(
            settled("{ maybe { id title } }", json!({"maybe": items}), &["maybe.1.id"]),
            r#"{"maybe":[{"id":"1","title":"a"},null]}"#
        );
        assert_eq!(
            settled("{ studies { id title } }", json!({"studies": items}), &["studies.1.id"]),
            "null"
        );
    }

    #[test]
    fn an_object_of_which_all_fields_failed_has_them_null() {
        assert_eq!(settled("{ title }", json!(null), &["title"]), r#"{"title":null}"#);
        assert_eq!(
            settled("{ study { title } }", json!({"study": null}), &["study.title"]),
            r#"{"study":{"title":null}}"#
        );
    }

    #[test]
    fn what_is_null_without_an_error_stays_null_and_what_was_skipped_stays_away() {
        let query = "{ study { id } title @skip(if: true) }";
        assert_eq!(settled(query, json!({"study": null}), &[]), r#"{"study":null}"#);
        assert_eq!(settled("{ title @skip(if: true) }", json!(null), &[]), "{}");
    }

    /// Settles what the library gave for a document whose fields were merged.
    fn settled_as_merged(query: &str, given: serde_json::Value) -> String {
        let types = Types::from_sdl(SDL, RESOLVED).unwrap();
        let limits = crate::document::Limits::default();
        let checked =
            crate::document::check(query, None, &Default::default(), &types, &limits).unwrap();
        let mut shape = Shape::default();
        let (_, operation) = checked.document.operations.iter().next().unwrap();
        let set = &operation.node.selection_set.node;
        shape.add(set, "Query", &checked.document, &types);
        let mut data = Value::from_json(given).unwrap();
        shape.settle(&mut data, &[]);
        serde_json::to_string(&data).unwrap()
    }

    #[test]
    fn an_object_that_gets_nothing_is_empty_and_its_mark_is_not_told() {
        let query = "{ things { ... on Study { id } } }";
        let given = json!({"things": [{"(any)": "Centre"}, {"id": "1", "(any)": "Study"}, null]});
        assert_eq!(settled_as_merged(query, given), r#"{"things":[{},{"id":"1"},null]}"#);
        let given = json!({"study": {"(any)": "Study"}});
        assert_eq!(settled_as_merged("{ study { id @skip(if: true) } }", given), r#"{"study":{}}"#);
    }

    #[test]
    fn each_type_of_object_has_its_own_order_and_its_own_nulls() {
        let query = "{ things { ... on Study { id title } ... on Centre { title id } } }";
        let given = json!({"things": [
            {"(object)": "Centre", "id": "1", "title": "a"},
            {"title": "b", "id": "2", "(object)": "Study"},
        ]});
        assert_eq!(
            settled_as_merged(query, given),
            r#"{"things":[{"title":"a","id":"1"},{"id":"2","title":"b"}]}"#
        );
    }

    #[test]
    fn what_only_an_error_makes_null_is_an_object_when_all_of_it_was_skipped() {
        let query = "{ page { count @skip(if: true) } title }";
        let given = || json!({"page": null, "title": "x"});
        assert_eq!(settled(query, given(), &[]), r#"{"page":{},"title":"x"}"#);
        assert_eq!(settled(query, given(), &["page"]), r#"{"page":null,"title":"x"}"#);
    }

    #[test]
    fn an_object_that_failed_itself_is_null() {
        assert_eq!(
            settled("{ study { title } }", json!({"study": null}), &["study"]),
            r#"{"study":null}"#
        );
    }
}
