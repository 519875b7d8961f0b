//! The feed: of what somebody sees all is told, of what was hidden from them that it was, and of what they never saw
//! nothing.

use std::collections::HashMap;

use serde_json::{Value, json};
use service::filter::AnyOf;
use service::page::PageRequest;
use tests::support::client::Client;
use tests::support::streams::place_in_the_log;
use uuid::Uuid;

use super::rule::View;
use super::things::{Kind, Thing};
use super::world::World;

const QUERY: &str = "query ($kinds: [ChangeKind!], $after: String) {
    changes(first: 100, kinds: $kinds, after: $after) {
        nodes { id subjectId subject { id } }
        pageInfo { hasNextPage endCursor }
    }
}";

impl World {
    pub(super) async fn feed_agrees(&self, view: &View<'_>, client: &Client, what: &str) {
        let told = told(client).await;
        let things: HashMap<Uuid, &Thing> =
            self.present().all().map(|thing| (thing.id, thing)).collect();
        let kinds = Kind::ALL.map(Kind::changes);
        let everything = PageRequest::first(100_000);
        let operator = self.app.as_operator();
        let log =
            service::feed::list(&operator, &AnyOf::from(Some(kinds.to_vec())), &everything).await;
        for (_, row) in log.unwrap().items {
            let thing = things[&row.subject_id];
            let sees = view.sees(thing);
            let write = self.states.iter().position(|(at, _)| *at == row.at);
            let then = |state: usize| {
                let things = &self.states[state].1;
                let view = View {
                    who: view.who,
                    things,
                    collaborations: things.of(Kind::Collaboration),
                    at: row.at,
                };
                things.find(thing.key()).is_some_and(|was| view.sees(was))
            };
            let saw_before = write.is_some_and(|write| write > 0 && then(write - 1));
            let lost = saw_before && write.is_some_and(|write| !then(write));
            let answer = told.get(&row.sequence);
            let name = &thing.name;
            let of = format!("{what}: change {} of {name}", row.sequence);
            if sees || lost {
                assert!(answer.is_some(), "{of} is not told, sees: {sees}, lost: {lost}");
            }
            if let Some(answer) = answer {
                assert!(sees || saw_before, "{of} is told to somebody who never saw it");
                let id = thing.global_id();
                assert_eq!(answer["subjectId"], id, "{of}");
                let subject = if sees { json!({ "id": id }) } else { Value::Null };
                assert_eq!(answer["subject"], subject, "{of}");
            }
        }
    }
}

/// All that is told somebody, by its place in the log.
async fn told(client: &Client) -> HashMap<i64, Value> {
    let kinds: Vec<_> = Kind::ALL.map(|kind| kind.changes().to_string()).into();
    let mut told = HashMap::new();
    let mut after = Value::Null;
    loop {
        let answer = client.ask_with(QUERY, json!({ "kinds": kinds, "after": after })).await;
        for node in answer.at("/changes/nodes").as_array().unwrap() {
            let place = place_in_the_log(node["id"].as_str().unwrap());
            told.insert(place, node.clone());
        }
        after = answer.at("/changes/pageInfo/endCursor").clone();
        if answer.at("/changes/pageInfo/hasNextPage") != true {
            return told;
        }
    }
}
