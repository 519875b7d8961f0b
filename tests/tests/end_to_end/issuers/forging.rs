//! Tokens that look like those of a centre's identity provider, and are not.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};
use tests::support::app::{ALPHA, BETA, TestApp};
use tests::support::databases::DatabaseKind;
use tests::support::issuer::{TestIssuer, TestKey};

use super::VIEWER;

/// An application that accepts a provider with one key.
struct Scene {
    app: TestApp,
    key: TestKey,
    issuer: TestIssuer,
}

impl Scene {
    async fn with(key: TestKey) -> Self {
        let app = TestApp::start(DatabaseKind::Sqlite).await;
        let issuer = TestIssuer::start(&[&key]).await;
        app.accept("alpha-sso", ALPHA, &issuer).await;
        Self { app, key, issuer }
    }

    fn claims(&self) -> Value {
        self.issuer.claims(&self.app, "jo", &["analysts"])
    }

    /// The claims, with one of them different, or absent.
    fn claims_but(&self, name: &str, value: Option<Value>) -> Value {
        let mut claims = self.claims();
        let all = claims.as_object_mut().unwrap();
        match value {
            Some(value) => all.insert(name.to_owned(), value),
            None => all.remove(name),
        };
        claims
    }

    fn now(&self) -> i64 {
        self.app.space.store().source().now().timestamp()
    }

    async fn code(&self, token: &str) -> Option<String> {
        let answer = self.app.with_token(token).ask(VIEWER).await;
        answer.code().map(str::to_owned)
    }

    async fn assert_refused(&self, token: &str, what: &str) {
        let code = self.code(token).await;
        assert_eq!(code.as_deref(), Some("TOKEN_INVALID"), "{what}");
    }
}

fn text_of(part: &Value) -> String {
    URL_SAFE_NO_PAD.encode(part.to_string())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_whose_claims_do_not_hold_is_refused() {
    let scene = Scene::with(TestKey::edwards("one")).await;
    let now = scene.now();
    assert_eq!(scene.code(&scene.key.sign(&scene.claims())).await, None);
    for (name, value) in [
        ("aud", None),
        ("aud", Some(json!("another"))),
        ("aud", Some(json!("common-ground "))),
        ("aud", Some(json!({ "common-ground": true }))),
        ("iss", None),
        ("iss", Some(json!("https://sso.example.org"))),
        ("iss", Some(json!(format!("{}/", scene.issuer.url())))),
        ("iss", Some(json!([scene.issuer.url()]))),
        ("iss", Some(json!("\u{0}"))),
        ("iss", Some(json!("commonground"))),
        ("sub", None),
        ("sub", Some(json!(""))),
        ("sub", Some(json!(7))),
        ("sub", Some(json!("x".repeat(256)))),
        ("exp", None),
        ("exp", Some(json!("tomorrow"))),
        ("exp", Some(json!(1e300))),
        ("exp", Some(json!(i64::MAX))),
        ("exp", Some(json!(now + 400 * 86_400))),
        ("nbf", Some(json!(now + 61))),
        ("nbf", Some(json!("now"))),
        ("iat", Some(json!(now + 61))),
        ("cnf", Some(json!({ "jkt": "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I" }))),
    ] {
        let what = format!("{name}: {value:?}");
        let token = scene.key.sign(&scene.claims_but(name, value));
        scene.assert_refused(&token, &what).await;
    }
    for (name, value) in [
        ("nbf", Some(json!(now + 59))),
        ("nbf", None),
        ("iat", Some(json!(now + 59))),
        ("iat", None),
        ("exp", Some(json!(1.5 + f64::from(u32::try_from(now).unwrap())))),
    ] {
        let token = scene.key.sign(&scene.claims_but(name, value));
        assert_eq!(scene.code(&token).await, None, "{name}");
    }
    for expired in [now, now - 3600, -1] {
        let token = scene.key.sign(&scene.claims_but("exp", Some(json!(expired))));
        assert_eq!(scene.code(&token).await.as_deref(), Some("TOKEN_EXPIRED"));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_that_nobody_signed_is_refused() {
    let scene = Scene::with(TestKey::edwards("one")).await;
    let good = scene.key.sign(&scene.claims());
    let (head, rest) = good.split_once('.').unwrap();
    let (claims, signature) = rest.split_once('.').unwrap();
    let other = text_of(&scene.claims_but("groups", Some(json!(["admins"]))));
    let none = text_of(&json!({ "alg": "none", "typ": "JWT", "kid": "one" }));
    let enormous = text_of(&scene.claims_but("groups", Some(json!("x ".repeat(20_000)))));
    for forged in [
        format!("{none}.{claims}."),
        format!("{none}.{claims}.{signature}"),
        format!("{head}.{claims}."),
        format!("{head}.{claims}"),
        format!("{head}.{other}.{signature}"),
        format!("{head}.{enormous}.{signature}"),
        format!("{head}.{claims}.{signature}.{signature}"),
    ] {
        let what = forged.get(..200).unwrap_or(&forged);
        scene.assert_refused(&forged, what).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_public_key_is_no_secret_to_sign_with() {
    let scene = Scene::with(TestKey::rsa("one")).await;
    let text = scene.key.jwk.to_string();
    let modulus = scene.key.jwk["n"].as_str().unwrap().to_owned();
    let number = URL_SAFE_NO_PAD.decode(&modulus).unwrap();
    for secret in [text.as_bytes(), modulus.as_bytes(), &number] {
        for algorithm in [Algorithm::HS256, Algorithm::HS384, Algorithm::HS512] {
            let header = Header { kid: Some("one".to_owned()), ..Header::new(algorithm) };
            let secret = EncodingKey::from_secret(secret);
            let forged = jsonwebtoken::encode(&header, &scene.claims(), &secret).unwrap();
            scene.assert_refused(&forged, &format!("{algorithm:?}")).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_verifies_by_its_own_algorithm_only() {
    let app = TestApp::start(DatabaseKind::Sqlite).await;
    let (rsa, elliptic) = (TestKey::rsa("rsa"), TestKey::elliptic("elliptic"));
    let mut for_encryption = TestKey::edwards("encryption");
    for_encryption.jwk["use"] = json!("enc");
    let issuer = TestIssuer::start(&[&rsa, &elliptic, &for_encryption]).await;
    app.accept("alpha-sso", ALPHA, &issuer).await;
    let claims = issuer.claims(&app, "jo", &["analysts"]);
    let named = |key: &TestKey, kid: &TestKey| {
        let header = Header { kid: Some(kid.kid.clone()), ..key.header() };
        key.sign_with(&header, &claims)
    };
    let stronger = TestKey { algorithm: Algorithm::RS512, ..rsa.clone() };
    for (token, accepted) in [
        (named(&rsa, &rsa), true),
        (named(&elliptic, &elliptic), true),
        (named(&rsa, &elliptic), false),
        (named(&elliptic, &rsa), false),
        // Its JWK says RS256.
        (named(&stronger, &rsa), false),
        (named(&for_encryption, &for_encryption), false),
    ] {
        let answer = app.with_token(&token).ask(VIEWER).await;
        assert_eq!(answer.code().is_none(), accepted, "{token}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_header_asks_for_is_not_done() {
    let scene = Scene::with(TestKey::edwards("one")).await;
    let forger = TestKey::edwards("one");
    let elsewhere = TestIssuer::start(&[&forger]).await;
    let keys = format!("{}/keys", elsewhere.url());
    let public: Jwk = serde_json::from_value(forger.jwk.clone()).unwrap();
    for header in [
        Header { jku: Some(keys.clone()), ..forger.header() },
        Header { x5u: Some(keys), ..forger.header() },
        Header { jwk: Some(public), ..forger.header() },
        Header { kid: Some(elsewhere.url().to_owned()), ..forger.header() },
        Header { kid: Some("../../one".to_owned()), ..forger.header() },
        Header { kid: Some("' OR 1=1 --".to_owned()), ..forger.header() },
    ] {
        let forged = forger.sign_with(&header, &scene.claims());
        scene.assert_refused(&forged, &format!("{header:?}")).await;
    }
    assert_eq!((elsewhere.discoveries(), elsewhere.readings()), (0, 0));

    for header in [
        Header { crit: Some(vec!["exp".to_owned()]), ..scene.key.header() },
        Header { typ: Some("logout+jwt".to_owned()), ..scene.key.header() },
        Header { typ: Some("dpop+jwt".to_owned()), ..scene.key.header() },
        Header { kid: None, ..scene.key.header() },
        Header { kid: Some("x".repeat(257)), ..scene.key.header() },
    ] {
        let token = scene.key.sign_with(&header, &scene.claims());
        scene.assert_refused(&token, &format!("{header:?}")).await;
    }
    for typ in [None, Some("at+jwt"), Some("application/at+JWT")] {
        let header = Header { typ: typ.map(str::to_owned), ..scene.key.header() };
        let token = scene.key.sign_with(&header, &scene.claims());
        assert_eq!(scene.code(&token).await, None, "{typ:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_provider_can_not_speak_as_another_or_as_the_space() {
    let scene = Scene::with(TestKey::edwards("one")).await;
    let theirs = TestKey::edwards("one");
    let other = TestIssuer::start(&[&theirs]).await;
    scene.app.accept("beta-sso", BETA, &other).await;
    assert_eq!(scene.code(&theirs.sign(&other.claims(&scene.app, "jo", &[]))).await, None);
    scene.assert_refused(&theirs.sign(&scene.claims()), "as the other provider").await;

    let as_the_space = json!({
        "iss": "commonground", "aud": "commonground", "sub": ALPHA, "iat": scene.now(),
        "nbf": scene.now(), "exp": scene.now() + 60, "jti": uuid::Uuid::nil(),
        "centre": scene.app.centre_id(ALPHA).await, "scope": "evidence:read",
    });
    scene.assert_refused(&theirs.sign(&as_the_space), "as the space").await;
}
