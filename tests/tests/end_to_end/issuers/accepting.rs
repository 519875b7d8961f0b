//! What a token of a centre's own identity provider is worth.

use entity::Visibility;
use jsonwebtoken::Algorithm;
use serde_json::{Value, json};
use service::access::issuer;
use service::access::{ScopeName, token};
use tests::support::app::{ALPHA, BETA, TestApp};
use tests::support::builders::Sharing;
use tests::support::databases::DatabaseKind;
use tests::support::issuer::{TestIssuer, TestKey};
use tests::support::on_both_databases;

use super::VIEWER;

const ISSUE: &str = r#"mutation {
    issueAccessToken(input: {name: "x", centre: "alpha-centre", scopes: ["audit:read"]}) {
        token accessToken { id issuedByIdentity }
    }
}"#;

fn approve(id: &Value) -> String {
    format!("mutation {{ approveAccessToken(input: {{id: {id}}}) {{ accessToken {{ state }} }} }}")
}

#[on_both_databases]
async fn a_centres_provider_speaks_for_that_centre_and_no_other(app: TestApp) {
    let key = TestKey::edwards("one");
    let issuer = TestIssuer::start(&[&key]).await;
    app.accept("alpha-sso", ALPHA, &issuer).await;
    for (slug, centre) in [("ours", ALPHA), ("theirs", BETA)] {
        app.create_study(slug, &Sharing::new(centre, Visibility::Centre)).await;
    }

    let token = key.sign(&issuer.claims(&app, "jo@example.org", &["analysts"]));
    let bearer = app.with_token(&token);
    let viewer = bearer.ask(VIEWER).await;
    assert_eq!(viewer.at("/viewer/centre/slug"), ALPHA);
    assert_eq!(viewer.at("/viewer/scopes"), &json!(["evidence:read"]));
    let name = viewer.at("/viewer/tokenName").as_str().unwrap();
    assert!(name.starts_with("alpha-sso:") && !name.contains("jo@"), "{name}");
    let seen = bearer.ask("{ studies { nodes { slug } } }").await;
    assert_eq!(seen.list("/studies/nodes", "slug"), ["ours"]);
}

#[on_both_databases]
async fn a_bearer_of_no_mapped_group_sees_what_is_public(app: TestApp) {
    let key = TestKey::edwards("one");
    let issuer = TestIssuer::start(&[&key]).await;
    app.accept("alpha-sso", ALPHA, &issuer).await;
    app.create_study("public", &Sharing::public(BETA)).await;
    app.create_study("ours", &Sharing::new(ALPHA, Visibility::Centre)).await;

    let mut claims = issuer.claims(&app, "jo", &["visitors", "evidence:read"]);
    for groups in [claims["groups"].clone(), json!([]), Value::Null, json!({ "analysts": 1 })] {
        claims["groups"] = groups;
        let bearer = app.with_token(&key.sign(&claims));
        assert_eq!(bearer.ask(VIEWER).await.at("/viewer/scopes"), &json!([]));
        let seen = bearer.ask("{ studies { nodes { slug } } }").await;
        assert_eq!(seen.list("/studies/nodes", "slug"), ["public"]);
        assert_eq!(bearer.ask(ISSUE).await.code(), Some("FORBIDDEN"));
    }
}

#[on_both_databases]
async fn tokens_of_a_removed_provider_stop_at_the_next_request_on_every_server(app: TestApp) {
    let key = TestKey::edwards("one");
    let (issuer, other) = (TestIssuer::start(&[&key]).await, TestIssuer::start(&[&key]).await);
    app.accept("alpha-sso", ALPHA, &issuer).await;
    app.accept("beta-sso", BETA, &other).await;
    let server = app.another_server(|space| space).await;
    let token = key.sign(&issuer.claims(&app, "jo", &["analysts"]));
    let others = key.sign(&other.claims(&app, "jo", &["analysts"]));
    for client in [app.with_token(&token), server.with_token(&token)] {
        assert_eq!(client.ask(VIEWER).await.at("/viewer/centre/slug"), ALPHA);
    }
    let grant = token::authenticate(&app.space, &token, None).await.unwrap();
    token::still_accepted(server.space.store(), &grant).await.unwrap();

    issuer::remove(&app.space, "alpha-sso", false).await.unwrap();
    for client in [app.with_token(&token), server.with_token(&token)] {
        let refused = client.ask(VIEWER).await;
        assert_eq!((refused.status.as_u16(), refused.code()), (401, Some("TOKEN_INVALID")));
    }
    let refusal = token::still_accepted(server.space.store(), &grant).await.unwrap_err();
    assert_eq!(refusal.code.as_str(), "TOKEN_INVALID");
    assert_eq!(server.with_token(&others).ask(VIEWER).await.at("/viewer/centre/slug"), BETA);
}

#[on_both_databases]
async fn who_issued_a_token_is_kept_as_a_pseudonym(app: TestApp) {
    let key = TestKey::edwards("one");
    let issuer = TestIssuer::start(&[&key]).await;
    app.accept("alpha-sso", ALPHA, &issuer).await;
    let client =
        |subject: &str| app.with_token(&key.sign(&issuer.claims(&app, subject, &["admins"])));
    let jo = client("jo@example.org");
    let name = jo.ask(VIEWER).await.at("/viewer/tokenName").clone();
    let issued = jo.ask(ISSUE).await;
    assert_eq!(issued.at("/issueAccessToken/accessToken/issuedByIdentity"), &name);
    assert_ne!(client("al@example.org").ask(VIEWER).await.at("/viewer/tokenName"), &name);

    let query = "{ auditEvents { nodes { action identity detail subjectKind } } }";
    let audit = jo.ask(query).await;
    let nodes = audit.at("/auditEvents/nodes").as_array().unwrap();
    assert!(
        nodes.iter().any(|node| node["action"] == "token.issue" && node["identity"] == name),
        "{nodes:?}"
    );
    assert!(!audit.body.to_string().contains("jo@"));
}

#[on_both_databases]
async fn removing_a_provider_can_revoke_what_its_people_issued(app: TestApp) {
    let key = TestKey::edwards("one");
    let issuer = TestIssuer::start(&[&key]).await;
    app.accept("alpha-sso", ALPHA, &issuer).await;
    let jo = app.with_token(&key.sign(&issuer.claims(&app, "jo", &["admins"])));
    let issued = jo.ask(ISSUE).await.at("/issueAccessToken/token").as_str().unwrap().to_owned();
    let (untouched, _) = app.token(ALPHA, &[ScopeName::AuditRead]).await;

    let removed = issuer::remove(&app.space, "alpha-sso", false).await.unwrap();
    assert_eq!(removed.tokens, 1);
    assert_eq!(app.with_token(&issued).ask(VIEWER).await.code(), None);
    assert!(issuer::remove(&app.space, "alpha-sso", true).await.is_err());

    app.accept("alpha-sso", ALPHA, &issuer).await;
    let again = jo.ask(ISSUE).await.at("/issueAccessToken/token").as_str().unwrap().to_owned();
    let removed = issuer::remove(&app.space, "alpha-sso", true).await.unwrap();
    assert_eq!(removed.tokens, 2, "jo is the same person as before");
    for token in [&issued, &again] {
        assert_eq!(app.with_token(token).ask(VIEWER).await.code(), Some("TOKEN_REVOKED"));
    }
    assert_eq!(app.with_token(&untouched).ask(VIEWER).await.code(), None);
}

#[on_both_databases]
async fn an_identity_can_be_the_second_administrator(app: TestApp) {
    let key = TestKey::edwards("one");
    let issuer = TestIssuer::start(&[&key]).await;
    app.accept("alpha-sso", ALPHA, &issuer).await;
    let first = app.holder(ALPHA, &[ScopeName::TokensManage, ScopeName::YoungPeopleRead]).await;
    let issue = r#"mutation {
        issueAccessToken(input: {name: "x", centre: "alpha-centre", scopes: ["young-people:read"]}) {
            token accessToken { id state }
        }
    }"#;
    let issued = first.ask(issue).await;
    let id = issued.at("/issueAccessToken/accessToken/id");
    assert_eq!(first.ask(&approve(id)).await.code(), Some("APPROVAL_NOT_INDEPENDENT"));

    let jo = app.with_token(&key.sign(&issuer.claims(&app, "jo", &["admins"])));
    let approved = jo.ask(&approve(id)).await;
    assert_eq!(approved.at("/approveAccessToken/accessToken/state"), "ACTIVE");
    assert_eq!(jo.ask(issue).await.code(), Some("FORBIDDEN"), "it can't grant what it can't have");
}

#[on_both_databases]
async fn refusals_are_tallied_for_a_provider_and_name_nobody(app: TestApp) {
    let key = TestKey::edwards("one");
    let issuer = TestIssuer::start(&[&key]).await;
    app.accept("alpha-sso", ALPHA, &issuer).await;
    let mut claims = issuer.claims(&app, "jo@example.org", &["analysts"]);
    claims["aud"] = json!("another");
    for _ in 0..3 {
        let refused = app.with_token(&key.sign(&claims)).ask(VIEWER).await;
        assert_eq!(refused.code(), Some("TOKEN_INVALID"));
    }
    app.space.flush_journal().await;

    let query = "{ auditEvents(first: 100) { nodes { action outcome detail times identity subjectKind } } }";
    let audit = app.administrator(ALPHA).await.ask(query).await;
    let refused: Vec<_> = audit
        .at("/auditEvents/nodes")
        .as_array()
        .unwrap()
        .iter()
        .filter(|node| node["outcome"] == "REFUSED")
        .collect();
    assert_eq!(refused.len(), 1, "{refused:?}");
    assert_eq!((&refused[0]["times"], &refused[0]["detail"]), (&json!(3), &json!("TOKEN_INVALID")));
    assert_eq!(refused[0]["subjectKind"], "IDENTITY_PROVIDER");
    assert!(!audit.body.to_string().contains("jo@"));
    let others = app.administrator(BETA).await.ask(query).await;
    assert!(!others.body.to_string().contains("REFUSED"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_algorithm_of_the_list_is_accepted_with_a_key_that_fits() {
    let app = TestApp::start(DatabaseKind::Sqlite).await;
    let keys = [
        TestKey::rsa("rs256"),
        TestKey { algorithm: Algorithm::PS384, ..TestKey::rsa("ps384") },
        TestKey::elliptic("es256"),
        TestKey::edwards("eddsa"),
    ];
    for key in &keys {
        let mut published = key.clone();
        published.jwk.as_object_mut().unwrap().remove("alg");
        let issuer = TestIssuer::start(&[&published]).await;
        app.accept(&key.kid, ALPHA, &issuer).await;
        let token = key.sign(&issuer.claims(&app, "jo", &["analysts"]));
        let viewer = app.with_token(&token).ask(VIEWER).await;
        assert_eq!(viewer.at("/viewer/scopes"), &json!(["evidence:read"]));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_audience_of_several_is_accepted_when_ours_is_among_them() {
    let app = TestApp::start(DatabaseKind::Sqlite).await;
    let key = TestKey::edwards("one");
    let issuer = TestIssuer::start(&[&key]).await;
    app.accept("alpha-sso", ALPHA, &issuer).await;
    let mut claims = issuer.claims(&app, "jo", &["analysts"]);
    for (audience, code) in [
        (json!(["account", "common-ground"]), None),
        (json!(["account"]), Some("TOKEN_INVALID")),
        (json!([]), Some("TOKEN_INVALID")),
    ] {
        claims["aud"] = audience;
        let answer = app.with_token(&key.sign(&claims)).ask(VIEWER).await;
        assert_eq!(answer.code(), code, "{}", claims["aud"]);
    }
}
