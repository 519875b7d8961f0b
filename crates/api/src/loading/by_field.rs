//! The loaders of one request: those of the whole, and those of each root field that needs the space as it is at another
//! moment, as after a mutation.
//!
//! Fields below a root field belong to it, so its name in the answer says whose loaders are theirs.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use async_graphql::{Context, QueryPathNode, QueryPathSegment};

use super::Loaders;

/// The loaders of one request.
pub(crate) struct LoadersByField {
    first: Arc<Loaders>,
    next: OnceLock<Box<Other>>,
    /// How many fields have wanted to ask of the past.
    of_the_past: AtomicUsize,
}

/// The loaders below one root field. They are only ever added, and live as long as the request.
struct Other {
    root: String,
    loaders: Arc<Loaders>,
    next: OnceLock<Box<Self>>,
}

impl LoadersByField {
    pub(crate) const fn new(first: Arc<Loaders>) -> Self {
        Self { first, next: OnceLock::new(), of_the_past: AtomicUsize::new(0) }
    }

    /// Returns the loaders for a field that is being answered.
    pub(crate) fn at(&self, ctx: &Context<'_>) -> &Arc<Loaders> {
        let mut next = self.next.get();
        if next.is_none() {
            return &self.first;
        }
        let root = root(ctx);
        while let Some(other) = next {
            if other.root == root {
                return &other.loaders;
            }
            next = other.next.get();
        }
        &self.first
    }

    /// Returns whether one more field may ask of the past, of so many at most.
    pub(crate) fn admits_past(&self, most: usize) -> bool {
        self.of_the_past.fetch_add(1, Ordering::Relaxed) < most
    }

    /// Lets somebody else ask below the root field that is being answered.
    pub(crate) fn let_ask(&self, ctx: &Context<'_>, loaders: Arc<Loaders>) {
        let mut other =
            Box::new(Other { root: root(ctx).to_owned(), loaders, next: OnceLock::new() });
        let mut place = &self.next;
        loop {
            match place.set(other) {
                Ok(()) => return,
                Err(back) => other = back,
            }
            if let Some(taken) = place.get() {
                place = &taken.next;
            }
        }
    }
}

/// Returns the name, in the answer, of the root field to which a field belongs.
fn root<'c>(ctx: &'c Context<'_>) -> &'c str {
    let mut node: Option<&QueryPathNode<'_>> = ctx.path_node.as_ref();
    let mut root = "";
    while let Some(here) = node {
        if let QueryPathSegment::Name(name) = here.segment {
            root = name;
        }
        node = here.parent;
    }
    root
}
