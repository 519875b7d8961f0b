//! What can be changed about the evidence: it is contributed, revised, rated and withdrawn.

use std::sync::Arc;

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object, SimpleObject};
use chrono::{DateTime, Utc};
use service::entity::{
    EffectMeasure, PublicationKind, RatedKind, RiskOfBias, StopReason, StudyDesign, StudyStatus,
    Visibility,
};
use service::error::{Error, Result};
use service::interchange::entry::{self, Entry, How};

use super::finding::Finding;
use super::publication::Publication;
use super::rating::Rating;
use super::study::Study;
use crate::graph::collaboration::Collaboration;
use crate::graph::date::Date;
use crate::graph::entry::{Problem, Say, contribute, inputs, revise, row, say, text};
use crate::graph::global_id::{self, NodeKind};
use crate::graph::shared::Shared;
use crate::graph::word::Word;
use crate::graph::{after_a_write, asker};
use crate::loading::Asker;

/// A change of a study's status.
#[derive(InputObject)]
pub(crate) struct StatusChangeInput {
    /// When it changed.
    on: Date,
    /// To what it changed.
    status: Word<StudyStatus>,
    /// Why it changed.
    reason: Option<String>,
    /// Why it stopped, if it did.
    stop_reason: Option<Word<StopReason>>,
}

impl Say for Vec<StatusChangeInput> {
    fn say(self, _column: &'static str, entry: &mut Entry) {
        let rows = self.into_iter().map(|change| {
            row([
                ("on", Some(text(change.on))),
                ("status", Some(text(change.status))),
                ("reason", change.reason),
                ("stop_reason", change.stop_reason.map(text)),
            ])
        });
        entry.children("study_statuses", rows.collect());
    }

    fn say_none(_column: &'static str, entry: &mut Entry) {
        entry.children("study_statuses", Vec::new());
    }
}

/// A local authority where a study takes place.
#[derive(InputObject)]
pub(crate) struct SiteInput {
    /// The authority, by its GSS code or global id.
    local_authority: ID,
    /// In a stepped wedge, the step at which it starts, from 1.
    step: Option<i32>,
    /// When it starts there.
    starts_on: Option<Date>,
}

impl Say for Vec<SiteInput> {
    fn say(self, _column: &'static str, entry: &mut Entry) {
        let rows = self.into_iter().map(|site| {
            row([
                ("local_authority", Some(text(site.local_authority))),
                ("step", site.step.map(text)),
                ("starts_on", site.starts_on.map(text)),
            ])
        });
        entry.children("study_sites", rows.collect());
    }

    fn say_none(_column: &'static str, entry: &mut Entry) {
        entry.children("study_sites", Vec::new());
    }
}

/// Where a study was registered before it began. All of it is replaced.
#[derive(InputObject)]
pub(crate) struct RegistrationInput {
    /// The registry.
    registry: Option<String>,
    /// The study's number in it.
    number: Option<String>,
    /// Where its entry can be read.
    url: Option<String>,
}

impl Say for RegistrationInput {
    fn say(self, _column: &'static str, entry: &mut Entry) {
        entry.set("registry", self.registry.unwrap_or_default());
        entry.set("registration_id", self.number.unwrap_or_default());
        entry.set("registration_url", self.url.unwrap_or_default());
    }

    fn say_none(_column: &'static str, entry: &mut Entry) {
        for column in ["registry", "registration_id", "registration_url"] {
            entry.set(column, "");
        }
    }
}

/// An author of a publication. Authors stand in the order of the list.
#[derive(InputObject)]
pub(crate) struct AuthorInput {
    /// Their name as the publication gives it.
    name: String,
    /// Their ORCID iD.
    orcid: Option<String>,
    /// The person, by slug or global id, when known to the network.
    person: Option<ID>,
}

impl Say for Vec<AuthorInput> {
    fn say(self, _column: &'static str, entry: &mut Entry) {
        let rows = (1..).zip(self).map(|(position, author): (i32, _)| {
            row([
                ("position", Some(text(position))),
                ("name", Some(author.name)),
                ("orcid", author.orcid),
                ("person", author.person.map(text)),
            ])
        });
        entry.children("publication_authors", rows.collect());
    }

    fn say_none(_column: &'static str, entry: &mut Entry) {
        entry.children("publication_authors", Vec::new());
    }
}

/// An interval around an estimate, on the scale of its measure. All of it is replaced.
#[derive(InputObject)]
pub(crate) struct ConfidenceIntervalInput {
    /// Its level, such as 0.95.
    level: f64,
    /// Its lower limit.
    lower: f64,
    /// Its upper limit.
    upper: f64,
}

impl Say for ConfidenceIntervalInput {
    fn say(self, _column: &'static str, entry: &mut Entry) {
        entry.set("interval_level", text(self.level));
        entry.set("interval_lower", text(self.lower));
        entry.set("interval_upper", text(self.upper));
    }

    fn say_none(_column: &'static str, entry: &mut Entry) {
        for column in ["interval_level", "interval_lower", "interval_upper"] {
            entry.set(column, "");
        }
    }
}

/// How many took part. All of it is replaced.
#[derive(InputObject)]
pub(crate) struct ParticipantsInput {
    /// In the intervention group.
    intervention: Option<i32>,
    /// In the comparison group.
    comparison: Option<i32>,
    /// In all.
    total: Option<i32>,
    /// Clusters in all, such as schools.
    clusters: Option<i32>,
}

impl Say for ParticipantsInput {
    fn say(self, _column: &'static str, entry: &mut Entry) {
        let mut set = |column, number: Option<i32>| {
            entry.set(column, number.map(text).unwrap_or_default());
        };
        set("participants_intervention", self.intervention);
        set("participants_comparison", self.comparison);
        set("participants_total", self.total);
        set("clusters", self.clusters);
    }

    fn say_none(_column: &'static str, entry: &mut Entry) {
        for column in [
            "participants_intervention",
            "participants_comparison",
            "participants_total",
            "clusters",
        ] {
            entry.set(column, "");
        }
    }
}

/// A level on one dimension of a standard.
#[derive(InputObject)]
pub(crate) struct ScoreInput {
    /// The key of the dimension.
    dimension: String,
    /// The code of the level.
    level: String,
}

impl Say for Vec<ScoreInput> {
    fn say(self, column: &'static str, entry: &mut Entry) {
        let scores = self
            .into_iter()
            .map(|score| format!("{}={}", score.dimension, score.level));
        entry.set(column, scores.collect::<Vec<_>>().join(";"));
    }
}

inputs! {
    /// A study to be contributed. Things are named by slug, GSS code or global id.
    ContributeStudyInput {
        /// Its name in addresses: lower-case letters, digits and hyphens. Without one it is made from the title.
        may slug: String => "slug";
    }
    /// A study to be revised. What is left out stays as it is; null empties it; a list is replaced whole.
    ReviseStudyInput {
        /// Its title.
        must title: String => "title";
        /// What it asks and does.
        may summary: String => "summary";
        /// How it is, or will be, done.
        must design: Word<StudyDesign> => "design";
        /// How far it has come.
        must status: Word<StudyStatus> => "status";
        /// How its status changed.
        may status_history: Vec<StatusChangeInput> => "study_statuses";
        /// When it begins.
        may starts_on: Date => "starts_on";
        /// When it ends.
        may ends_on: Date => "ends_on";
        /// Where it was registered before it began.
        may registration: RegistrationInput => "registration";
        /// The centre that leads it; your own when nothing is said.
        may lead_centre: ID => "lead_centre";
        /// The other centres that take part.
        may collaborating_centres: Vec<ID> => "collaborating_centres";
        /// The programme that it belongs to.
        may programme: ID => "programme";
        /// Its partners.
        may partners: Vec<ID> => "partners";
        /// Where it takes place.
        may sites: Vec<SiteInput> => "study_sites";
        /// The interventions that it is about.
        may interventions: Vec<ID> => "interventions";
        /// The outcomes that it measures.
        may outcomes: Vec<ID> => "outcomes";
        /// The populations that it is about.
        may populations: Vec<ID> => "populations";
        /// The documents that report it.
        may publications: Vec<ID> => "publications";
        /// Who may see it; without a word only your centre.
        may visibility: Word<Visibility> => "visibility";
        /// The collaborations whose members may see it, where its visibility is `COLLABORATION`.
        may shared_with: Vec<ID> => "shared_with";
        /// Until then only your centre sees it, whatever its visibility.
        may embargoed_until: DateTime<Utc> => "embargoed_until";
    }
}

inputs! {
    /// A publication to be contributed. Things are named by slug or global id.
    ContributePublicationInput {
        /// Its name in addresses: lower-case letters, digits and hyphens. Without one it is made from the title.
        may slug: String => "slug";
    }
    /// A publication to be revised. What is left out stays as it is; null empties it; a list is replaced whole.
    RevisePublicationInput {
        /// Its title.
        must title: String => "title";
        /// What kind of document it is.
        must kind: Word<PublicationKind> => "kind";
        /// Its abstract.
        may r#abstract: String => "abstract";
        /// Its authors, in order.
        may authors: Vec<AuthorInput> => "publication_authors";
        /// Its DOI, in any spelling.
        may doi: String => "doi";
        /// When it was published: `2019`, `2019-07` or `2019-07-15`.
        may published_on: String => "published";
        /// The journal, series or publisher.
        may venue: String => "venue";
        /// Its language, as a code of ISO 639, such as `en` or `cy`.
        may language: String => "language";
        /// Its licence, by its SPDX identifier, such as `CC-BY-4.0`.
        may licence: String => "licence";
        /// Where it can be read.
        may url: String => "url";
        /// Who may see it; without a word only your centre.
        may visibility: Word<Visibility> => "visibility";
        /// The collaborations whose members may see it, where its visibility is `COLLABORATION`.
        may shared_with: Vec<ID> => "shared_with";
        /// Until then only your centre sees it, whatever its visibility.
        may embargoed_until: DateTime<Utc> => "embargoed_until";
    }
}

inputs! {
    /// A finding to be contributed: one result of a study. Things are named by slug or global id.
    ContributeFindingInput {
        /// The study.
        must study: ID => "study";
        /// Your own reference within the study. Without one it is made.
        may reference: String => "reference";
    }
    /// A finding to be revised. What is left out stays as it is; null empties it. Its study stays the same.
    ReviseFindingInput {
        /// The publication that reports it.
        may publication: ID => "publication";
        /// What was done.
        may intervention: ID => "intervention";
        /// With what it was compared.
        may comparator: String => "comparator";
        /// What was measured.
        must outcome: ID => "outcome";
        /// How it was measured, such as the name of the test.
        may outcome_detail: String => "outcome_detail";
        /// In whom it was measured.
        may population: ID => "population";
        /// The scale of the estimate.
        must measure: Word<EffectMeasure> => "measure";
        /// The estimate: above 0 when the intervention group has more of the outcome. Ratios are natural logarithms.
        must estimate: f64 => "estimate";
        /// The standard error of the estimate, on the same scale; above 0.
        may standard_error: f64 => "standard_error";
        /// An interval around the estimate.
        may confidence_interval: ConfidenceIntervalInput => "interval";
        /// How many took part.
        may participants: ParticipantsInput => "participants";
        /// When it was measured.
        may time_point: String => "time_point";
        /// For which part of the participants it holds.
        may subgroup: String => "subgroup";
        /// The assessed risk that it is biased.
        may risk_of_bias: Word<RiskOfBias> => "risk_of_bias";
        /// Who may see it; without a word only your centre.
        may visibility: Word<Visibility> => "visibility";
        /// The collaborations whose members may see it, where its visibility is `COLLABORATION`.
        may shared_with: Vec<ID> => "shared_with";
        /// Until then only your centre sees it, whatever its visibility.
        may embargoed_until: DateTime<Utc> => "embargoed_until";
    }
}

inputs! {
    /// A rating to be given, on a standard, to a study, a publication or an intervention.
    RateInput {
        /// What is rated: the global id of a study, a publication or an intervention.
        must subject: ID => "subject";
        /// The standard, by slug or global id.
        must standard: ID => "standard";
        /// The code of the standard's version; the latest when nothing is said.
        may version: String => "version";
        /// Your own reference for it. Without one it is made.
        may reference: String => "reference";
    }
    /// A rating to be revised. What is left out stays as it is; null empties it; scores are replaced whole. What is rated,
    /// and on which version of the standard, stays the same.
    ReviseRatingInput {
        /// The levels given, at most one for each dimension.
        must scores: Vec<ScoreInput> => "scores";
        /// The outcome that it speaks of.
        may outcome: ID => "outcome";
        /// The studies that it took into account.
        may considered_studies: Vec<ID> => "considered_studies";
        /// The publications that it took into account.
        may considered_publications: Vec<ID> => "considered_publications";
        /// Why it was rated so.
        may rationale: String => "rationale";
        /// When it was rated.
        may rated_on: Date => "rated_on";
        /// Who may see it; without a word only your centre.
        may visibility: Word<Visibility> => "visibility";
        /// The collaborations whose members may see it, where its visibility is `COLLABORATION`.
        may shared_with: Vec<ID> => "shared_with";
        /// Until then only your centre sees it, whatever its visibility.
        may embargoed_until: DateTime<Utc> => "embargoed_until";
    }
}

/// A thing to be withdrawn or superseded.
#[derive(InputObject)]
struct WithdrawInput {
    /// The global id of a study, a publication, a finding, a rating or a collaboration.
    id: ID,
    /// Why; everybody who sees the thing is told.
    reason: String,
    /// The version of the thing as you know it. If it has another by now, nothing is changed, and you are told so.
    expected_version: i32,
    /// The global id of what takes its place, of the same kind.
    superseded_by: Option<ID>,
    /// Check everything and write nothing: the answer is what would come of it.
    #[graphql(default)]
    dry_run: bool,
}

/// Findings to be contributed together.
#[derive(InputObject)]
struct ContributeFindingsInput {
    /// The findings, 500 at most. What they say of keys and dry runs is not looked at: this input has its own.
    findings: Vec<ContributeFindingInput>,
    /// A text of your own that names this request, such as a UUID: sent again with the same input, it is answered as it was
    /// before, and nothing is made twice.
    idempotency_key: Option<String>,
    /// Check everything and write nothing: the answer is what would come of it.
    #[graphql(default)]
    dry_run: bool,
}

/// Ratings to be given together.
#[derive(InputObject)]
struct RateManyInput {
    /// The ratings, 500 at most. What they say of keys and dry runs is not looked at: this input has its own.
    ratings: Vec<RateInput>,
    /// A text of your own that names this request, such as a UUID: sent again with the same input, it is answered as it was
    /// before, and nothing is made twice.
    idempotency_key: Option<String>,
    /// Check everything and write nothing: the answer is what would come of it.
    #[graphql(default)]
    dry_run: bool,
}

macro_rules! payloads {
    ($($(#[$doc:meta])* $payload:ident $field:ident $thing:ident;)*) => {$(
        $(#[$doc])*
        #[derive(SimpleObject)]
        pub(crate) struct $payload {
            /// The thing as it is now; with `dryRun`, as it would be, without what would hang on it.
            $field: $thing,
        }
    )*};
}

payloads! {
    /// A study that was contributed.
    ContributeStudyPayload study Study;
    /// A study that was revised.
    ReviseStudyPayload study Study;
    /// A publication that was contributed.
    ContributePublicationPayload publication Publication;
    /// A publication that was revised.
    RevisePublicationPayload publication Publication;
    /// A finding that was contributed.
    ContributeFindingPayload finding Finding;
    /// A finding that was revised.
    ReviseFindingPayload finding Finding;
    /// A rating that was given.
    RatePayload rating Rating;
    /// A rating that was revised.
    ReviseRatingPayload rating Rating;
    /// A thing that was withdrawn.
    WithdrawPayload thing Shared;
}

macro_rules! batches {
    ($($(#[$doc:meta])* $payload:ident $result:ident $field:ident $thing:ident;)*) => {$(
        $(#[$doc])*
        #[derive(SimpleObject)]
        struct $payload {
            /// What became of each, in the order of the input.
            results: Vec<$result>,
            /// How many are there now.
            contributed: usize,
            /// How many were refused.
            refused: usize,
        }

        /// What became of one of several.
        #[derive(SimpleObject)]
        struct $result {
            /// Its place in the input, from 0.
            index: usize,
            /// The thing; null if it was refused.
            $field: Option<$thing>,
            /// All that is wrong with it, if it was refused.
            problems: Vec<Problem>,
        }

        impl $payload {
            fn new(entered: Vec<Result<$thing, Vec<Problem>>>) -> Self {
                let results = entered.into_iter().enumerate().map(|(index, one)| match one {
                    Ok(thing) => $result { index, $field: Some(thing), problems: Vec::new() },
                    Err(problems) => $result { index, $field: None, problems },
                });
                let results: Vec<$result> = results.collect();
                let refused = results.iter().filter(|result| result.$field.is_none()).count();
                Self { contributed: results.len() - refused, refused, results }
            }
        }
    )*};
}

batches! {
    /// Findings that were contributed together.
    ContributeFindingsPayload ContributeFindingResult finding Finding;
    /// Ratings that were given together.
    RateManyPayload RateResult rating Rating;
}

/// What can be changed about the evidence.
#[derive(Default)]
pub(crate) struct EvidenceMutation;

#[Object]
impl EvidenceMutation {
    /// Contributes a study of your centre. It needs `evidence:write`.
    async fn contribute_study(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The study.")] input: ContributeStudyInput,
    ) -> Result<ContributeStudyPayload> {
        let row = contribute!(ctx, Study, input);
        Ok(ContributeStudyPayload {
            study: Study(Arc::new(row)),
        })
    }

    /// Revises a study of your centre. It needs `evidence:write`.
    async fn revise_study(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to be different.")] input: ReviseStudyInput,
    ) -> Result<ReviseStudyPayload> {
        let row = revise!(ctx, Study, input);
        Ok(ReviseStudyPayload {
            study: Study(Arc::new(row)),
        })
    }

    /// Contributes a publication of your centre. It needs `evidence:write`.
    async fn contribute_publication(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The publication.")] input: ContributePublicationInput,
    ) -> Result<ContributePublicationPayload> {
        let row = contribute!(ctx, Publication, input);
        Ok(ContributePublicationPayload {
            publication: Publication(Arc::new(row)),
        })
    }

    /// Revises a publication of your centre. It needs `evidence:write`.
    async fn revise_publication(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to be different.")] input: RevisePublicationInput,
    ) -> Result<RevisePublicationPayload> {
        let row = revise!(ctx, Publication, input);
        Ok(RevisePublicationPayload {
            publication: Publication(Arc::new(row)),
        })
    }

    /// Contributes a finding of your centre. It needs `evidence:write`.
    async fn contribute_finding(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The finding.")] input: ContributeFindingInput,
    ) -> Result<ContributeFindingPayload> {
        let row = contribute!(ctx, Finding, input);
        Ok(ContributeFindingPayload {
            finding: Finding(Arc::new(row)),
        })
    }

    /// Contributes findings of your centre together. A finding that is refused costs no other. It needs `evidence:write`.
    async fn contribute_findings(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The findings.")] input: ContributeFindingsInput,
    ) -> Result<ContributeFindingsPayload> {
        let asker = asker(ctx);
        let entries = input.findings.into_iter().map(|finding| finding.entry().0);
        let how = How {
            dry_run: input.dry_run,
            key: input.idempotency_key,
            reason: None,
        };
        let entered = entry::contribute::<entry::Findings>(
            &asker.space,
            &asker.viewer,
            entries.collect(),
            how,
        )
        .await?;
        after_a_write(ctx).await?;
        let wrapped = entered
            .into_iter()
            .map(|one| one.map(|row| Finding(Arc::new(row))).map_err(all));
        Ok(ContributeFindingsPayload::new(wrapped.collect()))
    }

    /// Revises a finding of your centre. It needs `evidence:write`.
    async fn revise_finding(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to be different.")] input: ReviseFindingInput,
    ) -> Result<ReviseFindingPayload> {
        let row = revise!(ctx, Finding, input);
        Ok(ReviseFindingPayload {
            finding: Finding(Arc::new(row)),
        })
    }

    /// Rates a study, a publication or an intervention for your centre. It needs `evidence:write`.
    async fn rate(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The rating.")] input: RateInput,
    ) -> Result<RatePayload> {
        let asker = asker(ctx);
        let (entry, how) = rating_entry(asker, input)?;
        let entered =
            entry::contribute::<entry::Ratings>(&asker.space, &asker.viewer, vec![entry], how)
                .await?;
        let row = entry::only(entered)?;
        after_a_write(ctx).await?;
        Ok(RatePayload {
            rating: Rating(Arc::new(row)),
        })
    }

    /// Gives ratings of your centre together. A rating that is refused costs no other. It needs `evidence:write`.
    async fn rate_many(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The ratings.")] input: RateManyInput,
    ) -> Result<RateManyPayload> {
        let asker = asker(ctx);
        let entries = input
            .ratings
            .into_iter()
            .map(|rating| Ok(rating_entry(asker, rating)?.0))
            .collect::<Result<Vec<_>>>()?;
        let how = How {
            dry_run: input.dry_run,
            key: input.idempotency_key,
            reason: None,
        };
        let entered =
            entry::contribute::<entry::Ratings>(&asker.space, &asker.viewer, entries, how).await?;
        after_a_write(ctx).await?;
        let wrapped = entered
            .into_iter()
            .map(|one| one.map(|row| Rating(Arc::new(row))).map_err(all));
        Ok(RateManyPayload::new(wrapped.collect()))
    }

    /// Revises a rating of your centre. It needs `evidence:write`.
    async fn revise_rating(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to be different.")] input: ReviseRatingInput,
    ) -> Result<ReviseRatingPayload> {
        let row = revise!(ctx, Rating, input);
        Ok(ReviseRatingPayload {
            rating: Rating(Arc::new(row)),
        })
    }

    /// Withdraws something of your centre, or lets something else take its place. It stays reachable by its id, and what
    /// leans on it says so. It needs the scope with which it was contributed.
    async fn withdraw(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What, and why.")] input: WithdrawInput,
    ) -> Result<WithdrawPayload> {
        let asker = asker(ctx);
        let (kind, id) = global_id::parse(&input.id)?;
        let mut entry = Entry::default();
        let now = asker.space.store().source().now();
        say(MaybeUndefined::Value(now), "withdrawn_at", &mut entry);
        entry.set("withdrawal_reason", input.reason.clone());
        if let Some(other) = input.superseded_by {
            let (of, _) = global_id::parse(&other)?;
            if of != kind {
                return Err(Error::bad_input(
                    "supersededBy",
                    "Only a thing of the same kind can take its place.",
                ));
            }
            say(MaybeUndefined::Value(other), "superseded_by", &mut entry);
        }
        let how = How {
            dry_run: input.dry_run,
            key: None,
            reason: Some(input.reason),
        };
        let (space, viewer, expected) = (&asker.space, &asker.viewer, input.expected_version);
        macro_rules! revised {
            ($kind:ident $thing:ident) => {
                Shared::$thing($thing(Arc::new(
                    entry::revise::<entry::$kind>(space, viewer, id, expected, entry, how).await?,
                )))
            };
        }
        let thing = match kind {
            NodeKind::Study => revised!(Studies Study),
            NodeKind::Publication => revised!(Publications Publication),
            NodeKind::Finding => revised!(Findings Finding),
            NodeKind::Rating => revised!(Ratings Rating),
            NodeKind::Collaboration => revised!(Collaborations Collaboration),
            NodeKind::Centre
            | NodeKind::Person
            | NodeKind::LocalAuthority
            | NodeKind::Engagement
            | NodeKind::Programme
            | NodeKind::Partner
            | NodeKind::EvidenceStandard
            | NodeKind::Intervention
            | NodeKind::Outcome
            | NodeKind::Population
            | NodeKind::Feedback
            | NodeKind::AccessToken => {
                return Err(Error::bad_input(
                    "id",
                    "Only what centres share can be withdrawn: a study, a publication, a finding, a rating or a collaboration.",
                ));
            }
        };
        after_a_write(ctx).await?;
        Ok(WithdrawPayload { thing })
    }
}

fn all(problems: Vec<service::InputProblem>) -> Vec<Problem> {
    problems.into_iter().map(Problem::from).collect()
}

/// A rating says by its subject's id which kind of thing it rates, and means the latest version of its standard.
fn rating_entry(asker: &Asker, input: RateInput) -> Result<(Entry, How)> {
    let (kind, _) = global_id::parse(&input.subject)?;
    let kind = match kind {
        NodeKind::Study => RatedKind::Study,
        NodeKind::Publication => RatedKind::Publication,
        NodeKind::Intervention => RatedKind::Intervention,
        _ => {
            return Err(Error::bad_input(
                "subject",
                "Only a study, a publication or an intervention can be rated.",
            ));
        }
    };
    let standards = &asker.directory.standards;
    let standard = match global_id::parse(&input.standard) {
        Ok((_, id)) => standards.by_id(id.into()),
        Err(_) => standards.by_key(&input.standard),
    };
    let is_said = input.version.is_some();
    let latest =
        standard.and_then(|standard| standard.current().map(|version| version.row.code.clone()));
    let slug = standard.map(|standard| standard.row.slug.clone());
    let (mut entry, how) = input.entry();
    entry.set("subject_kind", kind.to_string());
    if let Some(slug) = slug {
        entry.set("standard", slug);
    }
    if let Some(latest) = latest.filter(|_| !is_said) {
        entry.set("version", latest);
    }
    Ok((entry, how))
}
