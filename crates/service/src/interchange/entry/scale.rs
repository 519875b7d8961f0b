//! The scales of a standard: its versions with their dimensions and levels, which are entered with it.
//!
//! In a bundle they are files of their own. Those that are named are added, or corrected where they are there; others
//! stay as they are.

use std::collections::{HashMap, HashSet};

use entity::{StandardId, standard_dimension, standard_level, standard_version};
use sea_orm::{ColumnTrait, ConnectionTrait, QueryFilter};
use uuid::Uuid;

use super::Patch;
use super::problems::at_place;
use crate::Viewer;
use crate::access::scope;
use crate::error::{InputProblem, Result};
use crate::interchange::kinds::{Dimensions, Kind, Levels, Versions};
use crate::network::record::{
    DIMENSION, DimensionDraft, LEVEL, LevelDraft, STANDARD_DIMENSIONS, STANDARD_LEVELS,
    STANDARD_VERSIONS, VERSION, VersionDraft,
};
use crate::record::columns::{Columns, Table};
use crate::record::patch::{Item, Reference};
use crate::record::reading::Reading;
use crate::record::references::{Known, resolve};
use crate::record::{Draft, another_has_its_key, record};
use crate::store::Write;

/// What is said of the scales of one standard.
#[derive(Debug, Default)]
pub(super) struct Scale {
    versions: Vec<Placed>,
    dimensions: Vec<Placed>,
    levels: Vec<Placed>,
}

/// The codes by which a version, a dimension or a level is found within its standard.
type Codes = Vec<String>;

/// A row with its place in the input.
#[derive(Debug)]
struct Placed {
    path: String,
    codes: Codes,
    patch: Patch,
}

/// The scales of a standard that is there.
#[derive(Debug, Default)]
pub(super) struct There {
    versions: HashMap<Codes, Patch>,
    dimensions: HashMap<Codes, Patch>,
    levels: HashMap<Codes, Patch>,
}

impl There {
    /// Reads them.
    pub(super) async fn read(write: &Write, standard: Uuid) -> Result<Self> {
        let connection = write.connection();
        let backend = connection.get_database_backend();
        let versions = scope::network::<standard_version::Entity>()
            .filter(standard_version::Column::StandardId.eq(StandardId(standard)))
            .all(connection)
            .await?;
        let ids: Vec<Uuid> = versions.iter().map(|row| row.id.into()).collect();
        let dimensions = scope::network::<standard_dimension::Entity>()
            .filter(scope::among(backend, standard_dimension::Column::VersionId, ids))
            .all(connection)
            .await?;
        let ids: Vec<Uuid> = dimensions.iter().map(|row| row.id.into()).collect();
        let levels = scope::network::<standard_level::Entity>()
            .filter(scope::among(backend, standard_level::Column::DimensionId, ids))
            .all(connection)
            .await?;

        let mut codes: HashMap<Uuid, Codes> = HashMap::new();
        let mut found = Self::default();
        let drafts = VersionDraft::from_rows(connection, &versions).await?;
        for (row, draft) in versions.iter().zip(drafts) {
            let own = vec![row.code.clone()];
            codes.insert(row.id.into(), own.clone());
            found.versions.insert(own, Patch::of(&draft));
        }
        for draft in DimensionDraft::from_rows(connection, &dimensions).await? {
            let own = within(codes.get(&draft.version.into()), &draft.code);
            found.dimensions.insert(own, Patch::of(&draft));
        }
        for row in &dimensions {
            let own = within(codes.get(&row.version_id.into()), &row.code);
            codes.insert(row.id.into(), own);
        }
        for draft in LevelDraft::from_rows(connection, &levels).await? {
            let own = within(codes.get(&draft.dimension.into()), &draft.code);
            found.levels.insert(own, Patch::of(&draft));
        }
        Ok(found)
    }
}

fn within(whole: Option<&Codes>, code: &str) -> Codes {
    whole.into_iter().flatten().map(String::as_str).chain([code]).map(str::to_owned).collect()
}

impl Scale {
    /// What a patch says of the scales of its standard.
    pub(super) fn of(patch: &mut Patch) -> Self {
        let mut scale = Self::default();
        let versions = patch.take_rows(&STANDARD_VERSIONS).into_iter().flatten().enumerate();
        for (at, mut version) in versions {
            let path = format!("{}[{at}]", STANDARD_VERSIONS.input);
            let codes = vec![version.text(VERSION.code.name()).to_owned()];
            scale.take_dimensions(&path, &codes, &mut version);
            scale.versions.push(Placed { path, codes, patch: version });
        }
        scale
    }

    fn take_dimensions(&mut self, path: &str, version: &Codes, patch: &mut Patch) {
        let dimensions = patch.take_rows(&STANDARD_DIMENSIONS).into_iter().flatten().enumerate();
        for (at, mut dimension) in dimensions {
            let path = format!("{path}.{}[{at}]", STANDARD_DIMENSIONS.input);
            let codes = within(Some(version), dimension.text(DIMENSION.code.name()));
            self.take_levels(&path, &codes, &mut dimension);
            if let [version, _] = codes.as_slice() {
                dimension.set(DIMENSION.version, version.clone());
            }
            self.dimensions.push(Placed { path, codes, patch: dimension });
        }
    }

    fn take_levels(&mut self, path: &str, dimension: &Codes, patch: &mut Patch) {
        let levels = patch.take_rows(&STANDARD_LEVELS).into_iter().flatten().enumerate();
        for (at, mut level) in levels {
            let path = format!("{path}.{}[{at}]", STANDARD_LEVELS.input);
            let codes = within(Some(dimension), level.text(LEVEL.code.name()));
            if let [version, dimension, _] = codes.as_slice() {
                level.set(LEVEL.version, version.clone());
                level.set(LEVEL.dimension, dimension.clone());
            }
            self.levels.push(Placed { path, codes, patch: level });
        }
    }

    /// Whether nothing is said.
    pub(super) const fn is_empty(&self) -> bool {
        self.versions.is_empty()
    }

    /// Takes from what is there what is not said, and puts what is new behind it. Of a new standard nothing is there.
    pub(super) fn complete(&mut self, there: &There) {
        complete(&STANDARD_VERSIONS, &mut self.versions, &there.versions);
        complete(&STANDARD_DIMENSIONS, &mut self.dimensions, &there.dimensions);
        complete(&STANDARD_LEVELS, &mut self.levels, &there.levels);
    }

    /// All that is wrong with it by itself.
    pub(super) fn check(&self) -> Vec<InputProblem> {
        let versions = check::<Versions>(&self.versions, &[VERSION.standard.name()]);
        let of_dimension = [DIMENSION.standard.name(), DIMENSION.version.name()];
        let dimensions = check::<Dimensions>(&self.dimensions, &of_dimension);
        let of_level = [LEVEL.standard.name(), LEVEL.version.name(), LEVEL.dimension.name()];
        let levels = check::<Levels>(&self.levels, &of_level);
        [versions, dimensions, levels].concat()
    }

    /// Records it, and gives all that is wrong with it: then nothing of it may be kept.
    pub(super) async fn record(
        mut self,
        write: &mut Write,
        viewer: &Viewer,
        standard: Uuid,
    ) -> Result<Vec<InputProblem>> {
        let rows = [&mut self.versions, &mut self.dimensions, &mut self.levels];
        for row in rows.into_iter().flatten() {
            row.patch.set(VERSION.standard, Reference::Id(standard));
        }
        // Each refers to what was recorded before it.
        let mut problems = record_rows::<Versions>(write, viewer, &self.versions).await?;
        if problems.is_empty() {
            problems = record_rows::<Dimensions>(write, viewer, &self.dimensions).await?;
        }
        if problems.is_empty() {
            problems = record_rows::<Levels>(write, viewer, &self.levels).await?;
        }
        Ok(problems)
    }
}

fn complete(table: &Table, rows: &mut [Placed], there: &HashMap<Codes, Patch>) {
    let position = VERSION.position;
    let has_places = table.column(position.name()).is_some();
    let place = |patch: &Patch| match patch.item(position.name()) {
        Item::Whole(place) => Some(place),
        _ => None,
    };
    // The last place of those that belong to the same.
    let mut last: HashMap<&[String], i32> = HashMap::new();
    for (codes, patch) in there {
        let last = last.entry(whole_of(codes)).or_default();
        *last = Ord::max(*last, place(patch).unwrap_or_default());
    }
    for row in rows {
        if let Some(kept) = there.get(&row.codes) {
            row.patch.complete(kept);
        } else if has_places {
            let last = last.entry(whole_of(&row.codes)).or_default();
            if place(&row.patch).is_none() {
                row.patch.set(position, *last + 1);
            }
            *last = Ord::max(*last, place(&row.patch).unwrap_or_default());
        }
    }
}

fn whole_of(codes: &Codes) -> &[String] {
    codes.split_last().map_or(&[], |(_, whole)| whole)
}

/// All that is wrong with rows by themselves; what they belong to is taken to be there.
fn check<K: Kind>(rows: &[Placed], belongs_to: &[&str]) -> Vec<InputProblem> {
    let known = Known::default();
    let mut keys = HashSet::new();
    let mut all = Vec::new();
    for placed in rows {
        if !keys.insert(&placed.codes) {
            all.push(at_place(K::TABLE, &placed.path, another_has_its_key()));
        }
        let mut reading = Reading::new(K::TABLE, &placed.patch, &known);
        let draft = K::Draft::read(&mut reading);
        let mut problems = reading.problems;
        problems.retain(|problem| !problem.field.is_some_and(|field| belongs_to.contains(&field)));
        if problems.is_empty() {
            draft.check(&mut problems);
        }
        let problems = problems.into_vec().into_iter();
        all.extend(problems.map(|problem| at_place(K::TABLE, &placed.path, problem)));
    }
    all
}

async fn record_rows<K: Kind>(
    write: &mut Write,
    viewer: &Viewer,
    rows: &[Placed],
) -> Result<Vec<InputProblem>> {
    let nothing = Known::default();
    let wanted = rows
        .iter()
        .flat_map(|placed| Reading::new(K::TABLE, &placed.patch, &nothing).references())
        .collect::<Vec<_>>();
    let now = write.source().now();
    let known = resolve(write.connection(), viewer, now, wanted).await?;
    let mut drafts = Vec::with_capacity(rows.len());
    let mut all = Vec::new();
    for placed in rows {
        let mut reading = Reading::new(K::TABLE, &placed.patch, &known);
        drafts.push(K::Draft::read(&mut reading));
        let problems = reading.problems.into_vec().into_iter();
        all.extend(problems.map(|problem| at_place(K::TABLE, &placed.path, problem)));
    }
    if !all.is_empty() {
        return Ok(all);
    }
    let answers = record(write, viewer, drafts).await?;
    for (placed, answer) in rows.iter().zip(answers) {
        let problems = answer.err().into_iter().flatten();
        all.extend(problems.map(|problem| at_place(K::TABLE, &placed.path, problem)));
    }
    Ok(all)
}
