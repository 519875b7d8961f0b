//! Reads the directory from the database, as of one moment.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

use entity::{
    CentreId, CrosswalkId, LocalAuthorityId, PartnerId, PersonId, ProgrammeId, StandardId, TermId,
    Vocabulary, centre, centre_status, crosswalk, evidence_standard, local_authority,
    local_authority_successor, partner, person, person_role, programme, programme_partner,
    standard_dimension, standard_level, standard_version, term, term_label,
};
use sea_orm::EntityTrait;

use super::{
    Centre, Dimension, Directory, Keyed, Listing, Person, Programme, Standard, StandardVersion,
    Term,
};
use crate::access::scope;
use crate::error::Result;
use crate::network::authority::Successions;
use crate::record::identifier;
use crate::store::{ReadTransaction, Store};

impl Keyed<CentreId> for Centre {
    fn id(&self) -> CentreId {
        self.row.id
    }

    fn key(&self) -> &str {
        &self.row.slug
    }
}

impl Keyed<PersonId> for Person {
    fn id(&self) -> PersonId {
        self.row.id
    }

    fn key(&self) -> &str {
        &self.row.slug
    }

    fn is_withdrawn(&self) -> bool {
        self.row.withdrawn_at.is_some()
    }
}

impl Keyed<LocalAuthorityId> for local_authority::Model {
    fn id(&self) -> LocalAuthorityId {
        self.id
    }

    fn key(&self) -> &str {
        &self.gss_code
    }

    fn spelt(key: &str) -> String {
        identifier::gss_code(key).unwrap_or_else(|| key.to_owned())
    }

    fn is_withdrawn(&self) -> bool {
        self.withdrawn_at.is_some()
    }
}

impl Keyed<PartnerId> for partner::Model {
    fn id(&self) -> PartnerId {
        self.id
    }

    fn key(&self) -> &str {
        &self.slug
    }

    fn is_withdrawn(&self) -> bool {
        self.withdrawn_at.is_some()
    }
}

impl Keyed<ProgrammeId> for Programme {
    fn id(&self) -> ProgrammeId {
        self.row.id
    }

    fn key(&self) -> &str {
        &self.row.slug
    }

    fn is_withdrawn(&self) -> bool {
        self.row.withdrawn_at.is_some()
    }
}

impl Keyed<TermId> for Term {
    fn id(&self) -> TermId {
        self.row.id
    }

    fn key(&self) -> &str {
        &self.row.slug
    }

    fn is_withdrawn(&self) -> bool {
        self.row.withdrawn_at.is_some()
    }
}

impl Keyed<StandardId> for Standard {
    fn id(&self) -> StandardId {
        self.row.id
    }

    fn key(&self) -> &str {
        &self.row.slug
    }

    fn is_withdrawn(&self) -> bool {
        self.row.withdrawn_at.is_some()
    }
}

impl Directory {
    /// Reads everything as of one moment.
    pub async fn load(store: &Store) -> Result<Self> {
        let at = store.snapshot().await?;
        let mut directory = Self {
            centres: Listing::new(centres(&at).await?),
            people: Listing::new(people(&at).await?),
            local_authorities: Listing::new(all::<local_authority::Entity>(&at).await?),
            successions: Successions::new(&all::<local_authority_successor::Entity>(&at).await?),
            partners: Listing::new(all::<partner::Entity>(&at).await?),
            programmes: Listing::new(programmes(&at).await?),
            standards: Listing::new(standards(&at).await?),
            readings: readings(&at).await?,
            ..Self::default()
        };
        let mut terms = terms(&at).await?;
        let mut take = |vocabulary| {
            let (these, others) = std::mem::take(&mut terms)
                .into_iter()
                .partition(|term| term.row.vocabulary == vocabulary);
            terms = others;
            Listing::new(these)
        };
        directory.interventions = take(Vocabulary::Intervention);
        directory.outcomes = take(Vocabulary::Outcome);
        directory.populations = take(Vocabulary::Population);
        directory.index_standards();
        directory.index_readings();
        Ok(directory)
    }

    fn index_readings(&mut self) {
        let standing = self.readings.values();
        let standing = standing.filter(|reading| reading.withdrawn_at.is_none());
        let mut standing: Vec<_> = standing.cloned().collect();
        standing.sort_by_key(|reading| reading.id);
        self.crosswalk = grouped(standing, |reading| reading.from_level);
    }

    fn index_standards(&mut self) {
        for standard in self.standards.all() {
            for version in &standard.versions {
                self.versions.insert(version.row.id, (Arc::clone(standard), Arc::clone(version)));
                for dimension in &version.dimensions {
                    self.dimensions
                        .insert(dimension.row.id, (version.row.id, Arc::clone(dimension)));
                    for level in &dimension.levels {
                        self.levels.insert(level.id, (Arc::clone(dimension), Arc::clone(level)));
                    }
                }
            }
        }
    }
}

async fn all<E: EntityTrait>(at: &ReadTransaction) -> Result<Vec<E::Model>> {
    Ok(scope::network::<E>().all(at).await?)
}

fn grouped<K: Eq + Hash, T>(rows: Vec<T>, key: impl Fn(&T) -> K) -> HashMap<K, Vec<T>> {
    let mut groups: HashMap<K, Vec<T>> = HashMap::new();
    for row in rows {
        groups.entry(key(&row)).or_default().push(row);
    }
    groups
}

async fn readings(at: &ReadTransaction) -> Result<HashMap<CrosswalkId, Arc<crosswalk::Model>>> {
    let rows = all::<crosswalk::Entity>(at).await?.into_iter();
    Ok(rows.map(|row| (row.id, Arc::new(row))).collect())
}

async fn centres(at: &ReadTransaction) -> Result<Vec<Centre>> {
    let rows = all::<centre::Entity>(at).await?;
    let mut statuses = grouped(all::<centre_status::Entity>(at).await?, |row| row.centre_id);
    let mut roles = grouped(all::<person_role::Entity>(at).await?, |row| row.centre_id);
    let mut predecessors: HashMap<CentreId, Vec<CentreId>> = HashMap::new();
    for row in &rows {
        if let Some(successor) = row.successor {
            predecessors.entry(successor).or_default().push(row.id);
        }
    }
    let centre = |row: centre::Model| {
        let mut statuses = statuses.remove(&row.id).unwrap_or_default();
        statuses.sort_by(|one, other| one.since.cmp(&other.since));
        Centre {
            statuses,
            predecessors: predecessors.remove(&row.id).unwrap_or_default(),
            roles: roles.remove(&row.id).unwrap_or_default(),
            row,
        }
    };
    Ok(rows.into_iter().map(centre).collect())
}

async fn people(at: &ReadTransaction) -> Result<Vec<Person>> {
    let mut roles = grouped(all::<person_role::Entity>(at).await?, |row| row.person_id);
    let person =
        |row: person::Model| Person { roles: roles.remove(&row.id).unwrap_or_default(), row };
    Ok(all::<person::Entity>(at).await?.into_iter().map(person).collect())
}

async fn programmes(at: &ReadTransaction) -> Result<Vec<Programme>> {
    let mut partners = grouped(all::<programme_partner::Entity>(at).await?, |row| row.programme_id);
    let programme = |row: programme::Model| Programme {
        partners: partners
            .remove(&row.id)
            .unwrap_or_default()
            .into_iter()
            .map(|partner| partner.partner_id)
            .collect(),
        row,
    };
    Ok(all::<programme::Entity>(at).await?.into_iter().map(programme).collect())
}

async fn terms(at: &ReadTransaction) -> Result<Vec<Term>> {
    let rows = all::<term::Entity>(at).await?;
    let mut labels = grouped(all::<term_label::Entity>(at).await?, |row| row.term_id);
    let mut narrower: HashMap<TermId, Vec<(String, TermId)>> = HashMap::new();
    for row in &rows {
        if let Some(broader) = row.broader {
            narrower.entry(broader).or_default().push((row.slug.clone(), row.id));
        }
    }
    let term = |row: term::Model| {
        let mut narrower = narrower.remove(&row.id).unwrap_or_default();
        narrower.sort();
        Term {
            synonyms: serde_json::from_value(row.synonyms.clone()).unwrap_or_default(),
            narrower: narrower.into_iter().map(|(_, id)| id).collect(),
            labels: labels
                .remove(&row.id)
                .unwrap_or_default()
                .into_iter()
                .map(|label| (label.centre_id, label.label))
                .collect(),
            row,
        }
    };
    Ok(rows.into_iter().map(term).collect())
}

async fn standards(at: &ReadTransaction) -> Result<Vec<Standard>> {
    let mut levels = grouped(all::<standard_level::Entity>(at).await?, |row| row.dimension_id);
    let dimension = |row: standard_dimension::Model| {
        let mut levels = levels.remove(&row.id).unwrap_or_default();
        levels.sort_by(|one, other| (one.ordinal, &one.code).cmp(&(other.ordinal, &other.code)));
        Dimension { levels: levels.into_iter().map(Arc::new).collect(), row }
    };
    let dimensions: Vec<_> =
        all::<standard_dimension::Entity>(at).await?.into_iter().map(dimension).collect();
    let mut dimensions = grouped(dimensions, |dimension| dimension.row.version_id);
    let version = |row: standard_version::Model| {
        let mut dimensions = dimensions.remove(&row.id).unwrap_or_default();
        dimensions.sort_by(|one, other| {
            (one.row.position, &one.row.code).cmp(&(other.row.position, &other.row.code))
        });
        StandardVersion { dimensions: dimensions.into_iter().map(Arc::new).collect(), row }
    };
    let versions: Vec<_> =
        all::<standard_version::Entity>(at).await?.into_iter().map(version).collect();
    let mut versions = grouped(versions, |version| version.row.standard_id);
    let standard = |row: evidence_standard::Model| {
        let mut versions = versions.remove(&row.id).unwrap_or_default();
        versions.sort_by(|one, other| {
            (one.row.position, &one.row.code).cmp(&(other.row.position, &other.row.code))
        });
        Standard { versions: versions.into_iter().map(Arc::new).collect(), row }
    };
    Ok(all::<evidence_standard::Entity>(at).await?.into_iter().map(standard).collect())
}
