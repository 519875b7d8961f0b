//! What the functions of the service are given: the space, who asks, and one moment for the whole request.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use tokio::sync::OnceCell;

use crate::error::Result;
use crate::network::directory::Directory;
use crate::space::Space;
use crate::store::Store;
use crate::viewer::Viewer;

/// A request: who asks the space, and when. All that is answered in one request stands at its moment, and the network
/// is as it was when the request first looked at it.
#[derive(Clone, Debug)]
pub struct RequestContext {
    space: Arc<Space>,
    viewer: Viewer,
    now: DateTime<Utc>,
    directory: OnceCell<Arc<Directory>>,
}

impl RequestContext {
    /// Begins a request now.
    #[must_use]
    pub fn new(space: &Arc<Space>, viewer: Viewer) -> Self {
        Self {
            space: Arc::clone(space),
            viewer,
            now: space.store().source().now(),
            directory: OnceCell::new(),
        }
    }

    /// Begins a request of the operator of the space.
    #[must_use]
    pub fn of_operator(space: &Arc<Space>) -> Self {
        Self::new(space, Viewer::operator())
    }

    /// Returns the space.
    #[must_use]
    pub const fn space(&self) -> &Arc<Space> {
        &self.space
    }

    /// Returns the database, and the one way to write to it.
    #[must_use]
    pub fn store(&self) -> &Arc<Store> {
        self.space.store()
    }

    /// Returns who asks.
    #[must_use]
    pub const fn viewer(&self) -> &Viewer {
        &self.viewer
    }

    /// Returns the moment at which everything is asked.
    #[must_use]
    pub const fn now(&self) -> DateTime<Utc> {
        self.now
    }

    /// Returns the network, its vocabularies and standards, as they were when the request first looked at them.
    ///
    /// # Errors
    /// `UNAVAILABLE` when they must be read and the database cannot be reached.
    pub async fn directory(&self) -> Result<Arc<Directory>> {
        self.directory.get_or_try_init(|| self.space.directory()).await.cloned()
    }
}
