//! Agreements are proposed.

use chrono::NaiveDate;
use entity::{
    AgreementId, ChangeKind, LocalAuthorityId, PersonField, SocialWorkPopulation,
    agreement_controller, data_sharing_agreement,
};
use serde::Serialize;

use super::parties::parties;
use super::{Agreement, list};
use crate::access::policy::{self, Action};
use crate::error::{Error, Result};
use crate::once::Once;
use crate::request::RequestContext;
use crate::store::Subject;
use crate::young_people::disclosure::Rule;

/// An agreement that is proposed.
#[derive(Clone, Debug, Serialize)]
pub struct NewAgreement {
    /// The slug of the centre that is to read.
    pub recipient: String,
    /// The GSS codes of the authorities.
    pub controllers: Vec<String>,
    pub purpose: String,
    /// What in law allows it.
    pub legal_basis: String,
    pub populations: Vec<SocialWorkPopulation>,
    pub fields: Vec<PersonField>,
    /// The first day on which rows may be read.
    pub starts_on: NaiveDate,
    pub ends_on: NaiveDate,
    /// Only times that reach into this day or later ones.
    pub episodes_from: Option<NaiveDate>,
    /// Only times that began by this day.
    pub episodes_to: Option<NaiveDate>,
    /// The day by which the recipient deletes what it read: not before the last.
    pub retention_until: NaiveDate,
    /// The disclosure rule for what the recipient publishes; the space's own when nothing is said.
    pub rule_set: Option<String>,
}

/// Proposes an agreement, as one of its parties: that party has thereby approved it.
///
/// # Errors
/// `FORBIDDEN` for whoever is no party; `BAD_USER_INPUT`; `IDEMPOTENCY_KEY_REUSED`.
pub async fn propose(
    context: &RequestContext,
    new: NewAgreement,
    key: Option<&str>,
) -> Result<Agreement> {
    let once = key
        .map(|key| Once::try_new(context.viewer(), key, "agreement.propose", &new))
        .transpose()?;
    let (row, controllers) = draft(context, &new).await?;
    let id = row.id;
    let made = context
        .store()
        .write(context.viewer(), "agreement.propose", move |write| {
            Box::pin(async move {
                if let Some(once) = once
                    && let Some(first) = once.claim(write, id.into()).await?
                {
                    return Ok(AgreementId::from(first));
                }
                let recipient = row.recipient_id;
                let subject = Subject::itself(ChangeKind::DataSharingAgreement, id);
                write.insert::<data_sharing_agreement::Entity>(&[(subject, row)]).await?;
                let controllers = controllers.into_iter().map(|row| (id.into(), row));
                write
                    .replace::<agreement_controller::Entity>(vec![], controllers.collect())
                    .await?;
                write.of_centre(recipient);
                Ok(id)
            })
        })
        .await?;
    list::seen(context, made).await
}

async fn draft(
    context: &RequestContext,
    new: &NewAgreement,
) -> Result<(data_sharing_agreement::Model, Vec<agreement_controller::Model>)> {
    if policy::authorise(context.viewer(), &Action::ContributeReturns).is_err() {
        let centre = context.viewer().centre().unwrap_or_default();
        policy::authorise(context.viewer(), &Action::ReadYoungPeople(centre))?;
    }
    let directory = context.directory().await?;
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
    let parties = parties(context, recipient.row.id, &authorities).await?;
    if parties.is_none() {
        policy::authorise(context.viewer(), &Action::ReadYoungPeople(recipient.row.id))?;
    }
    let source = context.store().source();
    let (id, now) = (source.id(), source.now());
    let by_authority = |authority: &LocalAuthorityId| parties.approves_for(*authority);
    let controllers = authorities.iter().map(|authority| agreement_controller::Model {
        agreement_id: id,
        local_authority_id: *authority,
        approved_at: by_authority(authority).then_some(now),
        approved_by: context.viewer().token().filter(|_| by_authority(authority)),
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
            None => context.space().disclosure_rule()?.name.to_owned(),
        },
        version: 1,
        proposed_by: context.viewer().centre(),
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
    if new.retention_until < new.ends_on {
        return refusal(
            "retentionUntil",
            "It lies before `endsOn`: rows would be read that must have been deleted.",
        );
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
