//! What a study is about by its findings: for whoever sees them, and as long as they stand.

use entity::Vocabulary;
use serde_json::{Value, json};
use service::Viewer;
use service::interchange::bundle::{self, Format};
use tests::support::app::{ALPHA, TestApp};
use tests::support::client::Client;
use tests::support::on_both_databases;

use super::as_of::a_minute_passes;
use super::{new_study, text};

const REVISE: &str = "mutation ($input: ReviseFindingInput!) { reviseFinding(input: $input) { finding { version } } }";

/// A public study that names nothing itself, with a public finding on reading by mentoring: their ids, and a moment
/// between the two.
async fn study_by_its_finding(app: &TestApp, alpha: &Client) -> (String, String, String) {
    for slug in ["reading", "writing"] {
        app.create_term(Vocabulary::Outcome, slug, None).await;
    }
    app.create_term(Vocabulary::Intervention, "mentoring", None).await;
    let study = new_study(alpha, "A study", json!({ "visibility": "PUBLIC" })).await;
    let between = a_minute_passes(app);
    let find = r#"mutation { contributeFinding(input: {
        study: "a-study", reference: "f", outcome: "reading", intervention: "mentoring", measure: FISHER_Z, estimate: 0.1,
        visibility: PUBLIC
    }) { finding { id } } }"#;
    let finding = text(&alpha.ask(find).await, "/contributeFinding/finding/id");
    (study, finding, between)
}

/// What a study is told to be about, by itself and by each way back from a term.
async fn told(client: &Client, as_of: Option<&str>) -> Vec<String> {
    let query = r#"query ($asOf: DateTime) {
        study(slug: "a-study", asOf: $asOf) { interventions { slug } outcomes { slug } }
        mentoring: intervention(slug: "mentoring", asOf: $asOf) { studies { totalCount } }
        reading: studies(filter: { outcomes: ["reading"] }, asOf: $asOf) { totalCount }
        writing: studies(filter: { outcomes: ["writing"] }, asOf: $asOf) { totalCount }
    }"#;
    let answer = client.ask_with(query, json!({ "asOf": as_of })).await;
    let interventions = answer.list("/study/interventions", "slug");
    let by_mentoring = answer.at("/mentoring/studies/totalCount");
    assert_eq!(*by_mentoring, interventions.len(), "{}", answer.body);
    let outcomes = answer.list("/study/outcomes", "slug");
    let is_on = |term: &str| u64::from(outcomes.iter().any(|outcome| outcome == term));
    for term in ["reading", "writing"] {
        let count = answer.at(&format!("/{term}/totalCount"));
        assert_eq!(*count, is_on(term), "{term}: {}", answer.body);
    }
    if as_of.is_none() {
        let query = "{ outcomes { nodes { slug studies { totalCount } exactly: studies(filter: { includeNarrower: false }) { nodes { slug } } } } }";
        let answer = client.ask(query).await;
        for outcome in answer.at("/outcomes/nodes").as_array().unwrap() {
            let count = is_on(outcome["slug"].as_str().unwrap());
            assert_eq!(outcome["studies"]["totalCount"], count, "{}", answer.body);
            let exactly = outcome["exactly"]["nodes"].as_array().unwrap();
            assert_eq!(exactly.len() as u64, count, "{}", answer.body);
        }
    }
    [interventions, outcomes].concat()
}

async fn exported_study(app: &TestApp) -> String {
    let folder = tempfile::tempdir().unwrap();
    let to = folder.path().join("out");
    bundle::export(app.space.store(), &Viewer::operator(), &to, Format::Plain).await.unwrap();
    std::fs::read_to_string(to.join("studies.csv")).unwrap()
}

#[on_both_databases]
async fn a_study_is_about_what_its_findings_are_about_for_those_who_see_them(app: TestApp) {
    let alpha = app.contributor(ALPHA).await;
    let (_, finding, _) = study_by_its_finding(&app, &alpha).await;
    assert_eq!(told(&app.nobody(), None).await, ["mentoring", "reading"]);

    let lower = json!({ "id": finding, "expectedVersion": 1, "visibility": "CENTRE" });
    alpha.ask_with(REVISE, json!({ "input": lower })).await.data();
    assert_eq!(told(&app.nobody(), None).await, [""; 0]);
    assert_eq!(told(&app.reader("beta-centre").await, None).await, [""; 0]);
    assert_eq!(told(&alpha, None).await, ["mentoring", "reading"]);

    let raise = json!({ "id": finding, "expectedVersion": 2, "visibility": "PUBLIC", "outcome": "writing", "intervention": null });
    alpha.ask_with(REVISE, json!({ "input": raise })).await.data();
    assert_eq!(told(&app.nobody(), None).await, ["writing"]);

    let embargo =
        json!({ "id": finding, "expectedVersion": 3, "embargoedUntil": "2999-01-01T00:00:00Z" });
    alpha.ask_with(REVISE, json!({ "input": embargo })).await.data();
    assert_eq!(told(&app.nobody(), None).await, [""; 0]);
    let end = json!({ "id": finding, "expectedVersion": 4, "embargoedUntil": null });
    alpha.ask_with(REVISE, json!({ "input": end })).await.data();
    assert_eq!(told(&app.nobody(), None).await, ["writing"]);

    let withdraw = "mutation ($input: WithdrawInput!) { withdraw(input: $input) { thing { id } } }";
    let input = json!({ "id": finding, "expectedVersion": 5, "reason": "A mistake" });
    alpha.ask_with(withdraw, json!({ "input": input })).await.data();
    for client in [app.nobody(), alpha] {
        assert_eq!(told(&client, None).await, [""; 0]);
    }
}

#[on_both_databases]
async fn the_past_and_the_history_tell_terms_of_findings_as_little_as_the_present(app: TestApp) {
    let alpha = app.contributor(ALPHA).await;
    let (study, finding, between) = study_by_its_finding(&app, &alpha).await;
    let then = a_minute_passes(&app);
    let lower = json!({ "id": finding, "expectedVersion": 1, "visibility": "CENTRE" });
    alpha.ask_with(REVISE, json!({ "input": lower })).await.data();
    a_minute_passes(&app);
    assert_eq!(told(&app.nobody(), Some(&then)).await, ["mentoring", "reading"]);
    assert_eq!(told(&app.nobody(), Some(&between)).await, [""; 0]);

    // What a revision keeps is what the study said, not what its findings lend it.
    let revise =
        "mutation ($input: ReviseStudyInput!) { reviseStudy(input: $input) { study { version } } }";
    for client in [&alpha, &app.contributor(ALPHA).await] {
        let version = app
            .nobody()
            .ask(r#"{ study(slug: "a-study") { version } }"#)
            .await
            .at("/study/version")
            .clone();
        let input =
            json!({ "id": study, "expectedVersion": version, "summary": format!("By {version}") });
        client.ask_with(revise, json!({ "input": input })).await.data();
    }
    assert_eq!(told(&app.nobody(), None).await, [""; 0]);
    let history = app
        .nobody()
        .ask(r#"{ study(slug: "a-study") { history { nodes { changes { field } } } } }"#)
        .await;
    assert!(!history.body.to_string().contains("terms"), "{}", history.body);
}

#[on_both_databases]
async fn an_export_writes_the_terms_that_a_study_names_itself(app: TestApp) {
    let alpha = app.contributor(ALPHA).await;
    let (study, _, _) = study_by_its_finding(&app, &alpha).await;
    let text = exported_study(&app).await;
    assert!(!text.contains("reading") && !text.contains("mentoring"), "{text}");
    let revise = "mutation ($input: ReviseStudyInput!) { reviseStudy(input: $input) { study { outcomes { slug } } } }";
    let input = json!({ "id": study, "expectedVersion": 1, "outcomes": ["reading"] });
    let answer: Value = alpha.ask_with(revise, json!({ "input": input })).await.data().clone();
    assert_eq!(answer["reviseStudy"]["study"]["outcomes"], json!([{ "slug": "reading" }]));
    let text = exported_study(&app).await;
    assert!(text.contains("reading") && !text.contains("mentoring"), "{text}");
}
