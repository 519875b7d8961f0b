//! Feedback: given to a centre, answered by it, and counted by the report card.

use entity::Visibility;
use serde_json::{Value, json};
use service::access::ScopeName;
use tests::support::app::TestApp;
use tests::support::app::{ALPHA, BETA};
use tests::support::builders::Sharing;
use tests::support::client::{Answer, Client};
use tests::support::on_both_databases;

const GIVE: &str = "mutation ($input: GiveFeedbackInput!) { giveFeedback(input: $input) { feedback {
    id reference version visibility contributedBy { slug } fromRole text receivedOn answeredOn answer
    about { __typename ... on Study { slug } ... on Programme { slug } ... on Centre { slug } } } } }";
const ANSWER: &str =
    "mutation ($input: AnswerFeedbackInput!) { answerFeedback(input: $input) { feedback {
    id version answeredOn answer history { nodes { version operation } } } } }";

async fn give(client: &Client, input: &Value) -> Answer {
    client.ask_with(GIVE, json!({ "input": input })).await
}

async fn given_id(client: &Client, input: &Value) -> String {
    let given = give(client, input).await;
    given.at("/giveFeedback/feedback/id").as_str().unwrap().to_owned()
}

async fn answer(client: &Client, id: &str, expected_version: i32) -> Answer {
    let input = json!({ "id": id, "answer": "We begin earlier next time.", "answeredOn": "2019-06-30", "expectedVersion": expected_version });
    client.ask_with(ANSWER, json!({ "input": input })).await
}

fn to_alpha() -> Value {
    json!({ "centre": ALPHA, "fromRole": "practice leader", "text": "It came too late.", "receivedOn": "2019-03-01", "visibility": "PUBLIC" })
}

async fn counted(client: &Client) -> Value {
    let query = format!(
        r#"{{ reportCard(from: "2019-01-01", to: "2019-07-31", centre: "{ALPHA}") {{
            feedbackReceived {{ totalCount nodes {{ text answer }} }} feedbackAnswered {{ totalCount nodes {{ answer }} }} }} }}"#
    );
    client.ask(&query).await.at("/reportCard").clone()
}

#[on_both_databases]
async fn what_is_given_is_counted_and_then_answered(app: TestApp) {
    let contributor = app.contributor(ALPHA).await;
    let given = give(&contributor, &to_alpha()).await;
    let feedback = given.at("/giveFeedback/feedback");
    assert_eq!(feedback["contributedBy"]["slug"], ALPHA);
    assert_eq!(feedback["about"], json!({ "__typename": "Centre", "slug": ALPHA }));
    assert_eq!((&feedback["answeredOn"], &feedback["version"]), (&Value::Null, &json!(1)));
    assert_eq!(
        counted(&app.nobody()).await,
        json!({
            "feedbackReceived": { "totalCount": 1, "nodes": [{ "text": "It came too late.", "answer": null }] },
            "feedbackAnswered": { "totalCount": 0, "nodes": [] },
        })
    );
    let answered = answer(&contributor, feedback["id"].as_str().unwrap(), 1).await;
    assert_eq!(answered.at("/answerFeedback/feedback/answeredOn"), "2019-06-30");
    assert_eq!(
        answered.at("/answerFeedback/feedback/history/nodes"),
        &json!([
            { "version": 1, "operation": "CREATED" }, { "version": 2, "operation": "UPDATED" },
        ])
    );
    assert_eq!(
        counted(&app.nobody()).await["feedbackAnswered"],
        json!({
            "totalCount": 1, "nodes": [{ "answer": "We begin earlier next time." }],
        })
    );
}

#[on_both_databases]
async fn feedback_is_about_a_study_a_programme_or_the_centre(app: TestApp) {
    app.create_study("study", &Sharing::public(ALPHA)).await;
    app.create_programme("programme").await;
    let contributor = app.contributor(ALPHA).await;
    let about = async |field: &str, slug: &str| {
        let mut input = to_alpha();
        input[field] = json!(slug);
        give(&contributor, &input).await
    };
    let of_study = about("study", "study").await;
    assert_eq!(
        of_study.at("/giveFeedback/feedback/about"),
        &json!({ "__typename": "Study", "slug": "study" })
    );
    let of_programme = about("programme", "programme").await;
    assert_eq!(
        of_programme.at("/giveFeedback/feedback/about"),
        &json!({ "__typename": "Programme", "slug": "programme" })
    );
    let mut both = to_alpha();
    both["study"] = json!("study");
    both["programme"] = json!("programme");
    let refused = give(&contributor, &both).await;
    assert_eq!(refused.code(), Some("BAD_USER_INPUT"));
    assert_eq!(refused.body.pointer("/errors/0/extensions/field").unwrap(), "programme");
}

#[on_both_databases]
async fn the_same_request_twice_records_one_and_another_with_its_key_is_refused(app: TestApp) {
    let contributor = app.contributor(ALPHA).await;
    let mut input = to_alpha();
    input["idempotencyKey"] = json!("one");
    let first = given_id(&contributor, &input).await;
    assert_eq!(given_id(&contributor, &input).await, first);
    assert_eq!(counted(&app.nobody()).await["feedbackReceived"]["totalCount"], 1);
    let changes =
        app.nobody().ask("{ changes(kinds: [FEEDBACK]) { nodes { subject { id } } } }").await;
    assert_eq!(changes.at("/changes/nodes"), &json!([{ "subject": { "id": first } }]));
    input["text"] = json!("Something else.");
    assert_eq!(give(&contributor, &input).await.code(), Some("IDEMPOTENCY_KEY_REUSED"));
}

#[on_both_databases]
async fn an_answer_to_what_has_changed_since_is_a_conflict(app: TestApp) {
    let contributor = app.contributor(ALPHA).await;
    let id = given_id(&contributor, &to_alpha()).await;
    answer(&contributor, &id, 1).await.data();
    let late = answer(&contributor, &id, 1).await;
    assert_eq!(late.code(), Some("CONFLICT"));
    assert_eq!(late.body["errors"][0]["extensions"]["currentVersion"], 2);
    answer(&contributor, &id, 2).await.data();
}

#[on_both_databases]
async fn of_two_answers_at_once_one_is_written(app: TestApp) {
    let contributor = app.contributor(ALPHA).await;
    let id = given_id(&contributor, &to_alpha()).await;
    let (one, other) = tokio::join!(answer(&contributor, &id, 1), answer(&contributor, &id, 1));
    let mut codes = [one.code(), other.code()];
    codes.sort_unstable();
    assert_eq!(codes, [None, Some("CONFLICT")]);
}

#[on_both_databases]
async fn only_the_centre_that_received_it_gives_and_answers_it(app: TestApp) {
    let id = given_id(&app.contributor(ALPHA).await, &to_alpha()).await;
    let other = app.contributor(BETA).await;
    assert_eq!(give(&other, &to_alpha()).await.code(), Some("FORBIDDEN"));
    assert_eq!(answer(&other, &id, 1).await.code(), Some("FORBIDDEN"));
    let reader = app.reader(ALPHA).await;
    assert_eq!(give(&reader, &to_alpha()).await.code(), Some("FORBIDDEN"));
    assert_eq!(answer(&reader, &id, 1).await.code(), Some("FORBIDDEN"));
}

#[on_both_databases]
async fn whoever_may_give_but_not_read_is_shown_what_they_gave(app: TestApp) {
    let writer = app.holder(ALPHA, &[ScopeName::CollaborationWrite]).await;
    let mut hidden = to_alpha();
    hidden["visibility"] = json!("CENTRE");
    let given = give(&writer, &hidden).await;
    assert_eq!(given.at("/giveFeedback/feedback/text"), "It came too late.");
    assert_eq!(counted(&writer).await["feedbackReceived"]["totalCount"], 0);
}

#[on_both_databases]
async fn feedback_that_is_hidden_is_not_found_and_not_counted(app: TestApp) {
    let mut hidden = to_alpha();
    hidden["visibility"] = json!("CENTRE");
    let id = given_id(&app.contributor(ALPHA).await, &hidden).await;
    // Nobody is asked who they are, whether it is there or not.
    for (who, code) in
        [(app.nobody(), "UNAUTHENTICATED"), (app.contributor(BETA).await, "NOT_FOUND")]
    {
        assert_eq!(answer(&who, &id, 1).await.code(), Some(code));
        assert_eq!(counted(&who).await["feedbackReceived"]["totalCount"], 0);
        let node =
            who.ask_with("query ($id: ID!) { node(id: $id) { id } }", json!({ "id": id })).await;
        assert_eq!(node.at("/node"), &Value::Null);
    }
    assert_eq!(counted(&app.reader(ALPHA).await).await["feedbackReceived"]["totalCount"], 1);
}

#[on_both_databases]
async fn public_feedback_on_a_hidden_study_is_hidden_with_it(app: TestApp) {
    let study = app.create_study("draft", &Sharing::new(ALPHA, Visibility::Centre)).await;
    app.create_feedback("one", &Sharing::public(ALPHA), Some(study)).await;
    assert_eq!(counted(&app.nobody()).await["feedbackReceived"]["totalCount"], 0);
    assert_eq!(counted(&app.reader(ALPHA).await).await["feedbackReceived"]["totalCount"], 1);
}

#[on_both_databases]
async fn what_is_wrong_is_said_all_at_once(app: TestApp) {
    let contributor = app.contributor(ALPHA).await;
    let mut input = to_alpha();
    input["fromRole"] = json!("");
    input["text"] = json!(" ");
    let refused = give(&contributor, &input).await;
    assert_eq!(refused.code(), Some("BAD_USER_INPUT"));
    let problems =
        refused.body.pointer("/errors/0/extensions/problems").unwrap().as_array().unwrap();
    let fields: Vec<_> =
        problems.iter().map(|problem| problem["field"].as_str().unwrap()).collect();
    assert_eq!(fields, ["fromRole", "text"]);
    for (field, value) in [
        ("study", "none"),
        ("programme", "none"),
        ("centre", "none"),
        ("visibility", "COLLABORATION"),
    ] {
        let mut input = to_alpha();
        input[field] = json!(value);
        let refused = give(&contributor, &input).await;
        assert_eq!(refused.code(), Some("BAD_USER_INPUT"), "{field}");
        assert_eq!(refused.body.pointer("/errors/0/extensions/field").unwrap(), field);
    }
    let id = given_id(&contributor, &to_alpha()).await;
    let early =
        json!({ "id": id, "answer": "x", "answeredOn": "2019-02-28", "expectedVersion": 1 });
    let refused = contributor.ask_with(ANSWER, json!({ "input": early })).await;
    assert_eq!(refused.body.pointer("/errors/0/extensions/field").unwrap(), "answeredOn");
}
