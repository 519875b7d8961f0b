//! The keys that sign tokens: published, rotated, retired.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use chrono::TimeDelta;
use serde_json::Value;
use service::Code;
use service::access::{PUBLISHED_BEFORE, ScopeName};
use tests::support::app::{ALPHA, TestApp};
use tests::support::on_both_databases;

/// The ids of the published keys, and the headers of the answer.
async fn published(app: &TestApp) -> (Vec<String>, axum::http::HeaderMap) {
    let request = Request::get("/.well-known/jwks.json").body(Body::empty()).unwrap();
    let response = app.nobody().send(request).await;
    let headers = response.headers().clone();
    let body = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
    let body: Value = serde_json::from_slice(&body).unwrap();
    let keys = body["keys"].as_array().unwrap();
    (keys.iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect(), headers)
}

fn kid(token: &str) -> String {
    jsonwebtoken::decode_header(token).unwrap().kid.unwrap()
}

async fn works(app: &TestApp, token: &str) -> bool {
    app.with_token(token).ask("{ viewer { scopes } }").await.status == 200
}

#[on_both_databases]
async fn a_new_key_is_published_before_it_signs_and_no_token_is_refused_meanwhile(app: TestApp) {
    let (old, _) = app.token(ALPHA, &[ScopeName::EvidenceRead]).await;
    let (keyring, store) = (app.space.keyring(), app.space.store());
    let made = keyring.rotate(store, false).await.unwrap();
    assert!(!made.signs);
    let (keys, _) = published(&app).await;
    assert!(keys.contains(&made.id.to_string()) && keys.contains(&kid(&old)));

    let (between, _) = app.token(ALPHA, &[ScopeName::EvidenceRead]).await;
    assert_eq!(kid(&between), kid(&old));
    app.clock.advance(PUBLISHED_BEFORE);
    let (new, _) = app.token(ALPHA, &[ScopeName::EvidenceRead]).await;
    assert_eq!(kid(&new), made.id.to_string());
    for token in [&old, &between, &new] {
        assert!(works(&app, token).await);
    }
}

#[on_both_databases]
async fn a_retired_keys_tokens_stop_at_the_next_request(app: TestApp) {
    let (old, _) = app.token(ALPHA, &[ScopeName::EvidenceRead]).await;
    let (keyring, store) = (app.space.keyring(), app.space.store());
    let first = keyring.list(store).await.unwrap().remove(0);
    assert!(first.signs && first.live_tokens == 1);
    let refused = keyring.retire(store, first.id, true).await.unwrap_err();
    assert_eq!(refused.code, Code::Conflict, "it signs");

    keyring.rotate(store, true).await.unwrap();
    let (new, _) = app.token(ALPHA, &[ScopeName::EvidenceRead]).await;
    let refused = keyring.retire(store, first.id, false).await.unwrap_err();
    assert!(refused.message.contains("1 tokens"), "{refused}");
    assert!(works(&app, &old).await);
    assert_eq!(keyring.retire(store, first.id, true).await.unwrap(), 1);
    assert!(!works(&app, &old).await && works(&app, &new).await);
    let refused = app.with_token(&old).ask("{ viewer { scopes } }").await;
    assert_eq!(refused.code(), Some("TOKEN_INVALID"));
    assert!(!published(&app).await.0.contains(&first.id.to_string()));
    assert_eq!(keyring.retire(store, first.id, true).await.unwrap_err().code, Code::NotFound);
}

#[on_both_databases]
async fn a_key_that_another_server_retired_is_refused_although_it_is_known_here(app: TestApp) {
    let (token, _) = app.token(ALPHA, &[ScopeName::EvidenceRead]).await;
    assert!(works(&app, &token).await);
    let other = app.another_server(|space| space).await.space;
    let keyring = other.keyring();
    let first = keyring.list(other.store()).await.unwrap().remove(0);
    keyring.rotate(other.store(), true).await.unwrap();
    keyring.retire(other.store(), first.id, true).await.unwrap();
    assert!(!works(&app, &token).await);
}

#[on_both_databases]
async fn a_token_of_a_key_that_another_server_has_just_made_is_accepted(app: TestApp) {
    app.token(ALPHA, &[ScopeName::EvidenceRead]).await;
    published(&app).await;
    let other = app.another_server(|space| space).await.space;
    for _ in 0..2 {
        other.keyring().rotate(other.store(), true).await.unwrap();
        let token = app.token_by(&other, ALPHA, &[ScopeName::EvidenceRead]).await;
        assert!(
            works(&app, &token).await,
            "twice within the time for which the database isn't asked"
        );
    }
}

#[on_both_databases]
async fn a_rotation_retires_what_no_token_needs_any_more(app: TestApp) {
    let (keyring, store) = (app.space.keyring(), app.space.store());
    app.token(ALPHA, &[ScopeName::EvidenceRead]).await;
    keyring.rotate(store, true).await.unwrap();
    keyring.rotate(store, true).await.unwrap();
    assert_eq!(
        published(&app).await.0.len(),
        3,
        "the first has a token, the second signed until now"
    );
    keyring.rotate(store, true).await.unwrap();
    assert_eq!(published(&app).await.0.len(), 3, "the second is no longer needed");
    app.clock.advance(TimeDelta::days(31));
    keyring.rotate(store, true).await.unwrap();
    assert_eq!(published(&app).await.0.len(), 2, "the first's token has expired");
}

#[on_both_databases]
async fn published_keys_may_be_kept_for_a_while_and_say_when_they_are_the_same(app: TestApp) {
    app.token(ALPHA, &[ScopeName::EvidenceRead]).await;
    let (_, headers) = published(&app).await;
    assert!(headers[header::CACHE_CONTROL].to_str().unwrap().starts_with("public, max-age="));
    let ask = async |tag: &str| {
        let request = Request::get("/.well-known/jwks.json")
            .header(header::IF_NONE_MATCH, tag)
            .body(Body::empty())
            .unwrap();
        app.nobody().send(request).await.status()
    };
    let tag = headers[header::ETAG].to_str().unwrap();
    assert_eq!(ask(tag).await, StatusCode::NOT_MODIFIED);
    assert_eq!(ask(&format!("W/{tag}")).await, StatusCode::NOT_MODIFIED);
    app.space.keyring().rotate(app.space.store(), false).await.unwrap();
    assert_eq!(ask(tag).await, StatusCode::OK);
}

#[on_both_databases]
async fn the_private_part_of_a_key_is_nowhere_in_the_database(app: TestApp) {
    use sea_orm::{ConnectionTrait, Statement};

    app.token(ALPHA, &[ScopeName::EvidenceRead]).await;
    let connection = app.space.store().connection();
    let select = "SELECT private_key, public_key FROM signing_key";
    let row = connection
        .query_one_raw(Statement::from_string(connection.get_database_backend(), select))
        .await
        .unwrap()
        .unwrap();
    let private: Vec<u8> = row.try_get_by_index(0).unwrap();
    // The seed's length, a nonce and a tag: encrypted, whatever it is.
    assert_eq!(private.len(), 32 + 24 + 16);
    let other = service::Space::new(
        connection.clone(),
        app.space.store().source().clone(),
        app.another_master_key(),
    );
    assert!(
        other.keyring().ensure(other.store()).await.is_err(),
        "another master key doesn't open it"
    );
}
