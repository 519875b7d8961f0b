//! What is carried out of a document: each field once, whatever it is selected through; nothing of one
//! whose fields can't be merged; and texts as they are written.

use serde_json::{Value, json};
use tests::support::app::{ALPHA, TestApp};
use tests::support::builders::Sharing;
use tests::support::client::{Answer, Client};
use tests::support::databases::DatabaseKind;
use tests::support::on_both_databases;
use tests::support::streams::StreamServer;

const INPUT: &str = r#"input: {name: "twice", centre: "alpha-centre", scopes: ["evidence:read"]}"#;

/// The ways to ask for a new token's secret in one place and for its record in another. `ISSUE` is the
/// field with its arguments.
const TWICE: [&str; 8] = [
    "mutation { ISSUE { token } ISSUE { accessToken { id } } }",
    "mutation { x: ISSUE { token } x: ISSUE { accessToken { id } } }",
    "mutation { ISSUE { token } ... { ISSUE { accessToken { id } } } }",
    "mutation { ISSUE { token } ... on Mutation { ISSUE { accessToken { id } } } }",
    "mutation { ...A ...B } fragment A on Mutation { ISSUE { token } } fragment B on Mutation { ISSUE { accessToken { id } } }",
    "mutation { ...A ...A } fragment A on Mutation { ISSUE { token ...B } } fragment B on IssueAccessTokenPayload { accessToken { id } }",
    "mutation { ISSUE @include(if: true) { token } ISSUE @skip(if: false) { accessToken { id } } ISSUE @skip(if: true) { token } }",
    "mutation M($yes: Boolean = true) { ISSUE { token } ... @include(if: $yes) { ISSUE { accessToken { id } } } }",
];

async fn count(client: &Client, list: &str) -> i64 {
    let answer = client.ask(&format!("{{ {list} {{ totalCount }} }}")).await;
    answer.at(&format!("/{list}/totalCount")).as_i64().unwrap()
}

/// The body of the answer to a request as it comes, as a value doesn't keep the order of keys.
async fn sent(client: &Client, body: Value) -> String {
    let request = axum::http::Request::post("/graphql")
        .header("content-type", "application/json")
        .body(axum::body::Body::from(body.to_string()));
    let response = client.send(request.unwrap()).await;
    let bytes = axum::body::to_bytes(response.into_body(), usize::MAX).await;
    String::from_utf8(bytes.unwrap().to_vec()).unwrap()
}

/// The data of an answer as it comes.
async fn data(client: &Client, query: &str, variables: Value) -> String {
    let text = sent(client, json!({ "query": query, "variables": variables })).await;
    assert!(text.starts_with("{\"data\":"), "{text}");
    let (data, _) = text.split_once(",\"extensions\"").unwrap();
    data.trim_start_matches("{\"data\":").to_owned()
}

fn is_invalid(answer: &Answer) -> bool {
    let code = answer.code();
    answer.body.get("data").is_none()
        && code.is_some_and(|code| code.ends_with("VALIDATION_FAILED"))
}

#[on_both_databases]
async fn a_mutation_that_is_selected_again_runs_once(app: TestApp) {
    let manager = app.administrator(ALPHA).await;
    for document in TWICE {
        let before = count(&manager, "accessTokens").await;
        let document = document.replace("ISSUE", &format!("issueAccessToken({INPUT})"));
        let answer = manager.ask(&document).await;
        let issued = answer.data().as_object().unwrap().values().next().unwrap().clone();
        assert_eq!(count(&manager, "accessTokens").await, before + 1, "{document}");

        let holder = app.with_token(issued["token"].as_str().unwrap());
        holder.ask("{ centres { totalCount } }").await.data();
        let revoke = "mutation ($id: ID!) { revokeAccessToken(input: {id: $id, reason: \"x\"}) { accessToken { state } } }";
        manager.ask_with(revoke, json!({ "id": issued["accessToken"]["id"] })).await.data();
        let refused = holder.ask("{ centres { totalCount } }").await;
        assert_eq!(refused.code(), Some("TOKEN_REVOKED"), "{document}");
    }
}

#[on_both_databases]
async fn contributions_run_once_each_in_the_order_in_which_they_are_first_selected(app: TestApp) {
    let alpha = app.contributor(ALPHA).await;
    let document = r#"mutation ($of: ContributeStudyInput!) {
        b: contributeStudy(input: {title: "B", design: PILOT, status: PLANNED}) { study { slug } }
        ...Rest
        b: contributeStudy(input: {status: PLANNED, title: "B", design: PILOT}) { study { version } }
        a: contributeStudy(input: $of) { study { title } }
    }
    fragment Rest on Mutation {
        a: contributeStudy(input: $of) { study { slug } }
        c: contributeStudy(input: {title: "C", design: PILOT, status: PLANNED}) { study { slug } }
    }"#;
    let of = json!({ "title": "A", "design": "PILOT", "status": "PLANNED" });
    let told = data(&alpha, document, json!({ "of": of })).await;
    assert_eq!(
        told,
        r#"{"b":{"study":{"slug":"b","version":1}},"a":{"study":{"slug":"a","title":"A"}},"c":{"study":{"slug":"c"}}}"#
    );

    let made = alpha
        .ask("{ changes(first: 100) { nodes { kind subject { ... on Study { slug } } } } }")
        .await;
    let studies = made.at("/changes/nodes").as_array().unwrap().iter();
    let slugs: Vec<_> = studies.filter_map(|node| node["subject"]["slug"].as_str()).collect();
    assert_eq!(slugs, ["b", "a", "c"]);
}

#[on_both_databases]
async fn a_connection_that_is_selected_again_is_read_once(app: TestApp) {
    for number in 0..3 {
        app.create_study(&format!("study-{number}"), &Sharing::public(ALPHA)).await;
    }
    let once = "{ studies(first: 2) { totalCount edges { cursor } nodes { slug leadCentre { slug } contributedBy { name } findings { totalCount } } pageInfo { hasNextPage } } }";
    let again = "{ ...List ...Page studies(first: 2) { nodes { ...Card } ...Total } }
        fragment List on Query { studies(first: 2) { edges { cursor } nodes { slug ...Card } } }
        fragment Page on Query { studies(first: 2) { pageInfo { hasNextPage } ...Total } }
        fragment Total on StudyConnection { totalCount }
        fragment Card on Study { leadCentre { slug } ...Shared findings { totalCount } findings { totalCount } }
        fragment Shared on Shared { contributedBy { name } ... on Study { contributedBy { name } } }";
    let mut counted = Vec::new();
    for query in [once, again] {
        app.nobody().ask(query).await.data();
        counted.push(
            app.statements_of(async {
                app.nobody().ask(query).await.data();
            })
            .await,
        );
    }
    assert_eq!(counted[0], counted[1]);
    let (one, other) = (app.nobody().ask(once).await, app.nobody().ask(again).await);
    assert_eq!(one.data(), other.data());
    assert_eq!(cost(&one), cost(&other));
}

#[on_both_databases]
async fn texts_are_what_their_literals_stand_for(app: TestApp) {
    let alpha = app.contributor(ALPHA).await;
    for literal in [
        r#""\ud83d\ude00 caf\u00e9 \u{1F600}\u{22}""#,
        r#""\u{1f600} café \uD83D\uDE00\"""#,
        "\"😀 café 😀\\\"\"",
    ] {
        let document = format!(
            "\"Contributes.\" mutation M(\"The title.\" $title: String! = {literal}) {{ contributeStudy(input: {{title: $title, summary: {literal}, design: PILOT, status: PLANNED}}) {{ study {{ title summary }} }} }}"
        );
        let answer = alpha.ask(&document).await;
        let expected = json!({ "title": "😀 café 😀\"", "summary": "😀 café 😀\"" });
        assert_eq!(answer.at("/contributeStudy/study"), &expected, "{literal}");
    }
    let found = alpha.ask(r#"{ study(slug: "\ud83d\ude00") { id } }"#).await;
    assert_eq!(found.at("/study"), &Value::Null);
}

fn cost(answer: &Answer) -> &Value {
    &answer.body["extensions"]["cost"]["requested"]
}

async fn app() -> TestApp {
    TestApp::start(DatabaseKind::Sqlite).await
}

#[tokio::test]
async fn fields_that_conflict_are_refused_with_the_key_the_reason_and_both_places() {
    let app = app().await;
    let manager = app.administrator(ALPHA).await;
    let before = count(&manager, "accessTokens").await;
    for document in [
        "{ centres { nodes { x: name } } centres { nodes { x: slug } } }",
        "{ studies(first: 2) { nodes { id } } ...F } fragment F on Query { studies(first: 3) { nodes { id } } }",
        "{ studies { nodes { findings(first: 1) { totalCount } } } ...F } fragment F on Query { studies { nodes { findings(first: 2) { totalCount } } } }",
        "{ changes { nodes { subject { ... on Study { x: slug } ... on Finding { x: version } } } } }",
        "{ changes { nodes { subject { id ... on Study { id: slug } } } } }",
        r#"mutation { issueAccessToken(input: {name: "a", centre: "alpha-centre", scopes: []}) { token } issueAccessToken(input: {name: "b", centre: "alpha-centre", scopes: []}) { token } }"#,
    ] {
        let answer = manager.ask(document).await;
        assert!(is_invalid(&answer), "{document}: {}", answer.body);
        let error = &answer.body["errors"][0];
        let message = error["message"].as_str().unwrap();
        assert!(
            message.starts_with("Fields \"") && message.contains("conflict because"),
            "{message}"
        );
        assert_eq!(error["locations"].as_array().unwrap().len(), 2, "{document}");
    }
    assert_eq!(count(&manager, "accessTokens").await, before);
}

#[tokio::test]
async fn what_does_not_run_must_be_valid_all_the_same() {
    let app = app().await;
    for document in [
        "{ centres { totalCount } centres { totalCount } x: nothing @skip(if: true) }",
        "{ centres { totalCount @skip(if: true) nothing @include(if: false) } }",
        "query ($unused: Int) { centres { totalCount } centres { totalCount } }",
        "{ centres { totalCount } centres { totalCount } } fragment Unused on Query { centres { totalCount } }",
        "{ centres { totalCount } centres { totalCount } ...Missing }",
        "{ centres { totalCount } centres { totalCount ... on Study { id } } }",
        "query A { centres { totalCount } centres { totalCount } } query B { nothing }",
        "query ($n: Int) { centres(first: $n) { totalCount } centres(first: $n) { totalCount } x: studies(first: $m) @skip(if: true) { totalCount } }",
        "{ centres(first: true) { totalCount } centres(first: true) { totalCount } }",
    ] {
        let name = document.contains("query A").then_some("A");
        let body = json!({ "query": document, "operationName": name });
        let text = sent(&app.nobody(), body).await;
        let body: Value = serde_json::from_str(&text).unwrap();
        let code = body["errors"][0]["extensions"]["code"].as_str().unwrap_or_default();
        assert!(code.ends_with("VALIDATION_FAILED"), "{document}: {body}");
        assert!(body.get("data").is_none(), "{document}: {body}");
    }
}

#[tokio::test]
async fn an_object_of_which_nothing_applies_is_empty() {
    let app = app().await;
    app.create_study("one", &Sharing::public(ALPHA)).await;
    let nobody = app.nobody();
    let id = nobody.ask("{ study(slug: \"one\") { id } }").await;
    let id = id.at("/study/id").as_str().unwrap();
    let ask = async |query: &str| data(&nobody, query, json!({ "id": id })).await;
    assert_eq!(
        ask("query ($id: ID!) { node(id: $id) { ... on Finding { id } } }").await,
        r#"{"node":{}}"#
    );
    assert_eq!(
        ask("query ($id: ID!) { nodes(ids: [$id]) { ... on Centre { id } } }").await,
        r#"{"nodes":[{}]}"#
    );
    assert_eq!(
        ask("query ($id: ID!) { node(id: $id) { id @skip(if: true) } x: node(id: $id) @skip(if: true) { id } }").await,
        r#"{"node":{}}"#
    );
    assert_eq!(ask("query ($id: ID!) { node(id: $id) @skip(if: true) { id } }").await, "{}");
}

#[tokio::test]
async fn below_an_interface_fields_are_merged_for_the_object_that_comes() {
    let app = app().await;
    app.create_study("one", &Sharing::public(ALPHA)).await;
    let nobody = app.nobody();
    let id = nobody.ask("{ study(slug: \"one\") { id } }").await;
    let query = "query ($id: ID!) { node(id: $id) {
        ... on Centre { slug id }
        ... on Shared { contributedBy { slug } version }
        ... on Study { slug contributedBy { name ...C } id version }
        id __typename ...S ...S
      } }
      fragment C on Centre { slug name }
      fragment S on Study { contributedBy { slug } findings { totalCount } ... { findings { totalCount } } }";
    let told = data(&nobody, query, json!({ "id": id.at("/study/id") })).await;
    let start = r#"{"node":{"contributedBy":{"slug":"alpha-centre","name":"#;
    assert!(told.starts_with(start), "{told}");
    let end = format!(
        r#"}},"version":1,"slug":"one","id":{},"__typename":"Study","findings":{{"totalCount":0}}}}}}"#,
        id.at("/study/id")
    );
    assert!(told.ends_with(&end), "{told}");
}

#[tokio::test]
async fn a_default_decides_a_directive() {
    let app = app().await;
    let query = "query ($yes: Boolean = true) { centres { totalCount @include(if: $yes) nodes @skip(if: $yes) { id } } }";
    let ask = async |variables: Value| {
        let answer = app.nobody().ask_with(query, variables).await;
        let list = answer.at("/centres").as_object().unwrap();
        list.keys().cloned().collect::<Vec<_>>()
    };
    assert_eq!(ask(json!({})).await, ["totalCount"]);
    assert_eq!(ask(json!({ "yes": false })).await, ["nodes"]);
}

#[tokio::test]
async fn errors_stand_at_the_first_place_of_a_merged_field() {
    let app = app().await;
    let query = "{\n  centres { totalCount }\n  studies(after: \"x\") { totalCount }\n  studies(after: \"x\") { nodes { id } } }";
    let answer = app.nobody().ask(query).await;
    let errors = answer.body["errors"].as_array().unwrap();
    assert_eq!(errors.len(), 1, "{}", answer.body);
    assert_eq!(errors[0]["path"], json!(["studies"]));
    assert_eq!(errors[0]["locations"], json!([{ "line": 3, "column": 3 }]));
}

#[tokio::test]
async fn a_subscription_is_followed_once_through_fragments() {
    let app = app().await;
    let server = StreamServer::start(&app.space).await;
    let document = "subscription ($after: String) { ...A ...B ... { changes(after: $after, kinds: [STUDY]) { cursor } } }
        fragment A on Subscription { changes(after: $after, kinds: [STUDY]) { node { kind subject { id ... on Study { id slug } } } } }
        fragment B on Subscription { changes(after: $after, kinds: [STUDY]) { node { subject { ... on Study { title } } } } }";
    let last = app.nobody().ask("{ changes(first: 100) { pageInfo { endCursor } } }").await;
    let from = json!({ "after": last.at("/changes/pageInfo/endCursor") });
    let mut socket = server.join(None).await;
    socket.subscribe("1", document, from.clone()).await;
    let mut events = server.events(None, document, from).await;
    app.create_study("one", &Sharing::public(ALPHA)).await;
    app.create_study("two", &Sharing::public(ALPHA)).await;
    for slug in ["one", "two"] {
        let heard = socket.hear().await;
        for data in [&heard["payload"]["data"], &events.result().await["data"]] {
            let subject = data["changes"]["node"]["subject"].as_object().unwrap();
            assert_eq!(subject.len(), 3, "{data}");
            assert_eq!(subject["slug"], slug);
        }
    }
}

#[tokio::test]
async fn each_request_of_a_batch_is_merged() {
    let app = app().await;
    let manager = app.administrator(ALPHA).await;
    let before = count(&manager, "accessTokens").await;
    let document = TWICE[4].replace("ISSUE", &format!("issueAccessToken({INPUT})"));
    let body = json!([{ "query": document }, { "query": "{ __typename __typename }" }, { "query": document }]);
    let told = sent(&manager, body).await;
    assert!(!told.contains("errors"), "{told}");
    assert_eq!(count(&manager, "accessTokens").await, before + 2);
}
