//! The audit: complete, chained, and for those who may.

use sea_orm::ConnectionTrait;
use serde_json::{Value, json};
use service::access::ScopeName::{AuditRead, AuditReadAll, EvidenceRead, TokensManageAll};
use service::access::audit::{Checkpoint, Fault, Verified, verify};
use tests::support::app::{ALPHA, BETA, TestApp};
use tests::support::builders::Sharing;
use tests::support::client::Client;
use tests::support::on_both_databases;

use super::tokens::issue;

const EVENTS: &str = "query ($filter: AuditEventFilter) { auditEvents(filter: $filter, first: 100)
    { totalCount nodes { sequence action outcome times detail centre { slug } accessToken { name } subjectKind requestId } } }";

async fn events(client: &Client, filter: Value) -> Vec<Value> {
    let answer = client.ask_with(EVENTS, json!({ "filter": filter })).await;
    let nodes = answer.at("/auditEvents/nodes").as_array().unwrap().clone();
    assert_eq!(answer.at("/auditEvents/totalCount"), nodes.len());
    nodes
}

async fn verified(app: &TestApp, checkpoint: Option<&Checkpoint>) -> Verified {
    let store = app.space.store();
    verify(store, store.chain(), checkpoint).await.unwrap()
}

/// Changes the database behind the space's back.
async fn tamper(app: &TestApp, sql: &str) {
    app.execute(sql).await;
}

async fn fault_after(app: &TestApp, sql: &str) -> Option<Fault> {
    tamper(app, sql).await;
    verified(app, None).await.fault
}

#[on_both_databases]
async fn every_write_and_every_token_event_leaves_an_event(app: TestApp) {
    let all = app.holder(ALPHA, &[TokensManageAll, AuditReadAll, EvidenceRead]).await;
    let (_, id) = issue(&all, "x", BETA, &[EvidenceRead]).await;
    let revoke = "mutation ($id: ID!) { revokeAccessToken(input: {id: $id, reason: \"x\"}) { accessToken { id } } }";
    all.ask_with(revoke, json!({ "id": id })).await.data();
    app.create_study("one", &Sharing::public(ALPHA)).await;

    let found = events(&all, json!({ "actions": ["token.", "test"] })).await;
    let actions: Vec<_> = found.iter().map(|event| event["action"].as_str().unwrap()).collect();
    assert_eq!(actions[..3], ["test", "token.revoke", "token.issue"]);
    let revocation = &found[1];
    assert_eq!(
        (&revocation["outcome"], &revocation["centre"]["slug"]),
        (&json!("ALLOWED"), &json!(ALPHA))
    );
    assert_eq!(
        (&revocation["subjectKind"], &revocation["accessToken"]["name"]),
        (&json!("ACCESS_TOKEN"), &json!("test"))
    );
    assert!(revocation["requestId"].is_string());
}

#[on_both_databases]
async fn refused_access_is_written_together_with_who_and_why(app: TestApp) {
    let reader = app.reader(ALPHA).await;
    let (token, id) = app.token(ALPHA, &[EvidenceRead]).await;
    app.revoke(id).await;
    for _ in 0..3 {
        reader.ask("{ accessTokens { nodes { name } } }").await;
        app.with_token(&token).ask("{ viewer { scopes } }").await;
        app.with_token("nonsense").ask("{ viewer { scopes } }").await;
    }
    app.nobody().ask("{ auditEvents { nodes { action } } }").await;
    app.space.flush_journal().await;

    let auditor = app.holder(BETA, &[AuditReadAll]).await;
    let mut refused = events(&auditor, json!({ "outcomes": ["REFUSED"] })).await;
    refused.sort_by_key(|event| event["detail"].to_string());
    let told: Vec<_> = refused
        .iter()
        .map(|event| {
            json!([event["action"], event["times"], event["detail"], event["centre"]["slug"]])
        })
        .collect();
    assert_eq!(
        told,
        [
            json!(["token.read", 3, "FORBIDDEN: tokens:manage", ALPHA]),
            json!(["token.use", 3, "TOKEN_INVALID", null]),
            json!(["token.use", 3, "TOKEN_REVOKED", ALPHA]),
            json!(["audit.read", 1, "UNAUTHENTICATED", null]),
        ]
    );
    app.space.flush_journal().await;
    assert_eq!(
        events(&auditor, json!({ "outcomes": ["REFUSED"] })).await.len(),
        4,
        "nothing is written twice"
    );
}

#[on_both_databases]
async fn a_centre_reads_what_it_did_and_what_was_done_to_its_things(app: TestApp) {
    let all = app.holder(BETA, &[TokensManageAll, EvidenceRead]).await;
    issue(&all, "for alpha", ALPHA, &[EvidenceRead]).await;
    issue(&all, "for beta", BETA, &[EvidenceRead]).await;

    let alpha = app.holder(ALPHA, &[AuditRead]).await;
    let found = events(&alpha, json!({ "actions": ["token.issue"] })).await;
    let by: Vec<_> = found.iter().map(|event| event["centre"]["slug"].clone()).collect();
    assert_eq!(
        by,
        [Value::Null, json!(BETA)],
        "its own token by the operator, and the one by the other centre"
    );
    let beta = app.holder(BETA, &[AuditRead]).await;
    assert_eq!(
        events(&beta, json!({ "centres": [ALPHA] })).await.len(),
        1,
        "what it did to the other's"
    );
    assert_eq!(app.reader(ALPHA).await.ask_with(EVENTS, json!({})).await.code(), Some("FORBIDDEN"));
    assert_eq!(app.nobody().ask_with(EVENTS, json!({})).await.code(), Some("UNAUTHENTICATED"));
}

#[on_both_databases]
async fn pages_of_the_audit_miss_and_repeat_nothing(app: TestApp) {
    for number in 0..7 {
        app.create_study(&format!("study-{number}"), &Sharing::public(ALPHA)).await;
    }
    let auditor = app.holder(ALPHA, &[AuditReadAll]).await;
    let query = "query ($after: String) { auditEvents(first: 3, after: $after) { nodes { sequence } pageInfo { hasNextPage endCursor } } }";
    let (mut after, mut seen) = (json!(null), Vec::new());
    loop {
        let page = auditor.ask_with(query, json!({ "after": after })).await;
        seen.extend(
            page.at("/auditEvents/nodes")
                .as_array()
                .unwrap()
                .iter()
                .map(|node| node["sequence"].as_str().unwrap().parse::<i64>().unwrap()),
        );
        after = page.at("/auditEvents/pageInfo/endCursor").clone();
        if page.at("/auditEvents/pageInfo/hasNextPage") == false {
            break;
        }
    }
    let last = *seen.first().unwrap();
    assert_eq!(seen, (1..=last).rev().collect::<Vec<_>>());
}

#[on_both_databases]
async fn an_untouched_audit_holds_and_says_where_it_ends(app: TestApp) {
    let before = verified(&app, None).await;
    assert_eq!(
        (before.fault.clone(), before.events, before.before_the_chain),
        (None, before.end.sequence, 0)
    );
    app.create_study("one", &Sharing::public(ALPHA)).await;
    let after = verified(&app, Some(&before.end)).await;
    assert_eq!((after.fault, after.events), (None, before.events + 1));
    let text = after.end.to_string();
    assert_eq!(text.parse::<Checkpoint>().unwrap(), after.end);
}

#[on_both_databases]
async fn an_event_that_was_altered_is_found(app: TestApp) {
    for column in [
        "action = 'x'",
        "at = '2020-01-01T00:00:00Z'",
        "detail = 'x'",
        "times = 2",
        "outcome = 'REFUSED'",
        "centre_id = (SELECT id FROM centre LIMIT 1)",
        "request_id = 'x'",
        "subject_id = NULL",
        "token_id = id",
        "identity = 'x'",
    ] {
        let app = TestApp::start(app.kind()).await;
        app.create_study("one", &Sharing::public(ALPHA)).await;
        let update = format!("UPDATE audit_event SET {column} WHERE sequence = 2");
        assert_eq!(fault_after(&app, &update).await, Some(Fault::Altered(2)), "{column}");
    }
}

#[on_both_databases]
async fn an_event_that_was_removed_is_found(app: TestApp) {
    app.create_study("one", &Sharing::public(ALPHA)).await;
    assert_eq!(
        fault_after(&app, "DELETE FROM audit_event WHERE sequence = 2").await,
        Some(Fault::Missing(2))
    );
}

#[on_both_databases]
async fn an_event_in_the_place_of_another_is_found(app: TestApp) {
    app.create_study("one", &Sharing::public(ALPHA)).await;
    tamper(&app, "UPDATE audit_event SET sequence = 1000 WHERE sequence = 2").await;
    tamper(&app, "UPDATE audit_event SET sequence = 2 WHERE sequence = 3").await;
    assert_eq!(
        fault_after(&app, "UPDATE audit_event SET sequence = 3 WHERE sequence = 1000").await,
        Some(Fault::Altered(2))
    );
}

#[on_both_databases]
async fn an_end_that_was_cut_off_is_found(app: TestApp) {
    app.create_study("one", &Sharing::public(ALPHA)).await;
    let kept = verified(&app, None).await.end;
    let cut = format!("DELETE FROM audit_event WHERE sequence = {}", kept.sequence);
    assert_eq!(fault_after(&app, &cut).await, Some(Fault::End(kept.sequence)));
    // Somebody who moves the end back as well is found out by what was kept elsewhere.
    tamper(&app, &format!("UPDATE audit_head SET sequence = {0}, hash = (SELECT hash FROM audit_event WHERE sequence = {0})", kept.sequence - 1)).await;
    assert_eq!(verified(&app, None).await.fault, None);
    assert_eq!(verified(&app, Some(&kept)).await.fault, Some(Fault::Checkpoint(kept.sequence)));
    app.create_study("two", &Sharing::public(ALPHA)).await;
    assert_eq!(verified(&app, Some(&kept)).await.fault, Some(Fault::Checkpoint(kept.sequence)));
}

#[on_both_databases]
async fn an_event_that_was_put_beside_the_chain_is_found(app: TestApp) {
    app.clock.advance(chrono::TimeDelta::days(1));
    app.create_study("one", &Sharing::public(ALPHA)).await;
    let put = "INSERT INTO audit_event (id, at, action, outcome, times)
        SELECT subject_id, at, 'x', 'ALLOWED', 1 FROM audit_event ORDER BY sequence DESC LIMIT 1";
    assert_eq!(fault_after(&app, put).await, Some(Fault::Outside(1)));
}

#[on_both_databases]
async fn another_master_key_makes_no_chain_that_holds(app: TestApp) {
    let chain = service::store::audit::Chain::new(&app.another_master_key());
    let found = verify(app.space.store(), &chain, None).await.unwrap();
    assert_eq!(found.fault, Some(Fault::Altered(1)));
}

#[on_both_databases]
async fn a_write_that_fails_leaves_no_event(app: TestApp) {
    let refused = app.administrator(ALPHA).await;
    let before = verified(&app, None).await.events;
    let revoke = "mutation { revokeAccessTokens(input: {centre: \"alpha-centre\", reason: \" \"}) { revoked } }";
    assert_eq!(refused.ask(revoke).await.code(), Some("BAD_USER_INPUT"));
    assert_eq!(verified(&app, None).await.events, before);
}

#[on_both_databases]
async fn writers_at_once_make_one_chain(app: TestApp) {
    let writers = (0..24).map(|number| {
        let app = &app;
        async move {
            if number % 3 == 0 {
                app.with_token("nonsense").ask("{ viewer { scopes } }").await;
                app.space.flush_journal().await;
            } else {
                app.create_study(&format!("study-{number}"), &Sharing::public(ALPHA)).await;
            }
        }
    });
    futures::future::join_all(writers).await;
    assert_eq!(verified(&app, None).await.fault, None);
}

#[on_both_databases]
async fn no_event_holds_a_token(app: TestApp) {
    use sea_orm::Statement;

    let manager = app.administrator(ALPHA).await;
    let (token, _) = issue(&manager, "x", ALPHA, &[EvidenceRead]).await;
    app.with_token(&token).ask("{ accessTokens { nodes { id } } }").await;
    app.with_token(&format!("{token}x")).ask("{ viewer { scopes } }").await;
    app.space.flush_journal().await;
    let signature = token.rsplit('.').next().unwrap().to_owned();
    let connection = app.space.store().connection();
    for (table, columns) in [
        ("audit_event", "action, detail, request_id, identity"),
        ("access_token", "name, issued_by_identity, approver, revocation_reason"),
    ] {
        for column in columns.split(", ") {
            let select = format!("SELECT {column} FROM {table} WHERE {column} IS NOT NULL");
            let rows = connection
                .query_all_raw(Statement::from_string(connection.get_database_backend(), select))
                .await
                .unwrap();
            for row in rows {
                let text: String = row.try_get_by_index(0).unwrap();
                assert!(!text.contains(&signature), "{table}.{column}");
            }
        }
    }
}
