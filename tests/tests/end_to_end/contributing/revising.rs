//! Contributing, revising, withdrawing: one thing at a time.

use chrono::TimeDelta;
use entity::Vocabulary;
use serde_json::json;
use service::access::ScopeName;
use tests::support::app::TestApp;
use tests::support::app::{ALPHA, BETA};
use tests::support::on_both_databases;

use super::{contribute_study, new_study, revise_study, study, text, wrong};

#[on_both_databases]
async fn what_a_centre_contributes_is_its_own_and_is_named_after_its_title(app: TestApp) {
    let alpha = app.contributor(ALPHA).await;
    let answer = contribute_study(&alpha, study("Reading, for Everybody", json!({}))).await;
    let contributed = answer.at("/contributeStudy/study");
    assert_eq!(contributed["slug"], "reading-for-everybody");
    assert_eq!(contributed["version"], 1);
    assert_eq!(contributed["visibility"], "CENTRE");
    assert_eq!(contributed["contributedBy"]["slug"], ALPHA);
    assert_eq!(contributed["leadCentre"]["slug"], ALPHA);
}

#[on_both_databases]
async fn a_revision_changes_what_it_says_and_nothing_else(app: TestApp) {
    let population = app.create_term(Vocabulary::Population, "care-leavers", None).await;
    assert!(!population.0.is_nil());
    let alpha = app.contributor(ALPHA).await;
    let others = json!({ "summary": "As it was", "populations": ["care-leavers"], "startsOn": "2026-01-02",
        "statusHistory": [{ "on": "2026-01-01", "status": "PLANNED" }] });
    let id = new_study(&alpha, "A study", others).await;
    let revised =
        revise_study(&alpha, &id, 1, json!({ "title": "The study", "summary": null })).await;
    assert_eq!(revised.at("/reviseStudy/study/title"), "The study");
    assert_eq!(revised.at("/reviseStudy/study/version"), 2);
    let query = "query ($id: ID!) { node(id: $id) { ... on Study
        { slug title summary startsOn populations { slug } statusHistory { on status } } } }";
    let stands = alpha.ask_with(query, json!({ "id": id })).await;
    assert_eq!(
        stands.at("/node"),
        &json!({ "slug": "a-study", "title": "The study", "summary": null,
        "startsOn": "2026-01-02", "populations": [{ "slug": "care-leavers" }],
        "statusHistory": [{ "on": "2026-01-01", "status": "PLANNED" }] })
    );
}

#[on_both_databases]
async fn a_list_that_is_given_is_replaced_whole(app: TestApp) {
    let alpha = app.contributor(ALPHA).await;
    let history = json!({ "statusHistory": [{ "on": "2026-01-01", "status": "PLANNED" }, { "on": "2026-02-01", "status": "IN_DELIVERY" }] });
    let id = new_study(&alpha, "A study", history).await;
    let query = "query ($id: ID!) { node(id: $id) { ... on Study { statusHistory { on } } } }";
    revise_study(&alpha, &id, 1, json!({ "statusHistory": [{ "on": "2026-02-01", "status": "STOPPED", "reason": "changed our mind" }] })).await.data();
    let stands = alpha.ask_with(query, json!({ "id": id })).await;
    assert_eq!(stands.list("/node/statusHistory", "on"), ["2026-02-01"]);
    revise_study(&alpha, &id, 2, json!({ "statusHistory": [] })).await.data();
    let stands = alpha.ask_with(query, json!({ "id": id })).await;
    assert_eq!(stands.at("/node/statusHistory"), &json!([]));
}

#[on_both_databases]
async fn a_revision_of_a_version_that_has_passed_is_a_conflict_that_names_the_present_one(
    app: TestApp,
) {
    let alpha = app.contributor(ALPHA).await;
    let id = new_study(&alpha, "A study", json!({})).await;
    revise_study(&alpha, &id, 1, json!({ "title": "First" })).await.data();
    let stale = revise_study(&alpha, &id, 1, json!({ "title": "Second" })).await;
    assert_eq!(stale.code(), Some("CONFLICT"));
    assert_eq!(stale.body["errors"][0]["extensions"]["currentVersion"], 2);
    let stands = alpha.ask("{ study(slug: \"a-study\") { title version } }").await;
    assert_eq!(stands.at("/study"), &json!({ "title": "First", "version": 2 }));
}

#[on_both_databases]
async fn a_revision_that_changes_nothing_makes_no_version(app: TestApp) {
    let alpha = app.contributor(ALPHA).await;
    let id = new_study(&alpha, "A study", json!({})).await;
    let same = revise_study(&alpha, &id, 1, json!({ "title": "A study" })).await;
    assert_eq!(same.at("/reviseStudy/study/version"), 1);
}

#[on_both_databases]
async fn another_centre_may_not_revise_and_is_not_told_of_what_it_does_not_see(app: TestApp) {
    let (alpha, beta) = (app.contributor(ALPHA).await, app.contributor(BETA).await);
    let shown = new_study(&alpha, "Shown", json!({ "visibility": "NETWORK" })).await;
    let hidden = new_study(&alpha, "Hidden", json!({})).await;
    assert_eq!(
        revise_study(&beta, &shown, 1, json!({ "title": "Mine" })).await.code(),
        Some("FORBIDDEN")
    );
    assert_eq!(
        revise_study(&beta, &hidden, 1, json!({ "title": "Mine" })).await.code(),
        Some("NOT_FOUND")
    );
}

#[on_both_databases]
async fn a_name_that_an_unseen_thing_has_is_no_sign_of_it(app: TestApp) {
    let (alpha, beta) = (app.contributor(ALPHA).await, app.contributor(BETA).await);
    new_study(&alpha, "A secret", json!({ "slug": "taken" })).await;
    let answer = contribute_study(&beta, study("Another", json!({ "slug": "taken" }))).await;
    assert_eq!(answer.at("/contributeStudy/study/slug"), "taken-2");
    let again = contribute_study(&beta, study("Another", json!({ "slug": "taken-2" }))).await;
    assert_eq!(wrong(&again), [("slug".to_owned(), "TAKEN".to_owned())]);
}

#[on_both_databases]
async fn a_contribution_that_is_sent_again_is_made_once_and_answered_as_before(app: TestApp) {
    let alpha = app.contributor(ALPHA).await;
    let input = study("A study", json!({ "idempotencyKey": "one" }));
    let first = contribute_study(&alpha, input.clone()).await;
    let again = contribute_study(&alpha, input).await;
    assert_eq!(again.data(), first.data());
    let all = alpha.ask("{ studies { totalCount } }").await;
    assert_eq!(all.at("/studies/totalCount"), 1);
    let other =
        contribute_study(&alpha, study("Another", json!({ "idempotencyKey": "one" }))).await;
    assert_eq!(other.code(), Some("IDEMPOTENCY_KEY_REUSED"));
}

#[on_both_databases]
async fn a_contribution_that_was_refused_leaves_its_key_free(app: TestApp) {
    let alpha = app.contributor(ALPHA).await;
    let wrong = contribute_study(&alpha, study("", json!({ "idempotencyKey": "one" }))).await;
    assert_eq!(wrong.code(), Some("BAD_USER_INPUT"));
    let mended =
        contribute_study(&alpha, study("A study", json!({ "idempotencyKey": "one" }))).await;
    assert_eq!(mended.at("/contributeStudy/study/version"), 1);
}

#[on_both_databases]
async fn a_contribution_in_the_name_of_another_centre_is_refused_and_noted(app: TestApp) {
    let alpha = app.contributor(ALPHA).await;
    let give = r#"mutation { giveFeedback(input: {centre: "beta-centre", fromRole: "x", text: "x"}) { feedback { id } } }"#;
    assert_eq!(alpha.ask(give).await.code(), Some("FORBIDDEN"));
    app.space.flush_journal().await;
    let audit = app
        .administrator(ALPHA)
        .await
        .ask("{ auditEvents(first: 50) { nodes { action outcome } } }")
        .await;
    let noted = json!({ "action": "collaboration.write", "outcome": "REFUSED" });
    assert!(audit.at("/auditEvents/nodes").as_array().unwrap().contains(&noted), "{}", audit.body);
}

#[on_both_databases]
async fn a_dry_run_says_what_would_come_of_it_and_writes_nothing(app: TestApp) {
    let alpha = app.contributor(ALPHA).await;
    let dry = contribute_study(
        &alpha,
        study("A study", json!({ "dryRun": true, "idempotencyKey": "one" })),
    )
    .await;
    assert_eq!(dry.at("/contributeStudy/study/slug"), "a-study");
    assert_eq!(alpha.ask("{ studies { totalCount } }").await.at("/studies/totalCount"), 0);
    let id = new_study(&alpha, "A study", json!({ "idempotencyKey": "one" })).await;
    let dry = revise_study(&alpha, &id, 1, json!({ "title": "Otherwise", "dryRun": true })).await;
    assert_eq!(dry.at("/reviseStudy/study/title"), "Otherwise");
    let stands = alpha.ask("{ study(slug: \"a-study\") { title version } changes(kinds: [STUDY]) { nodes { version } } }").await;
    assert_eq!(stands.at("/study"), &json!({ "title": "A study", "version": 1 }));
    assert_eq!(stands.at("/changes/nodes").as_array().unwrap().len(), 1);
}

#[on_both_databases]
async fn what_is_withdrawn_stays_reachable_says_why_and_leaves_the_lists(app: TestApp) {
    let alpha = app.contributor(ALPHA).await;
    let old = new_study(&alpha, "Old", json!({ "visibility": "PUBLIC" })).await;
    let new = new_study(&alpha, "New", json!({ "visibility": "PUBLIC" })).await;
    let withdraw = "mutation ($input: WithdrawInput!) { withdraw(input: $input)
        { thing { id version withdrawal { reason supersededBy { id } } } } }";
    let input = json!({ "id": old, "reason": "An error in the data", "expectedVersion": 1, "supersededBy": new });
    let answer = alpha.ask_with(withdraw, json!({ "input": input })).await;
    assert_eq!(
        answer.at("/withdraw/thing/withdrawal"),
        &json!({ "reason": "An error in the data", "supersededBy": { "id": new } })
    );
    let seen = app.nobody().ask_with("query ($id: ID!) { node(id: $id) { ... on Study { title withdrawal { reason } } } studies { nodes { title } } }", json!({ "id": old })).await;
    assert_eq!(seen.at("/node/withdrawal/reason"), "An error in the data");
    assert_eq!(seen.list("/studies/nodes", "title"), ["New"]);
}

#[on_both_databases]
async fn each_kind_of_evidence_is_contributed_and_revised(app: TestApp) {
    app.create_term(Vocabulary::Outcome, "reading", None).await;
    app.create_term(Vocabulary::Outcome, "writing", None).await;
    let alpha = app.contributor(ALPHA).await;
    let publish = r#"mutation { contributePublication(input: {title: "A report", kind: REPORT, doi: "https://doi.org/10.1002/CL2.1152",
        publishedOn: "2019-07", authors: [{name: "A. Author", orcid: "0000-0002-1825-0097"}, {name: "B. Author"}], language: "en"})
        { publication { id doi authors { name orcid } } } }"#;
    let published = alpha.ask(publish).await;
    assert_eq!(published.at("/contributePublication/publication/doi"), "10.1002/cl2.1152");
    assert_eq!(
        published.list("/contributePublication/publication/authors", "name"),
        ["A. Author", "B. Author"]
    );
    let publication = text(&published, "/contributePublication/publication/id");
    let study = new_study(&alpha, "A study", json!({ "publications": [publication] })).await;
    let find = "mutation ($input: ContributeFindingInput!) { contributeFinding(input: $input) { finding
        { id estimate confidenceInterval { lower } participants { total } study { publications { nodes { title } } } publication { title } } } }";
    let input = json!({ "study": study, "outcome": "reading", "measure": "STANDARDISED_MEAN_DIFFERENCE", "estimate": 0.25, "standardError": 0.1,
        "confidenceInterval": { "level": 0.95, "lower": 0.05, "upper": 0.45 }, "participants": { "total": 120 }, "publication": publication });
    let found = alpha.ask_with(find, json!({ "input": input })).await;
    let finding = found.at("/contributeFinding/finding").clone();
    assert_eq!(finding["confidenceInterval"]["lower"], 0.05);
    assert_eq!(finding["study"]["publications"]["nodes"], json!([{ "title": "A report" }]));
    assert_eq!(finding["publication"]["title"], "A report");
    let revise = "mutation ($input: ReviseFindingInput!) { reviseFinding(input: $input) { finding { estimate outcome { slug } confidenceInterval { lower } participants { total } version } } }";
    let input = json!({ "id": finding["id"], "expectedVersion": 1, "outcome": "writing", "confidenceInterval": null });
    let revised = alpha.ask_with(revise, json!({ "input": input })).await;
    assert_eq!(
        revised.at("/reviseFinding/finding"),
        &json!({ "estimate": 0.25, "outcome": { "slug": "writing" },
        "confidenceInterval": null, "participants": { "total": 120 }, "version": 2 })
    );
}

#[on_both_databases]
async fn whoever_keeps_the_network_adds_and_revises_its_things(app: TestApp) {
    let keeper = app.holder(ALPHA, &[ScopeName::NetworkWrite]).await;
    let add = r#"mutation { addCentre(input: {name: "Gamma Centre", policyArea: "housing", statuses: [{since: "2020", status: MEMBER}]})
        { centre { id slug version networkStatus } } }"#;
    let added = keeper.ask(add).await;
    assert_eq!(added.at("/addCentre/centre/slug"), "gamma-centre");
    assert_eq!(added.at("/addCentre/centre/networkStatus"), "MEMBER");
    assert_eq!(added.at("/addCentre/centre/version"), 1);
    let id = added.at("/addCentre/centre/id").clone();
    let revise = "mutation ($input: ReviseCentreInput!) { reviseCentre(input: $input) { centre { name policyArea networkStatus } } }";
    let input = json!({ "id": id, "expectedVersion": 1, "name": "The Gamma Centre" });
    let revised = keeper.ask_with(revise, json!({ "input": input })).await;
    assert_eq!(
        revised.at("/reviseCentre/centre"),
        &json!({ "name": "The Gamma Centre", "policyArea": "housing", "networkStatus": "MEMBER" })
    );
    let stale = keeper.ask_with(revise, json!({ "input": input })).await;
    assert_eq!(stale.body["errors"][0]["extensions"]["currentVersion"], 2);
    let add = r#"mutation { addOutcome(input: {name: "Wellbeing", synonyms: ["well-being"], labels: [{centre: "gamma-centre", label: "How they are"}]})
        { outcome { slug synonyms } } addEngagement(input: {localAuthority: "E08000035", kind: VISIT}) { engagement { id } } }"#;
    let added = keeper.ask(add).await;
    assert_eq!(
        added.body["data"],
        json!({ "addOutcome": { "outcome": { "slug": "wellbeing", "synonyms": ["well-being"] } }, "addEngagement": null })
    );
    assert_eq!(wrong(&added), [("localAuthority".to_owned(), "UNKNOWN_REFERENCE".to_owned())]);
}

#[on_both_databases]
async fn two_contributions_in_one_document_see_each_other(app: TestApp) {
    let alpha = app.contributor(ALPHA).await;
    app.clock.advance(TimeDelta::seconds(1));
    let both = r#"mutation {
        study: contributeStudy(input: {title: "A study", design: PILOT, status: PLANNED, slug: "a-study"}) { study { publications { totalCount } } }
        report: contributePublication(input: {title: "A report", kind: REPORT, slug: "a-report"}) { publication { title } }
        link: contributeStudy(input: {title: "Another", design: PILOT, status: PLANNED, publications: ["a-report"]}) { study { publications { nodes { title } } } }
    }"#;
    let answer = alpha.ask(both).await;
    assert_eq!(answer.at("/study/study/publications/totalCount"), 0);
    assert_eq!(answer.at("/link/study/publications/nodes/0/title"), "A report");
}
