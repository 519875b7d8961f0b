//! Those who ask within one request: one for the whole, and one for each root field that needs the space as it is at
//! another moment, as after a mutation.
//!
//! Fields below a root field belong to it, so its name in the answer says who asks for them.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use async_graphql::{Context, QueryPathNode, QueryPathSegment};

use super::Asker;

/// Those who ask within one request.
pub(crate) struct Askers {
    first: Arc<Asker>,
    next: OnceLock<Box<Other>>,
    /// How many fields have wanted to ask of the past.
    of_the_past: AtomicUsize,
}

/// Who asks below one root field. They are only ever added, and live as long as the request.
struct Other {
    root: String,
    asker: Arc<Asker>,
    next: OnceLock<Box<Self>>,
}

impl Askers {
    pub(crate) const fn new(first: Arc<Asker>) -> Self {
        Self { first, next: OnceLock::new(), of_the_past: AtomicUsize::new(0) }
    }

    /// Returns who asks where a field is being answered.
    pub(crate) fn at(&self, ctx: &Context<'_>) -> &Arc<Asker> {
        let mut next = self.next.get();
        if next.is_none() {
            return &self.first;
        }
        let root = root(ctx);
        while let Some(other) = next {
            if other.root == root {
                return &other.asker;
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
    pub(crate) fn let_ask(&self, ctx: &Context<'_>, asker: Arc<Asker>) {
        let mut other =
            Box::new(Other { root: root(ctx).to_owned(), asker, next: OnceLock::new() });
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
