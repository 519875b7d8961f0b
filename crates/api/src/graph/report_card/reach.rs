//! How many of all local authorities have been reached.

use std::sync::Arc;

use async_graphql::Object;
use macros::paged;
use service::entity::local_authority;
use service::page::{Page, PageRequest};
use service::{Result, report_card};

use crate::graph::connection::Total;
use crate::graph::network::{LocalAuthority, LocalAuthorityConnection};
use crate::graph::number::Int;

/// How many of a nation's local authorities have been reached.
pub(super) struct Reach(pub(super) Arc<report_card::Reach>);

/// How many of a nation's local authorities have been reached by the end of a time. Those count that
/// have children's social care and exist on its last day: in England the upper-tier and unitary ones.
#[paged]
#[Object(name = "AuthorityReach")]
impl Reach {
    /// The nation.
    async fn country(&self) -> &str {
        &self.0.country
    }

    /// The authorities that have been reached: where an engagement, or a study that has a site there,
    /// had begun by then, as far as a day is known.
    async fn local_authorities(&self, request: PageRequest) -> Result<LocalAuthorityConnection> {
        authorities(&self.0.reached, &request)
    }

    /// How many have been reached.
    async fn reached(&self) -> Int<usize> {
        Int(self.0.reached.len())
    }

    /// How many there are.
    async fn out_of(&self) -> Int<usize> {
        Int(self.0.out_of)
    }

    /// The share that has been reached, from 0 to 1.
    async fn share(&self) -> f64 {
        self.0.share()
    }
}

/// Returns a page of local authorities, of a list by GSS code.
pub(super) fn authorities(
    list: &[Arc<local_authority::Model>],
    request: &PageRequest,
) -> Result<LocalAuthorityConnection> {
    let total = Total::known(list.len());
    let list = list.iter().cloned().map(LocalAuthority).collect();
    let page = Page::of_sorted(request, list, |authority| authority.0.gss_code.clone())?;
    Ok(LocalAuthorityConnection::new(page, total))
}
