//! The categories in which young people are counted, by the codes of the returns.
//!
//! Sources: the groups of legal status and placement are those of the DfE's statistics on looked-after children.

use entity::{AgeBand, EthnicGroup, LegalStatus, Need, PlacementType};

/// The major group of an ethnicity's code. Chinese is Asian since the census of 2011.
#[must_use]
pub(super) fn ethnic_group(code: &str) -> EthnicGroup {
    match code {
        "WBRI" | "WIRI" | "WIRT" | "WROM" | "WOTH" => EthnicGroup::White,
        "MWBC" | "MWBA" | "MWAS" | "MOTH" => EthnicGroup::Mixed,
        "AIND" | "APKN" | "ABAN" | "AOTH" | "CHNE" => EthnicGroup::Asian,
        "BCRB" | "BAFR" | "BOTH" => EthnicGroup::Black,
        "OOTH" => EthnicGroup::Other,
        _ => EthnicGroup::NotKnown,
    }
}

/// The group of a legal status.
#[must_use]
pub(super) fn legal_status(code: Option<&str>) -> LegalStatus {
    match code {
        Some("C1") => LegalStatus::InterimCareOrder,
        Some("C2") => LegalStatus::FullCareOrder,
        Some("D1" | "E1") => LegalStatus::PlacementOrder,
        Some("V2") => LegalStatus::Section20,
        Some("V3" | "V4") => LegalStatus::ShortBreaks,
        Some("L1" | "L2" | "L3") => LegalStatus::ChildProtection,
        Some("J1" | "J2" | "J3") => LegalStatus::YouthJustice,
        _ => LegalStatus::NotLookedAfter,
    }
}

/// The type of a placement.
#[must_use]
pub(super) fn placement_type(code: Option<&str>) -> PlacementType {
    match code {
        Some("U1" | "U2" | "U3") => PlacementType::FosterRelativeOrFriend,
        Some("U4" | "U5" | "U6") => PlacementType::FosterOther,
        Some("A3" | "A4" | "A5" | "A6") => PlacementType::PlacedForAdoption,
        Some("P1") => PlacementType::WithParents,
        Some("K1" | "K2") => PlacementType::ChildrensHome,
        Some("H5" | "K3" | "P2" | "P3") => PlacementType::SupportedAccommodation,
        Some("R1" | "R2" | "R3" | "R5") => PlacementType::OtherResidential,
        Some("S1") => PlacementType::ResidentialSchool,
        Some("T0" | "T1" | "T2" | "T3" | "T4") => PlacementType::Temporary,
        Some(_) => PlacementType::Other,
        None => PlacementType::NotLookedAfter,
    }
}

/// The category of a need's code.
#[must_use]
pub(super) fn need(code: Option<&str>) -> Need {
    match code {
        Some("N1") => Need::AbuseOrNeglect,
        Some("N2") => Need::ChildsDisability,
        Some("N3") => Need::ParentalIllnessOrDisability,
        Some("N4") => Need::FamilyInAcuteStress,
        Some("N5") => Need::FamilyDysfunction,
        Some("N6") => Need::SociallyUnacceptableBehaviour,
        Some("N7") => Need::LowIncome,
        Some("N8") => Need::AbsentParenting,
        Some("N9") => Need::NotInNeed,
        _ => Need::NotStated,
    }
}

/// The band of an age on 31 March of a year, from the month of birth: a month has always ended by then or not
/// begun, so that the day of birth isn't needed.
#[must_use]
pub(super) fn age_band(birth_month: Option<i32>, is_unborn: bool, year: i32) -> AgeBand {
    const MARCH: i32 = 2;

    let Some(born) = birth_month else {
        return match is_unborn {
            true => AgeBand::Unborn,
            false => AgeBand::NotKnown,
        };
    };
    match (year * 12 + MARCH - born).div_euclid(12) {
        ..0 => AgeBand::Unborn,
        0 => AgeBand::Under1,
        1..=4 => AgeBand::From1To4,
        5..=9 => AgeBand::From5To9,
        10..=15 => AgeBand::From10To15,
        16 | 17 => AgeBand::From16To17,
        _ => AgeBand::From18,
    }
}

#[cfg(test)]
mod tests {
    use returns::codes::{self, Codes};

    use super::*;

    #[test]
    fn every_accepted_code_has_a_category() {
        let all = |sets: &[Codes]| -> Vec<&str> {
            sets.iter().flat_map(|set| set.codes.iter().copied()).collect()
        };
        for code in all(codes::LEGAL_STATUS) {
            assert_ne!(legal_status(Some(code)), LegalStatus::NotLookedAfter, "{code}");
        }
        for code in all(codes::PLACEMENT) {
            let is_other = placement_type(Some(code)) == PlacementType::Other;
            assert_eq!(is_other, code.starts_with('Z'), "{code}");
        }
        for code in all(codes::NEED_CIN) {
            assert_eq!(need(Some(code)) == Need::NotStated, code == "N0", "{code}");
        }
    }

    #[test]
    fn age_on_31_march_follows_from_the_month_of_birth() {
        let born = |year: i32, month: i32| Some(year * 12 + month - 1);
        assert_eq!(age_band(born(2024, 3), false, 2024), AgeBand::Under1);
        assert_eq!(age_band(born(2023, 4), false, 2024), AgeBand::Under1);
        assert_eq!(age_band(born(2023, 3), false, 2024), AgeBand::From1To4);
        assert_eq!(age_band(born(2008, 4), false, 2024), AgeBand::From10To15);
        assert_eq!(age_band(born(2008, 3), false, 2024), AgeBand::From16To17);
        assert_eq!(age_band(born(2006, 3), false, 2024), AgeBand::From18);
        assert_eq!(age_band(born(2024, 4), false, 2024), AgeBand::Unborn);
        assert_eq!(age_band(None, true, 2024), AgeBand::Unborn);
        assert_eq!(age_band(None, false, 2024), AgeBand::NotKnown);
    }
}
