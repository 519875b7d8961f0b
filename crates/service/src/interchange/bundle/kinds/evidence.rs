//! Rows of what centres share: collaborations, publications, studies, findings, ratings and
//! feedback.

use entity::{RatedKind, TermId};

use super::Kind;
use crate::collaboration::record::CollaborationDraft;
use crate::evidence::record::{
    AuthorDraft, FindingDraft, Interval, PublicationDraft, RatedThing, RatingDraft, SiteDraft,
    StatusChangeDraft, StudyDraft,
};
use crate::feedback::record::FeedbackDraft;
use crate::interchange::bundle::cells::Cells;
use crate::interchange::bundle::family::Kin;
use crate::interchange::bundle::format::{self, Table};
use crate::record::identifier;

/// Collaborations.
#[derive(Debug)]
pub struct Collaborations;

impl Kind for Collaborations {
    type Draft = CollaborationDraft;
    const TABLE: &'static Table = &format::COLLABORATIONS;

    fn read(cells: &Cells<'_>, _kin: &mut Kin<'_>) -> Option<CollaborationDraft> {
        Some(CollaborationDraft {
            slug: cells.text("slug")?,
            title: cells.text("title")?,
            summary: cells.text("summary"),
            members: cells.many("members"),
            started: cells.value("started"),
            ended: cells.value("ended"),
            sharing: cells.sharing()?,
        })
    }
}

/// Publications, with their authors.
#[derive(Debug)]
pub struct Publications;

impl Kind for Publications {
    type Draft = PublicationDraft;
    const TABLE: &'static Table = &format::PUBLICATIONS;
    const CHILDREN: &'static [&'static Table] = &[&format::PUBLICATION_AUTHORS];

    fn read(cells: &Cells<'_>, kin: &mut Kin<'_>) -> Option<PublicationDraft> {
        Some(PublicationDraft {
            slug: cells.text("slug")?,
            title: cells.text("title")?,
            kind: cells.value("kind")?,
            abstract_text: cells.text("abstract"),
            doi: cells.identifier("doi", identifier::doi),
            published: cells.value("published"),
            venue: cells.text("venue"),
            language: cells.text("language"),
            licence: cells.text("licence"),
            url: cells.text("url"),
            authors: kin.children(&format::PUBLICATION_AUTHORS, author, AuthorDraft::check),
            sharing: cells.sharing()?,
        })
    }
}

pub(in super::super) fn author(cells: &Cells<'_>) -> Option<AuthorDraft> {
    Some(AuthorDraft {
        position: cells.value("position")?,
        name: cells.text("name")?,
        orcid: cells.identifier("orcid", identifier::orcid),
        person: cells.one("person"),
    })
}

/// Studies, with their sites and dated status.
#[derive(Debug)]
pub struct Studies;

impl Kind for Studies {
    type Draft = StudyDraft;
    const TABLE: &'static Table = &format::STUDIES;
    const CHILDREN: &'static [&'static Table] = &[&format::STUDY_STATUSES, &format::STUDY_SITES];

    fn read(cells: &Cells<'_>, kin: &mut Kin<'_>) -> Option<StudyDraft> {
        let terms =
            ["interventions", "outcomes", "populations"].map(|name| cells.many::<TermId>(name));
        Some(StudyDraft {
            slug: cells.text("slug")?,
            title: cells.text("title")?,
            summary: cells.text("summary"),
            design: cells.value("design")?,
            status: cells.value("status")?,
            starts_on: cells.value("starts_on"),
            ends_on: cells.value("ends_on"),
            registry: cells.text("registry"),
            registration_id: cells.text("registration_id"),
            registration_url: cells.text("registration_url"),
            lead_centre: cells.one("lead_centre")?,
            collaborating_centres: cells.many("collaborating_centres"),
            programme: cells.one("programme"),
            partners: cells.many("partners"),
            terms: terms.concat(),
            publications: cells.many("publications"),
            statuses: kin.children(
                &format::STUDY_STATUSES,
                status_change,
                StatusChangeDraft::check,
            ),
            sites: kin.children(&format::STUDY_SITES, site, SiteDraft::check),
            sharing: cells.sharing()?,
        })
    }
}

pub(in super::super) fn status_change(cells: &Cells<'_>) -> Option<StatusChangeDraft> {
    Some(StatusChangeDraft {
        on: cells.value("on")?,
        status: cells.value("status")?,
        reason: cells.text("reason"),
        stop_reason: cells.value("stop_reason"),
    })
}

pub(in super::super) fn site(cells: &Cells<'_>) -> Option<SiteDraft> {
    Some(SiteDraft {
        local_authority: cells.one("local_authority")?,
        step: cells.value("step"),
        starts_on: cells.value("starts_on"),
    })
}

/// Findings.
#[derive(Debug)]
pub struct Findings;

impl Kind for Findings {
    type Draft = FindingDraft;
    const TABLE: &'static Table = &format::FINDINGS;

    fn read(cells: &Cells<'_>, _kin: &mut Kin<'_>) -> Option<FindingDraft> {
        Some(FindingDraft {
            study: cells.one("study")?,
            reference: cells.text("reference")?,
            publication: cells.one("publication"),
            intervention: cells.one("intervention"),
            comparator: cells.text("comparator"),
            outcome: cells.one("outcome")?,
            outcome_detail: cells.text("outcome_detail"),
            population: cells.one("population"),
            measure: cells.value("measure")?,
            estimate: cells.number("estimate")?,
            standard_error: cells.number("standard_error"),
            interval: Interval {
                level: cells.number("interval_level"),
                lower: cells.number("interval_lower"),
                upper: cells.number("interval_upper"),
            },
            participants_intervention: cells.value("participants_intervention"),
            participants_comparison: cells.value("participants_comparison"),
            participants_total: cells.value("participants_total"),
            clusters: cells.value("clusters"),
            time_point: cells.text("time_point"),
            subgroup: cells.text("subgroup"),
            risk_of_bias: cells.value("risk_of_bias"),
            sharing: cells.sharing()?,
        })
    }
}

/// Ratings.
#[derive(Debug)]
pub struct Ratings;

impl Kind for Ratings {
    type Draft = RatingDraft;
    const TABLE: &'static Table = &format::RATINGS;

    fn read(cells: &Cells<'_>, _kin: &mut Kin<'_>) -> Option<RatingDraft> {
        Some(RatingDraft {
            reference: cells.text("reference")?,
            version: cells.one("version")?,
            subject: match cells.value("subject_kind")? {
                RatedKind::Study => RatedThing::Study(cells.one("subject")?),
                RatedKind::Publication => RatedThing::Publication(cells.one("subject")?),
                RatedKind::Intervention => RatedThing::Intervention(cells.one("subject")?),
            },
            outcome: cells.one("outcome"),
            scores: cells.many("scores"),
            considered_studies: cells.many("considered_studies"),
            considered_publications: cells.many("considered_publications"),
            rationale: cells.text("rationale"),
            rated_on: cells.value("rated_on"),
            strength: None,
            sharing: cells.sharing()?,
        })
    }
}

/// Feedback to centres.
#[derive(Debug)]
pub struct Feedback;

impl Kind for Feedback {
    type Draft = FeedbackDraft;
    const TABLE: &'static Table = &format::FEEDBACK;

    fn read(cells: &Cells<'_>, _kin: &mut Kin<'_>) -> Option<FeedbackDraft> {
        Some(FeedbackDraft {
            reference: cells.text("reference")?,
            study: cells.one("study"),
            programme: cells.one("programme"),
            from_role: cells.text("from_role")?,
            text: cells.text("text")?,
            received_on: cells.value("received_on")?,
            answered_on: cells.value("answered_on"),
            answer: cells.text("answer"),
            sharing: cells.sharing()?,
        })
    }
}
