//! A field that fails costs nothing but itself: what others have done or found is told.

use axum::body::Body;
use axum::http::{Method, Request, header};
use entity::Visibility;
use serde_json::{Value, json};
use service::access::ScopeName;
use tests::support::app::TestApp;
use tests::support::app::{ALPHA, BETA};
use tests::support::builders::Sharing;
use tests::support::client::{Client, fault};
use tests::support::on_both_databases;

const THREE: &str = r#"mutation {
    first: contributeStudy(input: {title: "First", design: RANDOMISED, status: PLANNED, idempotencyKey: "1"}) { study { id version } }
    second: contributeStudy(input: {title: "", design: RANDOMISED, status: PLANNED, idempotencyKey: "2"}) { study { id version } }
    third: contributeStudy(input: {title: "Third", design: RANDOMISED, status: PLANNED, idempotencyKey: "3"}) { study { id version } }
}"#;

/// The paths and codes of an answer's errors.
fn errors(body: &Value) -> Vec<(Value, &str)> {
    let errors = body["errors"].as_array().unwrap().iter();
    errors.map(|error| (error["path"].clone(), fault(error).unwrap())).collect()
}

async fn batch(client: &Client, documents: &[&str]) -> Value {
    let requests: Vec<_> = documents.iter().map(|document| json!({ "query": document })).collect();
    let request = Request::builder()
        .method(Method::POST)
        .uri("/graphql")
        .header(header::CONTENT_TYPE, "application/json")
        .body(Body::from(json!(requests).to_string()))
        .unwrap();
    let response = client.send(request).await;
    let body = axum::body::to_bytes(response.into_body(), usize::MAX).await;
    serde_json::from_slice(&body.unwrap()).unwrap()
}

#[on_both_databases]
async fn a_mutation_that_fails_leaves_what_the_others_have_done(app: TestApp) {
    let alpha = app.contributor(ALPHA).await;
    let answer = alpha.ask(THREE).await;
    let data = &answer.body["data"];
    assert_eq!(errors(&answer.body), [(json!(["second"]), "BAD_USER_INPUT")]);
    assert_eq!((&data["second"], &data["third"]["study"]["version"]), (&Value::Null, &json!(1)));
    for name in ["first", "third"] {
        let found = alpha
            .ask_with(
                "query ($id: ID!) { node(id: $id) { id } }",
                json!({ "id": data[name]["study"]["id"] }),
            )
            .await;
        assert_eq!(found.at("/node/id"), &data[name]["study"]["id"]);
    }
}

#[on_both_databases]
async fn a_document_that_failed_in_part_is_sent_again_and_makes_nothing_twice(app: TestApp) {
    let alpha = app.contributor(ALPHA).await;
    let first = alpha.ask(THREE).await;
    let again = alpha.ask(THREE).await;
    assert_eq!(again.body["data"], first.body["data"]);
    assert_eq!(alpha.ask("{ studies { totalCount } }").await.at("/studies/totalCount"), 2);
}

#[on_both_databases]
async fn in_a_batch_each_document_tells_what_it_has_done(app: TestApp) {
    let alpha = app.contributor(ALPHA).await;
    let answers = batch(
        &alpha,
        &[THREE, "{ studies { totalCount } bad: studies(first: -1) { totalCount } }"],
    )
    .await;
    assert!(answers[0]["data"]["first"]["study"]["id"].is_string(), "{answers}");
    assert_eq!(answers[1]["data"], json!({ "studies": { "totalCount": 2 }, "bad": null }));
}

#[on_both_databases]
async fn a_root_field_that_fails_leaves_the_others(app: TestApp) {
    app.create_study("a-study", &Sharing::public(ALPHA)).await;
    let query = r#"{ good: studies { nodes { slug } } long: studies(first: 1000) { totalCount } accessTokens { totalCount }
        nodes(ids: ["x"]) { id } centre(slug: "alpha-centre") { slug } }"#;
    let answer = app.nobody().ask(query).await;
    assert_eq!(
        answer.body["data"],
        json!({ "good": { "nodes": [{ "slug": "a-study" }] }, "long": null, "accessTokens": null,
        "nodes": null, "centre": { "slug": "alpha-centre" } })
    );
    let mut told = errors(&answer.body);
    told.sort_by_key(|(path, _)| path.to_string());
    assert_eq!(
        told,
        [
            (json!(["accessTokens"]), "UNAUTHENTICATED"),
            (json!(["long"]), "PAGE_TOO_LARGE"),
            (json!(["nodes"]), "BAD_USER_INPUT")
        ]
    );
}

#[on_both_databases]
async fn a_list_below_a_thing_that_fails_leaves_the_thing(app: TestApp) {
    app.create_study("a-study", &Sharing::public(ALPHA)).await;
    let query = r#"{ studies { nodes { slug findings(first: 1000) { totalCount } history(after: "x") { totalCount } publications { totalCount } } } }"#;
    let answer = app.nobody().ask(query).await;
    assert_eq!(
        answer.body["data"]["studies"]["nodes"],
        json!([{ "slug": "a-study", "findings": null, "history": null, "publications": { "totalCount": 0 } }])
    );
    assert_eq!(errors(&answer.body).len(), 2);
}

#[on_both_databases]
async fn a_page_that_is_refused_leaves_other_pages_of_the_same_list(app: TestApp) {
    app.create_study("a-study", &Sharing::public(ALPHA)).await;
    for list in ["findings", "ratings", "publications"] {
        let query = format!(
            "{{ studies {{ nodes {{ good: {list}(first: 1) {{ pageInfo {{ hasNextPage }} }} bad: {list}(after: \"x\") {{ pageInfo {{ hasNextPage }} }} }} }} }}"
        );
        let answer = app.nobody().ask(&query).await;
        assert_eq!(
            answer.body["data"]["studies"]["nodes"],
            json!([{ "good": { "pageInfo": { "hasNextPage": false } }, "bad": null }]),
            "{list}"
        );
        assert_eq!(errors(&answer.body).len(), 1, "{list}");
    }
}

#[on_both_databases]
async fn a_count_of_young_people_that_is_refused_leaves_other_counts(app: TestApp) {
    let client = app.holder(BETA, &[ScopeName::YoungPeopleStatistics]).await;
    let query = r#"{ youngPeople { good: statistics(input: {by: [SEX], asAt: "2024-03-31"}) { coverage { of } }
        bad: statistics(input: {by: [SEX], asAt: "2124-03-31"}) { coverage { of } } } }"#;
    let answer = client.ask(query).await;
    assert_eq!(
        answer.body["data"]["youngPeople"],
        json!({ "good": { "coverage": { "of": 0 } }, "bad": null })
    );
    assert_eq!(errors(&answer.body), [(json!(["youngPeople", "bad"]), "NOT_A_REFERENCE_DATE")]);
}

#[on_both_databases]
async fn a_field_about_young_people_that_is_refused_leaves_the_others(app: TestApp) {
    let beta = app.holder(BETA, &[ScopeName::YoungPeopleStatistics]).await;
    let query = r#"{ youngPeople { returns { totalCount } other: statistics(input: {by: [SEX], asAt: "2024-03-30"}) { coverage { of } }
        statistics(input: {by: [SEX], asAt: "2024-03-31"}) { coverage { of } } } }"#;
    let answer = beta.ask(query).await;
    assert_eq!(
        answer.body["data"]["youngPeople"],
        json!({ "returns": null, "other": null, "statistics": { "coverage": { "of": 0 } } })
    );
    let mut codes: Vec<_> = errors(&answer.body).into_iter().map(|(_, code)| code).collect();
    codes.sort_unstable();
    assert_eq!(codes, ["FORBIDDEN", "NOT_A_REFERENCE_DATE"]);
}

#[on_both_databases]
async fn a_page_of_which_everything_is_skipped_is_an_empty_object(app: TestApp) {
    app.create_study("a-study", &Sharing::new(ALPHA, Visibility::Public)).await;
    let query = "query ($not: Boolean!) { studies { totalCount @include(if: $not) } study(slug: \"none\") { slug } }";
    let answer = app.nobody().ask_with(query, json!({ "not": false })).await;
    assert_eq!(answer.data(), &json!({ "studies": {}, "study": null }));
}
