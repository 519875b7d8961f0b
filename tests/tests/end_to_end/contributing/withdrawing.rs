//! Things of the network that are withdrawn or superseded.

use serde_json::{Value, json};
use service::access::ScopeName;
use tests::support::app::{ALPHA, BETA, TestApp};
use tests::support::client::{Answer, Client};
use tests::support::on_both_databases;

use super::{changes, put, text, wrong};

const WITHDRAW: &str = "mutation ($input: WithdrawFromNetworkInput!) { withdrawFromNetwork(input: $input) { thing { __typename id } } }";

async fn keeper(app: &TestApp) -> Client {
    app.holder(ALPHA, &[ScopeName::NetworkWrite]).await
}

async fn withdraw(client: &Client, id: &str, version: i32, others: Value) -> Answer {
    let mut input = json!({ "id": id, "expectedVersion": version, "reason": "Entered in error" });
    put(&mut input, others);
    client.ask_with(WITHDRAW, json!({ "input": input })).await
}

/// Adds a thing by a mutation and gives its id.
async fn add(client: &Client, mutation: &str, thing: &str) -> String {
    let added = client.ask(mutation).await;
    let name = mutation.split(['{', '(']).nth(1).unwrap().trim();
    text(&added, &format!("/{name}/{thing}/id"))
}

async fn partner(client: &Client, name: &str) -> String {
    let add_partner =
        format!(r#"mutation {{ addPartner(input: {{name: "{name}"}}) {{ partner {{ id }} }} }}"#);
    add(client, &add_partner, "partner").await
}

async fn outcome(client: &Client, name: &str) -> String {
    let add_outcome =
        format!(r#"mutation {{ addOutcome(input: {{name: "{name}"}}) {{ outcome {{ id }} }} }}"#);
    add(client, &add_outcome, "outcome").await
}

const WITHDRAWAL: &str = "query ($id: ID!) { node(id: $id) {
    ... on Person { withdrawal { reason supersededBy { id } } }
    ... on LocalAuthority { withdrawal { reason supersededBy { id } } }
    ... on Partner { withdrawal { reason supersededBy { id } } }
    ... on Programme { withdrawal { reason supersededBy { id } } }
    ... on Engagement { withdrawal { reason supersededBy { id } } }
    ... on Intervention { withdrawal { reason supersededBy { id } } }
    ... on Outcome { withdrawal { reason supersededBy { id } } }
    ... on Population { withdrawal { reason supersededBy { id } } }
    ... on EvidenceStandard { withdrawal { reason supersededBy { id } } }
} }";

#[on_both_databases]
async fn each_kind_of_the_network_is_withdrawn_with_its_reason_and_stays_reachable(app: TestApp) {
    app.create_local_authority("E08000035").await;
    let keeper = keeper(&app).await;
    for (mutation, thing) in [
        (r#"mutation { addPerson(input: {name: "A. Person"}) { person { id } } }"#, "person"),
        (
            r#"mutation { addLocalAuthority(input: {gssCode: "E10000023", name: "X", country: "England"}) { localAuthority { id } } }"#,
            "localAuthority",
        ),
        (r#"mutation { addPartner(input: {name: "A partner"}) { partner { id } } }"#, "partner"),
        (
            r#"mutation { addProgramme(input: {title: "A programme"}) { programme { id } } }"#,
            "programme",
        ),
        (
            r#"mutation { addEngagement(input: {localAuthority: "E08000035", kind: VISIT}) { engagement { id } } }"#,
            "engagement",
        ),
        (
            r#"mutation { addIntervention(input: {name: "An intervention"}) { intervention { id } } }"#,
            "intervention",
        ),
        (r#"mutation { addOutcome(input: {name: "An outcome"}) { outcome { id } } }"#, "outcome"),
        (
            r#"mutation { addPopulation(input: {name: "A population"}) { population { id } } }"#,
            "population",
        ),
        (
            r#"mutation { addEvidenceStandard(input: {name: "A standard"}) { evidenceStandard { id } } }"#,
            "evidenceStandard",
        ),
    ] {
        let id = add(&keeper, mutation, thing).await;
        let withdrawn = withdraw(&keeper, &id, 1, json!({})).await;
        assert_eq!(withdrawn.at("/withdrawFromNetwork/thing/id"), id.as_str());
        let stands = app.nobody().ask_with(WITHDRAWAL, json!({ "id": id })).await;
        assert_eq!(
            stands.at("/node/withdrawal"),
            &json!({ "reason": "Entered in error", "supersededBy": null }),
            "{thing}"
        );
    }
}

#[on_both_databases]
async fn what_is_withdrawn_leaves_the_lists_unless_it_is_asked_for(app: TestApp) {
    app.create_local_authority("E08000035").await;
    let keeper = keeper(&app).await;
    let things = [
        add(&keeper, r#"mutation { addProgramme(input: {title: "A programme"}) { programme { id } } }"#, "programme").await,
        outcome(&keeper, "An outcome").await,
        add(&keeper, r#"mutation { addEvidenceStandard(input: {name: "A standard"}) { evidenceStandard { id } } }"#, "evidenceStandard").await,
        add(&keeper, r#"mutation { addEngagement(input: {localAuthority: "E08000035", kind: VISIT, started: "2019-03"}) { engagement { id } } }"#, "engagement").await,
        add(&keeper, r#"mutation { addLocalAuthority(input: {gssCode: "E10000023", name: "X", country: "England"}) { localAuthority { id } } }"#, "localAuthority").await,
    ];
    for id in &things {
        withdraw(&keeper, id, 1, json!({})).await.data();
    }
    let lists = r#"query ($all: Boolean!) { programmes(includeWithdrawn: $all) { totalCount } outcomes(filter: {includeWithdrawn: $all}) { totalCount }
        evidenceStandards(includeWithdrawn: $all) { nodes { slug } } localAuthorities(filter: {includeWithdrawn: $all}) { totalCount }
        centre(slug: "alpha-centre") { engagements { totalCount nodes { id } } }
        reportCard(from: "2019-01-01", to: "2019-12-31") { localAuthorities { totalCount } } }"#;
    let listed = app.nobody().ask_with(lists, json!({ "all": false })).await;
    assert_eq!(listed.at("/programmes/totalCount"), 0);
    assert_eq!(listed.at("/outcomes/totalCount"), 0);
    assert_eq!(listed.at("/evidenceStandards/nodes"), &json!([]));
    assert_eq!(listed.at("/localAuthorities/totalCount"), 1);
    assert_eq!(listed.at("/centre/engagements"), &json!({ "totalCount": 0, "nodes": [] }));
    assert_eq!(listed.at("/reportCard/localAuthorities/totalCount"), 0);
    let all = app.nobody().ask_with(lists, json!({ "all": true })).await;
    assert_eq!(all.at("/programmes/totalCount"), 1);
    assert_eq!(all.at("/outcomes/totalCount"), 1);
    assert_eq!(all.at("/evidenceStandards/nodes/0/slug"), "a-standard");
    assert_eq!(all.at("/localAuthorities/totalCount"), 2);
}

#[on_both_databases]
async fn another_takes_the_place_and_what_refers_to_the_old_goes_on(app: TestApp) {
    let keeper = keeper(&app).await;
    let (old, new) = (partner(&keeper, "Old").await, partner(&keeper, "New").await);
    keeper.ask(r#"mutation { addProgramme(input: {title: "A programme", partners: ["old"]}) { programme { id } } }"#).await.data();
    withdraw(&keeper, &old, 1, json!({ "supersededBy": new })).await.data();
    let stands = app.nobody().ask_with(WITHDRAWAL, json!({ "id": old })).await;
    assert_eq!(stands.at("/node/withdrawal/supersededBy/id"), new.as_str());
    let programme = app
        .nobody()
        .ask(r#"{ programme(slug: "a-programme") { partners { slug withdrawal { reason } } } }"#)
        .await;
    assert_eq!(
        programme.at("/programme/partners/0"),
        &json!({ "slug": "old", "withdrawal": { "reason": "Entered in error" } })
    );
    let circular = withdraw(&keeper, &new, 1, json!({ "supersededBy": old })).await;
    assert_eq!(wrong(&circular), [("supersededBy".to_owned(), "CIRCLE".to_owned())]);
}

#[on_both_databases]
async fn the_feed_tells_of_a_withdrawal_and_the_version_counts(app: TestApp) {
    let keeper = keeper(&app).await;
    let id = outcome(&keeper, "An outcome").await;
    let (_, cursor) = changes(&app.nobody(), "OUTCOME", None).await;
    withdraw(&keeper, &id, 1, json!({})).await.data();
    let (told, _) = changes(&app.nobody(), "OUTCOME", cursor.as_deref()).await;
    assert_eq!(told, [("WITHDRAWN".to_owned(), id.clone())]);
    let stale = withdraw(&keeper, &id, 1, json!({})).await;
    assert_eq!(stale.body["errors"][0]["extensions"]["currentVersion"], 2);
}

#[on_both_databases]
async fn a_withdrawal_is_rehearsed_and_needs_a_reason(app: TestApp) {
    let keeper = keeper(&app).await;
    let id = outcome(&keeper, "An outcome").await;
    withdraw(&keeper, &id, 1, json!({ "dryRun": true })).await.data();
    let listed = app.nobody().ask("{ outcomes { totalCount } }").await;
    assert_eq!(listed.at("/outcomes/totalCount"), 1);
    let unreasoned = withdraw(&keeper, &id, 1, json!({ "reason": "" })).await;
    assert_eq!(wrong(&unreasoned), [("withdrawalReason".to_owned(), "INCONSISTENT".to_owned())]);
}

#[on_both_databases]
async fn a_centre_is_former_and_is_not_withdrawn(app: TestApp) {
    let keeper = keeper(&app).await;
    let centre = app.nobody().ask(r#"{ centre(slug: "beta-centre") { id version } }"#).await;
    let id = text(&centre, "/centre/id");
    assert_eq!(withdraw(&keeper, &id, 1, json!({})).await.code(), Some("BAD_USER_INPUT"));
    let revise = "mutation ($input: ReviseCentreInput!) { reviseCentre(input: $input) { centre { networkStatus successor { slug } } } }";
    let input = json!({ "id": id, "expectedVersion": centre.at("/centre/version"), "successor": ALPHA, "statuses": [{ "since": "2019", "status": "FORMER" }] });
    let revised = keeper.ask_with(revise, json!({ "input": input })).await;
    assert_eq!(
        revised.at("/reviseCentre/centre"),
        &json!({ "networkStatus": "FORMER", "successor": { "slug": ALPHA } })
    );
}

#[on_both_databases]
async fn only_whoever_keeps_the_network_withdraws_its_things(app: TestApp) {
    let id = outcome(&keeper(&app).await, "An outcome").await;
    let beta = app.contributor(BETA).await;
    assert_eq!(withdraw(&beta, &id, 1, json!({})).await.code(), Some("FORBIDDEN"));
    assert_eq!(withdraw(&app.nobody(), &id, 1, json!({})).await.code(), Some("UNAUTHENTICATED"));
}

#[on_both_databases]
async fn nothing_takes_the_place_of_an_engagement_nor_a_thing_of_another_kind(app: TestApp) {
    app.create_local_authority("E08000035").await;
    let keeper = keeper(&app).await;
    let visit = r#"mutation { addEngagement(input: {localAuthority: "E08000035", kind: VISIT}) { engagement { id } } }"#;
    let (one, other) =
        (add(&keeper, visit, "engagement").await, add(&keeper, visit, "engagement").await);
    let refused = withdraw(&keeper, &one, 1, json!({ "supersededBy": other })).await;
    assert_eq!(refused.code(), Some("BAD_USER_INPUT"));
    let (outcome, partner) =
        (outcome(&keeper, "An outcome").await, partner(&keeper, "A partner").await);
    let refused = withdraw(&keeper, &outcome, 1, json!({ "supersededBy": partner })).await;
    assert_eq!(refused.code(), Some("BAD_USER_INPUT"));
}
