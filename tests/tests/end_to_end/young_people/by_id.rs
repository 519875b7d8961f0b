//! Agreements, readings, returns and people by their global ids.

use serde_json::{Value, json};
use tests::support::app::TestApp;
use tests::support::app::{ALPHA, BETA};
use tests::support::on_both_databases;

use super::agreements::{in_force, parties, steward_of};
use super::*;
use crate::relay::nodes::{Found, found, id_of};

/// What the steward, or the reader, of an agreement finds by its id.
pub(crate) const FOUND: &[Found] = &[
    (
        "Return",
        "{ youngPeople { returns(last: 1) { edges { node { id } } } } }",
        "/youngPeople/returns/edges/0/node/id",
    ),
    (
        "ReturnProblem",
        "{ youngPeople { returns { nodes { problems(last: 1) { edges { node { id } } } } } } }",
        "/youngPeople/returns/nodes/0/problems/edges/0/node/id",
    ),
    (
        "DataSharingAgreement",
        "{ youngPeople { agreements(last: 1) { edges { node { id } } } } }",
        "/youngPeople/agreements/edges/0/node/id",
    ),
    (
        "AgreementRead",
        "{ youngPeople { agreements { nodes { reads(last: 1) { edges { cursor node { id } } } } } } }",
        "/youngPeople/agreements/nodes/0/reads/edges/0/node/id",
    ),
    (
        "YoungPerson",
        "query { youngPeople { people(agreement: \"AGREEMENT\", last: 1) { edges { node { id } } } } }",
        "/youngPeople/people/edges/0/node/id",
    ),
];

const READS: &str = "query ($id: ID!) { youngPeople { agreement(id: $id) { reads(first: 100) { nodes { what } } } } }";

async fn readings(client: &Client, agreement: &str) -> Vec<String> {
    let answer = client.ask_with(READS, json!({ "id": agreement })).await;
    answer.list("/youngPeople/agreement/reads/nodes", "what")
}

/// A return with a problem, and the id of an agreement under which somebody has read a page of people.
async fn furnish(app: &TestApp) -> (super::agreements::Parties, String) {
    let parties = parties(app).await;
    let mut files = many(1, 5);
    files[0].1.extend(b"C99999,1,14/05/2012,WBRI,,,\n");
    files[1].1.extend(b"C99999,10/06/2019,S,C2,N1,U4,PR1,,,,,,\n");
    load(app, CAMDEN, 2024, files).await;
    let id = in_force(app, &parties).await;
    let query =
        "query ($id: ID!) { youngPeople { people(agreement: $id) { nodes { pseudonym } } } }";
    parties.reader.ask_with(query, json!({ "id": id })).await.data();
    (parties, id)
}

#[on_both_databases]
async fn each_is_found_by_its_parties_and_by_nobody_else(app: TestApp) {
    let (parties, agreement) = furnish(&app).await;
    let strangers = [
        app.nobody(),
        app.stranger(ALPHA).await,
        app.holder(BETA, &[ScopeName::YoungPeopleRead]).await,
        steward_of(&app, LEEDS).await,
    ];
    for (kind, query, path) in FOUND {
        let query = query.replace("AGREEMENT", &agreement);
        let query: &'static str = Box::leak(query.into_boxed_str());
        let is_for_recipient = *kind == "YoungPerson";
        let seer = if is_for_recipient { &parties.reader } else { &parties.steward };
        let id = id_of(seer, &(kind, query, path)).await;
        assert_eq!(found(seer, &id).await, json!({ "__typename": kind, "id": id }));
        for (at, client) in strangers.iter().enumerate() {
            // The recipient's own centre is a party of the agreement, whatever its token's scopes.
            if at == 1 && ["DataSharingAgreement", "AgreementRead", "YoungPerson"].contains(kind) {
                continue;
            }
            assert_eq!(found(client, &id).await, Value::Null, "{kind}, stranger {at}");
        }
    }
}

#[on_both_databases]
async fn people_that_are_found_by_id_are_one_reading_that_is_in_the_audit(app: TestApp) {
    let (parties, agreement) = furnish(&app).await;
    let list = parties.reader.ask_with("query ($id: ID!) { youngPeople { people(agreement: $id, first: 3) { nodes { id pseudonym } } } }", json!({ "id": agreement })).await;
    let ids = list.list("/youngPeople/people/nodes", "id");
    let before = readings(&parties.steward, &agreement).await.len();
    let query = "query ($ids: [ID!]!) { nodes(ids: $ids) { ... on YoungPerson { pseudonym born { year } } } }";
    let answer = parties.reader.ask_with(query, json!({ "ids": ids })).await;
    assert_eq!(
        answer.list("/nodes", "pseudonym"),
        list.list("/youngPeople/people/nodes", "pseudonym")
    );
    assert_eq!(answer.at("/nodes/0/born/year"), &json!(2012));
    let after = readings(&parties.steward, &agreement).await;
    assert_eq!((after.len(), after[0].as_str()), (before + 1, "3 people"));
}

#[on_both_databases]
async fn a_party_who_may_not_read_is_told_so_and_the_audit_too(app: TestApp) {
    let (parties, agreement) = furnish(&app).await;
    let list = parties.reader.ask_with("query ($id: ID!) { youngPeople { people(agreement: $id, first: 1) { nodes { id } } } }", json!({ "id": agreement })).await;
    let id = &list.list("/youngPeople/people/nodes", "id")[0];
    let query = "query ($id: ID!) { node(id: $id) { id } }";
    let before = readings(&parties.steward, &agreement).await.len();
    for client in [&parties.steward, &app.stranger(ALPHA).await] {
        let refused = client.ask_with(query, json!({ "id": id })).await;
        assert_eq!(refused.code(), Some("FORBIDDEN"), "{}", refused.body);
    }
    assert_eq!(readings(&parties.steward, &agreement).await.len(), before);
    let end = "mutation ($id: ID!) { endDataSharingAgreement(input: {id: $id, expectedVersion: 2, reason: \"over\"}) { agreement { state } } }";
    parties.steward.ask_with(end, json!({ "id": agreement })).await.data();
    let ended = parties.reader.ask_with(query, json!({ "id": id })).await;
    assert_eq!(ended.code(), Some("AGREEMENT_NOT_IN_FORCE"));
}

#[on_both_databases]
async fn no_row_about_a_person_is_read_in_the_past_where_no_audit_is(app: TestApp) {
    let (parties, agreement) = furnish(&app).await;
    let list = parties.reader.ask_with("query ($id: ID!) { youngPeople { people(agreement: $id, first: 1) { nodes { id } } } }", json!({ "id": agreement })).await;
    let id = list.list("/youngPeople/people/nodes", "id").remove(0);
    let query = "query ($id: ID!, $asOf: DateTime) { node(id: $id, asOf: $asOf) { id ... on DataSharingAgreement { statistics(input: {by: [], asAt: \"2024-03-31\"}) { cells { count } } } } }";
    for id in [id, agreement] {
        let answer =
            parties.reader.ask_with(query, json!({ "id": id, "asOf": app.clock_now() })).await;
        assert_eq!(answer.code(), Some("BAD_USER_INPUT"), "{}", answer.body);
    }
}
