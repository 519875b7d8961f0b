//! The history of a shared thing: who changed what, when and why, as far as it is the viewer's to know.

use chrono::TimeDelta;
use serde_json::{Value, json};
use tests::support::app::TestApp;
use tests::support::app::{ALPHA, BETA};
use tests::support::client::Client;
use tests::support::on_both_databases;

use super::{new_study, revise_study, text};

async fn history(client: &Client, id: &str) -> Vec<Value> {
    let query = "query ($id: ID!) { node(id: $id) { ... on Shared { history(first: 100) { totalCount nodes {
        version operation reason tokenName by { slug } changes { field before after } } } } } }";
    let answer = client.ask_with(query, json!({ "id": id })).await;
    let nodes = answer.at("/node/history/nodes").as_array().unwrap().clone();
    assert_eq!(answer.at("/node/history/totalCount"), nodes.len());
    nodes
}

#[on_both_databases]
async fn each_version_says_who_made_it_why_and_what_it_changed(app: TestApp) {
    let alpha = app.contributor(ALPHA).await;
    let id = new_study(&alpha, "A study", json!({ "visibility": "NETWORK" })).await;
    app.clock.advance(TimeDelta::minutes(1));
    revise_study(
        &alpha,
        &id,
        1,
        json!({ "title": "The study", "summary": "New", "reason": "A better title" }),
    )
    .await
    .data();
    app.clock.advance(TimeDelta::minutes(1));
    let status = json!({ "status": "STOPPED", "statusHistory": [{ "on": "2026-01-14", "status": "STOPPED", "stopReason": "CHANGED_OUR_MIND", "reason": "The partner left" }] });
    revise_study(&alpha, &id, 2, status).await.data();
    let versions = history(&alpha, &id).await;
    assert_eq!(versions.len(), 3);
    assert_eq!(versions[0]["changes"], json!([]));
    assert_eq!(versions[0]["by"]["slug"], ALPHA);
    assert!(versions[1]["tokenName"].is_string());
    assert_eq!(versions[1]["reason"], "A better title");
    assert_eq!(
        versions[1]["changes"],
        json!([
            { "field": "summary", "before": "null", "after": "\"New\"" },
            { "field": "title", "before": "\"A study\"", "after": "\"The study\"" },
        ])
    );
    let row = r#"[{"on":"2026-01-14","reason":"The partner left","status":"STOPPED","stopReason":"CHANGED_OUR_MIND"}]"#;
    assert_eq!(
        versions[2]["changes"],
        json!([
            { "field": "status", "before": "\"PLANNED\"", "after": "\"STOPPED\"" },
            { "field": "statusHistory", "before": "[]", "after": row },
        ])
    );
    let others = history(&app.reader(BETA).await, &id).await;
    assert_eq!(others[1]["tokenName"], Value::Null);
    assert_eq!(others[1]["changes"], versions[1]["changes"]);
}

#[on_both_databases]
async fn what_a_thing_was_as_a_draft_stays_with_its_centre(app: TestApp) {
    let alpha = app.contributor(ALPHA).await;
    let id = new_study(&alpha, "A secret title", json!({})).await;
    for (version, change) in [
        (1, json!({ "title": "A title" })),
        (2, json!({ "visibility": "PUBLIC" })),
        (3, json!({ "title": "A public title" })),
    ] {
        app.clock.advance(TimeDelta::minutes(1));
        revise_study(&alpha, &id, version, change).await.data();
    }
    assert_eq!(history(&alpha, &id).await.len(), 4);
    let seen = history(&app.nobody(), &id).await;
    let versions: Vec<_> =
        seen.iter().map(|version| version["version"].as_i64().unwrap()).collect();
    assert_eq!(versions, [3, 4]);
    assert_eq!(seen[0]["changes"], json!([]));
    assert_eq!(
        seen[1]["changes"],
        json!([{ "field": "title", "before": "\"A title\"", "after": "\"A public title\"" }])
    );
}

#[on_both_databases]
async fn a_version_under_an_embargo_is_seen_when_it_stood_until_it_passed(app: TestApp) {
    let alpha = app.contributor(ALPHA).await;
    let until = app.clock_now() + TimeDelta::hours(1);
    let id = new_study(
        &alpha,
        "First",
        json!({ "visibility": "PUBLIC", "embargoedUntil": until.to_rfc3339() }),
    )
    .await;
    app.clock.advance(TimeDelta::minutes(1));
    revise_study(&alpha, &id, 1, json!({ "title": "Second" })).await.data();
    app.clock.advance(TimeDelta::hours(2));
    revise_study(&alpha, &id, 2, json!({ "title": "Third" })).await.data();
    let seen = history(&app.nobody(), &id).await;
    let versions: Vec<_> =
        seen.iter().map(|version| version["version"].as_i64().unwrap()).collect();
    assert_eq!(versions, [2, 3]);
}

#[on_both_databases]
async fn versions_of_one_moment_are_each_judged_by_themselves(app: TestApp) {
    let alpha = app.contributor(ALPHA).await;
    let id = new_study(&alpha, "A secret title", json!({})).await;
    revise_study(&alpha, &id, 1, json!({ "title": "A title", "visibility": "PUBLIC" }))
        .await
        .data();
    revise_study(&alpha, &id, 2, json!({ "visibility": "CENTRE", "summary": "A secret" }))
        .await
        .data();
    revise_study(&alpha, &id, 3, json!({ "visibility": "PUBLIC", "summary": null })).await.data();
    let versions = |seen: &[Value]| -> Vec<i64> {
        seen.iter().map(|version| version["version"].as_i64().unwrap()).collect()
    };
    assert_eq!(versions(&history(&alpha, &id).await), [1, 2, 3, 4]);
    let seen = history(&app.nobody(), &id).await;
    assert_eq!(versions(&seen), [2, 4]);
    assert!(seen.iter().all(|version| version["changes"] == json!([])), "{seen:?}");
}

#[on_both_databases]
async fn the_history_grows_with_the_changes_and_not_with_the_thing(app: TestApp) {
    let alpha = app.contributor(ALPHA).await;
    let id = new_study(&alpha, "A study", json!({ "summary": "long ".repeat(2_000).trim() })).await;
    for version in 1..=5 {
        revise_study(&alpha, &id, version, json!({ "title": format!("Title {version}") }))
            .await
            .data();
    }
    let kept = app.kept_of_changes().await;
    assert!(kept < 5_000, "{kept} bytes are kept of five changes of a title");
    let page = alpha.ask_with("query ($id: ID!) { node(id: $id) { ... on Study { history(first: 2) { nodes { version } pageInfo { endCursor hasNextPage } } } } }", json!({ "id": id })).await;
    let after = text(&page, "/node/history/pageInfo/endCursor");
    let next = alpha.ask_with("query ($id: ID!, $after: String) { node(id: $id) { ... on Study { history(first: 2, after: $after) { nodes { version } } } } }", json!({ "id": id, "after": after })).await;
    assert_eq!(next.at("/node/history/nodes"), &json!([{ "version": 3 }, { "version": 4 }]));
}
