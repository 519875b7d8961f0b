//! How an identity provider is asked for its keys, and what happens when it doesn't answer as it should.

use std::time::Duration;

use futures::future::join_all;
use serde_json::json;
use service::access::ScopeName;
use service::access::issuer::{self, Timings};
use tests::support::app::{ALPHA, TestApp};
use tests::support::databases::DatabaseKind;
use tests::support::issuer::{Behaviour, TestIssuer, TestKey};

use super::VIEWER;

async fn code(app: &TestApp, token: &str) -> Option<String> {
    let answer = app.with_token(token).ask(VIEWER).await;
    answer.code().map(str::to_owned)
}

async fn accepting(issuer: &TestIssuer) -> TestApp {
    let app = TestApp::start(DatabaseKind::Sqlite).await;
    app.accept("alpha-sso", ALPHA, issuer).await;
    app
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_key_is_accepted_at_once_and_unknown_ones_cost_one_reading_a_minute() {
    let [first, second, third] = ["1", "2", "3"].map(TestKey::edwards);
    let issuer = TestIssuer::start(&[&first]).await;
    let app = accepting(&issuer).await;
    let token = |key: &TestKey| key.sign(&issuer.claims(&app, "jo", &["analysts"]));
    for _ in 0..3 {
        assert_eq!(code(&app, &token(&first)).await, None);
    }
    assert_eq!(issuer.readings(), 1);

    issuer.publish(&[&second]);
    assert_eq!(code(&app, &token(&second)).await, None);
    assert_eq!(issuer.readings(), 2);
    assert_eq!(code(&app, &token(&first)).await.as_deref(), Some("TOKEN_INVALID"));

    issuer.publish(&[&third]);
    let forged = (0..20).map(|n| token(&TestKey::edwards(&n.to_string())));
    for token in forged.chain([token(&third)]) {
        assert_eq!(code(&app, &token).await.as_deref(), Some("TOKEN_INVALID"));
    }
    assert_eq!(issuer.readings(), 2);

    let patience = Timings { between_unknown_keys: Duration::ZERO, ..Timings::default() };
    let server = app.another_server(|space| space.with_timings(patience)).await;
    issuer.publish(&[&first]);
    for key in [&first, &second, &third] {
        issuer.publish(&[key]);
        assert_eq!(server.with_token(&token(key)).ask(VIEWER).await.code(), None);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_tokens_at_once_cost_one_reading() {
    let key = TestKey::edwards("1");
    let issuer = TestIssuer::start(&[&key]).await;
    let app = accepting(&issuer).await;
    let token = key.sign(&issuer.claims(&app, "jo", &["analysts"]));
    let codes = join_all((0..50).map(|_| code(&app, &token))).await;
    assert!(codes.iter().all(Option::is_none), "{codes:?}");
    assert_eq!(issuer.readings(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_are_read_again_after_a_while_and_one_that_is_gone_stops() {
    let [old, new] = ["1", "2"].map(TestKey::edwards);
    let issuer = TestIssuer::start(&[&old]).await;
    let app = accepting(&issuer).await;
    let patience = Timings { reread_after: Duration::ZERO, ..Timings::default() };
    let server = app.another_server(|space| space.with_timings(patience)).await;
    let token = old.sign(&issuer.claims(&app, "jo", &["analysts"]));
    let bearer = server.with_token(&token);
    assert_eq!(bearer.ask(VIEWER).await.code(), None);
    issuer.publish(&[&new]);
    let mut refused = None;
    for _ in 0..100 {
        refused = bearer.ask(VIEWER).await.code().map(str::to_owned);
        if refused.is_some() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(refused.as_deref(), Some("TOKEN_INVALID"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_that_are_held_work_on_while_the_provider_is_down_but_not_for_ever() {
    let key = TestKey::edwards("1");
    let issuer = TestIssuer::start(&[&key]).await;
    let app = accepting(&issuer).await;
    let patience = |rely_for| Timings {
        reread_after: Duration::ZERO,
        after_failure: Duration::ZERO,
        rely_for,
        ..Timings::default()
    };
    let long = patience(Duration::from_hours(1));
    let patient = app.another_server(|space| space.with_timings(long)).await;
    let short = patience(Duration::ZERO);
    let impatient = app.another_server(|space| space.with_timings(short)).await;
    let token = key.sign(&issuer.claims(&app, "jo", &["analysts"]));
    for server in [&patient, &impatient] {
        assert_eq!(server.with_token(&token).ask(VIEWER).await.code(), None);
    }

    drop(issuer);
    for _ in 0..5 {
        assert_eq!(patient.with_token(&token).ask(VIEWER).await.code(), None);
    }
    let refused = impatient.with_token(&token).ask(VIEWER).await;
    assert_eq!((refused.status.as_u16(), refused.code()), (503, Some("ISSUER_UNAVAILABLE")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_provider_that_misbehaves_is_not_relied_on_and_the_check_says_why() {
    let key = TestKey::edwards("1");
    let elsewhere = TestIssuer::start(&[&key]).await;
    let keys = format!("{}/keys", elsewhere.url());
    let document = format!("{}/.well-known/openid-configuration", elsewhere.url());
    for (behaviour, says) in [
        (Behaviour::OtherIssuer, "speaks for the issuer 'https://sso.example.org'"),
        (Behaviour::Redirecting(document), "is not followed"),
        (Behaviour::KeysElsewhere("file:///etc/passwd".to_owned()), "which isn't asked"),
        (Behaviour::KeysElsewhere(keys.replace("127.0.0.1", "192.0.2.1")), "which isn't asked"),
        (Behaviour::Endless, "can't be read"),
        (Behaviour::Garbled, "is no discovery document"),
        (Behaviour::Failing, "status 502"),
    ] {
        let issuer = TestIssuer::start(&[&key]).await;
        issuer.behave(behaviour.clone());
        let app = accepting(&issuer).await;
        let token = key.sign(&issuer.claims(&app, "jo", &["analysts"]));
        for _ in 0..3 {
            let code = code(&app, &token).await;
            assert_eq!(code.as_deref(), Some("ISSUER_UNAVAILABLE"), "{behaviour:?}");
        }
        assert_eq!(issuer.discoveries(), 1, "it is left alone for a while");
        let refusal = issuer::check(&app.space, "alpha-sso").await.unwrap_err();
        assert_eq!(refusal.code.as_str(), "ISSUER_UNAVAILABLE");
        assert!(refusal.message.contains(says), "{refusal}");
    }
    assert_eq!((elsewhere.discoveries(), elsewhere.readings()), (0, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_provider_without_a_key_that_verifies_is_not_relied_on() {
    let key = TestKey::edwards("1");
    let issuer = TestIssuer::start(&[]).await;
    let secret = json!({ "kty": "oct", "kid": "1", "k": "c2VjcmV0", "alg": "HS256" });
    issuer.publish_raw(vec![secret, json!(7)]);
    let app = accepting(&issuer).await;
    let token = key.sign(&issuer.claims(&app, "jo", &["analysts"]));
    assert_eq!(code(&app, &token).await.as_deref(), Some("ISSUER_UNAVAILABLE"));
    let refusal = issuer::check(&app.space, "alpha-sso").await.unwrap_err();
    assert!(refusal.message.contains("it is a shared secret"), "{refusal}");

    issuer.publish_raw(vec![json!({ "kty": "oct", "k": "c2VjcmV0" }), key.jwk.clone()]);
    let checked = issuer::check(&app.space, "alpha-sso").await.unwrap();
    let usable: Vec<_> = checked.keys.iter().map(|key| key.unusable.is_none()).collect();
    assert_eq!(usable, [true, false]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_provider_that_never_answers_is_given_up() {
    let key = TestKey::edwards("1");
    let issuer = TestIssuer::start(&[&key]).await;
    issuer.behave(Behaviour::Silent);
    let app = accepting(&issuer).await;
    let patience = Timings { answer: Duration::from_millis(100), ..Timings::default() };
    let server = app.another_server(|space| space.with_timings(patience)).await;
    let token = key.sign(&issuer.claims(&app, "jo", &["analysts"]));
    let refused = server.with_token(&token).ask(VIEWER).await;
    assert_eq!(refused.code(), Some("ISSUER_UNAVAILABLE"));
    issuer.behave(Behaviour::Failing);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_provider_that_is_slow_holds_up_its_own_tokens_only() {
    let key = TestKey::edwards("1");
    let issuer = TestIssuer::start(&[&key]).await;
    issuer.behave(Behaviour::Silent);
    let app = accepting(&issuer).await;
    let patience = Timings { answer: Duration::from_mins(5), ..Timings::default() };
    let server = app.another_server(|space| space.with_timings(patience)).await;
    let token = key.sign(&issuer.claims(&app, "jo", &["analysts"]));
    let waiting: Vec<_> = (0..10)
        .map(|_| {
            let bearer = server.with_token(&token);
            tokio::spawn(async move { bearer.ask(VIEWER).await })
        })
        .collect();
    while issuer.discoveries() == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let (own, _) = app.token(ALPHA, &[ScopeName::EvidenceRead]).await;
    assert_eq!(server.with_token(&own).ask(VIEWER).await.code(), None);
    assert!(waiting.iter().all(|task| !task.is_finished()));

    issuer.behave(Behaviour::Honest);
    for task in waiting {
        assert_eq!(task.await.unwrap().code(), None);
    }
    assert_eq!((issuer.discoveries(), issuer.readings()), (1, 1));
}
