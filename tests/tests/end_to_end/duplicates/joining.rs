//! What joining does.

use entity::{Visibility, Vocabulary};
use serde_json::json;
use tests::support::app::TestApp;
use tests::support::app::{ALPHA, BETA};
use tests::support::builders::Sharing;
use tests::support::on_both_databases;

use super::{Paper, concerning, contribute, join, join_at, proposed, report, reviewer};

/// The slug that somebody finds at an id.
async fn at(client: &tests::support::client::Client, id: &str) -> serde_json::Value {
    let query = format!("{{ node(id: \"{id}\") {{ ... on Publication {{ slug }} }} }}");
    client.ask(&query).await.at("/node/slug").clone()
}

#[on_both_databases]
async fn what_leaned_on_the_joined_one_leans_on_the_kept_one(app: TestApp) {
    let keep = contribute(&app, &Sharing::public(ALPHA), &report("kept")).await;
    let study = app.create_study("a-study", &Sharing::public(BETA)).await;
    let outcome = app.create_term(Vocabulary::Outcome, "safety", None).await;
    let joined =
        contribute(&app, &Sharing::public(BETA), &report("joined").with_doi("10.5555/only-here"))
            .await;
    let raw = uuid::Uuid::from_slice(
        &{
            use base64::Engine;
            base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(&joined).unwrap()
        }[1..],
    )
    .unwrap();
    app.link_publication(study, raw.into()).await;
    app.create_reported_finding("one", &Sharing::public(BETA), study, outcome, Some(raw.into()))
        .await;

    let answer = reviewer(&app, ALPHA).await.ask(&join(&keep, &joined)).await;
    assert_eq!(
        answer.at("/joinPublications"),
        &json!({
            "publication": {"id": keep, "slug": "kept", "version": 2, "doi": "10.5555/only-here",
                "studies": {"nodes": [{"slug": "a-study", "version": 2}]}},
            "joined": {"slug": "joined", "version": 2, "withdrawal": {"reason": "the same report"}},
        })
    );
    let nobody = app.nobody();
    let query = r#"{ study(slug: "a-study") { publications { nodes { slug } }
        findings { nodes { version publication { slug } } } }
        publication(doi: "10.5555/ONLY-HERE") { slug }
        publications { totalCount nodes { slug } } }"#;
    assert_eq!(
        nobody.ask(query).await.data(),
        &json!({
            "study": {"publications": {"nodes": [{"slug": "kept"}]},
                "findings": {"nodes": [{"version": 2, "publication": {"slug": "kept"}}]}},
            "publication": {"slug": "kept"},
            "publications": {"totalCount": 1, "nodes": [{"slug": "kept"}]},
        })
    );
    assert_eq!(at(&nobody, &joined).await, "kept");
    // The feed tells of each thing, and of the joined one itself, with what is in its place.
    let feed =
        "{ changes(first: 100) { nodes { kind operation version subject { id ... on Publication {
        slug withdrawal { superseded: supersededBy { id } } } } } } }";
    let changes = nobody.ask(feed).await;
    let changes = changes.at("/changes/nodes").as_array().unwrap();
    let told = |kind: &str, operation: &str, version: i32| {
        let found = changes.iter().find(|change| {
            change["kind"] == kind
                && change["operation"] == operation
                && change["version"] == version
        });
        assert!(found.is_some(), "{kind} {operation}: {changes:?}");
        found.cloned().unwrap()
    };
    let withdrawn = told("PUBLICATION", "WITHDRAWN", 2);
    assert_eq!(withdrawn["subject"]["id"], json!(joined));
    assert_eq!(withdrawn["subject"]["withdrawal"]["superseded"]["id"], json!(keep));
    told("PUBLICATION", "UPDATED", 2);
    told("STUDY", "UPDATED", 2);
    told("FINDING", "UPDATED", 2);
}

#[on_both_databases]
async fn a_chain_of_joins_leads_to_its_end(app: TestApp) {
    let mut ids = Vec::new();
    for name in ["first", "second", "third"] {
        ids.push(contribute(&app, &Sharing::public(ALPHA), &report(name)).await);
    }
    let reviewer = reviewer(&app, ALPHA).await;
    reviewer.ask(&join(&ids[1], &ids[0])).await.data();
    reviewer.ask(&join(&ids[2], &ids[1])).await.data();
    for id in &ids {
        assert_eq!(at(&app.nobody(), id).await, "third");
        assert!(proposed(&app.nobody(), id).await.is_empty());
    }
    assert_eq!(concerning(&reviewer).await.0, 0);
    // What was joined can be neither kept nor joined again.
    for document in [join_at((&ids[0], 2), (&ids[2], 1)), join_at((&ids[2], 1), (&ids[0], 2))] {
        assert_eq!(reviewer.ask(&document).await.code(), Some("CONFLICT"));
    }
}

#[on_both_databases]
async fn two_reviewers_at_once_join_once_and_make_no_circle(app: TestApp) {
    for round in 0..5 {
        let one = contribute(&app, &Sharing::public(ALPHA), &report(&format!("one-{round}"))).await;
        let other =
            contribute(&app, &Sharing::public(BETA), &report(&format!("other-{round}"))).await;
        let (left, right) = (reviewer(&app, ALPHA).await, reviewer(&app, BETA).await);
        let (this, that) = (join(&one, &other), join(&other, &one));
        let (first, second) = tokio::join!(left.ask(&this), right.ask(&that));
        let codes = [first.code(), second.code()];
        assert!(codes.contains(&None) && codes.contains(&Some("CONFLICT")), "{codes:?}");
        assert_eq!(at(&app.nobody(), &one).await, at(&app.nobody(), &other).await);
    }
}

#[on_both_databases]
async fn a_stale_version_is_a_conflict_and_changes_nothing(app: TestApp) {
    let one = contribute(&app, &Sharing::public(ALPHA), &report("one")).await;
    let other = contribute(&app, &Sharing::public(BETA), &report("other")).await;
    contribute(&app, &Sharing::public(BETA), &Paper { year: 2018, ..report("other") }).await;
    let answer = reviewer(&app, ALPHA).await.ask(&join(&one, &other)).await;
    assert_eq!(answer.code(), Some("CONFLICT"));
    assert_eq!(answer.body["errors"][0]["extensions"]["field"], "expectedVersionOfJoined");
    assert_eq!(at(&app.nobody(), &other).await, "other");
    assert_eq!(proposed(&app.nobody(), &one).await, ["other"]);
}

#[on_both_databases]
async fn a_dry_run_says_how_it_would_be_and_changes_nothing(app: TestApp) {
    let one = contribute(&app, &Sharing::public(ALPHA), &report("one")).await;
    let other =
        contribute(&app, &Sharing::public(BETA), &report("other").with_doi("10.5555/x1")).await;
    let document = join(&one, &other).replace("reason:", "dryRun: true, reason:");
    let reviewer = reviewer(&app, ALPHA).await;
    let answer = reviewer.ask(&document).await;
    assert_eq!(answer.at("/joinPublications/publication/doi"), "10.5555/x1");
    assert_eq!(at(&app.nobody(), &other).await, "other");
    assert_eq!(concerning(&reviewer).await.0, 1);
    let changes =
        app.nobody().ask("{ changes(kinds: [PUBLICATION]) { nodes { operation } } }").await;
    assert_eq!(changes.list("/changes/nodes", "operation"), ["CREATED", "CREATED"]);
    assert_eq!(reviewer.ask(&document.replace(&other, &one)).await.code(), Some("BAD_USER_INPUT"));
}

#[on_both_databases]
async fn two_with_different_dois_are_never_joined(app: TestApp) {
    let one =
        contribute(&app, &Sharing::public(ALPHA), &report("one").with_doi("10.5555/x1")).await;
    let other =
        contribute(&app, &Sharing::public(BETA), &report("other").with_doi("10.5555/x2")).await;
    assert!(proposed(&app.nobody(), &one).await.is_empty());
    let answer = reviewer(&app, ALPHA).await.ask(&join(&one, &other)).await;
    assert_eq!(answer.code(), Some("BAD_USER_INPUT"));
    assert_eq!(at(&app.nobody(), &other).await, "other");
}

#[on_both_databases]
async fn joining_takes_the_publication_from_no_reader_and_shows_nothing_to_more(app: TestApp) {
    let open = contribute(&app, &Sharing::public(ALPHA), &report("open")).await;
    let closed = contribute(
        &app,
        &Sharing::new(BETA, Visibility::Network),
        &report("closed").with_doi("10.5555/closed"),
    )
    .await;
    let reviewer = reviewer(&app, ALPHA).await;
    let answer = reviewer.ask(&join(&closed, &open)).await;
    assert_eq!(answer.code(), Some("BAD_USER_INPUT"));
    assert_eq!(answer.body["errors"][0]["extensions"]["field"], "keep");
    // The other way round it is joined, and its DOI, which not everybody may know, is not copied.
    let answer = reviewer.ask(&join(&open, &closed)).await;
    assert_eq!(answer.at("/joinPublications/publication/doi"), &json!(null));
    assert_eq!(at(&app.nobody(), &closed).await, json!(null));
    assert_eq!(at(&app.reader(BETA).await, &closed).await, "open");
}

#[on_both_databases]
async fn a_copy_from_before_does_not_take_apart_what_was_joined(app: TestApp) {
    let kept = contribute(&app, &Sharing::public(ALPHA), &report("kept")).await;
    let joined = contribute(&app, &Sharing::public(BETA), &report("joined")).await;
    reviewer(&app, ALPHA).await.ask(&join(&kept, &joined)).await.data();
    contribute(&app, &Sharing::public(BETA), &Paper { year: 2018, ..report("joined") }).await;
    assert_eq!(at(&app.nobody(), &joined).await, "kept");
    assert!(proposed(&app.nobody(), &kept).await.is_empty());
}
