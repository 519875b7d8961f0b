//! Editors who meet: nothing is lost, and each is told.

use futures::future::join_all;
use serde_json::json;
use tests::support::app::ALPHA;
use tests::support::app::TestApp;
use tests::support::on_both_databases;

use super::{contribute_study, new_study, revise_study, study};

#[on_both_databases]
async fn of_editors_who_meet_one_wins_and_the_others_are_told(app: TestApp) {
    let alpha = app.contributor(ALPHA).await;
    let id = new_study(&alpha, "A study", json!({})).await;
    for version in 1..4 {
        let (alpha, id) = (&alpha, id.as_str());
        let edits = (0..8).map(|editor| async move {
            revise_study(
                alpha,
                id,
                version,
                json!({ "title": format!("By {editor} of {version}") }),
            )
            .await
        });
        let answers = join_all(edits).await;
        let won = answers.iter().filter(|answer| answer.body.get("errors").is_none()).count();
        assert_eq!(won, 1);
        for lost in answers.iter().filter(|answer| answer.body.get("errors").is_some()) {
            assert_eq!(lost.code(), Some("CONFLICT"));
        }
    }
    let stands = alpha
        .ask("{ study(slug: \"a-study\") { version history { totalCount nodes { version } } } }")
        .await;
    assert_eq!(stands.at("/study/version"), 4);
    let versions: Vec<_> = stands
        .at("/study/history/nodes")
        .as_array()
        .unwrap()
        .iter()
        .map(|node| node["version"].as_i64().unwrap())
        .collect();
    assert_eq!(versions, [1, 2, 3, 4]);
}

#[on_both_databases]
async fn of_the_same_request_at_once_one_is_made(app: TestApp) {
    let alpha = app.contributor(ALPHA).await;
    let requests = (0..6)
        .map(|_| contribute_study(&alpha, study("A study", json!({ "idempotencyKey": "same" }))));
    let answers = join_all(requests).await;
    for answer in &answers {
        assert_eq!(answer.data(), answers[0].data());
    }
    assert_eq!(alpha.ask("{ studies { totalCount } }").await.at("/studies/totalCount"), 1);
}
