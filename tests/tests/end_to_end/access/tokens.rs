//! Tokens as their managers see and change them.

use std::net::IpAddr;

use chrono::TimeDelta;
use entity::Visibility;
use serde_json::{Value, json};
use service::Code;
use service::access::ScopeName::{
    self, EvidenceRead, EvidenceWrite, TokensManage, TokensManageAll,
};
use service::access::token;
use tests::support::app::{ALPHA, BETA, TestApp};
use tests::support::builders::Sharing;
use tests::support::client::{Answer, Client};
use tests::support::on_both_databases;

const ISSUE: &str = "mutation ($input: IssueAccessTokenInput!) { issueAccessToken(input: $input)
    { token accessToken { id name state networks expiresAt } } }";
const ROTATE: &str = "mutation ($input: RotateAccessTokenInput!) { rotateAccessToken(input: $input)
    { token accessToken { id name scopes networks expiresAt replaces { id } } replaced { id expiresAt } } }";
const REVOKE: &str = "mutation ($input: RevokeAccessTokenInput!) { revokeAccessToken(input: $input)
    { accessToken { state revocationReason } issued { name } } }";

/// Issues a token through the graph: itself and its global id.
pub(super) async fn issue(
    client: &Client,
    name: &str,
    centre: &str,
    scopes: &[ScopeName],
) -> (String, String) {
    let scopes: Vec<_> = scopes.iter().map(|scope| scope.as_str()).collect();
    let input = json!({ "name": name, "centre": centre, "scopes": scopes });
    let issued = client.ask_with(ISSUE, json!({ "input": input })).await;
    let text = |path: &str| issued.at(path).as_str().unwrap().to_owned();
    (text("/issueAccessToken/token"), text("/issueAccessToken/accessToken/id"))
}

async fn works(app: &TestApp, token: &str) -> bool {
    app.with_token(token).ask("{ viewer { scopes } }").await.status == 200
}

/// The names of the tokens that a filter finds, in order.
async fn found(client: &Client, filter: Value) -> Vec<String> {
    let query = "query ($filter: AccessTokenFilter) { accessTokens(filter: $filter, first: 100) { totalCount nodes { name } } }";
    let answer = client.ask_with(query, json!({ "filter": filter })).await;
    let names = answer.list("/accessTokens/nodes", "name");
    assert_eq!(answer.at("/accessTokens/totalCount"), names.len());
    names
}

#[on_both_databases]
async fn a_manager_finds_tokens_by_centre_scope_state_use_and_end(app: TestApp) {
    let all = app.holder(ALPHA, &[TokensManageAll, EvidenceRead, EvidenceWrite]).await;
    let (used, _) = issue(&all, "used", ALPHA, &[EvidenceRead]).await;
    let (_, gone) = issue(&all, "gone", ALPHA, &[EvidenceWrite]).await;
    issue(&all, "other", BETA, &[EvidenceRead]).await;
    all.ask_with(REVOKE, json!({ "input": { "id": gone, "reason": "x" } })).await.data();
    assert!(works(&app, &used).await);
    app.space.flush_journal().await;

    assert_eq!(found(&all, json!({})).await, ["other", "gone", "used", "test"]);
    assert_eq!(found(&all, json!({ "centres": [BETA] })).await, ["other"]);
    assert_eq!(found(&all, json!({ "scopes": ["evidence:write"] })).await, ["gone", "test"]);
    assert_eq!(found(&all, json!({ "states": ["REVOKED"] })).await, ["gone"]);
    assert_eq!(
        found(&all, json!({ "states": ["ACTIVE"], "centres": [ALPHA] })).await,
        ["used", "test"]
    );
    assert_eq!(found(&all, json!({ "states": ["EXPIRED", "PENDING_APPROVAL"] })).await, [""; 0]);
    assert_eq!(found(&all, json!({ "expiringWithinDays": 29 })).await, [""; 0]);
    assert_eq!(found(&all, json!({ "expiringWithinDays": 31 })).await, ["other", "used", "test"]);
    let since = app.space.store().source().now();
    assert_eq!(found(&all, json!({ "unusedSince": since })).await, ["other", "gone"]);
    app.clock.advance(TimeDelta::days(31));
    let late = app.holder(ALPHA, &[TokensManageAll]).await;
    assert_eq!(found(&late, json!({ "states": ["EXPIRED"] })).await, ["other", "used", "test"]);
}

#[on_both_databases]
async fn the_manager_of_a_centre_sees_and_ends_only_its_own_tokens(app: TestApp) {
    let (alpha, beta) = (app.administrator(ALPHA).await, app.administrator(BETA).await);
    let (token, id) = issue(&beta, "theirs", BETA, &[EvidenceRead]).await;
    assert_eq!(found(&alpha, json!({})).await, ["test"]);

    let query =
        "query ($filter: AccessTokenFilter) { accessTokens(filter: $filter) { nodes { name } } }";
    let refused = alpha.ask_with(query, json!({ "filter": { "centres": [BETA] } })).await;
    assert_eq!(refused.code(), Some("FORBIDDEN"));
    assert_eq!(
        refused.body.pointer("/errors/0/extensions/requiredScope").unwrap(),
        "tokens:manage-all"
    );
    let one = alpha
        .ask_with("query ($id: ID!) { accessToken(id: $id) { name } }", json!({ "id": id }))
        .await;
    assert_eq!(one.at("/accessToken"), &Value::Null);
    for document in [REVOKE, ROTATE] {
        let mut input = json!({ "id": id });
        if document == REVOKE {
            input["reason"] = json!("x");
        }
        assert_eq!(
            alpha.ask_with(document, json!({ "input": input })).await.code(),
            Some("NOT_FOUND")
        );
    }
    let all = "mutation { revokeAccessTokens(input: {centre: \"beta-centre\", reason: \"x\"}) { revoked } }";
    assert_eq!(alpha.ask(all).await.code(), Some("FORBIDDEN"));
    assert!(works(&app, &token).await);
}

#[on_both_databases]
async fn a_rotated_token_works_on_for_the_overlap_and_no_longer(app: TestApp) {
    let manager = app.administrator(ALPHA).await;
    let (old, id) = issue(&manager, "nightly copy", ALPHA, &[EvidenceRead]).await;
    app.clock.advance(TimeDelta::days(20));
    let input = json!({ "id": id, "overlapMinutes": 60 });
    let rotated = manager.ask_with(ROTATE, json!({ "input": input })).await;
    let new = rotated.at("/rotateAccessToken/token").as_str().unwrap().to_owned();
    let record = rotated.at("/rotateAccessToken/accessToken");
    assert_eq!(
        (&record["name"], &record["scopes"]),
        (&json!("nightly copy"), &json!(["evidence:read"]))
    );
    assert_eq!(record["replaces"]["id"], json!(id));
    assert_eq!(record["expiresAt"], "2026-03-06T12:00:00+00:00");
    assert_eq!(rotated.at("/rotateAccessToken/replaced/expiresAt"), "2026-02-04T13:00:00+00:00");

    assert!(works(&app, &old).await && works(&app, &new).await);
    app.clock.advance(TimeDelta::minutes(61));
    assert!(!works(&app, &old).await && works(&app, &new).await);
    let again = manager.ask_with(ROTATE, json!({ "input": { "id": id } })).await;
    assert_eq!(again.code(), Some("BAD_USER_INPUT"));
}

#[on_both_databases]
async fn a_rotation_never_lengthens_the_old_token(app: TestApp) {
    let manager = app.administrator(ALPHA).await;
    let (old, id) = issue(&manager, "old", ALPHA, &[EvidenceRead]).await;
    app.clock.advance(TimeDelta::days(29));
    let input = json!({ "id": id, "overlapMinutes": 43_200 });
    manager.ask_with(ROTATE, json!({ "input": input })).await.data();
    app.clock.advance(TimeDelta::days(2));
    assert!(!works(&app, &old).await);
    let too_long = json!({ "id": id, "overlapMinutes": 43_201 });
    assert_eq!(
        app.administrator(ALPHA).await.ask_with(ROTATE, json!({ "input": too_long })).await.code(),
        Some("BAD_USER_INPUT")
    );
}

#[on_both_databases]
async fn a_stolen_token_is_revoked_with_all_that_it_led_to(app: TestApp) {
    let manager = app.administrator(ALPHA).await;
    let (stolen, id) = issue(&manager, "stolen", ALPHA, &[EvidenceRead, TokensManage]).await;
    let (child, _) =
        issue(&app.with_token(&stolen), "child", ALPHA, &[EvidenceRead, TokensManage]).await;
    let (grandchild, _) =
        issue(&app.with_token(&child), "grandchild", ALPHA, &[EvidenceRead]).await;
    let (bystander, _) = issue(&manager, "bystander", ALPHA, &[EvidenceRead]).await;

    let input = json!({ "id": id, "reason": "stolen", "includingIssued": true });
    let revoked = manager.ask_with(REVOKE, json!({ "input": input })).await;
    assert_eq!(revoked.at("/revokeAccessToken/accessToken/state"), "REVOKED");
    assert_eq!(revoked.list("/revokeAccessToken/issued", "name"), ["child", "grandchild"]);
    for token in [&stolen, &child, &grandchild] {
        assert!(!works(&app, token).await);
    }
    assert!(works(&app, &bystander).await);
}

#[on_both_databases]
async fn in_an_emergency_all_tokens_of_a_centre_end_at_once(app: TestApp) {
    let manager = app.administrator(ALPHA).await;
    let (first, _) = issue(&manager, "first", ALPHA, &[EvidenceRead]).await;
    let (second, _) = issue(&manager, "second", ALPHA, &[EvidenceRead]).await;
    let other = app.reader(BETA).await;
    let revoke = |own: bool| {
        format!(
        "mutation {{ revokeAccessTokens(input: {{centre: \"alpha-centre\", reason: \"break-in\", includingOwn: {own}}})
            {{ revoked accessTokens {{ revocationReason }} }} }}"
    )
    };
    let revoked = manager.ask(&revoke(false)).await;
    assert_eq!(revoked.at("/revokeAccessTokens/revoked"), 2);
    assert_eq!(
        revoked.list("/revokeAccessTokens/accessTokens", "revocationReason"),
        ["break-in", "break-in"]
    );
    assert!(!works(&app, &first).await && !works(&app, &second).await);
    assert_eq!(other.ask("{ viewer { scopes } }").await.status, 200);
    assert_eq!(manager.ask(&revoke(true)).await.at("/revokeAccessTokens/revoked"), 1);
    assert_eq!(manager.ask("{ viewer { scopes } }").await.code(), Some("TOKEN_REVOKED"));
}

#[on_both_databases]
async fn uses_and_refusals_are_told_after_they_were_written_together(app: TestApp) {
    let manager = app.administrator(ALPHA).await;
    let (token, id) = issue(&manager, "watched", ALPHA, &[EvidenceRead]).await;
    let query =
        "query ($id: ID!) { accessToken(id: $id) { uses lastUsedAt refusedUses lastRefusedAt } }";
    let watch =
        async || manager.ask_with(query, json!({ "id": id })).await.at("/accessToken").clone();
    assert_eq!(
        watch().await,
        json!({ "uses": "0", "lastUsedAt": null, "refusedUses": "0", "lastRefusedAt": null })
    );

    for _ in 0..3 {
        assert!(works(&app, &token).await);
    }
    app.space.flush_journal().await;
    app.clock.advance(TimeDelta::minutes(1));
    manager.ask_with(REVOKE, json!({ "input": { "id": id, "reason": "x" } })).await.data();
    for _ in 0..2 {
        assert!(!works(&app, &token).await);
    }
    app.space.flush_journal().await;
    assert_eq!(
        watch().await,
        json!({
            "uses": "3", "lastUsedAt": "2026-01-15T12:00:00+00:00",
            "refusedUses": "2", "lastRefusedAt": "2026-01-15T12:01:00+00:00",
        })
    );
}

#[on_both_databases]
async fn uses_cost_no_statement_of_their_own(app: TestApp) {
    let client = app.reader(ALPHA).await;
    client.ask("{ viewer { scopes } }").await.data();
    let statements = app
        .statements_of(async {
            client.ask("{ viewer { scopes } }").await.data();
        })
        .await;
    assert_eq!(statements, 1, "the token's record, and nothing else");
}

#[on_both_databases]
async fn a_token_that_is_bound_to_networks_is_refused_from_elsewhere(app: TestApp) {
    let manager = app.administrator(ALPHA).await;
    let input = json!({ "name": "office", "centre": ALPHA, "scopes": ["evidence:read"], "networks": ["192.0.2.0/24", "2001:db8::1"] });
    let issued = manager.ask_with(ISSUE, json!({ "input": input })).await;
    assert_eq!(
        issued.at("/issueAccessToken/accessToken/networks"),
        &json!(["192.0.2.0/24", "2001:db8::1/128"])
    );
    let token = issued.at("/issueAccessToken/token").as_str().unwrap();
    let from = |address: &str| Some(address.parse::<IpAddr>().unwrap());
    for inside in ["192.0.2.77", "2001:db8::1", "::ffff:192.0.2.1"] {
        token::authenticate(&app.space, token, from(inside)).await.unwrap();
    }
    for outside in [from("192.0.3.1"), from("2001:db8::2"), None] {
        let refusal = token::authenticate(&app.space, token, outside).await.unwrap_err();
        assert_eq!(refusal.code, Code::TokenWrongNetwork);
    }
    let bad = json!({ "name": "x", "centre": ALPHA, "scopes": ["evidence:read"], "networks": ["192.0.2.0/33"] });
    let refused = manager.ask_with(ISSUE, json!({ "input": bad })).await;
    assert_eq!(
        (refused.code(), refused.body.pointer("/errors/0/extensions/field")),
        (Some("BAD_USER_INPUT"), Some(&json!("networks")))
    );
}

#[on_both_databases]
async fn the_forecast_says_which_tokens_end_when(app: TestApp) {
    let manager = app.administrator(ALPHA).await;
    for (name, days) in [("soon", 3), ("later", 10), ("last", 11)] {
        let end = app.space.store().source().now() + TimeDelta::days(days);
        let input =
            json!({ "name": name, "centre": ALPHA, "scopes": ["evidence:read"], "expiresAt": end });
        manager.ask_with(ISSUE, json!({ "input": input })).await.data();
    }
    let answer = manager.ask("{ accessTokenForecast(weeks: 3) { startsAt ending accessTokens(first: 1) { totalCount nodes { name } pageInfo { hasNextPage } } } }").await;
    let weeks = answer.at("/accessTokenForecast").as_array().unwrap().clone();
    let ending: Vec<_> = weeks.iter().map(|week| week["ending"].as_u64().unwrap()).collect();
    assert_eq!(ending, [1, 2, 0]);
    assert_eq!(
        weeks[1]["accessTokens"],
        json!({ "totalCount": 2, "nodes": [{ "name": "later" }], "pageInfo": { "hasNextPage": true } })
    );
    for weeks in ["0", "54", "-1"] {
        let refused =
            manager.ask(&format!("{{ accessTokenForecast(weeks: {weeks}) {{ ending }} }}")).await;
        assert_eq!(refused.code(), Some("BAD_USER_INPUT"), "{weeks}");
    }
}

#[on_both_databases]
async fn a_preview_counts_what_the_holder_would_see_and_says_why_not_more(app: TestApp) {
    let joint = app.create_collaboration("joint", &Sharing::public(BETA), &[ALPHA, BETA]).await;
    app.create_study("public", &Sharing::public(BETA)).await;
    app.create_study("network", &Sharing::new(BETA, Visibility::Network)).await;
    let shared = Sharing { with: vec![joint], ..Sharing::new(BETA, Visibility::Collaboration) };
    app.create_study("shared", &shared).await;
    app.create_study("own draft", &Sharing::new(ALPHA, Visibility::Centre)).await;
    app.create_study("their draft", &Sharing::new(BETA, Visibility::Centre)).await;

    let manager = app.administrator(ALPHA).await;
    let query = "query ($id: ID!) { accessToken(id: $id) { preview { kinds { kind total public network collaboration own } reasons { code missingScope } } } }";
    let preview = async |id: &str| {
        manager.ask_with(query, json!({ "id": id })).await.at("/accessToken/preview").clone()
    };

    let (_, reader) = issue(&manager, "reader", ALPHA, &[EvidenceRead]).await;
    let seen = preview(&reader).await;
    assert_eq!(
        seen["kinds"][0],
        json!({ "kind": "STUDY", "total": 4, "public": 1, "network": 1, "collaboration": 1, "own": 1 })
    );
    assert_eq!(seen["reasons"], json!([{ "code": "OTHER_CENTRES", "missingScope": null }]));

    let (_, writer) = issue(&manager, "writer", ALPHA, &[EvidenceWrite]).await;
    let seen = preview(&writer).await;
    assert_eq!(seen["kinds"][0]["total"], 1);
    assert_eq!(
        seen["reasons"],
        json!([{ "code": "LACKS_SCOPE", "missingScope": "evidence:read" }])
    );

    manager.ask_with(REVOKE, json!({ "input": { "id": reader, "reason": "x" } })).await.data();
    let seen = preview(&reader).await;
    assert_eq!((&seen["kinds"], &seen["reasons"][0]["code"]), (&json!([]), &json!("NOT_ACCEPTED")));
}

#[on_both_databases]
async fn a_token_can_not_be_valid_for_longer_than_the_space_allows(app: TestApp) {
    let manager = app.administrator(ALPHA).await;
    let now = app.space.store().source().now();
    for (end, accepted) in
        [(now + TimeDelta::days(366), true), (now + TimeDelta::days(367), false), (now, false)]
    {
        let input =
            json!({ "name": "x", "centre": ALPHA, "scopes": ["evidence:read"], "expiresAt": end });
        let answer = manager.ask_with(ISSUE, json!({ "input": input })).await;
        assert_eq!(answer.code().is_none(), accepted, "{end}: {}", answer.body);
    }
}

#[on_both_databases]
async fn a_request_that_is_sent_again_issues_nothing_twice(app: TestApp) {
    let (manager, other) = (app.administrator(ALPHA).await, app.administrator(ALPHA).await);
    let ask = async |client: &Client, key: &str, name: &str| {
        let input = json!({ "name": name, "centre": ALPHA, "scopes": ["evidence:read"], "idempotencyKey": key });
        client.ask_with(ISSUE, json!({ "input": input })).await
    };
    let token = |answer: &Answer| answer.at("/issueAccessToken/token").as_str().unwrap().to_owned();

    let at_once = futures::future::join_all((0..5).map(|_| ask(&manager, "one", "copy"))).await;
    let first = token(&at_once[0]);
    assert!(at_once.iter().all(|answer| token(answer) == first));
    assert_eq!(token(&ask(&manager, "one", "copy").await), first);
    assert!(works(&app, &first).await);
    assert_eq!(found(&manager, json!({})).await.iter().filter(|name| *name == "copy").count(), 1);

    assert_eq!(ask(&manager, "one", "another").await.code(), Some("IDEMPOTENCY_KEY_REUSED"));
    assert_ne!(token(&ask(&other, "one", "copy").await), first, "another caller's keys are others");
    assert_ne!(token(&ask(&manager, "two", "copy").await), first);
    for bad in ["", " ", &"k".repeat(201)] {
        assert_eq!(ask(&manager, bad, "copy").await.code(), Some("BAD_USER_INPUT"));
    }
    app.clock.advance(TimeDelta::hours(25));
    assert_eq!(
        ask(&manager, "one", "copy").await.code(),
        Some("CONFLICT"),
        "a day later it is shown no more"
    );
}
