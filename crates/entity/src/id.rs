//! Identifiers: one type for each kind of thing, so that a study's id can't be passed for a centre's.

use sea_orm::{DbErr, DeriveValueType, TryFromU64};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(
            Clone, Copy, Debug, Default, Deserialize, DeriveValueType, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize,
        )]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }

        impl From<$name> for Uuid {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl TryFromU64 for $name {
            fn try_from_u64(_: u64) -> Result<Self, DbErr> {
                Err(DbErr::ConvertFromU64(stringify!($name)))
            }
        }
    )*};
}

ids! {
    /// A What Works Centre.
    CentreId;
    /// A person with a role at a centre, or an author.
    PersonId;
    LocalAuthorityId;
    /// A centre's visit to, or work with, a local authority.
    EngagementId;
    /// A programme that groups studies.
    ProgrammeId;
    /// A partner organisation.
    PartnerId;
    /// A shared initiative of several centres.
    CollaborationId;
    /// A term of a controlled vocabulary: an intervention, an outcome or a population.
    TermId;
    /// An evidence standard.
    StandardId;
    /// One version of an evidence standard.
    StandardVersionId;
    /// One dimension of a version of a standard.
    DimensionId;
    /// One level of a dimension.
    LevelId;
    /// A reading of one level in terms of another.
    CrosswalkId;
    StudyId;
    PublicationId;
    FindingId;
    RatingId;
    /// What somebody said to a centre of its work.
    FeedbackId;
    /// An access token; the `jti` of its JWT.
    AccessTokenId;
    /// A signing key; the `kid` of the tokens that it signs.
    SigningKeyId;
    /// A centre's own identity provider.
    IdentityProviderId;
    AuditEventId;
    /// A statutory return that was loaded.
    LoadedReturnId;
    /// Somebody in touch with social work: never shown, as an agreement has pseudonyms of its own.
    YoungPersonId;
    /// A data-sharing agreement.
    AgreementId;
}
