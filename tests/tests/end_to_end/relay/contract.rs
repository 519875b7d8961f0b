//! The published schema, walked type by type.

use std::collections::{BTreeMap, BTreeSet};

use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{FieldDefinition, Type, TypeKind, TypeSystemDefinition};

use super::nodes;
use crate::young_people::by_id;

/// Lists of objects that have no pages, as their nature bounds them.
const BOUNDED: &[(&str, &[&str])] = &[
    (
        "by a closed vocabulary, or by the schema",
        &[
            "AccessTokenPreview.kinds",
            "AccessTokenPreview.reasons",
            "Coverage.byKind",
            "EvidenceNeed.studiesOfStrength",
            "LocalAuthority.evidenceNeed",
            "PossibleDuplicate.reasons",
            "RatingDifference.reasons",
            "ReportCard.reach",
            "ReportCard.stopReasons",
            "Return.brokenRules",
            "Revision.changes",
        ],
    ),
    (
        "by an argument, an input, or the act that it is told of",
        &[
            "AppointStewardPayload.localAuthorities",
            "ContributeFindingResult.problems",
            "ContributeFindingsPayload.results",
            "Query.accessTokenForecast",
            "Query.nodes",
            "RateManyPayload.results",
            "RateResult.problems",
            "RevokeAccessTokenPayload.issued",
            "RevokeAccessTokensPayload.accessTokens",
        ],
    ),
    (
        "by the network, whose centres and local authorities are a few hundred",
        &[
            "Centre.people",
            "Centre.predecessors",
            "Centre.statusHistory",
            "Collaboration.members",
            "Coverage.authorities",
            "DataSharingAgreement.controllers",
            "Intervention.labels",
            "LocalAuthority.predecessors",
            "LocalAuthority.successors",
            "Outcome.labels",
            "Person.roles",
            "Population.labels",
            "ReportCard.byCentre",
            "Study.collaboratingCentres",
            "Study.sites",
            "YoungPerson.localAuthorities",
        ],
    ),
    (
        "by the scale of a standard",
        &[
            "CrosswalkAnswer.readings",
            "EvidenceStandard.dimensions",
            "EvidenceStandard.versions",
            "Rating.scores",
            "RatingRule.decidedBy",
            "StandardDimension.levels",
            "StandardLevel.crosswalk",
            "StandardVersion.dimensions",
        ],
    ),
    (
        "by what its one row says of itself",
        &[
            "Finding.reliesOnWithdrawn",
            "Programme.partners",
            "Publication.authors",
            "Rating.reliesOnWithdrawn",
            "Study.interventions",
            "Study.outcomes",
            "Study.partners",
            "Study.populations",
            "Study.reliesOnWithdrawn",
            "Study.statusHistory",
        ],
    ),
    (
        "by how many are looked at: a key that very many publications share counts for nothing, and only the newest \
         ratings are compared",
        &[
            "EvidenceSet.publications",
            "EvidenceSet.studies",
            "Publication.possibleDuplicates",
            "RatingComparison.differences",
            "RatingComparison.ratings",
        ],
    ),
    (
        "by the largest table that may be asked for",
        &["Reach.cells", "ReleaseTable.cells", "StatisticsTable.cells"],
    ),
    ("by the childhood of one person", &["YoungPerson.episodes", "YoungPerson.participations"]),
];

struct Contract {
    fields: BTreeMap<String, Vec<FieldDefinition>>,
    nodes: BTreeSet<String>,
    leaves: BTreeSet<String>,
}

/// The objects and interfaces of the published schema.
fn contract() -> Contract {
    let sdl =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../schema.graphql")).unwrap();
    let mut contract = Contract {
        fields: BTreeMap::new(),
        nodes: BTreeSet::new(),
        leaves: ["Int", "Float", "String", "Boolean", "ID"].map(str::to_owned).into(),
    };
    for definition in parse_schema(sdl).unwrap().definitions {
        let TypeSystemDefinition::Type(definition) = definition else {
            continue;
        };
        let name = definition.node.name.node.to_string();
        let fields = match definition.node.kind {
            TypeKind::Object(object) => {
                if object.implements.iter().any(|one| one.node == "Node") {
                    contract.nodes.insert(name.clone());
                }
                object.fields
            }
            TypeKind::Interface(interface) => interface.fields,
            TypeKind::Scalar | TypeKind::Enum(_) => {
                contract.leaves.insert(name);
                continue;
            }
            TypeKind::Union(_) | TypeKind::InputObject(_) => continue,
        };
        let fields = fields.into_iter().map(|field| field.node).collect();
        contract.fields.insert(name, fields);
    }
    assert!(contract.fields.len() > 100 && contract.nodes.len() > 20);
    contract
}

impl Contract {
    fn of(&self, name: &str) -> BTreeMap<String, String> {
        let fields = self.fields[name].iter();
        fields.map(|field| (field.name.node.to_string(), field.ty.node.to_string())).collect()
    }

    /// The names of the types whose names end so, without the end.
    fn ending(&self, end: &str) -> Vec<&str> {
        let names = self.fields.keys();
        let found: Vec<_> = names.filter_map(|name| name.strip_suffix(end)).collect();
        assert!(found.len() > 20, "no {end}?");
        found
    }
}

fn named(ty: &Type) -> String {
    ty.to_string().chars().filter(|letter| letter.is_alphanumeric() || *letter == '_').collect()
}

#[test]
fn what_has_a_global_id_is_a_node_and_each_node_is_found_by_a_test() {
    let contract = contract();
    let objects = contract.fields.keys();
    let has_id = |name: &&String| contract.of(name).get("id").is_some_and(|ty| ty == "ID!");
    let with_id: BTreeSet<String> = objects
        .filter(has_id)
        .filter(|name| !["Node", "Shared"].contains(&name.as_str()))
        .cloned()
        .collect();
    assert_eq!(with_id, contract.nodes);
    let found: BTreeSet<String> =
        nodes::FOUND.iter().chain(by_id::FOUND).map(|(kind, ..)| (*kind).to_owned()).collect();
    assert_eq!(contract.nodes, found, "a node that no test finds by its id");
}

#[test]
fn each_connection_has_edges_and_each_edge_a_cursor_and_a_node_that_has_a_global_id() {
    let contract = contract();
    for name in contract.ending("Connection") {
        let fields = contract.of(&format!("{name}Connection"));
        assert_eq!(fields["edges"], format!("[{name}Edge!]!"), "{name}");
        assert_eq!(fields["nodes"], format!("[{name}!]!"), "{name}");
        assert_eq!(fields["pageInfo"], "PageInfo!", "{name}");
    }
    for name in contract.ending("Edge") {
        let fields = contract.of(&format!("{name}Edge"));
        assert_eq!(fields["cursor"], "String!", "{name}");
        assert_eq!(fields["node"], format!("{name}!"), "{name}");
        assert!(contract.nodes.contains(name), "{name} is no Node");
    }
}

#[test]
fn each_connection_is_read_from_both_ends() {
    let contract = contract();
    for (name, fields) in &contract.fields {
        for field in fields {
            if !named(&field.ty.node).ends_with("Connection") {
                continue;
            }
            let arguments: BTreeMap<String, String> = field
                .arguments
                .iter()
                .map(|one| (one.node.name.node.to_string(), one.node.ty.node.to_string()))
                .collect();
            for (argument, ty) in
                [("first", "Int"), ("after", "String"), ("last", "Int"), ("before", "String")]
            {
                let given = arguments.get(argument).map(String::as_str);
                assert_eq!(given, Some(ty), "{name}.{}: {argument}", field.name.node);
            }
        }
    }
}

#[test]
fn a_list_that_can_grow_without_bound_has_pages() {
    let contract = contract();
    let mut lists = BTreeSet::new();
    for (name, fields) in &contract.fields {
        if name.ends_with("Connection") {
            continue;
        }
        for field in fields {
            let ty = &field.ty.node;
            if ty.to_string().starts_with('[') && !contract.leaves.contains(&named(ty)) {
                lists.insert(format!("{name}.{}", field.name.node));
            }
        }
    }
    let bounded: BTreeSet<String> =
        BOUNDED.iter().flat_map(|(_, lists)| lists.iter()).map(|list| (*list).to_owned()).collect();
    let unbounded: Vec<_> = lists.difference(&bounded).collect();
    assert!(
        unbounded.is_empty(),
        "{unbounded:?}: make a connection of it, or say in BOUNDED what bounds it"
    );
    let gone: Vec<_> = bounded.difference(&lists).collect();
    assert!(gone.is_empty(), "{gone:?} is no list any more");
}
