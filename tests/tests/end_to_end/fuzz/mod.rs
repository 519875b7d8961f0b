//! Thousands of random requests, well-formed and broken, made from the schema itself: whatever comes, the server
//! answers in its own words, with a code of its table, and never with a failure.
//!
//! The same seed makes the same requests. `COMMONGROUND_TEST_FUZZ_SEED` and `COMMONGROUND_TEST_FUZZ_REQUESTS` make
//! others and more of them.

mod documents;
mod requests;
mod schema;
mod values;

use std::collections::BTreeSet;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use entity::Vocabulary;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::Value;
use tests::support::app::{ALPHA, BETA, TestApp};
use tests::support::builders::Sharing;
use tests::support::client::Client;
use tests::support::on_both_databases;

use requests::Requests;

const SEED: u64 = 20_260_115;
const REQUESTS: usize = 1_500;

/// What is never for a client to read, and no generator of ours makes.
const INTERNALS: [&str; 9] = [
    "sqlx",
    "SELECT ",
    "panicked",
    "src/",
    "DbErr",
    "sea_orm",
    "sqlite",
    "postgres",
    "Something went wrong",
];

/// Codes that say that the fault is ours.
const FAULTS: [&str; 3] = ["INTERNAL_SERVER_ERROR", "UNAVAILABLE", "TIMED_OUT"];

fn setting(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

#[on_both_databases]
async fn whatever_is_asked_the_server_answers_in_its_own_words(app: TestApp) {
    fill(&app).await;
    let seed = setting("COMMONGROUND_TEST_FUZZ_SEED").unwrap_or(SEED);
    let count = setting("COMMONGROUND_TEST_FUZZ_REQUESTS").unwrap_or(REQUESTS as u64);
    let people = [app.nobody(), app.contributor(ALPHA).await, app.administrator(BETA).await];
    let mut random = StdRng::seed_from_u64(seed);
    let mut requests = Requests::new(ids(&people[0]).await);
    let (mut seen, mut answered) = (BTreeSet::new(), 0);
    for number in 0..count {
        let person = &people[random.random_range(0..people.len())];
        let sent = requests.next(&mut random);
        let (status, body) = send(person, sent.request).await;
        let context =
            format!("seed {seed}, request {number}: {}\n{status}: {body:.2000}", sent.text);
        let codes = check(status, &body, &context);
        answered += usize::from(codes.is_empty());
        seen.extend(codes);
    }
    assert!(answered as u64 > count / 15, "too few pass: {answered} of {count}");
    assert!(seen.len() >= 15, "too little of what can go wrong went wrong: {seen:?}");
}

/// Something to be found.
async fn fill(app: &TestApp) {
    let outcome = app.create_term(Vocabulary::Outcome, "reading", None).await;
    for number in 0..5 {
        let slug = format!("study-{number}");
        let study = app.create_study(&slug, &Sharing::public(ALPHA)).await;
        app.create_publication(&format!("report-{number}"), &Sharing::public(ALPHA), &[study])
            .await;
        app.create_finding("one", &Sharing::public(ALPHA), study, outcome).await;
    }
}

/// Ids and cursors that are there.
async fn ids(client: &Client) -> Vec<String> {
    let query = "{ studies(first: 5) { edges { cursor node { id slug } } } centres(first: 2) { edges { cursor node { id slug } } } }";
    let answer = client.ask(query).await;
    let mut found = Vec::new();
    for list in ["/studies/edges", "/centres/edges"] {
        for edge in answer.at(list).as_array().unwrap() {
            for text in [&edge["cursor"], &edge["node"]["id"], &edge["node"]["slug"]] {
                found.push(text.as_str().unwrap().to_owned());
            }
        }
    }
    found
}

async fn send(client: &Client, request: Request<Body>) -> (StatusCode, String) {
    let (head, body) = client.send(request).await.into_parts();
    let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap();
    (head.status, String::from_utf8(bytes.to_vec()).expect("a text"))
}

/// Checks what holds for every answer, and gives the codes in it.
fn check(status: StatusCode, body: &str, context: &str) -> Vec<String> {
    assert!(!status.is_server_error(), "{context}");
    for internal in INTERNALS {
        assert!(!body.contains(internal), "'{internal}' in {context}");
    }
    if body.is_empty() {
        return vec!["an empty answer".to_owned()];
    }
    let body: Value = serde_json::from_str(body).expect(context);
    let answers = match body {
        Value::Array(answers) => answers,
        one => vec![one],
    };
    let known: BTreeSet<_> = api::error_codes().into_iter().map(|told| told.code).collect();
    let mut codes = Vec::new();
    for answer in answers {
        let errors = answer.get("errors").and_then(Value::as_array);
        assert!(errors.is_some() || answer.get("data").is_some(), "{context}");
        for error in errors.into_iter().flatten() {
            let code = error.pointer("/extensions/code").and_then(Value::as_str);
            let code = code.unwrap_or_default();
            assert!(known.contains(code), "the code '{code}' in {context}");
            assert!(!FAULTS.contains(&code), "{context}");
            assert!(
                error["message"].as_str().is_some_and(|message| !message.is_empty()),
                "{context}"
            );
            codes.push(code.to_owned());
        }
    }
    codes
}
