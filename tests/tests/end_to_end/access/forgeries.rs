//! Tokens that were forged, tampered with or meant for somebody else: none opens anything.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use entity::{AccessTokenId, SigningKeyId, signing_key};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use sea_orm::{EntityTrait, IntoActiveModel};
use serde_json::{Value, json};
use service::access::ScopeName;
use tests::support::app::{ALPHA, BETA, TestApp};
use tests::support::on_both_databases;

/// A key of which the test knows the private part (RFC 8032, 7.1, test 1).
const SEED: &str = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
const PUBLIC: &str = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";

fn bytes(hex: &str) -> Vec<u8> {
    let pairs = hex.as_bytes().chunks(2);
    pairs.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
}

fn signer() -> EncodingKey {
    let document = [bytes("302e020100300506032b657004220420"), bytes(SEED)].concat();
    EncodingKey::from_ed_der(&document)
}

/// Puts the known key among those of the space. It is published, and does not sign.
async fn publish(app: &TestApp) -> SigningKeyId {
    let source = app.space.store().source();
    let id: SigningKeyId = source.id();
    let row = signing_key::Model {
        id,
        public_key: bytes(PUBLIC),
        private_key: Vec::new(),
        created_at: source.now(),
        retired_at: None,
        signs_from: Some(source.now() + chrono::TimeDelta::days(1000)),
    };
    #[expect(clippy::disallowed_methods, reason = "a forger writes past the store")]
    signing_key::Entity::insert(row.into_active_model())
        .exec_without_returning(app.space.store().connection())
        .await
        .unwrap();
    app.space.keyring().read(app.space.store()).await.unwrap();
    id
}

/// The claims of a token that would be accepted.
async fn claims(app: &TestApp, id: AccessTokenId) -> Value {
    let now = app.space.store().source().now().timestamp();
    let centre = app.centre_id(ALPHA).await;
    json!({
        "iss": "commonground", "aud": "commonground", "sub": ALPHA, "iat": now, "nbf": now,
        "exp": now + 3600, "jti": id, "centre": centre, "scope": "evidence:read",
    })
}

fn sign(kid: &str, claims: &Value) -> String {
    let header = Header { kid: Some(kid.to_owned()), ..Header::new(Algorithm::EdDSA) };
    jsonwebtoken::encode(&header, claims, &signer()).unwrap()
}

fn with(claims: &Value, claim: &str, value: Value) -> Value {
    let mut claims = claims.clone();
    claims[claim] = value;
    claims
}

fn without(claims: &Value, claim: &str) -> Value {
    let mut claims = claims.clone();
    claims.as_object_mut().unwrap().remove(claim);
    claims
}

/// Three parts, the last as it is.
fn assemble(header: &Value, claims: &Value, signature: &str) -> String {
    let part = |value: &Value| BASE64.encode(value.to_string());
    format!("{}.{}.{signature}", part(header), part(claims))
}

async fn assert_refused(app: &TestApp, token: &str, code: &str, why: &str) {
    let refused = app.with_token(token).ask("{ viewer { scopes } }").await;
    assert_eq!((refused.status.as_u16(), refused.code()), (401, Some(code)), "{why}");
    assert!(refused.body.get("data").is_none_or(Value::is_null), "{why}");
}

#[on_both_databases]
async fn a_token_is_accepted_only_with_every_claim_as_it_should_be(app: TestApp) {
    let kid = publish(&app).await.to_string();
    let (_, id) = app.token(ALPHA, &[ScopeName::EvidenceRead]).await;
    let good = claims(&app, id).await;
    let accepted = app.with_token(&sign(&kid, &good)).ask("{ viewer { scopes } }").await;
    assert_eq!(accepted.at("/viewer/scopes"), &json!(["evidence:read"]));

    let now = app.space.store().source().now().timestamp();
    let beta = json!(app.centre_id(BETA).await);
    let never_was: AccessTokenId = app.space.store().source().id();
    for (claim, value) in [
        ("iss", json!("somebody-else")),
        ("iss", json!(["commonground", "somebody-else"])),
        ("iss", json!("Commonground")),
        ("aud", json!("another-space")),
        ("aud", json!([])),
        ("nbf", json!(now + 3600)),
        ("nbf", json!(i64::MAX)),
        ("nbf", json!("now")),
        ("jti", json!(never_was)),
        ("jti", json!("../../etc/passwd")),
        ("centre", beta),
        ("exp", json!("never")),
        ("exp", json!(i64::MAX)),
    ] {
        let token = sign(&kid, &with(&good, claim, value.clone()));
        assert_refused(&app, &token, "TOKEN_INVALID", &format!("{claim}: {value}")).await;
    }
    for claim in ["iss", "aud", "sub", "exp", "nbf", "iat", "jti", "centre"] {
        let token = sign(&kid, &without(&good, claim));
        assert_refused(&app, &token, "TOKEN_INVALID", &format!("without {claim}")).await;
    }
    for exp in [now, now - 1, 0] {
        let token = sign(&kid, &with(&good, "exp", json!(exp)));
        assert_refused(&app, &token, "TOKEN_EXPIRED", &format!("exp: {exp}")).await;
    }
}

#[on_both_databases]
async fn what_a_token_says_of_itself_allows_no_more_than_its_record(app: TestApp) {
    let kid = publish(&app).await.to_string();
    let (_, id) = app.token(ALPHA, &[ScopeName::EvidenceRead]).await;
    let all: Vec<_> = ScopeName::ALL.iter().map(|scope| scope.as_str()).collect();
    let good = claims(&app, id).await;
    let greedy = with(&good, "scope", json!(all.join(" ")));
    let answer = app.with_token(&sign(&kid, &greedy)).ask("{ viewer { scopes } }").await;
    assert_eq!(answer.at("/viewer/scopes"), &json!(["evidence:read"]));

    let for_ever = with(&good, "exp", json!(good["exp"].as_i64().unwrap() + 3600 * 24 * 3650));
    let token = sign(&kid, &for_ever);
    assert_eq!(app.with_token(&token).ask("{ viewer { scopes } }").await.status, 200);
    app.clock.advance(chrono::TimeDelta::days(31));
    assert_refused(&app, &token, "TOKEN_EXPIRED", "the record has ended").await;
}

#[on_both_databases]
async fn no_other_algorithm_key_or_shape_is_accepted(app: TestApp) {
    let kid = publish(&app).await.to_string();
    let (real, id) = app.token(ALPHA, &[ScopeName::EvidenceRead]).await;
    let good = claims(&app, id).await;
    let parts: Vec<&str> = real.split('.').collect();
    let [head, body, signature] = parts.as_slice() else { unreachable!("a token has three parts") };

    let header = |alg: &str| json!({ "typ": "JWT", "alg": alg, "kid": kid });
    let mut forged = vec![
        String::new(),
        "nonsense".to_owned(),
        "..".to_owned(),
        "a.b.c.d".to_owned(),
        "é.é.é".to_owned(),
        format!("{head}.{body}"),
        format!("{head}.{body}."),
        format!("{head}.{body}.{}AAAA", &signature[..signature.len() - 4]),
        format!("{head}.{body}x.{signature}"),
        format!("{head}.{}.{signature}", "x".repeat(10_000)),
        "x".repeat(100_000),
    ];
    for alg in ["none", "None", "NONE", "nOnE", "", "EDDSA", "ES256", "RS256", "HS256"] {
        forged.push(assemble(&header(alg), &good, ""));
        forged.push(assemble(&header(alg), &good, signature));
    }
    // The public key, as a secret that everybody knows.
    for secret in
        [bytes(PUBLIC), PUBLIC.as_bytes().to_vec(), BASE64.encode(bytes(PUBLIC)).into_bytes()]
    {
        for alg in [Algorithm::HS256, Algorithm::HS384, Algorithm::HS512] {
            let header = Header { kid: Some(kid.clone()), ..Header::new(alg) };
            forged.push(
                jsonwebtoken::encode(&header, &good, &EncodingKey::from_secret(&secret)).unwrap(),
            );
        }
    }
    // A key that nobody knows, and names that must not be looked up anywhere.
    let unknown: SigningKeyId = app.space.store().source().id();
    for kid in [
        &unknown.to_string(),
        "",
        "../../dev/null",
        "' OR 1=1 --",
        "https://evil.example/key",
        &"k".repeat(2000),
    ] {
        forged.push(sign(kid, &good));
    }
    // A signature by a key that the header brings with it.
    let own = json!({ "kty": "OKP", "crv": "Ed25519", "x": BASE64.encode(bytes(PUBLIC)) });
    for (name, value) in [
        ("jwk", own),
        ("jku", json!("https://evil.example/jwks")),
        ("x5u", json!("https://evil.example/x")),
    ] {
        let mut header = header("EdDSA");
        header["kid"] = json!(unknown);
        header[name] = value;
        let message = assemble(&header, &good, "");
        let signature = jsonwebtoken::crypto::sign(
            message.trim_end_matches('.').as_bytes(),
            &signer(),
            Algorithm::EdDSA,
        )
        .unwrap();
        forged.push(format!("{message}{signature}"));
    }
    for token in &forged {
        assert_refused(&app, token, "TOKEN_INVALID", &token.chars().take(200).collect::<String>())
            .await;
    }
    assert_eq!(app.with_token(&real).ask("{ viewer { scopes } }").await.status, 200);
}
