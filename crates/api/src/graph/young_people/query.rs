//! Where young people are asked for.

use std::sync::Arc;

use async_graphql::{Context, ID, Object};
use macros::paged;
use service::page::PageRequest;
use service::young_people::{agreement, people, release, returns, statistics};
use service::{Error, Result};

use super::agreement::{DataSharingAgreement, DataSharingAgreementConnection, agreement_id};
use super::person::{YoungPerson, YoungPersonConnection, YoungPersonFilter};
use super::release::{ReleaseInput, ReleaseTable};
use super::returns::{Return, ReturnConnection, return_id};
use super::statistics::{StatisticsInput, StatisticsTable};
use crate::graph::connection::Total;
use crate::graph::loaders;

/// Young people in touch with social work.
#[derive(Default)]
pub(in crate::graph) struct YoungPeopleQuery;

#[Object]
impl YoungPeopleQuery {
    /// Young people in touch with social work: safe counts for everybody with `young-people:statistics`, rows under
    /// an agreement, and the returns that tell of them.
    async fn young_people(&self) -> YoungPeople {
        YoungPeople
    }
}

/// Young people in touch with social work.
struct YoungPeople;

/// Young people in touch with social work, as the statutory returns of local authorities tell of them. No name,
/// number, full date of birth or address of a child is in the space.
#[paged]
#[Object]
impl YoungPeople {
    /// Counts that are safe to show; see the rule that each answer carries. It needs `young-people:statistics`. A
    /// table has at most four dimensions, those that `where` fixes among them, and a reference day: 31 March of a
    /// year. What would not be safe is refused: `extensions.reason` is `NOT_COUNTABLE`, and the message says why.
    async fn statistics(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is counted, and by what.")] input: StatisticsInput,
    ) -> Result<StatisticsTable> {
        let loaders = loaders(ctx);
        let question = input.into();
        let table = statistics::table(&loaders.context, &question).await?;
        Ok(StatisticsTable::new(loaders, table))
    }

    /// A table to be published: true counts, with small ones hidden and as many others as it takes that nobody can work
    /// them out, from this and all tables that were given before of the same year. It is kept, and answered alike when
    /// it is asked for again; if it can't be protected it is refused with `NOT_COUNTABLE`. For controllers: it takes a
    /// steward, with `young-people:contribute`, and shows their authorities.
    async fn release(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The table.")] input: ReleaseInput,
    ) -> Result<ReleaseTable> {
        let loaders = loaders(ctx);
        let release = release::release(&loaders.context, &input.into()).await?;
        Ok(release.into())
    }

    /// One young person, by the pseudonym that an agreement gave them; null when it gave it to nobody. It needs
    /// `young-people:read`, an agreement in force whose recipient you are, and is written to the audit first.
    async fn person(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What they are called under the agreement.")] pseudonym: String,
        #[graphql(desc = "The global id of the agreement.")] agreement: ID,
    ) -> Result<Option<YoungPerson>> {
        let loaders = loaders(ctx);
        let id = agreement_id(&agreement)?;
        let found = people::person(&loaders.context, id, &pseudonym).await?;
        Ok(found.map(|person| YoungPerson(Arc::new(person))))
    }

    /// The young people of an agreement, by their pseudonyms. It needs `young-people:read`, an agreement in force
    /// whose recipient you are, and is written to the audit first.
    async fn people(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The global id of the agreement.")] agreement: ID,
        #[graphql(desc = "Which of them.")] filter: Option<YoungPersonFilter>,
        request: PageRequest,
    ) -> Result<YoungPersonConnection> {
        let loaders = loaders(ctx);
        let id = agreement_id(&agreement)?;
        let filter = filter.unwrap_or_default().read(loaders)?;
        let page = people::list(&loaders.context, id, &filter, &request).await?;
        Ok(page.map(|person| YoungPerson(Arc::new(person))).into())
    }

    /// The data-sharing agreements whose party you are: as the recipient's centre, or as an authority's steward.
    async fn agreements(
        &self,
        ctx: &Context<'_>,
        request: PageRequest,
    ) -> Result<DataSharingAgreementConnection> {
        let loaders = loaders(ctx);
        let page = agreement::list(&loaders.context, &request).await?;
        Ok(page.map(|one| DataSharingAgreement(Arc::new(one))).into())
    }

    /// One data-sharing agreement; null when there is none whose party you are.
    async fn agreement(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its global id.")] id: ID,
    ) -> Result<Option<DataSharingAgreement>> {
        let loaders = loaders(ctx);
        let found = agreement::get(&loaders.context, agreement_id(&id)?).await?;
        Ok(found.map(|one| DataSharingAgreement(Arc::new(one))))
    }

    /// The returns that were loaded, the latest first, those that were replaced or erased among them. It needs
    /// `young-people:contribute`.
    async fn returns(&self, ctx: &Context<'_>, request: PageRequest) -> Result<ReturnConnection> {
        let loaders = loaders(ctx);
        let page = returns::list(&loaders.context, &request).await?;
        let total = Total::of(|loaders| async move { returns::count(&loaders.context).await });
        Ok(ReturnConnection::new(page.map(Return), total))
    }

    /// One return. It needs `young-people:contribute`.
    #[graphql(name = "return")]
    async fn one_return(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its global id.")] id: ID,
    ) -> Result<Option<Return>> {
        let loaders = loaders(ctx);
        match returns::by_id(&loaders.context, return_id(&id)?).await {
            Ok(row) => Ok(Some(Return(row))),
            Err(Error { code: service::Code::NotFound, .. }) => Ok(None),
            Err(refusal) => Err(refusal),
        }
    }
}
