//! What appears and disappears for whom, and how the feed tells of it.

use chrono::TimeDelta;
use entity::Vocabulary;
use serde_json::json;
use tests::support::app::TestApp;
use tests::support::app::{ALPHA, BETA};
use tests::support::on_both_databases;

use super::{changes, new_study, revise_study, text};

#[on_both_databases]
async fn what_is_lowered_arrives_as_withdrawn_for_those_who_lose_it(app: TestApp) {
    let (alpha, beta) = (app.contributor(ALPHA).await, app.reader(BETA).await);
    let id = new_study(&alpha, "A study", json!({ "visibility": "PUBLIC" })).await;
    let (_, beta_at) = changes(&beta, "STUDY", None).await;
    let (_, nobody_at) = changes(&app.nobody(), "STUDY", None).await;
    revise_study(&alpha, &id, 1, json!({ "visibility": "NETWORK" })).await.data();
    let told = changes(&beta, "STUDY", beta_at.as_deref()).await;
    assert_eq!(told.0, [("UPDATED".to_owned(), id.clone())]);
    let lost = changes(&app.nobody(), "STUDY", nobody_at.as_deref()).await;
    assert_eq!(lost.0, [("WITHDRAWN".to_owned(), id.clone())]);

    revise_study(&alpha, &id, 2, json!({ "visibility": "CENTRE" })).await.data();
    assert_eq!(
        changes(&beta, "STUDY", told.1.as_deref()).await.0,
        [("WITHDRAWN".to_owned(), id.clone())]
    );
    assert_eq!(changes(&app.nobody(), "STUDY", lost.1.as_deref()).await.0, []);
    assert_eq!(changes(&alpha, "STUDY", told.1.as_deref()).await.0, [("UPDATED".to_owned(), id)]);
}

#[on_both_databases]
async fn what_hangs_on_a_study_disappears_and_appears_with_it(app: TestApp) {
    app.create_term(Vocabulary::Outcome, "reading", None).await;
    let alpha = app.contributor(ALPHA).await;
    let study = new_study(&alpha, "A study", json!({ "visibility": "PUBLIC" })).await;
    let find = r#"mutation { contributeFinding(input: {study: "a-study", outcome: "reading", measure: FISHER_Z, estimate: 0.1, visibility: PUBLIC}) { finding { id } } }"#;
    let finding = text(&alpha.ask(find).await, "/contributeFinding/finding/id");
    let nobody = app.nobody();
    let (seen, at) = changes(&nobody, "FINDING", None).await;
    assert_eq!(seen, [("CREATED".to_owned(), finding.clone())]);
    revise_study(&alpha, &study, 1, json!({ "visibility": "CENTRE" })).await.data();
    let (seen, at) = changes(&nobody, "FINDING", at.as_deref()).await;
    assert_eq!(seen, [("WITHDRAWN".to_owned(), finding.clone())]);
    revise_study(&alpha, &study, 2, json!({ "visibility": "PUBLIC" })).await.data();
    let (seen, _) = changes(&nobody, "FINDING", at.as_deref()).await;
    assert_eq!(seen, [("UPDATED".to_owned(), finding)]);
}

#[on_both_databases]
async fn who_leaves_a_collaboration_loses_what_is_shared_with_it(app: TestApp) {
    let (alpha, beta) = (app.contributor(ALPHA).await, app.reader(BETA).await);
    let keeper = app
        .holder(
            ALPHA,
            &[
                service::access::ScopeName::CollaborationWrite,
                service::access::ScopeName::EvidenceRead,
            ],
        )
        .await;
    let begin = r#"mutation { beginCollaboration(input: {title: "Together", members: ["alpha-centre", "beta-centre"], visibility: COLLABORATION}) { collaboration { id } } }"#;
    let collaboration = text(&keeper.ask(begin).await, "/beginCollaboration/collaboration/id");
    let study = new_study(
        &alpha,
        "A study",
        json!({ "visibility": "COLLABORATION", "sharedWith": ["together"] }),
    )
    .await;
    let (seen, at) = changes(&beta, "STUDY", None).await;
    assert_eq!(seen, [("CREATED".to_owned(), study.clone())]);
    let (_, at_collaboration) = changes(&beta, "COLLABORATION", None).await;
    let revise = "mutation ($input: ReviseCollaborationInput!) { reviseCollaboration(input: $input) { collaboration { id } } }";
    let input = json!({ "id": collaboration, "expectedVersion": 1, "members": ["alpha-centre"] });
    keeper.ask_with(revise, json!({ "input": input })).await.data();
    assert_eq!(changes(&beta, "STUDY", at.as_deref()).await.0, [("WITHDRAWN".to_owned(), study)]);
    assert_eq!(
        changes(&beta, "COLLABORATION", at_collaboration.as_deref()).await.0,
        [("WITHDRAWN".to_owned(), collaboration)]
    );
}

#[on_both_databases]
async fn an_embargo_that_passes_is_told_once(app: TestApp) {
    let alpha = app.contributor(ALPHA).await;
    let until = app.clock_now() + TimeDelta::hours(1);
    let id = new_study(
        &alpha,
        "A study",
        json!({ "visibility": "PUBLIC", "embargoedUntil": until.to_rfc3339() }),
    )
    .await;
    let nobody = app.nobody();
    let other = new_study(&alpha, "Another", json!({ "visibility": "PUBLIC" })).await;
    let (seen, at) = changes(&nobody, "STUDY", None).await;
    assert_eq!(seen, [("CREATED".to_owned(), other)]);
    assert_eq!(service::embargo::tell_of_passed(app.space.store()).await.unwrap(), 0);
    app.clock.advance(TimeDelta::hours(1));
    let told = tokio::join!(
        service::embargo::tell_of_passed(app.space.store()),
        service::embargo::tell_of_passed(app.space.store())
    );
    assert_eq!(told.0.unwrap() + told.1.unwrap(), 1);
    assert_eq!(changes(&nobody, "STUDY", at.as_deref()).await.0, [("UPDATED".to_owned(), id)]);
}

#[on_both_databases]
async fn what_leans_on_something_withdrawn_is_told_of(app: TestApp) {
    app.create_term(Vocabulary::Outcome, "reading", None).await;
    let (alpha, beta) = (app.contributor(ALPHA).await, app.contributor(BETA).await);
    let study = new_study(&alpha, "A study", json!({ "visibility": "NETWORK" })).await;
    let find = r#"mutation { contributeFinding(input: {study: "a-study", outcome: "reading", measure: FISHER_Z, estimate: 0.1}) { finding { id } } }"#;
    let finding = text(&beta.ask(find).await, "/contributeFinding/finding/id");
    let (_, at) = changes(&beta, "FINDING", None).await;
    let withdraw = "mutation ($input: WithdrawInput!) { withdraw(input: $input) { thing { id } } }";
    alpha
        .ask_with(
            withdraw,
            json!({ "input": { "id": study, "reason": "wrong", "expectedVersion": 1 } }),
        )
        .await
        .data();
    assert_eq!(changes(&beta, "FINDING", at.as_deref()).await.0, [("UPDATED".to_owned(), finding)]);
}
