//! Visibility against an oracle: random graphs and random viewers, and every answer compared with what a plain, slow
//! rule says may be seen. The rule is [`World::sees`]; it shares nothing with the code that it judges.

mod rule;
mod world;

use chrono::TimeDelta;
use serde_json::{Value, json};
use service::access::ScopeName;
use tests::support::client::Client;
use tests::support::databases::DatabaseKind;

use rule::{Who, global_id};
use world::{CENTRES, Thing, World};

/// The most root fields that a query may have.
const ROOT_FIELDS: usize = 20;

const QUERY: &str = r#"query ($ids: [ID!]!) {
    studies(first: 30) {
        totalCount
        nodes {
            name: slug
            findings(first: 30) { totalCount nodes { name: reference } }
            publications(first: 30) { ...Publications }
        }
    }
    allStudies: studies(first: 30, filter: {includeWithdrawn: true}) { ...Studies }
    publications(first: 30) { totalCount nodes { name: slug studies(first: 30) { ...Studies } } }
    allPublications: publications(first: 30, filter: {includeWithdrawn: true}) { ...Publications }
    publicationsAboutPeople: publications(first: 30, filter: {populations: ["people"]}) { ...Publications }
    findings(first: 30) { totalCount nodes { name: reference study { name: slug } publication { name: slug } } }
    allFindings: findings(first: 30, filter: {includeWithdrawn: true}) { ...Findings }
    randomisedFindings: findings(first: 30, filter: {designs: [RANDOMISED]}) { ...Findings }
    collaborations(first: 30) { ...Collaborations }
    allCollaborations: collaborations(first: 30, filter: {includeWithdrawn: true}) { ...Collaborations }
    population(slug: "people") { studies(first: 30) { ...Studies } }
    outcome(slug: "reading") { findings(first: 30) { ...Findings } }
    centres { nodes { slug studies(first: 30) { ...Studies } } }
    changes(first: 100, kinds: [COLLABORATION, STUDY, PUBLICATION, FINDING, FEEDBACK]) { nodes { subject { id } } }
    reportCard(from: "2019-01-01", to: "2019-12-31") { feedbackReceived(first: 30) { totalCount nodes { name: reference } } }
    nodes(ids: $ids) { id }
}
fragment Studies on StudyConnection { totalCount nodes { name: slug } }
fragment Publications on PublicationConnection { totalCount nodes { name: slug } }
fragment Findings on FindingConnection { totalCount nodes { name: reference } }
fragment Collaborations on CollaborationConnection { totalCount nodes { name: slug } }"#;

impl World {
    /// Nobody, a reader of each centre, and two whose scopes are left to chance.
    async fn viewers(&mut self) -> Vec<(Who, Client)> {
        let mut viewers = vec![(Who { reads_for: None }, self.app.nobody())];
        for (number, centre) in CENTRES.iter().enumerate() {
            viewers.push((
                Who {
                    reads_for: Some(number),
                },
                self.app.reader(centre).await,
            ));
        }
        for _ in 0..2 {
            let centre = self.chance.below(CENTRES.len());
            let mut scopes: Vec<_> = self
                .chance
                .some_below(ScopeName::ALL.len())
                .iter()
                .map(|number| ScopeName::ALL[*number])
                .collect();
            scopes.push(ScopeName::YoungPeopleStatistics);
            let reads_for = scopes.contains(&ScopeName::EvidenceRead).then_some(centre);
            viewers.push((
                Who { reads_for },
                self.app.holder(CENTRES[centre], &scopes).await,
            ));
        }
        viewers
    }

    /// Asks for everything as everybody, and tells how much was seen and how much was not.
    async fn agrees_with_the_rule(&mut self, seed: u64) -> (usize, usize) {
        let ids: Vec<_> = self.all().map(global_id).collect();
        let (mut shown, mut hidden) = (0, 0);
        for (who, client) in self.viewers().await {
            let expected = sorted(self.expected(who));
            let answer = client.ask_with(QUERY, json!({ "ids": ids })).await;
            let given = sorted(answer.data().clone());
            for (field, expected) in expected.as_object().unwrap() {
                assert_eq!(given[field], *expected, "seed {seed}, {who:?}: {field}");
            }
            let all: Vec<_> = self.all().collect();
            for some in all.chunks(ROOT_FIELDS / 2) {
                let found = found(&client, some).await;
                for (thing, found) in some.iter().zip(found) {
                    let is_seen = self.sees(who, thing);
                    assert_eq!(found, [is_seen; 2], "seed {seed}, {who:?}: {}", thing.name);
                    *(if is_seen { &mut shown } else { &mut hidden }) += 1;
                }
            }
        }
        (shown, hidden)
    }
}

/// Whether each thing is found by its global id, and by its name where it has one.
async fn found(client: &Client, things: &[&Thing]) -> Vec<[bool; 2]> {
    let fields = things.iter().enumerate().map(|(number, thing)| {
        let (id, name) = (global_id(thing), &thing.name);
        let by_name = match thing.tag {
            11 => format!("collaboration(slug: \"{name}\")"),
            12 => format!("study(slug: \"{name}\")"),
            13 => format!("publication(doi: \"10.5555/{name}\")"),
            _ => format!("node(id: \"{id}\")"),
        };
        format!("id{number}: node(id: \"{id}\") {{ id }} name{number}: {by_name} {{ id }}")
    });
    let query = format!("{{ {} }}", fields.collect::<Vec<_>>().join(" "));
    let answer = client.ask(&query).await;
    let is_there = |key: String| !answer.data()[key].is_null();
    (0..things.len())
        .map(|number| {
            [
                is_there(format!("id{number}")),
                is_there(format!("name{number}")),
            ]
        })
        .collect()
}

/// The same with its lists in one order: which things are in them is what counts here.
fn sorted(value: Value) -> Value {
    match value {
        Value::Array(items) => {
            let mut items: Vec<_> = items.into_iter().map(sorted).collect();
            items.sort_by_key(Value::to_string);
            items.into()
        }
        Value::Object(fields) => fields
            .into_iter()
            .map(|(name, value)| (name, sorted(value)))
            .collect(),
        other => other,
    }
}

async fn everybody_sees_what_the_rule_says(kind: DatabaseKind, seeds: std::ops::Range<u64>) {
    for seed in seeds {
        let mut world = World::new(kind, seed).await;
        let (shown, hidden) = world.agrees_with_the_rule(seed).await;
        assert!(
            shown > 20 && hidden > 20,
            "seed {seed} tries too little: {shown} shown, {hidden} hidden"
        );
        world.app.clock.advance(TimeDelta::days(2));
        let (later, _) = world.agrees_with_the_rule(seed).await;
        assert!(later > 0);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everybody_sees_what_the_rule_says_on_sqlite() {
    everybody_sees_what_the_rule_says(DatabaseKind::Sqlite, 1..9).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everybody_sees_what_the_rule_says_on_postgres() {
    everybody_sees_what_the_rule_says(DatabaseKind::Postgres, 9..11).await;
}
