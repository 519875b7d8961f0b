//! Relay connections: a page, its cursors, and a total that is counted only when asked for.

use std::sync::Arc;

use async_graphql::connection::PageInfo;
use futures::future::BoxFuture;
use service::Result;
use service::page::Page;

use crate::loading::Asker;

type Count = dyn Fn(Arc<Asker>) -> BoxFuture<'static, Result<u64>> + Send + Sync;

/// How the whole list is counted, should the query ask.
pub(crate) struct Total(Box<Count>);

impl Total {
    /// Counts with a service's function.
    pub(crate) fn of<F>(count: impl Fn(Arc<Asker>) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<u64>> + Send + 'static,
    {
        Self(Box::new(move |asker| Box::pin(count(asker))))
    }

    /// A number that is known already.
    pub(crate) fn known(total: usize) -> Self {
        Self::of(move |_| std::future::ready(Ok(total as u64)))
    }

    pub(crate) async fn count(&self, asker: &Arc<Asker>) -> Result<u64> {
        (self.0)(Arc::clone(asker)).await
    }
}

/// Whether there is more than a page, and the cursors at both of its ends.
pub(crate) fn page_info<T>(page: &Page<T>) -> PageInfo {
    PageInfo {
        has_previous_page: page.has_previous,
        has_next_page: page.has_next,
        start_cursor: page.items.first().map(|(cursor, _)| cursor.clone()),
        end_cursor: page.items.last().map(|(cursor, _)| cursor.clone()),
    }
}

/// Copies a page that a loader shares, wrapping its rows.
pub(crate) fn wrapped<R: Clone, T>(page: &Page<R>, wrap: impl Fn(Arc<R>) -> T) -> Page<T> {
    Page {
        items: page
            .items
            .iter()
            .map(|(cursor, row)| (cursor.clone(), wrap(Arc::new(row.clone()))))
            .collect(),
        has_previous: page.has_previous,
        has_next: page.has_next,
    }
}

/// Declares a connection and its edge.
macro_rules! connection {
    ($(#[$doc:meta])* $connection:ident, $edge:ident, $node:ty) => {
        $(#[$doc])*
        pub(crate) struct $connection {
            page: service::page::Page<$node>,
            total: $crate::graph::connection::Total,
        }

        impl $connection {
            pub(crate) fn new(page: service::page::Page<$node>, total: $crate::graph::connection::Total) -> Self {
                Self { page, total }
            }
        }

        $(#[$doc])*
        #[async_graphql::Object]
        impl $connection {
            /// The things of this page, each with its cursor.
            async fn edges(&self) -> Vec<$edge> {
                let edge = |(cursor, node): &(String, $node)| $edge { cursor: cursor.clone(), node: node.clone() };
                self.page.items.iter().map(edge).collect()
            }

            /// The things of this page.
            async fn nodes(&self) -> Vec<$node> {
                self.page.items.iter().map(|(_, node)| node.clone()).collect()
            }

            /// Whether there is more, and the cursors at both ends.
            async fn page_info(&self) -> async_graphql::connection::PageInfo {
                $crate::graph::connection::page_info(&self.page)
            }

            /// How many there are in the whole list. It is counted only when it is asked for, and costs
            /// a query of its own.
            async fn total_count(
                &self,
                ctx: &async_graphql::Context<'_>,
            ) -> service::Result<Option<$crate::graph::number::Int<u64>>> {
                let total = self.total.count($crate::graph::asker(ctx)).await?;
                Ok(Some($crate::graph::number::Int(total)))
            }
        }

        /// One thing of a connection's page.
        #[derive(async_graphql::SimpleObject)]
        pub(crate) struct $edge {
            /// Where the thing stands in the list: give it as `after` or `before`.
            cursor: String,
            /// The thing.
            node: $node,
        }
    };
}

/// Declares a connection that has no total, and its edge.
macro_rules! connection_without_total {
    ($(#[$doc:meta])* $connection:ident, $edge:ident, $node:ty) => {
        $(#[$doc])*
        #[derive(async_graphql::SimpleObject)]
        pub(crate) struct $connection {
            /// The things of this page, each with its cursor.
            edges: Vec<$edge>,
            /// The things of this page.
            nodes: Vec<$node>,
            /// Whether there is more, and the cursors at both ends.
            page_info: async_graphql::connection::PageInfo,
        }

        impl From<service::page::Page<$node>> for $connection {
            fn from(page: service::page::Page<$node>) -> Self {
                Self {
                    page_info: $crate::graph::connection::page_info(&page),
                    nodes: page.items.iter().map(|(_, node)| node.clone()).collect(),
                    edges: page.items.into_iter().map(|(cursor, node)| $edge { cursor, node }).collect(),
                }
            }
        }

        /// One thing of a connection's page.
        #[derive(async_graphql::SimpleObject)]
        pub(crate) struct $edge {
            /// Where the thing stands in the list: give it as `after` or `before`.
            pub(crate) cursor: String,
            /// The thing.
            pub(crate) node: $node,
        }
    };
}

pub(crate) use connection;
pub(crate) use connection_without_total;
