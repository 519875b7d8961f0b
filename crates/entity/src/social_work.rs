//! The closed vocabularies of young people in touch with social work.
//!
//! The categories of counts are those in which the Department for Education publishes; the service maps the
//! codes of the returns to them.

use sea_orm::DeriveValueType;
use serde::{Deserialize, Serialize};

use crate::vocabulary::{ClosedVocabulary, UnknownWord, vocabularies};

vocabularies! {
    /// A statutory return of an English local authority.
    ReturnKind {
        /// The return on looked-after children and care leavers, SSDA903.
        Ssda903 = "SSDA903",
        /// The children in need census.
        CinCensus = "CIN_CENSUS",
    }

    /// Where a return stands.
    ReturnState {
        /// It is being loaded, and counts for nothing yet.
        Loading = "LOADING",
        /// It is in use.
        Current = "CURRENT",
        /// A later loading of the same authority, kind and year took its place; only its report is kept.
        Replaced = "REPLACED",
        /// It was erased on the controller's word; only its report is kept.
        Erased = "ERASED",
        /// Its loading did not come to its end, and nothing of it was kept.
        Abandoned = "ABANDONED",
    }

    /// A kind of time in which a young person is in touch with social work.
    EpisodeKind {
        /// In need: from referral to closure (Children Act 1989, section 17).
        InNeed = "IN_NEED",
        /// The subject of a child protection plan.
        ProtectionPlan = "PROTECTION_PLAN",
        /// Looked after by a local authority.
        LookedAfter = "LOOKED_AFTER",
        /// In an agreed series of short breaks (legal status V3 or V4), which is not counted as looked after.
        ShortBreak = "SHORT_BREAK",
        /// Having left care, in a collection year whose return tells of it.
        CareLeaver = "CARE_LEAVER",
        /// Missing, or away from the placement without authorisation.
        Missing = "MISSING",
    }

    /// A group of young people in touch with social work, as counts tell them apart. One person may be in several.
    SocialWorkPopulation {
        /// In need, on the reference day.
        InNeed = "IN_NEED",
        /// The subject of a child protection plan, on the reference day.
        ProtectionPlan = "PROTECTION_PLAN",
        /// Looked after on the reference day; short breaks are not counted.
        LookedAfter = "LOOKED_AFTER",
        /// Looked after and an unaccompanied asylum-seeking child, on the reference day.
        UnaccompaniedAsylumSeeking = "UNACCOMPANIED_ASYLUM_SEEKING",
        /// In an agreed series of short breaks, on the reference day.
        ShortBreaks = "SHORT_BREAKS",
        /// Having left care and reported on in the year that ended with the reference day.
        CareLeaver = "CARE_LEAVER",
    }

    /// Sex as it is recorded.
    Sex {
        /// Female.
        Female = "FEMALE",
        /// Male.
        Male = "MALE",
        /// Not known, not recorded, or not born yet.
        NotKnown = "NOT_KNOWN",
    }

    /// Age in whole years on the reference day, in the bands in which looked-after children are published.
    AgeBand {
        /// Not born yet.
        Unborn = "UNBORN",
        /// Under 1 year.
        Under1 = "UNDER_1",
        /// 1 to 4 years.
        From1To4 = "FROM_1_TO_4",
        /// 5 to 9 years.
        From5To9 = "FROM_5_TO_9",
        /// 10 to 15 years.
        From10To15 = "FROM_10_TO_15",
        /// 16 and 17 years.
        From16To17 = "FROM_16_TO_17",
        /// 18 years and over.
        From18 = "FROM_18",
        /// Not known.
        NotKnown = "NOT_KNOWN",
    }

    /// The major groups of ethnicity.
    EthnicGroup {
        /// White.
        White = "WHITE",
        /// Mixed or multiple ethnic groups.
        Mixed = "MIXED",
        /// Asian or Asian British.
        Asian = "ASIAN",
        /// Black, African, Caribbean or Black British.
        Black = "BLACK",
        /// Another ethnic group, Chinese among them where the return's code says no more.
        Other = "OTHER",
        /// Refused or not yet obtained.
        NotKnown = "NOT_KNOWN",
    }

    /// The legal status under which somebody is looked after.
    LegalStatus {
        /// An interim care order (C1).
        InterimCareOrder = "INTERIM_CARE_ORDER",
        /// A full care order (C2).
        FullCareOrder = "FULL_CARE_ORDER",
        /// A placement order (E1), or freed for adoption (D1).
        PlacementOrder = "PLACEMENT_ORDER",
        /// A single period of accommodation under section 20 of the Children Act 1989 (V2).
        Section20 = "SECTION_20",
        /// An agreed series of short breaks (V3, V4).
        ShortBreaks = "SHORT_BREAKS",
        /// Detained for child protection (L1 to L3).
        ChildProtection = "CHILD_PROTECTION",
        /// Remanded, detained or sentenced (J1 to J3).
        YouthJustice = "YOUTH_JUSTICE",
        /// Not looked after.
        NotLookedAfter = "NOT_LOOKED_AFTER",
    }

    /// The type of placement of somebody who is looked after.
    PlacementType {
        /// Foster care by a relative or friend (U1 to U3).
        FosterRelativeOrFriend = "FOSTER_RELATIVE_OR_FRIEND",
        /// Foster care by other carers (U4 to U6).
        FosterOther = "FOSTER_OTHER",
        /// Placed for adoption (A3 to A6).
        PlacedForAdoption = "PLACED_FOR_ADOPTION",
        /// With parents or others with parental responsibility (P1).
        WithParents = "WITH_PARENTS",
        /// A children's home, secure or not (K1, K2).
        ChildrensHome = "CHILDRENS_HOME",
        /// Supported accommodation, semi-independent or independent living (H5, K3, P2, P3).
        SupportedAccommodation = "SUPPORTED_ACCOMMODATION",
        /// Residential care, health, family centre or youth custody (R1 to R5).
        OtherResidential = "OTHER_RESIDENTIAL",
        /// A residential school (S1).
        ResidentialSchool = "RESIDENTIAL_SCHOOL",
        /// A temporary placement (T0 to T4).
        Temporary = "TEMPORARY",
        /// Another placement (Z1, Z11 to Z14).
        Other = "OTHER",
        /// Not looked after.
        NotLookedAfter = "NOT_LOOKED_AFTER",
    }

    /// The primary category of need: N1 to N9 of the returns.
    Need {
        /// Abuse or neglect (N1).
        AbuseOrNeglect = "ABUSE_OR_NEGLECT",
        /// The child's disability or illness (N2).
        ChildsDisability = "CHILDS_DISABILITY",
        /// A parent's disability or illness (N3).
        ParentalIllnessOrDisability = "PARENTAL_ILLNESS_OR_DISABILITY",
        /// Family in acute stress (N4).
        FamilyInAcuteStress = "FAMILY_IN_ACUTE_STRESS",
        /// Family dysfunction (N5).
        FamilyDysfunction = "FAMILY_DYSFUNCTION",
        /// Socially unacceptable behaviour (N6).
        SociallyUnacceptableBehaviour = "SOCIALLY_UNACCEPTABLE_BEHAVIOUR",
        /// Low income (N7).
        LowIncome = "LOW_INCOME",
        /// Absent parenting (N8).
        AbsentParenting = "ABSENT_PARENTING",
        /// Cases other than children in need (N9).
        NotInNeed = "NOT_IN_NEED",
        /// Not stated (N0), or the return that would tell is not loaded.
        NotStated = "NOT_STATED",
    }

    /// By what counts of young people may be broken down.
    StatisticsDimension {
        /// The local authority that made the return.
        LocalAuthority = "LOCAL_AUTHORITY",
        /// The region of the authority.
        Region = "REGION",
        /// The population; somebody who is in several is counted in each.
        Population = "POPULATION",
        /// The age band.
        AgeBand = "AGE_BAND",
        /// Sex as recorded.
        Sex = "SEX",
        /// The ethnic group.
        EthnicGroup = "ETHNIC_GROUP",
        /// The legal status of those who are looked after.
        LegalStatus = "LEGAL_STATUS",
        /// The placement of those who are looked after.
        PlacementType = "PLACEMENT_TYPE",
        /// The primary category of need.
        CategoryOfNeed = "CATEGORY_OF_NEED",
    }

    /// What is said of a count.
    CountState {
        /// A number is shown, as the rule makes it.
        Shown = "SHOWN",
        /// It is hidden. That doesn't mean that it is 0.
        Suppressed = "SUPPRESSED",
        /// No return is counted that would tell of it.
        NotCollected = "NOT_COLLECTED",
        /// Its categories contradict each other: an authority isn't in the region.
        NotApplicable = "NOT_APPLICABLE",
    }

    /// Where a data-sharing agreement stands.
    AgreementState {
        /// It waits for the approval of one party or more.
        Proposed = "PROPOSED",
        /// All have approved it; its first day has not come.
        Approved = "APPROVED",
        /// It is in force: rows may be read under it.
        InForce = "IN_FORCE",
        /// Its last day has passed, or a party has ended it.
        Ended = "ENDED",
    }

    /// What an agreement may open of a young person.
    PersonField {
        /// Year and month of birth.
        Birth = "BIRTH",
        /// Sex as recorded.
        Sex = "SEX",
        /// Ethnicity, as its code.
        Ethnicity = "ETHNICITY",
        /// The authorities whose returns tell of the person.
        LocalAuthority = "LOCAL_AUTHORITY",
        /// The episodes with their days.
        Episodes = "EPISODES",
        /// Of each episode, the legal status.
        LegalStatus = "LEGAL_STATUS",
        /// Of each episode, the placement and its provider.
        Placement = "PLACEMENT",
        /// Of each episode, the category of need or abuse.
        Need = "NEED",
        /// Why each episode began and ended.
        Reasons = "REASONS",
        /// The studies that the person takes part in.
        Participation = "PARTICIPATION",
    }
}
