//! The kinds of thing that come in and go out, and in which files.

use crate::collaboration::record::{COLLABORATIONS, CollaborationDraft};
use crate::evidence::record::{
    FINDINGS, FindingDraft, PUBLICATION_AUTHORS, PUBLICATIONS, PublicationDraft, RATINGS,
    RatingDraft, STUDIES, STUDY_SITES, STUDY_STATUSES, StudyDraft,
};
use crate::feedback::record::{FEEDBACK_FILE, FeedbackDraft};
use crate::network::record::{
    CENTRE_STATUSES, CENTRES, CROSSWALK_FILE, CentreDraft, CrosswalkDraft, DimensionDraft,
    ENGAGEMENTS, EngagementDraft, INTERVENTIONS, LOCAL_AUTHORITIES, LevelDraft,
    LocalAuthorityDraft, OUTCOMES, PARTNERS, PEOPLE, PERSON_ROLES, POPULATIONS, PROGRAMMES,
    PartnerDraft, PersonDraft, ProgrammeDraft, STANDARD_DIMENSIONS, STANDARD_LEVELS,
    STANDARD_VERSIONS, STANDARDS, StandardDraft, TERM_LABELS, TermDraft, VersionDraft,
};
use crate::record::Draft;
use crate::record::columns::{Table, Target};
use crate::record::patch::{Item, Patch};

/// A kind of thing, as the rows of a file.
pub(super) trait Kind {
    /// What a row becomes.
    type Draft: Draft;
    /// Its file.
    const TABLE: &'static Table;
    /// The files of its children.
    const CHILDREN: &'static [&'static Table];

    /// What stands in the columns by which its children name it.
    fn named_by_children(patch: &Patch) -> Vec<Item> {
        let vocabulary = Self::TABLE.of.and_then(Target::vocabulary);
        let vocabulary = vocabulary.map(|vocabulary| Item::Word(vocabulary.as_str()));
        let key = Self::TABLE.columns().iter().find(|column| column.is_key);
        vocabulary.into_iter().chain(key.map(|key| patch.item(key.name))).collect()
    }
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $vis:vis $kind:ident $draft:ident $table:ident [$($child:ident)*];)*) => {$(
        $(#[$doc])*
        #[derive(Debug)]
        $vis struct $kind;

        impl Kind for $kind {
            type Draft = $draft;
            const TABLE: &'static Table = &$table;
            const CHILDREN: &'static [&'static Table] = &[$(&$child),*];
        }
    )*};
}

kinds! {
    /// Centres, with their standing in the network.
    pub Centres CentreDraft CENTRES [CENTRE_STATUSES];
    /// People, with their roles.
    pub People PersonDraft PEOPLE [PERSON_ROLES];
    /// Local authorities.
    pub LocalAuthorities LocalAuthorityDraft LOCAL_AUTHORITIES [];
    /// Partner organisations.
    pub Partners PartnerDraft PARTNERS [];
    /// Programmes.
    pub Programmes ProgrammeDraft PROGRAMMES [];
    /// Engagements of centres with authorities.
    pub Engagements EngagementDraft ENGAGEMENTS [];
    /// Interventions, with their labels.
    pub Interventions TermDraft INTERVENTIONS [TERM_LABELS];
    /// Outcomes, with their labels.
    pub Outcomes TermDraft OUTCOMES [TERM_LABELS];
    /// Populations, with their labels.
    pub Populations TermDraft POPULATIONS [TERM_LABELS];
    /// Evidence standards.
    pub Standards StandardDraft STANDARDS [];
    /// Versions of standards.
    pub(super) Versions VersionDraft STANDARD_VERSIONS [];
    /// Dimensions of versions.
    pub(super) Dimensions DimensionDraft STANDARD_DIMENSIONS [];
    /// Levels of dimensions.
    pub(super) Levels LevelDraft STANDARD_LEVELS [];
    /// How levels of standards read on others.
    pub Crosswalk CrosswalkDraft CROSSWALK_FILE [];
    /// Collaborations.
    pub Collaborations CollaborationDraft COLLABORATIONS [];
    /// Publications, with their authors.
    pub Publications PublicationDraft PUBLICATIONS [PUBLICATION_AUTHORS];
    /// Studies, with their sites and dated status.
    pub Studies StudyDraft STUDIES [STUDY_STATUSES STUDY_SITES];
    /// Findings.
    pub Findings FindingDraft FINDINGS [];
    /// Ratings.
    pub Ratings RatingDraft RATINGS [];
    /// Feedback to centres.
    pub Feedback FeedbackDraft FEEDBACK_FILE [];
}
