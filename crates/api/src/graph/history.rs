//! The history of a shared thing in the graph.

use std::sync::Arc;

use async_graphql::{Context, ID, Object, SimpleObject};
use chrono::{DateTime, Utc};
use serde_json::Value;
use service::Result;
use service::entity::{ChangeOperation, Vocabulary};
use service::history;
use uuid::Uuid;

use super::enum_value::EnumValue;
use super::global_id::{self, NodeKind, global_id, part_id};
use super::loaders;
use super::network::Centre;
use super::node::Node;
use super::problem::field;
use crate::loading::Loaders;

/// One revision of a shared thing.
#[derive(Clone)]
pub(crate) struct Revision {
    pub(super) row: history::Revision,
    pub(super) of: (NodeKind, Uuid),
}

/// What a revision changed in one field.
#[derive(SimpleObject)]
struct FieldChange {
    /// The field, as the inputs of the graph call it.
    field: String,
    /// What it was, as JSON; of a list, the rows that are no more. Things are named by slug, GSS code, code or global id; what
    /// you may not see is null.
    before: String,
    /// What it is since, as JSON; of a list, the rows that are new.
    after: String,
}

impl Revision {
    /// Returns the version of a thing whose place in the log, and the thing's kind, stand in a global id.
    pub(crate) async fn find(
        loaders: &Arc<Loaders>,
        of: Uuid,
        part: &[u8],
    ) -> Result<Option<Self>> {
        let (kind, sequence) = part.split_first().ok_or_else(global_id::invalid)?;
        let kind = NodeKind::from_repr(*kind).filter(|kind| kind.is_shared());
        let kind = kind.ok_or_else(global_id::invalid)?;
        let sequence = i64::from_be_bytes(global_id::fixed(sequence)?);
        let (Some(changes), Some(_)) = (kind.changes(), Node::find(loaders, kind, of).await?)
        else {
            return Ok(None);
        };
        let history = loaders.history(changes, of).await?;
        let row = history.iter().find(|row| row.sequence == sequence).cloned();
        Ok(row.map(|row| Self { row, of: (kind, of) }))
    }
}

/// One revision of a shared thing.
#[Object]
impl Revision {
    /// The revision's global id.
    pub(crate) async fn id(&self) -> ID {
        let (kind, of) = self.of;
        let place = self.row.sequence.to_be_bytes();
        part_id(NodeKind::Revision, of, &[&[kind as u8], place.as_slice()].concat())
    }

    /// The version that it made.
    async fn version(&self) -> i32 {
        self.row.version
    }

    /// What was done.
    async fn operation(&self) -> EnumValue<ChangeOperation> {
        EnumValue(self.row.operation)
    }

    /// When.
    async fn at(&self) -> DateTime<Utc> {
        self.row.at
    }

    /// The centre that did it; null when the operator of the space did.
    async fn by(&self, ctx: &Context<'_>) -> Option<Centre> {
        self.row.centre.and_then(|id| Centre::find(loaders(ctx), id))
    }

    /// The name of the token with which it was done; only that centre itself, and who reads the audit of all, is told.
    async fn token_name(&self) -> Option<&str> {
        self.row.token_name.as_deref()
    }

    /// Why, in the words of who did it.
    async fn reason(&self) -> Option<&str> {
        self.row.reason.as_deref()
    }

    /// What it changed, field by field. Empty for the first version that you could see: what it was before is not for you.
    async fn changes(&self, ctx: &Context<'_>) -> Result<Vec<FieldChange>> {
        let loaders = loaders(ctx);
        let mut changes = Vec::with_capacity(self.row.changes.len());
        for change in &self.row.changes {
            let mut sides = [change.before.clone(), change.after.clone()];
            for side in &mut sides {
                name_things(loaders, self.of, &change.field, side).await?;
            }
            let [before, after] = sides.map(|side| side.to_string());
            changes.push(FieldChange { field: named(&change.field), before, after });
        }
        Ok(changes)
    }
}

/// Returns the field of an input that a column of the history stands for.
fn named(column: &str) -> String {
    match column {
        "statuses" => "statusHistory".to_owned(),
        "abstract_text" => "abstract".to_owned(),
        "programme_id" => "programme".to_owned(),
        "publication_id" => "publication".to_owned(),
        "intervention_id" => "intervention".to_owned(),
        "outcome_id" => "outcome".to_owned(),
        "population_id" => "population".to_owned(),
        "study_id" => "study".to_owned(),
        "centre_id" => "centre".to_owned(),
        "partner_id" => "partner".to_owned(),
        "person_id" => "person".to_owned(),
        "term_id" => "term".to_owned(),
        "level_id" => "score".to_owned(),
        "local_authority_id" => "localAuthority".to_owned(),
        "collaboration_id" => "collaboration".to_owned(),
        _ => field(service::interchange::entry::field_of(column)),
    }
}

/// Puts names in the place of ids, in a value or in the rows of a list.
async fn name_things(
    loaders: &Arc<Loaders>,
    of: (NodeKind, Uuid),
    column: &str,
    value: &mut Value,
) -> Result<()> {
    match value {
        Value::Array(rows) => {
            for row in rows {
                if let Value::Object(fields) = row {
                    // Each row names the thing itself, which needs no saying.
                    fields.retain(|_, value| uuid_of(value) != Some(of.1));
                    for (column, value) in fields.iter_mut() {
                        name(loaders, of.0, column, value).await?;
                    }
                    let fields_of_the_graph = std::mem::take(fields).into_iter();
                    let fields_of_the_graph =
                        fields_of_the_graph.map(|(column, value)| (named(&column), value));
                    *fields = fields_of_the_graph.collect();
                }
            }
        }
        _ => name(loaders, of.0, column, value).await?,
    }
    Ok(())
}

async fn name(loaders: &Arc<Loaders>, of: NodeKind, column: &str, value: &mut Value) -> Result<()> {
    let Some(id) = uuid_of(value) else {
        return Ok(());
    };
    let directory = &loaders.directory;
    let shared = match column {
        "study_id" => Some(NodeKind::Study),
        "publication_id" => Some(NodeKind::Publication),
        "collaboration_id" => Some(NodeKind::Collaboration),
        "superseded_by" => Some(of),
        _ => None,
    };
    if let Some(kind) = shared {
        let seen = Node::find(loaders, kind, id).await?;
        *value = seen.map_or(Value::Null, |_| Value::String(global_id(kind, id).0));
        return Ok(());
    }
    let term = || {
        let vocabularies = Vocabulary::ALL.iter();
        let terms = vocabularies.into_iter().map(|of| directory.terms(*of));
        let mut found = terms.filter_map(|terms| terms.by_id(id.into()));
        found.next().map(|term| term.row.slug.clone())
    };
    let name = match column {
        "contributed_by" | "lead_centre" | "centre_id" => {
            let centre = directory.centres.by_id(id.into());
            centre.map(|centre| centre.row.slug.clone())
        }
        "programme_id" => {
            let programme = directory.programmes.by_id(id.into());
            programme.map(|programme| programme.row.slug.clone())
        }
        "partner_id" => {
            let partner = directory.partners.by_id(id.into());
            partner.map(|partner| partner.slug.clone())
        }
        "person_id" => {
            let person = directory.people.by_id(id.into());
            person.map(|person| person.row.slug.clone())
        }
        "local_authority_id" => {
            let authority = directory.local_authorities.by_id(id.into());
            authority.map(|authority| authority.gss_code.clone())
        }
        "version_id" => {
            directory.versions.get(&id.into()).map(|(_, version)| version.row.code.clone())
        }
        "level_id" => directory
            .levels
            .get(&id.into())
            .map(|(dimension, level)| format!("{}={}", dimension.row.code, level.code)),
        _ => term(),
    };
    *value = name.map_or(Value::Null, Value::String);
    Ok(())
}

fn uuid_of(value: &Value) -> Option<Uuid> {
    value.as_str()?.parse().ok()
}
