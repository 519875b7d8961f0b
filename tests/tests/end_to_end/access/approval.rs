//! Tokens that reach rows about single young people work once two administrators have agreed.

use entity::AccessTokenId;
use serde_json::json;
use service::access::ScopeName::{self, EvidenceRead, TokensManage, YoungPeopleRead};
use service::access::token::NewToken;
use service::access::{AllowedNetworks, token};
use service::{Code, Viewer};
use tests::support::app::{ALPHA, BETA, TestApp};
use tests::support::client::{Answer, Client};
use tests::support::on_both_databases;

use super::tokens::issue;

const APPROVE: &str = "mutation ($id: ID!) { approveAccessToken(input: {id: $id})
    { accessToken { state approval { at by { name } approver } } } }";

async fn approve(client: &Client, id: &str) -> Answer {
    client.ask_with(APPROVE, json!({ "id": id })).await
}

async fn standing(app: &TestApp, token: &str) -> Option<String> {
    let answer = app.with_token(token).ask("{ viewer { scopes } }").await;
    answer.code().map(str::to_owned)
}

/// An administrator who may grant what reaches persons.
async fn guardian(app: &TestApp, centre: &str) -> Client {
    app.holder(centre, &[TokensManage, YoungPeopleRead, EvidenceRead]).await
}

fn pending(name: &str, scopes: &[ScopeName]) -> NewToken {
    NewToken {
        name: name.to_owned(),
        centre: ALPHA.to_owned(),
        scopes: scopes.iter().copied().collect(),
        expires_at: None,
        networks: AllowedNetworks::default(),
    }
}

#[on_both_databases]
async fn a_token_that_reaches_persons_waits_for_a_second_administrator(app: TestApp) {
    let (first, second) = (guardian(&app, ALPHA).await, app.administrator(ALPHA).await);
    let (token, id) = issue(&first, "rows", ALPHA, &[YoungPeopleRead]).await;
    assert_eq!(standing(&app, &token).await.as_deref(), Some("TOKEN_NOT_APPROVED"));

    let approved = approve(&second, &id).await;
    assert_eq!(approved.at("/approveAccessToken/accessToken/state"), "ACTIVE");
    assert_eq!(approved.at("/approveAccessToken/accessToken/approval/by/name"), "test");
    assert_eq!(standing(&app, &token).await, None);
}

#[on_both_databases]
async fn nobody_approves_what_they_issued_themselves_by_whatever_way(app: TestApp) {
    let first = guardian(&app, ALPHA).await;
    let (_, id) = issue(&first, "rows", ALPHA, &[YoungPeopleRead]).await;
    assert_eq!(approve(&first, &id).await.code(), Some("APPROVAL_NOT_INDEPENDENT"));
    // A helper that the same administrator made, and one that the helper made.
    let (helper, _) = issue(&first, "helper", ALPHA, &[TokensManage]).await;
    let helper = app.with_token(&helper);
    assert_eq!(approve(&helper, &id).await.code(), Some("APPROVAL_NOT_INDEPENDENT"));
    let (further, _) = issue(&helper, "further", ALPHA, &[TokensManage]).await;
    assert_eq!(
        approve(&app.with_token(&further), &id).await.code(),
        Some("APPROVAL_NOT_INDEPENDENT")
    );
}

#[on_both_databases]
async fn an_administrator_of_another_centre_approves_nothing(app: TestApp) {
    let (_, id) = issue(&guardian(&app, ALPHA).await, "rows", ALPHA, &[YoungPeopleRead]).await;
    assert_eq!(approve(&app.administrator(BETA).await, &id).await.code(), Some("NOT_FOUND"));
    assert_eq!(approve(&app.reader(ALPHA).await, &id).await.code(), Some("FORBIDDEN"));
    assert_eq!(approve(&app.nobody(), &id).await.code(), Some("UNAUTHENTICATED"));
}

#[on_both_databases]
async fn the_operator_writes_down_who_approved(app: TestApp) {
    let _operator = Viewer::operator();
    let (token, record) =
        token::issue(&app.as_operator(), pending("rows", &[YoungPeopleRead]), None).await.unwrap();
    assert_eq!(standing(&app, token.reveal()).await.as_deref(), Some("TOKEN_NOT_APPROVED"));
    for nobody in [None, Some(""), Some("  ")] {
        let refusal = token::approve(&app.as_operator(), record.id, nobody).await.unwrap_err();
        assert_eq!(
            (refusal.code, refusal.field.as_deref()),
            (Code::BadUserInput, Some("approver"))
        );
    }
    let approved = token::approve(&app.as_operator(), record.id, Some("A. Second")).await.unwrap();
    assert_eq!(approved.approver.as_deref(), Some("A. Second"));
    assert_eq!(standing(&app, token.reveal()).await, None);
}

#[on_both_databases]
async fn only_what_waits_is_approved(app: TestApp) {
    let second = app.administrator(ALPHA).await;
    let (_, plain) = issue(&app.administrator(ALPHA).await, "plain", ALPHA, &[EvidenceRead]).await;
    assert_eq!(approve(&second, &plain).await.code(), Some("BAD_USER_INPUT"));
    let (_, rows) = issue(&guardian(&app, ALPHA).await, "rows", ALPHA, &[YoungPeopleRead]).await;
    app.clock.advance(chrono::TimeDelta::days(31));
    let late = app.administrator(ALPHA).await;
    assert_eq!(approve(&late, &rows).await.code(), Some("BAD_USER_INPUT"), "its time is over");
}

#[on_both_databases]
async fn a_rotated_token_needs_its_approval_anew(app: TestApp) {
    let first = guardian(&app, ALPHA).await;
    let (old, id) = issue(&first, "rows", ALPHA, &[YoungPeopleRead]).await;
    let second = app.administrator(ALPHA).await;
    approve(&second, &id).await.data();
    let rotate = "mutation ($id: ID!) { rotateAccessToken(input: {id: $id}) { token accessToken { id state } } }";
    let rotated = first.ask_with(rotate, json!({ "id": id })).await;
    assert_eq!(rotated.at("/rotateAccessToken/accessToken/state"), "PENDING_APPROVAL");
    let new = rotated.at("/rotateAccessToken/token").as_str().unwrap();
    assert_eq!(standing(&app, new).await.as_deref(), Some("TOKEN_NOT_APPROVED"));
    assert_eq!(standing(&app, &old).await, None, "the old one works on meanwhile");
}

#[on_both_databases]
async fn every_scope_that_reaches_persons_needs_approval_and_no_other_does(app: TestApp) {
    let _operator = Viewer::operator();
    for scope in ScopeName::ALL {
        let (token, _) =
            token::issue(&app.as_operator(), pending("x", &[*scope]), None).await.unwrap();
        let waits = standing(&app, token.reveal()).await.as_deref() == Some("TOKEN_NOT_APPROVED");
        let reaches = ["young-people:read", "young-people:contribute"].contains(&scope.as_str());
        assert_eq!(waits, reaches, "{scope}");
    }
}

#[on_both_databases]
async fn an_approval_of_a_token_that_never_was_is_not_found(app: TestApp) {
    let never_was: AccessTokenId = app.space.store().source().id();
    let refusal = token::approve(&app.as_operator(), never_was, Some("x")).await.unwrap_err();
    assert_eq!(refusal.code, Code::NotFound);
    let approved = app
        .administrator(ALPHA)
        .await
        .ask("mutation { approveAccessToken(input: {id: \"x\"}) { accessToken { id } } }")
        .await;
    assert_eq!(
        (approved.code(), &approved.body["data"]),
        (Some("BAD_USER_INPUT"), &json!({ "approveAccessToken": null }))
    );
}
