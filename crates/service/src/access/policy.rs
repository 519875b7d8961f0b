//! *May I do this?* Pure rules: who may take which action. What a viewer may *see* is `scope`.

use std::collections::BTreeSet;

use entity::CentreId;

use super::ScopeName;
use crate::error::{Code, Error, Result};
use crate::viewer::{Viewer, Who};

/// An action that needs a permission.
#[derive(Clone, Debug)]
pub enum Action {
    /// Change the network: centres, authorities, vocabularies, standards and the like.
    WriteNetwork,
    /// Contribute or revise evidence of a centre.
    WriteEvidence(CentreId),
    /// Decide whether two publications, of these centres, are the same.
    ReviewEvidence(CentreId, CentreId),
    /// Begin or change a collaboration that a centre contributes.
    WriteCollaboration(CentreId),
    /// See the tokens of a centre.
    ReadTokens(CentreId),
    /// Issue a token of a centre with some scopes.
    IssueToken(CentreId, BTreeSet<ScopeName>),
    /// Approve a token of a centre that somebody else has issued.
    ApproveToken(CentreId),
    /// Revoke a token of a centre, or let it end earlier.
    RevokeToken(CentreId),
    /// Read the audit of a centre; of all when none is named.
    ReadAudit(Option<CentreId>),
    /// Ask for counts of young people.
    CountYoungPeople,
    /// Load, watch and erase returns of local authorities.
    ContributeReturns,
    /// Read rows about young people for a centre, under an agreement.
    ReadYoungPeople(CentreId),
    /// Say for which authorities the holder of a token acts.
    AppointSteward,
}

/// Allows an action, or says what is missing.
///
/// # Errors
/// `UNAUTHENTICATED` without a token; `FORBIDDEN` with the scope that would allow it.
pub fn authorise(viewer: &Viewer, action: &Action) -> Result<()> {
    let refusal = if matches!(viewer.who(), Who::Anonymous) {
        Error::new(
            Code::Unauthenticated,
            "This needs an access token; send it as `Authorization: Bearer …`.",
        )
    } else if let Some(scope) = missing_scope(viewer, action) {
        Error::forbidden(scope.as_str())
    } else {
        return Ok(());
    };
    Err(Error { refused_action: Some(action.name()), ..refusal })
}

impl Action {
    /// Returns what the action is called in the audit.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::WriteNetwork => "network.write",
            Self::WriteEvidence(_) => "evidence.write",
            Self::ReviewEvidence(..) => "evidence.review",
            Self::WriteCollaboration(_) => "collaboration.write",
            Self::ReadTokens(_) => "token.read",
            Self::IssueToken(..) => "token.issue",
            Self::ApproveToken(_) => "token.approve",
            Self::RevokeToken(_) => "token.revoke",
            Self::ReadAudit(_) => "audit.read",
            Self::CountYoungPeople => "young-people.count",
            Self::ContributeReturns => "young-people.contribute",
            Self::ReadYoungPeople(_) => "young-people.read",
            Self::AppointSteward => "steward.appoint",
        }
    }
}

fn missing_scope(viewer: &Viewer, action: &Action) -> Option<ScopeName> {
    use ScopeName::{
        AuditRead, AuditReadAll, CollaborationWrite, EvidenceReview, EvidenceWrite, NetworkWrite,
        TokensManage, TokensManageAll, YoungPeopleContribute, YoungPeopleRead,
        YoungPeopleStatistics,
    };

    if matches!(viewer.who(), Who::Operator) {
        return None;
    }
    let lacks = |scope| (!viewer.has(scope)).then_some(scope);
    let is_own = |centre: &CentreId| viewer.centre() == Some(*centre);
    // Of one's own centre the narrow scope will do, and is the one to ask for.
    let lacks_both = |narrow, wide| lacks(narrow).filter(|_| lacks(wide).is_some());
    match action {
        Action::WriteNetwork => lacks(NetworkWrite),
        Action::WriteEvidence(centre) if is_own(centre) => lacks(EvidenceWrite),
        Action::WriteCollaboration(centre) if is_own(centre) => lacks(CollaborationWrite),
        // Evidence and collaborations of another centre are nobody's to write, whatever the scope.
        Action::WriteEvidence(_) => Some(EvidenceWrite),
        Action::WriteCollaboration(_) => Some(CollaborationWrite),
        Action::ReviewEvidence(one, other) if is_own(one) && is_own(other) => {
            lacks_both(EvidenceWrite, EvidenceReview)
        }
        Action::ReviewEvidence(..) => lacks(EvidenceReview),
        Action::ReadTokens(centre) | Action::ApproveToken(centre) | Action::RevokeToken(centre)
            if is_own(centre) =>
        {
            lacks_both(TokensManage, TokensManageAll)
        }
        Action::ReadTokens(_) | Action::ApproveToken(_) | Action::RevokeToken(_) => {
            lacks(TokensManageAll)
        }
        Action::IssueToken(centre, scopes) => {
            let manages = match is_own(centre) {
                true => lacks_both(TokensManage, TokensManageAll),
                false => lacks(TokensManageAll),
            };
            // A token can never grant what its issuer lacks.
            manages.or_else(|| scopes.iter().copied().find(|scope| !viewer.has(*scope)))
        }
        Action::ReadAudit(Some(centre)) if is_own(centre) => lacks_both(AuditRead, AuditReadAll),
        Action::ReadAudit(_) => lacks(AuditReadAll),
        Action::CountYoungPeople => lacks(YoungPeopleStatistics),
        Action::ContributeReturns => lacks(YoungPeopleContribute),
        Action::ReadYoungPeople(centre) if is_own(centre) => lacks(YoungPeopleRead),
        // Rows that another centre may read are nobody else's to read, whatever the scope.
        Action::ReadYoungPeople(_) => Some(YoungPeopleRead),
        Action::AppointSteward => lacks(TokensManageAll),
    }
}
