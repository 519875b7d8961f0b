//! What wakes the tail: a write of this process, a notification of PostgreSQL, or time.

use sea_orm::DbBackend;
use sea_orm::sqlx::postgres::PgListener;
use tokio::sync::watch;

use super::POLL;
use crate::store::{Store, WAKE_CHANNEL};

/// What wakes the tail.
pub(super) struct WakeUp<'s> {
    store: &'s Store,
    /// The last number that this process wrote.
    written: watch::Receiver<i64>,
    /// The wake-up channel of PostgreSQL, unless it is lost.
    listener: Option<PgListener>,
}

impl<'s> WakeUp<'s> {
    pub(super) fn new(store: &'s Store) -> Self {
        Self { store, written: store.written(), listener: None }
    }

    /// Waits until the log may have grown beyond a number, or for [`POLL`].
    pub(super) async fn wait(&mut self, seen: i64) {
        let woken = async {
            tokio::select! {
                _ = self.written.wait_for(|written| *written > seen) => {}
                () = hear(&mut self.listener, self.store, seen) => {}
            }
        };
        let _ = tokio::time::timeout(POLL, woken).await;
    }
}

/// Waits for the word that the log has grown beyond a number. If the channel is lost it is opened again,
/// and then the log is to be looked at: nobody has heard what was said meanwhile.
async fn hear(listener: &mut Option<PgListener>, store: &Store, seen: i64) {
    if let Some(open) = listener {
        loop {
            match open.try_recv().await {
                // The writer tells its number, so that what is known already is not looked for again.
                Ok(Some(said)) if said.payload().parse().is_ok_and(|said: i64| said <= seen) => {}
                Ok(Some(_)) => return,
                Ok(None) | Err(_) => break,
            }
        }
        tracing::warn!("lost the wake-up channel; looking every half second until it is back");
        *listener = None;
    }
    match listen(store).await {
        Some(opened) => *listener = Some(opened),
        None => std::future::pending().await,
    }
}

async fn listen(store: &Store) -> Option<PgListener> {
    if store.backend() != DbBackend::Postgres {
        return None;
    }
    let pool = store.connection().get_postgres_connection_pool();
    let mut listener = PgListener::connect_with(pool).await.ok()?;
    listener.listen(WAKE_CHANNEL).await.ok()?;
    Some(listener)
}
