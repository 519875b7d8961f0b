//! The same DOI twice.

use entity::Visibility;
use serde_json::json;
use service::Code;
use tests::support::app::TestApp;
use tests::support::app::{ALPHA, BETA};
use tests::support::builders::Sharing;
use tests::support::on_both_databases;

use super::{contribute, join, proposed, report, try_contribute};

const DOI: &str = "10.5555/twice";
const ASK: &str = "{ publication(doi: \"10.5555/twice\") { slug } }";

/// The same DOI as people write it.
const SPELLINGS: [&str; 10] = [
    "10.5555%2Ftwice",
    "10.5555/TWICE.",
    "DOI: 10.5555/twice",
    "doi.org/10.5555/twice",
    "https://dx.doi.org/10.5555/twice",
    "https://doi.org/10.5555/twice?utm_source=newsletter&utm_medium=email",
    "10.5555/twice#abstract",
    "(10.5555/twice)",
    "https%3A%2F%2Fdoi.org%2F10.5555%2Ftwice",
    "10.5555/tw\u{200b}ice\u{a0}",
];

#[on_both_databases]
async fn every_spelling_of_a_doi_finds_its_publication_and_makes_no_second_record(app: TestApp) {
    contribute(&app, &Sharing::public(ALPHA), &report("one").with_doi(DOI)).await;
    let beta = app.contributor(BETA).await;
    for spelling in SPELLINGS {
        let ask = "query ($doi: String!) { publication(doi: $doi) { slug doi } }";
        let answer = app.nobody().ask_with(ask, json!({ "doi": spelling })).await;
        assert_eq!(answer.at("/publication"), &json!({ "slug": "one", "doi": DOI }), "{spelling}");
        let publish = "mutation ($input: ContributePublicationInput!) { contributePublication(input: $input) { publication { id } } }";
        let input =
            json!({ "title": "Other", "kind": "REPORT", "doi": spelling, "visibility": "PUBLIC" });
        let answer = beta.ask_with(publish, json!({ "input": input })).await;
        assert!(answer.body["errors"].to_string().contains("doi"), "{spelling}: {}", answer.body);
        let row = format!("one,Report,REPORT,\"{spelling}\",alpha-centre,PUBLIC");
        app.import(&[("publications", &["slug,title,kind,doi,contributed_by,visibility", &row])])
            .await;
        let answer = app.nobody().ask("{ publications { totalCount nodes { doi } } }").await;
        assert_eq!(
            answer.at("/publications"),
            &json!({ "totalCount": 1, "nodes": [{ "doi": DOI }] }),
            "{spelling}"
        );
    }
}

#[on_both_databases]
async fn a_second_open_record_of_a_doi_is_refused(app: TestApp) {
    contribute(&app, &Sharing::public(ALPHA), &report("one").with_doi(DOI)).await;
    for sharing in [
        Sharing::public(BETA),
        Sharing::new(BETA, Visibility::Network),
        Sharing::new(ALPHA, Visibility::Centre),
    ] {
        let refusal =
            try_contribute(&app, &sharing, &report("other").with_doi(DOI)).await.unwrap_err();
        assert_eq!((refusal.code, refusal.field.as_deref()), (Code::Conflict, Some("doi")));
    }
}

#[on_both_databases]
async fn a_hidden_draft_stands_in_nobodys_way(app: TestApp) {
    let later = app.space.store().source().now() + chrono::TimeDelta::days(30);
    let embargoed = Sharing { embargoed_until: Some(later), ..Sharing::public(BETA) };
    contribute(&app, &embargoed, &report("hidden").with_doi(DOI)).await;
    contribute(&app, &Sharing::public(ALPHA), &report("open").with_doi(DOI)).await;
    for client in [app.nobody(), app.reader(ALPHA).await, app.reader(BETA).await] {
        assert_eq!(client.ask(ASK).await.at("/publication/slug"), "open");
    }
}

#[on_both_databases]
async fn a_hidden_twin_is_given_up_for_the_open_one(app: TestApp) {
    let hidden =
        contribute(&app, &Sharing::new(BETA, Visibility::Centre), &report("hidden").with_doi(DOI))
            .await;
    let open = contribute(&app, &Sharing::public(ALPHA), &report("open").with_doi(DOI)).await;
    let refusal = try_contribute(&app, &Sharing::public(BETA), &report("hidden").with_doi(DOI))
        .await
        .unwrap_err();
    assert_eq!(refusal.code, Code::Conflict);
    let contributor = app.contributor(BETA).await;
    assert_eq!(proposed(&contributor, &hidden).await, ["open"]);
    let answer = contributor.ask(&join(&open, &hidden)).await;
    assert_eq!(answer.at("/joinPublications/publication/version"), 1);
    let query = format!("{{ node(id: \"{hidden}\") {{ ... on Publication {{ slug }} }} }}");
    assert_eq!(contributor.ask(&query).await.at("/node/slug"), "open");
    assert_eq!(app.nobody().ask(&query).await.at("/node"), &json!(null));
}

#[on_both_databases]
async fn two_that_an_ended_embargo_shows_are_answered_by_one_and_proposed(app: TestApp) {
    let later = app.space.store().source().now() + chrono::TimeDelta::days(30);
    let embargoed = Sharing { embargoed_until: Some(later), ..Sharing::public(BETA) };
    let late = contribute(&app, &embargoed, &report("late").with_doi(DOI)).await;
    contribute(&app, &Sharing::public(ALPHA), &report("open").with_doi(DOI)).await;
    assert!(proposed(&app.nobody(), &late).await.is_empty());
    app.clock.advance(chrono::TimeDelta::days(31));
    assert_eq!(proposed(&app.nobody(), &late).await, ["open"]);
    // The one that was contributed first.
    assert_eq!(app.nobody().ask(ASK).await.at("/publication/slug"), "late");
}
