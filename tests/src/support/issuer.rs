//! A small identity provider of the tests' own, which can be told to misbehave.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::pkcs8::EncodePrivateKey;
use futures::StreamExt;
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use rsa::pkcs1::EncodeRsaPrivateKey;
use serde_json::{Value, json};
use service::access::issuer::{self, Mapping, NewIssuer};
use service::clock::Source;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::app::TestApp;

/// The `aud` of the provider's tokens.
pub const AUDIENCE: &str = "common-ground";

/// A key that signs tokens.
#[derive(Clone)]
pub struct TestKey {
    /// Its name.
    pub kid: String,
    /// What it signs with.
    pub algorithm: Algorithm,
    /// What it signs with.
    pub signer: EncodingKey,
    /// Its public part, as it is published.
    pub jwk: Value,
}

impl TestKey {
    /// An RSA key. All of them are one key by different names: making one takes a while.
    pub fn rsa(kid: &str) -> Self {
        static PRIVATE: OnceLock<Vec<u8>> = OnceLock::new();
        let private = PRIVATE.get_or_init(|| {
            let key = rsa::RsaPrivateKey::new(&mut rsa::rand_core::OsRng, 2048).expect("a key");
            key.to_pkcs1_der().expect("a key").as_bytes().to_vec()
        });
        Self::new(kid, Algorithm::RS256, EncodingKey::from_rsa_der(private))
    }

    /// A key on the curve P-256.
    pub fn elliptic(kid: &str) -> Self {
        use p256::pkcs8::EncodePrivateKey as _;

        let random: [u8; 32] = Source::default().random();
        let key = p256::SecretKey::from_slice(&random).expect("a key");
        let private = key.to_pkcs8_der().expect("a key");
        let signer = EncodingKey::from_ec_der(private.as_bytes());
        Self::new(kid, Algorithm::ES256, signer)
    }

    /// A key on the curve Ed25519.
    pub fn edwards(kid: &str) -> Self {
        let random: [u8; 32] = Source::default().random();
        let key = ed25519_dalek::SigningKey::from_bytes(&random);
        let x = URL_SAFE_NO_PAD.encode(key.verifying_key().as_bytes());
        let private = key.to_pkcs8_der().expect("a key");
        let signer = EncodingKey::from_ed_der(private.as_bytes());
        let public = json!({ "kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "x": x });
        Self::published(kid, Algorithm::EdDSA, signer, public)
    }

    fn new(kid: &str, algorithm: Algorithm, signer: EncodingKey) -> Self {
        let public = Jwk::from_encoding_key(&signer, algorithm).expect("a public part");
        Self::published(kid, algorithm, signer, json!(public))
    }

    fn published(kid: &str, algorithm: Algorithm, signer: EncodingKey, mut jwk: Value) -> Self {
        jwk["kid"] = json!(kid);
        jwk["use"] = json!("sig");
        Self { kid: kid.to_owned(), algorithm, signer, jwk }
    }

    /// The header of its tokens.
    pub fn header(&self) -> Header {
        Header { kid: Some(self.kid.clone()), ..Header::new(self.algorithm) }
    }

    /// A token with these claims.
    pub fn sign(&self, claims: &Value) -> String {
        self.sign_with(&self.header(), claims)
    }

    /// A token with this header and these claims.
    pub fn sign_with(&self, header: &Header, claims: &Value) -> String {
        jsonwebtoken::encode(header, claims, &self.signer).expect("a token")
    }
}

/// How the provider answers.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Behaviour {
    /// As it should.
    Honest,
    /// It says that it is another issuer.
    OtherIssuer,
    /// It leads to another address.
    Redirecting(String),
    /// It says that its keys are elsewhere.
    KeysElsewhere(String),
    /// It doesn't answer for as long as it behaves so.
    Silent,
    /// It answers with a hundred megabytes.
    Endless,
    /// It answers with what is no JSON.
    Garbled,
    /// It answers with an error.
    Failing,
}

struct Provider {
    url: String,
    keys: Mutex<Vec<Value>>,
    behaviour: Mutex<Behaviour>,
    discoveries: AtomicUsize,
    readings: AtomicUsize,
}

/// An identity provider on a free port of this machine, until it is dropped.
pub struct TestIssuer {
    provider: Arc<Provider>,
    serving: JoinHandle<()>,
}

impl Drop for TestIssuer {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl TestIssuer {
    /// One that publishes these keys.
    pub async fn start(keys: &[&TestKey]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let provider = Arc::new(Provider {
            url: format!("http://{address}/realms/staff"),
            keys: Mutex::default(),
            behaviour: Mutex::new(Behaviour::Honest),
            discoveries: AtomicUsize::new(0),
            readings: AtomicUsize::new(0),
        });
        let router = Router::new()
            .route("/realms/staff/.well-known/openid-configuration", get(discovery))
            .route("/realms/staff/keys", get(keys_of))
            .with_state(Arc::clone(&provider));
        let serving = tokio::spawn(async move {
            axum::serve(listener, router).await.expect("a server");
        });
        let issuer = Self { provider, serving };
        issuer.publish(keys);
        issuer
    }

    /// Its name of itself.
    pub fn url(&self) -> &str {
        &self.provider.url
    }

    /// Publishes these keys and no others.
    pub fn publish(&self, keys: &[&TestKey]) {
        *lock(&self.provider.keys) = keys.iter().map(|key| key.jwk.clone()).collect();
    }

    /// Publishes what may be no keys at all.
    pub fn publish_raw(&self, keys: Vec<Value>) {
        *lock(&self.provider.keys) = keys;
    }

    /// Behaves so from now on.
    pub fn behave(&self, behaviour: Behaviour) {
        *lock(&self.provider.behaviour) = behaviour;
    }

    /// How often its keys were read.
    pub fn readings(&self) -> usize {
        self.provider.readings.load(Ordering::SeqCst)
    }

    /// How often its discovery document was asked for.
    pub fn discoveries(&self) -> usize {
        self.provider.discoveries.load(Ordering::SeqCst)
    }

    /// The claims of a token for a member of some groups, valid for an hour by the application's clock.
    pub fn claims(&self, app: &TestApp, subject: &str, groups: &[&str]) -> Value {
        self.claims_from(app.space.store().source(), subject, groups)
    }

    /// The same, by another clock.
    pub fn claims_from(&self, source: &Source, subject: &str, groups: &[&str]) -> Value {
        let now = source.now().timestamp();
        json!({
            "iss": self.url(), "aud": AUDIENCE, "sub": subject, "groups": groups,
            "iat": now, "nbf": now, "exp": now + 3600,
        })
    }
}

impl TestApp {
    /// Accepts the tokens of an identity provider for a centre: `analysts` read evidence, `admins`
    /// manage tokens and read the audit.
    pub async fn accept(&self, slug: &str, centre: &str, issuer: &TestIssuer) {
        let added = issuer::add(&self.space, new_issuer(slug, centre, issuer.url())).await;
        added.expect("a provider");
    }
}

/// A provider to be added.
pub fn new_issuer(slug: &str, centre: &str, url: &str) -> NewIssuer {
    let mapping = ["analysts=evidence:read", "admins=tokens:manage,audit:read"];
    NewIssuer {
        slug: slug.to_owned(),
        centre: centre.to_owned(),
        issuer: url.to_owned(),
        audience: AUDIENCE.to_owned(),
        claim: "groups".to_owned(),
        mapping: Mapping::try_new(&mapping).expect("a mapping"),
        certificates: None,
    }
}

async fn discovery(State(provider): State<Arc<Provider>>) -> Response {
    provider.discoveries.fetch_add(1, Ordering::SeqCst);
    let behaviour = lock(&provider.behaviour).clone();
    let mut metadata = json!({
        "issuer": provider.url, "jwks_uri": format!("{}/keys", provider.url),
        "authorization_endpoint": format!("{}/authorise", provider.url),
    });
    match behaviour {
        Behaviour::Honest => {}
        Behaviour::OtherIssuer => metadata["issuer"] = json!("https://sso.example.org"),
        Behaviour::KeysElsewhere(url) => metadata["jwks_uri"] = json!(url),
        Behaviour::Redirecting(url) => {
            return (StatusCode::FOUND, [(header::LOCATION, url)]).into_response();
        }
        Behaviour::Silent => {
            while *lock(&provider.behaviour) == Behaviour::Silent {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        }
        Behaviour::Endless => {
            let megabyte = Bytes::from(vec![b' '; 1024 * 1024]);
            let body = futures::stream::repeat(megabyte).take(100);
            return Body::from_stream(body.map(Ok::<_, std::convert::Infallible>)).into_response();
        }
        Behaviour::Garbled => return "<html>Sign in</html>".into_response(),
        Behaviour::Failing => return StatusCode::BAD_GATEWAY.into_response(),
    }
    Json(metadata).into_response()
}

async fn keys_of(State(provider): State<Arc<Provider>>) -> Json<Value> {
    provider.readings.fetch_add(1, Ordering::SeqCst);
    Json(json!({ "keys": *lock(&provider.keys) }))
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().expect("a provider that works")
}
