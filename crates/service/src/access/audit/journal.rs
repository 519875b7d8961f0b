//! What is tallied in memory and written every few moments: uses of tokens, and refusals.
//!
//! A request costs no write for either. What is in memory is lost only if the process is killed.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};
use entity::{AccessTokenId, AuditOutcome, CentreId, ChangeKind, IdentityProviderId, access_token};
use sea_orm::sea_query::{CaseStatement, Expr, ExprTrait, IntoColumnRef};
use sea_orm::{ColumnTrait, Condition};
use uuid::Uuid;

use crate::error::{Code, Error, Result};
use crate::store::Store;
use crate::store::audit::{Actor, Event};
use crate::viewer::Viewer;

/// The action of showing a token.
pub const USE_TOKEN: &str = "token.use";

/// Uses of tokens and refusals that are still to be written.
#[derive(Debug, Default)]
pub struct Journal(Mutex<Tallies>);

#[derive(Debug, Default)]
struct Tallies {
    uses: HashMap<AccessTokenId, Uses>,
    refusals: HashMap<Refusal, Tally>,
}

/// How often a token was sent, and when last.
#[derive(Clone, Copy, Debug, Default)]
struct Uses {
    accepted: i64,
    last_accepted: Option<DateTime<Utc>>,
    refused: i64,
    last_refused: Option<DateTime<Utc>>,
}

/// What makes refusals alike. There are only so many: of the tokens that are known, by action.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
struct Refusal {
    actor: Actor,
    action: &'static str,
    /// What was refused, and whose it is.
    subject: Option<(ChangeKind, Uuid, CentreId)>,
    code: Code,
    scope: Option<&'static str>,
}

#[derive(Clone, Debug)]
struct Tally {
    times: i32,
    first: DateTime<Utc>,
    request_id: Option<String>,
}

impl Journal {
    /// A token was accepted.
    pub(in crate::access) fn used(&self, token: AccessTokenId, now: DateTime<Utc>) {
        let mut tallies = self.tallies();
        let uses = tallies.uses.entry(token).or_default();
        uses.accepted += 1;
        uses.last_accepted = Ord::max(uses.last_accepted, Some(now));
    }

    /// A token that is known was refused.
    pub(in crate::access) fn refused_token(
        &self,
        token: AccessTokenId,
        centre: CentreId,
        code: Code,
        now: DateTime<Utc>,
    ) {
        let refusal = Refusal {
            actor: Actor { token: Some(token.into()), identity: None, centre: Some(centre) },
            action: USE_TOKEN,
            subject: Some((ChangeKind::AccessToken, token.into(), centre)),
            code,
            scope: None,
        };
        let mut tallies = self.tallies();
        let uses = tallies.uses.entry(token).or_default();
        uses.refused += 1;
        uses.last_refused = Ord::max(uses.last_refused, Some(now));
        tallies.count(refusal, now, None);
    }

    /// A token that says it is of an identity provider was refused. Who sent it is not known, nor
    /// whether the provider ever issued it.
    pub(in crate::access) fn refused_identity(
        &self,
        provider: IdentityProviderId,
        centre: CentreId,
        code: Code,
        now: DateTime<Utc>,
    ) {
        let refusal = Refusal {
            actor: Actor::default(),
            action: USE_TOKEN,
            subject: Some((ChangeKind::IdentityProvider, provider.into(), centre)),
            code,
            scope: None,
        };
        self.tallies().count(refusal, now, None);
    }

    /// Something that was sent as a token is none that is known.
    pub(in crate::access) fn refused_unknown_token(&self, code: Code, now: DateTime<Utc>) {
        let refusal = Refusal {
            actor: Actor::default(),
            action: USE_TOKEN,
            subject: None,
            code,
            scope: None,
        };
        self.tallies().count(refusal, now, None);
    }

    /// A viewer was refused something; if it wasn't for who they are, it is passed over.
    pub fn refused(&self, viewer: &Viewer, refusal: &Error, now: DateTime<Utc>) {
        let Some(action) = refusal.refused_action else {
            return;
        };
        let alike = Refusal {
            actor: Actor::from(viewer),
            action,
            subject: None,
            code: refusal.code,
            scope: refusal.required_scope,
        };
        let request_id = viewer.request_id().map(str::to_owned);
        self.tallies().count(alike, now, request_id);
    }

    /// Writes what was tallied. If the database refuses, the tallies are kept for the next time.
    ///
    /// # Errors
    /// When the database cannot be written to.
    pub async fn flush(&self, store: &Store) -> Result<()> {
        let taken = std::mem::take(&mut *self.tallies());
        if taken.uses.is_empty() && taken.refusals.is_empty() {
            return Ok(());
        }
        let uses: Vec<_> = taken.uses.iter().map(|(id, uses)| (*id, *uses)).collect();
        let events = taken.refusals.iter().map(event).collect();
        let written = store
            .attest(events, |write| {
                Box::pin(async move {
                    for (token, uses) in uses {
                        let which = Condition::all().add(access_token::Column::Id.eq(token));
                        write.derive::<access_token::Entity>(counted(uses), which).await?;
                    }
                    Ok(())
                })
            })
            .await;
        if written.is_err() {
            self.tallies().take_back(taken);
        }
        written
    }

    fn tallies(&self) -> MutexGuard<'_, Tallies> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Tallies {
    fn count(&mut self, refusal: Refusal, now: DateTime<Utc>, request_id: Option<String>) {
        self.refusals
            .entry(refusal)
            .and_modify(|tally| tally.times = tally.times.saturating_add(1))
            .or_insert(Tally { times: 1, first: now, request_id });
    }

    fn take_back(&mut self, earlier: Self) {
        for (token, before) in earlier.uses {
            let uses = self.uses.entry(token).or_default();
            uses.accepted += before.accepted;
            uses.last_accepted = Ord::max(uses.last_accepted, before.last_accepted);
            uses.refused += before.refused;
            uses.last_refused = Ord::max(uses.last_refused, before.last_refused);
        }
        for (refusal, before) in earlier.refusals {
            let times = self.refusals.get(&refusal).map_or(0, |later| later.times);
            let whole = Tally { times: before.times.saturating_add(times), ..before };
            self.refusals.insert(refusal, whole);
        }
    }
}

fn event((refusal, tally): (&Refusal, &Tally)) -> Event {
    let detail = match refusal.scope {
        Some(scope) => format!("{}: {scope}", refusal.code.as_str()),
        None => refusal.code.as_str().to_owned(),
    };
    Event {
        at: tally.first,
        actor: refusal.actor.clone(),
        request_id: tally.request_id.clone(),
        action: refusal.action.into(),
        kind: refusal.subject.map(|(kind, ..)| kind),
        subject: refusal.subject.map(|(_, id, _)| id),
        subject_centre: refusal.subject.map(|(.., centre)| centre),
        outcome: AuditOutcome::Refused,
        detail: Some(detail),
        times: tally.times,
    }
}

/// The columns of a token that count its uses, and what they become.
fn counted(uses: Uses) -> Vec<(access_token::Column, Expr)> {
    use access_token::Column::{LastRefusedAt, LastUsedAt, RefusedUses, Uses as Accepted};

    let mut values = Vec::new();
    if let Some(last) = uses.last_accepted {
        values.push((Accepted, Expr::col(Accepted).add(uses.accepted)));
        values.push((LastUsedAt, later(LastUsedAt, last)));
    }
    if let Some(last) = uses.last_refused {
        values.push((RefusedUses, Expr::col(RefusedUses).add(uses.refused)));
        values.push((LastRefusedAt, later(LastRefusedAt, last)));
    }
    values
}

/// The later of a column and a moment: several servers write what they saw, in any order.
fn later(column: access_token::Column, moment: DateTime<Utc>) -> Expr {
    CaseStatement::new()
        .case(Expr::col(column.into_column_ref()).gte(moment), Expr::col(column.into_column_ref()))
        .finally(Expr::val(moment))
        .into()
}
