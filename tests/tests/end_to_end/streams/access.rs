//! The token ends, the stream ends: on each server, by whatever way the word of it comes.

use chrono::TimeDelta;
use entity::AccessTokenId;
use serde_json::json;
use service::access::{ScopeName, issuer, token};
use tests::support::app::{ALPHA, TestApp};
use tests::support::builders::Sharing;
use tests::support::databases::DatabaseKind;
use tests::support::issuer::{TestIssuer, TestKey};
use tests::support::on_both_databases;
use tests::support::streams::{Socket, StreamServer};

use super::{CHANGES, NAME, code, last_cursor, slug};

const READ: &[ScopeName] = &[ScopeName::EvidenceRead];

async fn refused_with(socket: &mut Socket) -> String {
    let (code, reason) = socket.closed().await;
    assert_eq!(code, 4403, "{reason}");
    socket.is_over().await;
    reason.split_once(':').unwrap().0.to_owned()
}

/// Revokes a token behind everybody's back: nobody is woken.
async fn revoke_in_silence(app: &TestApp, id: AccessTokenId) {
    let id = match app.kind() {
        DatabaseKind::Postgres => format!("'{}'", id.0),
        DatabaseKind::Sqlite => format!("x'{}'", id.0.simple()),
    };
    let at = match app.kind() {
        DatabaseKind::Postgres => "now()",
        DatabaseKind::Sqlite => "'2026-01-15 12:00:00+00:00'",
    };
    for statement in [
        format!(
            "UPDATE access_token SET revoked_at = {at}, revocation_reason = 'x' WHERE id = {id}"
        ),
        "UPDATE change_head SET sequence = sequence + 1".to_owned(),
        format!(
            "INSERT INTO change (sequence, kind, subject_id, operation, version, at)
             SELECT sequence, 'ACCESS_TOKEN', {id}, 'WITHDRAWN', 2, {at} FROM change_head"
        ),
    ] {
        app.execute(&statement).await;
    }
}

#[on_both_databases]
async fn a_token_that_is_revoked_closes_its_sockets_and_no_others(app: TestApp) {
    let server = StreamServer::start(&app.space).await;
    let (token, id) = app.token(ALPHA, READ).await;
    let (other, _) = app.token(ALPHA, READ).await;
    let mut idle = server.join(Some(&token)).await;
    let mut busy = server.join(Some(&token)).await;
    let mut another = server.join(Some(&other)).await;
    let mut nobody = server.join(None).await;
    let from = json!({ "after": last_cursor(&app).await, "kinds": ["STUDY"] });
    for socket in [&mut busy, &mut another, &mut nobody] {
        socket.subscribe("1", CHANGES, from.clone()).await;
    }
    app.revoke(id).await;
    for socket in [&mut idle, &mut busy] {
        assert_eq!(refused_with(socket).await, "TOKEN_REVOKED");
    }
    app.create_study("later", &Sharing::public(ALPHA)).await;
    for socket in [&mut another, &mut nobody] {
        assert_eq!(slug(&socket.hear().await), Some("later"));
    }
}

#[on_both_databases]
async fn a_revocation_that_nobody_was_told_of_is_found_by_looking(app: TestApp) {
    let server = StreamServer::start(&app.space).await;
    let (token, id) = app.token(ALPHA, READ).await;
    let mut socket = server.join(Some(&token)).await;
    revoke_in_silence(&app, id).await;
    assert_eq!(refused_with(&mut socket).await, "TOKEN_REVOKED");
}

#[on_both_databases]
async fn a_clock_that_jumps_ends_the_tokens_that_it_passes(app: TestApp) {
    let server = StreamServer::start(&app.space).await;
    let (token, _) = app.token(ALPHA, READ).await;
    let mut socket = server.join(Some(&token)).await;
    app.clock.advance(TimeDelta::days(29));
    socket.subscribe("1", NAME, json!({})).await;
    assert_eq!(socket.hear().await["type"], "next", "it is accepted for another day");
    app.clock.advance(TimeDelta::days(2));
    assert_eq!(refused_with(&mut socket).await, "TOKEN_EXPIRED");
}

#[on_both_databases]
async fn a_token_that_was_rotated_ends_when_the_overlap_does(app: TestApp) {
    let server = StreamServer::start(&app.space).await;
    let (token, id) = app.token(ALPHA, READ).await;
    let mut socket = server.join(Some(&token)).await;
    let overlap = TimeDelta::hours(1);
    token::rotate(&app.as_operator(), id, overlap, None).await.unwrap();
    // What was written is read before this is told.
    let from = json!({ "after": last_cursor(&app).await, "kinds": ["STUDY"] });
    socket.subscribe("1", CHANGES, from).await;
    app.create_study("meanwhile", &Sharing::public(ALPHA)).await;
    assert_eq!(slug(&socket.hear().await), Some("meanwhile"));
    app.clock.advance(TimeDelta::hours(2));
    assert_eq!(refused_with(&mut socket).await, "TOKEN_EXPIRED");
}

#[on_both_databases]
async fn the_tokens_of_a_key_that_is_retired_end(app: TestApp) {
    let server = StreamServer::start(&app.space).await;
    let (old, _) = app.token(ALPHA, READ).await;
    let mut of_old = server.join(Some(&old)).await;
    let (keyring, store) = (app.space.keyring(), app.space.store());
    let old_key = keyring.list(store).await.unwrap()[0].id;
    keyring.rotate(store, true).await.unwrap();
    let (new, _) = app.token(ALPHA, READ).await;
    let mut of_new = server.join(Some(&new)).await;
    keyring.retire(store, old_key, true).await.unwrap();
    assert_eq!(refused_with(&mut of_old).await, "TOKEN_INVALID");
    of_new.subscribe("1", NAME, json!({})).await;
    assert_eq!(of_new.hear().await["type"], "next");
}

#[on_both_databases]
async fn the_tokens_of_an_identity_provider_end_with_it_and_when_they_expire(app: TestApp) {
    let key = TestKey::edwards("one");
    let (kept, removed) = (TestIssuer::start(&[&key]).await, TestIssuer::start(&[&key]).await);
    app.accept("kept", ALPHA, &kept).await;
    app.accept("removed", ALPHA, &removed).await;
    let server = StreamServer::start(&app.space).await;
    let token = |issuer: &TestIssuer| key.sign(&issuer.claims(&app, "ada", &["analysts"]));
    let mut of_kept = server.join(Some(&token(&kept))).await;
    let mut of_removed = server.join(Some(&token(&removed))).await;
    issuer::remove(&app.space, "removed", false).await.unwrap();
    assert_eq!(refused_with(&mut of_removed).await, "TOKEN_INVALID");
    of_kept.subscribe("1", NAME, json!({})).await;
    assert_eq!(of_kept.hear().await["type"], "next");
    app.clock.advance(TimeDelta::hours(2));
    assert_eq!(refused_with(&mut of_kept).await, "TOKEN_EXPIRED");
}

#[on_both_databases]
async fn an_event_stream_whose_token_is_revoked_tells_so_and_is_complete(app: TestApp) {
    let server = StreamServer::start(&app.space).await;
    let (token, id) = app.token(ALPHA, READ).await;
    let from = json!({ "after": last_cursor(&app).await, "kinds": ["STUDY"] });
    let mut events = server.events(Some(&token), CHANGES, from).await;
    app.create_study("draft", &Sharing::new(ALPHA, entity::Visibility::Centre)).await;
    assert_eq!(slug(&events.result().await), Some("draft"));
    app.revoke(id).await;
    assert_eq!(code(&events.result().await), Some("TOKEN_REVOKED"));
    events.is_complete().await;
}

#[on_both_databases]
async fn an_event_stream_whose_token_expires_tells_so_and_is_complete(app: TestApp) {
    let server = StreamServer::start(&app.space).await;
    let (token, _) = app.token(ALPHA, READ).await;
    let mut events = server.events(Some(&token), CHANGES, json!({})).await;
    app.clock.advance(TimeDelta::days(31));
    assert_eq!(code(&events.result().await), Some("TOKEN_EXPIRED"));
    events.is_complete().await;
}

/// Cuts the wake-up channels of all servers.
async fn cut(app: &TestApp) {
    let cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid() AND query LIKE 'LISTEN%'";
    app.execute(cut).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_that_is_revoked_on_one_server_closes_its_sockets_on_another() {
    let app = TestApp::start(DatabaseKind::Postgres).await;
    let other = app.another_server(|space| space).await.space;
    let here = StreamServer::start(&app.space).await;
    let there = StreamServer::start(&other).await;
    for is_cut in [false, true] {
        let (token, id) = app.token(ALPHA, READ).await;
        let mut on_this = here.join(Some(&token)).await;
        let mut on_that = there.join(Some(&token)).await;
        if is_cut {
            cut(&app).await;
        }
        app.revoke(id).await;
        assert_eq!(refused_with(&mut on_this).await, "TOKEN_REVOKED");
        assert_eq!(refused_with(&mut on_that).await, "TOKEN_REVOKED");
    }
    // The channels are open again, and changes go on to be told.
    let after = last_cursor(&app).await;
    let mut socket = there.join(None).await;
    socket.subscribe("1", CHANGES, json!({ "after": after, "kinds": ["STUDY"] })).await;
    app.create_study("later", &Sharing::public(ALPHA)).await;
    assert_eq!(slug(&socket.hear().await), Some("later"));
}

#[tokio::test]
async fn a_server_that_can_not_read_the_log_trusts_no_token_and_says_that_it_may_be_tried_again() {
    let app = TestApp::start(DatabaseKind::Sqlite).await;
    let server = StreamServer::start(&app.space).await;
    let (token, _) = app.token(ALPHA, READ).await;
    let mut socket = server.join(Some(&token)).await;
    let mut nobody = server.join(None).await;
    let rename = async |from: &str, to: &str| {
        let statement = format!("ALTER TABLE {from} RENAME TO {to}");
        app.execute(&statement).await;
    };
    rename("change", "lost").await;
    let (code, reason) = socket.closed().await;
    assert_eq!(code, 1013, "{reason}");
    assert!(reason.starts_with("UNAVAILABLE: "), "{reason}");
    rename("lost", "change").await;
    let mut again = server.join(Some(&token)).await;
    for socket in [&mut again, &mut nobody] {
        socket.subscribe("1", NAME, json!({})).await;
        assert_eq!(socket.hear().await["type"], "next");
    }
}
