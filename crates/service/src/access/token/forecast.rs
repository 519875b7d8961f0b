//! Which tokens will end when.

use chrono::{DateTime, TimeDelta, Utc};
use entity::{CentreId, access_token};
use sea_orm::QueryOrder;

use super::{TokenFilter, list};
use crate::error::{Error, Result};
use crate::filter::AnyOf;
use crate::request::RequestContext;

/// How far ahead one may look.
const MOST_WEEKS: u32 = 53;

/// A week of the forecast, counted from now.
#[derive(Clone, Debug)]
pub struct ForecastWeek {
    pub from: DateTime<Utc>,
    pub to: DateTime<Utc>,
    /// The tokens that end in it, the first to end first.
    pub tokens: Vec<access_token::Model>,
}

/// Returns the tokens that will end in each of the coming weeks, of one centre or of all whose tokens the
/// viewer manages.
///
/// # Errors
/// `UNAUTHENTICATED`, `FORBIDDEN`; `BAD_USER_INPUT` for no week or more than a year of them.
pub async fn forecast(
    context: &RequestContext,
    centre: Option<CentreId>,
    weeks: u32,
) -> Result<Vec<ForecastWeek>> {
    if !(1..=MOST_WEEKS).contains(&weeks) {
        return Err(Error::bad_input("weeks", format!("Ask for 1 to {MOST_WEEKS} weeks.")));
    }
    let now = context.now();
    let filter = TokenFilter {
        centres: centre.map_or_else(AnyOf::default, AnyOf::only),
        expiring_within: Some(TimeDelta::weeks(i64::from(weeks))),
        ..TokenFilter::default()
    };
    let tokens = list::selected(context, &filter)?
        .order_by_asc(access_token::Column::ExpiresAt)
        .order_by_asc(access_token::Column::Id)
        .all(context.store().connection())
        .await?;

    let mut tokens = tokens.into_iter().peekable();
    let week = |number: u32| {
        let from = now + TimeDelta::weeks(i64::from(number));
        let to = from + TimeDelta::weeks(1);
        let mut ending = Vec::new();
        while let Some(token) = tokens.next_if(|token| token.expires_at <= to) {
            ending.push(token);
        }
        ForecastWeek { from, to, tokens: ending }
    };
    Ok((0..weeks).map(week).collect())
}
