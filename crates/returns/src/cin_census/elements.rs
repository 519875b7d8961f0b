//! The elements of a census, and where each lies.
//!
//! Source: the DfE's schemas of the census from 2021 to 2026, as liia-tools-pipeline restates them.

use intake::misspelt;

/// Name, the element that it lies in, and whether what it says is read.
type Element = (&'static str, &'static str, bool);

const ELEMENTS: &[Element] = &[
    ("Message", "", false),
    ("Header", "Message", false),
    ("CollectionDetails", "Header", true),
    ("Collection", "CollectionDetails", true),
    ("Year", "CollectionDetails", true),
    ("ReferenceDate", "CollectionDetails", true),
    ("Source", "Header", true),
    ("SourceLevel", "Source", false),
    ("LEA", "Source", true),
    ("SoftwareCode", "Source", false),
    ("Release", "Source", false),
    ("SerialNo", "Source", false),
    ("DateTime", "Source", false),
    ("Content", "Header", false),
    ("CBDSLevels", "Content", false),
    ("CBDSLevel", "CBDSLevels", false),
    ("Children", "Message", true),
    ("Child", "Children", true),
    ("ChildIdentifiers", "Child", true),
    ("LAchildID", "ChildIdentifiers", true),
    ("UPN", "ChildIdentifiers", true),
    ("FormerUPN", "ChildIdentifiers", true),
    ("UPNunknown", "ChildIdentifiers", false),
    ("PersonBirthDate", "ChildIdentifiers", true),
    ("ExpectedPersonBirthDate", "ChildIdentifiers", true),
    ("GenderCurrent", "ChildIdentifiers", true),
    ("Sex", "ChildIdentifiers", true),
    ("PersonDeathDate", "ChildIdentifiers", false),
    ("ChildCharacteristics", "Child", true),
    ("Ethnicity", "ChildCharacteristics", true),
    ("Disabilities", "ChildCharacteristics", false),
    ("Disability", "Disabilities", false),
    ("CINdetails", "Child", true),
    ("CINreferralDate", "CINdetails", true),
    ("ReferralSource", "CINdetails", false),
    ("PrimaryNeedCode", "CINdetails", true),
    ("CINclosureDate", "CINdetails", true),
    ("ReasonForClosure", "CINdetails", true),
    ("DateOfInitialCPC", "CINdetails", false),
    ("Assessments", "CINdetails", false),
    ("AssessmentActualStartDate", "Assessments", false),
    ("AssessmentInternalReviewDate", "Assessments", false),
    ("AssessmentAuthorisationDate", "Assessments", false),
    ("FactorsIdentifiedAtAssessment", "Assessments", false),
    ("AssessmentFactors", "FactorsIdentifiedAtAssessment", false),
    ("CINPlanDates", "CINdetails", false),
    ("CINPlanStartDate", "CINPlanDates", false),
    ("CINPlanEndDate", "CINPlanDates", false),
    ("Section47", "CINdetails", false),
    ("S47ActualStartDate", "Section47", false),
    ("InitialCPCtarget", "Section47", false),
    ("DateOfInitialCPC", "Section47", false),
    ("ICPCnotRequired", "Section47", false),
    ("ReferralNFA", "CINdetails", true),
    ("ChildProtectionPlans", "CINdetails", true),
    ("CPPstartDate", "ChildProtectionPlans", true),
    ("CPPendDate", "ChildProtectionPlans", true),
    ("InitialCategoryOfAbuse", "ChildProtectionPlans", true),
    ("LatestCategoryOfAbuse", "ChildProtectionPlans", true),
    ("NumberOfPreviousCPP", "ChildProtectionPlans", false),
    ("Reviews", "ChildProtectionPlans", false),
    ("CPPreviewDate", "Reviews", false),
];

/// The element with rows of its own in which an element lies, or which it is.
pub(crate) fn holder(name: &str) -> Option<&'static str> {
    const HOLDERS: [&str; 3] = ["Child", "CINdetails", "ChildProtectionPlans"];
    let mut name = name;
    loop {
        if let Some(holder) = HOLDERS.into_iter().find(|holder| *holder == name) {
            return Some(holder);
        }
        name = ELEMENTS.iter().find(|(one, ..)| *one == name)?.1;
    }
}

/// What an element is where it lies.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Standing {
    /// It lies where it should, or says nothing that is read.
    Right(&'static str),
    /// What it says is read elsewhere, and isn't where it lies.
    Misplaced(&'static str),
    /// There is no such element, but one that is spelt nearly so, and what that says is read.
    Misspelt(&'static str),
    /// There is no such element.
    Unknown,
}

/// What an element is within another.
pub(super) fn standing(name: &str, parent: &str) -> Standing {
    let mut known = ELEMENTS.iter().filter(|(one, ..)| *one == name).peekable();
    if let Some((known_name, _, is_read)) = known.peek().copied().copied() {
        return match !is_read || known.any(|(_, place, _)| *place == parent) {
            true => Standing::Right(known_name),
            false => Standing::Misplaced(known_name),
        };
    }
    let beside = ELEMENTS.iter().filter(|(_, place, _)| *place == parent);
    let meant = misspelt(name, beside.map(|(one, ..)| *one))
        .or_else(|| misspelt(name, ELEMENTS.iter().map(|(one, ..)| *one)));
    let meant = meant.and_then(|meant| ELEMENTS.iter().find(|(one, ..)| *one == meant));
    match meant {
        Some((meant, _, true)) => Standing::Misspelt(meant),
        _ => Standing::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_element_is_right_where_it_lies_and_nowhere_else_if_it_is_read() {
        for (name, parent, is_read) in ELEMENTS {
            assert_eq!(standing(name, parent), Standing::Right(name), "{name}");
            let elsewhere = standing(name, "Disability");
            assert_eq!(elsewhere == Standing::Misplaced(name), *is_read, "{name}");
        }
    }

    #[test]
    fn an_element_that_is_read_is_missed_however_it_is_misspelt() {
        for (name, parent, _) in ELEMENTS.iter().filter(|(.., is_read)| *is_read) {
            let cut = &name[..name.len() - 1];
            for wrong in [name.to_lowercase(), format!("{name}x"), cut.to_owned()] {
                if wrong.len() > 2 {
                    assert_eq!(standing(&wrong, parent), Standing::Misspelt(name), "{wrong}");
                }
            }
        }
        assert_eq!(standing("EthnicityDescription", "ChildCharacteristics"), Standing::Unknown);
        assert_eq!(standing("CINPlanStartDat", "CINPlanDates"), Standing::Unknown);
    }
}
