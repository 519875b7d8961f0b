//! Tables of true counts: who may have them, and what several tell together.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;
use tests::support::app::TestApp;
use tests::support::app::{ALPHA, BETA};
use tests::support::on_both_databases;

use super::agreements::{PROPOSE, agreement, approve, steward_of};
use super::*;

const RELEASE: &str = "query ($input: ReleaseInput!) { youngPeople { release(input: $input) { threshold cells { keys count suppressed } } } }";
const COUNT: &str = "query ($id: ID!, $input: StatisticsInput!) { youngPeople { agreement(id: $id) { statistics(input: $input) { cells { keys count } } } } }";

/// Children of all kinds, some kinds rare.
fn mixed(first: usize, count: usize) -> Files {
    let (mut header, mut episodes) = (String::new(), String::new());
    let mut state = first as u64 + 7;
    let mut draw = |of: &[&'static str]| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        // The first are the usual.
        let at = (state >> 33) as usize % (of.len() * of.len());
        of[of.len() - 1 - (at as f64).sqrt() as usize]
    };
    for child in first..first + count {
        let sex = draw(&["1", "2"]);
        let born = draw(&["2012", "2016", "2007", "2021"]);
        let ethnicity = draw(&["WBRI", "MWBC", "BCRB", "AIND"]);
        let status = draw(&["C2", "C1", "V2", "E1"]);
        header.push_str(&format!("C{child:05},{sex},14/05/{born},{ethnicity},UN3,,\n"));
        episodes.push_str(&format!("C{child:05},10/06/2022,S,{status},N1,U4,PR1,,,,,,\n"));
    }
    vec![header_of(&header), episodes_of(&episodes)]
}

/// A table as it was answered.
struct Answered {
    by: Vec<&'static str>,
    cells: Value,
}

/// The counts that are hidden, and follow from those that are shown: what an attacker finds who solves equations. What
/// a table by a lower threshold shows is no secret.
fn worked_out(tables: &[Answered]) -> Vec<String> {
    let mut categories: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    let cells = || {
        tables.iter().flat_map(|table| {
            let cells = table.cells.as_array().expect("cells").iter();
            cells.map(|cell| (&table.by, cell))
        })
    };
    for (by, cell) in cells() {
        for (dimension, key) in by.iter().zip(cell["keys"].as_array().unwrap()) {
            if let Some(key) = key.as_str() {
                categories.entry(dimension).or_default().insert(key.to_owned());
            }
        }
    }
    let mut atoms: Vec<BTreeMap<&str, &str>> = vec![BTreeMap::new()];
    for (dimension, words) in &categories {
        let mut longer = Vec::new();
        for atom in &atoms {
            for word in words {
                let mut next = atom.clone();
                next.insert(dimension, word);
                longer.push(next);
            }
        }
        atoms = longer;
    }
    let parts = |by: &[&str], cell: &Value| -> Vec<bool> {
        let keys = cell["keys"].as_array().unwrap();
        let is_in = |atom: &BTreeMap<&str, &str>| {
            let mut keys = by.iter().zip(keys);
            keys.all(|(dimension, key)| key.as_str().is_none_or(|key| atom[dimension] == key))
        };
        atoms.iter().map(is_in).collect()
    };
    let mut system = System::default();
    for (by, cell) in cells().filter(|(_, cell)| cell["count"].is_u64()) {
        let parts = parts(by, cell);
        if cell["count"] == 0 {
            for at in (0..parts.len()).filter(|at| parts[*at]) {
                system.learn(&(0..parts.len()).map(|other| other == at).collect::<Vec<_>>());
            }
        }
        system.learn(&parts);
    }
    let shown: BTreeSet<Vec<bool>> = cells()
        .filter(|(_, cell)| cell["count"].is_u64())
        .map(|(by, cell)| parts(by, cell))
        .collect();
    let hidden = cells()
        .filter(|(_, cell)| cell["count"].is_null())
        .filter(|(by, cell)| !shown.contains(&parts(by, cell)));
    let known = hidden.filter(|(by, cell)| system.knows(&parts(by, cell)));
    known.map(|(by, cell)| format!("{by:?} {}", cell["keys"])).collect()
}

/// Sums that are known, in echelon form modulo a prime.
#[derive(Default)]
struct System(Vec<(usize, Vec<u64>)>);

const PRIME: u64 = 1_000_003;

impl System {
    fn rest(&self, parts: &[bool]) -> Vec<u64> {
        let mut row: Vec<u64> = parts.iter().map(|is_in| u64::from(*is_in)).collect();
        for (at, known) in &self.0 {
            let times = row[*at];
            if times > 0 {
                for (one, other) in row.iter_mut().zip(known) {
                    *one = (*one + (PRIME - times) * other) % PRIME;
                }
            }
        }
        row
    }

    fn learn(&mut self, parts: &[bool]) {
        let mut row = self.rest(parts);
        if let Some(at) = row.iter().position(|one| *one > 0) {
            let (mut inverse, mut power, mut exponent) = (1, row[at], PRIME - 2);
            while exponent > 0 {
                if exponent % 2 == 1 {
                    inverse = inverse * power % PRIME;
                }
                power = power * power % PRIME;
                exponent /= 2;
            }
            row.iter_mut().for_each(|one| *one = *one * inverse % PRIME);
            self.0.push((at, row));
        }
    }

    fn knows(&self, parts: &[bool]) -> bool {
        self.rest(parts).iter().all(|one| *one == 0)
    }
}

async fn release(client: &Client, input: Value) -> tests::support::client::Answer {
    let mut whole = json!({ "asAt": "2024-03-31" });
    whole.as_object_mut().unwrap().extend(input.as_object().unwrap().clone());
    client.ask_with(RELEASE, json!({ "input": whole })).await
}

const TABLES: [&[&str]; 9] = [
    &["SEX"],
    &["AGE_BAND"],
    &["SEX", "AGE_BAND"],
    &["ETHNIC_GROUP"],
    &["SEX", "ETHNIC_GROUP"],
    &["LEGAL_STATUS", "SEX"],
    &["AGE_BAND", "ETHNIC_GROUP"],
    &["LEGAL_STATUS"],
    &["SEX", "AGE_BAND", "ETHNIC_GROUP"],
];

#[test]
fn an_attacker_finds_what_a_table_and_its_margin_tell() {
    let table = |by: &[&'static str], cells: Value| Answered { by: by.to_vec(), cells };
    let inner = table(
        &["SEX"],
        json!([{ "keys": ["MALE"], "count": 18 }, { "keys": ["FEMALE"], "count": null }]),
    );
    assert_eq!(worked_out(&[inner]).len(), 0);
    let inner = table(
        &["SEX"],
        json!([{ "keys": ["MALE"], "count": 18 }, { "keys": ["FEMALE"], "count": null }]),
    );
    assert_eq!(worked_out(&[inner, table(&[], json!([{ "keys": [], "count": 20 }]))]).len(), 1);
}

#[on_both_databases]
async fn the_steward_of_an_authority_releases_tables_of_it_and_nobody_else_does(app: TestApp) {
    with_authorities(&app).await;
    load(&app, CAMDEN, 2024, many(1, 60)).await;
    load(&app, LEEDS, 2024, many(500, 80)).await;
    let by = json!({ "by": ["LOCAL_AUTHORITY"] });
    let loader = app.holder(BETA, &[ScopeName::YoungPeopleContribute]).await;
    assert_eq!(release(&loader, by.clone()).await.code(), Some("FORBIDDEN"));
    assert_eq!(release(&analyst(&app, ALPHA).await, by.clone()).await.code(), Some("FORBIDDEN"));
    let steward = steward_of(&app, CAMDEN).await;
    let table = release(&steward, by).await;
    let cells = table.at("/youngPeople/release/cells").as_array().unwrap().clone();
    assert!(cells.iter().all(|cell| cell["count"] == 60), "{cells:?}");
    assert_eq!(table.at("/youngPeople/release/threshold"), 10);
    let below = release(&steward, json!({ "by": ["SEX"], "threshold": 9 })).await;
    assert_eq!(below.body.pointer("/errors/0/extensions/field"), Some(&json!("threshold")));
    let next = release(&steward, json!({ "by": ["SEX"], "asAt": "2027-03-31" })).await;
    assert_eq!(next.code(), Some("NOT_A_REFERENCE_DATE"));
}

#[on_both_databases]
async fn released_tables_are_kept_and_tell_no_hidden_count_together(app: TestApp) {
    with_authorities(&app).await;
    load(&app, CAMDEN, 2024, mixed(1, 140)).await;
    let steward = steward_of(&app, CAMDEN).await;
    let mut tables = Vec::new();
    for by in TABLES {
        let answer = release(&steward, json!({ "by": by })).await;
        if answer.code() == Some("NOT_COUNTABLE") {
            continue;
        }
        let cells = answer.at("/youngPeople/release/cells").clone();
        let again = release(&steward, json!({ "by": by })).await;
        assert_eq!(again.at("/youngPeople/release/cells"), &cells, "{by:?}");
        tables.push(Answered { by: by.to_vec(), cells });
    }
    assert!(tables.len() >= 4, "{} tables", tables.len());
    assert_eq!(worked_out(&tables), Vec::<String>::new());
}

#[on_both_databases]
async fn what_an_agreement_was_given_and_what_was_released_tell_no_hidden_count_together(
    app: TestApp,
) {
    with_authorities(&app).await;
    load(&app, CAMDEN, 2024, mixed(1, 140)).await;
    let reader = app.holder(ALPHA, &[ScopeName::YoungPeopleRead]).await;
    let steward = steward_of(&app, CAMDEN).await;
    let mut input = agreement(&app);
    input["ruleSet"] = json!("dfe-children-in-need");
    input["fields"] = json!(["SEX", "BIRTH", "ETHNICITY", "LEGAL_STATUS", "LOCAL_AUTHORITY"]);
    let made = reader.ask_with(PROPOSE, json!({ "input": input })).await;
    let id = made.at("/proposeDataSharingAgreement/agreement/id").as_str().unwrap().to_owned();
    approve(&steward, &id, 1).await.data();
    let mut tables = Vec::new();
    for by in TABLES.into_iter().take(5) {
        // Of the authority, as then nothing is rounded.
        let filter = json!({ "localAuthorities": [CAMDEN] });
        if by.len() < 3 {
            let input = json!({ "by": by, "where": filter, "asAt": "2024-03-31" });
            let answer = reader.ask_with(COUNT, json!({ "id": id, "input": input })).await;
            if answer.code() != Some("NOT_COUNTABLE") {
                let cells = answer.at("/youngPeople/agreement/statistics/cells").clone();
                tables.push(Answered { by: by.to_vec(), cells });
            }
        }
        let released = release(&steward, json!({ "by": by, "population": "LOOKED_AFTER" })).await;
        if released.code() != Some("NOT_COUNTABLE") {
            let cells = released.at("/youngPeople/release/cells").clone();
            tables.push(Answered { by: by.to_vec(), cells });
        }
    }
    assert!(tables.len() >= 5, "{} tables", tables.len());
    assert_eq!(worked_out(&tables), Vec::<String>::new());
}

#[on_both_databases]
async fn tables_that_are_asked_for_at_once_are_protected_together(app: TestApp) {
    with_authorities(&app).await;
    load(&app, CAMDEN, 2024, mixed(1, 90)).await;
    let steward = steward_of(&app, CAMDEN).await;
    let asked = TABLES.iter().take(5).map(|by| {
        let steward = &steward;
        async move { (by, release(steward, json!({ "by": by })).await) }
    });
    let mut tables = Vec::new();
    for (by, answer) in futures::future::join_all(asked).await {
        match answer.code() {
            None => tables.push(Answered {
                by: by.to_vec(),
                cells: answer.at("/youngPeople/release/cells").clone(),
            }),
            Some(code) => assert!(["NOT_COUNTABLE", "CONFLICT"].contains(&code), "{code}"),
        }
    }
    assert!(!tables.is_empty());
    assert_eq!(worked_out(&tables), Vec::<String>::new());
}
