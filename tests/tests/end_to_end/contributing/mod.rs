//! Centres put evidence in, correct it and take it back; and everybody else sees what they may.

mod about;
mod as_of;
mod batches;
mod concurrency;
mod history;
mod lists;
mod problems;
mod replaying;
mod revising;
mod sight;
mod standards;
mod withdrawing;

use serde_json::{Value, json};
use tests::support::client::{Answer, Client};

const CONTRIBUTE_STUDY: &str = "mutation ($input: ContributeStudyInput!) {
    contributeStudy(input: $input) { study { id slug title version visibility contributedBy { slug } leadCentre { slug } } }
}";
const REVISE_STUDY: &str = "mutation ($input: ReviseStudyInput!) {
    reviseStudy(input: $input) { study { id slug title summary version visibility } }
}";

/// A study as an input, with other fields put in.
fn study(title: &str, others: Value) -> Value {
    let mut input = json!({ "title": title, "design": "RANDOMISED", "status": "PLANNED" });
    put(&mut input, others);
    input
}

fn put(input: &mut Value, others: Value) {
    if let (Value::Object(input), Value::Object(others)) = (input, others) {
        input.extend(others);
    }
}

async fn contribute_study(client: &Client, input: Value) -> Answer {
    client.ask_with(CONTRIBUTE_STUDY, json!({ "input": input })).await
}

/// Contributes a study and gives its id.
async fn new_study(client: &Client, title: &str, others: Value) -> String {
    let answer = contribute_study(client, study(title, others)).await;
    text(&answer, "/contributeStudy/study/id")
}

async fn revise_study(client: &Client, id: &str, version: i32, others: Value) -> Answer {
    let mut input = json!({ "id": id, "expectedVersion": version });
    put(&mut input, others);
    client.ask_with(REVISE_STUDY, json!({ "input": input })).await
}

fn text(answer: &Answer, path: &str) -> String {
    let value = answer.at(path).as_str();
    value.expect("a text at the path").to_owned()
}

/// What the first error says is wrong, as the field and the code of each problem.
fn wrong(answer: &Answer) -> Vec<(String, String)> {
    let problems = answer.body.pointer("/errors/0/extensions/problems");
    let problems = problems.and_then(Value::as_array).cloned().unwrap_or_default();
    let told = |problem: &Value, name: &str| problem[name].as_str().unwrap_or_default().to_owned();
    problems.iter().map(|problem| (told(problem, "field"), told(problem, "code"))).collect()
}

/// The changes of a kind that a client sees after a cursor, as operation and id; and the last cursor.
async fn changes(
    client: &Client,
    kind: &str,
    after: Option<&str>,
) -> (Vec<(String, String)>, Option<String>) {
    let query = "query ($after: String, $kinds: [ChangeKind!]) { changes(after: $after, kinds: $kinds, first: 100)
        { nodes { operation subjectId } pageInfo { endCursor } } }";
    let page = client.ask_with(query, json!({ "after": after, "kinds": [kind] })).await;
    let nodes = page.at("/changes/nodes").as_array().unwrap();
    let told = |node: &Value, name: &str| node[name].as_str().unwrap_or_default().to_owned();
    let seen =
        nodes.iter().map(|node| (told(node, "operation"), told(node, "subjectId"))).collect();
    let cursor = page.at("/changes/pageInfo/endCursor").as_str().map(str::to_owned);
    (seen, cursor.or_else(|| after.map(str::to_owned)))
}
