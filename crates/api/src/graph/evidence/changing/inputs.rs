//! The inputs of evidence: what may be said of a new thing, and of one that is there.

use async_graphql::ID;
use service::entity::{
    EffectMeasure, PublicationKind, RiskOfBias, StudyDesign, StudyStatus, Visibility,
};
use service::evidence::record::{
    FINDING, PUBLICATION, RATING, STUDY, SiteDraft, StatusChangeDraft,
};
use service::record::columns::SHARING;

use super::parts::{
    AuthorInput, Authors, ConfidenceIntervalInput, ParticipantsInput, RegistrationInput,
    ScoreInput, SiteInput, StatusChangeInput,
};
use crate::graph::date::{Date, Moment};
use crate::graph::entry::{Spread, inputs, rows};
use crate::graph::enum_value::EnumValue;

inputs! {
    /// A study to be contributed. Things are named by slug, GSS code or global id.
    ContributeStudyInput {
        /// Its name in addresses: lower-case letters, digits and hyphens. Without one it is made from the title.
        may slug: String => STUDY.slug;
    }
    /// A study to be revised. What is left out stays as it is; null empties it; a list is replaced whole.
    ReviseStudyInput {
        /// Its title.
        must title: String => STUDY.title;
        /// What it asks and does.
        may summary: String => STUDY.summary;
        /// How it is, or will be, done.
        must design: EnumValue<StudyDesign> => STUDY.design;
        /// How far it has come.
        must status: EnumValue<StudyStatus> => STUDY.status;
        /// How its status changed.
        may status_history: Vec<StatusChangeInput> => rows::<StatusChangeDraft>();
        /// When it begins.
        may starts_on: Date => STUDY.starts_on;
        /// When it ends.
        may ends_on: Date => STUDY.ends_on;
        /// Where it was registered before it began.
        may registration: RegistrationInput => Spread;
        /// The centre that leads it; your own when nothing is said.
        may lead_centre: ID => STUDY.lead_centre;
        /// The other centres that take part.
        may collaborating_centres: Vec<ID> => STUDY.collaborating_centres;
        /// The programme that it belongs to.
        may programme: ID => STUDY.programme;
        /// Its partners.
        may partners: Vec<ID> => STUDY.partners;
        /// Where it takes place.
        may sites: Vec<SiteInput> => rows::<SiteDraft>();
        /// The interventions that it is about, beside those of its findings.
        may interventions: Vec<ID> => STUDY.interventions;
        /// The outcomes that it measures, beside those of its findings.
        may outcomes: Vec<ID> => STUDY.outcomes;
        /// The populations that it is about, beside those of its findings.
        may populations: Vec<ID> => STUDY.populations;
        /// The documents that report it.
        may publications: Vec<ID> => STUDY.publications;
        /// Who may see it; without a word only your centre.
        may visibility: EnumValue<Visibility> => SHARING.visibility;
        /// The collaborations whose members may see it, where its visibility is `COLLABORATION`.
        may shared_with: Vec<ID> => SHARING.shared_with;
        /// Until then only your centre sees it, whatever its visibility.
        may embargoed_until: Moment => SHARING.embargoed_until;
    }
}

inputs! {
    /// A publication to be contributed. Things are named by slug or global id.
    ContributePublicationInput {
        /// Its name in addresses: lower-case letters, digits and hyphens. Without one it is made from the title.
        may slug: String => PUBLICATION.slug;
    }
    /// A publication to be revised. What is left out stays as it is; null empties it; a list is replaced whole.
    RevisePublicationInput {
        /// Its title.
        must title: String => PUBLICATION.title;
        /// What kind of document it is.
        must kind: EnumValue<PublicationKind> => PUBLICATION.kind;
        /// Its abstract.
        may r#abstract: String => PUBLICATION.abstract_text;
        /// Its authors, in order.
        may authors: Vec<AuthorInput> => Authors;
        /// Its DOI, in any spelling.
        may doi: String => PUBLICATION.doi;
        /// When it was published: `2019`, `2019-07` or `2019-07-15`.
        may published_on: String => PUBLICATION.published;
        /// The journal, series or publisher.
        may venue: String => PUBLICATION.venue;
        /// Its language, as a code of ISO 639, such as `en` or `cy`.
        may language: String => PUBLICATION.language;
        /// Its licence, by its SPDX identifier, such as `CC-BY-4.0`.
        may licence: String => PUBLICATION.licence;
        /// Where it can be read.
        may url: String => PUBLICATION.url;
        /// Who may see it; without a word only your centre.
        may visibility: EnumValue<Visibility> => SHARING.visibility;
        /// The collaborations whose members may see it, where its visibility is `COLLABORATION`.
        may shared_with: Vec<ID> => SHARING.shared_with;
        /// Until then only your centre sees it, whatever its visibility.
        may embargoed_until: Moment => SHARING.embargoed_until;
    }
}

inputs! {
    /// A finding to be contributed: one result of a study. Things are named by slug or global id.
    ContributeFindingInput {
        /// The study.
        must study: ID => FINDING.study;
        /// Your own reference within the study. Without one it is made.
        may reference: String => FINDING.reference;
    }
    /// A finding to be revised. What is left out stays as it is; null empties it. Its study stays the same.
    ReviseFindingInput {
        /// The publication that reports it.
        may publication: ID => FINDING.publication;
        /// What was done.
        may intervention: ID => FINDING.intervention;
        /// With what it was compared.
        may comparator: String => FINDING.comparator;
        /// What was measured.
        must outcome: ID => FINDING.outcome;
        /// How it was measured, such as the name of the test.
        may outcome_detail: String => FINDING.outcome_detail;
        /// In whom it was measured.
        may population: ID => FINDING.population;
        /// The scale of the estimate.
        must measure: EnumValue<EffectMeasure> => FINDING.measure;
        /// The estimate: above 0 when the intervention group has more of the outcome. Ratios are natural logarithms.
        must estimate: f64 => FINDING.estimate;
        /// The standard error of the estimate, on the same scale; above 0.
        may standard_error: f64 => FINDING.standard_error;
        /// An interval around the estimate.
        may confidence_interval: ConfidenceIntervalInput => Spread;
        /// How many took part.
        may participants: ParticipantsInput => Spread;
        /// When it was measured.
        may time_point: String => FINDING.time_point;
        /// For which part of the participants it holds.
        may subgroup: String => FINDING.subgroup;
        /// The assessed risk that it is biased.
        may risk_of_bias: EnumValue<RiskOfBias> => FINDING.risk_of_bias;
        /// Who may see it; without a word only your centre.
        may visibility: EnumValue<Visibility> => SHARING.visibility;
        /// The collaborations whose members may see it, where its visibility is `COLLABORATION`.
        may shared_with: Vec<ID> => SHARING.shared_with;
        /// Until then only your centre sees it, whatever its visibility.
        may embargoed_until: Moment => SHARING.embargoed_until;
    }
}

inputs! {
    /// A rating to be given, on a standard, to a study, a publication or an intervention.
    RateInput {
        /// What is rated: the global id of a study, a publication or an intervention.
        must subject: ID => RATING.subject;
        /// The standard, by slug or global id.
        must standard: ID => RATING.standard;
        /// The code of the standard's version; the latest when nothing is said.
        may version: String => RATING.version;
        /// Your own reference for it. Without one it is made.
        may reference: String => RATING.reference;
    }
    /// A rating to be revised. What is left out stays as it is; null empties it; scores are replaced whole. What is rated,
    /// and on which version of the standard, stays the same.
    ReviseRatingInput {
        /// The levels given, at most one for each dimension.
        must scores: Vec<ScoreInput> => RATING.scores;
        /// The outcome that it speaks of.
        may outcome: ID => RATING.outcome;
        /// The studies that it took into account.
        may considered_studies: Vec<ID> => RATING.considered_studies;
        /// The publications that it took into account.
        may considered_publications: Vec<ID> => RATING.considered_publications;
        /// Why it was rated so.
        may rationale: String => RATING.rationale;
        /// When it was rated.
        may rated_on: Date => RATING.rated_on;
        /// Who may see it; without a word only your centre.
        may visibility: EnumValue<Visibility> => SHARING.visibility;
        /// The collaborations whose members may see it, where its visibility is `COLLABORATION`.
        may shared_with: Vec<ID> => SHARING.shared_with;
        /// Until then only your centre sees it, whatever its visibility.
        may embargoed_until: Moment => SHARING.embargoed_until;
    }
}
