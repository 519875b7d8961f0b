//! Every query in the documents and on the GraphiQL page is asked on the demonstration network, and every answer in
//! the documents is the true one.

mod json;

use std::fs;
use std::path::{Path, PathBuf};

use axum::body::Body;
use axum::http::{Request, header};
use serde_json::json;
use service::access::ScopeName;
use tests::support::app::TestApp;
use tests::support::client::Client;
use tests::support::databases::DatabaseKind;
use tests::support::streams::{StreamServer, cursor_of};

use json::Json;

/// What has queries with answers. After a change on purpose, write the answers anew with
/// `COMMONGROUND_TEST_UPDATE_COOKBOOK=1 cargo test -p tests --test end_to_end cookbook` and read the difference.
const DOCUMENTS: &[&str] = &["README.md", "docs/start.md", "docs/cookbook.md"];
const UPDATE: &str = "COMMONGROUND_TEST_UPDATE_COOKBOOK";
const COOKBOOK: &str = "docs/cookbook.md";
const QUESTIONS: usize = 21;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_answer_in_the_documents_is_true_on_sqlite() {
    let app = TestApp::with_demo(DatabaseKind::Sqlite).await;
    let update = std::env::var_os(UPDATE).is_some();
    for name in DOCUMENTS {
        let path = root().join(name);
        let written = fs::read_to_string(&path).unwrap();
        let answered = answer(&app, name, &written).await;
        if update {
            fs::write(&path, answered).unwrap();
        } else {
            assert_same(name, &written, &answered);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_answer_in_the_documents_is_true_on_postgres() {
    if std::env::var_os(UPDATE).is_some() {
        return;
    }
    let app = TestApp::with_demo(DatabaseKind::Postgres).await;
    for name in DOCUMENTS {
        let written = fs::read_to_string(root().join(name)).unwrap();
        assert_same(name, &written, &answer(&app, name, &written).await);
    }
}

#[test]
fn the_cookbook_answers_as_many_questions_as_it_says() {
    let cookbook = fs::read_to_string(root().join(COOKBOOK)).unwrap();
    let numbers: Vec<_> = cookbook
        .lines()
        .filter_map(|line| line.strip_prefix("## ")?.split_once(". ")?.0.parse::<usize>().ok())
        .collect();
    assert_eq!(numbers, (1..=QUESTIONS).collect::<Vec<_>>());
    for section in cookbook.split("\n## ").skip(1) {
        let title = section.lines().next().unwrap();
        assert!(
            section.contains("\n```graphql\n") && section.contains("\n```json\n"),
            "{title}: no query and answer"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_tab_of_graphiql_answers_without_errors() {
    let app = TestApp::with_demo(DatabaseKind::Sqlite).await;
    let folder = root().join("crates/api/graphiql/src/examples");
    let server = StreamServer::start(&app.space).await;
    let mut tabs = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let query = fs::read_to_string(&path).unwrap();
        let answer = match query.contains("\nsubscription ") {
            false => app.nobody().ask(&query).await.body,
            true => {
                let from = json!({ "after": cursor_of(0) });
                server.events(None, &query, from).await.result().await
            }
        };
        assert_eq!(answer.get("errors"), None, "{}", path.display());
        tabs += 1;
    }
    assert!(tabs > 0);
}

/// The document with every answer as it is now.
async fn answer(app: &TestApp, name: &str, document: &str) -> String {
    let mut answered = String::new();
    let (mut query, mut client) = (None, app.nobody());
    let mut lines = document.lines();
    while let Some(line) = lines.next() {
        answered.push_str(line);
        answered.push('\n');
        match line {
            "```graphql" => {
                let text = block(&mut lines);
                answered.push_str(&text);
                answered.push_str("```\n");
                query = Some(text);
            }
            "```json" => {
                let text = block(&mut lines);
                let text = match query.take() {
                    Some(query) => asked(name, &client, &query).await,
                    None => text,
                };
                answered.push_str(&text);
                answered.push_str("```\n");
                client = app.nobody();
            }
            line if line.starts_with("<!-- as ") => client = holder(app, line).await,
            _ => {}
        }
    }
    answered
}

/// The lines up to the end of a block of code.
fn block<'d>(lines: &mut impl Iterator<Item = &'d str>) -> String {
    lines.take_while(|line| *line != "```").map(|line| format!("{line}\n")).collect()
}

/// `<!-- as CENTRE with SCOPE SCOPE -->` says whose token a query is sent with.
async fn holder(app: &TestApp, line: &str) -> Client {
    let (_, rest) = line.split_once("<!-- as ").unwrap();
    let (centre, scopes) = rest.trim_end_matches(" -->").split_once(" with ").unwrap();
    let scopes: Vec<ScopeName> = scopes.split(' ').map(|scope| scope.parse().unwrap()).collect();
    app.holder(centre, &scopes).await
}

/// The data of an answer, as the documents show it: in the order in which it was sent.
async fn asked(name: &str, client: &Client, query: &str) -> String {
    let request = Request::post("/graphql")
        .header(header::CONTENT_TYPE, "application/json")
        .body(Body::from(serde_json::json!({ "query": query }).to_string()))
        .unwrap();
    let body = client.send(request).await.into_body();
    let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
    let body = Json::parse(&String::from_utf8_lossy(&body)).unwrap();
    assert_eq!(body.get("errors"), None, "{name}: {query}");
    format!("{}\n", body.get("data").unwrap().pretty())
}

fn assert_same(name: &str, written: &str, answered: &str) {
    for (number, (written, answered)) in written.lines().zip(answered.lines()).enumerate() {
        assert_eq!(
            written,
            answered,
            "{name}:{}: the answer differs; see {UPDATE} in this file",
            number + 1
        );
    }
    assert_eq!(written.lines().count(), answered.lines().count(), "{name}");
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}
