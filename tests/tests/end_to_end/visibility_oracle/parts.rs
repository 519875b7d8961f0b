//! Versions, changes and pairs of publications by their ids: somebody finds by an id what their lists tell them of, and
//! nothing else.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use tests::support::client::Client;

use super::things::{Kind, Thing};
use super::world::World;

const CHANGES: &str = "query ($kinds: [ChangeKind!], $after: String) {
    changes(first: 100, kinds: $kinds, after: $after) { nodes { id } pageInfo { hasNextPage endCursor } }
}";
const HISTORIES: &str = "query ($ids: [ID!]!) {
    nodes(ids: $ids) { ... on Shared { history(first: 100) { nodes { id } } } ... on Publication { possibleDuplicates { id } } }
}";
const PAIRS: &str = "{
    open: possibleDuplicates(first: 100) { nodes { id } }
    decided: possibleDuplicates(first: 100, decided: true) { nodes { id } }
}";
/// How many ids may be asked for at once.
const AT_ONCE: usize = 100;
/// How many things may be asked for with all their versions.
const AT_ONCE_WITH_VERSIONS: usize = 20;

impl World {
    pub(super) async fn parts_agree(&mut self, seed: u64) {
        let mut viewers = Vec::new();
        for (who, client) in self.viewers().await {
            let told = self.told(&client).await;
            viewers.push((who, client, told));
        }
        let all: BTreeSet<&String> = viewers.iter().flat_map(|(.., told)| told).collect();
        let all: Vec<&String> = all.into_iter().collect();
        assert!(all.len() > 40, "seed {seed} has too few parts: {}", all.len());
        for (who, client, told) in &viewers {
            for some in all.chunks(AT_ONCE) {
                let query = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }";
                let answer = client.ask_with(query, json!({ "ids": some })).await;
                let found = answer.at("/nodes").as_array().unwrap();
                for (id, found) in some.iter().zip(found) {
                    let expected = told.contains(*id).then(|| json!({ "id": id }));
                    assert_eq!(*found, json!(expected), "seed {seed}, {who:?}: {id}");
                }
            }
        }
    }

    /// The ids of all versions, changes and pairs of which lists tell somebody.
    async fn told(&self, client: &Client) -> BTreeSet<String> {
        let mut told = BTreeSet::new();
        let things: Vec<_> = self.present().all().map(Thing::global_id).collect();
        for some in things.chunks(AT_ONCE_WITH_VERSIONS) {
            let answer = client.ask_with(HISTORIES, json!({ "ids": some })).await;
            ids_in(answer.data(), &mut told);
        }
        ids_in(client.ask(PAIRS).await.data(), &mut told);
        let kinds: Vec<_> = Kind::ALL.map(|kind| kind.changes().to_string()).into();
        let mut after = Value::Null;
        loop {
            let variables = json!({ "kinds": kinds, "after": after });
            let page = client.ask_with(CHANGES, variables).await;
            ids_in(page.data(), &mut told);
            after = page.at("/changes/pageInfo/endCursor").clone();
            if page.at("/changes/pageInfo/hasNextPage") != true {
                return told;
            }
        }
    }
}

fn ids_in(value: &Value, ids: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                match value {
                    Value::String(id) if name == "id" => drop(ids.insert(id.clone())),
                    other => ids_in(other, ids),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| ids_in(item, ids)),
        _ => {}
    }
}
