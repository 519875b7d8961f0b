//! The published contract.

use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{
    BaseType, FieldDefinition, Type, TypeKind, TypeSystemDefinition,
};

/// Fields that may not be null though they have arguments or are root fields, each with why it cannot fail.
const SURE: &[(&str, &str, &str)] = &[
    ("Query", "viewer", "it is who asks, which is known before"),
    ("Query", "youngPeople", "it only holds others"),
    ("Query", "evidenceStandards", "they are in memory"),
    ("Publication", "citation", "it is made of the publication's own words"),
];

/// `schema.graphql` is what clients are generated from. After a change on purpose, write it anew with
/// `cargo run -- schema > schema.graphql` and read its diff as a client would.
#[test]
fn the_published_schema_is_the_one_that_the_code_makes() {
    let published =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../schema.graphql")).unwrap();
    assert!(published.trim_end() == api::sdl().trim_end(), "schema.graphql and the code differ");
}

#[test]
fn everything_in_the_schema_is_described() {
    let sdl = api::sdl();
    let mut previous = "";
    let mut bare = Vec::new();
    let mut within_description = false;
    for line in sdl.lines().map(str::trim) {
        if line.starts_with("\"\"\"") && !(line.len() > 3 && line.ends_with("\"\"\"")) {
            within_description = !within_description;
        }
        let is_described = previous.ends_with("\"\"\"");
        let declares = ["type ", "interface ", "input ", "enum ", "union ", "scalar "]
            .iter()
            .any(|word| line.starts_with(word))
            || line.contains(": ")
            || (!line.is_empty()
                && line.chars().all(|letter| letter.is_ascii_uppercase() || letter == '_'));
        let is_built_in = line.starts_with("schema")
            || line.starts_with("query:")
            || line.starts_with("mutation:")
            || line.starts_with("subscription:");
        // The end of a list of arguments belongs to a field that is looked at where it begins.
        let declares = declares && !line.starts_with(')');
        if declares
            && !is_described
            && !within_description
            && !line.starts_with("\"\"\"")
            && !is_built_in
        {
            bare.push(line.to_owned());
        }
        previous = line;
    }
    assert!(bare.is_empty(), "without a description: {bare:#?}");
}

/// What fails takes with it whatever is around it up to what may be null.
#[test]
fn what_can_fail_for_a_reason_of_its_own_may_be_null() {
    let mut wrong = Vec::new();
    let mut sure = SURE.to_vec();
    for (parent, field) in fields() {
        if parent == "Subscription" {
            continue;
        }
        let (name, ty) = (field.name.node.as_str(), &field.ty.node);
        let can_fail = ["Query", "Mutation"].contains(&parent.as_str())
            || !field.arguments.is_empty()
            || word(ty).ends_with("Connection")
            || word(ty).ends_with("Payload")
            || name == "totalCount";
        let listed = sure.iter().position(|(of, sure, _)| (*of, *sure) == (&parent, name));
        if let Some(listed) = listed {
            sure.swap_remove(listed);
        } else if can_fail && !ty.nullable {
            wrong.push(format!("{parent}.{name}: {ty}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(sure.is_empty(), "there is no such field: {sure:?}");
}

/// The fields of all objects and interfaces, each with its type's name.
fn fields() -> Vec<(String, FieldDefinition)> {
    let mut all = Vec::new();
    for definition in parse_schema(api::sdl()).unwrap().definitions {
        let TypeSystemDefinition::Type(definition) = definition else {
            continue;
        };
        let fields = match definition.node.kind {
            TypeKind::Object(object) => object.fields,
            TypeKind::Interface(interface) => interface.fields,
            _ => continue,
        };
        let parent = definition.node.name.node.to_string();
        all.extend(fields.into_iter().map(|field| (parent.clone(), field.node)));
    }
    all
}

/// A type's name without its lists and exclamation marks.
fn word(ty: &Type) -> &str {
    match &ty.base {
        BaseType::Named(name) => name,
        BaseType::List(item) => word(item),
    }
}
