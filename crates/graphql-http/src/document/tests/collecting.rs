//! What runs of a document: `CollectFields` and the merging of selection sets.

use std::fmt::Write;

use async_graphql::Positioned;
use async_graphql::parser::types::{Field, Selection, SelectionSet};
use async_graphql_value::Value;

use super::*;

const SDL: &str = "
    type Query { a: String b(n: Int): String node: Node pets: [Pet!]! both: Both dog: Dog fish: Fish }
    type Mutation { first(n: Int): Dog second: Dog }
    type Subscription { dogs: Dog }
    interface Node { id: ID! friend: Node }
    interface Pet implements Node { id: ID! name: String friend: Node dog: Dog }
    type Dog implements Node & Pet { id: ID! name: String friend: Node dog: Dog bark: String both: Both }
    type Cat implements Node & Pet { id: ID! name: String friend: Pet dog: Dog meow: String }
    type Fish implements Node { id: ID! friend: Fish fins: Int pets: [Pet] }
    union Both = Dog | Fish
";

fn types() -> Types {
    Types::from_sdl(SDL, SDL).unwrap()
}

fn checked_with(source: &str, variables: serde_json::Value) -> Checked {
    let variables = Variables::from_json(variables);
    check(source, None, &variables, &types(), &Limits::default()).unwrap()
}

/// What runs of a document, printed; what is written, if it is that.
fn runs(source: &str) -> String {
    runs_with(source, json!({}))
}

fn runs_with(source: &str, variables: serde_json::Value) -> String {
    let document = checked_with(source, variables).document;
    let (_, operation) = document.operations.iter().next().unwrap();
    let mut text = String::new();
    print_set(&operation.node.selection_set.node, &mut text);
    text
}

fn print_set(set: &SelectionSet, text: &mut String) {
    if set.items.is_empty() {
        return;
    }
    text.push_str(" {");
    for item in &set.items {
        match &item.node {
            Selection::Field(field) => {
                let Field { alias, name, .. } = &field.node;
                if let Some(alias) = alias {
                    write!(text, " {}:", alias.node).unwrap();
                }
                write!(text, " {}", name.node).unwrap();
                for directive in &field.node.directives {
                    write!(text, " @{}", directive.node.name.node).unwrap();
                }
                print_set(&field.node.selection_set.node, text);
            }
            Selection::InlineFragment(inline) => {
                let on = inline.node.type_condition.as_ref();
                let on = on.map_or("", |on| on.node.on.node.as_str());
                write!(text, " ... on {on}").unwrap();
                print_set(&inline.node.selection_set.node, text);
            }
            Selection::FragmentSpread(spread) => {
                write!(text, " ...{}", spread.node.fragment_name.node).unwrap();
            }
        }
    }
    text.push_str(" }");
}

#[test]
fn a_document_that_selects_nothing_again_runs_as_it_is_written() {
    for source in [
        "{ a dog { id name friend { id ... on Dog { bark } } } }",
        "{ node { ...F ... on Cat { meow } } } fragment F on Node { id }",
        "{ both { ... on Dog { id bark } ... on Fish { id fins } } }",
        "{ a __typename dog { __typename id } }",
    ] {
        let checked = checked_with(source, json!({}));
        assert!(checked.written.is_none(), "{source}");
    }
}

#[test]
fn a_field_runs_once_where_it_is_first_selected() {
    assert_eq!(runs("{ a dog { id } b a dog { name id } }"), " { a dog { id name } b }");
    assert_eq!(
        runs("{ ...F a ...F } fragment F on Query { b ...G } fragment G on Query { a b }"),
        " { b a }"
    );
    assert_eq!(runs("{ x: a ... { x: a a } }"), " { x: a a }");
    assert_eq!(
        runs("mutation { first(n: 1) { id } second { id } first(n: 1) { name } }"),
        " { first { id name } second { id } }"
    );
    assert_eq!(
        runs("mutation { ...F second { id } ...F } fragment F on Mutation { first { id } }"),
        " { first { id } second { id } }"
    );
}

#[test]
fn sets_are_merged_at_all_depths() {
    assert_eq!(
        runs("{ dog { friend { id } } dog { friend { id ... on Dog { bark } } dog { id } } }"),
        " { dog { friend { id ... on Dog { bark } } dog { id } } }"
    );
    assert_eq!(
        runs("{ pets { dog { dog { id } } } pets { dog { dog { name } id } } }"),
        " { pets { dog { dog { id name } id } } }"
    );
}

#[test]
fn fragments_that_do_not_apply_to_the_object_are_left_out() {
    assert_eq!(
        runs(
            "{ dog { ... on Node { id ... on Dog { bark } } ... on Pet { name id } ... on Both { ... on Dog { id } } } }"
        ),
        " { dog { id bark name } }"
    );
}

#[test]
fn directives_decide_before_fields_are_merged() {
    assert_eq!(runs("{ a @skip(if: true) b a @include(if: true) }"), " { b a }");
    assert_eq!(runs("{ a @include(if: false) b }"), " { b }");
    assert_eq!(
        runs("{ ... @skip(if: true) { a } ...F @include(if: false) b } fragment F on Query { a }"),
        " { b }"
    );
    assert_eq!(runs("{ dog { id } dog @skip(if: true) { name } }"), " { dog { id } }");
    let source = "query($yes: Boolean = true, $no: Boolean!) {
        a @include(if: $yes) b @include(if: $no) dog { id @skip(if: $yes) name @skip(if: $no) } }";
    assert_eq!(runs_with(source, json!({"no": false})), " { a dog { name } }");
    assert_eq!(runs_with(source, json!({"yes": false, "no": true})), " { b dog { id } }");
    assert_eq!(runs_with(source, json!({"yes": null, "no": true})), " { b dog { id } }");
}

#[test]
fn an_object_that_gets_nothing_tells_its_type() {
    assert_eq!(runs("{ dog { id @skip(if: true) } }"), " { dog { (any): __typename } }");
    assert_eq!(runs("{ a @skip(if: true) }"), " { (any): __typename }");
    assert_eq!(
        runs("{ node { ... on Dog { id } } }"),
        " { node { (any): __typename ... on Dog { id } } }"
    );
    for source in [
        "{ node { id ... on Dog { bark } } }",
        "{ dog { ... on Pet { name } } }",
        "{ both { ... on Dog { id } ... on Fish { fins } } }",
    ] {
        assert!(checked_with(source, json!({})).written.is_none(), "{source}");
    }
}

#[test]
fn objects_with_an_order_of_their_own_are_written_apart() {
    assert_eq!(
        runs("{ both { ... on Dog { id friend { id } } ... on Fish { friend { id } id } } }"),
        " { both { (object): __typename ... on Dog { id friend { id } } ... on Fish { friend { id } id } } }"
    );
    assert_eq!(
        runs("{ both { ... on Dog { id friend { id } } ... on Fish { id fins friend { id } } } }"),
        " { both { (object): __typename ... on Dog { id friend { id } } ... on Fish { id fins friend { id } } } }"
    );
    assert_eq!(
        runs("{ both { ... on Dog { id bark } ... on Fish { fins id } } }"),
        " { both { (object): __typename ... on Dog { id bark } ... on Fish { fins id } } }"
    );
}

#[test]
fn below_an_interface_a_field_is_written_for_each_object_only_where_they_differ() {
    assert_eq!(
        runs("{ node { id ... on Dog { id bark } } }"),
        " { node { id ... on Dog { bark } } }"
    );
    assert_eq!(
        runs("{ node { ... on Dog { id } id ... on Cat { meow } } }"),
        " { node { id ... on Cat { meow } } }"
    );
    assert_eq!(
        runs("{ node { ... on Pet { name } ... on Pet { name } } }"),
        " { node { (any): __typename ... on Pet { name } } }"
    );
    assert_eq!(
        runs("{ node { friend { id } ... on Dog { friend { friend { id } } } } }"),
        " { node { ... on Dog { friend { id friend { id } } } ... on Cat { friend { id } } ... on Fish { friend { id } } } }"
    );
}

#[test]
fn what_is_written_is_a_field_of_the_type_it_is_written_for() {
    assert_eq!(
        runs("{ both { ... on Node { id } ... on Node { id } } }"),
        " { both { ... on Node { id } } }"
    );
    // A cat's friend is a pet, so that nothing is written for a fish there.
    assert_eq!(
        runs(
            "{ node { ... on Cat { friend { name } } ... on Node { friend { ... on Fish { fins } id } } } }"
        ),
        " { node { ... on Dog { friend { ... on Fish { fins } id } } ... on Fish { friend { fins id } } ... on Cat { friend { name id } } } }"
    );
}

#[test]
fn long_arguments_are_not_written_many_times() {
    let list = "1 ".repeat(600);
    let each = "... on Dog { friend { id } } friend ";
    let source = format!(
        "{{ node {{ {}friend {{ ... on Dog {{ x: unknown(list: [{list}]) }} }}{} }} }}",
        format!("{each}{{ ").repeat(9),
        " }".repeat(9)
    );
    let variables = Variables::default();
    let refused = check(&source, None, &variables, &types(), &Limits::default()).unwrap_err();
    assert_eq!(refused.code, Code::TooComplex);
}

#[test]
fn a_union_is_written_as_its_objects() {
    assert_eq!(
        runs("{ node { ... on Both { ... on Node { id } } } }"),
        " { node { (any): __typename ... on Dog { id } ... on Fish { id } } }"
    );
    let in_its_own = "{ both { ... on Both { ... on Dog { bark } ... on Fish { fins } } } }";
    assert!(checked_with(in_its_own, json!({})).written.is_none());
}

#[test]
fn introspection_is_merged_too() {
    assert_eq!(
        runs(
            "{ __schema { types { name } } __schema { types { ...T } queryType { name } } } fragment T on __Type { kind name }"
        ),
        " { __schema { types { name kind } queryType { name } } }"
    );
}

#[test]
fn a_subscription_has_its_field_at_the_root() {
    let source =
        "subscription { ...F ... { dogs { name } } } fragment F on Subscription { dogs { id } }";
    assert_eq!(runs(source), " { dogs { id name } }");
    assert_eq!(runs("subscription { ... { dogs { name } } }"), " { dogs { name } }");
}

#[test]
fn what_runs_keeps_the_name_and_the_variables_that_it_uses() {
    let source = "query R { a } query Q($n: Int, $m: Int, $no: Boolean!) { b(n: $n) b(n: $n) x: b(n: $m) @include(if: $no) }";
    let variables = Variables::from_json(json!({"no": false}));
    let checked = check(source, Some("Q"), &variables, &types(), &Limits::default()).unwrap();
    let operations: Vec<_> = checked.document.operations.iter().collect();
    let [(Some(name), operation)] = operations[..] else {
        unreachable!("one operation runs, and it has a name");
    };
    assert_eq!(name.as_str(), "Q");
    let declared = &operation.node.variable_definitions;
    let declared: Vec<_> = declared.iter().map(|one| one.node.name.node.as_str()).collect();
    assert_eq!(declared, ["n"]);
    assert_eq!(checked.written.unwrap().operations.iter().len(), 2);
}

#[test]
fn what_runs_is_what_is_paid() {
    let cost = |source: &str| checked_with(source, json!({})).cost.complexity;
    assert_eq!(cost("{ pets { name } pets { name } a a a }"), cost("{ pets { name } a }"));
    assert_eq!(cost("{ a b @skip(if: true) }"), 1);
    // Writing a field for each object costs no more than what it was made of.
    assert!(
        cost("{ node { friend { id } ... on Dog { friend { friend { id } } } } }")
            <= cost("{ node { friend { id } x: friend { friend { id } } } }")
    );
}

#[test]
fn merging_that_multiplies_is_refused() {
    // Each level is written for three objects, of which one gets something else.
    let mut inner = "id".to_owned();
    for _ in 0..13 {
        inner = format!("friend {{ {inner} }} ... on Dog {{ friend {{ id }} }}");
    }
    let source = format!("{{ node {{ {inner} }} }}");
    let variables = Variables::default();
    let refused = check(&source, None, &variables, &types(), &Limits::default()).unwrap_err();
    assert_eq!(refused.code, Code::TooComplex);
    assert!(refused.message.contains("types of objects"), "{}", refused.message);
}

/// A selection that fits some type; what does not fit where it is printed is left out.
#[derive(Debug, Clone)]
enum Node {
    Field(&'static str, Vec<Node>),
    On(&'static str, Vec<Node>),
    Bare(Vec<Node>),
    Skip(bool, Box<Node>),
}

const FIELDS: [&str; 14] = [
    "a",
    "node",
    "pets",
    "both",
    "dog",
    "fish",
    "id",
    "friend",
    "name",
    "bark",
    "meow",
    "fins",
    "first",
    "__typename",
];

fn nodes() -> impl Strategy<Value = Vec<Node>> {
    let leaf = prop::sample::select(FIELDS.to_vec()).prop_map(|name| Node::Field(name, Vec::new()));
    let tree = leaf.prop_recursive(6, 60, 5, |inner| {
        let some = || prop::collection::vec(inner.clone(), 1..6);
        let on = prop::sample::select(vec!["Node", "Pet", "Both", "Dog", "Cat", "Fish"]);
        prop_oneof![
            4 => (prop::sample::select(FIELDS.to_vec()), some()).prop_map(|(name, below)| Node::Field(name, below)),
            3 => (on, some()).prop_map(|(on, below)| Node::On(on, below)),
            1 => some().prop_map(Node::Bare),
            1 => (any::<bool>(), inner.clone()).prop_map(|(skip, node)| Node::Skip(skip, Box::new(node))),
        ]
    });
    prop::collection::vec(tree, 1..6)
}

/// Prints what fits a type; nothing if nothing does.
fn print(nodes: &[Node], parent: &str, types: &Types) -> String {
    let printed = nodes.iter().map(|node| print_one(node, parent, types, ""));
    printed.collect::<Vec<_>>().join(" ")
}

fn print_one(node: &Node, parent: &str, types: &Types, directive: &str) -> String {
    let set = |inner: String| match inner.trim().is_empty() {
        true => String::new(),
        false => format!("{directive} {{ {inner} }}"),
    };
    match node {
        Node::Skip(skip, node) => print_one(node, parent, types, &format!("@skip(if: {skip})")),
        Node::Bare(below) => match set(print(below, parent, types)) {
            inner if inner.is_empty() => inner,
            inner => format!("... {inner}"),
        },
        Node::On(on, below) => {
            let both = |one: &String| types.possible(on).unwrap().contains(one);
            if !types.possible(parent).unwrap().iter().any(both) {
                return String::new();
            }
            match set(print(below, on, types)) {
                inner if inner.is_empty() => inner,
                inner => format!("... on {on} {inner}"),
            }
        }
        Node::Field(name, below) => {
            let Some(ty) = types.of(parent, name) else {
                return String::new();
            };
            let ty = type_name(ty);
            if types.possible(ty).is_none() {
                return format!("{name} {directive}");
            }
            match set(print(below, ty, types)) {
                inner if inner.is_empty() => inner,
                inner => format!("{name} {inner}"),
            }
        }
    }
}

/// What an object of a type is asked, as the specification collects it: keys in order, and for each
/// object that may stand there what it is asked in turn. `most` tells how often a field may be selected.
fn collected(sets: &[&SelectionSet], object: &str, types: &Types, most: usize) -> String {
    let mut groups: Vec<(&str, Vec<&Field>)> = Vec::new();
    for set in sets {
        collect(set, object, types, &mut groups);
    }
    let mut text = String::new();
    for (key, fields) in groups {
        if key == ANY || key == OBJECT {
            continue;
        }
        assert!(fields.len() <= most, "{key} of {object} runs {} times", fields.len());
        let below: Vec<_> = fields.iter().map(|field| &field.selection_set.node).collect();
        write!(text, "{key}(").unwrap();
        let ty = types.of(object, &fields[0].name.node).map(type_name);
        for possible in ty.and_then(|ty| types.possible(ty)).unwrap_or_default() {
            write!(text, "{possible}:{} ", collected(&below, possible, types, most)).unwrap();
        }
        text.push(')');
    }
    text
}

/// That each field is one of the type that it is selected from, each fragment may apply, and no set is
/// empty.
fn assert_valid(set: &SelectionSet, parent: &str, types: &Types) {
    assert!(!set.items.is_empty(), "nothing is selected from {parent}");
    for item in &set.items {
        match &item.node {
            Selection::Field(field) => {
                let name = &field.node.name.node;
                let ty = types.of(parent, name);
                let ty = type_name(ty.unwrap_or_else(|| unreachable!("{name} of {parent}")));
                if types.possible(ty).is_some() {
                    assert_valid(&field.node.selection_set.node, ty, types);
                }
            }
            Selection::InlineFragment(inline) => {
                let on = inline.node.type_condition.as_ref();
                let on = on.map_or(parent, |on| on.node.on.node.as_str());
                let possible = types.possible(parent).unwrap();
                let applies = types.possible(on).unwrap().iter().any(|one| possible.contains(one));
                assert!(applies, "{on} within {parent}");
                assert_valid(&inline.node.selection_set.node, on, types);
            }
            Selection::FragmentSpread(_) => unreachable!("the documents here have no fragments"),
        }
    }
}

fn collect<'d>(
    set: &'d SelectionSet,
    object: &str,
    types: &Types,
    groups: &mut Vec<(&'d str, Vec<&'d Field>)>,
) {
    for item in &set.items {
        let is_skipped = item.node.directives().iter().any(|directive| {
            let condition: Option<&Positioned<Value>> = directive.node.get_argument("if");
            condition.unwrap().node == Value::Boolean(true)
        });
        if is_skipped {
            continue;
        }
        match &item.node {
            Selection::Field(field) => {
                let key = field.node.response_key().node.as_str();
                match groups.iter_mut().find(|(known, _)| *known == key) {
                    Some((_, fields)) => fields.push(&field.node),
                    None => groups.push((key, vec![&field.node])),
                }
            }
            Selection::InlineFragment(inline) => {
                let on = inline.node.type_condition.as_ref();
                let applies = on.is_none_or(|on| {
                    let possible = types.possible(&on.node.on.node).unwrap();
                    possible.iter().any(|one| one == object)
                });
                if applies {
                    collect(&inline.node.selection_set.node, object, types, groups);
                }
            }
            Selection::FragmentSpread(_) => unreachable!("the documents here have no fragments"),
        }
    }
}

proptest! {
    #[test]
    fn what_runs_asks_for_what_is_written_and_for_each_field_once(nodes in nodes(), kind in 0..2) {
        let types = types();
        let (root, kind) = [("Query", ""), ("Mutation", "mutation")][kind as usize];
        let source = print(&nodes, root, &types);
        prop_assume!(!source.trim().is_empty());
        let source = format!("{kind} {{ {source} }}");
        let limits = Limits {
            root_fields: usize::MAX,
            directives: usize::MAX,
            depth: usize::MAX,
            complexity: u64::MAX,
            comparisons: usize::MAX,
            ..Limits::default()
        };
        let checked = match check(&source, None, &Variables::default(), &types, &limits) {
            Ok(checked) => checked,
            Err(refusal) => return Err(TestCaseError::fail(format!("{source}: {}", refusal.message))),
        };
        let ask = |document: &ExecutableDocument, most| {
            let (_, operation) = document.operations.iter().next().unwrap();
            collected(&[&operation.node.selection_set.node], root, &types, most)
        };
        let (_, operation) = checked.document.operations.iter().next().unwrap();
        assert_valid(&operation.node.selection_set.node, root, &types);
        let written = checked.written.as_ref().unwrap_or(&checked.document);
        prop_assert_eq!(ask(written, usize::MAX), ask(&checked.document, 1));
    }
}
