//! What passes, what does not, and why.

mod collecting;
mod overlapping;
mod overlapping_law;

use async_graphql::{Variables, parser::types::OperationType};
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::protocol::Code;

/// Prices as a schema may have them.
const PRICES: Prices = Prices {
    fields: &[("search", 200), ("statistics", 500)],
    usual_lengths: &[("narrower", 10), ("predecessors", 5), ("successors", 5)],
};

fn priced() -> Limits {
    Limits { prices: PRICES, ..Limits::default() }
}

fn checked(source: &str) -> Result<Checked, Refusal> {
    checked_within(source, &priced())
}

fn checked_within(source: &str, limits: &Limits) -> Result<Checked, Refusal> {
    check(source, None, &Variables::default(), &Types::default(), limits)
}

fn cost(source: &str) -> Cost {
    checked(source).unwrap().cost
}

fn cost_with(source: &str, variables: serde_json::Value) -> Cost {
    let variables = Variables::from_json(variables);
    check(source, None, &variables, &Types::default(), &priced()).unwrap().cost
}

fn refused(source: &str) -> Code {
    match checked(source) {
        Ok(checked) => unreachable!("{source:.80} passed with {:?}", checked.cost),
        Err(refusal) => refusal.code,
    }
}

/// The query that GraphiQL sends first, with all its options.
const INTROSPECTION: &str = "query IntrospectionQuery { __schema { description
    queryType { name kind } mutationType { name kind } subscriptionType { name kind }
    types { ...FullType }
    directives { name description isRepeatable locations
      args(includeDeprecated: true) { ...InputValue } } } }
  fragment FullType on __Type { kind name description specifiedByURL isOneOf
    fields(includeDeprecated: true) { name description
      args(includeDeprecated: true) { ...InputValue } type { ...TypeRef }
      isDeprecated deprecationReason }
    inputFields(includeDeprecated: true) { ...InputValue }
    interfaces { ...TypeRef }
    enumValues(includeDeprecated: true) { name description isDeprecated deprecationReason }
    possibleTypes { ...TypeRef } }
  fragment InputValue on __InputValue { name description type { ...TypeRef } defaultValue
    isDeprecated deprecationReason }
  fragment TypeRef on __Type { kind name ofType { kind name ofType { kind name ofType { kind name
    ofType { kind name ofType { kind name ofType { kind name ofType { kind name
    ofType { kind name ofType { kind name } } } } } } } } } }";

/// A chain of fragments, each spreading the next twice.
fn fragment_bomb(levels: usize) -> String {
    let mut source = String::from("{ ...F0 }");
    for level in 0..levels {
        let next = level + 1;
        source += &format!(" fragment F{level} on Query {{ ...F{next} ...F{next} }}");
    }
    source + &format!(" fragment F{levels} on Query {{ __typename }}")
}

#[test]
fn the_introspection_query_of_graphiql_passes() {
    let cost = cost(INTROSPECTION);
    assert_eq!(cost.depth, 15);
    assert!(cost.tokens < 300 && cost.fields < 300, "{cost:?}");
}

#[test]
fn introspection_that_walks_in_circles_is_refused() {
    let circles =
        "{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }";
    assert_eq!(refused(circles), Code::TooDeep);
    let within_the_limit = "{ __schema { types { fields { type { fields { name } } } } } }";
    assert!(checked(within_the_limit).is_ok());
}

#[test]
fn the_schema_costs_as_much_as_its_answer_is_large() {
    assert!(cost("{ __schema { queryType { name } } }").complexity > 1_000);
}

#[test]
fn a_chain_of_fragments_that_doubles_is_refused_after_one_look_at_each_selection() {
    let source = fragment_bomb(25);
    assert!(source.len() < 1_300);
    let refusal = checked(&source).unwrap_err();
    assert_eq!(refusal.code, Code::TooManyFields);
    assert!(refusal.message.contains("33554432"), "{}", refusal.message);

    let generous = Limits {
        fields: usize::MAX,
        spreads: usize::MAX,
        root_fields: usize::MAX,
        ..Limits::default()
    };
    let (_, document) = read(&source, &generous).unwrap();
    let operation = operation::choose(&document, None).unwrap();
    let variables = Variables::default();
    let given = Given::new(&operation.variable_definitions, &variables, &generous).unwrap();
    let walk = Walk::new(&document, &given, &generous);
    let seen = walk.measure(operation).unwrap();
    assert_eq!(seen.selections, 52);
    assert_eq!(seen.fields, 1 << 25);
}

#[test]
fn a_chain_of_fragments_too_long_to_count_is_refused_all_the_same() {
    let limits = Limits { nesting: 200, fragments: 200, ..Limits::default() };
    let refusal = checked_within(&fragment_bomb(100), &limits).unwrap_err();
    assert_eq!(refusal.code, Code::TooManyFields);
}

#[test]
fn a_long_chain_of_single_fragments_is_too_deep() {
    let mut source = String::from("{ ...F0 }");
    for level in 0..60 {
        source += &format!(" fragment F{level} on Query {{ ...F{} }}", level + 1);
    }
    source += " fragment F60 on Query { __typename }";
    assert_eq!(refused(&source), Code::TooDeep);
}

#[test]
fn fragments_do_not_hide_depth() {
    let source = "{ a { ...A } } fragment A on T { b { c { ...B } } } fragment B on T { d { e } }";
    assert_eq!(cost(source).depth, 5);
    let deep = format!("{}{}", "{a".repeat(17), "}".repeat(17));
    assert_eq!(refused(&deep), Code::TooDeep);
    let in_fragments =
        format!("{{ ...F }} fragment F on T {}{}", "{ ... { a".repeat(17), "} }".repeat(17));
    assert_eq!(refused(&in_fragments), Code::TooDeep);
}

#[test]
fn a_fragment_that_contains_itself_is_refused() {
    let direct = "{ ...A } fragment A on T { ...A }";
    assert_eq!(refused(direct), Code::GraphqlValidationFailed);
    let through_another = "{ a } fragment A on T { b { ...B } } fragment B on T { ...A }";
    assert_eq!(refused(through_another), Code::GraphqlValidationFailed);
}

#[test]
fn unknown_directives_are_refused_wherever_they_stand() {
    for source in [
        "query @a { x }",
        "query($n: Int @a) { x }",
        "{ x @a }",
        "{ __typename @a }",
        "{ ... @a { x } }",
        "{ ...F @a } fragment F on T { x }",
        "{ x } fragment F on T @a { x }",
        "{ x @deprecated }",
    ] {
        assert_eq!(refused(source), Code::GraphqlValidationFailed, "{source}");
    }
    assert!(checked("{ x @skip(if: true) ... @include(if: false) { y } }").is_ok());
}

#[test]
fn many_of_anything_is_refused_with_its_own_code() {
    let of = |count: usize, one: &str| format!("{{ {} }}", one.repeat(count));
    let cases = [
        (of(21, "a "), Code::TooManyRootFields),
        (format!("{{ r {} }}", of(51, "b: a ")), Code::TooManyAliases),
        (format!("{{ r {} }}", of(51, "a @skip(if: true) ")), Code::TooManyDirectives),
        (operations(21), Code::TooManyOperations),
        (
            (0..101).fold("{ a }".to_owned(), |source, n| {
                source + &format!(" fragment F{n} on T {{ a }}")
            }),
            Code::TooManyFragments,
        ),
        (
            format!("{{ r {} }} fragment F on T {{ ... {{ ... {{ a }} }} }}", of(350, "...F ")),
            Code::TooManyFragments,
        ),
        (format!("{{ a(x: [{}]) }}", "1 ".repeat(1_001)), Code::InputTooLarge),
        (format!("{{ a(x: \"{}\") }}", "x".repeat(20_000)), Code::InputTooLarge),
        (format!("{{ a({}) }}", "x: 1 ".repeat(17)), Code::InputTooLarge),
        (format!("query({}) {{ a }}", "$x: Int ".repeat(101)), Code::InputTooLarge),
        (format!("{{ a(x: {}{}) }}", "[".repeat(17), "]".repeat(17)), Code::TooDeep),
    ];
    for (source, code) in cases {
        assert_eq!(refused(&source), code, "{:.80}", source);
    }
}

fn operations(count: usize) -> String {
    (0..count).fold(String::new(), |source, n| source + &format!(" query Q{n} {{ a }}"))
}

#[test]
fn aliases_in_a_fragment_count_wherever_it_is_spread() {
    let source = format!("{{ a {{ ...F ...F }} }} fragment F on T {{ {} }}", "x: y ".repeat(30));
    assert_eq!(refused(&source), Code::TooManyAliases);
}

#[test]
fn operations_that_do_not_run_count_as_well() {
    let body = "a ".repeat(15);
    let other = format!("r {{ {} }}", "a ".repeat(1_100));
    let bomb = fragment_bomb(25);
    let source = format!("query A {{ {body} }} query B {{ {other} }}");
    let checked =
        check(&source, Some("A"), &Variables::default(), &Types::default(), &Limits::default())
            .unwrap();
    assert_eq!(checked.cost.complexity, 1, "a field of one key runs once");
    assert_eq!(checked.cost.fields, 15 + 1_101);
    let with_bomb = format!("query A {{ a }} query B {bomb}");
    let refusal =
        check(&with_bomb, Some("A"), &Variables::default(), &Types::default(), &Limits::default());
    assert_eq!(refusal.unwrap_err().code, Code::TooManyFields);
}

#[test]
fn a_page_multiplies_what_is_below_it() {
    assert_eq!(cost("{ studies(first: 50) { nodes { id title } } }").complexity, 151);
    assert_eq!(cost("{ studies { nodes { id title } } }").complexity, 61);
    assert_eq!(cost("{ centre { id title } }").complexity, 3);
    assert_eq!(
        cost("{ a(first: 10) { nodes { b(last: 5) { edges { cursor } } } } }").complexity,
        1 + 10 * (1 + (1 + 5 * 2))
    );
}

#[test]
fn a_list_that_leads_on_to_its_own_kind_multiplies_there_and_back_again() {
    let back_and_forth = |times: usize| {
        let mut document = "id".to_owned();
        for _ in 0..times {
            document = format!("predecessors {{ successors {{ {document} }} }}");
        }
        cost(&format!("{{ localAuthority {{ {document} }} }}")).complexity
    };
    assert_eq!(back_and_forth(1), 1 + 1 + 5 * (1 + 5));
    assert_eq!(back_and_forth(3), 19_532);
    assert_eq!(cost("{ a { narrower { id } } }").complexity, 12);
}

#[test]
fn a_total_costs_a_statement_once_for_each_list_however_long_its_page() {
    for page in ["first: 2", "first: 100"] {
        assert_eq!(cost(&format!("{{ studies({page}) {{ totalCount }} }}")).complexity, 21);
    }
    assert_eq!(cost("{ totalCount }").complexity, 20);
    assert_eq!(
        cost("{ centres(first: 5) { nodes { studies(first: 90) { ...T } } } } fragment T on C { totalCount }").complexity,
        1 + 5 * (1 + 1 + 20)
    );
}

#[test]
fn what_takes_an_engine_of_its_own_costs_more() {
    let plain = cost("{ studies(first: 10) { nodes { id } } }").complexity;
    let search = cost("{ search(query: \"reading\", first: 10) { nodes { id } } }").complexity;
    assert_eq!(search - plain, 199);
    assert!(cost("{ youngPeople { statistics(input: {}) { id } } }").complexity > 500);
}

#[test]
fn a_page_is_known_through_fragments() {
    let source =
        "{ studies { ...Page } } fragment Page on StudyConnection { ... { nodes { id } } }";
    assert_eq!(cost(source).complexity, 41);
}

#[test]
fn a_page_size_may_come_from_a_variable_or_its_default() {
    let source = "query($n: Int = 7) { studies(first: $n) { nodes { id } } }";
    assert_eq!(cost_with(source, json!({"n": 50})).complexity, 101);
    assert_eq!(cost_with(source, json!({})).complexity, 15);
    assert_eq!(cost_with(source, json!({"n": null})).complexity, 41);
}

#[test]
fn a_list_of_ids_multiplies_by_its_length() {
    assert_eq!(cost("{ nodes(ids: [1, 2, 3]) { id } }").complexity, 4);
    let source = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }";
    assert_eq!(cost_with(source, json!({"ids": ["a", "b"]})).complexity, 3);
}

#[test]
fn a_large_page_is_too_complex() {
    assert_eq!(refused("{ studies(first: 100000) { nodes { id } } }"), Code::TooComplex);
    let all = u64::MAX;
    let source = format!("{{ a(first: {all}) {{ b(first: {all}) {{ c }} }} }}");
    assert_eq!(refused(&source), Code::TooComplex);
}

#[test]
fn a_large_variable_may_be_used_once_but_not_everywhere() {
    let variables = Variables::from_json(json!({"x": "x".repeat(1_000_000)}));
    let uses = |count: usize| {
        let source = format!("query($x: String) {{ r {{ {} }} }}", "a(x: $x) ".repeat(count));
        check(&source, None, &variables, &Types::default(), &Limits::default())
            .map_err(|refusal| refusal.code)
    };
    assert!(uses(1).is_ok());
    assert_eq!(uses(100).unwrap_err(), Code::InputTooLarge);
}

#[test]
fn typename_takes_nothing() {
    assert_eq!(refused("{ __typename(a: 1) }"), Code::GraphqlValidationFailed);
    assert_eq!(refused("{ __typename { a } }"), Code::GraphqlValidationFailed);
}

#[test]
fn the_kind_of_the_operation_is_told() {
    let source = "query A { a } subscription B { b }";
    let checked =
        check(source, Some("B"), &Variables::default(), &Types::default(), &Limits::default())
            .unwrap();
    assert_eq!(checked.kind, OperationType::Subscription);
}

/// A tree of selections; a fragment is a named one, printed apart, or the same written inline.
#[derive(Debug, Clone)]
enum Node {
    Field(&'static str, Vec<Node>),
    Fragment(Vec<Node>),
}

fn nodes() -> impl Strategy<Value = Vec<Node>> {
    let name =
        prop::sample::select(vec!["a", "x: b", "nodes", "c(first: 3)", "__typename", "pageInfo"]);
    let leaf = name.prop_map(|name| Node::Field(name, Vec::new()));
    let tree = leaf.prop_recursive(5, 40, 4, |inner| {
        let name = prop::sample::select(vec!["a", "x: b", "nodes", "c(first: 3)", "d(last: 7)"]);
        let some = prop::collection::vec(inner, 1..4);
        prop_oneof![
            (name, some.clone()).prop_map(|(name, nodes)| Node::Field(name, nodes)),
            some.prop_map(Node::Fragment),
        ]
    });
    prop::collection::vec(tree, 1..4)
}

/// Prints the selections; fragments go to `apart` when there is one.
fn print(nodes: &[Node], apart: &mut Option<Vec<String>>) -> String {
    let printed = nodes.iter().map(|node| match node {
        Node::Field(name, below) if below.is_empty() => (*name).to_owned(),
        Node::Field(name, below) => format!("{name} {}", print(below, apart)),
        Node::Fragment(below) => {
            let body = print(below, apart);
            match apart {
                Some(definitions) => {
                    let name = format!("F{}", definitions.len());
                    definitions.push(format!("fragment {name} on T {body}"));
                    format!("...{name}")
                }
                None => format!("... {body}"),
            }
        }
    });
    format!("{{ {} }}", printed.collect::<Vec<_>>().join(" "))
}

fn measured(source: &str) -> Cost {
    let limits = Limits {
        tokens: usize::MAX,
        aliases: usize::MAX,
        root_fields: usize::MAX,
        complexity: u64::MAX,
        ..Limits::default()
    };
    checked_within(source, &limits).unwrap().cost
}

proptest! {
    #[test]
    fn named_fragments_cost_what_the_same_selections_inline_cost(nodes in nodes()) {
        let inline = measured(&print(&nodes, &mut None));
        let mut definitions = Some(Vec::new());
        let main = print(&nodes, &mut definitions);
        let named = measured(&format!("{main} {}", definitions.unwrap_or_default().join(" ")));
        prop_assert_eq!(inline.complexity, named.complexity);
        prop_assert_eq!(inline.fields, named.fields);
        prop_assert_eq!(inline.depth, named.depth);
    }

    #[test]
    fn asking_for_more_never_costs_less(nodes in nodes(), more in nodes(), at in any::<prop::sample::Index>()) {
        let before = measured(&print(&nodes, &mut None));
        let mut larger = nodes;
        let at = at.index(larger.len());
        match &mut larger[at] {
            Node::Field("__typename", _) => larger.extend(more),
            Node::Field(_, below) | Node::Fragment(below) => below.extend(more),
        }
        let after = measured(&print(&larger, &mut None));
        prop_assert!(after.complexity >= before.complexity);
        prop_assert!(after.fields > before.fields);
        prop_assert!(after.depth >= before.depth);
    }

    #[test]
    fn each_selection_is_looked_at_once(nodes in nodes()) {
        let cost = measured(&print(&nodes, &mut None));
        prop_assert!(cost.selections <= cost.tokens);
    }

    #[test]
    fn any_text_is_either_checked_or_refused(
        text in "(query|mutation|fragment F on T|\\{|\\}|\\.\\.\\.F|\\.\\.\\.|a|b:|\\(first:|\\$n|\\)|@skip\\(if: true\\)|\"\"|\"\"\"|\"\\\\u00|1|-|\\[|\\]| |#|\n){0,30}"
    ) {
        if let Ok(checked) = checked(&text) {
            prop_assert!(checked.cost.selections <= checked.cost.tokens);
        }
    }
}
