//! Hundreds of findings or ratings at once, with a report for each.

use entity::Vocabulary;
use serde_json::{Value, json};
use tests::support::app::ALPHA;
use tests::support::app::TestApp;
use tests::support::client::{Answer, Client};
use tests::support::on_both_databases;

use super::new_study;

const CONTRIBUTE: &str =
    "mutation ($input: ContributeFindingsInput!) { contributeFindings(input: $input) {
    contributed refused results { index finding { id estimate } problems { field code } } } }";

fn finding(estimate: f64, outcome: &str) -> Value {
    json!({ "study": "a-study", "outcome": outcome, "measure": "FISHER_Z", "estimate": estimate })
}

async fn contribute(client: &Client, findings: Vec<Value>, key: &str) -> Answer {
    let input = json!({ "findings": findings, "idempotencyKey": key });
    client.ask_with(CONTRIBUTE, json!({ "input": input })).await
}

#[on_both_databases]
async fn a_wrong_finding_is_named_and_costs_no_other(app: TestApp) {
    app.create_term(Vocabulary::Outcome, "reading", None).await;
    let alpha = app.contributor(ALPHA).await;
    new_study(&alpha, "A study", json!({})).await;
    let findings = vec![finding(0.1, "reading"), finding(0.2, "flying"), finding(0.3, "reading")];
    let answer = contribute(&alpha, findings, "one").await;
    let told = answer.at("/contributeFindings");
    assert_eq!((&told["contributed"], &told["refused"]), (&json!(2), &json!(1)));
    assert_eq!(
        told["results"][1]["problems"],
        json!([{ "field": "outcome", "code": "UNKNOWN_REFERENCE" }])
    );
    assert_eq!(told["results"][2]["finding"]["estimate"], 0.3);
    let there = alpha.ask("{ findings { totalCount } }").await;
    assert_eq!(there.at("/findings/totalCount"), 2);
}

#[on_both_databases]
async fn a_batch_that_is_sent_again_is_answered_as_before(app: TestApp) {
    app.create_term(Vocabulary::Outcome, "reading", None).await;
    let alpha = app.contributor(ALPHA).await;
    new_study(&alpha, "A study", json!({})).await;
    let findings = vec![finding(0.1, "reading"), finding(0.2, "flying"), finding(0.3, "reading")];
    let first = contribute(&alpha, findings.clone(), "one").await;
    let again = contribute(&alpha, findings, "one").await;
    assert_eq!(again.data(), first.data());
    assert_eq!(alpha.ask("{ findings { totalCount } }").await.at("/findings/totalCount"), 2);
}

#[on_both_databases]
async fn a_batch_that_is_sent_again_makes_what_can_be_made_by_now(app: TestApp) {
    app.create_term(Vocabulary::Outcome, "reading", None).await;
    let alpha = app.contributor(ALPHA).await;
    new_study(&alpha, "A study", json!({})).await;
    let findings = vec![finding(0.1, "reading"), finding(0.2, "flying")];
    let first = contribute(&alpha, findings.clone(), "one").await;
    assert_eq!(first.at("/contributeFindings/refused"), 1);
    app.create_term(Vocabulary::Outcome, "flying", None).await;
    let again = contribute(&alpha, findings, "one").await;
    assert_eq!(again.at("/contributeFindings/contributed"), 2);
    assert_eq!(
        again.at("/contributeFindings/results/0"),
        first.at("/contributeFindings/results/0")
    );
    let there = alpha.ask("{ findings { nodes { id } } }").await;
    for at in 0..2 {
        let id = again.at(&format!("/contributeFindings/results/{at}/finding/id"));
        assert!(there.at("/findings/nodes").as_array().unwrap().contains(&json!({ "id": id })));
    }
}

#[on_both_databases]
async fn hundreds_at_once_take_no_more_statements_than_tens(app: TestApp) {
    app.create_term(Vocabulary::Outcome, "reading", None).await;
    let alpha = app.contributor(ALPHA).await;
    new_study(&alpha, "A study", json!({})).await;
    let many = |count: usize| (0..count).map(|_| finding(0.1, "reading")).collect::<Vec<_>>();
    let few = app
        .statements_of(async {
            contribute(&alpha, many(20), "few").await.data();
        })
        .await;
    let lots = app
        .statements_of(async {
            contribute(&alpha, many(400), "lots").await.data();
        })
        .await;
    assert_eq!(few, lots);
}

#[on_both_databases]
async fn more_than_may_come_at_once_are_refused_together(app: TestApp) {
    let alpha = app.contributor(ALPHA).await;
    let many = (0..501).map(|_| finding(0.1, "reading")).collect();
    let answer = contribute(&alpha, many, "many").await;
    assert!(matches!(answer.code(), Some("BAD_USER_INPUT" | "INPUT_TOO_LARGE")), "{}", answer.body);
}
