//! Who a client is at the network: the address of its connection, or the one that a proxy in front
//! of us saw.
//!
//! `X-Forwarded-For` is believed only as far as the proxies that the configuration names wrote it:
//! whatever a client put there itself stands to the left of what they added. `Forwarded` is not
//! read: a proxy that writes the one passes the other on as the client sent it.

use std::net::{IpAddr, SocketAddr};

use axum::extract::ConnectInfo;
use axum::http::{Extensions, HeaderMap, HeaderName};
use ipnet::IpNet;

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The networks of the proxies whose word is taken for whom they speak for.
#[derive(Clone, Debug, Default)]
pub struct TrustedProxies(Vec<IpNet>);

impl From<Vec<IpNet>> for TrustedProxies {
    fn from(networks: Vec<IpNet>) -> Self {
        Self(networks)
    }
}

impl TrustedProxies {
    /// Returns the address of whoever sent a request: that of its connection, or, when a trusted proxy
    /// opened it, the last address in `X-Forwarded-For` that is no trusted proxy's. None without a
    /// connection.
    ///
    /// An IPv4 address within IPv6 is given as IPv4.
    pub(crate) fn client(&self, extensions: &Extensions, headers: &HeaderMap) -> Option<IpAddr> {
        let ConnectInfo(peer) = extensions.get::<ConnectInfo<SocketAddr>>()?;
        let mut nearest = peer.ip().to_canonical();
        let lines = headers.get_all(FORWARDED_FOR).iter().rev();
        let mut hops = lines.flat_map(|line| line.as_bytes().rsplit(|byte| *byte == b','));
        while self.contains(nearest) {
            match hops.next().map(address) {
                Some(Some(hop)) => nearest = hop,
                // What is left of something that no proxy of ours writes is not theirs either.
                Some(None) | None => break,
            }
        }
        Some(nearest)
    }

    /// Returns whether an address is that of a trusted proxy.
    pub(crate) fn contains(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }
}

/// Returns one hop, with or without a port.
fn address(hop: &[u8]) -> Option<IpAddr> {
    let text = std::str::from_utf8(hop).ok()?.trim();
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']'));
    let address = match bare.unwrap_or(text).parse::<IpAddr>() {
        Ok(address) => address,
        Err(_) => text.parse::<SocketAddr>().ok()?.ip(),
    };
    Some(address.to_canonical())
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;
    use proptest::prelude::*;

    use super::*;

    fn client(peer: &str, lines: &[&[u8]]) -> Option<String> {
        let trusted =
            TrustedProxies::from(vec!["10.0.0.0/8".parse().unwrap(), "fd00::/8".parse().unwrap()]);
        let mut extensions = Extensions::new();
        let peer: IpAddr = peer.parse().unwrap();
        extensions.insert(ConnectInfo(SocketAddr::new(peer, 4711)));
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(FORWARDED_FOR, HeaderValue::from_bytes(line).unwrap());
        }
        let found = trusted.client(&extensions, &headers);
        found.map(|address| address.to_string())
    }

    fn is(peer: &str, lines: &[&str], expected: &str) {
        let bytes: Vec<_> = lines.iter().map(|line| line.as_bytes()).collect();
        assert_eq!(client(peer, &bytes).as_deref(), Some(expected), "{lines:?}");
    }

    #[test]
    fn a_client_that_connects_directly_is_its_connection_whatever_it_says() {
        is("203.0.113.7", &[], "203.0.113.7");
        is("203.0.113.7", &["198.51.100.1"], "203.0.113.7");
        is("2001:db8::7", &["198.51.100.1"], "2001:db8::7");
    }

    #[test]
    fn a_trusted_proxy_is_believed_about_the_last_hop_that_is_none_of_ours() {
        is("10.0.0.1", &["198.51.100.1"], "198.51.100.1");
        is("10.0.0.1", &["192.0.2.66, 198.51.100.1"], "198.51.100.1");
        is("10.0.0.1", &["198.51.100.1, 10.0.0.2"], "198.51.100.1");
        is("10.0.0.1", &["192.0.2.66", "198.51.100.1", "10.0.0.2"], "198.51.100.1");
        is("fd00::1", &["2001:db8::7"], "2001:db8::7");
    }

    #[test]
    fn when_all_hops_are_ours_the_farthest_is_meant() {
        is("10.0.0.1", &[], "10.0.0.1");
        is("10.0.0.1", &["10.0.0.3, 10.0.0.2"], "10.0.0.3");
    }

    #[test]
    fn nothing_is_believed_beyond_what_is_malformed() {
        is("10.0.0.1", &["198.51.100.1, nonsense"], "10.0.0.1");
        is("10.0.0.1", &["198.51.100.1, , 10.0.0.2"], "10.0.0.2");
        is("10.0.0.1", &[""], "10.0.0.1");
        is("10.0.0.1", &["unknown"], "10.0.0.1");
        let found = client("10.0.0.1", &[b"198.51.100.1, \xff"]);
        assert_eq!(found.as_deref(), Some("10.0.0.1"));
    }

    #[test]
    fn a_port_and_brackets_are_put_up_with() {
        is("10.0.0.1", &["198.51.100.1:4711"], "198.51.100.1");
        is("10.0.0.1", &["[2001:db8::7]:4711"], "2001:db8::7");
        is("10.0.0.1", &["[2001:db8::7]"], "2001:db8::7");
    }

    #[test]
    fn ipv4_within_ipv6_is_ipv4() {
        is("::ffff:203.0.113.7", &[], "203.0.113.7");
        is("::ffff:10.0.0.1", &["::ffff:198.51.100.1"], "198.51.100.1");
    }

    #[test]
    fn without_a_connection_there_is_no_address() {
        let none = TrustedProxies::default().client(&Extensions::new(), &HeaderMap::new());
        assert_eq!(none, None);
    }

    proptest! {
        #[test]
        fn no_header_can_break_it(line in prop::collection::vec(32_u8.., 0..60)) {
            let line: Vec<_> = line.into_iter().filter(|byte| *byte != 127).collect();
            prop_assert!(client("10.0.0.1", &[&line]).is_some());
            prop_assert_eq!(client("203.0.113.7", &[&line]).unwrap(), "203.0.113.7");
        }
    }
}
