//! Who may see what, and which tokens are accepted.

mod approval;
mod audit;
mod forgeries;
mod grants;
mod keys;
mod tokens;

use chrono::TimeDelta;
use entity::{Visibility, Vocabulary};
use serde_json::{Value, json};
use service::access::token::{self, NewToken};
use service::access::{AllowedNetworks, ScopeName};
use tests::support::app::TestApp;
use tests::support::app::{ALPHA, BETA};
use tests::support::builders::Sharing;
use tests::support::client::Client;
use tests::support::on_both_databases;

async fn studies_seen(client: &Client) -> Vec<String> {
    let query = "{ studies(orderBy: {field: TITLE, direction: ASC}) { nodes { slug } } }";
    client.ask(query).await.list("/studies/nodes", "slug")
}

#[on_both_databases]
async fn each_viewer_sees_what_its_visibility_says(app: TestApp) {
    let joint = app.create_collaboration("joint", &Sharing::public(ALPHA), &[ALPHA, BETA]).await;
    app.create_centre("gamma-centre").await;
    app.create_study("a-public", &Sharing::public(ALPHA)).await;
    app.create_study("b-network", &Sharing::new(ALPHA, Visibility::Network)).await;
    let shared = Sharing { with: vec![joint], ..Sharing::new(ALPHA, Visibility::Collaboration) };
    app.create_study("c-collaboration", &shared).await;
    app.create_study("d-centre", &Sharing::new(ALPHA, Visibility::Centre)).await;

    let all = ["a-public", "b-network", "c-collaboration", "d-centre"];
    assert_eq!(studies_seen(&app.nobody()).await, all[..1]);
    assert_eq!(studies_seen(&app.stranger(ALPHA).await).await, all[..1]);
    assert_eq!(studies_seen(&app.reader("gamma-centre").await).await, all[..2]);
    assert_eq!(studies_seen(&app.reader(BETA).await).await, all[..3]);
    assert_eq!(studies_seen(&app.reader(ALPHA).await).await, all);
}

#[on_both_databases]
async fn an_embargo_keeps_a_thing_with_its_centre_until_it_passes(app: TestApp) {
    let until = app.space.store().source().now() + TimeDelta::days(1);
    let sharing = Sharing { embargoed_until: Some(until), ..Sharing::public(ALPHA) };
    app.create_study("embargoed", &sharing).await;

    assert!(studies_seen(&app.nobody()).await.is_empty());
    assert!(studies_seen(&app.reader(BETA).await).await.is_empty());
    assert_eq!(studies_seen(&app.reader(ALPHA).await).await, ["embargoed"]);
    app.clock.advance(TimeDelta::days(2));
    assert_eq!(studies_seen(&app.nobody()).await, ["embargoed"]);
}

#[on_both_databases]
async fn a_public_finding_of_an_unseen_study_is_unseen(app: TestApp) {
    let outcome = app.create_term(Vocabulary::Outcome, "reading", None).await;
    let study = app.create_study("draft", &Sharing::new(ALPHA, Visibility::Centre)).await;
    app.create_finding("one", &Sharing::public(ALPHA), study, outcome).await;

    let query = "{ findings { totalCount nodes { reference study { slug } } } }";
    assert_eq!(
        app.nobody().ask(query).await.at("/findings"),
        &json!({ "totalCount": 0, "nodes": [] })
    );
    let seen = app.reader(ALPHA).await.ask(query).await;
    assert_eq!(seen.at("/findings/totalCount"), &json!(1));
}

#[on_both_databases]
async fn the_id_of_an_unseen_thing_is_as_if_it_had_never_been(app: TestApp) {
    app.create_study("draft", &Sharing::new(ALPHA, Visibility::Centre)).await;
    let own = app.reader(ALPHA).await.ask(r#"{ study(slug: "draft") { id } }"#).await;
    let id = own.at("/study/id").as_str().unwrap().to_owned();

    let query = "query ($id: ID!) { node(id: $id) { id } nodes(ids: [$id]) { id } }";
    let unseen = app.reader(BETA).await.ask_with(query, json!({ "id": id })).await;
    assert_eq!(unseen.data(), &json!({ "node": null, "nodes": [null] }));
}

#[on_both_databases]
async fn a_withdrawn_study_leaves_the_lists_and_stays_reachable(app: TestApp) {
    app.create_study("withdrawn", &Sharing { withdrawn: true, ..Sharing::public(ALPHA) }).await;
    assert!(studies_seen(&app.nobody()).await.is_empty());
    let query = r#"{ study(slug: "withdrawn") { withdrawal { reason } }
        studies(filter: {includeWithdrawn: true}) { totalCount } }"#;
    let answer = app.nobody().ask(query).await;
    assert_eq!(answer.at("/study/withdrawal/reason"), "a mistake");
    assert_eq!(answer.at("/studies/totalCount"), 1);
}

#[on_both_databases]
async fn the_viewer_says_who_asks(app: TestApp) {
    let query =
        "{ viewer { tokenName scopes centre { slug } rateLimit { cost limit remaining } } }";
    let nobody = app.nobody().ask(query).await;
    assert_eq!(nobody.at("/viewer/centre"), &Value::Null);
    let reader = app.reader(ALPHA).await.ask(query).await;
    assert_eq!(reader.at("/viewer/centre/slug"), ALPHA);
    assert_eq!(reader.at("/viewer/scopes"), &json!(["evidence:read"]));
    assert!(reader.at("/viewer/rateLimit/cost").as_u64().unwrap() > 0);
}

#[on_both_databases]
async fn a_revoked_token_is_refused_at_the_next_request(app: TestApp) {
    let (token, id) = app.token(ALPHA, &[ScopeName::EvidenceRead]).await;
    let client = app.with_token(&token);
    assert_eq!(client.ask("{ viewer { scopes } }").await.status, 200);
    app.revoke(id).await;
    let refused = client.ask("{ viewer { scopes } }").await;
    assert_eq!((refused.status.as_u16(), refused.code()), (401, Some("TOKEN_REVOKED")));
}

#[on_both_databases]
async fn of_several_servers_that_start_at_once_one_gets_the_first_token(app: TestApp) {
    let operator = app.as_operator();
    let first = || {
        token::issue_first(
            &operator,
            NewToken {
                name: "first".to_owned(),
                centre: ALPHA.to_owned(),
                scopes: [ScopeName::TokensManageAll].into(),
                expires_at: None,
                networks: AllowedNetworks::default(),
            },
        )
    };
    let all = futures::future::join_all([first(), first(), first()]).await;
    assert_eq!(all.into_iter().filter_map(|one| one.unwrap()).count(), 1);
    assert!(first().await.unwrap().is_none());
}

#[on_both_databases]
async fn an_expired_token_is_refused(app: TestApp) {
    let client = app.reader(ALPHA).await;
    app.clock.advance(TimeDelta::days(31));
    let refused = client.ask("{ viewer { scopes } }").await;
    assert_eq!((refused.status.as_u16(), refused.code()), (401, Some("TOKEN_EXPIRED")));
}

#[on_both_databases]
async fn a_token_can_not_grant_what_its_issuer_lacks(app: TestApp) {
    let issue = |centre: &str, scope: &str| {
        format!(
            r#"mutation {{ issueAccessToken(input: {{name: "x", centre: "{centre}", scopes: ["{scope}"]}})
                {{ token accessToken {{ name issuedBy {{ name }} }} }} }}"#
        )
    };
    let administrator = app.administrator(ALPHA).await;
    let issued = administrator.ask(&issue(ALPHA, "evidence:read")).await;
    let token = issued.at("/issueAccessToken/token").as_str().unwrap().to_owned();
    assert_eq!(
        app.with_token(&token).ask("{ viewer { tokenName } }").await.at("/viewer/tokenName"),
        "x"
    );
    assert_eq!(issued.at("/issueAccessToken/accessToken/issuedBy/name"), "test");

    let more = administrator.ask(&issue(ALPHA, "young-people:read")).await;
    assert_eq!(more.code(), Some("FORBIDDEN"));
    assert_eq!(
        more.body.pointer("/errors/0/extensions/requiredScope").unwrap(),
        "young-people:read"
    );
    assert_eq!(administrator.ask(&issue(BETA, "evidence:read")).await.code(), Some("FORBIDDEN"));
    assert_eq!(
        app.reader(ALPHA).await.ask(&issue(ALPHA, "evidence:read")).await.code(),
        Some("FORBIDDEN")
    );
    assert_eq!(
        app.nobody().ask(&issue(ALPHA, "evidence:read")).await.code(),
        Some("UNAUTHENTICATED")
    );
}
