//! The local authorities of a report card: where there was work in its time, and how many of all have
//! been reached by its end.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use chrono::NaiveDate;
use entity::{LocalAuthorityId, PartialDate, engagement, local_authority, study, study_site};
use sea_orm::sea_query::{Expr, ExprTrait, Func};
use sea_orm::{ColumnTrait, Condition, QueryFilter, QuerySelect, Select};

use super::ReportCard;
use super::programmes::most_stated;
use super::studies::{began, is_not_over, studies};
use crate::access::scope;
use crate::error::Result;
use crate::listing::{self, KeyPart, SortKey};
use crate::network::Directory;
use crate::network::authority::{existed, has_social_care};
use crate::page::{Page, PageRequest};
use crate::request::RequestContext;
use crate::space::Space;

/// The local authorities of a report card.
#[derive(Debug)]
pub struct Places {
    /// Where there was an engagement or a study in its time, by GSS code.
    pub worked_with: Vec<Arc<local_authority::Model>>,
    /// How many there were at least: as many as are named, or as one of the programmes says that it
    /// works in, whichever is more.
    pub at_least: u64,
    /// Of each nation, which of all have been reached by the end of its time.
    pub reached: Vec<Arc<Reach>>,
}

/// The authorities of a nation that have been reached. Those count that have children's social
/// care and exist on the last day of the time.
#[derive(Debug)]
pub struct Reach {
    pub country: String,
    /// Those that have been reached, by GSS code.
    pub reached: Vec<Arc<local_authority::Model>>,
    pub out_of: usize,
}

impl Reach {
    /// Returns the share that has been reached, from 0 to 1.
    #[must_use]
    pub fn share(&self) -> f64 {
        let number = |size: usize| f64::from(u32::try_from(size).unwrap_or(u32::MAX));
        number(self.reached.len()) / number(self.out_of)
    }
}

/// Returns the local authorities of a report card. Two statements.
pub async fn places(context: &RequestContext, card: ReportCard) -> Result<Places> {
    let (mut now, mut ever) = (HashSet::new(), HashSet::new());
    for (id, started, ended) in engagements(context.space(), card).await? {
        // A visit is over when it is over: without an end it counts when it began.
        let Some(first) = started.as_ref().or(ended.as_ref()) else {
            continue;
        };
        let last = ended.as_ref().unwrap_or(first);
        if card.meets(Some(first), Some(last)) {
            now.insert(id);
        }
        if first.first_day() <= card.to {
            ever.insert(id);
        }
    }
    for (id, is_in_time) in sites(context, card).await? {
        ever.insert(id);
        if is_in_time > 0 {
            now.insert(id);
        }
    }
    let directory = context.directory().await?;
    let worked_with: Vec<_> = directory
        .local_authorities
        .all()
        .iter()
        .filter(|authority| now.contains(&authority.id))
        .cloned()
        .collect();
    let stated = most_stated(&directory, card, |row| row.local_authorities_stated);
    Ok(Places {
        at_least: Ord::max(stated, worked_with.len() as u64),
        worked_with,
        // Who reached an authority reached those that carry on its work.
        reached: reach(&directory, &directory.with_successors(ever), card.to),
    })
}

/// Returns a page of the engagements of which no date is known: they are in no time, and are not forgotten.
///
/// # Errors
/// `INVALID_CURSOR`.
pub async fn undated_engagements(
    space: &Space,
    card: ReportCard,
    request: &PageRequest,
) -> Result<Page<engagement::Model>> {
    let sort = SortKey::new(
        "undated-engagement",
        [engagement::Column::Id.as_column_ref()],
        false,
        |row: &engagement::Model| vec![KeyPart::Id(row.id.0)],
    );
    listing::read(space.store(), undated(card), &sort, request).await
}

/// Returns how many engagements there are of which no date is known.
pub async fn count_undated_engagements(space: &Space, card: ReportCard) -> Result<u64> {
    listing::count(space.store(), undated(card)).await
}

fn undated(card: ReportCard) -> Select<engagement::Entity> {
    of_card(card)
        .filter(engagement::Column::Started.is_null())
        .filter(engagement::Column::Ended.is_null())
}

fn of_card(card: ReportCard) -> Select<engagement::Entity> {
    let select =
        scope::network::<engagement::Entity>().filter(engagement::Column::WithdrawnAt.is_null());
    match card.centre {
        None => select,
        Some(centre) => select.filter(engagement::Column::CentreId.eq(centre)),
    }
}

type Engagement = (LocalAuthorityId, Option<PartialDate>, Option<PartialDate>);

/// Returns where there were engagements with a date, and when. Dates of any precision are compared here, as
/// the database knows them as texts.
async fn engagements(space: &Space, card: ReportCard) -> Result<Vec<Engagement>> {
    use engagement::Column::{Ended, LocalAuthorityId, Started};

    let is_dated = Condition::any().add(Started.is_not_null()).add(Ended.is_not_null());
    let rows = of_card(card)
        .filter(is_dated)
        .select_only()
        .columns([LocalAuthorityId, Started, Ended])
        .distinct();
    Ok(rows.into_tuple().all(space.store().connection()).await?)
}

/// Returns where studies had sites by the end of the card's time, and above 0 if one of them was under way in
/// it. A site begins on its own day, or else when its study does.
async fn sites(context: &RequestContext, card: ReportCard) -> Result<Vec<(LocalAuthorityId, i32)>> {
    let own_day = Func::coalesce([
        Expr::col(study_site::Column::StartsOn.as_column_ref()),
        Expr::col(study::Column::StartsOn.as_column_ref()),
    ]);
    let is_in_time: Expr = Expr::case(is_not_over(card), 1).finally(0).into();
    let select = listing::joined(
        studies(context, card),
        study::Column::Id,
        study_site::Entity,
        study_site::Column::StudyId,
    );
    let rows = select
        .filter(began(own_day.into()).lte(card.to))
        .select_only()
        .column(study_site::Column::LocalAuthorityId)
        .expr_as(is_in_time.max(), "is_in_time")
        .group_by(study_site::Column::LocalAuthorityId);
    Ok(rows.into_tuple().all(context.store().connection()).await?)
}

/// Returns of each nation which authorities have been reached of those that are on a day.
fn reach(
    directory: &Directory,
    ever: &HashSet<LocalAuthorityId>,
    on: NaiveDate,
) -> Vec<Arc<Reach>> {
    let mut nations: BTreeMap<&str, Reach> = BTreeMap::new();
    for authority in directory.local_authorities.listed(false) {
        if !has_social_care(authority) || !existed(authority, on) {
            continue;
        }
        let nation = nations.entry(&authority.country).or_insert_with(|| Reach {
            country: authority.country.clone(),
            reached: Vec::new(),
            out_of: 0,
        });
        nation.out_of += 1;
        if ever.contains(&authority.id) {
            nation.reached.push(Arc::clone(authority));
        }
    }
    nations.into_values().map(Arc::new).collect()
}
