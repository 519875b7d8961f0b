//! That the linear algorithm finds what the rule "Field Selection Merging" finds as it is stated.

use async_graphql::parser::types::{BaseType, Type};

use super::overlapping::SDL;
use super::*;
use crate::document::expansion::{Expansion, Selected};
use crate::document::{overlap, type_name};

/// The rule as the specification states it: all pairs, and all pairs of what is below each.
fn can_merge(fields: &[&Selected<'_>], types: &Types) -> bool {
    let alone = fields.iter().all(|field| {
        let below: Vec<_> = field.below.iter().collect();
        can_merge(&below, types)
    });
    alone
        && pairs(fields).all(|(one, other)| {
            let (first, second) = (one.place.parent, other.place.parent);
            let are_apart = first != second && types.is_object(first) && types.is_object(second);
            let (field, another) = (&one.field.node, &other.field.node);
            have_one_shape(one, other, types)
                && (are_apart
                    || field.name.node == another.name.node
                        && field.arguments == another.arguments
                        && can_merge(&below(one, other), types))
        })
}

fn have_one_shape(one: &Selected<'_>, other: &Selected<'_>, types: &Types) -> bool {
    let (Some(first), Some(second)) = (one.ty, other.ty) else {
        return pairs(&below(one, other)).all(|(one, other)| have_one_shape(one, other, types));
    };
    let (mut first, mut second): (&Type, &Type) = (first, second);
    loop {
        if first.nullable != second.nullable {
            return false;
        }
        match (&first.base, &second.base) {
            (BaseType::List(one), BaseType::List(other)) => (first, second) = (one, other),
            (BaseType::Named(_), BaseType::Named(_)) => break,
            _ => return false,
        }
    }
    let have_fields = |ty| types.possible(type_name(ty)).is_some();
    match (have_fields(first), have_fields(second)) {
        (true, true) => {
            pairs(&below(one, other)).all(|(one, other)| have_one_shape(one, other, types))
        }
        (false, false) => type_name(first) == type_name(second),
        _ => false,
    }
}

fn below<'s, 'a>(one: &'s Selected<'a>, other: &'s Selected<'a>) -> Vec<&'s Selected<'a>> {
    one.below.iter().chain(&other.below).collect()
}

/// All pairs of fields of one key.
fn pairs<'f, 's, 'a>(
    fields: &'f [&'s Selected<'a>],
) -> impl Iterator<Item = (&'s Selected<'a>, &'s Selected<'a>)> + 'f {
    let from = |(at, one): (usize, &&'s Selected<'a>)| {
        let one = *one;
        let others = fields[at + 1..].iter().map(move |other| (one, *other));
        others.filter(|(one, other)| one.key() == other.key())
    };
    fields.iter().enumerate().flat_map(from)
}

fn sets() -> impl Strategy<Value = String> {
    let leaves = vec![
        "name",
        "x: name",
        "x: nickname",
        "x: kind",
        "y: kind",
        "x: scalar",
        "y: scalar",
        "x: unrelated",
        "x: must",
        "x: doesKnow",
        "x: doesKnow(command: SIT)",
        "y: barkVolume",
        "y: meowVolume",
        "names",
    ];
    let fields = vec![
        "friend",
        "best",
        "x: best",
        "owner",
        "y: owner",
        "pets",
        "pet",
        "deepBox",
        "x: deepBox",
        "box",
        "strings",
        "y: box",
        "boxes",
        "dog",
        "catOrDog",
        "... on Dog",
        "... on Cat",
        "... on Pet",
        "... on Named",
        "... on CatOrDog",
        "...",
        "... on StringBox",
        "... on NumberBox",
        "... on IntBox",
        "... on Box",
    ];
    let leaf = prop::sample::select(leaves).prop_map(str::to_owned);
    leaf.prop_recursive(5, 40, 4, move |inner| {
        let some = prop::collection::vec(inner, 1..5);
        (prop::sample::select(fields.clone()), some)
            .prop_map(|(field, below)| format!("{field} {{ {} }}", below.join(" ")))
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn the_rule_is_that_of_the_specification(sets in prop::collection::vec(sets(), 1..5)) {
        let limits = Limits { aliases: usize::MAX, root_fields: usize::MAX, ..Limits::default() };
        let types = Types::from_sdl(SDL, SDL).unwrap();
        for root in ["pet", "box"] {
            let source = format!("{{ {root} {{ {} }} {root} {{ {} }} }}", sets.join(" "), sets[0]);
            let (_, document) = read(&source, &limits).unwrap();
            let operation = operation::choose(&document, None).unwrap();
            let (fields, _) = Expansion::new(&document, &types, None).of(operation);
            let found = overlap::check(&fields, &types, &limits);
            let all: Vec<_> = fields.iter().collect();
            prop_assert_eq!(found.is_ok(), can_merge(&all, &types), "{}", source);
        }
    }
}
