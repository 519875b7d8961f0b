//! Whose turn it is: how many operations run at once, of all clients and of each.
//!
//! A client waits behind its own operations first, and only as many of them as may run of it stand
//! in the line of all. So whoever sends a thousand at once delays itself, and another's next
//! operation finds at most that few before it. A dear operation takes as much of its client's share as
//! several cheap ones: what one client keeps busy is bounded, not only how many operations it has.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::{Client, Refused};

/// The part of all places that one client may take: a quarter.
const SHARE: usize = 4;
/// An operation takes one part of its client's share, and one more for each so many points.
const POINTS_OF_A_PART: u64 = 10_000;
/// How many operations of one client may wait for their turn.
const WAITING: usize = 64;

/// The places of operations that run.
pub(crate) struct Places {
    all: Arc<Semaphore>,
    of_each: usize,
    clients: Mutex<HashMap<Client, Own>>,
}

/// What one client has running and waiting.
struct Own {
    places: Arc<Semaphore>,
    present: usize,
}

/// A place, until it is dropped.
pub(crate) struct Place<'p> {
    _of_all: OwnedSemaphorePermit,
    _of_client: OwnedSemaphorePermit,
    _present: Present<'p>,
}

/// Stands for one operation of a client, running or waiting.
struct Present<'p> {
    places: &'p Places,
    client: Client,
}

impl Places {
    /// So many places; one client may take a quarter of them, and at least one.
    pub(crate) fn new(places: usize) -> Self {
        Self {
            all: Arc::new(Semaphore::new(places)),
            of_each: (places / SHARE).max(1),
            clients: Mutex::default(),
        }
    }

    /// Waits for the client's turn with an operation of a cost.
    ///
    /// # Errors
    /// `TOO_MANY_REQUESTS` at once, when so many of the client's operations wait already.
    pub(crate) async fn enter(
        &self,
        client: Client,
        cost: u64,
    ) -> Result<Option<Place<'_>>, Refused> {
        let parts = usize::try_from(1 + cost / POINTS_OF_A_PART).unwrap_or(self.of_each);
        let parts = u32::try_from(parts.min(self.of_each)).unwrap_or(1);
        let (own, present) = self.arrive(client)?;
        // Nobody closes these: an end of theirs would be the server's.
        let Ok(of_client) = own.acquire_many_owned(parts).await else {
            return Ok(None);
        };
        let Ok(of_all) = Arc::clone(&self.all).acquire_owned().await else {
            return Ok(None);
        };
        Ok(Some(Place { _of_all: of_all, _of_client: of_client, _present: present }))
    }

    fn arrive(&self, client: Client) -> Result<(Arc<Semaphore>, Present<'_>), Refused> {
        let mut clients = self.locked();
        let own = clients
            .entry(client)
            .or_insert_with(|| Own { places: Arc::new(Semaphore::new(self.of_each)), present: 0 });
        if own.present >= self.of_each + WAITING {
            return Err(Refused::crowd(WAITING));
        }
        own.present += 1;
        let present = Present { places: self, client };
        Ok((Arc::clone(&own.places), present))
    }

    fn locked(&self) -> MutexGuard<'_, HashMap<Client, Own>> {
        self.clients.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Present<'_> {
    fn drop(&mut self) {
        let mut clients = self.places.locked();
        if let Some(own) = clients.get_mut(&self.client) {
            own.present -= 1;
            if own.present == 0 {
                clients.remove(&self.client);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;
    use futures::future::join_all;

    use super::*;

    fn client(last: u8) -> Client {
        Client::Address(Some([203, 0, 113, last].into()))
    }

    fn enter(places: &Places, last: u8) -> Option<Place<'_>> {
        enter_with(places, last, 1)
    }

    fn enter_with(places: &Places, last: u8, cost: u64) -> Option<Place<'_>> {
        places.enter(client(last), cost).now_or_never()?.unwrap()
    }

    #[test]
    fn one_client_takes_a_quarter_of_the_places_and_another_finds_room() {
        let places = Places::new(8);
        let first = [enter(&places, 1), enter(&places, 1)];
        assert!(first.iter().all(Option::is_some));
        assert!(enter(&places, 1).is_none(), "the client's share is taken");
        assert!(enter(&places, 2).is_some());
    }

    #[test]
    fn a_dear_operation_takes_the_share_of_several_cheap_ones() {
        let places = Places::new(16);
        let dear = enter_with(&places, 1, 20_000);
        assert!(dear.is_some());
        let cheap = enter(&places, 1);
        assert!(cheap.is_some(), "one of four parts is left");
        assert!(enter(&places, 1).is_none());
        drop((dear, cheap));
        let dearest = enter_with(&places, 1, u64::MAX);
        assert!(dearest.is_some(), "it takes all that there is, and no more");
        assert!(enter(&places, 1).is_none());
        assert!(enter(&places, 2).is_some());
    }

    #[test]
    fn a_place_that_is_left_goes_to_whoever_waits() {
        let places = Places::new(4);
        let first = enter(&places, 1).unwrap();
        let mut second = Box::pin(places.enter(client(1), 1));
        assert!(second.as_mut().now_or_never().is_none());
        drop(first);
        assert!(second.now_or_never().unwrap().is_ok());
    }

    #[test]
    fn all_clients_together_take_no_more_than_all_places() {
        let places = Places::new(4);
        let taken: Vec<_> = (0..4).map(|last| enter(&places, last)).collect();
        assert!(taken.iter().all(Option::is_some));
        assert!(enter(&places, 4).is_none());
    }

    #[test]
    fn a_line_that_is_too_long_is_refused_and_others_are_not() {
        let places = Places::new(4);
        let mut waiting = Box::pin(join_all((0..65).map(|_| places.enter(client(1), 1))));
        assert!(waiting.as_mut().now_or_never().is_none());
        assert!(places.enter(client(1), 1).now_or_never().unwrap().is_err());
        assert!(enter(&places, 2).is_some());
    }

    #[test]
    fn a_client_that_has_nothing_open_is_forgotten() {
        let places = Places::new(4);
        let place = enter(&places, 1);
        let waiting = places.enter(client(1), 1);
        let mut waiting = Box::pin(waiting);
        assert!(waiting.as_mut().now_or_never().is_none());
        drop(waiting);
        drop(place);
        assert!(places.locked().is_empty());
    }
}
