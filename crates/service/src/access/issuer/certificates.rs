//! The certificate authorities that an identity provider's address is trusted by.

use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem};

use crate::error::{Error, Result};

/// How long the text of the authorities may be.
const LONGEST: usize = 64 * 1024;

/// Checks authorities in PEM, as the operator gives them.
///
/// # Errors
/// `BAD_USER_INPUT`.
pub(super) fn checked(pem: &str) -> Result<()> {
    let is_acceptable = pem.len() <= LONGEST && read(pem).is_some_and(|all| !all.is_empty());
    match is_acceptable {
        true => Ok(()),
        false => Err(Error::bad_input(
            "certificates",
            "The certificate authorities must be certificates in PEM, 64 KiB at most: `-----BEGIN CERTIFICATE-----` and what follows.",
        )),
    }
}

/// Returns how an address is trusted: by the web's authorities, or by these alone.
pub(super) fn trust(pem: Option<&str>) -> TlsConfig {
    let roots = match pem {
        None => RootCerts::WebPki,
        // An unreadable record trusts nobody.
        Some(pem) => RootCerts::new_with_certs(&read(pem).unwrap_or_default()),
    };
    TlsConfig::builder().root_certs(roots).build()
}

fn read(pem: &str) -> Option<Vec<Certificate<'static>>> {
    let certificate = |item| match item {
        Ok(PemItem::Certificate(certificate)) => Some(certificate),
        Ok(_) | Err(_) => None,
    };
    parse_pem(pem.as_bytes()).map(certificate).collect()
}
