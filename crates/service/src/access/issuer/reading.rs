//! Reads the keys of an identity provider over the network, as OpenID Connect Discovery 1.0 says.

use std::time::Duration;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use tokio::time::Instant;
use ureq::Agent;
use url::Url;

use entity::identity_provider;

use super::fault::Fault;
use super::keys::KeySet;
use super::{address, certificates};

/// How many bytes a document may have.
const LONGEST: u64 = 512 * 1024;
/// How long it may take to connect.
const CONNECT: Duration = Duration::from_secs(3);

/// The address of an issuer, and the certificates that are trusted there.
#[derive(Clone, Debug)]
pub(super) struct Location {
    issuer: String,
    certificates: Option<String>,
}

/// The keys that an issuer publishes.
#[derive(Debug)]
pub(super) struct Published {
    /// Where the keys are.
    pub(super) at: String,
    pub(super) keys: KeySet,
}

impl Published {
    /// Returns the keys, of which one at least verifies tokens.
    pub(super) fn into_usable(self) -> Result<KeySet, Fault> {
        if !self.keys.usable.is_empty() {
            return Ok(self.keys);
        }
        let reasons = self.keys.unusable.iter().map(|(_, reason)| *reason);
        let reasons: Vec<_> = reasons.collect();
        Err(Fault::NoKey { url: self.at, reasons: reasons.join("; ") })
    }
}

impl Location {
    /// Returns the issuer's name of itself.
    pub(super) fn issuer(&self) -> &str {
        &self.issuer
    }
}

#[derive(Deserialize)]
struct Metadata {
    issuer: String,
    jwks_uri: String,
}

#[derive(Deserialize)]
struct Jwks {
    keys: Vec<serde_json::Value>,
}

impl From<&identity_provider::Model> for Location {
    fn from(provider: &identity_provider::Model) -> Self {
        Self { issuer: provider.issuer.clone(), certificates: provider.certificates.clone() }
    }
}

/// Reads the keys. It blocks its thread, for as long as `answer` at most.
pub(super) fn read(place: &Location, answer: Duration) -> Result<Published, Fault> {
    let end = Instant::now() + answer;
    let agent = agent(place);
    let url = address::discovery(&place.issuer);
    let metadata: Metadata = document(&agent, &url, "discovery document", end)?;
    if metadata.issuer != place.issuer {
        return Err(Fault::OtherIssuer {
            url,
            expected: place.issuer.clone(),
            found: metadata.issuer,
        });
    }
    if !address::may_lead_to(&place.issuer, &metadata.jwks_uri) {
        return Err(Fault::KeysElsewhere { url, keys: metadata.jwks_uri });
    }
    let jwks: Jwks = document(&agent, &metadata.jwks_uri, "set of keys", end)?;
    Ok(Published { at: metadata.jwks_uri, keys: KeySet::of(&jwks.keys) })
}

fn agent(place: &Location) -> Agent {
    let is_this_machine = Url::parse(&place.issuer).is_ok_and(|url| address::is_this_machine(&url));
    let mut config = Agent::config_builder()
        .https_only(!is_this_machine)
        .http_status_as_error(false)
        .max_redirects(0)
        .max_response_header_size(16 * 1024)
        .timeout_connect(Some(CONNECT))
        .tls_config(certificates::trust(place.certificates.as_deref()))
        .accept("application/json")
        .user_agent(concat!("commonground/", env!("CARGO_PKG_VERSION")));
    if is_this_machine {
        config = config.proxy(None);
    }
    config.build().new_agent()
}

fn document<T: DeserializeOwned>(
    agent: &Agent,
    url: &str,
    expected: &'static str,
    end: Instant,
) -> Result<T, Fault> {
    let unreachable =
        |cause: ureq::Error| Fault::Unreachable { url: url.to_owned(), cause: cause.to_string() };
    let left = end.saturating_duration_since(Instant::now());
    let mut response = agent
        .get(url)
        .config()
        .timeout_global(Some(left.max(Duration::from_millis(1))))
        .build()
        .call()
        .map_err(unreachable)?;
    let status = response.status();
    if status.is_redirection() {
        return Err(Fault::Redirects { url: url.to_owned(), status: status.as_u16() });
    }
    if status != 200 {
        return Err(Fault::Status { url: url.to_owned(), status: status.as_u16() });
    }
    let body = response.body_mut().with_config().limit(LONGEST);
    let bytes = body.read_to_vec().map_err(unreachable)?;
    serde_json::from_slice(&bytes).map_err(|malformed| Fault::Malformed {
        url: url.to_owned(),
        expected,
        cause: malformed.to_string(),
    })
}
