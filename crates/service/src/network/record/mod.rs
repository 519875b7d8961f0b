//! Recording the network: one draft for each kind of thing.

mod centre;
mod engagement;
mod in_use;
mod local_authority;
mod partner;
mod person;
mod programme;
mod scale;
mod standard;
mod term;

pub use centre::{CentreDraft, StatusDraft};
pub use engagement::EngagementDraft;
pub use local_authority::LocalAuthorityDraft;
pub use partner::PartnerDraft;
pub use person::{PersonDraft, RoleDraft};
pub use programme::ProgrammeDraft;
pub use scale::{CrosswalkDraft, DimensionDraft, LevelDraft};
pub use standard::{StandardDraft, VersionDraft};
pub use term::{LabelDraft, TermDraft};
