//! Rows under agreement: who may read what, and until when.

use chrono::TimeDelta;
use serde_json::json;
use tests::support::app::TestApp;
use tests::support::app::{ALPHA, BETA};
use tests::support::on_both_databases;

use super::*;

pub(super) const PROPOSE: &str = "mutation ($input: ProposeDataSharingAgreementInput!) { proposeDataSharingAgreement(input: $input) { agreement { id version state } } }";
const APPROVE: &str = "mutation ($input: ApproveDataSharingAgreementInput!) { approveDataSharingAgreement(input: $input) { agreement { version state controllers { localAuthority { gssCode } approvedAt } recipientApprovedAt } } }";
const END: &str = "mutation ($input: EndDataSharingAgreementInput!) { endDataSharingAgreement(input: $input) { agreement { state endReason } } }";
const PEOPLE: &str = "query ($agreement: ID!, $first: Int, $after: String) { youngPeople { people(agreement: $agreement, first: $first, after: $after) {
    nodes { pseudonym born { year month } sex episodes { kind startedOn endedOn legalStatus placement } } pageInfo { hasNextPage endCursor } } } }";

/// The people of a test: who reads for alpha, and who acts for Camden.
pub(crate) struct Parties {
    pub(crate) reader: Client,
    pub(crate) steward: Client,
}

pub(crate) async fn parties(app: &TestApp) -> Parties {
    with_authorities(app).await;
    let reader = app.holder(ALPHA, &[ScopeName::YoungPeopleRead, ScopeName::EvidenceRead]).await;
    Parties { reader, steward: steward_of(app, CAMDEN).await }
}

pub(super) async fn steward_of(app: &TestApp, authority: &str) -> Client {
    let (token, id) = app.token(BETA, &[ScopeName::YoungPeopleContribute]).await;
    let codes = [authority.to_owned()];
    service::young_people::stewards::appoint(&app.as_operator(), id, &codes)
        .await
        .expect("a steward");
    app.with_token(&token)
}

pub(crate) fn agreement(app: &TestApp) -> Value {
    let today = app.clock_now().date_naive();
    json!({
        "recipient": ALPHA, "controllers": [CAMDEN], "purpose": "Follow the children of a trial", "legalBasis": "Children Act 1989, section 83",
        "populations": ["LOOKED_AFTER"], "fields": ["BIRTH", "EPISODES", "PLACEMENT"],
        "startsOn": today, "endsOn": today + TimeDelta::days(30), "retentionUntil": today + TimeDelta::days(365),
    })
}

async fn propose(client: &Client, input: &Value) -> String {
    let answer = client.ask_with(PROPOSE, json!({ "input": input })).await;
    answer.at("/proposeDataSharingAgreement/agreement/id").as_str().expect("an id").to_owned()
}

pub(super) async fn approve(
    client: &Client,
    id: &str,
    version: i32,
) -> tests::support::client::Answer {
    client.ask_with(APPROVE, json!({ "input": { "id": id, "expectedVersion": version } })).await
}

pub(crate) async fn in_force(app: &TestApp, parties: &Parties) -> String {
    all_approve(parties, &agreement(app)).await
}

/// The id of an agreement that a centre proposed and the authority approved.
pub(crate) async fn all_approve(parties: &Parties, agreement: &Value) -> String {
    let id = propose(&parties.reader, agreement).await;
    let approved = approve(&parties.steward, &id, 1).await;
    assert_eq!(approved.at("/approveDataSharingAgreement/agreement/state"), "IN_FORCE");
    id
}

async fn people(client: &Client, id: &str) -> tests::support::client::Answer {
    client.ask_with(PEOPLE, json!({ "agreement": id })).await
}

#[on_both_databases]
async fn rows_are_read_when_every_party_has_approved_and_show_what_the_agreement_opens(
    app: TestApp,
) {
    let parties = parties(&app).await;
    load(&app, CAMDEN, 2024, many(1, 3)).await;
    load(&app, CAMDEN, 2023, many(1, 2)).await;
    load(&app, LEEDS, 2024, many(50, 3)).await;
    let id = propose(&parties.reader, &agreement(&app)).await;
    assert_eq!(people(&parties.reader, &id).await.code(), Some("AGREEMENT_NOT_IN_FORCE"));
    assert_eq!(approve(&parties.steward, &id, 7).await.code(), Some("CONFLICT"));
    assert_eq!(
        approve(&parties.steward, &id, 1).await.at("/approveDataSharingAgreement/agreement/state"),
        "IN_FORCE"
    );
    let read = people(&parties.reader, &id).await;
    let nodes =
        read.body.pointer("/data/youngPeople/people/nodes").unwrap().as_array().unwrap().clone();
    assert_eq!(nodes.len(), 3, "{}", read.body);
    assert_eq!(nodes[0]["born"], json!({ "year": 2012, "month": 5 }));
    // A time that two returns tell of is told once.
    assert_eq!(
        nodes[0]["episodes"],
        json!([{ "kind": "LOOKED_AFTER", "startedOn": "2019-06-10", "endedOn": null, "legalStatus": null, "placement": "U4" }])
    );
    assert_eq!(nodes[0]["sex"], Value::Null);
    let codes: std::collections::BTreeSet<_> = read.body["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| error["extensions"]["code"].as_str().unwrap())
        .collect();
    assert_eq!(codes, ["NOT_IN_AGREEMENT"].into());
}

#[on_both_databases]
async fn people_are_paged_by_pseudonym_and_found_by_it(app: TestApp) {
    let parties = parties(&app).await;
    load(&app, CAMDEN, 2024, many(1, 25)).await;
    let id = in_force(&app, &parties).await;
    let (mut seen, mut after) = (Vec::new(), Value::Null);
    loop {
        let page = parties.reader.ask_with("query ($agreement: ID!, $after: String) { youngPeople { people(agreement: $agreement, first: 10, after: $after) { nodes { pseudonym } pageInfo { hasNextPage endCursor } } } }", json!({ "agreement": id, "after": after })).await;
        seen.extend(page.list("/youngPeople/people/nodes", "pseudonym"));
        if page.at("/youngPeople/people/pageInfo/hasNextPage") != true {
            break;
        }
        after = page.at("/youngPeople/people/pageInfo/endCursor").clone();
    }
    let distinct: std::collections::BTreeSet<_> = seen.iter().collect();
    assert_eq!((seen.len(), distinct.len()), (25, 25));
    let ask = "query ($agreement: ID!, $pseudonym: String!) { youngPeople { person(agreement: $agreement, pseudonym: $pseudonym) { pseudonym born { month } } } }";
    let found =
        parties.reader.ask_with(ask, json!({ "agreement": id, "pseudonym": seen[7] })).await;
    assert_eq!(found.at("/youngPeople/person/pseudonym"), &json!(seen[7]));
    let none =
        parties.reader.ask_with(ask, json!({ "agreement": id, "pseudonym": "nobody" })).await;
    assert_eq!(none.at("/youngPeople/person"), &Value::Null);
}

#[on_both_databases]
async fn counts_of_an_agreement_are_made_safe_by_its_own_rule_and_stay_within_it(app: TestApp) {
    let parties = parties(&app).await;
    load(&app, CAMDEN, 2024, many(1, 24)).await;
    load(&app, LEEDS, 2024, many(50, 30)).await;
    let mut input = agreement(&app);
    input["ruleSet"] = json!("opensafely");
    input["fields"] = json!(["SEX"]);
    let id = propose(&parties.reader, &input).await;
    approve(&parties.steward, &id, 1).await;
    let ask = "query ($id: ID!, $input: StatisticsInput!) { youngPeople { agreement(id: $id) { statistics(input: $input) { rule { name } cells { keys count } coverage { authorities { localAuthority { gssCode } } } } } } }";
    let count = async |input: Value| {
        parties.reader.ask_with(ask, json!({ "id": id, "input": input })).await
    };
    let table = count(json!({ "by": ["SEX"], "asAt": "2024-03-31" })).await;
    let answer = table.at("/youngPeople/agreement/statistics");
    // Twelve of each, to the nearest five.
    assert_eq!(
        answer["cells"],
        json!([{ "keys": ["FEMALE"], "count": 10 }, { "keys": ["MALE"], "count": 10 }, { "keys": ["NOT_KNOWN"], "count": null }]),
        "{answer}"
    );
    assert_eq!(
        (&answer["rule"]["name"], &answer["coverage"]),
        (
            &json!("opensafely"),
            &json!({ "authorities": [{ "localAuthority": { "gssCode": CAMDEN } }] })
        )
    );
    for beyond in [
        json!({ "by": ["AGE_BAND"], "asAt": "2024-03-31" }),
        json!({ "by": ["SEX"], "where": { "populations": ["CARE_LEAVER"] }, "asAt": "2024-03-31" }),
        json!({ "by": [], "where": { "localAuthorities": [CAMDEN] }, "asAt": "2024-03-31" }),
        json!({ "by": ["POPULATION"], "shareOf": ["POPULATION"], "asAt": "2024-03-31" }),
    ] {
        assert_eq!(count(beyond.clone()).await.code(), Some("NOT_IN_AGREEMENT"), "{beyond}");
    }
    let refused = parties
        .steward
        .ask_with(ask, json!({ "id": id, "input": { "by": [], "asAt": "2024-03-31" } }))
        .await;
    assert_eq!(refused.code(), Some("FORBIDDEN"));
    let reads = parties
        .steward
        .ask_with(
            "query ($id: ID!) { youngPeople { agreement(id: $id) { reads { nodes { what } } } } }",
            json!({ "id": id }),
        )
        .await;
    assert_eq!(reads.at("/youngPeople/agreement/reads/nodes/0/what"), "a table of counts");
}

#[on_both_databases]
async fn people_who_are_read_twice_at_once_have_one_pseudonym(app: TestApp) {
    let parties = parties(&app).await;
    load(&app, CAMDEN, 2024, many(1, 30)).await;
    let id = in_force(&app, &parties).await;
    let read = futures::future::join_all((0..6).map(|_| people(&parties.reader, &id))).await;
    let mut pages =
        read.iter().map(|page| page.body.pointer("/data/youngPeople/people/nodes").cloned());
    let first = pages.next();
    assert!(
        first.as_ref().is_some_and(|page| page.is_some()) && pages.all(|page| Some(page) == first)
    );
}

#[on_both_databases]
async fn what_two_agreements_show_cannot_be_joined(app: TestApp) {
    let parties = parties(&app).await;
    load(&app, CAMDEN, 2024, many(1, 12)).await;
    let mut all = std::collections::BTreeSet::new();
    for _ in 0..2 {
        let id = in_force(&app, &parties).await;
        let read = people(&parties.reader, &id).await;
        let nodes = read
            .body
            .pointer("/data/youngPeople/people/nodes")
            .unwrap()
            .as_array()
            .unwrap()
            .clone();
        all.extend(nodes.iter().map(|node| node["pseudonym"].as_str().unwrap().to_owned()));
    }
    assert_eq!(all.len(), 24);
}

#[on_both_databases]
async fn an_agreement_ends_by_itself_and_by_the_word_of_a_party(app: TestApp) {
    let parties = parties(&app).await;
    load(&app, CAMDEN, 2024, many(1, 3)).await;
    let (one, other) = (in_force(&app, &parties).await, in_force(&app, &parties).await);
    let ended = parties.steward.ask_with(END, json!({ "input": { "id": one, "expectedVersion": 2, "reason": "The trial was stopped" } })).await;
    assert_eq!(ended.at("/endDataSharingAgreement/agreement/state"), "ENDED");
    assert_eq!(people(&parties.reader, &one).await.code(), Some("AGREEMENT_NOT_IN_FORCE"));
    assert!(people(&parties.reader, &other).await.body["data"]["youngPeople"].is_object());
    app.clock.advance(TimeDelta::days(29));
    assert!(people(&parties.reader, &other).await.body["data"]["youngPeople"].is_object());
    app.clock.advance(TimeDelta::days(2));
    let renewed = app.holder(ALPHA, &[ScopeName::YoungPeopleRead]).await;
    assert_eq!(people(&renewed, &other).await.code(), Some("AGREEMENT_NOT_IN_FORCE"));
}

#[on_both_databases]
async fn an_approval_that_is_repeated_is_answered_and_is_no_version(app: TestApp) {
    let parties = parties(&app).await;
    let id = propose(&parties.reader, &agreement(&app)).await;
    assert_eq!(
        approve(&parties.reader, &id, 1).await.at("/approveDataSharingAgreement/agreement/version"),
        1
    );
    for _ in 0..2 {
        // Sent again as it was: with the version that was read before the first.
        let approved = approve(&parties.steward, &id, 1).await;
        let approved = approved.at("/approveDataSharingAgreement/agreement");
        assert_eq!((&approved["version"], &approved["state"]), (&json!(2), &json!("IN_FORCE")));
    }
    app.clock.advance(TimeDelta::days(31));
    assert_eq!(approve(&steward_of(&app, CAMDEN).await, &id, 2).await.code(), Some("CONFLICT"));
}

#[on_both_databases]
async fn after_the_day_by_which_rows_are_deleted_none_is_given(app: TestApp) {
    let parties = parties(&app).await;
    load(&app, CAMDEN, 2024, many(1, 30)).await;
    let id = in_force(&app, &parties).await;
    let ask = "query ($a: ID!, $after: String) { youngPeople { people(agreement: $a, first: 10, after: $after) { nodes { pseudonym } pageInfo { endCursor } } } }";
    let page = parties.reader.ask_with(ask, json!({ "a": id })).await;
    let cursor = page.at("/youngPeople/people/pageInfo/endCursor").clone();
    let pseudonym = page.at("/youngPeople/people/nodes/0/pseudonym").clone();
    // Earlier versions let an agreement go on after that day.
    let retention = app.clock_now().date_naive() + TimeDelta::days(10);
    app.execute(&format!("UPDATE data_sharing_agreement SET retention_until = '{retention}'"))
        .await;
    app.clock.advance(TimeDelta::days(10));
    parties.reader.ask_with(ask, json!({ "a": id, "after": cursor })).await.data();
    app.clock.advance(TimeDelta::days(1));
    let late = app.holder(ALPHA, &[ScopeName::YoungPeopleRead, ScopeName::EvidenceRead]).await;
    for (ask, variables) in [
        (ask, json!({ "a": id, "after": cursor })),
        (
            "query ($a: ID!, $p: String!) { youngPeople { person(agreement: $a, pseudonym: $p) { pseudonym } } }",
            json!({ "a": id, "p": pseudonym }),
        ),
        (
            "query ($a: ID!) { youngPeople { agreement(id: $a) { statistics(input: { by: [], asAt: \"2024-03-31\" }) { cells { count } } } } }",
            json!({ "a": id }),
        ),
    ] {
        assert_eq!(
            late.ask_with(ask, variables).await.code(),
            Some("AGREEMENT_NOT_IN_FORCE"),
            "{ask}"
        );
    }
    let listed = late
        .ask_with(
            "query ($a: ID!) { youngPeople { agreement(id: $a) { state } } }",
            json!({ "a": id }),
        )
        .await;
    assert_eq!(listed.at("/youngPeople/agreement/state"), "ENDED");
}

#[on_both_databases]
async fn nobody_but_its_parties_knows_of_an_agreement(app: TestApp) {
    let parties = parties(&app).await;
    load(&app, CAMDEN, 2024, many(1, 3)).await;
    let id = in_force(&app, &parties).await;
    let of_beta = app.holder(BETA, &[ScopeName::YoungPeopleRead]).await;
    assert_eq!(people(&of_beta, &id).await.code(), Some("NOT_FOUND"));
    assert_eq!(approve(&of_beta, &id, 2).await.code(), Some("NOT_FOUND"));
    assert_eq!(approve(&steward_of(&app, LEEDS).await, &id, 2).await.code(), Some("NOT_FOUND"));
    // A party that controls the rows doesn't read them.
    assert_eq!(people(&parties.steward, &id).await.code(), Some("FORBIDDEN"));
    assert_eq!(people(&app.reader(ALPHA).await, &id).await.code(), Some("FORBIDDEN"));
    let listed = of_beta.ask("{ youngPeople { agreements { nodes { id } } } }").await;
    assert_eq!(listed.at("/youngPeople/agreements/nodes"), &json!([]));
    let outsider = of_beta.ask_with(PROPOSE, json!({ "input": agreement(&app) })).await;
    assert_eq!(outsider.code(), Some("FORBIDDEN"));
}

#[on_both_databases]
async fn the_controller_sees_who_read_and_each_reading_was_written_first(app: TestApp) {
    let parties = parties(&app).await;
    load(&app, CAMDEN, 2024, many(1, 3)).await;
    let id = in_force(&app, &parties).await;
    people(&parties.reader, &id).await;
    let reads = parties.steward.ask_with("query ($id: ID!) { youngPeople { agreement(id: $id) { purpose reads { nodes { by { slug } what requestId } } } } }", json!({ "id": id })).await;
    assert_eq!(reads.at("/youngPeople/agreement/reads/nodes/0/by/slug"), ALPHA);
    assert_eq!(reads.at("/youngPeople/agreement/reads/nodes/0/what"), "a page of people");
    // Without a place for the event no row leaves.
    app.execute("ALTER TABLE audit_event RENAME TO audit_event_away").await;
    let refused = people(&parties.reader, &id).await;
    assert_eq!(refused.code(), Some("INTERNAL_SERVER_ERROR"));
    assert!(!refused.body.to_string().contains("pseudonym\":\""));
}

#[on_both_databases]
async fn a_participant_is_followed_through_later_returns(app: TestApp) {
    let parties = parties(&app).await;
    app.create_study("trial", &tests::support::builders::Sharing::public(ALPHA)).await;
    load(&app, CAMDEN, 2024, many(1, 4)).await;
    let mut input = agreement(&app);
    input["fields"] = json!(["EPISODES", "PARTICIPATION", "LOCAL_AUTHORITY"]);
    let id = propose(&parties.reader, &input).await;
    approve(&parties.steward, &id, 1).await;
    let first = parties.reader.ask_with("query ($a: ID!) { youngPeople { people(agreement: $a, first: 1) { nodes { pseudonym } } } study(slug: \"trial\") { id } }", json!({ "a": id })).await;
    let (pseudonym, study) =
        (first.at("/youngPeople/people/nodes/0/pseudonym").clone(), first.at("/study/id").clone());
    let record = json!({ "agreement": id, "pseudonym": pseudonym, "study": study, "arm": "intervention", "site": CAMDEN, "enrolledOn": "2024-01-15" });
    parties.reader.ask_with("mutation ($input: RecordParticipationInput!) { recordParticipation(input: $input) { person { pseudonym } } }", json!({ "input": record })).await.data();
    let mut later = many(1, 4);
    later[0].1 = String::from_utf8(later[0].1.clone())
        .unwrap()
        .replace(",1,14", ",M,14")
        .replace(",2,14", ",F,14")
        .into_bytes();
    load(&app, CAMDEN, 2025, later).await;
    // Also when returns are loaded again, for a while without the child.
    for year in [2025, 2024] {
        let sex = if year == 2025 { "M" } else { "1" };
        load(
            &app,
            CAMDEN,
            year,
            vec![
                header_of(&format!("C9,{sex},14/05/2012,WBRI,UN3,,\n")),
                episodes_of("C9,10/06/2019,S,C2,N1,U4,PR1,,,,,,\n"),
            ],
        )
        .await;
    }
    load(&app, CAMDEN, 2024, many(1, 4)).await;
    let followed = parties.reader.ask_with("query ($a: ID!, $s: ID!) { youngPeople { people(agreement: $a, filter: { participatesIn: $s }) { nodes { pseudonym participations { study { slug } arm site { gssCode } enrolledOn } } } } }", json!({ "a": id, "s": study })).await;
    assert_eq!(
        followed.at("/youngPeople/people/nodes"),
        &json!([{ "pseudonym": pseudonym, "participations": [
        { "study": { "slug": "trial" }, "arm": "intervention", "site": { "gssCode": CAMDEN }, "enrolledOn": "2024-01-15" },
    ] }])
    );
}

#[on_both_databases]
async fn whoever_has_a_pseudonym_is_kept_when_a_return_is_replaced_and_can_be_erased(app: TestApp) {
    let parties = parties(&app).await;
    load(&app, CAMDEN, 2024, many(1, 1)).await;
    let id = in_force(&app, &parties).await;
    people(&parties.reader, &id).await;
    load(&app, CAMDEN, 2024, many(2, 1)).await;
    load(&app, CAMDEN, 2024, many(3, 1)).await;
    assert_eq!(persons(&app).await, 2, "of the second nothing is kept");
    let erase = "mutation ($input: EraseYoungPersonInput!) { eraseYoungPerson(input: $input) { returns forgotten } }";
    let erased = parties
        .steward
        .ask_with(erase, json!({ "input": { "localAuthority": CAMDEN, "childId": "C00001" } }))
        .await;
    assert_eq!(erased.at("/eraseYoungPerson"), &json!({ "returns": 0, "forgotten": true }));
    assert_eq!(persons(&app).await, 1);
}

#[on_both_databases]
async fn an_agreement_that_makes_no_sense_is_refused(app: TestApp) {
    let parties = parties(&app).await;
    for (field, value) in [
        ("controllers", json!([])),
        ("purpose", json!(" ")),
        ("fields", json!([])),
        ("populations", json!([])),
        ("endsOn", json!("2000-01-01")),
        ("retentionUntil", json!(app.clock_now().date_naive() + TimeDelta::days(29))),
        ("ruleSet", json!("none")),
        ("recipient", json!("nowhere")),
    ] {
        let mut input = agreement(&app);
        input[field] = value;
        let answer = parties.reader.ask_with(PROPOSE, json!({ "input": input })).await;
        assert_eq!(
            (answer.code(), answer.body.pointer("/errors/0/extensions/field")),
            (Some("BAD_USER_INPUT"), Some(&json!(field))),
            "{field}"
        );
    }
}
