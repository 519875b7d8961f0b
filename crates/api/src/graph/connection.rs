//! Relay connections: a page, its cursors, and a total that is counted only when asked for.

use std::borrow::Cow;
use std::sync::Arc;

use async_graphql::connection::PageInfo;
use async_graphql::{Context, Description, Object, OutputType, SimpleObject, TypeName};
use futures::future::BoxFuture;
use service::Result;
use service::page::Page;

use super::loaders;
use super::number::Int;
use crate::loading::Loaders;

type Count = dyn Fn(Arc<Loaders>) -> BoxFuture<'static, Result<u64>> + Send + Sync;

/// The count of a whole list, taken if the query asks for it.
pub(crate) struct Total(Box<Count>);

impl Total {
    /// Counts with a service's function.
    pub(crate) fn of<F>(count: impl Fn(Arc<Loaders>) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<u64>> + Send + 'static,
    {
        Self(Box::new(move |loaders| Box::pin(count(loaders))))
    }

    /// Creates a number that is known already.
    pub(crate) fn known(total: usize) -> Self {
        Self::of(move |_| std::future::ready(Ok(total as u64)))
    }

    pub(crate) async fn count(&self, loaders: &Arc<Loaders>) -> Result<u64> {
        (self.0)(Arc::clone(loaders)).await
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

/// A thing that is listed in pages, with the names that the schema has for them.
pub(crate) trait Listed: OutputType + Clone + 'static {
    const CONNECTION: &'static str;
    const EDGE: &'static str;
    /// The description of a page.
    const PAGE: &'static str;
}

/// A page of a list that can be counted.
pub(crate) struct Connection<T> {
    page: Page<T>,
    total: Total,
}

impl<T> Connection<T> {
    pub(crate) fn new(page: Page<T>, total: Total) -> Self {
        Self { page, total }
    }
}

impl<T: Listed> TypeName for Connection<T> {
    fn type_name() -> Cow<'static, str> {
        T::CONNECTION.into()
    }
}

impl<T: Listed> Description for Connection<T> {
    fn description() -> &'static str {
        T::PAGE
    }
}

#[Object(name_type, use_type_description)]
impl<T: Listed> Connection<T> {
    /// The things of this page, each with its cursor.
    async fn edges(&self) -> Vec<Edge<T>> {
        edges(&self.page)
    }

    /// The things of this page.
    async fn nodes(&self) -> Vec<T> {
        nodes(&self.page)
    }

    /// Whether there is more, and the cursors at both ends.
    async fn page_info(&self) -> PageInfo {
        page_info(&self.page)
    }

    /// How many there are in the whole list. It is counted only when it is asked for, and costs
    /// a query of its own.
    async fn total_count(&self, ctx: &Context<'_>) -> Result<Option<Int<u64>>> {
        let total = self.total.count(loaders(ctx)).await?;
        Ok(Some(Int(total)))
    }
}

/// A page of a list that has no total.
pub(crate) struct UncountedConnection<T>(Page<T>);

impl<T> From<Page<T>> for UncountedConnection<T> {
    fn from(page: Page<T>) -> Self {
        Self(page)
    }
}

impl<T: Listed> TypeName for UncountedConnection<T> {
    fn type_name() -> Cow<'static, str> {
        T::CONNECTION.into()
    }
}

impl<T: Listed> Description for UncountedConnection<T> {
    fn description() -> &'static str {
        T::PAGE
    }
}

#[Object(name_type, use_type_description)]
impl<T: Listed> UncountedConnection<T> {
    /// The things of this page, each with its cursor.
    async fn edges(&self) -> Vec<Edge<T>> {
        edges(&self.0)
    }

    /// The things of this page.
    async fn nodes(&self) -> Vec<T> {
        nodes(&self.0)
    }

    /// Whether there is more, and the cursors at both ends.
    async fn page_info(&self) -> PageInfo {
        page_info(&self.0)
    }
}

/// One thing of a connection's page.
#[derive(SimpleObject)]
#[graphql(name_type)]
pub(crate) struct Edge<T: Listed> {
    /// Where the thing stands in the list: give it as `after` or `before`.
    pub(crate) cursor: String,
    /// The thing.
    pub(crate) node: T,
}

impl<T: Listed> TypeName for Edge<T> {
    fn type_name() -> Cow<'static, str> {
        T::EDGE.into()
    }
}

fn edges<T: Listed>(page: &Page<T>) -> Vec<Edge<T>> {
    let edge = |(cursor, node): &(String, T)| Edge { cursor: cursor.clone(), node: node.clone() };
    page.items.iter().map(edge).collect()
}

fn nodes<T: Clone>(page: &Page<T>) -> Vec<T> {
    page.items.iter().map(|(_, node)| node.clone()).collect()
}

fn page_info<T>(page: &Page<T>) -> PageInfo {
    PageInfo {
        has_previous_page: page.has_previous,
        has_next_page: page.has_next,
        start_cursor: page.items.first().map(|(cursor, _)| cursor.clone()),
        end_cursor: page.items.last().map(|(cursor, _)| cursor.clone()),
    }
}
