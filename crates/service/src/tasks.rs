//! What a server does besides answering: one list of named tasks, which start and stop together, and one of those who
//! follow the change log.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinHandle;

use crate::access::keyring::KeyringFollower;
use crate::access::presence::PresenceFollower;
use crate::embargo;
use crate::feed::FeedFollower;
use crate::network::directory::DirectoryFollower;
use crate::space::Space;
use crate::tail::{self, Follower, Place};
use crate::young_people::editions;

/// How often uses of tokens and refusals are written.
const JOURNAL: Duration = Duration::from_secs(2);
/// How long is waited before a task that has failed begins again.
const AGAIN: Duration = Duration::from_secs(1);

/// Whoever follows the change log, in the order in which they hear of it: whoever wakes others comes last.
fn followers(space: &Space) -> Vec<Box<dyn Follower>> {
    let store = || Arc::clone(space.store());
    vec![
        Box::new(DirectoryFollower(store())),
        Box::new(KeyringFollower { keyring: Arc::clone(space.keyring()), store: store() }),
        Box::new(PresenceFollower { presences: Arc::clone(space.presences()), store: store() }),
        Box::new(FeedFollower(Arc::clone(space.feed()))),
    ]
}

/// Tasks that run until they are stopped, or dropped.
#[derive(Debug, Default)]
pub struct Tasks(Vec<JoinHandle<()>>);

impl Tasks {
    /// Starts those of the space itself: the change log is followed, presences end, embargoes pass, editions are
    /// published, and the journal is written.
    #[must_use]
    pub fn start(space: &Arc<Space>) -> Self {
        Self::start_with(space, Vec::new())
    }

    /// The same, with more followers of the change log.
    #[must_use]
    pub fn start_with(space: &Arc<Space>, more: Vec<Box<dyn Follower>>) -> Self {
        let mut tasks = Self::default();
        let all = followers(space).into_iter().chain(more);
        let (stored, at_the_end): (Vec<_>, Vec<_>) =
            all.partition(|follower| follower.place() == Place::Stored);
        let at_the_end = Arc::new(at_the_end);
        tasks.add("change log", space, move |space| {
            let followers = Arc::clone(&at_the_end);
            async move { space.tail().follow(space.store(), &followers).await }
        });
        for follower in stored {
            let follower: Arc<dyn Follower> = follower.into();
            tasks.add(follower.name(), space, move |space| {
                let follower = Arc::clone(&follower);
                async move { tail::tell(space.store(), &*follower, space.tail().head()).await }
            });
        }
        tasks.add("presences", space, |space| async move {
            space.presences().watch(space.store().source(), space.tail()).await;
        });
        tasks.add("embargoes", space, |space| async move { embargo::watch(space.store()).await });
        tasks.add("editions", space, |space| async move { editions::watch(space.store()).await });
        tasks.add("journal", space, |space| async move {
            loop {
                tokio::time::sleep(JOURNAL).await;
                space.flush_journal().await;
            }
        });
        tasks
    }

    /// Adds a task. One that fails by a fault of the program is logged by its name and begins again; one that comes to
    /// its end is done.
    pub fn add<F>(
        &mut self,
        name: &'static str,
        space: &Arc<Space>,
        task: impl Fn(Arc<Space>) -> F + Send + Sync + 'static,
    ) where
        F: Future<Output = ()> + Send + 'static,
    {
        let space = Arc::clone(space);
        self.0.push(tokio::spawn(async move {
            loop {
                let running = Running(tokio::spawn(task(Arc::clone(&space))));
                if running.ended().await {
                    return;
                }
                tracing::error!(task = name, "a task of the server has failed, and begins again");
                tokio::time::sleep(AGAIN).await;
            }
        }));
    }

    /// Stops them all, and waits until they have.
    pub async fn stop(mut self) {
        let tasks = std::mem::take(&mut self.0);
        tasks.iter().for_each(JoinHandle::abort);
        futures::future::join_all(tasks).await;
    }
}

impl Drop for Tasks {
    fn drop(&mut self) {
        self.0.iter().for_each(JoinHandle::abort);
    }
}

/// A task that is stopped with whoever waits for it.
struct Running(JoinHandle<()>);

impl Running {
    /// Waits for its end, and says whether it came to that by itself.
    async fn ended(mut self) -> bool {
        (&mut self.0).await.is_ok()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.abort();
    }
}
