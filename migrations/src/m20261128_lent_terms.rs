//! Takes back the terms that studies were lent by their findings: a study was made to name each term of a finding that
//! everybody could see, and went on naming it when the finding was hidden, withdrawn or revised. From now on such terms
//! are told through the findings themselves.
//!
//! Nothing stored tells a term that was lent from one that the study named itself all along, but for the log where a
//! revision of the study added it. All others that a finding may have lent are taken back: whoever sees the finding is
//! still told of them, and to nobody else may they be told.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::QueryResult;
use sea_orm_migration::sea_orm::prelude::{DateTimeWithTimeZone, Json, Uuid};

/// Takes back the terms that studies were lent by their findings.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // The findings of a study on a term are looked for where the terms were that it was lent: in the index alone,
        // which holds all that says who sees them.
        for term in TERMS {
            let mut index = Index::create();
            index.name(format!("ix_finding_{term}_study")).table("finding");
            for column in [term, "study_id"].iter().chain(&SEEN_BY) {
                index.col(*column);
            }
            manager.create_index(index).await?;
        }
        let connection = manager.get_connection();
        let named = named_by_revisions(connection).await?;
        let mut lent = lent_by_findings(connection).await?;
        lent.retain(|link| !named.contains(link));
        let mut of_studies: BTreeMap<Uuid, Vec<Uuid>> = BTreeMap::new();
        for (study, term) in lent {
            of_studies.entry(study).or_default().push(term);
        }
        for (study, terms) in of_studies {
            let delete = Query::delete()
                .from_table("study_term")
                .and_where(Expr::col("study_id").eq(study))
                .and_where(Expr::col("term_id").is_in(terms))
                .to_owned();
            connection.execute(&delete).await?;
        }
        Ok(())
    }
}

/// A study and a term.
type Link = (Uuid, Uuid);

/// The ways back to what things of a kind were, by thing, from the earliest.
async fn ways_back(
    connection: &SchemaManagerConnection<'_>,
    kind: &str,
) -> Result<HashMap<Uuid, Vec<Json>>, DbErr> {
    let select = Query::select()
        .columns(["subject_id", "before"])
        .from("change")
        .and_where(Expr::col("kind").eq(kind))
        .and_where(Expr::col("before").is_not_null())
        .order_by("sequence", Order::Asc)
        .to_owned();
    let mut ways: HashMap<Uuid, Vec<Json>> = HashMap::new();
    for row in connection.query_all(&select).await? {
        let of_thing = ways.entry(row.try_get("", "subject_id")?).or_default();
        of_thing.push(row.try_get("", "before")?);
    }
    Ok(ways)
}

/// The terms that revisions of studies added, and none took away after.
async fn named_by_revisions(
    connection: &SchemaManagerConnection<'_>,
) -> Result<BTreeSet<Link>, DbErr> {
    let mut named = BTreeSet::new();
    for (study, ways) in ways_back(connection, "STUDY").await? {
        for way in ways {
            let rows = &way["terms"]["$rows"];
            let links = |which: &str| {
                let rows = rows[which].as_array().into_iter().flatten();
                rows.filter_map(|row| Some((study, id(&row["term_id"])?)))
            };
            for gone in links("gone") {
                named.remove(&gone);
            }
            named.extend(links("new"));
        }
    }
    Ok(named)
}

/// The terms of all findings while everybody could see them.
async fn lent_by_findings(
    connection: &SchemaManagerConnection<'_>,
) -> Result<BTreeSet<Link>, DbErr> {
    let mut ways = ways_back(connection, "FINDING").await?;
    let mut select = Query::select()
        .columns(["id", "study_id", "visibility", "embargoed_until"])
        .from("finding")
        .to_owned();
    select.columns(TERMS);
    let mut lent = BTreeSet::new();
    for row in connection.query_all(&select).await? {
        let finding: Uuid = row.try_get("", "id")?;
        let study: Uuid = row.try_get("", "study_id")?;
        let mut state = State::read(&row)?;
        lent.extend(state.lent().map(|term| (study, term)));
        for way in ways.remove(&finding).unwrap_or_default().iter().rev() {
            state.go_back(way);
            lent.extend(state.lent().map(|term| (study, term)));
        }
    }
    Ok(lent)
}

/// What says who sees a finding.
const SEEN_BY: [&str; 5] =
    ["visibility", "embargoed_until", "withdrawn_at", "contributed_by", "id"];

const TERMS: [&str; 3] = ["intervention_id", "outcome_id", "population_id"];

/// What a finding was at a time.
struct State {
    is_public: bool,
    is_embargoed: bool,
    terms: [Option<Uuid>; 3],
}

impl State {
    fn read(row: &QueryResult) -> Result<Self, DbErr> {
        let visibility: String = row.try_get("", "visibility")?;
        let embargo: Option<DateTimeWithTimeZone> = row.try_get("", "embargoed_until")?;
        let mut terms = [None; 3];
        for (term, column) in terms.iter_mut().zip(TERMS) {
            *term = row.try_get("", column)?;
        }
        Ok(Self { is_public: visibility == "PUBLIC", is_embargoed: embargo.is_some(), terms })
    }

    fn go_back(&mut self, way: &Json) {
        if let Some(visibility) = way.get("visibility") {
            self.is_public = visibility == "PUBLIC";
        }
        if let Some(embargo) = way.get("embargoed_until") {
            self.is_embargoed = !embargo.is_null();
        }
        for (term, column) in self.terms.iter_mut().zip(TERMS) {
            if let Some(was) = way.get(column) {
                *term = id(was);
            }
        }
    }

    fn lent(&self) -> impl Iterator<Item = Uuid> {
        let terms = self.terms.into_iter().flatten();
        let is_told = self.is_public && !self.is_embargoed;
        terms.filter(move |_| is_told)
    }
}

fn id(value: &Json) -> Option<Uuid> {
    Uuid::parse_str(value.as_str()?).ok()
}
