//! The rule "Field Selection Merging": which fields of one key can be merged into one.
//!
//! The cases are those of the reference implementation's rule `OverlappingFieldsCanBeMerged`.

use super::*;
use crate::document::{expansion::Expansion, overlap, walk::Walk};

pub(super) const SDL: &str = "
    type Query {
      dog: Dog cat: Cat human: Human pet: Pet catOrDog: CatOrDog box: Box
      deep: Deep list: [Deep] text(n: Int, filter: Filter, list: [Int], kind: Kind): String other: String
    }
    type Mutation { add(n: Int): Dog }
    type Subscription { dogs: Dog cats: Cat }
    input Filter { a: Int b: [Int] }
    enum Kind { SIT HEEL }
    interface Named { name: String! nickname: String }
    interface Pet { name: String! friend: Pet }
    type Dog implements Pet & Named {
      name: String! nickname: String friend: Pet best: Dog barkVolume: Int
      doesKnow(command: Kind, again: Kind): Boolean kind: Kind owner: Human names: [String]
    }
    type Cat implements Pet & Named {
      name: String! nickname: String friend: Pet best: Dog meowVolume: Int must: Int!
      doesKnow(command: Kind, again: Kind): Boolean kind: String owner: Human names: String
    }
    type Human { name: String! pets: [Pet] pet: Pet relatives: [Human] }
    union CatOrDog = Cat | Dog
    type Deep { a: String b: String c: String d: String deep: Deep field: Deep }
    interface Box { scalar: String deepBox: Box unrelated: String }
    interface IntBox implements Box { scalar: String deepBox: Box unrelated: String }
    type StringBox implements Box { scalar: String deepBox: StringBox unrelated: String strings: [StringBox] box: StringBox }
    type NumberBox implements Box { scalar: String number: Int deepBox: NumberBox unrelated: String strings: StringBox box: NumberBox boxes: [NumberBox] }
    type MustBox implements Box { scalar: String must: String! deepBox: Box unrelated: String }
";

fn outcome(source: &str) -> Result<Checked, Refusal> {
    let types = Types::from_sdl(SDL, SDL).unwrap();
    let variables = Variables::from_json(json!({}));
    check(source, Some("Q"), &variables, &types, &Limits::default()).or_else(
        |refusal| match refusal.code {
            Code::OperationResolutionFailure => {
                check(source, None, &variables, &types, &Limits::default())
            }
            _ => Err(refusal),
        },
    )
}

#[track_caller]
fn passes(cases: &[&str]) {
    for case in cases {
        if let Err(refusal) = outcome(case) {
            unreachable!("{case} is refused: {}", refusal.message);
        }
    }
}

/// Documents that conflict, with a part of the reason.
#[track_caller]
fn conflicts(cases: &[(&str, &str)]) {
    for (case, reason) in cases {
        let Err(refusal) = outcome(case) else {
            unreachable!("{case} passes");
        };
        assert_eq!(refusal.code, Code::GraphqlValidationFailed, "{case}");
        assert!(refusal.message.contains(reason), "{case}: {}", refusal.message);
        assert_eq!(refusal.locations.len(), 2, "{case}");
    }
}

#[test]
fn a_conflict_names_the_key_the_reason_and_both_places() {
    let refusal = outcome("{\n  deep {\n    x: a\n    ...F\n  }\n}\nfragment F on Deep { x: b }")
        .unwrap_err();
    assert_eq!(
        refusal.message,
        "Fields \"x\" conflict because \"a\" and \"b\" are different fields. Use different aliases to get both."
    );
    let places: Vec<_> = refusal.locations.iter().map(|at| (at.line, at.column)).collect();
    assert_eq!(places, [(3, 5), (7, 22)]);
}

#[test]
fn the_same_field_may_be_selected_again() {
    passes(&[
        "{ dog { name nickname } }",
        "{ dog { name name } }",
        "{ dog { doesKnow(command: SIT) doesKnow(command: SIT) } }",
        "{ dog { name @include(if: true) name @include(if: true) } }",
        "{ dog { name @include(if: true) name @include(if: false) } }",
        "{ dog { knowsSit: doesKnow(command: SIT) knowsHeel: doesKnow(command: HEEL) } }",
        "{ dog { nameIf: name @include(if: true) nameElse: name @include(if: false) } }",
        "{ dog { name ...F } } fragment F on Dog { name }",
        "{ dog { ...F ...F ...G } } fragment F on Dog { ...G name } fragment G on Dog { name }",
        "{ dog { ... { name } ... { name } } }",
        "{ deep { deep { a } deep { b } } }",
        "{ dog { a: name a: name } dog { b: name a: name } }",
    ]);
}

#[test]
fn one_key_cant_stand_for_two_fields() {
    conflicts(&[
        ("{ dog { x: name x: nickname } }", "types \"String!\" and \"String\""),
        ("{ deep { x: a x: b } }", "different fields"),
        ("{ deep { b: a b } }", "\"a\" and \"b\""),
        ("{ x: other x: text }", "different fields"),
        (
            "{ ...A ...B } fragment A on Query { x: other } fragment B on Query { x: text }",
            "different fields",
        ),
        ("{ deep { ... { x: a } ... { x: b } } }", "different fields"),
        ("{ dog { ... on Named { x: nickname } x: kind } }", "types"),
        ("{ dog { x: __typename x: name } }", "different fields"),
        ("{ dog { name: __typename name } }", "different fields"),
        ("mutation { dog: add(n: 1) { name } dog: add(n: 2) { name } }", "differing arguments"),
        ("{ x: __typename x: other }", "they are of the types"),
    ]);
}

#[test]
fn arguments_must_be_the_same_whatever_their_order() {
    passes(&[
        "{ dog { doesKnow(command: SIT, again: HEEL) doesKnow(again: HEEL, command: SIT) } }",
        "{ text(filter: {a: 1, b: [2]}) text(filter: {b: [2], a: 1}) }",
        "query Q($n: Int) { text(n: $n) text(n: $n) }",
        "{ text(list: [1, 2]) text(list: [1, 2]) }",
    ]);
    conflicts(&[
        ("{ dog { doesKnow doesKnow(command: HEEL) } }", "differing arguments"),
        ("{ dog { doesKnow(command: SIT) doesKnow } }", "differing arguments"),
        ("{ dog { doesKnow(command: SIT) doesKnow(command: HEEL) } }", "differing arguments"),
        ("{ dog { doesKnow(command: SIT) doesKnow(again: SIT) } }", "differing arguments"),
        ("query Q($n: Int, $m: Int) { text(n: $n) text(n: $m) }", "differing arguments"),
        ("query Q($n: Int = 1) { text(n: $n) text(n: 1) }", "differing arguments"),
        ("{ text(list: [1, 2]) text(list: [2, 1]) }", "differing arguments"),
        ("{ text(filter: {a: 1}) text(filter: {a: 1, b: []}) }", "differing arguments"),
        ("{ text(n: null) text }", "differing arguments"),
        ("{ text(kind: SIT) text(kind: \"SIT\") }", "differing arguments"),
    ]);
}

#[test]
fn conflicts_are_found_however_deep_they_lie() {
    conflicts(&[
        ("{ deep { x: a } deep { x: b } }", "\"a\" and \"b\""),
        ("{ deep { x: a y: c } deep { x: b y: d } }", "Fields \"x\""),
        ("{ deep { deep { x: a } } deep { deep { x: b } } }", "\"a\" and \"b\""),
        ("{ deep { deep { x: a } deep { x: b } } deep { deep { c } } }", "\"a\" and \"b\""),
        (
            "{ deep { ...F } deep { ...F } } fragment F on Deep { deep { deep { x: a } deep { x: b } } }",
            "\"a\" and \"b\"",
        ),
        (
            "{ deep { ...F } deep { ...I } } fragment F on Deep { x: a ...G } fragment G on Deep { y: c }
             fragment I on Deep { y: d ...J } fragment J on Deep { x: b }",
            "conflict",
        ),
        (
            "{ deep { ...F ...G } } fragment F on Deep { field { x: a } } fragment G on Deep { field { x: b } }",
            "\"a\" and \"b\"",
        ),
        ("{ list { deep { x: a } } list { ...F } } fragment F on Deep { deep { x: b } }", "\"a\" and \"b\""),
        (
            "{ pet { friend { x: name } ... on Dog { friend { x: __typename } } } }",
            "different fields",
        ),
    ]);
}

#[test]
fn fields_of_different_objects_may_differ_if_their_shapes_do_not() {
    passes(&[
        "{ pet { ... on Dog { volume: barkVolume } ... on Cat { volume: meowVolume } } }",
        "{ pet { ... on Dog { ... { x: name } } ... on Cat { ... @include(if: true) { x: name } } } }",
        "{ pet { ... on Dog { doesKnow(command: SIT) } ... on Cat { doesKnow(command: HEEL) } } }",
        "{ catOrDog { ... on Dog { x: nickname } ... on Cat { x: kind } } }",
        "{ pet { ... on Dog { x: friend { name } } ... on Cat { x: best { name } } } }",
        "{ box { ... on StringBox { x: scalar } ... on NumberBox { x: unrelated } } }",
        "{ box { ... on StringBox { box { scalar } } ... on NumberBox { box { scalar } } } }",
        "{ box { ... on StringBox { x: deepBox { s: scalar } } ... on NumberBox { x: deepBox { s: unrelated } } } }",
        "{ pet { ... on Dog { owner { x: pet { name } } } ... on Cat { owner { x: pet { name } } } } }",
        "{ pet { ... on Dog { ... { v: barkVolume } } ... on Cat { ... { v: meowVolume } } } }",
    ]);
    conflicts(&[
        (
            "{ pet { ... on Dog { x: barkVolume } ... on Cat { x: name } } }",
            "types \"Int\" and \"String!\"",
        ),
        ("{ pet { ... on Dog { kind } ... on Cat { kind } } }", "types \"Kind\" and \"String\""),
        (
            "{ pet { ... on Dog { x: barkVolume } ... on Cat { x: must } } }",
            "types \"Int\" and \"Int!\"",
        ),
        (
            "{ pet { ... on Dog { names } ... on Cat { names } } }",
            "types \"[String]\" and \"String\"",
        ),
        (
            "{ pet { ... on Cat { names } ... on Dog { names } } }",
            "types \"String\" and \"[String]\"",
        ),
        (
            "{ box { ... on StringBox { x: strings { scalar } } ... on NumberBox { x: strings { scalar } } } }",
            "types",
        ),
        (
            "{ pet { ... on Dog { x: owner { name } } ... on Cat { x: nickname } } }",
            "types \"Human\" and \"String\"",
        ),
        (
            "{ box { ... on StringBox { box { x: scalar } } ... on NumberBox { box { x: number } } } }",
            "types \"String\" and \"Int\"",
        ),
        (
            "{ box { ... on StringBox { box { x: scalar x: unrelated } } ... on NumberBox { box { scalar } } } }",
            "different fields",
        ),
        (
            "{ box { ... on StringBox { x: deepBox { box { s: scalar } } } ... on NumberBox { x: deepBox { box { s: number } } } } }",
            "types",
        ),
    ]);
}

#[test]
fn a_field_of_an_interface_may_be_one_of_any_object() {
    conflicts(&[
        ("{ pet { x: name ... on Dog { x: nickname } } }", "types"),
        ("{ box { x: scalar ... on StringBox { x: unrelated } } }", "different fields"),
        (
            "{ box { ... on IntBox { x: scalar } ... on StringBox { x: unrelated } } }",
            "different fields",
        ),
        ("{ box { ... on IntBox { x: scalar } ... on Box { x: unrelated } } }", "different fields"),
        // The conflict with what may be the same object comes after one that may not be it.
        (
            "{ box { ... on StringBox { x: scalar } ... on NumberBox { x: unrelated } ... on Box { x: scalar } } }",
            "different fields",
        ),
        (
            "{ box { deepBox { x: scalar } ... on StringBox { deepBox { x: unrelated } } } }",
            "different fields",
        ),
        (
            "{ pet { friend { ... on Dog { x: nickname } } ... on Cat { friend { ... on Dog { x: kind } } } } }",
            "types",
        ),
    ]);
    passes(&[
        "{ pet { friend { name } ... on Dog { friend { ... on Cat { nickname } } } ... on Cat { friend { ... on Cat { nickname } } } } }",
        "{ box { ... on StringBox { deepBox { x: scalar } } ... on NumberBox { deepBox { x: unrelated } } deepBox { scalar } } }",
        "{ catOrDog { ... on Named { x: name } ... on Pet { x: name } } }",
    ]);
}

#[test]
fn what_the_schema_does_not_know_conflicts_by_name_and_arguments_alone() {
    passes(&["{ dog { name ...Unknown } }", "{ unknown { a } unknown { b } }"]);
    conflicts(&[
        ("{ x: unknown x: stranger }", "different fields"),
        ("{ __schema { types { x: name } } __schema { types { x: kind } } }", "different fields"),
        ("{ __type(name: \"A\") { name } __type(name: \"B\") { name } }", "differing arguments"),
    ]);
}

#[test]
fn operations_that_do_not_run_are_checked_as_well() {
    conflicts(&[
        ("query Q { other } query R { x: other x: text }", "different fields"),
        (
            "query Q { dog { name } } mutation R { add { x: nickname } add { x: barkVolume } }",
            "types",
        ),
    ]);
}

#[test]
fn the_same_root_field_of_a_subscription_may_be_selected_again() {
    passes(&[
        "subscription { ...A ...B } fragment A on Subscription { dogs { name } } fragment B on Subscription { dogs { nickname } }",
    ]);
    conflicts(&[(
        "subscription { dogs { x: name } ... on Subscription { dogs { x: nickname } } }",
        "types",
    )]);
    let two = outcome("subscription { dogs { name } cats { name } }").unwrap_err();
    assert_eq!(two.code, Code::GraphqlValidationFailed);
}

/// How many fields were looked at to compare those of a document.
fn looked_at(source: &str) -> Result<usize, Code> {
    let limits = Limits {
        tokens: usize::MAX,
        fields: usize::MAX,
        spreads: usize::MAX,
        aliases: usize::MAX,
        root_fields: usize::MAX,
        fragments: usize::MAX,
        ..Limits::default()
    };
    let types = Types::from_sdl(SDL, SDL).unwrap();
    let (_, document) = read(source, &limits).map_err(|refusal| refusal.code)?;
    let operation = operation::choose(&document, None).map_err(|refusal| refusal.code)?;
    let variables = Variables::default();
    let given = Given::new(&operation.variable_definitions, &variables, &limits);
    let given = given.map_err(|refusal| refusal.code)?;
    let walk = Walk::new(&document, &given, &limits);
    walk.measure(operation).map_err(|refusal| refusal.code)?;
    let (fields, _) = Expansion::new(&document, &types, Some(&given)).of(operation);
    let found = overlap::check(&fields, &types, &limits);
    found.map(|found| found.looked_at).map_err(|refusal| refusal.code)
}

#[test]
fn comparing_the_same_field_many_times_is_linear() {
    let flat = |count: usize| format!("{{ deep {{ {} }} }}", "a ".repeat(count));
    let nested =
        |count: usize| format!("{{ {} }}", "deep { deep { deep { a b } a } } ".repeat(count));
    let in_fragments = |count: usize| {
        let spreads: String = (0..count).map(|n| format!("...F{n} ")).collect();
        let fragments: String = (0..count)
            .map(|n| format!(" fragment F{n} on Deep {{ deep {{ deep {{ a }} b }} }}"))
            .collect();
        format!("{{ deep {{ {spreads} }} }}{fragments}")
    };
    let on_objects = |count: usize| {
        let one = "... on Dog { friend { name ... on Dog { x: nickname } } } friend { ... on Cat { x: nickname } } ";
        format!("{{ pet {{ {} }} }}", one.repeat(count))
    };
    for document in [&flat as &dyn Fn(usize) -> String, &nested, &in_fragments, &on_objects] {
        let (one, ten) = (looked_at(&document(20)).unwrap(), looked_at(&document(200)).unwrap());
        assert!(ten <= 11 * one, "{one} and {ten} for {:.80}", document(2));
    }
}

#[test]
fn a_deep_chain_of_the_same_field_is_linear_in_what_it_selects() {
    // Each level selects the next twice, so that pairs of pairs would double with each level.
    let mut source = "a b ".to_owned();
    for _ in 0..8 {
        source = format!("deep {{ {source} }} deep {{ {source} }} ");
    }
    let looked = looked_at(&format!("{{ {source} }}")).unwrap();
    assert!(looked <= 3 * 1_024, "{looked}");
}

#[test]
fn comparisons_that_multiply_are_refused_after_a_bounded_number() {
    // A field of an interface beside those of three objects, level by level.
    let mut inner = "scalar".to_owned();
    for _ in 0..13 {
        inner = format!(
            "deepBox {{ {inner} }} ... on StringBox {{ deepBox {{ scalar }} }}
             ... on NumberBox {{ deepBox {{ scalar }} }} ... on MustBox {{ deepBox {{ scalar }} }}"
        );
    }
    let refused = looked_at(&format!("{{ box {{ {inner} }} }}"));
    assert_eq!(refused, Err(Code::TooComplex));
}

#[test]
fn long_arguments_are_compared_once() {
    let list = "1 ".repeat(400);
    let source = format!(
        "{{ ...A ...B ...C ...A ...B }} fragment A on Query {{ text(list: [{list}]) }}
         fragment B on Query {{ text(list: [{list}]) }} fragment C on Query {{ ...A ...B ...A ...B }}"
    );
    passes(&[&source]);
}
