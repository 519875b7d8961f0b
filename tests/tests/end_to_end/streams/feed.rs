//! The feed as it grows: nothing is missed, nothing repeated, and nothing shown that is unseen.

use entity::{ChangeKind, Visibility, study};
use sea_orm::{ColumnTrait, QueryFilter};
use serde_json::{Value, json};
use service::Viewer;
use service::access::{ScopeName, scope};
use service::store::{Revision, Subject};
use tests::support::app::{ALPHA, BETA, TestApp};
use tests::support::builders::Sharing;
use tests::support::on_both_databases;
use tests::support::streams::{StreamServer, cursor_of, place_in_the_log};

use super::{CHANGES, code, cursor, last_cursor, slug};

/// Makes a draft public, as a revision.
async fn publish(app: &TestApp, name: &str) {
    let name = name.to_owned();
    let operator = Viewer::operator();
    let publish = app.space.store().write(&operator, "test", |write| {
        Box::pin(async move {
            let draft = scope::for_writing::<study::Entity>()
                .filter(study::Column::Slug.eq(name))
                .one(write.connection())
                .await?
                .expect("the draft is there");
            let public = study::Model {
                visibility: Visibility::Public,
                version: draft.version + 1,
                ..draft.clone()
            };
            let version = Some(public.version);
            let subject = Subject::itself(ChangeKind::Study, draft.id);
            let revision = Revision::of(subject, draft, public).numbered(version);
            write.revise::<study::Entity>(&[revision]).await
        })
    });
    publish.await.expect("it is published");
}

#[on_both_databases]
async fn a_stream_that_breaks_and_goes_on_misses_and_repeats_nothing_while_writers_write(
    app: TestApp,
) {
    let server = StreamServer::start(&app.space).await;
    let mut after = last_cursor(&app).await;
    let app = std::sync::Arc::new(app);
    let writers: Vec<_> = (0..4)
        .map(|writer| {
            let app = std::sync::Arc::clone(&app);
            tokio::spawn(async move {
                for number in 0..30 {
                    let sharing = match number % 3 {
                        0 => Sharing::new(ALPHA, Visibility::Centre),
                        _ => Sharing::public(ALPHA),
                    };
                    app.create_study(&format!("study-{writer}-{number}"), &sharing).await;
                }
            })
        })
        .collect();
    let mut heard: Vec<(i64, String)> = Vec::new();
    // Each socket hears a few changes, and breaks.
    while heard.len() < 80 {
        let mut socket = server.join(None).await;
        socket.subscribe("1", CHANGES, json!({ "after": after, "kinds": ["STUDY"] })).await;
        for _ in 0..(7.min(80 - heard.len())) {
            let next = socket.hear().await;
            let id = next.pointer("/payload/data/changes/node/id").and_then(Value::as_str);
            heard.push((place_in_the_log(id.unwrap()), slug(&next).unwrap().to_owned()));
            after = json!(cursor(&next));
        }
    }
    for writer in writers {
        writer.await.unwrap();
    }
    assert!(heard.is_sorted_by(|one, next| one.0 < next.0), "in order, and none twice: {heard:?}");
    let mut slugs: Vec<_> = heard.into_iter().map(|(_, slug)| slug).collect();
    slugs.sort();
    let mut expected: Vec<_> = (0..4)
        .flat_map(|writer| {
            (0..30)
                .filter(|number| number % 3 != 0)
                .map(move |number| format!("study-{writer}-{number}"))
        })
        .collect();
    expected.sort();
    assert_eq!(slugs, expected);
}

#[on_both_databases]
async fn a_draft_does_not_appear_until_it_is_made_public(app: TestApp) {
    let server = StreamServer::start(&app.space).await;
    let from = json!({ "after": last_cursor(&app).await, "kinds": ["STUDY"] });
    let (token, _) = app.token(ALPHA, &[ScopeName::EvidenceRead]).await;
    let (other, _) = app.token(BETA, &[ScopeName::EvidenceRead]).await;
    let mut nobody = server.join(None).await;
    let mut own = server.join(Some(&token)).await;
    let mut stranger = server.join(Some(&other)).await;
    for socket in [&mut nobody, &mut own, &mut stranger] {
        socket.subscribe("1", CHANGES, from.clone()).await;
    }
    app.create_study("draft", &Sharing::new(ALPHA, Visibility::Centre)).await;
    assert_eq!(slug(&own.hear().await), Some("draft"));
    app.create_study("public", &Sharing::public(ALPHA)).await;
    for socket in [&mut nobody, &mut own, &mut stranger] {
        assert_eq!(slug(&socket.hear().await), Some("public"));
    }
    publish(&app, "draft").await;
    for socket in [&mut nobody, &mut own, &mut stranger] {
        let next = socket.hear().await;
        assert_eq!(slug(&next), Some("draft"));
        assert_eq!(next.pointer("/payload/data/changes/node/operation"), Some(&json!("UPDATED")));
    }
}

#[on_both_databases]
async fn each_event_shows_the_thing_as_it_is_then(app: TestApp) {
    let server = StreamServer::start(&app.space).await;
    let query = "subscription ($after: String) { changes(after: $after, kinds: [STUDY]) { node { subject { ... on Study { version } } } } }";
    let mut socket = server.join(None).await;
    socket.subscribe("1", query, json!({ "after": last_cursor(&app).await })).await;
    app.create_study("one", &Sharing::public(ALPHA)).await;
    let version =
        |next: &Value| next.pointer("/payload/data/changes/node/subject/version").cloned();
    assert_eq!(version(&socket.hear().await), Some(json!(1)));
    publish(&app, "one").await;
    assert_eq!(
        version(&socket.hear().await),
        Some(json!(2)),
        "nothing is remembered of the event before"
    );
}

#[on_both_databases]
async fn without_a_cursor_the_stream_begins_now(app: TestApp) {
    let server = StreamServer::start(&app.space).await;
    app.create_study("before", &Sharing::public(ALPHA)).await;
    let mut socket = server.join(None).await;
    socket.subscribe("1", CHANGES, json!({ "kinds": ["STUDY"] })).await;
    // When it has begun nobody can tell but by hearing something.
    let writing = async {
        for number in 0.. {
            app.create_study(&format!("after-{number}"), &Sharing::public(ALPHA)).await;
        }
    };
    let first = tokio::select! {
        first = socket.hear() => first,
        () = writing => unreachable!("it goes on for ever"),
    };
    assert!(slug(&first).unwrap().starts_with("after-"), "{first}");
}

#[on_both_databases]
async fn the_kinds_that_were_not_asked_for_are_passed_over(app: TestApp) {
    let server = StreamServer::start(&app.space).await;
    let mut socket = server.join(None).await;
    let from =
        json!({ "after": last_cursor(&app).await, "kinds": ["CENTRE", "STUDY", "ACCESS_TOKEN"] });
    socket.subscribe("1", CHANGES, from).await;
    app.token(ALPHA, &[ScopeName::EvidenceRead]).await;
    app.create_collaboration("joint", &Sharing::public(ALPHA), &[ALPHA]).await;
    app.create_study("one", &Sharing::public(ALPHA)).await;
    assert_eq!(slug(&socket.hear().await), Some("one"));
}

#[on_both_databases]
async fn a_cursor_of_the_query_is_one_of_the_stream_and_the_other_way_round(app: TestApp) {
    let server = StreamServer::start(&app.space).await;
    for name in ["one", "two", "three"] {
        app.create_study(name, &Sharing::public(ALPHA)).await;
    }
    let query = "query ($after: String) { changes(after: $after, first: 1, kinds: [STUDY]) { edges { cursor node { subject { ... on Study { slug } } } } } }";
    let first = app.nobody().ask(query).await;
    let mut socket = server.join(None).await;
    let from = json!({ "after": first.at("/changes/edges/0/cursor"), "kinds": ["STUDY"] });
    socket.subscribe("1", CHANGES, from).await;
    let second = socket.hear().await;
    assert_eq!(slug(&second), Some("two"));
    let third = app.nobody().ask_with(query, json!({ "after": cursor(&second) })).await;
    assert_eq!(third.at("/changes/edges/0/node/subject/slug"), "three");
}

#[on_both_databases]
async fn a_cursor_beyond_the_end_of_the_log_is_refused(app: TestApp) {
    let server = StreamServer::start(&app.space).await;
    let mut socket = server.join(None).await;
    let beyond = cursor_of(1_000_000);
    socket.subscribe("1", CHANGES, json!({ "after": beyond })).await;
    assert_eq!(code(&socket.hear().await), Some("INVALID_CURSOR"));
}
