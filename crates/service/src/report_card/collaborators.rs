//! With whom a centre worked in the time of a report card.

use std::collections::HashSet;
use std::sync::Arc;

use entity::{CentreId, collaboration, collaboration_member, study, study_centre};
use sea_orm::sea_query::{Expr, ExprTrait, Query};
use sea_orm::{ColumnTrait, QueryFilter, QuerySelect, QueryTrait};
use uuid::Uuid;

use super::ReportCard;
use super::studies::under_way;
use crate::access::scope;
use crate::collaboration::members;
use crate::error::Result;
use crate::network::directory::Centre;
use crate::request::RequestContext;

/// With whom a centre worked; of the whole network, all centres that worked with another.
#[derive(Debug)]
pub struct Collaborators {
    /// The centres, by slug: those of the collaborations and those of the studies with several.
    pub centres: Vec<Arc<Centre>>,
    /// The collaborations that were running, by slug.
    pub collaborations: Vec<Arc<collaboration::Model>>,
}

/// With whom a centre worked, in collaborations and in studies. Three statements.
pub async fn collaborators(context: &RequestContext, card: ReportCard) -> Result<Collaborators> {
    let collaborations = collaborations(context, card).await?;
    let ids: Vec<Uuid> = collaborations.iter().map(|row| row.id.into()).collect();
    let mut with: HashSet<CentreId> = HashSet::new();
    for members in members(context.space(), &ids).await?.into_values() {
        if members.len() > 1 {
            with.extend(members);
        }
    }
    with.extend(study_collaborators(context, card).await?);
    let directory = context.directory().await?;
    let centres = directory.centres.all().iter();
    let others = centres.filter(|centre| {
        with.contains(&centre.row.id) && card.centre.is_none_or(|own| own != centre.row.id)
    });
    Ok(Collaborators { centres: others.cloned().collect(), collaborations })
}

/// Returns the collaborations that were running in the card's time. Dates of any precision are compared here,
/// as the database knows them as texts.
async fn collaborations(
    context: &RequestContext,
    card: ReportCard,
) -> Result<Vec<Arc<collaboration::Model>>> {
    let store = context.store();
    let mut select = scope::shared::<collaboration::Entity>(context.viewer(), context.now())
        .filter(collaboration::Column::WithdrawnAt.is_null())
        .filter(collaboration::Column::Started.is_not_null());
    if let Some(centre) = card.centre {
        let of_centre = scope::parts_of_seen::<collaboration_member::Entity>()
            .filter(collaboration_member::Column::CentreId.eq(centre))
            .select_only()
            .column(collaboration_member::Column::CollaborationId)
            .into_query();
        select = select.filter(collaboration::Column::Id.in_subquery(of_centre));
    }
    let rows = select.all(store.connection()).await?;
    let mut running: Vec<_> = rows
        .into_iter()
        .filter(|row| card.meets(row.started.as_ref(), row.ended.as_ref()))
        .map(Arc::new)
        .collect();
    running.sort_by(|one, other| one.slug.cmp(&other.slug));
    Ok(running)
}

/// Returns the centres of the studies under way that have several.
async fn study_collaborators(context: &RequestContext, card: ReportCard) -> Result<Vec<CentreId>> {
    use study_centre::Column::{CentreId, StudyId};

    const OTHER: &str = "other";
    let seen = under_way(context, card).select_only().column(study::Column::Id).into_query();
    let other = Query::select()
        .expr(Expr::val(1))
        .from_as(study_centre::Entity, OTHER)
        .and_where(Expr::col((OTHER, "study_id")).equals(StudyId.as_column_ref()))
        .and_where(Expr::col((OTHER, "centre_id")).ne(Expr::col(CentreId.as_column_ref())))
        .to_owned();
    let rows = scope::parts_of_seen::<study_centre::Entity>()
        .filter(StudyId.in_subquery(seen))
        .filter(Expr::exists(other))
        .select_only()
        .column(CentreId)
        .distinct();
    Ok(rows.into_tuple().all(context.store().connection()).await?)
}
