//! Identifiers that others give: their normal form, and their check digits.

/// A digital object identifier in its normal form: lower case, without an address before it.
#[must_use]
pub fn doi(text: &str) -> Option<String> {
    const BEFORE: [&str; 6] = [
        "https://doi.org/",
        "http://doi.org/",
        "https://dx.doi.org/",
        "http://dx.doi.org/",
        "doi.org/",
        "doi:",
    ];
    let lower = text.trim().to_lowercase();
    let bare = BEFORE
        .iter()
        .find_map(|before| lower.strip_prefix(before))
        .unwrap_or(&lower)
        .trim();
    let (registrant, suffix) = bare.strip_prefix("10.")?.split_once('/')?;
    let registrant_is_sound = registrant.len() >= 4
        && registrant
            .split('.')
            .all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()));
    let suffix_is_sound = !suffix.is_empty()
        && !suffix
            .chars()
            .any(|letter| letter.is_whitespace() || letter.is_control());
    (registrant_is_sound && suffix_is_sound && bare.len() <= 500).then(|| bare.to_owned())
}

/// An ORCID iD in its normal form, `0000-0002-1825-0097`; its last character is a check digit of
/// ISO 7064 (MOD 11-2).
#[must_use]
pub fn orcid(text: &str) -> Option<String> {
    let text = text.trim();
    let bare = ["https://orcid.org/", "http://orcid.org/"]
        .iter()
        .find_map(|before| text.strip_prefix(before))
        .unwrap_or(text)
        .to_uppercase();
    let groups_are_sound = bare.len() == 19
        && bare.bytes().enumerate().all(|(at, byte)| match at {
            4 | 9 | 14 => byte == b'-',
            18 => byte.is_ascii_digit() || byte == b'X',
            _ => byte.is_ascii_digit(),
        });
    if !groups_are_sound {
        return None;
    }
    let digits: Vec<u8> = bare.bytes().filter(|byte| *byte != b'-').collect();
    let (last, body) = digits.split_last()?;
    let total = body.iter().fold(0_u32, |total, digit| {
        (total + u32::from(digit - b'0')) * 2 % 11
    });
    let expected = match (12 - total % 11) % 11 {
        10 => b'X',
        digit => b'0' + u8::try_from(digit).ok()?,
    };
    (*last == expected).then_some(bare)
}

/// An id of the Research Organization Registry in its normal form, `https://ror.org/00f2yqf98`; its
/// last two digits are a checksum of ISO 7064 (MOD 97-10) over the letters before them.
#[must_use]
pub fn ror(text: &str) -> Option<String> {
    const LETTERS: &str = "0123456789abcdefghjkmnpqrstvwxyz";
    let lower = text.trim().to_lowercase();
    let bare = ["https://ror.org/", "http://ror.org/", "ror.org/"]
        .iter()
        .find_map(|before| lower.strip_prefix(before))
        .unwrap_or(&lower);
    if bare.len() != 9 || !bare.is_ascii() || !bare.starts_with('0') {
        return None;
    }
    let (letters, check) = bare.split_at(7);
    let value = letters.chars().try_fold(0_u64, |value, letter| {
        Some(value * 32 + u64::try_from(LETTERS.find(letter)?).ok()?)
    })?;
    let check_is_digits = check.bytes().all(|byte| byte.is_ascii_digit());
    let expected = 98 - (value * 100) % 97;
    (check_is_digits && check.parse() == Ok(expected)).then(|| format!("https://ror.org/{bare}"))
}

/// A nine-character code of the Office for National Statistics: a letter and eight digits.
#[must_use]
pub fn is_gss_code(text: &str) -> bool {
    let mut bytes = text.bytes();
    text.len() == 9
        && bytes.next().is_some_and(|first| first.is_ascii_uppercase())
        && bytes.all(|byte| byte.is_ascii_digit())
}

/// Lower-case letters, digits and hyphens, with a letter or digit at both ends.
#[must_use]
pub fn is_slug(text: &str) -> bool {
    !text.is_empty()
        && !text.starts_with('-')
        && !text.ends_with('-')
        && text
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_a_doi_has_one_normal_form() {
        for spelling in [
            "10.1002/CL2.1152",
            "https://doi.org/10.1002/cl2.1152",
            "http://dx.doi.org/10.1002/cl2.1152",
            "doi:10.1002/cl2.1152",
            "DOI: 10.1002/cl2.1152 ",
        ] {
            assert_eq!(
                doi(spelling).as_deref(),
                Some("10.1002/cl2.1152"),
                "{spelling}"
            );
        }
        for other in [
            "",
            "10.1002",
            "10.1002/",
            "11.1002/x",
            "10.1002/a b",
            "10.x/y",
            "10./y",
        ] {
            assert_eq!(doi(other), None, "{other}");
        }
    }

    #[test]
    fn an_orcid_with_a_wrong_check_digit_is_refused() {
        assert_eq!(
            orcid("0000-0002-1825-0097").as_deref(),
            Some("0000-0002-1825-0097")
        );
        assert_eq!(
            orcid("https://orcid.org/0000-0002-1694-233x").as_deref(),
            Some("0000-0002-1694-233X")
        );
        assert_eq!(orcid("0000-0002-1825-0098"), None);
        assert_eq!(orcid("0000000218250097"), None);
        assert_eq!(orcid("０000-0002-1825-0097"), None);
    }

    #[test]
    fn a_ror_id_with_a_wrong_checksum_is_refused() {
        assert_eq!(
            ror("00f2yqf98").as_deref(),
            Some("https://ror.org/00f2yqf98")
        );
        assert_eq!(
            ror("https://ror.org/02mhbdp94").as_deref(),
            Some("https://ror.org/02mhbdp94")
        );
        assert_eq!(ror("https://ror.org/00f2yqf97"), None);
        assert_eq!(ror("https://ror.org/00f2yqf9é"), None);
    }

    #[test]
    fn slugs_and_gss_codes_have_one_spelling() {
        assert!(is_slug("education-endowment-foundation"));
        for other in ["", "-a", "a-", "A", "a b", "a_b", "é"] {
            assert!(!is_slug(other), "{other}");
        }
        assert!(is_gss_code("E06000001"));
        assert!(!is_gss_code("e06000001"));
        assert!(!is_gss_code("E0600000"));
    }
}
