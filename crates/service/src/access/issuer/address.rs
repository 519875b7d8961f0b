//! Where an identity provider may be: who asks an address on somebody's word must know whose word it is.

use std::net::IpAddr;

use url::{Host, Url};

use crate::error::{Error, Result};

/// How long an issuer's name may be.
const LONGEST: usize = 512;

/// Returns whether a text can be an issuer's name at all: one that can't is nowhere looked up.
pub(super) fn is_conceivable(issuer: &str) -> bool {
    issuer.len() <= LONGEST && issuer.bytes().all(|byte| byte.is_ascii_graphic())
}

/// Checks the issuer's name of itself, as the operator gives it. It is kept and compared letter by letter.
///
/// # Errors
/// `BAD_USER_INPUT`.
pub(super) fn checked_issuer(text: &str) -> Result<Url> {
    let refusal = |message: &'static str| Error::bad_input("issuer", message);
    let url = Url::parse(text).map_err(|_| {
        refusal("Write the issuer as its tokens do, such as https://sso.example.org/realms/staff.")
    })?;
    if !is_conceivable(text) {
        return Err(refusal("The issuer must be plain ASCII without spaces, 512 bytes at most."));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(refusal("The issuer must not name a user."));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(refusal("The issuer must not have a query or a fragment."));
    }
    match may_be_asked(&url) {
        true => Ok(url),
        false => Err(refusal(
            "The issuer must begin with https://; http:// will do for an address of this machine only.",
        )),
    }
}

/// Returns where an issuer says what it is, by OpenID Connect Discovery.
pub(super) fn discovery(issuer: &str) -> String {
    let issuer = issuer.strip_suffix('/').unwrap_or(issuer);
    format!("{issuer}/.well-known/openid-configuration")
}

/// Returns whether the keys of an issuer may be read from where it says. What another machine says must not lead to
/// this one.
pub(super) fn may_lead_to(issuer: &str, keys: &str) -> bool {
    let (Ok(issuer), Ok(keys)) = (Url::parse(issuer), Url::parse(keys)) else {
        return false;
    };
    may_be_asked(&keys) && (is_this_machine(&issuer) || !is_this_machine(&keys))
}

/// Returns whether an address is one of this machine's own.
pub(super) fn is_this_machine(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => IpAddr::V6(address).to_canonical().is_loopback(),
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        None => false,
    }
}

fn may_be_asked(url: &Url) -> bool {
    match url.scheme() {
        "https" => url.host().is_some(),
        "http" => is_this_machine(url),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_issuer_is_asked_by_https_or_on_this_machine() {
        for good in [
            "https://sso.example.org/realms/staff",
            "https://login.example.org/",
            "http://127.0.0.1:4000",
            "http://[::1]:4000/realm",
            "http://localhost:4000",
        ] {
            assert!(checked_issuer(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "sso.example.org",
            "http://sso.example.org",
            "http://127.0.0.1.example.org",
            "http://10.0.0.1",
            "ftp://127.0.0.1",
            "file:///etc/passwd",
            "https://me@sso.example.org",
            "https://sso.example.org?realm=staff",
            "https://sso.example.org#staff",
            "https://sso.example.org/a b",
            "https://sso.example.org/\u{0}",
            "https://ssö.example.org",
        ] {
            assert!(checked_issuer(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn another_machine_can_not_lead_to_this_one() {
        let other = "https://sso.example.org";
        assert!(may_lead_to(other, "https://keys.example.com/jwks"));
        for keys in [
            "http://keys.example.com/jwks",
            "http://127.0.0.1/jwks",
            "https://127.0.0.1/jwks",
            "https://localhost/jwks",
            "https://[::ffff:127.0.0.1]/jwks",
            "/jwks",
            "file:///etc/passwd",
        ] {
            assert!(!may_lead_to(other, keys), "{keys}");
        }
        assert!(may_lead_to("http://127.0.0.1:1", "http://127.0.0.1:2/jwks"));
        assert!(!may_lead_to("http://127.0.0.1:1", "http://192.0.2.1/jwks"));
    }

    #[test]
    fn a_slash_at_the_end_does_not_stand_twice() {
        let discovery_of_both = "https://a.example/b/.well-known/openid-configuration";
        assert_eq!(discovery("https://a.example/b"), discovery_of_both);
        assert_eq!(discovery("https://a.example/b/"), discovery_of_both);
    }
}
