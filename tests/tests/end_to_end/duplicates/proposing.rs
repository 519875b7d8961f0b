//! What is proposed, and to whom.

use entity::Visibility;
use serde_json::json;
use service::evidence::duplicates;
use tests::support::app::TestApp;
use tests::support::app::{ALPHA, BETA};
use tests::support::builders::Sharing;
use tests::support::on_both_databases;

use super::{another, concerning, contribute, proposed, report, reviewer};

#[on_both_databases]
async fn the_same_report_of_two_centres_is_proposed_to_both(app: TestApp) {
    let one = contribute(&app, &Sharing::public(ALPHA), &report("one")).await;
    let mut other = report("other");
    other.title = "FAMILY SAFEGUARDING HERTFORDSHIRE – AN EVALUATION.".to_owned();
    other.authors = vec!["D. Forrester", "A. Lynch"];
    let other = contribute(&app, &Sharing::new(BETA, Visibility::Network), &other).await;
    contribute(
        &app,
        &Sharing::public(BETA),
        &another("else", "Mockingbird: who cares for carers?"),
    )
    .await;

    for centre in [ALPHA, BETA] {
        let reader = app.reader(centre).await;
        assert_eq!(proposed(&reader, &one).await, ["other"]);
        assert_eq!(proposed(&reader, &other).await, ["one"]);
        assert_eq!(concerning(&reader).await, (1, vec![["one".to_owned(), "other".to_owned()]]));
    }
    let query = format!(
        "{{ node(id: \"{one}\") {{ ... on Publication {{ possibleDuplicates {{
        similarity decision {{ outcome }} reasons {{ kind sentence }} }} }} }} }}"
    );
    let answer = app.reader(ALPHA).await.ask(&query).await;
    let pair = answer.at("/node/possibleDuplicates/0");
    assert!(pair["similarity"].as_f64().unwrap() > 0.9, "{pair}");
    assert_eq!(pair["decision"], json!(null));
    assert_eq!(
        pair["reasons"][0],
        json!({"kind": "SAME_TITLE", "sentence": "The titles are the same, apart from case, punctuation and accents."})
    );
}

#[on_both_databases]
async fn an_unseen_twin_shows_nowhere_not_even_in_counts(app: TestApp) {
    let seen = contribute(&app, &Sharing::public(ALPHA), &report("seen")).await;
    let hidden = contribute(&app, &Sharing::new(BETA, Visibility::Centre), &report("hidden")).await;
    for client in [
        app.nobody(),
        app.stranger(ALPHA).await,
        app.reader(ALPHA).await,
        reviewer(&app, ALPHA).await,
    ] {
        assert!(proposed(&client, &seen).await.is_empty());
        assert!(proposed(&client, &hidden).await.is_empty());
        assert_eq!(concerning(&client).await, (0, vec![]));
    }
    let owner = app.reader(BETA).await;
    assert_eq!(proposed(&owner, &hidden).await, ["seen"]);
    assert_eq!(concerning(&owner).await.0, 1);
}

#[on_both_databases]
async fn everybody_sees_pairs_of_public_ones_and_only_who_is_concerned_has_them_listed(
    app: TestApp,
) {
    let one = contribute(&app, &Sharing::public(BETA), &report("one")).await;
    contribute(&app, &Sharing::public(BETA), &report("other")).await;
    assert_eq!(proposed(&app.nobody(), &one).await, ["other"]);
    assert_eq!(concerning(&app.nobody()).await.0, 0);
    assert_eq!(concerning(&app.stranger(ALPHA).await).await.0, 0);
    assert_eq!(concerning(&app.reader(ALPHA).await).await.0, 0);
    assert_eq!(concerning(&app.reader(BETA).await).await.0, 1);
    assert_eq!(concerning(&reviewer(&app, ALPHA).await).await.0, 1);
}

#[on_both_databases]
async fn the_pairs_are_walked_in_pages_once_each_in_both_directions(app: TestApp) {
    for number in 0..3 {
        contribute(&app, &Sharing::public(ALPHA), &report(&format!("report-{number}"))).await;
    }
    let reader = app.reader(ALPHA).await;
    for (size, cursor, next, more) in [
        ("first", "after", "endCursor", "hasNextPage"),
        ("last", "before", "startCursor", "hasPreviousPage"),
    ] {
        let query = format!(
            "query ($cursor: String) {{ possibleDuplicates({size}: 1, {cursor}: $cursor) {{
            nodes {{ of {{ slug }} publication {{ slug }} }} pageInfo {{ {next} {more} }} }} }}"
        );
        let (mut at, mut walked) = (json!(null), std::collections::BTreeSet::new());
        for page in 1..=3 {
            let answer = reader.ask_with(&query, json!({"cursor": at})).await;
            assert!(walked.insert(answer.at("/possibleDuplicates/nodes/0").to_string()));
            assert_eq!(answer.at(&format!("/possibleDuplicates/pageInfo/{more}")), page < 3);
            at = answer.at(&format!("/possibleDuplicates/pageInfo/{next}")).clone();
        }
    }
}

#[on_both_databases]
async fn a_revision_is_looked_at_anew(app: TestApp) {
    let one = contribute(&app, &Sharing::public(ALPHA), &report("one")).await;
    let title = "Mockingbird: who cares for the carers?";
    contribute(&app, &Sharing::public(BETA), &another("other", title)).await;
    assert!(proposed(&app.nobody(), &one).await.is_empty());
    contribute(&app, &Sharing::public(ALPHA), &another("one", title)).await;
    assert_eq!(proposed(&app.nobody(), &one).await, ["other"]);
    contribute(&app, &Sharing::public(ALPHA), &report("one")).await;
    assert!(proposed(&app.nobody(), &one).await.is_empty());
}

#[on_both_databases]
async fn publications_from_before_are_looked_for_at_the_start(app: TestApp) {
    let one = contribute(&app, &Sharing::public(ALPHA), &report("one")).await;
    contribute(&app, &Sharing::public(BETA), &report("other")).await;
    for table in ["publication_key", "possible_duplicate"] {
        app.execute(&format!("DELETE FROM {table}")).await;
    }
    assert!(proposed(&app.nobody(), &one).await.is_empty());
    assert_eq!(duplicates::complete(&app.space).await.unwrap(), 2);
    assert_eq!(proposed(&app.nobody(), &one).await, ["other"]);
    assert_eq!(duplicates::complete(&app.space).await.unwrap(), 0);
}

#[on_both_databases]
async fn finding_them_takes_the_same_statements_however_many_there_are(app: TestApp) {
    let count = async |size: u32| {
        let query = format!(
            "{{ publications(first: {size}) {{ nodes {{ possibleDuplicates {{
            similarity publication {{ slug }} of {{ slug }} }} }} }} }}"
        );
        app.nobody().ask(&query).await.data();
        app.statements_of(async {
            app.nobody().ask(&query).await.data();
        })
        .await
    };
    for number in 0..12 {
        contribute(&app, &Sharing::public(ALPHA), &report(&format!("report-{number}"))).await;
    }
    assert_eq!(count(2).await, count(12).await);
}
