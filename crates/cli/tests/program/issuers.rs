//! A centre's own identity provider, from the command line to a server that runs.

use serde_json::Value;
use service::clock::Source;
use tests::support::issuer::{AUDIENCE, TestIssuer, TestKey};

use crate::running::Installation;
use crate::tokens::furnished;

const QUERY: &str = "{ viewer { centre { slug } scopes } }";

fn add<'a>(issuer: &'a str, map: &'a str) -> Vec<&'a str> {
    [
        ["issuer", "add"],
        ["--slug", "alpha-sso"],
        ["--centre", "alpha-centre"],
        ["--issuer", issuer],
        ["--audience", AUDIENCE],
        ["--claim", "groups"],
        ["--map", map],
    ]
    .concat()
}

#[tokio::test]
async fn a_provider_is_added_checked_used_and_removed() {
    let installation = furnished(Installation::new()).await;
    let server = installation.serve(&[]).await;
    let key = TestKey::edwards("first key");
    let issuer = TestIssuer::start(&[&key]).await;
    let claims = issuer.claims_from(&Source::default(), "jo", &["analysts"]);
    let token = key.sign(&claims);
    let code = |answer: &Value| answer["errors"][0]["extensions"]["code"].clone();
    assert_eq!(code(&server.ask(QUERY, Some(&token)).await), "TOKEN_INVALID");

    let added = installation.answer(&add(issuer.url(), "analysts=evidence:read")).await;
    let added: Value = serde_json::from_str(&added).unwrap();
    assert_eq!(added["mapping"]["analysts"][0], "evidence:read");
    let checked = installation.answer(&["issuer", "check", "alpha-sso"]).await;
    assert!(checked.contains("first key") && checked.contains("EdDSA"), "{checked}");
    let answer = server.ask(QUERY, Some(&token)).await;
    assert_eq!(answer["data"]["viewer"]["centre"]["slug"], "alpha-centre", "{answer}");

    installation.answer(&["issuer", "remove", "alpha-sso"]).await;
    assert_eq!(code(&server.ask(QUERY, Some(&token)).await), "TOKEN_INVALID");
    let listed = installation.answer(&["issuer", "list"]).await;
    let listed: Value = serde_json::from_str(&listed).unwrap();
    assert!(listed["removed_at"].is_string());
    assert_eq!(server.stop().await.code, Some(0));
}

#[tokio::test]
async fn a_provider_that_can_not_be_is_refused_with_a_sentence() {
    let installation = furnished(Installation::new()).await;
    let good = "http://127.0.0.1:9";
    for (arguments, says) in [
        (add(good, "admins=tokens:manage-all"), "tokens:manage-all"),
        (add(good, "staff=young-people:read"), "young-people:read"),
        (add(good, "staff=evidence:red"), "evidence:red"),
        (add(good, "staff"), "analysts=evidence:read"),
        (add("http://sso.example.org", "staff=evidence:read"), "https://"),
        (vec!["issuer", "check", "nothing"], "no such identity provider"),
        (vec!["issuer", "remove", "nothing"], "no such identity provider"),
    ] {
        let outcome = installation.run(&arguments).await;
        assert_ne!(outcome.code, Some(0), "{arguments:?}");
        assert!(outcome.log.contains(says), "{arguments:?}: {}", outcome.log);
    }
    installation.answer(&add(good, "staff=evidence:read")).await;
    let again = installation.run(&add(good, "staff=evidence:read")).await;
    assert!(again.log.contains("CONFLICT"), "{}", again.log);
    let unreachable = installation.run(&["issuer", "check", "alpha-sso"]).await;
    assert_ne!(unreachable.code, Some(0));
    assert!(unreachable.log.contains("can't be read"), "{}", unreachable.log);
}
