//! Servers: started, asked, stopped, started two at once, and with the demonstration network.

use serde_json::Value;
use tests::support::databases::{DatabaseKind, empty};

use crate::running::{Installation, Server};
use crate::tokens::{furnished, issue};

#[tokio::test]
async fn a_server_says_where_it_is_answers_and_stops_when_it_is_told() {
    let installation = Installation::new();
    let server = installation.serve(&["--log", "info,api=debug"]).await;
    assert_eq!(server.ask("{ __typename }", None).await["data"]["__typename"], "Query");
    assert_eq!(server.get("/health/ready", "trace-0815").await.0, 200);
    let (status, metrics) = server.get("/metrics", "trace-0816").await;
    assert_eq!(status, 200);
    for name in [
        "commonground_requests_total",
        "commonground_request_seconds",
        "commonground_sql_statements_total",
    ] {
        assert!(metrics.contains(name), "{metrics}");
    }

    let outcome = server.stop().await;
    assert_eq!(outcome.code, Some(0), "{}", outcome.log);
    assert!(
        outcome.answer.contains("/graphiql") && outcome.answer.contains("No token"),
        "{}",
        outcome.answer
    );
    let lines: Vec<Value> =
        outcome.log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(lines.iter().any(|line| line["message"] == "stopped"), "{}", outcome.log);
    let of_request = |line: &&Value| line.to_string().contains("trace-0815");
    assert!(
        lines.iter().any(|line| of_request(&line)),
        "the log of a request has its id: {}",
        outcome.log
    );
}

#[tokio::test]
async fn a_server_counts_what_it_was_told_to_count_and_runs_what_it_was_told_to_run() {
    let installation = Installation::new();
    let list = installation.path("operations.json");
    std::fs::write(&list, r#"{"types": "{ __typename }"}"#).unwrap();
    let list = list.to_str().unwrap();
    let server = installation.serve(&["--operations", list, "--anonymous-points", "3"]).await;
    let code = |answer: &Value| answer["errors"][0]["extensions"]["code"].clone();
    for _ in 0..3 {
        let answer = server.ask("{ __typename }", None).await;
        assert_eq!(answer["extensions"]["cost"]["limit"], 3, "{answer}");
    }
    let refused = server.ask("{ __typename }", None).await;
    assert_eq!(code(&refused), "QUOTA_EXHAUSTED");
    let other = server.ask("{ viewer { scopes } }", None).await;
    assert_eq!(code(&other), "OPERATION_NOT_ALLOWED");
    assert_eq!(server.stop().await.code, Some(0));
}

#[tokio::test]
async fn the_keys_of_a_server_are_for_its_user_alone() {
    use std::os::unix::fs::PermissionsExt;

    let installation = Installation::new();
    installation.serve(&[]).await.stop().await;
    let key = installation.data().join("master.key");
    let mode = std::fs::metadata(&key).unwrap().permissions().mode();
    assert_eq!(mode & 0o077, 0, "{mode:o}");
}

async fn two_servers_at_once(installation: Installation) {
    let (one, other) = tokio::join!(installation.serve(&[]), installation.serve(&[]));
    for server in [&one, &other] {
        assert_eq!(server.get("/health/ready", "trace-0815").await.0, 200);
    }
    let installation = furnished(installation).await;
    let token = issue(&installation).await;
    for server in [&one, &other] {
        let answer = server.ask("{ viewer { tokenName } }", Some(&token)).await;
        assert_eq!(answer["data"]["viewer"]["tokenName"], "nightly copy", "{answer}");
    }
    for server in [one, other] {
        let outcome = server.stop().await;
        assert_eq!(outcome.code, Some(0), "{}", outcome.log);
        assert!(!outcome.log.contains(r#""level":"ERROR""#), "{}", outcome.log);
    }
}

#[tokio::test]
async fn two_servers_at_once_on_an_empty_sqlite_database_both_become_ready() {
    two_servers_at_once(Installation::new()).await;
}

#[tokio::test]
async fn two_servers_at_once_on_an_empty_postgres_database_both_become_ready() {
    let database = empty(DatabaseKind::Postgres).await;
    two_servers_at_once(Installation::on(database.url())).await;
}

const TOTALS: &str = "{ centres { totalCount } studies { totalCount } publications { totalCount } findings { totalCount } }";

/// The cursor of the last change that everybody may see.
async fn last_change(server: &Server) -> Value {
    let mut after = Value::Null;
    loop {
        let query = format!(
            "{{ changes(first: 100, after: {after}) {{ pageInfo {{ hasNextPage endCursor }} }} }}"
        );
        let answer = server.ask(&query, None).await;
        let page = &answer["data"]["changes"]["pageInfo"];
        if page["endCursor"].is_string() {
            after = page["endCursor"].clone();
        }
        if page["hasNextPage"] != true {
            assert!(after.is_string(), "{answer}");
            return after;
        }
    }
}

#[tokio::test]
async fn a_second_start_with_the_demonstration_network_changes_nothing_and_prints_no_token() {
    let installation = Installation::new();
    let mut first = installation.serve(&["--demo"]).await;
    let token = first.line("Token").await;
    let viewer = first.ask("{ viewer { centre { slug } scopes } }", Some(&token)).await;
    assert!(viewer["data"]["viewer"]["scopes"].as_array().unwrap().len() > 5, "{viewer}");
    let (totals, last) = (first.ask(TOTALS, None).await, last_change(&first).await);
    assert!(totals["data"]["findings"]["totalCount"].as_u64().unwrap() > 1_000, "{totals}");
    assert_eq!(first.stop().await.code, Some(0));

    let second = installation.serve(&["--demo"]).await;
    assert_eq!(second.ask(TOTALS, None).await["data"], totals["data"]);
    assert_eq!(last_change(&second).await, last);
    let still = second.ask("{ viewer { tokenName } }", Some(&token)).await;
    assert!(
        still["data"]["viewer"]["tokenName"].is_string(),
        "the token of the first start is accepted: {still}"
    );
    let outcome = second.stop().await;
    assert!(!outcome.answer.contains("oken"), "{}", outcome.answer);
}
