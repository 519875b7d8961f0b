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

pub use centre::{CENTRE, CentreDraft, STATUS, StatusDraft};
pub(crate) use centre::{CENTRE_STATUSES, CENTRES};
pub(crate) use engagement::ENGAGEMENTS;
pub use engagement::{ENGAGEMENT, EngagementDraft};
pub(crate) use local_authority::LOCAL_AUTHORITIES;
pub use local_authority::{LOCAL_AUTHORITY, LocalAuthorityDraft};
pub(crate) use partner::PARTNERS;
pub use partner::{PARTNER, PartnerDraft};
pub(crate) use person::{PEOPLE, PERSON_ROLES};
pub use person::{PERSON, PersonDraft, ROLE, RoleDraft};
pub(crate) use programme::PROGRAMMES;
pub use programme::{PROGRAMME, ProgrammeDraft};
pub use scale::{CROSSWALK, CrosswalkDraft, DIMENSION, DimensionDraft, LEVEL, LevelDraft};
pub(crate) use scale::{CROSSWALK_FILE, STANDARD_DIMENSIONS, STANDARD_LEVELS, standards};
pub use standard::{STANDARD, StandardDraft, VERSION, VersionDraft};
pub(crate) use standard::{STANDARD_VERSIONS, STANDARDS};
pub(crate) use term::{INTERVENTIONS, OUTCOMES, POPULATIONS, TERM_LABELS};
pub use term::{LABEL, LabelDraft, TERM, TermDraft};
