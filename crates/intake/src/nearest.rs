//! The name that was probably meant: of a file, a column, an element or a code.

/// How long a name may be that is compared at all.
const LONGEST: usize = 64;
/// How long a beginning must be to tell the name that goes on after it.
const BEGINNING: usize = 4;

/// The one of some names that was probably meant: it is spelt nearly so, or one of the two goes on where the other
/// ends. Nothing if two of them are as near.
pub fn nearest<'n>(
    given: &str,
    names: impl IntoIterator<Item = &'n str> + Clone,
) -> Option<&'n str> {
    misspelt(given, names.clone()).or_else(|| {
        let given = folded(given);
        least(names, |name| {
            let is_long = name.len().min(given.len()) >= BEGINNING;
            let goes_on = given.starts_with(name) || name.starts_with(&given);
            (is_long && goes_on).then(|| name.len().abs_diff(given.len()))
        })
    })
}

/// The one of some names that is spelt nearly so. Nothing if two of them are as near.
pub fn misspelt<'n>(given: &str, names: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let given = folded(given);
    least(names, |name| {
        let letters = name.chars().count();
        let distance = (given.len() <= LONGEST).then(|| strsim::osa_distance(&given, name))?;
        // Of a name of one letter nothing would be left.
        (distance < letters && distance <= (letters / 3).max(1)).then_some(distance)
    })
}

/// The name of the least distance, if it is the only one.
fn least<'n>(
    names: impl IntoIterator<Item = &'n str>,
    distance: impl Fn(&str) -> Option<usize>,
) -> Option<&'n str> {
    let mut found: Option<(usize, &str)> = None;
    let mut is_alone = true;
    for name in names {
        let Some(distance) = distance(&folded(name)) else {
            continue;
        };
        match found {
            Some((least, _)) if distance > least => {}
            Some((least, _)) if distance == least => is_alone = false,
            _ => (found, is_alone) = (Some((distance, name)), true),
        }
    }
    found.filter(|_| is_alone).map(|(_, name)| name)
}

fn folded(name: &str) -> String {
    name.to_lowercase().replace([' ', '-'], "_")
}

#[cfg(test)]
mod tests {
    use super::{misspelt, nearest};

    #[test]
    fn a_misspelt_name_finds_the_right_one() {
        let names = ["studies", "study_sites", "findings"];
        assert_eq!(nearest("Studys", names), Some("studies"));
        assert_eq!(nearest("study-site", names), Some("study_sites"));
        assert_eq!(nearest("budget", names), None);
    }

    #[test]
    fn letters_that_changed_places_and_names_that_go_on_are_found() {
        let names = ["CHILD", "REC", "DEC", "PLACE", "PLACE_PROVIDER", "ETHNIC"];
        assert_eq!(nearest("RCE", names), Some("REC"));
        assert_eq!(nearest("ETHNICITY", names), Some("ETHNIC"));
        assert_eq!(nearest("place provid", names), Some("PLACE_PROVIDER"));
        assert_eq!(nearest("child id", names), Some("CHILD"));
        assert_eq!(misspelt("ETHNICITY", names), None);
    }

    #[test]
    fn of_two_that_are_as_near_neither_was_probably_meant() {
        assert_eq!(nearest("XEC", ["REC", "DEC"]), None);
        assert_eq!(nearest("N", ["N1", "N2"]), None);
        assert_eq!(nearest("Q", ["S", "L"]), None);
    }
}
