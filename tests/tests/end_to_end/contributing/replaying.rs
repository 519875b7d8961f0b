//! Random edits of several centres, replayed beside a plain model: what stands, what was, and what copies that are kept
//! by the feed hold must be what the model says.

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;
use entity::Vocabulary;
use serde_json::{Value, json};
use tests::support::app::{ALPHA, BETA, TestApp};
use tests::support::client::Client;
use tests::support::on_both_databases;

use super::{new_study, revise_study, text};

/// Chance that is the same each time.
struct Chance(u64);

impl Chance {
    fn of(&mut self, below: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % below
    }

    fn one<'t, T>(&mut self, of: &'t [T]) -> &'t T {
        let at = self.of(of.len() as u64);
        &of[usize::try_from(at).unwrap()]
    }
}

/// What the model knows of a thing.
#[derive(Clone, Debug)]
struct Known {
    centre: &'static str,
    title: String,
    visibility: &'static str,
    version: i32,
    /// The study of a finding.
    study: Option<String>,
}

type Model = BTreeMap<String, Known>;

/// The plain rule: who sees a thing.
fn sees(model: &Model, viewer: Option<&str>, id: &str) -> bool {
    let thing = &model[id];
    let by_itself = match thing.visibility {
        "PUBLIC" => true,
        "NETWORK" => viewer.is_some(),
        _ => viewer == Some(thing.centre),
    };
    by_itself && thing.study.as_deref().is_none_or(|study| sees(model, viewer, study))
}

/// What a viewer sees, as ids with titles and versions.
fn seen(model: &Model, viewer: Option<&str>) -> BTreeMap<String, (String, i32)> {
    let ids = model.keys().filter(|id| sees(model, viewer, id));
    ids.map(|id| (id.clone(), (model[id].title.clone(), model[id].version))).collect()
}

/// A copy that is kept in step by the feed alone.
#[derive(Default)]
struct Copy {
    things: BTreeMap<String, (String, i32)>,
    cursor: Option<String>,
}

impl Copy {
    async fn catch_up(&mut self, client: &Client) {
        let query = "query ($after: String) { changes(after: $after, kinds: [STUDY, FINDING], first: 3) {
            nodes { operation subjectId subject { ... on Study { title version } ... on Finding { subgroup version } } }
            pageInfo { endCursor hasNextPage } } }";
        loop {
            let page = client.ask_with(query, json!({ "after": self.cursor })).await;
            for change in page.at("/changes/nodes").as_array().unwrap() {
                let id = change["subjectId"].as_str().unwrap().to_owned();
                if change["operation"] == "WITHDRAWN" {
                    self.things.remove(&id);
                    continue;
                }
                let subject = &change["subject"];
                let title = subject["title"].as_str().or(subject["subgroup"].as_str());
                let version = subject["version"].as_i64().unwrap();
                self.things
                    .insert(id, (title.unwrap().to_owned(), i32::try_from(version).unwrap()));
            }
            if let Some(cursor) = page.at("/changes/pageInfo/endCursor").as_str() {
                self.cursor = Some(cursor.to_owned());
            }
            if page.at("/changes/pageInfo/hasNextPage") == false {
                return;
            }
        }
    }
}

/// What the lists show a viewer at a moment.
async fn listed(client: &Client, as_of: Option<&str>) -> BTreeMap<String, (String, i32)> {
    let query = "query ($asOf: DateTime) {
        studies(first: 100, asOf: $asOf) { nodes { id title version } }
        findings(first: 100, asOf: $asOf) { nodes { id subgroup version } } }";
    let answer = client.ask_with(query, json!({ "asOf": as_of })).await;
    let mut all = BTreeMap::new();
    for (path, name) in [("/studies/nodes", "title"), ("/findings/nodes", "subgroup")] {
        for node in answer.at(path).as_array().unwrap() {
            let told = |field: &str| node[field].as_str().unwrap().to_owned();
            let version = i32::try_from(node["version"].as_i64().unwrap()).unwrap();
            all.insert(told("id"), (told(name), version));
        }
    }
    all
}

async fn revise_finding(client: &Client, id: &str, version: i32, others: Value) -> bool {
    let revise = "mutation ($input: ReviseFindingInput!) { reviseFinding(input: $input) { finding { id } } }";
    let mut input = json!({ "id": id, "expectedVersion": version });
    super::put(&mut input, others);
    client.ask_with(revise, json!({ "input": input })).await.body.get("errors").is_none()
}

async fn replay(app: &TestApp, seed: u64) {
    app.create_term(Vocabulary::Outcome, "reading", None).await;
    let mut chance = Chance(seed);
    let writers = [(ALPHA, app.contributor(ALPHA).await), (BETA, app.contributor(BETA).await)];
    let readers = [
        (None, app.nobody()),
        (Some(ALPHA), app.reader(ALPHA).await),
        (Some(BETA), app.reader(BETA).await),
    ];
    let mut copies: Vec<Copy> = readers.iter().map(|_| Copy::default()).collect();
    let mut model = Model::new();
    let mut versions: BTreeMap<String, BTreeSet<i32>> = BTreeMap::new();
    let mut moments: Vec<(String, Model)> = Vec::new();

    for step in 0..60 {
        app.clock.advance(TimeDelta::seconds(10));
        let (centre, writer) = chance.one(&writers);
        let visibility = *chance.one(&["PUBLIC", "NETWORK", "CENTRE"]);
        let title = format!("Number {step}");
        let studies: Vec<String> =
            model.keys().filter(|id| model[*id].study.is_none()).cloned().collect();
        let own: Vec<String> =
            model.keys().filter(|id| model[*id].centre == *centre).cloned().collect();
        match chance.of(4) {
            0 => {
                let id = new_study(writer, &title, json!({ "visibility": visibility })).await;
                versions.entry(id.clone()).or_default().insert(1);
                model.insert(id, Known { centre, title, visibility, version: 1, study: None });
            }
            1 if !studies.is_empty() => {
                let study = chance.one(&studies).clone();
                let contribute = "mutation ($input: ContributeFindingInput!) { contributeFinding(input: $input) { finding { id } } }";
                let input = json!({ "study": study, "outcome": "reading", "measure": "FISHER_Z", "estimate": 0.1, "subgroup": title, "visibility": visibility });
                let answer = writer.ask_with(contribute, json!({ "input": input })).await;
                if !sees(&model, Some(centre), &study) {
                    assert_eq!(
                        answer.code(),
                        Some("BAD_USER_INPUT"),
                        "a finding of a study that is not seen"
                    );
                    continue;
                }
                let id = text(&answer, "/contributeFinding/finding/id");
                versions.entry(id.clone()).or_default().insert(1);
                model.insert(
                    id,
                    Known { centre, title, visibility, version: 1, study: Some(study) },
                );
            }
            _ if !own.is_empty() => {
                let id = chance.one(&own).clone();
                // Sometimes an editor has an old version in hand.
                let stale = chance.of(5) == 0;
                let expected = model[&id].version - i32::from(stale);
                let is_finding = model[&id].study.is_some();
                let done = if is_finding {
                    revise_finding(
                        writer,
                        &id,
                        expected,
                        json!({ "subgroup": title, "visibility": visibility }),
                    )
                    .await
                } else {
                    let answer = revise_study(
                        writer,
                        &id,
                        expected,
                        json!({ "title": title, "visibility": visibility }),
                    )
                    .await;
                    answer.body.get("errors").is_none()
                };
                let is_seen = sees(&model, Some(centre), &id);
                assert_eq!(done, !stale && is_seen, "step {step}");
                if done {
                    let known = model.get_mut(&id).unwrap();
                    (known.title, known.visibility, known.version) =
                        (title, visibility, known.version + 1);
                    versions.entry(id).or_default().insert(known.version);
                }
            }
            _ => {}
        }
        if chance.of(6) == 0 {
            for (copy, (_, client)) in copies.iter_mut().zip(&readers) {
                copy.catch_up(client).await;
            }
        }
        if chance.of(12) == 0 {
            app.clock.advance(TimeDelta::seconds(1));
            moments.push((app.clock_now().to_rfc3339(), model.clone()));
            app.clock.advance(TimeDelta::seconds(1));
        }
    }
    for (copy, (viewer, client)) in copies.iter_mut().zip(&readers) {
        copy.catch_up(client).await;
        assert_eq!(listed(client, None).await, seen(&model, *viewer), "what {viewer:?} sees");
        assert_eq!(copy.things, seen(&model, *viewer), "the copy of {viewer:?}");
        for (moment, was) in &moments {
            assert_eq!(
                listed(client, Some(moment)).await,
                seen(was, *viewer),
                "what {viewer:?} saw at {moment}"
            );
        }
    }
    for (centre, client) in [(ALPHA, &readers[1].1), (BETA, &readers[2].1)] {
        for (id, known) in
            model.iter().filter(|(_, known)| known.centre == centre && known.study.is_none())
        {
            let query = "query ($id: ID!) { node(id: $id) { ... on Shared { history(first: 100) { nodes { version } } } } }";
            let answer = client.ask_with(query, json!({ "id": id })).await;
            let told = answer.at("/node/history/nodes").as_array().unwrap().iter();
            let told: BTreeSet<i32> = told
                .map(|node| i32::try_from(node["version"].as_i64().unwrap()).unwrap())
                .collect();
            assert_eq!(told, versions[id], "the history of {}", known.title);
        }
    }
}

#[on_both_databases]
async fn random_edits_of_several_centres_leave_what_a_plain_model_says(app: TestApp) {
    replay(&app, 7).await;
}

#[on_both_databases]
async fn other_random_edits_do_so_too(app: TestApp) {
    replay(&app, 2_026).await;
}

#[on_both_databases]
async fn and_so_do_others_still(app: TestApp) {
    replay(&app, 40_411).await;
}
