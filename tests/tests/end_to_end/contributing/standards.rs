//! Evidence standards with their scales, and how they read on others.

use serde_json::{Value, json};
use service::access::ScopeName;
use tests::support::app::{ALPHA, BETA, TestApp};
use tests::support::client::{Answer, Client};
use tests::support::on_both_databases;

use super::{changes, new_study, put, text, wrong};

const ADD: &str = "mutation ($input: AddEvidenceStandardInput!) { addEvidenceStandard(input: $input) { evidenceStandard
    { id slug version versions { code since { text } until { text } dimensions { key name levels { code ordinal label strength } } } } } }";
const REVISE: &str = "mutation ($input: ReviseEvidenceStandardInput!) { reviseEvidenceStandard(input: $input) { evidenceStandard
    { id name version versions { code until { text } dimensions { key levels { code label } } } } } }";

fn ladder(name: &str) -> Value {
    json!({ "name": name, "versions": [{ "code": "2019", "since": "2019", "dimensions": [{ "key": "strength", "name": "Strength",
        "levels": [{ "code": "1", "ordinal": 1, "label": "Low", "strength": "LOW" }, { "code": "2", "ordinal": 2, "label": "High" }] }] }] })
}

async fn keeper(app: &TestApp) -> Client {
    let scopes = [ScopeName::NetworkWrite, ScopeName::EvidenceWrite, ScopeName::EvidenceRead];
    app.holder(ALPHA, &scopes).await
}

async fn add(client: &Client, input: Value) -> Answer {
    client.ask_with(ADD, json!({ "input": input })).await
}

/// Adds a standard and gives its id.
async fn new_standard(client: &Client, name: &str) -> String {
    let added = add(client, ladder(name)).await;
    text(&added, "/addEvidenceStandard/evidenceStandard/id")
}

async fn revise(client: &Client, id: &str, version: i32, others: Value) -> Answer {
    let mut input = json!({ "id": id, "expectedVersion": version });
    put(&mut input, others);
    client.ask_with(REVISE, json!({ "input": input })).await
}

async fn rate(client: &Client, standard: &str) -> Answer {
    let study = new_study(client, "Rated", json!({})).await;
    let rate = "mutation ($input: RateInput!) { rate(input: $input) { rating { id version } } }";
    let input = json!({ "subject": study, "standard": standard, "scores": [{ "dimension": "strength", "level": "2" }] });
    client.ask_with(rate, json!({ "input": input })).await
}

fn reading(from: &str, to: &str, others: Value) -> Value {
    let level =
        |standard: &str| json!({ "standard": standard, "dimension": "strength", "level": "1" });
    let mut input = json!({ "from": level(from), "to": level(to), "relation": "SIMILAR", "caveat": "Read with care" });
    put(&mut input, others);
    input
}

const ADD_READING: &str = "mutation ($input: AddCrosswalkReadingInput!) { addCrosswalkReading(input: $input) { reading { id version caveat from { code } level { code } standard { slug } } } }";

#[on_both_databases]
async fn a_standard_comes_with_its_versions_dimensions_and_levels_as_one_change(app: TestApp) {
    let keeper = keeper(&app).await;
    let added = add(&keeper, ladder("A ladder")).await;
    let standard = added.at("/addEvidenceStandard/evidenceStandard");
    assert_eq!(standard["slug"], "a-ladder");
    assert_eq!(standard["version"], 1);
    let dimension = &standard["versions"][0]["dimensions"][0];
    assert_eq!(
        dimension["levels"],
        json!([
            { "code": "1", "ordinal": 1, "label": "Low", "strength": "LOW" },
            { "code": "2", "ordinal": 2, "label": "High", "strength": null },
        ])
    );
    let (told, _) = changes(&app.nobody(), "EVIDENCE_STANDARD", None).await;
    assert_eq!(told, [("CREATED".to_owned(), standard["id"].as_str().unwrap().to_owned())]);
}

#[on_both_databases]
async fn a_version_is_added_or_corrected_and_what_is_left_out_stays(app: TestApp) {
    let keeper = keeper(&app).await;
    let id = new_standard(&keeper, "A ladder").await;
    let others = json!({ "name": "The ladder", "versions": [
        { "code": "2019", "until": "2026", "dimensions": [{ "key": "strength", "levels": [{ "code": "2", "label": "Higher" }, { "code": "3", "ordinal": 3, "label": "Highest" }] }] },
        { "code": "2026", "since": "2026", "dimensions": [{ "key": "cost", "name": "Cost" }] },
    ] });
    let revised = revise(&keeper, &id, 1, others).await;
    assert_eq!(
        revised.at("/reviseEvidenceStandard/evidenceStandard"),
        &json!({ "id": id, "name": "The ladder", "version": 2, "versions": [
        { "code": "2019", "until": { "text": "2026" }, "dimensions": [{ "key": "strength", "levels": [
            { "code": "1", "label": "Low" }, { "code": "2", "label": "Higher" }, { "code": "3", "label": "Highest" }] }] },
        { "code": "2026", "until": null, "dimensions": [{ "key": "cost", "levels": [] }] },
    ] })
    );
    let (told, _) = changes(&app.nobody(), "EVIDENCE_STANDARD", None).await;
    assert_eq!(told.len(), 2);
    let stale = revise(&keeper, &id, 1, json!({ "name": "Mine" })).await;
    assert_eq!(stale.code(), Some("CONFLICT"));
    assert_eq!(stale.body["errors"][0]["extensions"]["currentVersion"], 2);
}

#[on_both_databases]
async fn a_scale_that_ratings_use_stays_as_it_is_and_another_version_takes_what_is_new(
    app: TestApp,
) {
    let keeper = keeper(&app).await;
    let id = new_standard(&keeper, "A ladder").await;
    rate(&keeper, "a-ladder").await.data();
    let level = |version: &str, code: &str, label: &str| {
        json!({ "versions": [{ "code": version, "dimensions": [
        { "key": "strength", "name": "Strength", "levels": [{ "code": code, "ordinal": 3, "label": label }] }] }] })
    };
    for (code, label) in [("2", "Other words"), ("3", "New")] {
        let refused = revise(&keeper, &id, 1, level("2019", code, label)).await;
        let place = "versions[0].dimensions[0].levels[0].code".to_owned();
        assert_eq!(wrong(&refused), [(place, "IN_USE".to_owned())]);
    }
    let dated =
        revise(&keeper, &id, 1, json!({ "versions": [{ "code": "2019", "until": "2026" }] })).await;
    assert_eq!(dated.at("/reviseEvidenceStandard/evidenceStandard/version"), 2);
    revise(&keeper, &id, 2, level("2026", "3", "New")).await.data();
}

#[on_both_databases]
async fn everything_that_is_wrong_with_a_scale_is_said_at_once(app: TestApp) {
    let keeper = keeper(&app).await;
    let input = json!({ "name": " ", "owner": "nobody", "versions": [
        { "code": "1", "since": "2020", "until": "2019", "dimensions": [
            { "key": "a=b", "name": "A" },
            { "key": "c", "levels": [{ "code": "1", "label": "One" }, { "code": "1", "ordinal": 1, "label": "One" }] }] },
        { "code": "", "since": "yesterday" },
    ] });
    let mut wrong = wrong(&add(&keeper, input).await);
    wrong.sort();
    let told: Vec<(&str, &str)> =
        wrong.iter().map(|(field, code)| (field.as_str(), code.as_str())).collect();
    assert_eq!(
        told,
        [
            ("name", "NOT_TEXT"),
            ("owner", "UNKNOWN_REFERENCE"),
            ("versions[0].dimensions[0].key", "NOT_TEXT"),
            ("versions[0].dimensions[1].levels[0].ordinal", "REQUIRED"),
            ("versions[0].dimensions[1].levels[1]", "DUPLICATE_KEY"),
            ("versions[0].dimensions[1].name", "REQUIRED"),
            ("versions[0].until", "OUT_OF_ORDER"),
            ("versions[1].code", "REQUIRED"),
            ("versions[1].since", "NOT_A_DATE"),
        ]
    );
    let all = app.nobody().ask("{ evidenceStandards { nodes { slug } } }").await;
    assert_eq!(all.at("/evidenceStandards/nodes"), &json!([]));
}

#[on_both_databases]
async fn a_standard_is_rehearsed_and_added_once(app: TestApp) {
    let keeper = keeper(&app).await;
    let mut input = ladder("A ladder");
    put(&mut input, json!({ "idempotencyKey": "one", "dryRun": true }));
    let dry = add(&keeper, input.clone()).await;
    assert_eq!(dry.at("/addEvidenceStandard/evidenceStandard"), &Value::Null);
    put(&mut input, json!({ "dryRun": false }));
    let added = add(&keeper, input.clone()).await;
    assert_eq!(add(&keeper, input.clone()).await.data(), added.data());
    put(&mut input, json!({ "versions": [] }));
    assert_eq!(add(&keeper, input).await.code(), Some("IDEMPOTENCY_KEY_REUSED"));
}

#[on_both_databases]
async fn only_whoever_keeps_the_network_writes_standards(app: TestApp) {
    let (keeper, beta) = (keeper(&app).await, app.contributor(BETA).await);
    let id = new_standard(&keeper, "A ladder").await;
    assert_eq!(add(&beta, ladder("Another")).await.code(), Some("FORBIDDEN"));
    assert_eq!(revise(&beta, &id, 1, json!({ "name": "Mine" })).await.code(), Some("FORBIDDEN"));
}

#[on_both_databases]
async fn a_reading_of_the_crosswalk_is_added_revised_and_withdrawn(app: TestApp) {
    let keeper = keeper(&app).await;
    new_standard(&keeper, "One").await;
    new_standard(&keeper, "Other").await;
    let added =
        keeper.ask_with(ADD_READING, json!({ "input": reading("one", "other", json!({})) })).await;
    let found = added.at("/addCrosswalkReading/reading").clone();
    assert_eq!(
        found,
        json!({ "id": found["id"], "version": 2, "caveat": "Read with care", "from": { "code": "1" },
        "level": { "code": "1" }, "standard": { "slug": "other" } })
    );
    let again =
        keeper.ask_with(ADD_READING, json!({ "input": reading("one", "other", json!({})) })).await;
    assert_eq!(wrong(&again), [("to.level".to_owned(), "TAKEN".to_owned())]);

    let revise = "mutation ($input: ReviseCrosswalkReadingInput!) { reviseCrosswalkReading(input: $input) { reading { relation caveat version } } }";
    let input = json!({ "id": found["id"], "expectedVersion": 2, "relation": "NOT_COMPARABLE" });
    let revised = keeper.ask_with(revise, json!({ "input": input })).await;
    assert_eq!(
        revised.at("/reviseCrosswalkReading/reading"),
        &json!({ "relation": "NOT_COMPARABLE", "caveat": "Read with care", "version": 3 })
    );
    let stale = keeper.ask_with(revise, json!({ "input": input })).await;
    assert_eq!(stale.body["errors"][0]["extensions"]["currentVersion"], 3);

    let withdraw = "mutation ($input: WithdrawFromNetworkInput!) { withdrawFromNetwork(input: $input) { thing { ... on CrosswalkReading { withdrawal { reason } } } } }";
    let input = json!({ "id": found["id"], "expectedVersion": 3, "reason": "Nobody reads it so" });
    let withdrawn = keeper.ask_with(withdraw, json!({ "input": input })).await;
    assert_eq!(withdrawn.at("/withdrawFromNetwork/thing/withdrawal/reason"), "Nobody reads it so");
    let levels = r#"{ evidenceStandard(slug: "one") { version dimensions { levels { crosswalk { caveat } } } } }"#;
    let levels = app.nobody().ask(levels).await;
    assert_eq!(levels.at("/evidenceStandard/dimensions/0/levels/0/crosswalk"), &json!([]));
    assert_eq!(levels.at("/evidenceStandard/version"), 4);
}

#[on_both_databases]
async fn a_reading_names_levels_that_are_there(app: TestApp) {
    let keeper = keeper(&app).await;
    new_standard(&keeper, "One").await;
    let input = reading("one", "none", json!({ "caveat": "" }));
    let mut wrong = wrong(&keeper.ask_with(ADD_READING, json!({ "input": input })).await);
    wrong.sort();
    assert_eq!(wrong.first(), Some(&("caveat".to_owned(), "REQUIRED".to_owned())));
    assert!(
        wrong.contains(&("to.standard".to_owned(), "UNKNOWN_REFERENCE".to_owned())),
        "{wrong:?}"
    );
}
