//! The networks from which a token is accepted.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;
use serde::{Serialize, Serializer};
use serde_json::Value;

use crate::error::{Error, Result};

/// How many networks one token may name.
const MOST: usize = 32;

/// The networks from which a token is accepted; everywhere when none is named.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct AllowedNetworks(Vec<IpNet>);

impl AllowedNetworks {
    /// Reads networks in CIDR notation, or single addresses.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` for what is neither, and for too many.
    pub fn try_new<T: AsRef<str>>(texts: &[T]) -> Result<Self> {
        if texts.len() > MOST {
            return Err(Error::bad_input(
                "networks",
                format!("A token names at most {MOST} networks; join those that lie together."),
            ));
        }
        let network = |text: &T| {
            parse(text.as_ref()).ok_or_else(|| {
                Error::bad_input(
                    "networks",
                    format!(
                        "'{}' is no network; write it as 192.0.2.0/24, 2001:db8::/32 or a single address.",
                        text.as_ref()
                    ),
                )
            })
        };
        texts.iter().map(network).collect::<Result<_>>().map(Self)
    }

    /// Reads them from a record.
    ///
    /// # Errors
    /// When the record is damaged: a token must not be accepted from more places than it says.
    pub fn of_record(list: Option<&Value>) -> Result<Self> {
        let Some(list) = list else {
            return Ok(Self::default());
        };
        let texts: Vec<String> = serde_json::from_value(list.clone()).map_err(Error::internal)?;
        Self::try_new(&texts)
    }

    /// Returns the list for a record; nothing for everywhere.
    #[must_use]
    pub fn to_record(&self) -> Option<Value> {
        (!self.0.is_empty()).then(|| self.0.iter().map(ToString::to_string).collect())
    }

    /// Returns whether a token may be used from this address; an unknown address is in no network.
    #[must_use]
    pub fn admit(&self, address: Option<IpAddr>) -> bool {
        let Some(address) = address else {
            return self.0.is_empty();
        };
        let address = address.to_canonical();
        self.0.is_empty() || self.0.iter().any(|network| network.contains(&address))
    }

    /// Returns whether every address that they admit is admitted by these too.
    #[must_use]
    pub fn cover(&self, others: &Self) -> bool {
        let is_covered = |network: &IpNet| self.0.iter().any(|wider| wider.contains(network));
        self.0.is_empty() || (!others.0.is_empty() && others.0.iter().all(is_covered))
    }
}

impl Serialize for AllowedNetworks {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(ToString::to_string))
    }
}

impl std::fmt::Display for AllowedNetworks {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let texts: Vec<_> = self.0.iter().map(ToString::to_string).collect();
        f.write_str(&texts.join(", "))
    }
}

fn parse(text: &str) -> Option<IpNet> {
    let text = text.trim();
    let network = match text.parse::<IpNet>() {
        Ok(network) => network,
        Err(_) => IpNet::from(text.parse::<IpAddr>().ok()?),
    };
    Some(canonical(network.trunc()))
}

/// Writes an IPv4 network that stands within IPv6 as what it is.
fn canonical(network: IpNet) -> IpNet {
    let IpNet::V6(within) = network else {
        return network;
    };
    let mapped: Option<Ipv4Addr> = Ipv6Addr::to_ipv4_mapped(&within.addr());
    match (mapped, within.prefix_len().checked_sub(96)) {
        (Some(address), Some(length)) => IpNet::new(address.into(), length).unwrap_or(network),
        _ => network,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn networks(texts: &[&str]) -> AllowedNetworks {
        AllowedNetworks::try_new(texts).unwrap()
    }

    fn admits(networks: &AllowedNetworks, address: &str) -> bool {
        networks.admit(Some(address.parse().unwrap()))
    }

    #[test]
    fn an_address_is_admitted_within_a_named_network_only() {
        let office = networks(&["192.0.2.7/24", "2001:db8::/32"]);
        assert!(admits(&office, "192.0.2.200") && admits(&office, "2001:db8:1::9"));
        assert!(admits(&office, "::ffff:192.0.2.200"));
        assert!(!admits(&office, "192.0.3.1") && !admits(&office, "2001:db9::1"));
        assert!(!office.admit(None));
        assert_eq!(office.to_string(), "192.0.2.0/24, 2001:db8::/32");
    }

    #[test]
    fn without_a_network_every_address_is_admitted() {
        let anywhere = AllowedNetworks::default();
        assert!(admits(&anywhere, "192.0.2.1") && anywhere.admit(None));
        assert_eq!(anywhere.to_record(), None);
    }

    #[test]
    fn what_is_no_network_is_refused() {
        for text in ["", "192.0.2", "192.0.2.0/33", "office", "2001:db8::/129"] {
            assert!(AllowedNetworks::try_new(&[text]).is_err(), "{text}");
        }
        assert!(AllowedNetworks::try_new(&["192.0.2.1"; 33]).is_err());
    }

    #[test]
    fn wider_networks_cover_narrower_ones_and_never_the_other_way() {
        let (wide, narrow) = (networks(&["10.0.0.0/8"]), networks(&["10.1.0.0/16", "10.2.3.4"]));
        let everywhere = AllowedNetworks::default();
        assert!(wide.cover(&narrow) && everywhere.cover(&wide) && wide.cover(&wide));
        assert!(!narrow.cover(&wide) && !wide.cover(&everywhere));
        assert!(!wide.cover(&networks(&["::ffff:11.0.0.0/112"])));
    }

    #[test]
    fn a_record_comes_back_as_it_went() {
        let networks = networks(&["192.0.2.0/24"]);
        let record = networks.to_record();
        assert_eq!(AllowedNetworks::of_record(record.as_ref()).unwrap(), networks);
    }
}
