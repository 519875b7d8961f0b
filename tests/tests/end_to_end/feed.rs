//! The change log, and the feed that is read from it.

use std::time::Duration;

use entity::{ChangeKind, Visibility};
use sea_orm::ConnectionTrait;
use serde_json::json;
use service::Viewer;
use tests::support::app::{ALPHA, BETA, TestApp};
use tests::support::builders::Sharing;
use tests::support::databases::DatabaseKind;
use tests::support::on_both_databases;
use tests::support::streams::place_in_the_log;

async fn sequences(app: &TestApp) -> Vec<i64> {
    let query = "{ changes(first: 100) { nodes { id } } }";
    let answer = app.nobody().ask(query).await;
    let nodes = answer.at("/changes/nodes").as_array().unwrap();
    nodes.iter().map(|node| place_in_the_log(node["id"].as_str().unwrap())).collect()
}

#[on_both_databases]
async fn a_copy_kept_by_the_feed_misses_and_repeats_nothing(app: TestApp) {
    for number in 0..7 {
        app.create_study(&format!("study-{number}"), &Sharing::public(ALPHA)).await;
    }
    let query = "query ($after: String) { changes(after: $after, first: 3, kinds: [STUDY])
        { nodes { subject { ... on Study { slug } } } pageInfo { hasNextPage endCursor } } }";
    let (mut after, mut copied) = (json!(null), Vec::new());
    loop {
        let page = app.nobody().ask_with(query, json!({ "after": after })).await;
        for node in page.at("/changes/nodes").as_array().unwrap() {
            copied.push(node["subject"]["slug"].as_str().unwrap().to_owned());
        }
        after = page.at("/changes/pageInfo/endCursor").clone();
        if page.at("/changes/pageInfo/hasNextPage") == false {
            break;
        }
    }
    let expected: Vec<_> = (0..7).map(|number| format!("study-{number}")).collect();
    assert_eq!(copied, expected);

    app.create_study("later", &Sharing::public(ALPHA)).await;
    let next = app.nobody().ask_with(query, json!({ "after": after })).await;
    assert_eq!(next.at("/changes/nodes/0/subject/slug"), "later");
}

#[on_both_databases]
async fn the_feed_shows_no_change_of_a_thing_that_is_unseen(app: TestApp) {
    app.create_study("draft", &Sharing::new(ALPHA, Visibility::Centre)).await;
    let query = "{ changes(kinds: [STUDY]) { nodes { kind } } }";
    assert_eq!(app.nobody().ask(query).await.at("/changes/nodes"), &json!([]));
    assert_eq!(app.reader(BETA).await.ask(query).await.at("/changes/nodes"), &json!([]));
    assert_eq!(
        app.reader(ALPHA).await.ask(query).await.at("/changes/nodes"),
        &json!([{ "kind": "STUDY" }])
    );
}

#[on_both_databases]
async fn a_write_that_fails_leaves_no_trace_and_no_gap(app: TestApp) {
    let before = sequences(&app).await;
    let failed: service::Result<()> = app
        .space
        .store()
        .write(&Viewer::operator(), "test", |write| {
            Box::pin(async move {
                write.touch(ChangeKind::Study, uuid::Uuid::nil(), 1);
                Err(service::Error::not_found("reason"))
            })
        })
        .await;
    assert!(failed.is_err());
    assert_eq!(sequences(&app).await, before);
    app.create_study("next", &Sharing::public(ALPHA)).await;
    assert_eq!(sequences(&app).await.last().copied(), before.last().map(|last| last + 1));
}

#[on_both_databases]
async fn a_write_hands_its_transaction_out_for_reading_only(app: TestApp) {
    let operator = Viewer::operator();
    let write = app.space.store().write(&operator, "test", |write| {
        Box::pin(async move {
            #[expect(clippy::disallowed_methods, reason = "the test shows that it is refused")]
            let refused = write.connection().execute_unprepared("DELETE FROM study").await;
            assert!(refused.is_err());
            Ok(())
        })
    });
    write.await.unwrap();
}

#[on_both_databases]
async fn parts_do_not_change_without_a_change_of_their_thing(app: TestApp) {
    let study = app.create_study("study", &Sharing::public(ALPHA)).await;
    let operator = Viewer::operator();
    let write = app.space.store().write(&operator, "test", |write| {
        Box::pin(async move {
            write.replace::<entity::study_site::Entity>(vec![study.into()], vec![]).await
        })
    });
    assert_eq!(write.await.unwrap_err().code, service::Code::InternalServerError);
}

#[on_both_databases]
async fn many_writers_at_once_get_numbers_without_gaps(app: TestApp) {
    let writers = (0..24).map(|number| {
        let app = &app;
        async move { app.create_study(&format!("study-{number}"), &Sharing::public(ALPHA)).await }
    });
    futures::future::join_all(writers).await;
    let numbers = sequences(&app).await;
    let expected: Vec<i64> = (1..=i64::try_from(numbers.len()).unwrap()).collect();
    assert_eq!(numbers, expected);
}

/// While one transaction that wrote first is still open, later ones commit; a reader who has seen
/// their numbers must never find a smaller one later.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_transaction_held_open_gets_its_number_when_it_commits() {
    let app = TestApp::start(DatabaseKind::Postgres).await;
    let before = sequences(&app).await.len();
    let (has_written, written) = tokio::sync::oneshot::channel();
    let (go_on, may_go_on) = tokio::sync::oneshot::channel::<()>();
    let space = app.space.clone();
    let slow = tokio::spawn(async move {
        space
            .store()
            .write(&Viewer::operator(), "test", |write| {
                Box::pin(async move {
                    write.touch(ChangeKind::Centre, uuid::Uuid::nil(), 1);
                    has_written.send(()).unwrap();
                    may_go_on.await.unwrap();
                    Ok(())
                })
            })
            .await
    });
    written.await.unwrap();
    for number in 0..3 {
        let (slug, sharing) = (format!("study-{number}"), Sharing::public(ALPHA));
        let create = app.create_study(&slug, &sharing);
        tokio::time::timeout(Duration::from_secs(20), create)
            .await
            .expect("others commit meanwhile");
    }
    let seen = sequences(&app).await;
    assert_eq!(seen.len(), before + 3);
    go_on.send(()).unwrap();
    slow.await.unwrap().unwrap();
    let all = sequences(&app).await;
    assert_eq!(all[..seen.len()], seen[..]);
    assert_eq!(all.len(), seen.len() + 1);
}
