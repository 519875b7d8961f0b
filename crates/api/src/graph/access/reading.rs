//! What can be asked about access.

use std::sync::Arc;

use async_graphql::{Context, ID, InputObject, Object};
use chrono::TimeDelta;
use macros::paged;
use service::access::audit;
use service::access::token::{self, TokenFilter};
use service::entity::AccessTokenState;
use service::filter::AnyOf;
use service::page::PageRequest;
use service::{Error, Result};

use super::super::connection::Total;
use super::super::date::Moment;
use super::super::enum_value::{EnumValue, any_of};
use super::super::loaders;
use super::audit::{AuditEvent, AuditEventConnection, AuditEventFilter};
use super::token::{AccessToken, AccessTokenConnection, ForecastWeek};
use super::viewer::Viewer;
use crate::loading::Loaders;

/// How many weeks ahead the forecast looks when nobody says.
const FORECAST_WEEKS: i32 = 12;

/// Which tokens: any of the values within a field, and all of the fields. A list that is left out, or null, restricts nothing; an empty one admits nothing.
#[derive(Default, InputObject)]
struct AccessTokenFilter {
    /// Slugs of their centres; your own when nothing is said, or all of them with `tokens:manage-all`.
    centres: Option<Vec<String>>,
    /// Those that grant one of these scopes.
    scopes: Option<Vec<String>>,
    /// Where they stand.
    states: Option<Vec<EnumValue<AccessTokenState>>>,
    /// Those that were not used since this moment, or never.
    unused_since: Option<Moment>,
    /// Those that are accepted now and won't be in this many days.
    expiring_within_days: Option<i32>,
}

impl AccessTokenFilter {
    fn read(self, loaders: &Loaders) -> Result<TokenFilter> {
        let within = |days: i32| match u16::try_from(days) {
            Ok(days) => Ok(TimeDelta::days(i64::from(days))),
            Err(_) => Err(Error::bad_input(
                "expiringWithinDays",
                "Give a number of days from 0 to 65,535.",
            )),
        };
        Ok(TokenFilter {
            centres: AnyOf::from(self.centres)
                .try_map(|slug| super::centre(loaders, "centres", &slug))?,
            scopes: AnyOf::from(self.scopes).try_map(|word| super::scope(&word))?,
            states: any_of(self.states),
            unused_since: self.unused_since.map(|since| since.0),
            expiring_within: self.expiring_within_days.map(within).transpose()?,
        })
    }
}

#[derive(Default)]
pub(crate) struct AccessQuery;

#[paged]
#[Object]
impl AccessQuery {
    /// Who you are to the space: the centre and scopes of your token.
    async fn viewer(&self) -> Viewer {
        Viewer
    }

    /// The record of the token with this global id, or null when there is none that you may see. It needs
    /// `tokens:manage` for your own centre, or `tokens:manage-all`.
    async fn access_token(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The global id of the record.")] id: ID,
    ) -> Result<Option<AccessToken>> {
        let id = super::token_id("id", &id)?;
        Ok(loaders(ctx).access_token(id).await?.map(AccessToken))
    }

    /// The records of tokens, newest first. It needs `tokens:manage` for your own centre, or
    /// `tokens:manage-all`.
    async fn access_tokens(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which tokens.")] filter: Option<AccessTokenFilter>,
        request: PageRequest,
    ) -> Result<AccessTokenConnection> {
        let loaders = loaders(ctx);
        let filter = Arc::new(filter.unwrap_or_default().read(loaders)?);
        let page = token::list(&loaders.context, &filter, &request).await?;
        let total = Total::of(move |loaders| {
            let filter = Arc::clone(&filter);
            async move { token::count(&loaders.context, &filter).await }
        });
        Ok(AccessTokenConnection::new(page.map(AccessToken::new), total))
    }

    /// Which tokens will end in each of the coming weeks. It needs `tokens:manage` for your own centre, or
    /// `tokens:manage-all`.
    async fn access_token_forecast(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "The slug of a centre; your own when nothing is said, or all of them with `tokens:manage-all`."
        )]
        centre: Option<String>,
        #[graphql(desc = "How many weeks ahead, at most 53; 12 when nothing is said.")]
        weeks: Option<i32>,
    ) -> Result<Vec<ForecastWeek>> {
        let loaders = loaders(ctx);
        let centre = centre.map(|slug| super::centre(loaders, "centre", &slug)).transpose()?;
        let weeks = u32::try_from(weeks.unwrap_or(FORECAST_WEEKS)).unwrap_or_default();
        let weeks = token::forecast(&loaders.context, centre, weeks).await?;
        Ok(weeks.into_iter().map(Into::into).collect())
    }

    /// Who did what, newest first: of your own centre with `audit:read`, of all with `audit:read-all`.
    async fn audit_events(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which events.")] filter: Option<AuditEventFilter>,
        request: PageRequest,
    ) -> Result<AuditEventConnection> {
        let loaders = loaders(ctx);
        let filter = Arc::new(filter.unwrap_or_default().read(loaders)?);
        let page = audit::list(&loaders.context, &filter, &request).await?;
        let total = Total::of(move |loaders| {
            let filter = Arc::clone(&filter);
            async move { audit::count(&loaders.context, &filter).await }
        });
        let events = page.map(|row| AuditEvent(Arc::new(row)));
        Ok(AuditEventConnection::new(events, total))
    }
}
