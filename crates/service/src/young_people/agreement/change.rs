//! Agreements are proposed, approved and ended.

use chrono::{DateTime, NaiveDate, Utc};
use entity::{
    AgreementId, CentreId, ChangeKind, ChangeOperation, LocalAuthorityId, PersonField,
    SocialWorkPopulation, agreement_controller, agreement_pseudonym, data_sharing_agreement,
};
use sea_orm::ActiveValue::{Set, Unchanged};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter};
use serde::Serialize;
use uuid::Uuid;

use super::{Agreement, list};
use crate::access::policy::{self, Action};
use crate::access::scope;
use crate::error::{Code, Error, Result};
use crate::once::Once;
use crate::space::Space;
use crate::store::{Write, bulk};
use crate::viewer::Viewer;
use crate::young_people::disclosure::Rule;
use crate::young_people::stewards;

/// An agreement that is proposed.
#[derive(Clone, Debug, Serialize)]
pub struct NewAgreement {
    /// The slug of the centre that is to read.
    pub recipient: String,
    /// The GSS codes of the authorities.
    pub controllers: Vec<String>,
    /// What it reads for.
    pub purpose: String,
    /// What in law allows it.
    pub legal_basis: String,
    /// Of which populations.
    pub populations: Vec<SocialWorkPopulation>,
    /// Which fields.
    pub fields: Vec<PersonField>,
    /// The first day on which rows may be read.
    pub starts_on: NaiveDate,
    /// The last.
    pub ends_on: NaiveDate,
    /// Only times that reach into this day or later ones.
    pub episodes_from: Option<NaiveDate>,
    /// Only times that began by this day.
    pub episodes_to: Option<NaiveDate>,
    /// The day by which the recipient deletes what it read.
    pub retention_until: NaiveDate,
    /// The disclosure rule for what the recipient publishes; the space's own when nothing is said.
    pub rule_set: Option<String>,
}

/// What a party decides.
#[derive(Clone, Copy, Debug)]
pub struct Decision {
    /// The agreement.
    pub id: AgreementId,
    /// Its version as it was read.
    pub expected_version: i32,
}

/// Proposes an agreement, as one of its parties: that party has thereby approved it.
///
/// # Errors
/// `FORBIDDEN` for whoever is no party; `BAD_INPUT`; `IDEMPOTENCY_KEY_REUSED`.
pub async fn propose(
    space: &Space,
    viewer: &Viewer,
    new: NewAgreement,
    key: Option<&str>,
) -> Result<Agreement> {
    let once = key
        .map(|key| Once::try_new(viewer, key, "agreement.propose", &new))
        .transpose()?;
    let (row, controllers) = draft(space, viewer, &new).await?;
    let id = row.id;
    let made = space
        .store()
        .write(viewer, "agreement.propose", move |write| {
            Box::pin(async move {
                if let Some(once) = once
                    && let Some(first) = once.claim(write, id.into()).await?
                {
                    return Ok(AgreementId::from(first));
                }
                let recipient = row.recipient_id;
                data_sharing_agreement::Entity::insert(row.into_active_model())
                    .exec_without_returning(write.connection())
                    .await?;
                let rows = controllers
                    .into_iter()
                    .map(IntoActiveModel::into_active_model);
                bulk::insert(write.connection(), rows.collect()).await?;
                write.created(ChangeKind::DataSharingAgreement, id);
                write.of_centre(recipient);
                Ok(id)
            })
        })
        .await?;
    list::seen(space, viewer, made).await
}

async fn draft(
    space: &Space,
    viewer: &Viewer,
    new: &NewAgreement,
) -> Result<(
    data_sharing_agreement::Model,
    Vec<agreement_controller::Model>,
)> {
    if policy::authorise(viewer, &Action::ContributeReturns).is_err() {
        let centre = viewer.centre().unwrap_or_default();
        policy::authorise(viewer, &Action::ReadYoungPeople(centre))?;
    }
    let directory = space.directory().await?;
    let recipient = directory.centres.by_key(&new.recipient).ok_or_else(|| {
        Error::bad_input("recipient", "There is no such centre. Name it by its slug.")
    })?;
    let mut authorities = Vec::new();
    for code in &new.controllers {
        let authority = directory.local_authorities.by_key(code).ok_or_else(|| {
            Error::bad_input(
                "controllers",
                format!("There is no local authority {code:?}. Give GSS codes, such as E09000007."),
            )
        })?;
        if !authorities.contains(&authority.id) {
            authorities.push(authority.id);
        }
    }
    check(new, &authorities)?;
    let parties = parties(space, viewer, recipient.row.id, &authorities).await?;
    if parties.is_none() {
        policy::authorise(viewer, &Action::ReadYoungPeople(recipient.row.id))?;
    }
    let source = space.store().source();
    let (id, now) = (source.id(), source.now());
    let by_authority = |authority: &LocalAuthorityId| parties.approves_for(*authority);
    let controllers = authorities
        .iter()
        .map(|authority| agreement_controller::Model {
            agreement_id: id,
            local_authority_id: *authority,
            approved_at: by_authority(authority).then_some(now),
            approved_by: viewer.token().filter(|_| by_authority(authority)),
        });
    let row = data_sharing_agreement::Model {
        id,
        recipient_id: recipient.row.id,
        purpose: new.purpose.trim().to_owned(),
        legal_basis: new.legal_basis.trim().to_owned(),
        populations: new.populations.iter().map(|word| word.as_str()).collect(),
        fields: new.fields.iter().map(|word| word.as_str()).collect(),
        starts_on: new.starts_on,
        ends_on: new.ends_on,
        episodes_from: new.episodes_from,
        episodes_to: new.episodes_to,
        retention_until: new.retention_until,
        rule_set: match &new.rule_set {
            Some(name) => name.clone(),
            None => space.disclosure_rule()?.name.to_owned(),
        },
        version: 1,
        proposed_by: viewer.centre(),
        proposed_at: now,
        recipient_approved_at: parties.is_recipient.then_some(now),
        ended_at: None,
        end_reason: None,
    };
    Ok((row, controllers.collect()))
}

fn check(new: &NewAgreement, authorities: &[LocalAuthorityId]) -> Result<()> {
    let refusal = |field: &str, why: &'static str| Err(Error::bad_input(field, why));
    if authorities.is_empty() {
        return refusal("controllers", "Name at least one authority.");
    }
    if new.purpose.trim().is_empty() {
        return refusal("purpose", "Say what the rows are read for.");
    }
    if new.legal_basis.trim().is_empty() {
        return refusal("legalBasis", "Say what in law allows it.");
    }
    if new.populations.is_empty() {
        return refusal("populations", "Name at least one population.");
    }
    if new.fields.is_empty() {
        return refusal("fields", "Name at least one field.");
    }
    if new.ends_on < new.starts_on {
        return refusal("endsOn", "The last day lies before the first.");
    }
    if new.retention_until < new.starts_on {
        return refusal("retentionUntil", "It lies before the first day.");
    }
    if let (Some(from), Some(to)) = (new.episodes_from, new.episodes_to)
        && to < from
    {
        return refusal("episodesTo", "It lies before `episodesFrom`.");
    }
    if let Some(name) = &new.rule_set
        && let Err(unknown) = Rule::named(name)
    {
        return Err(Error::bad_input("ruleSet", unknown.to_string()));
    }
    Ok(())
}

/// As which parties of an agreement somebody acts.
struct Parties {
    is_recipient: bool,
    authorities: Vec<LocalAuthorityId>,
}

impl Parties {
    fn is_none(&self) -> bool {
        !self.is_recipient && self.authorities.is_empty()
    }

    fn approves_for(&self, authority: LocalAuthorityId) -> bool {
        self.authorities.contains(&authority)
    }
}

/// One person never acts as both sides: a token that acts for an authority approves for that, and a centre's other
/// tokens for the centre. The operator proposes and ends, and approves for nobody.
async fn parties(
    space: &Space,
    viewer: &Viewer,
    recipient: CentreId,
    authorities: &[LocalAuthorityId],
) -> Result<Parties> {
    let own = stewards::authorities(space, viewer).await?;
    let may_contribute = policy::authorise(viewer, &Action::ContributeReturns).is_ok();
    let acts_for: Vec<_> = authorities
        .iter()
        .copied()
        .filter(|authority| may_contribute && own.contains(authority))
        .collect();
    let may_read = policy::authorise(viewer, &Action::ReadYoungPeople(recipient)).is_ok();
    Ok(Parties {
        is_recipient: acts_for.is_empty() && may_read && viewer.centre() == Some(recipient),
        authorities: acts_for,
    })
}

/// Approves an agreement as one of its parties.
///
/// # Errors
/// `NOT_FOUND`; `FORBIDDEN` for whoever is no party that is still to approve it; `CONFLICT` when it has changed, or
/// has ended.
pub async fn approve(space: &Space, viewer: &Viewer, decision: Decision) -> Result<Agreement> {
    let agreement = list::seen(space, viewer, decision.id).await?;
    let authorities = agreement.authorities();
    let parties = parties(space, viewer, agreement.recipient(), &authorities).await?;
    if parties.is_none() {
        return Err(no_party());
    }
    let token = viewer.token();
    space
        .store()
        .write(viewer, "agreement.approve", move |write| {
            Box::pin(async move {
                let row = locked(write, &decision).await?;
                let now = write.source().now();
                if parties.is_recipient && row.recipient_approved_at.is_none() {
                    set_approved(write, &row, now).await?;
                } else {
                    touch(write, &row).await?;
                }
                approve_for(write, decision.id, &parties.authorities, token, now).await?;
                note(write, &row, ChangeOperation::Updated)
            })
        })
        .await?;
    list::seen(space, viewer, decision.id).await
}

/// Ends an agreement before its last day: from then on no row is read under it, and its pseudonyms lead to nobody.
///
/// # Errors
/// `NOT_FOUND`; `FORBIDDEN` for whoever is no party; `CONFLICT` when it has changed, or has ended; `BAD_INPUT` without
/// a reason.
pub async fn end(
    space: &Space,
    viewer: &Viewer,
    decision: Decision,
    reason: String,
) -> Result<Agreement> {
    if reason.trim().is_empty() {
        return Err(Error::bad_input("reason", "Say why it ends."));
    }
    let agreement = list::seen(space, viewer, decision.id).await?;
    let authorities = agreement.authorities();
    let parties = parties(space, viewer, agreement.recipient(), &authorities).await?;
    let is_operator = matches!(viewer.who(), crate::viewer::Who::Operator);
    if parties.is_none() && !is_operator {
        return Err(no_party());
    }
    space
        .store()
        .write(viewer, "agreement.end", move |write| {
            Box::pin(async move {
                let row = locked(write, &decision).await?;
                let ended = data_sharing_agreement::ActiveModel {
                    id: Unchanged(row.id),
                    ended_at: Set(Some(write.source().now())),
                    end_reason: Set(Some(reason.trim().to_owned())),
                    version: Set(row.version + 1),
                    ..Default::default()
                };
                data_sharing_agreement::Entity::update(ended)
                    .exec(write.connection())
                    .await?;
                #[expect(
                    clippy::disallowed_methods,
                    reason = "pseudonyms are of use while their agreement is in force only"
                )]
                agreement_pseudonym::Entity::delete_many()
                    .filter(agreement_pseudonym::Column::AgreementId.eq(row.id))
                    .exec(write.connection())
                    .await?;
                write.because(Some(reason));
                note(write, &row, ChangeOperation::Withdrawn)
            })
        })
        .await?;
    list::seen(space, viewer, decision.id).await
}

async fn locked(write: &Write, decision: &Decision) -> Result<data_sharing_agreement::Model> {
    let row = scope::locked::<data_sharing_agreement::Entity>(
        write.connection().get_database_backend(),
        Condition::all().add(data_sharing_agreement::Column::Id.eq(decision.id)),
    )
    .one(write.connection())
    .await?
    .ok_or_else(|| Error::not_found("agreement"))?;
    if row.version != decision.expected_version {
        return Err(Error::changed_since(
            "expectedVersion",
            decision.expected_version,
            row.version,
        ));
    }
    if row.ended_at.is_some() || write.source().now().date_naive() > row.ends_on {
        return Err(Error::new(
            Code::Conflict,
            "The agreement has ended. Propose another.",
        ));
    }
    Ok(row)
}

async fn set_approved(
    write: &Write,
    row: &data_sharing_agreement::Model,
    now: DateTime<Utc>,
) -> Result<()> {
    let approved = data_sharing_agreement::ActiveModel {
        id: Unchanged(row.id),
        recipient_approved_at: Set(Some(now)),
        version: Set(row.version + 1),
        ..Default::default()
    };
    data_sharing_agreement::Entity::update(approved)
        .exec(write.connection())
        .await?;
    Ok(())
}

async fn touch(write: &Write, row: &data_sharing_agreement::Model) -> Result<()> {
    let touched = data_sharing_agreement::ActiveModel {
        id: Unchanged(row.id),
        version: Set(row.version + 1),
        ..Default::default()
    };
    data_sharing_agreement::Entity::update(touched)
        .exec(write.connection())
        .await?;
    Ok(())
}

async fn approve_for(
    write: &Write,
    id: AgreementId,
    authorities: &[LocalAuthorityId],
    token: Option<entity::AccessTokenId>,
    now: DateTime<Utc>,
) -> Result<()> {
    for authority in authorities {
        let approved = agreement_controller::ActiveModel {
            agreement_id: Unchanged(id),
            local_authority_id: Unchanged(*authority),
            approved_at: Set(Some(now)),
            approved_by: Set(token),
        };
        agreement_controller::Entity::update(approved)
            .exec(write.connection())
            .await?;
    }
    Ok(())
}

fn note(
    write: &mut Write,
    row: &data_sharing_agreement::Model,
    operation: ChangeOperation,
) -> Result<()> {
    write.of_centre(row.recipient_id);
    let id: Uuid = row.id.into();
    let nothing = serde_json::json!({});
    write.updated(
        ChangeKind::DataSharingAgreement,
        id,
        operation,
        row.version + 1,
        &nothing,
    )
}

fn no_party() -> Error {
    Error {
        refused_action: Some("agreement.decide"),
        ..Error::new(
            Code::Forbidden,
            "Only its parties decide on an agreement: the recipient with young-people:read, and each authority's steward with young-people:contribute.",
        )
    }
}
