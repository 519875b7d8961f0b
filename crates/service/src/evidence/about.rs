//! What studies are about: the terms that they name themselves, and those of their findings. The latter are copied
//! nowhere, so that they are told to whoever sees the finding, and go when it goes.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use entity::{TermId, Vocabulary, finding, study, study_term};
use sea_orm::sea_query::{ColumnRef, Expr, ExprTrait, IntoColumnRef, SelectStatement, UnionType};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect, QueryTrait,
    Select,
};
use uuid::Uuid;

use super::finding::column_of;
use crate::access::scope;
use crate::error::Result;
use crate::request::RequestContext;
use crate::viewer::Viewer;

/// One way in which studies come to be about terms.
pub(crate) struct Link {
    /// The rows that link them, with no columns selected yet.
    pub(crate) rows: SelectStatement,
    /// The column that names the study.
    pub(crate) study: ColumnRef,
    /// The column that names the term.
    pub(crate) term: ColumnRef,
}

impl Link {
    fn new<E: EntityTrait>(rows: Select<E>, study: E::Column, term: E::Column) -> Self {
        Self {
            rows: rows.select_only().into_query(),
            study: study.as_column_ref().into_column_ref(),
            term: term.as_column_ref().into_column_ref(),
        }
    }

    /// Returns the rows with two columns of these names.
    pub(crate) fn named(mut self, study: &'static str, term: &'static str) -> SelectStatement {
        self.rows.expr_as(Expr::col(self.study), study).expr_as(Expr::col(self.term), term).take()
    }
}

/// Returns the ways in which studies that the viewer sees are about terms of these vocabularies.
pub(crate) fn links(viewer: &Viewer, now: DateTime<Utc>, vocabularies: &[Vocabulary]) -> Vec<Link> {
    use finding::Column::{StudyId, WithdrawnAt};

    let own = scope::parts_of_seen::<study_term::Entity>();
    let own = Link::new(own, study_term::Column::StudyId, study_term::Column::TermId);
    let of_findings = vocabularies.iter().map(|vocabulary| {
        let term = column_of(*vocabulary);
        let findings = scope::shared_of_seen::<finding::Entity>(viewer, now)
            .filter(WithdrawnAt.is_null())
            .filter(term.is_not_null());
        Link::new(findings, StudyId, term)
    });
    std::iter::once(own).chain(of_findings).collect()
}

/// Unites several ways in one list, in which each row comes once.
pub(crate) fn united(
    links: Vec<Link>,
    select: impl Fn(Link) -> SelectStatement,
) -> SelectStatement {
    let mut all = links.into_iter().map(select);
    let first = all.next().unwrap_or_default();
    all.fold(first, |mut united, next| united.union(UnionType::Distinct, next).take())
}

/// Returns whether a study that the viewer sees is about one of these terms of a vocabulary.
pub(crate) fn is_about(
    viewer: &Viewer,
    now: DateTime<Utc>,
    vocabulary: Vocabulary,
    terms: &[TermId],
) -> Condition {
    let links = links(viewer, now, &[vocabulary]).into_iter();
    links.fold(Condition::any(), |any, mut link| {
        link.rows
            .expr(Expr::val(1))
            .and_where(Expr::col(link.study).equals(study::Column::Id.as_column_ref()))
            .and_where(Expr::col(link.term).is_in(terms.iter().copied()));
        any.add(Expr::exists(link.rows))
    })
}

/// Returns the interventions, outcomes and populations that each of these studies, which the viewer sees, is about.
pub async fn terms_of_studies(
    context: &RequestContext,
    studies: &[Uuid],
) -> Result<HashMap<Uuid, BTreeSet<TermId>>> {
    const STUDY: &str = "study_id";
    const TERM: &str = "term_id";

    let store = context.store();
    let links = links(context.viewer(), context.now(), Vocabulary::ALL);
    let pairs = united(links, |mut link| {
        let studies = studies.iter().copied();
        let among = scope::any_of(store.backend(), Expr::col(link.study.clone()), studies);
        link.rows.and_where(among);
        link.named(STUDY, TERM)
    });
    let mut terms: HashMap<Uuid, BTreeSet<TermId>> = HashMap::new();
    for row in store.connection().query_all(&pairs).await? {
        let of_study = terms.entry(row.try_get("", STUDY)?).or_default();
        of_study.insert(row.try_get("", TERM)?);
    }
    Ok(terms)
}
