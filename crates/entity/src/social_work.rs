//! The closed vocabularies of young people in touch with social work.
//!
//! The categories of counts are those in which the Department for Education publishes; the service maps the
//! codes of the returns to them.

use macros::vocabulary;

/// A statutory return of an English local authority.
#[vocabulary]
pub enum ReturnKind {
    /// The return on looked-after children and care leavers, SSDA903.
    Ssda903,
    /// The children in need census.
    CinCensus,
}

/// Where a return stands.
#[vocabulary]
pub enum ReturnState {
    /// It is being loaded, and counts for nothing yet.
    Loading,
    /// It is in use.
    Current,
    /// A later loading of the same authority, kind and year took its place; only its report is kept.
    Replaced,
    /// It was erased on the controller's word; only its report is kept.
    Erased,
    /// Its loading did not come to its end, and nothing of it was kept.
    Abandoned,
}

/// A kind of time in which a young person is in touch with social work.
#[vocabulary]
pub enum EpisodeKind {
    /// In need: from referral to closure (Children Act 1989, section 17).
    InNeed,
    /// The subject of a child protection plan.
    ProtectionPlan,
    /// Looked after by a local authority.
    LookedAfter,
    /// In an agreed series of short breaks (legal status V3 or V4), which is not counted as looked after.
    ShortBreak,
    /// Having left care, in a collection year whose return tells of it.
    CareLeaver,
    /// Missing, or away from the placement without authorisation.
    Missing,
}

/// A group of young people in touch with social work, as counts tell them apart. One person may be in several.
#[vocabulary]
pub enum SocialWorkPopulation {
    /// In need, on the reference day.
    InNeed,
    /// The subject of a child protection plan, on the reference day.
    ProtectionPlan,
    /// Looked after on the reference day; short breaks are not counted.
    LookedAfter,
    /// Looked after and an unaccompanied asylum-seeking child, on the reference day.
    UnaccompaniedAsylumSeeking,
    /// In an agreed series of short breaks, on the reference day.
    ShortBreaks,
    /// Having left care and reported on in the year that ended with the reference day.
    CareLeaver,
}

/// Sex as it is recorded.
#[vocabulary]
pub enum Sex {
    /// Female.
    Female,
    /// Male.
    Male,
    /// Not known, not recorded, or not born yet.
    NotKnown,
}

/// Age in whole years on the reference day, in the bands in which looked-after children are published.
#[vocabulary]
pub enum AgeBand {
    /// Not born yet.
    Unborn,
    /// Under 1 year.
    #[strum(serialize = "UNDER_1")]
    Under1,
    /// 1 to 4 years.
    #[strum(serialize = "FROM_1_TO_4")]
    From1To4,
    /// 5 to 9 years.
    #[strum(serialize = "FROM_5_TO_9")]
    From5To9,
    /// 10 to 15 years.
    #[strum(serialize = "FROM_10_TO_15")]
    From10To15,
    /// 16 and 17 years.
    #[strum(serialize = "FROM_16_TO_17")]
    From16To17,
    /// 18 years and over.
    #[strum(serialize = "FROM_18")]
    From18,
    /// Not known.
    NotKnown,
}

/// The major groups of ethnicity.
#[vocabulary]
pub enum EthnicGroup {
    /// White.
    White,
    /// Mixed or multiple ethnic groups.
    Mixed,
    /// Asian or Asian British.
    Asian,
    /// Black, African, Caribbean or Black British.
    Black,
    /// Another ethnic group, Chinese among them where the return's code says no more.
    Other,
    /// Refused or not yet obtained.
    NotKnown,
}

/// The legal status under which somebody is looked after.
#[vocabulary]
pub enum LegalStatus {
    /// An interim care order (C1).
    InterimCareOrder,
    /// A full care order (C2).
    FullCareOrder,
    /// A placement order (E1), or freed for adoption (D1).
    PlacementOrder,
    /// A single period of accommodation under section 20 of the Children Act 1989 (V2).
    #[strum(serialize = "SECTION_20")]
    Section20,
    /// An agreed series of short breaks (V3, V4).
    ShortBreaks,
    /// Detained for child protection (L1 to L3).
    ChildProtection,
    /// Remanded, detained or sentenced (J1 to J3).
    YouthJustice,
    /// Not looked after.
    NotLookedAfter,
}

/// The type of placement of somebody who is looked after.
#[vocabulary]
pub enum PlacementType {
    /// Foster care by a relative or friend (U1 to U3).
    FosterRelativeOrFriend,
    /// Foster care by other carers (U4 to U6).
    FosterOther,
    /// Placed for adoption (A3 to A6).
    PlacedForAdoption,
    /// With parents or others with parental responsibility (P1).
    WithParents,
    /// A children's home, secure or not (K1, K2).
    ChildrensHome,
    /// Supported accommodation, semi-independent or independent living (H5, K3, P2, P3).
    SupportedAccommodation,
    /// Residential care, health, family centre or youth custody (R1 to R5).
    OtherResidential,
    /// A residential school (S1).
    ResidentialSchool,
    /// A temporary placement (T0 to T4).
    Temporary,
    /// Another placement (Z1, Z11 to Z14).
    Other,
    /// Not looked after.
    NotLookedAfter,
}

/// The primary category of need: N1 to N9 of the returns.
#[vocabulary]
pub enum Need {
    /// Abuse or neglect (N1).
    AbuseOrNeglect,
    /// The child's disability or illness (N2).
    ChildsDisability,
    /// A parent's disability or illness (N3).
    ParentalIllnessOrDisability,
    /// Family in acute stress (N4).
    FamilyInAcuteStress,
    /// Family dysfunction (N5).
    FamilyDysfunction,
    /// Socially unacceptable behaviour (N6).
    SociallyUnacceptableBehaviour,
    /// Low income (N7).
    LowIncome,
    /// Absent parenting (N8).
    AbsentParenting,
    /// Cases other than children in need (N9).
    NotInNeed,
    /// Not stated (N0), or the return that would tell is not loaded.
    NotStated,
}

/// By what counts of young people may be broken down.
#[vocabulary]
pub enum StatisticsDimension {
    /// The local authority that made the return.
    LocalAuthority,
    /// The region of the authority.
    Region,
    /// The population; somebody who is in several is counted in each.
    Population,
    /// The age band.
    AgeBand,
    /// Sex as recorded.
    Sex,
    /// The ethnic group.
    EthnicGroup,
    /// The legal status of those who are looked after.
    LegalStatus,
    /// The placement of those who are looked after.
    PlacementType,
    /// The primary category of need.
    CategoryOfNeed,
}

/// What is said of a count.
#[vocabulary]
pub enum CountState {
    /// A number is shown, as the rule makes it.
    Shown,
    /// It is hidden. That doesn't mean that it is 0.
    Suppressed,
    /// No return is counted that would tell of it.
    NotCollected,
    /// Its categories contradict each other: an authority isn't in the region.
    NotApplicable,
}

/// Where a data-sharing agreement stands.
#[vocabulary]
pub enum AgreementState {
    /// It waits for the approval of one party or more.
    Proposed,
    /// All have approved it; its first day has not come.
    Approved,
    /// It is in force: rows may be read under it.
    InForce,
    /// Its last day has passed, or a party has ended it.
    Ended,
}

/// What an agreement may open of a young person.
#[vocabulary]
pub enum PersonField {
    /// Year and month of birth.
    Birth,
    /// Sex as recorded.
    Sex,
    /// Ethnicity, as its code.
    Ethnicity,
    /// The authorities whose returns tell of the person.
    LocalAuthority,
    /// The episodes with their days.
    Episodes,
    /// Of each episode, the legal status.
    LegalStatus,
    /// Of each episode, the placement and its provider.
    Placement,
    /// Of each episode, the category of need or abuse.
    Need,
    /// Why each episode began and ended.
    Reasons,
    /// The studies that the person takes part in.
    Participation,
}
