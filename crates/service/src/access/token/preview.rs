//! What the holder of a token would see, and why not more.

use entity::{
    AccessTokenState, CentreId, ChangeKind, Visibility, access_token, collaboration, feedback,
    finding, publication, rating, study,
};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ConnectionTrait, IdenStatic, QuerySelect, QueryTrait};

use super::state;
use crate::access::grant::scopes_of;
use crate::access::scope::{self, SharedEntity};
use crate::access::{AllowedNetworks, Credential, Grant, ScopeName};
use crate::error::Result;
use crate::space::Space;
use crate::viewer::Viewer;

/// A preview of what the holder of a token would see.
#[derive(Clone, Debug)]
pub struct Preview {
    /// Of each kind of shared thing, how many.
    pub kinds: Vec<PreviewKind>,
    pub reasons: Vec<PreviewReason>,
}

/// The number of things of a kind that the holder would see, by reason.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct PreviewKind {
    pub kind: ChangeKind,
    /// What everybody sees.
    pub public: i64,
    /// What every centre sees.
    pub network: i64,
    /// What is shared with collaborations of the centre.
    pub collaboration: i64,
    /// What is the centre's own and not in any of these.
    pub own: i64,
}

/// The reason why the holder of a token sees no more.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum PreviewReason {
    /// The token is not accepted now.
    NotAccepted(AccessTokenState),
    /// It lacks the scope that shows more than what is public.
    LacksScope(ScopeName),
    /// What other centres keep to themselves, to collaborations without this centre, or under an
    /// embargo is not for it.
    OtherCentres,
    /// It is accepted from some networks only.
    Networks(AllowedNetworks),
}

/// Counts what the holder of the token would see if it asked now. One statement for each kind.
pub async fn preview(space: &Space, record: &access_token::Model) -> Result<Preview> {
    let now = space.store().source().now();
    let scopes = scopes_of(&record.scopes);
    let networks = AllowedNetworks::of_record(record.networks.as_ref())?;
    let state = state(record, now);
    let mut reasons = Vec::new();
    if state != AccessTokenState::Active {
        reasons.push(PreviewReason::NotAccepted(state));
    }
    reasons.push(match scopes.contains(&ScopeName::EvidenceRead) {
        true => PreviewReason::OtherCentres,
        false => PreviewReason::LacksScope(ScopeName::EvidenceRead),
    });
    if networks != AllowedNetworks::default() {
        reasons.push(PreviewReason::Networks(networks.clone()));
    }
    let holder = Viewer::holder(Grant {
        credential: Credential::Token {
            id: record.id,
            key: record.key_id.unwrap_or_default(),
            root: record.root_id.unwrap_or_default(),
        },
        name: record.name.clone(),
        centre: record.centre_id,
        scopes,
        networks,
        expires_at: record.expires_at,
    });
    let kinds = match state {
        AccessTokenState::Active => counts(space, &holder, record.centre_id).await?,
        AccessTokenState::PendingApproval
        | AccessTokenState::Expired
        | AccessTokenState::Revoked => Vec::new(),
    };
    Ok(Preview { kinds, reasons })
}

async fn counts(space: &Space, holder: &Viewer, centre: CentreId) -> Result<Vec<PreviewKind>> {
    Ok(vec![
        count::<study::Entity>(space, holder, centre, ChangeKind::Study).await?,
        count::<publication::Entity>(space, holder, centre, ChangeKind::Publication).await?,
        count::<finding::Entity>(space, holder, centre, ChangeKind::Finding).await?,
        count::<rating::Entity>(space, holder, centre, ChangeKind::Rating).await?,
        count::<collaboration::Entity>(space, holder, centre, ChangeKind::Collaboration).await?,
        count::<feedback::Entity>(space, holder, centre, ChangeKind::Feedback).await?,
    ])
}

async fn count<E: SharedEntity>(
    space: &Space,
    holder: &Viewer,
    centre: CentreId,
    kind: ChangeKind,
) -> Result<PreviewKind> {
    let store = space.store();
    let grouped = scope::shared::<E>(holder, store.source().now())
        .select_only()
        .column(E::VISIBILITY)
        .column(E::CONTRIBUTED_BY)
        .expr_as(Expr::val(1).count(), "things")
        .group_by(E::VISIBILITY)
        .group_by(E::CONTRIBUTED_BY)
        .into_query();
    let mut counted = PreviewKind { kind, public: 0, network: 0, collaboration: 0, own: 0 };
    for row in store.connection().query_all(&grouped).await? {
        let visibility: Visibility = row.try_get("", E::VISIBILITY.as_str())?;
        let by: CentreId = row.try_get("", E::CONTRIBUTED_BY.as_str())?;
        let things: i64 = row.try_get("", "things")?;
        let sum = match visibility {
            Visibility::Public => &mut counted.public,
            Visibility::Network => &mut counted.network,
            Visibility::Collaboration if by == centre => &mut counted.own,
            Visibility::Collaboration => &mut counted.collaboration,
            Visibility::Centre => &mut counted.own,
        };
        *sum += things;
    }
    Ok(counted)
}
