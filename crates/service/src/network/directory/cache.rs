//! Keeps the directory true.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use arc_swap::ArcSwap;
use tokio::sync::Mutex;

use super::Directory;
use crate::error::Result;
use crate::store::Store;
use crate::tail::{Entry, Follower};

/// The present directory, read again when the store says that something in it has changed.
#[derive(Debug)]
pub struct DirectoryCache {
    present: ArcSwap<Directory>,
    /// Which version of the network was read; none is -1.
    version: AtomicI64,
    reading: Mutex<()>,
}

impl Default for DirectoryCache {
    fn default() -> Self {
        Self { present: ArcSwap::default(), version: AtomicI64::new(-1), reading: Mutex::default() }
    }
}

/// Makes the directory stale when something that it holds has changed.
#[derive(Debug)]
pub(crate) struct DirectoryFollower(pub(crate) Arc<Store>);

#[async_trait::async_trait]
impl Follower for DirectoryFollower {
    fn name(&self) -> &'static str {
        "directory"
    }

    async fn begin(&self, head: i64) -> Result<()> {
        self.0.network_changed(head);
        Ok(())
    }

    async fn hear(&self, entries: &[Entry]) -> Result<()> {
        if let Some(last) = entries.iter().rfind(|entry| entry.kind.is_in_directory()) {
            self.0.network_changed(last.sequence);
        }
        Ok(())
    }
}

impl DirectoryCache {
    /// Creates a directory that stays as it is, beside a store that hears of no changes.
    pub(crate) fn still(directory: Arc<Directory>) -> Self {
        Self {
            present: ArcSwap::new(directory),
            version: AtomicI64::new(0),
            reading: Mutex::default(),
        }
    }

    /// Returns the directory. Many callers at once wait for one reading.
    pub async fn get(&self, store: &Store) -> Result<Arc<Directory>> {
        if self.version.load(Ordering::Acquire) != store.network_version() {
            let _one_at_a_time = self.reading.lock().await;
            let version = store.network_version();
            if self.version.load(Ordering::Acquire) != version {
                self.present.store(Arc::new(Directory::load(store).await?));
                self.version.store(version, Ordering::Release);
            }
        }
        Ok(self.present.load_full())
    }
}
