//! Twelve known differencing attacks: the published scenarios' groups of children, their questions, and the
//! small groups that the exact answers would give away.

use std::collections::{BTreeMap, BTreeSet};

use microlp::{ComparisonOp, OptimizationDirection, Problem};
use serde_json::Value;

use crate::question::{Condition, Lattice, Question, Refusal};
use crate::{Area, RecordKeySecret, Records, Rule};

#[derive(serde::Deserialize)]
struct Scenario {
    name: String,
    queries: Vec<Query>,
    atoms: Vec<Atom>,
    targets: Vec<String>,
    alone_must_be_answered: Vec<String>,
}

#[derive(serde::Deserialize)]
struct Query {
    id: String,
    filter: Value,
}

/// The finest groups of children that the questions can tell apart.
#[derive(serde::Deserialize)]
struct Atom {
    r#in: BTreeSet<String>,
    targets: BTreeSet<String>,
    count: u64,
}

fn scenarios() -> Vec<Scenario> {
    serde_json::from_str(include_str!("scenarios.json")).unwrap()
}

fn lattice() -> Lattice {
    let dimensions = [
        ("la", "Northam Eastby Southley"),
        ("ward", "N1 N2 N3 E1 E2 S1 S2 S3"),
        ("sex", "Boy Girl"),
        ("uasc", "true false"),
        ("placement", "Foster Kinship Residential"),
        ("sen", "None Support EHC_plan"),
        ("legal", "Care_order Placement_order Section_20"),
        ("age", "0-4 5-9 10-15 16-17"),
    ];
    let categories = |names: &str| names.split(' ').map(|name| name.replace('_', " ")).collect();
    Lattice {
        dimensions: dimensions.map(|(name, names)| (name.to_owned(), categories(names))).into(),
        most_dimensions: 4,
        reference_dates: BTreeSet::from(
            ["2024-03-31", "2025-03-31"].map(|day| day.parse().unwrap()),
        ),
    }
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// The conditions of a scenario's filter.
fn conditions(filter: &Value) -> Vec<Condition> {
    let fields = filter.as_object().unwrap().iter();
    fields
        .map(|(name, is)| match name.as_str() {
            "any" => {
                Condition::Either(is.as_array().unwrap().iter().flat_map(conditions).collect())
            }
            "not" => Condition::Not(Box::new(conditions(is).remove(0))),
            _ => {
                let (operator, value) = is.as_object().unwrap().iter().next().unwrap();
                let list = || value.as_array().unwrap().iter().map(text);
                match operator.as_str() {
                    "eq" => Condition::Is(name.clone(), text(value)),
                    "ne" => Condition::Not(Box::new(Condition::Is(name.clone(), text(value)))),
                    "in" => Condition::OneOf(name.clone(), list().collect()),
                    _ => Condition::Between(
                        name.clone(),
                        list().next().unwrap(),
                        list().next_back().unwrap(),
                    ),
                }
            }
        })
        .collect()
}

/// The lattice's question. What a release held is not a condition: it is the state of the space when the
/// question is asked, once before and once after the refresh.
fn question(query: &Query) -> Result<Question, Refusal> {
    let mut filter = query.filter.clone();
    filter.as_object_mut().unwrap().remove("release");
    lattice().question(&conditions(&filter), "2024-03-31".parse().unwrap())
}

/// What is known of each answered question: the least and the greatest count.
fn answers(
    scenario: &Scenario,
    rule: &Rule,
    secret: &RecordKeySecret,
) -> BTreeMap<String, (u64, u64)> {
    let answered = scenario.queries.iter().filter(|query| question(query).is_ok());
    answered
        .map(|query| {
            let atoms =
                scenario.atoms.iter().enumerate().filter(|(_, atom)| atom.r#in.contains(&query.id));
            let ids = atoms.flat_map(|(at, atom)| (0..atom.count).map(move |child| (at, child)));
            let keys = ids.map(|(at, child)| {
                secret.record_key(format!("{} {at} {child}", scenario.name).as_bytes())
            });
            let records: Records = keys.collect();
            let published = rule.cell(records, Area::LocalAuthority);
            (query.id.clone(), rule.behind(published, Area::LocalAuthority))
        })
        .collect()
}

/// The least and the greatest number of children in a target, for all that was answered.
fn bounds(scenario: &Scenario, known: &BTreeMap<String, (u64, u64)>, target: &str) -> (u64, u64) {
    let bound = |direction| {
        let mut problem = Problem::new(direction);
        let atoms: Vec<_> = scenario
            .atoms
            .iter()
            .map(|atom| {
                let weight = if atom.targets.contains(target) { 1.0 } else { 0.0 };
                problem.add_integer_var(weight, (0, 10_000))
            })
            .collect();
        for (query, &(least, greatest)) in known {
            let terms = || {
                let both = atoms.iter().zip(&scenario.atoms);
                both.filter(|(_, atom)| atom.r#in.contains(query))
                    .map(|(&variable, _)| (variable, 1.0))
            };
            problem.add_constraint(terms().collect::<Vec<_>>(), ComparisonOp::Ge, least as f64);
            problem.add_constraint(terms().collect::<Vec<_>>(), ComparisonOp::Le, greatest as f64);
        }
        problem.solve().unwrap().into_solution().unwrap().objective().round() as u64
    };
    (bound(OptimizationDirection::Minimize), bound(OptimizationDirection::Maximize))
}

#[test]
fn no_answers_taken_together_tell_a_small_group() {
    let rule = Rule::cell_key().unwrap();
    for secret in 0..40 {
        let secret = RecordKeySecret::new([secret; 32]);
        for scenario in scenarios() {
            let known = answers(&scenario, &rule, &secret);
            for target in &scenario.targets {
                let atoms = scenario.atoms.iter().filter(|atom| atom.targets.contains(target));
                let truth: u64 = atoms.map(|atom| atom.count).sum();
                let (least, greatest) = bounds(&scenario, &known, target);
                assert!(
                    (least..=greatest).contains(&truth),
                    "{}: an answer was false",
                    scenario.name
                );
                assert!(least == 0 || greatest > 9, "{}: {target} is small", scenario.name);
                assert!(
                    greatest - least >= 9,
                    "{}: {target} is {least} to {greatest}",
                    scenario.name
                );
            }
        }
    }
}

#[test]
fn what_the_lattice_can_ask_is_answered_and_the_rest_refused_with_a_reason() {
    let verdicts: Vec<String> = scenarios()
        .iter()
        .map(|scenario| {
            let verdicts = scenario.queries.iter().map(|query| {
                let verdict = question(query).map_or_else(|refusal| refusal.code(), |_| "answered");
                let first = scenario.alone_must_be_answered.contains(&query.id);
                format!("{}{} {verdict}", query.id, if first { "" } else { " (need not be)" })
            });
            format!("{}: {}", scenario.name, verdicts.collect::<Vec<_>>().join(", "))
        })
        .collect();
    insta::assert_snapshot!(verdicts.join("\n"), @r"
    total-minus-subgroup: q1 answered, q2 answered
    total-minus-sex: q1 answered, q2 answered
    overlapping-age-bands: q1 (need not be) RANGE, q2 (need not be) RANGE
    sliding-window: q1 RANGE, q2 RANGE, q3 (need not be) NOT_A_CATEGORY
    geography-nested: q1 answered, q2 answered, q3 answered
    geography-overlap: q1 UNION, q2 UNION
    time-cumulative: q1 NOT_A_DIMENSION, q2 NOT_A_DIMENSION
    release-versions: q1 answered, q2 answered
    inclusion-exclusion: q1 answered, q2 answered, q3 UNION
    negated-filter: q1 answered, q2 NEGATION
    general-tracker: q1 UNION, q2 UNION, q3 RANGE, q4 NEGATION
    marginal-chain: q1 answered, q2 UNION, q3 (need not be) RANGE, q4 (need not be) RANGE
    ");
}
