//! The lists of studies and findings that belong to centres, programmes, local authorities and terms:
//! read and counted for many of them in one statement.

use std::collections::HashMap;

use entity::{TermId, Vocabulary, finding, study, study_centre, study_site, term};
use sea_orm::sea_query::{
    CommonTableExpression, Expr, ExprTrait, JoinType, Query, SelectStatement, UnionType, WithClause,
};
use sea_orm::{ColumnTrait, DbBackend, EntityTrait, QueryFilter, QuerySelect, QueryTrait, Select};
use uuid::Uuid;

use super::about::{links, united};
use super::finding::FindingFilter;
use super::study::{StudyFilter, StudyOrder, StudyOrderField};
use super::{finding as findings, study as studies};
use crate::access::scope;
use crate::error::Result;
use crate::filter::AnyOf;
use crate::listing::{self, Parent};
use crate::network::Directory;
use crate::network::directory::Keyed;
use crate::page::{Page, PageRequest};
use crate::request::RequestContext;

/// The kind of parent whose studies are listed.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum StudiesOf {
    /// Those that a centre leads or takes part in.
    Centre,
    Programme,
    /// Those with a site in a local authority.
    LocalAuthority,
    /// Those about a term of a vocabulary.
    Term(Vocabulary),
}

/// Lists of studies, one for each parent.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct StudyLists {
    pub of: StudiesOf,
    pub filter: StudyFilter,
    pub order: StudyOrder,
}

/// Lists of findings, one for each term.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct FindingLists {
    /// The vocabulary of the terms.
    pub on: Vocabulary,
    pub filter: FindingFilter,
}

/// Returns a page of the studies of each of these parents.
///
/// # Errors
/// `BAD_USER_INPUT` when the filter names what is not there, `INVALID_CURSOR`.
pub async fn studies_of_each(
    context: &RequestContext,
    lists: &StudyLists,
    parents: &[Uuid],
    request: &PageRequest,
) -> Result<HashMap<Uuid, Page<study::Model>>> {
    let directory = context.directory().await?;
    if let [only] = parents
        && let Some(filter) = lists.filter_of_one(&directory, *only)
    {
        let page = studies::list(context, &filter, lists.order, request).await?;
        return Ok(HashMap::from([(*only, page)]));
    }
    let (select, parent) = lists.linked(context, &directory, parents)?;
    let sort = match (lists.of, lists.order.field) {
        (StudiesOf::Centre, StudyOrderField::Started) => {
            studies::sort_by_centre(lists.order.descending)
        }
        _ => studies::sort(lists.order),
    };
    listing::read_for_each(context.store(), select, parent, parents, &sort, request).await
}

/// Returns how many studies each of these parents has.
///
/// # Errors
/// `BAD_USER_INPUT` when the filter names what is not there.
pub async fn count_studies_of_each(
    context: &RequestContext,
    lists: &StudyLists,
    parents: &[Uuid],
) -> Result<HashMap<Uuid, u64>> {
    let directory = context.directory().await?;
    if let [only] = parents
        && let Some(filter) = lists.filter_of_one(&directory, *only)
    {
        let count = studies::count(context, &filter).await?;
        return Ok(HashMap::from([(*only, count)]));
    }
    let (select, parent) = lists.linked(context, &directory, parents)?;
    listing::count_for_each(context.store(), select, parent, parents).await
}

/// Returns a page of the findings on each of these terms.
///
/// # Errors
/// `BAD_USER_INPUT` when the filter names what is not there, `INVALID_CURSOR`.
pub async fn findings_on_each(
    context: &RequestContext,
    lists: &FindingLists,
    terms: &[Uuid],
    request: &PageRequest,
) -> Result<HashMap<Uuid, Page<finding::Model>>> {
    let directory = context.directory().await?;
    if let [only] = terms
        && let Some(filter) = lists.filter_of_one(&directory, *only)
    {
        let page = findings::list(context, &filter, request).await?;
        return Ok(HashMap::from([(*only, page)]));
    }
    let (select, parent) = lists.linked(context, &directory, terms)?;
    let sort = findings::sort();
    listing::read_for_each(context.store(), select, parent, terms, &sort, request).await
}

/// Returns how many findings there are on each of these terms.
///
/// # Errors
/// `BAD_USER_INPUT` when the filter names what is not there.
pub async fn count_findings_on_each(
    context: &RequestContext,
    lists: &FindingLists,
    terms: &[Uuid],
) -> Result<HashMap<Uuid, u64>> {
    let directory = context.directory().await?;
    if let [only] = terms
        && let Some(filter) = lists.filter_of_one(&directory, *only)
    {
        let count = findings::count(context, &filter).await?;
        return Ok(HashMap::from([(*only, count)]));
    }
    let (select, parent) = lists.linked(context, &directory, terms)?;
    listing::count_for_each(context.store(), select, parent, terms).await
}

impl StudyLists {
    /// Returns one parent's list is a list like any other, and the database reads it faster as such: unless the
    /// filter says something of the parents' own kind, which holds beside it.
    fn filter_of_one(&self, directory: &Directory, parent: Uuid) -> Option<StudyFilter> {
        let key = match self.of {
            StudiesOf::Centre => directory.centres.by_id(parent.into())?.key(),
            StudiesOf::Programme => directory.programmes.by_id(parent.into())?.key(),
            StudiesOf::LocalAuthority => directory.local_authorities.by_id(parent.into())?.key(),
            StudiesOf::Term(vocabulary) => directory.terms(vocabulary).by_id(parent.into())?.key(),
        };
        let mut filter = self.filter.clone();
        let own = match self.of {
            StudiesOf::Centre => &mut filter.centres,
            StudiesOf::Programme => &mut filter.programmes,
            StudiesOf::LocalAuthority => &mut filter.local_authorities,
            StudiesOf::Term(Vocabulary::Intervention) => &mut filter.interventions,
            StudiesOf::Term(Vocabulary::Outcome) => &mut filter.outcomes,
            StudiesOf::Term(Vocabulary::Population) => &mut filter.populations,
        };
        alone(own, key).then_some(filter)
    }

    /// Returns the studies, each as often as it has one of the parents.
    fn linked(
        &self,
        context: &RequestContext,
        directory: &Directory,
        parents: &[Uuid],
    ) -> Result<(Select<study::Entity>, Parent)> {
        let filter = &self.filter;
        let select = studies::matching(context, directory, filter)?;
        Ok(match self.of {
            StudiesOf::Centre => (
                having::<study_centre::Entity>(select, study_centre::Column::StudyId),
                study_centre::Column::CentreId.into(),
            ),
            StudiesOf::Programme => (select, study::Column::ProgrammeId.into()),
            StudiesOf::LocalAuthority => (
                having::<study_site::Entity>(select, study_site::Column::StudyId),
                study_site::Column::LocalAuthorityId.into(),
            ),
            StudiesOf::Term(vocabulary) if filter.include_narrower => {
                about_narrower(context, select, vocabulary, parents)
            }
            StudiesOf::Term(vocabulary) => {
                let links = links(context.viewer(), context.now(), &[vocabulary]);
                let pairs = united(links, |link| link.named(STUDY_ID, TERM_ID));
                (linked_to(select, pairs), Parent::of_subquery(LINK, TERM_ID, true))
            }
        })
    }
}

impl FindingLists {
    fn filter_of_one(&self, directory: &Directory, term: Uuid) -> Option<FindingFilter> {
        let term = directory.terms(self.on).by_id(TermId(term))?;
        let mut filter = self.filter.clone();
        let own = match self.on {
            Vocabulary::Intervention => &mut filter.interventions,
            Vocabulary::Outcome => &mut filter.outcomes,
            Vocabulary::Population => &mut filter.populations,
        };
        alone(own, term.key()).then_some(filter)
    }

    /// Returns the findings, each as often as it is on one of the terms.
    fn linked(
        &self,
        context: &RequestContext,
        directory: &Directory,
        terms: &[Uuid],
    ) -> Result<(Select<finding::Entity>, Parent)> {
        let filter = &self.filter;
        let mut select = findings::matching(context, directory, filter)?;
        let column = findings::column_of(self.on);
        if !filter.include_narrower {
            return Ok((select, column.into()));
        }
        let mut pairs = Query::select();
        pairs
            .columns([PARENT_ID, TERM_ID])
            .from(NARROWER)
            .with_cte(narrower(context.store().backend(), terms));
        let on = Expr::col(column.as_column_ref()).equals((LINK, TERM_ID));
        QueryTrait::query(&mut select).join_subquery(JoinType::InnerJoin, pairs, LINK, on);
        Ok((select, Parent::of_subquery(LINK, PARENT_ID, false)))
    }
}

/// Names a parent in a filter's own field, if nothing is said there.
fn alone(own: &mut AnyOf<String>, parent: &str) -> bool {
    let is_free = own.named().is_none();
    if is_free {
        *own = AnyOf::only(parent.to_owned());
    }
    is_free
}

pub(super) const LINK: &str = "link";
pub(super) const NARROWER: &str = "narrower";
pub(super) const PARENT_ID: &str = "parent_id";
const STUDY_ID: &str = "study_id";
pub(super) const TERM_ID: &str = "term_id";

fn having<L: Default + EntityTrait>(
    select: Select<study::Entity>,
    study_id: L::Column,
) -> Select<study::Entity> {
    listing::joined(select, study::Column::Id, L::default(), study_id)
}

/// Returns the studies, each once for each of the terms that it is about, be it by several narrower ones.
pub(super) fn about_narrower(
    context: &RequestContext,
    select: Select<study::Entity>,
    vocabulary: Vocabulary,
    terms: &[Uuid],
) -> (Select<study::Entity>, Parent) {
    let store = context.store();
    let links = links(context.viewer(), context.now(), &[vocabulary]);
    let mut pairs = united(links, |mut link| {
        link.rows
            .inner_join(NARROWER, Expr::col(link.term).equals((NARROWER, TERM_ID)))
            .expr_as(Expr::col((NARROWER, PARENT_ID)), PARENT_ID)
            .expr_as(Expr::col(link.study), STUDY_ID)
            .take()
    });
    pairs.with_cte(narrower(store.backend(), terms));
    let parent = Parent::of_subquery(LINK, PARENT_ID, false);
    (linked_to(select, pairs), parent)
}

/// Returns the studies, each as often as a query names it.
fn linked_to(mut select: Select<study::Entity>, pairs: SelectStatement) -> Select<study::Entity> {
    let same_study = Expr::col(study::Column::Id.as_column_ref()).equals((LINK, STUDY_ID));
    QueryTrait::query(&mut select).join_subquery(JoinType::InnerJoin, pairs, LINK, same_study);
    select
}

/// Returns each of these terms with itself and with all that is narrower. The database walks the tree, as the
/// pairs may be more than the values that a statement takes.
pub(super) fn narrower(backend: DbBackend, terms: &[Uuid]) -> WithClause {
    let own = scope::among(backend, term::Column::Id, terms.iter().copied());
    let mut pairs = scope::network::<term::Entity>()
        .filter(own)
        .select_only()
        .column_as(term::Column::Id, PARENT_ID)
        .column_as(term::Column::Id, TERM_ID)
        .into_query();
    let mut next = scope::network::<term::Entity>()
        .select_only()
        .expr_as(Expr::col((NARROWER, PARENT_ID)), PARENT_ID)
        .column_as(term::Column::Id, TERM_ID)
        .into_query();
    let below = Expr::col(term::Column::Broader.as_column_ref()).equals((NARROWER, TERM_ID));
    next.inner_join(NARROWER, below);
    pairs.union(UnionType::Distinct, next);
    let table = CommonTableExpression::new()
        .query(pairs)
        .columns([PARENT_ID, TERM_ID])
        .table_name(NARROWER)
        .to_owned();
    WithClause::new().recursive(true).cte(table).to_owned()
}
