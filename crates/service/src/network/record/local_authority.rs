//! Local authorities.

use chrono::{DateTime, Utc};
use entity::{LocalAuthorityId, PartialDate, local_authority, local_authority_successor};
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use crate::error::Result;
use crate::record::columns::{Table, Target, Value, columns};
use crate::record::{
    Draft, Fault, Problems, Slot, Standing, can_be_withdrawn, identifier, keyed_by, link_parts,
    of_the_network, parts_before, parts_of, quoted,
};
use crate::store::Write;

columns! {
    /// What the network should know of a local authority.
    pub struct LocalAuthorityDraft, LocalAuthorityFields LOCAL_AUTHORITY {
        /// Its code of the Office for National Statistics.
        gss_code: String [.key().holds(Value::GssCode)],
        /// Its name.
        name: String,
        /// Its full name.
        official_name: Option<String>,
        /// The nation that it lies in.
        country: String,
        /// The region of England that it lies in.
        region: Option<String>,
        /// The kind of authority.
        authority_type: Option<String>,
        /// Its number in the Department for Education's returns.
        dfe_number: Option<String>,
        /// When it came to be.
        established: Option<PartialDate>,
        /// The first day on which it was no more.
        abolished: Option<PartialDate>,
        /// Those that carry on its work.
        successors: Vec<LocalAuthorityId>,
    }
    groups {
        /// Whether it still stands.
        standing: Standing<LocalAuthorityId>,
    }
}

/// The file of local authorities.
pub(crate) static LOCAL_AUTHORITIES: Table =
    Table::new("local_authorities", LocalAuthorityDraft::COLUMNS)
        .of(Target::LocalAuthority)
        .superseded();

impl Draft for LocalAuthorityDraft {
    type Table = local_authority::Entity;
    type Key = String;
    type Parts = (local_authority_successor::Entity,);

    keyed_by!(local_authority, gss_code, GssCode);
    of_the_network!(local_authority, LocalAuthority);
    can_be_withdrawn!(local_authority superseded);

    async fn from_rows(
        connection: &impl ConnectionTrait,
        rows: &[local_authority::Model],
    ) -> Result<Vec<Self>> {
        let ids: Vec<Uuid> = rows.iter().map(|row| row.id.into()).collect();
        let (mut successors,) = parts_before::<Self>(connection, &ids).await?;
        let draft = |row: &local_authority::Model| Self {
            gss_code: row.gss_code.clone(),
            name: row.name.clone(),
            official_name: row.official_name.clone(),
            country: row.country.clone(),
            region: row.region.clone(),
            authority_type: row.authority_type.clone(),
            dfe_number: row.dfe_number.clone(),
            established: row.established.clone(),
            abolished: row.abolished.clone(),
            successors: parts_of(&mut successors, row.id)
                .iter()
                .map(|row| row.successor_id)
                .collect(),
            standing: Standing {
                withdrawn_at: row.withdrawn_at,
                withdrawal_reason: row.withdrawal_reason.clone(),
                superseded_by: row.superseded_by,
            },
        };
        Ok(rows.iter().map(draft).collect())
    }

    fn row(
        &self,
        id: Uuid,
        _before: Option<&local_authority::Model>,
        _now: DateTime<Utc>,
    ) -> local_authority::Model {
        let draft = self.clone();
        local_authority::Model {
            id: id.into(),
            gss_code: draft.gss_code,
            name: draft.name,
            official_name: draft.official_name,
            country: draft.country,
            region: draft.region,
            authority_type: draft.authority_type,
            dfe_number: draft.dfe_number,
            established: draft.established,
            abolished: draft.abolished,
            withdrawn_at: draft.standing.withdrawn_at,
            withdrawal_reason: draft.standing.withdrawal_reason,
            superseded_by: draft.standing.superseded_by,
        }
    }

    fn check(&self, problems: &mut Problems) {
        let code = Some(&self.gss_code);
        problems.identifier(
            LOCAL_AUTHORITY.gss_code.name(),
            code,
            identifier::gss_code,
            "E10000023",
        );
        problems.name(LOCAL_AUTHORITY.name.name(), &self.name);
        problems.short(LOCAL_AUTHORITY.official_name.name(), self.official_name.as_ref());
        problems.name(LOCAL_AUTHORITY.country.name(), &self.country);
        problems.short(LOCAL_AUTHORITY.region.name(), self.region.as_ref());
        problems.short(LOCAL_AUTHORITY.authority_type.name(), self.authority_type.as_ref());
        if let Some(number) = &self.dfe_number
            && !(number.len() == 3 && number.bytes().all(|byte| byte.is_ascii_digit()))
        {
            problems.add(
                LOCAL_AUTHORITY.dfe_number.name(),
                Fault::NotAnIdentifier,
                format!("{} does not have three digits.", quoted(number)),
                "Give all three digits; a spreadsheet may have dropped a zero in front.",
            );
        }
        problems.partly_in_order(
            LOCAL_AUTHORITY.abolished.name(),
            self.established.as_ref(),
            self.abolished.as_ref(),
        );
        problems.distinct(LOCAL_AUTHORITY.successors.name(), &self.successors);
        if !self.successors.is_empty() && self.abolished.is_none() {
            problems.add(
                LOCAL_AUTHORITY.successors.name(),
                Fault::Inconsistent,
                "It has successors, and no day on which it was abolished.",
                "Give `abolished`, the first day on which it is no more, or leave the successors out.",
            );
        }
        self.standing.check(problems);
    }

    /// Nothing succeeds itself. Longer circles are followed once: who asks for all that came before or after an
    /// authority stops at what it has seen.
    async fn prepare(_write: &Write, slots: &mut [Slot<Self>]) -> Result<()> {
        for slot in slots {
            let own = slot.before.as_ref().map(|row| row.id);
            if own.is_some_and(|id| slot.draft.successors.contains(&id)) {
                slot.problems.add(
                    LOCAL_AUTHORITY.successors.name(),
                    Fault::Circle,
                    "It would be its own successor.",
                    "Name the authorities that carry on its work.",
                );
            }
        }
        Ok(())
    }
}

link_parts! {
    local_authority_successor of LocalAuthorityDraft: local_authority_id, successor_id, "successors", |draft| draft.successors.clone();
}
