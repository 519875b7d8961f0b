//! The closed vocabularies: words that only a release may add to.
//!
//! Each word is spelt the same way in the database, in a bundle and in the graph.

use std::str::FromStr;

use macros::vocabulary;
use strum::{EnumMessage, VariantArray, VariantNames};

/// A word that is in none of a vocabulary's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownWord {
    /// What was given.
    pub given: String,
    /// What would have been accepted.
    pub accepted: &'static [&'static str],
}

impl std::fmt::Display for UnknownWord {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "'{}' is not one of {}", self.given, self.accepted.join(", "))
    }
}

impl std::error::Error for UnknownWord {}

impl UnknownWord {
    pub(crate) fn of<V: VariantNames>(given: &str) -> Self {
        Self { given: given.to_owned(), accepted: V::VARIANTS }
    }
}

/// A vocabulary whose words are all known, with what each means. `#[vocabulary]` makes one of an enum.
pub trait ClosedVocabulary:
    Copy
    + EnumMessage
    + Eq
    + FromStr<Err = UnknownWord>
    + Into<&'static str>
    + Send
    + Sync
    + VariantArray
    + 'static
{
    /// The vocabulary's name.
    const NAME: &'static str;
    /// What its words say.
    const MEANING: &'static str;

    /// Returns what the word means.
    fn meaning(self) -> &'static str {
        self.get_documentation().unwrap_or_default()
    }
}

/// Who may see a shared thing.
#[vocabulary]
pub enum Visibility {
    /// Everybody, also without a token.
    Public,
    /// Every centre of the network.
    Network,
    /// The members of the collaborations that the thing names, and the contributing centre.
    Collaboration,
    /// The contributing centre only.
    Centre,
}

/// A centre's standing in the What Works Network.
#[vocabulary]
pub enum NetworkStatus {
    /// A full member.
    Member,
    /// An affiliate or associate.
    Affiliate,
    /// No longer in the network: closed, merged or left.
    Former,
}

/// How a study was, or will be, done.
#[vocabulary]
pub enum StudyDesign {
    /// Individuals allocated at random.
    Randomised,
    /// Groups (schools, authorities) allocated at random.
    ClusterRandomised,
    /// Groups start the intervention at randomly ordered steps, until all have it.
    SteppedWedge,
    /// Units compared around a threshold that decides who gets the intervention.
    RegressionDiscontinuity,
    /// Change compared with change in a comparison group.
    DifferenceInDifferences,
    /// A comparison group chosen to resemble the intervention group.
    MatchedComparison,
    /// A series of measurements before and after.
    InterruptedTimeSeries,
    /// The same units before and after, without a comparison group.
    PrePost,
    /// Can it be done, and can it be studied?
    Feasibility,
    /// A small trial run of an intervention.
    Pilot,
    /// Interviews, observation, text.
    Qualitative,
    /// Qualitative and quantitative together.
    MixedMethods,
    /// Costs, or costs against benefits.
    Economic,
    /// All evidence on a question, found and appraised by a protocol.
    SystematicReview,
    /// Results of several studies pooled.
    MetaAnalysis,
    /// Questions put to a sample.
    Survey,
    /// Observation without an intervention by the researchers.
    Observational,
    /// None of the others, or the source does not say.
    Other,
}

/// How far a study has come.
#[vocabulary]
pub enum StudyStatus {
    /// Announced, not begun.
    Planned,
    /// Under way.
    InDelivery,
    /// Under way, with first results.
    InterimResults,
    /// Finished and reported.
    Reported,
    /// Ended before its end.
    Stopped,
}

/// Why a study was stopped. The sentence beside it says more.
#[vocabulary]
pub enum StopReason {
    /// The centre changed its mind: it would not do the study again, or not in this way.
    ChangedOurMind,
    /// It could not be done as planned.
    NotFeasible,
    /// Too few took part.
    Recruitment,
    /// The money ended or was withdrawn.
    Funding,
    /// A partner or an authority withdrew.
    PartnerWithdrew,
    /// It did harm, or was likely to.
    Harm,
    /// None of the others.
    Other,
}

/// What kind of document a publication is.
#[vocabulary]
pub enum PublicationKind {
    /// An article in a journal.
    JournalArticle,
    /// A report.
    Report,
    /// A protocol or statistical analysis plan.
    Protocol,
    /// A working or discussion paper.
    WorkingPaper,
    /// A doctoral or other thesis.
    Thesis,
    /// A whole book.
    Book,
    /// A chapter of a book.
    BookChapter,
    /// A contribution to a conference.
    ConferencePaper,
    /// A preprint.
    Preprint,
    /// A page on a website.
    WebPage,
    /// A data set.
    Dataset,
    /// None of the others, or the source does not say.
    Other,
}

/// The scale on which a finding's estimate stands. Ratios are kept as natural logarithms.
#[vocabulary]
pub enum EffectMeasure {
    /// Standardised mean difference (Hedges' g or Cohen's d).
    StandardisedMeanDifference,
    /// Difference of means, in the unit of the outcome.
    MeanDifference,
    /// Natural logarithm of the odds ratio.
    LogOddsRatio,
    /// Natural logarithm of the risk ratio.
    LogRiskRatio,
    /// Difference of risks.
    RiskDifference,
    /// Fisher's z of a correlation.
    FisherZ,
    /// Natural logarithm of the ratio of means.
    LogRatioOfMeans,
}

/// The assessed risk that a finding is biased.
#[vocabulary]
pub enum RiskOfBias {
    /// Low risk.
    Low,
    /// Some concerns.
    SomeConcerns,
    /// High risk.
    High,
    /// Not assessed, or the source does not say.
    NotAssessed,
}

/// A published reading of a standard's level that lets standards be filtered together; it is not a score.
#[vocabulary]
pub enum EvidenceStrength {
    /// Too little to say.
    Insufficient,
    /// Low.
    Low,
    /// Moderate.
    Moderate,
    /// High.
    High,
    /// Very high.
    VeryHigh,
}

/// Which of the three controlled vocabularies a term belongs to.
#[vocabulary]
pub enum Vocabulary {
    /// What is done.
    Intervention,
    /// What it is meant to change.
    Outcome,
    /// Whom it is for.
    Population,
}

/// The kinds of thing that can be rated on a standard.
#[vocabulary]
pub enum RatedKind {
    /// A study.
    Study,
    /// A publication.
    Publication,
    /// An intervention.
    Intervention,
}

/// How one standard's level reads on another standard.
#[vocabulary]
pub enum CrosswalkRelation {
    /// The two levels ask for the same.
    Equivalent,
    /// The two levels ask for about the same.
    Similar,
    /// The first level asks for more than the second.
    Stricter,
    /// The first level asks for less than the second.
    Looser,
    /// The two levels answer different questions and must not be compared.
    NotComparable,
}

/// What the crosswalk says of one rating's levels on another rating's scale.
#[vocabulary]
pub enum CrosswalkStanding {
    /// Both ratings are on the same version of the same standard: there is nothing to read across.
    SameScale,
    /// Its levels read as those that the other rating gives.
    Agrees,
    /// A level of it reads as another than the one that the other rating gives.
    Differs,
    /// The levels answer different questions and must not be compared.
    NotComparable,
    /// There is a reading, but none that says whether the levels given are the same.
    Undecided,
    /// Nothing is published about its levels on that scale.
    NotPublished,
}

/// Why two ratings may differ, as far as it is recorded.
#[vocabulary]
pub enum DifferenceReasonKind {
    /// One took evidence into account that the other did not.
    DifferentEvidence,
    /// They speak of different outcomes.
    DifferentOutcome,
    /// There is evidence that is newer than the older of them.
    OlderThanNewEvidence,
    /// They were made by different rules: standards, versions or dimensions.
    DifferentRule,
    /// Nothing that you may see is recorded that would explain it.
    NotRecorded,
}

/// How one thing leans on another.
#[vocabulary]
pub enum Reliance {
    /// A finding is a result of the study.
    ResultOf,
    /// The publication reports the study or the finding.
    ReportedBy,
    /// The rating rates it.
    Rates,
    /// The rating took it into account.
    Considered,
}

/// What a centre did with, or in, a local authority.
#[vocabulary]
pub enum EngagementKind {
    /// A visit.
    Visit,
    /// Research carried out there.
    Research,
    /// Support to put a practice into place.
    Implementation,
    /// An event or training.
    Event,
    /// Anything else.
    Other,
}

/// What a centre does in a study.
#[vocabulary]
pub enum StudyRole {
    /// It leads.
    Lead,
    /// It takes part.
    Collaborator,
}

/// What speaks for, or against, two publications being the same.
#[vocabulary]
pub enum DuplicateReason {
    /// Both have the same DOI.
    SameDoi,
    /// The titles are the same, apart from case, punctuation and accents.
    SameTitle,
    /// The titles are alike.
    SimilarTitle,
    /// One title is the other without its subtitle.
    SameMainTitle,
    /// The authors are the same.
    SameAuthors,
    /// Some of the authors are the same.
    SharedAuthors,
    /// Both were published in the same year.
    SameYear,
    /// They were published a year apart, as an article is that came out online first.
    NeighbouringYears,
    /// Both appeared in the same place.
    SameVenue,
    /// Both begin on the same page.
    SamePages,
    /// Against: the DOIs differ.
    DifferentDoi,
    /// Against: numbers in the titles differ, as of two parts or two years.
    DifferentNumbers,
    /// Against: only one title says that it is a protocol, a correction, a reply, a summary or the like.
    DifferentPurpose,
    /// Against: the kinds of document differ.
    DifferentKind,
    /// Against: no author is the same.
    DifferentAuthors,
    /// Against: they were published years apart.
    DifferentYears,
    /// Against: they appeared in different places.
    DifferentVenue,
    /// Against: they begin on different pages.
    DifferentPages,
}

/// What was decided of two publications that may be the same.
#[vocabulary]
pub enum DuplicateOutcome {
    /// They are the same, and were joined.
    Joined,
    /// They differ.
    Distinct,
}

/// What happened to a thing.
#[vocabulary]
pub enum ChangeOperation {
    /// It came to be.
    Created,
    /// It was revised.
    Updated,
    /// It was withdrawn or superseded.
    Withdrawn,
}

/// Those from whom a change hid a thing that they had seen.
#[vocabulary]
pub enum HiddenFrom {
    /// Everybody who may not see it now, also without a token.
    Everybody,
    /// The centres that may not see it now.
    Network,
    /// Some centres.
    Centres,
}

/// The kinds of thing whose changes are told.
#[vocabulary]
pub enum ChangeKind {
    /// A centre.
    Centre,
    /// A person.
    Person,
    /// A local authority.
    LocalAuthority,
    /// An engagement.
    Engagement,
    /// A programme.
    Programme,
    /// A partner organisation.
    Partner,
    /// An evidence standard, with its versions and crosswalk.
    EvidenceStandard,
    /// An intervention.
    Intervention,
    /// An outcome.
    Outcome,
    /// A population.
    Population,
    /// A collaboration.
    Collaboration,
    /// A study.
    Study,
    /// A publication.
    Publication,
    /// A finding.
    Finding,
    /// A rating.
    Rating,
    /// Feedback to a centre.
    Feedback,
    /// An access token.
    AccessToken,
    /// A signing key.
    SigningKey,
    /// A centre's own identity provider.
    IdentityProvider,
    /// A statutory return that was loaded.
    LoadedReturn,
    /// A data-sharing agreement.
    DataSharingAgreement,
}

/// How much of a date is known.
#[vocabulary]
pub enum DatePrecision {
    /// Only the year.
    Year,
    /// Year and month.
    Month,
    /// The day.
    Day,
}

/// Where an access token stands.
#[vocabulary]
pub enum AccessTokenState {
    /// It reaches rows about single young people, and waits for a second administrator's approval.
    PendingApproval,
    /// It is accepted.
    Active,
    /// Its time is over.
    Expired,
    /// It was revoked.
    Revoked,
}

/// How an audited action ended.
#[vocabulary]
pub enum AuditOutcome {
    /// It was done.
    Allowed,
    /// It was refused.
    Refused,
}

impl From<Vocabulary> for ChangeKind {
    fn from(vocabulary: Vocabulary) -> Self {
        match vocabulary {
            Vocabulary::Intervention => Self::Intervention,
            Vocabulary::Outcome => Self::Outcome,
            Vocabulary::Population => Self::Population,
        }
    }
}
