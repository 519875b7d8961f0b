//! How many connections are open, of all clients and of each.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::Bounds;
use crate::admission::network;

/// The connections that are open.
#[derive(Clone)]
pub(super) struct Connections {
    bounds: Arc<Bounds>,
    open: Arc<Mutex<Open>>,
}

#[derive(Default)]
struct Open {
    all: usize,
    of_each: HashMap<IpAddr, usize>,
}

/// One open connection, until it is dropped.
pub(super) struct Connection {
    connections: Connections,
    network: Option<IpAddr>,
}

impl Connections {
    pub(super) fn new(bounds: Bounds) -> Self {
        Self { bounds: Arc::new(bounds), open: Arc::default() }
    }

    /// Counts one more connection; none if there are too many. Those of trusted proxies are many
    /// people's, and count among all connections alone.
    pub(super) fn open(&self, peer: IpAddr) -> Option<Connection> {
        let peer = peer.to_canonical();
        let network = (!self.bounds.trusted_proxies.contains(peer)).then(|| network(peer));
        let mut open = self.locked();
        let of_network = network.and_then(|network| open.of_each.get(&network));
        let of_network = of_network.copied().unwrap_or_default();
        if open.all >= self.bounds.connections || of_network >= self.bounds.connections_of_each {
            return None;
        }
        open.all += 1;
        if let Some(network) = network {
            open.of_each.insert(network, of_network + 1);
        }
        Some(Connection { connections: self.clone(), network })
    }

    fn locked(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        let mut open = self.connections.locked();
        open.all -= 1;
        if let Some(network) = self.network
            && let Some(of_network) = open.of_each.get_mut(&network)
        {
            *of_network -= 1;
            if *of_network == 0 {
                open.of_each.remove(&network);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn connections() -> Connections {
        Connections::new(Bounds {
            connections: 4,
            connections_of_each: 2,
            trusted_proxies: vec!["10.0.0.0/8".parse().unwrap()].into(),
            ..Bounds::default()
        })
    }

    fn open(connections: &Connections, peer: &str) -> Option<Connection> {
        connections.open(peer.parse().unwrap())
    }

    #[test]
    fn each_address_and_all_together_are_bounded() {
        let connections = connections();
        let mut kept: Vec<_> = (0..2).map(|_| open(&connections, "203.0.113.7")).collect();
        assert!(kept.iter().all(Option::is_some));
        assert!(open(&connections, "203.0.113.7").is_none());
        assert!(open(&connections, "::ffff:203.0.113.7").is_none());
        kept.extend((0..2).map(|_| open(&connections, "203.0.113.8")));
        assert!(kept.iter().all(Option::is_some));
        assert!(open(&connections, "203.0.113.9").is_none());
    }

    #[test]
    fn a_connection_that_is_closed_makes_room_and_is_forgotten() {
        let connections = connections();
        for _ in 0..10 {
            assert!(open(&connections, "203.0.113.7").is_some());
        }
        let locked = connections.locked();
        assert!(locked.all == 0 && locked.of_each.is_empty());
    }

    #[test]
    fn a_trusted_proxy_may_open_as_many_as_there_are() {
        let connections = connections();
        let kept: Vec<_> = (0..4).map(|_| open(&connections, "10.0.0.1")).collect();
        assert!(kept.iter().all(Option::is_some));
        assert!(open(&connections, "10.0.0.1").is_none());
    }
}
