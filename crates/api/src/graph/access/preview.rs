//! What the holder of a token would see, in the graph.

use async_graphql::{Enum, SimpleObject};
use service::access::token::{Preview, PreviewKind, PreviewReason};
use service::entity::{AccessTokenState, ChangeKind};

use super::super::enum_value::EnumValue;
use super::super::number::Int;

/// What the holder of a token would see by asking now. Counts only, never what is counted.
#[derive(SimpleObject)]
pub(super) struct AccessTokenPreview {
    /// Of each kind of shared thing, how many; none if the token is not accepted now.
    kinds: Vec<AccessTokenPreviewKind>,
    /// Why not more.
    reasons: Vec<AccessTokenPreviewReason>,
}

/// How many things of a kind the holder would see.
#[derive(SimpleObject)]
struct AccessTokenPreviewKind {
    /// The kind.
    kind: EnumValue<ChangeKind>,
    /// All of them, withdrawn ones too.
    total: Int<i64>,
    /// What everybody sees.
    public: Int<i64>,
    /// What every centre sees.
    network: Int<i64>,
    /// What others share with collaborations of the token's centre.
    collaboration: Int<i64>,
    /// What only the token's centre, or a collaboration of its, sees of its own things.
    own: Int<i64>,
}

/// Why the holder of a token sees no more.
#[derive(SimpleObject)]
struct AccessTokenPreviewReason {
    /// The reason, for programs.
    code: PreviewReasonCode,
    /// The reason, for people.
    message: String,
    /// The scope that would show more.
    missing_scope: Option<&'static str>,
}

/// Why the holder of a token sees no more.
#[derive(Clone, Copy, Enum, Eq, PartialEq)]
#[graphql(name = "AccessTokenPreviewReasonCode")]
enum PreviewReasonCode {
    /// The token is not accepted now.
    NotAccepted,
    /// It lacks the scope that shows more than what is public.
    LacksScope,
    /// What other centres keep to themselves is not for it.
    OtherCentres,
    /// It is accepted from some networks only.
    Networks,
}

impl From<Preview> for AccessTokenPreview {
    fn from(preview: Preview) -> Self {
        Self {
            kinds: preview.kinds.into_iter().map(Into::into).collect(),
            reasons: preview.reasons.iter().map(Into::into).collect(),
        }
    }
}

impl From<PreviewKind> for AccessTokenPreviewKind {
    fn from(kind: PreviewKind) -> Self {
        let PreviewKind { kind, public, network, collaboration, own } = kind;
        Self {
            kind: EnumValue(kind),
            total: Int(public + network + collaboration + own),
            public: Int(public),
            network: Int(network),
            collaboration: Int(collaboration),
            own: Int(own),
        }
    }
}

impl From<&PreviewReason> for AccessTokenPreviewReason {
    fn from(reason: &PreviewReason) -> Self {
        let (code, message, missing_scope) = match reason {
            PreviewReason::NotAccepted(state) => {
                let why = match state {
                    AccessTokenState::PendingApproval => {
                        "it waits for a second administrator's approval"
                    }
                    AccessTokenState::Expired => "its time is over",
                    AccessTokenState::Revoked => "it was revoked",
                    AccessTokenState::Active => "it is not accepted",
                };
                let message = format!("The token shows nothing: {why}.");
                (PreviewReasonCode::NotAccepted, message, None)
            }
            PreviewReason::LacksScope(scope) => (
                PreviewReasonCode::LacksScope,
                format!("Without {scope} it shows only what is public."),
                Some(scope.as_str()),
            ),
            PreviewReason::OtherCentres => (
                PreviewReasonCode::OtherCentres,
                "What other centres keep to themselves, share with collaborations that its centre is not in, or hold under an embargo is not for it.".to_owned(),
                None,
            ),
            PreviewReason::Networks(networks) => (
                PreviewReasonCode::Networks,
                format!("It is accepted from {networks} only."),
                None,
            ),
        };
        Self { code, message, missing_scope }
    }
}
