//! The closed vocabularies: words that only a release may add to.
//!
//! Each word is spelt the same way in the database, in a bundle and in the graph.

use sea_orm::DeriveValueType;
use serde::{Deserialize, Serialize};

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

/// A vocabulary whose words are all known, with what each means.
pub trait ClosedVocabulary: Copy + Eq + Send + Sync + 'static {
    /// The vocabulary's name.
    const NAME: &'static str;
    /// What its words say.
    const MEANING: &'static str;
    /// Every word, how it is spelt, and what it means.
    const MEANINGS: &'static [(Self, &'static str, &'static str)];
}

/// Declares closed vocabularies: their words, how each is spelt, and what it means.
macro_rules! vocabularies {
    ($($(#[doc = $doc:literal])* $name:ident {
        $($(#[doc = $word_doc:literal])* $word:ident = $text:expr,)*
    })*) => {$(
        $(#[doc = $doc])*
        #[derive(
            Clone, Copy, Debug, Deserialize, DeriveValueType, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize,
        )]
        #[sea_orm(value_type = "String")]
        #[serde(rename_all = "SCREAMING_SNAKE_CASE")]
        pub enum $name { $($(#[doc = $word_doc])* $word,)* }

        impl $name {
            /// Every word, in the order of their declaration.
            pub const ALL: &'static [Self] = &[$(Self::$word,)*];
            /// Every word as it is spelt.
            pub const WORDS: &'static [&'static str] = &[$($text,)*];

            /// The word as it is spelt in the database, in a bundle and in the graph.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$word => $text,)* }
            }
        }

        impl ClosedVocabulary for $name {
            const NAME: &'static str = stringify!($name);
            const MEANING: &'static str = concat!($($doc),*);
            const MEANINGS: &'static [(Self, &'static str, &'static str)] =
                &[$((Self::$word, $text, concat!($($word_doc),*)),)*];
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = UnknownWord;

            fn from_str(given: &str) -> Result<Self, UnknownWord> {
                match given {
                    $($text => Ok(Self::$word),)*
                    _ => Err(UnknownWord { given: given.to_owned(), accepted: Self::WORDS }),
                }
            }
        }
    )*};
}

pub(crate) use vocabularies;

vocabularies! {
    /// Who may see a shared thing.
    Visibility {
        /// Everybody, also without a token.
        Public = "PUBLIC",
        /// Every centre of the network.
        Network = "NETWORK",
        /// The members of the collaborations that the thing names, and the contributing centre.
        Collaboration = "COLLABORATION",
        /// The contributing centre only.
        Centre = "CENTRE",
    }

    /// A centre's standing in the What Works Network.
    NetworkStatus {
        /// A full member.
        Member = "MEMBER",
        /// An affiliate or associate.
        Affiliate = "AFFILIATE",
        /// No longer in the network: closed, merged or left.
        Former = "FORMER",
    }

    /// How a study was, or will be, done.
    StudyDesign {
        /// Individuals allocated at random.
        Randomised = "RANDOMISED",
        /// Groups (schools, authorities) allocated at random.
        ClusterRandomised = "CLUSTER_RANDOMISED",
        /// Groups start the intervention at randomly ordered steps, until all have it.
        SteppedWedge = "STEPPED_WEDGE",
        /// Units compared around a threshold that decides who gets the intervention.
        RegressionDiscontinuity = "REGRESSION_DISCONTINUITY",
        /// Change compared with change in a comparison group.
        DifferenceInDifferences = "DIFFERENCE_IN_DIFFERENCES",
        /// A comparison group chosen to resemble the intervention group.
        MatchedComparison = "MATCHED_COMPARISON",
        /// A series of measurements before and after.
        InterruptedTimeSeries = "INTERRUPTED_TIME_SERIES",
        /// The same units before and after, without a comparison group.
        PrePost = "PRE_POST",
        /// Can it be done, and can it be studied?
        Feasibility = "FEASIBILITY",
        /// A small trial run of an intervention.
        Pilot = "PILOT",
        /// Interviews, observation, text.
        Qualitative = "QUALITATIVE",
        /// Qualitative and quantitative together.
        MixedMethods = "MIXED_METHODS",
        /// Costs, or costs against benefits.
        Economic = "ECONOMIC",
        /// All evidence on a question, found and appraised by a protocol.
        SystematicReview = "SYSTEMATIC_REVIEW",
        /// Results of several studies pooled.
        MetaAnalysis = "META_ANALYSIS",
        /// Questions put to a sample.
        Survey = "SURVEY",
        /// Observation without an intervention by the researchers.
        Observational = "OBSERVATIONAL",
        /// None of the others, or the source does not say.
        Other = "OTHER",
    }

    /// How far a study has come.
    StudyStatus {
        /// Announced, not begun.
        Planned = "PLANNED",
        /// Under way.
        InDelivery = "IN_DELIVERY",
        /// Under way, with first results.
        InterimResults = "INTERIM_RESULTS",
        /// Finished and reported.
        Reported = "REPORTED",
        /// Ended before its end.
        Stopped = "STOPPED",
    }

    /// Why a study was stopped. The sentence beside it says more.
    StopReason {
        /// The centre changed its mind: it would not do the study again, or not in this way.
        ChangedOurMind = "CHANGED_OUR_MIND",
        /// It could not be done as planned.
        NotFeasible = "NOT_FEASIBLE",
        /// Too few took part.
        Recruitment = "RECRUITMENT",
        /// The money ended or was withdrawn.
        Funding = "FUNDING",
        /// A partner or an authority withdrew.
        PartnerWithdrew = "PARTNER_WITHDREW",
        /// It did harm, or was likely to.
        Harm = "HARM",
        /// None of the others.
        Other = "OTHER",
    }

    /// What kind of document a publication is.
    PublicationKind {
        /// An article in a journal.
        JournalArticle = "JOURNAL_ARTICLE",
        /// A report.
        Report = "REPORT",
        /// A protocol or statistical analysis plan.
        Protocol = "PROTOCOL",
        /// A working or discussion paper.
        WorkingPaper = "WORKING_PAPER",
        /// A doctoral or other thesis.
        Thesis = "THESIS",
        /// A whole book.
        Book = "BOOK",
        /// A chapter of a book.
        BookChapter = "BOOK_CHAPTER",
        /// A contribution to a conference.
        ConferencePaper = "CONFERENCE_PAPER",
        /// A preprint.
        Preprint = "PREPRINT",
        /// A page on a website.
        WebPage = "WEB_PAGE",
        /// A data set.
        Dataset = "DATASET",
        /// None of the others, or the source does not say.
        Other = "OTHER",
    }

    /// The scale on which a finding's estimate stands. Ratios are kept as natural logarithms.
    EffectMeasure {
        /// Standardised mean difference (Hedges' g or Cohen's d).
        StandardisedMeanDifference = "STANDARDISED_MEAN_DIFFERENCE",
        /// Difference of means, in the unit of the outcome.
        MeanDifference = "MEAN_DIFFERENCE",
        /// Natural logarithm of the odds ratio.
        LogOddsRatio = "LOG_ODDS_RATIO",
        /// Natural logarithm of the risk ratio.
        LogRiskRatio = "LOG_RISK_RATIO",
        /// Difference of risks.
        RiskDifference = "RISK_DIFFERENCE",
        /// Fisher's z of a correlation.
        FisherZ = "FISHER_Z",
        /// Natural logarithm of the ratio of means.
        LogRatioOfMeans = "LOG_RATIO_OF_MEANS",
    }

    /// The assessed risk that a finding is biased.
    RiskOfBias {
        /// Low risk.
        Low = "LOW",
        /// Some concerns.
        SomeConcerns = "SOME_CONCERNS",
        /// High risk.
        High = "HIGH",
        /// Not assessed, or the source does not say.
        NotAssessed = "NOT_ASSESSED",
    }

    /// A published reading of a standard's level that lets standards be filtered together; it is not a score.
    EvidenceStrength {
        /// Too little to say.
        Insufficient = "INSUFFICIENT",
        /// Low.
        Low = "LOW",
        /// Moderate.
        Moderate = "MODERATE",
        /// High.
        High = "HIGH",
        /// Very high.
        VeryHigh = "VERY_HIGH",
    }

    /// Which of the three controlled vocabularies a term belongs to.
    Vocabulary {
        /// What is done.
        Intervention = "INTERVENTION",
        /// What it is meant to change.
        Outcome = "OUTCOME",
        /// Whom it is for.
        Population = "POPULATION",
    }

    /// The kinds of thing that can be rated on a standard.
    RatedKind {
        /// A study.
        Study = "STUDY",
        /// A publication.
        Publication = "PUBLICATION",
        /// An intervention.
        Intervention = "INTERVENTION",
    }

    /// How one standard's level reads on another standard.
    CrosswalkRelation {
        /// The two levels ask for the same.
        Equivalent = "EQUIVALENT",
        /// The two levels ask for about the same.
        Similar = "SIMILAR",
        /// The first level asks for more than the second.
        Stricter = "STRICTER",
        /// The first level asks for less than the second.
        Looser = "LOOSER",
        /// The two levels answer different questions and must not be compared.
        NotComparable = "NOT_COMPARABLE",
    }

    /// What the crosswalk says of one rating's levels on another rating's scale.
    CrosswalkStanding {
        /// Both ratings are on the same version of the same standard: there is nothing to read across.
        SameScale = "SAME_SCALE",
        /// Its levels read as those that the other rating gives.
        Agrees = "AGREES",
        /// A level of it reads as another than the one that the other rating gives.
        Differs = "DIFFERS",
        /// The levels answer different questions and must not be compared.
        NotComparable = "NOT_COMPARABLE",
        /// There is a reading, but none that says whether the levels given are the same.
        Undecided = "UNDECIDED",
        /// Nothing is published about its levels on that scale.
        NotPublished = "NOT_PUBLISHED",
    }

    /// Why two ratings may differ, as far as it is recorded.
    DifferenceReasonKind {
        /// One took evidence into account that the other did not.
        DifferentEvidence = "DIFFERENT_EVIDENCE",
        /// They speak of different outcomes.
        DifferentOutcome = "DIFFERENT_OUTCOME",
        /// There is evidence that is newer than the older of them.
        OlderThanNewEvidence = "OLDER_THAN_NEW_EVIDENCE",
        /// They were made by different rules: standards, versions or dimensions.
        DifferentRule = "DIFFERENT_RULE",
        /// Nothing that you may see is recorded that would explain it.
        NotRecorded = "NOT_RECORDED",
    }

    /// How one thing leans on another.
    Reliance {
        /// A finding is a result of the study.
        ResultOf = "RESULT_OF",
        /// The publication reports the study or the finding.
        ReportedBy = "REPORTED_BY",
        /// The rating rates it.
        Rates = "RATES",
        /// The rating took it into account.
        Considered = "CONSIDERED",
    }

    /// What a centre did with, or in, a local authority.
    EngagementKind {
        /// A visit.
        Visit = "VISIT",
        /// Research carried out there.
        Research = "RESEARCH",
        /// Support to put a practice into place.
        Implementation = "IMPLEMENTATION",
        /// An event or training.
        Event = "EVENT",
        /// Anything else.
        Other = "OTHER",
    }

    /// What a centre does in a study.
    StudyRole {
        /// It leads.
        Lead = "LEAD",
        /// It takes part.
        Collaborator = "COLLABORATOR",
    }

    /// What speaks for, or against, two publications being the same.
    DuplicateReason {
        /// Both have the same DOI.
        SameDoi = "SAME_DOI",
        /// The titles are the same, apart from case, punctuation and accents.
        SameTitle = "SAME_TITLE",
        /// The titles are alike.
        SimilarTitle = "SIMILAR_TITLE",
        /// One title is the other without its subtitle.
        SameMainTitle = "SAME_MAIN_TITLE",
        /// The authors are the same.
        SameAuthors = "SAME_AUTHORS",
        /// Some of the authors are the same.
        SharedAuthors = "SHARED_AUTHORS",
        /// Both were published in the same year.
        SameYear = "SAME_YEAR",
        /// They were published a year apart, as an article is that came out online first.
        NeighbouringYears = "NEIGHBOURING_YEARS",
        /// Both appeared in the same place.
        SameVenue = "SAME_VENUE",
        /// Both begin on the same page.
        SamePages = "SAME_PAGES",
        /// Against: the DOIs differ.
        DifferentDoi = "DIFFERENT_DOI",
        /// Against: numbers in the titles differ, as of two parts or two years.
        DifferentNumbers = "DIFFERENT_NUMBERS",
        /// Against: only one title says that it is a protocol, a correction, a reply, a summary or the like.
        DifferentPurpose = "DIFFERENT_PURPOSE",
        /// Against: the kinds of document differ.
        DifferentKind = "DIFFERENT_KIND",
        /// Against: no author is the same.
        DifferentAuthors = "DIFFERENT_AUTHORS",
        /// Against: they were published years apart.
        DifferentYears = "DIFFERENT_YEARS",
        /// Against: they appeared in different places.
        DifferentVenue = "DIFFERENT_VENUE",
        /// Against: they begin on different pages.
        DifferentPages = "DIFFERENT_PAGES",
    }

    /// What was decided of two publications that may be the same.
    DuplicateOutcome {
        /// They are the same, and were joined.
        Joined = "JOINED",
        /// They differ.
        Distinct = "DISTINCT",
    }

    /// What happened to a thing.
    ChangeOperation {
        /// It came to be.
        Created = "CREATED",
        /// It was revised.
        Updated = "UPDATED",
        /// It was withdrawn or superseded.
        Withdrawn = "WITHDRAWN",
    }

    /// Those from whom a change hid a thing that they had seen.
    HiddenFrom {
        /// Everybody who may not see it now, also without a token.
        Everybody = "EVERYBODY",
        /// The centres that may not see it now.
        Network = "NETWORK",
        /// Some centres.
        Centres = "CENTRES",
    }

    /// The kinds of thing whose changes are told.
    ChangeKind {
        /// A centre.
        Centre = "CENTRE",
        /// A person.
        Person = "PERSON",
        /// A local authority.
        LocalAuthority = "LOCAL_AUTHORITY",
        /// An engagement.
        Engagement = "ENGAGEMENT",
        /// A programme.
        Programme = "PROGRAMME",
        /// A partner organisation.
        Partner = "PARTNER",
        /// An evidence standard, with its versions and crosswalk.
        EvidenceStandard = "EVIDENCE_STANDARD",
        /// An intervention.
        Intervention = "INTERVENTION",
        /// An outcome.
        Outcome = "OUTCOME",
        /// A population.
        Population = "POPULATION",
        /// A collaboration.
        Collaboration = "COLLABORATION",
        /// A study.
        Study = "STUDY",
        /// A publication.
        Publication = "PUBLICATION",
        /// A finding.
        Finding = "FINDING",
        /// A rating.
        Rating = "RATING",
        /// Feedback to a centre.
        Feedback = "FEEDBACK",
        /// An access token.
        AccessToken = "ACCESS_TOKEN",
        /// A signing key.
        SigningKey = "SIGNING_KEY",
        /// A centre's own identity provider.
        IdentityProvider = "IDENTITY_PROVIDER",
        /// A statutory return that was loaded.
        LoadedReturn = "LOADED_RETURN",
        /// A data-sharing agreement.
        DataSharingAgreement = "DATA_SHARING_AGREEMENT",
    }

    /// How much of a date is known.
    DatePrecision {
        /// Only the year.
        Year = "YEAR",
        /// Year and month.
        Month = "MONTH",
        /// The day.
        Day = "DAY",
    }

    /// Where an access token stands.
    AccessTokenState {
        /// It reaches rows about single young people, and waits for a second administrator's approval.
        PendingApproval = "PENDING_APPROVAL",
        /// It is accepted.
        Active = "ACTIVE",
        /// Its time is over.
        Expired = "EXPIRED",
        /// It was revoked.
        Revoked = "REVOKED",
    }

    /// How an audited action ended.
    AuditOutcome {
        /// It was done.
        Allowed = "ALLOWED",
        /// It was refused.
        Refused = "REFUSED",
    }
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
