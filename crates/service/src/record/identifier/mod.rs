//! Identifiers that others give: their normal form, and their check digits.

mod doi;

pub use doi::{doi, doi_address};

use crate::spelling::visible;

/// The text after an address of a site, or after a name with a colon; lower case, and without a slash at its end.
fn after_site(text: &str, site: &str, name: &str) -> String {
    let lower = visible(text).to_lowercase();
    let mut rest = lower.as_str();
    for before in ["https://", "http://", "www."] {
        rest = rest.strip_prefix(before).unwrap_or(rest);
    }
    let named = rest.strip_prefix(name).map(|rest| rest.trim_start_matches(':').trim_start());
    let rest = rest.strip_prefix(site).or(named).unwrap_or(rest);
    rest.trim_end_matches('/').to_owned()
}

/// An ORCID iD in its normal form, `0000-0002-1825-0097`; its last character is a check digit of
/// ISO 7064 (MOD 11-2).
#[must_use]
pub fn orcid(text: &str) -> Option<String> {
    // Word processors put other dashes in the place of hyphens.
    let bare: String = after_site(text, "orcid.org/", "orcid")
        .to_uppercase()
        .replace(['\u{2010}', '\u{2011}', '\u{2012}', '\u{2013}'], "-");
    let bare = match bare.len() == 16 && bare.is_ascii() && !bare.contains('-') {
        true => [&bare[..4], &bare[4..8], &bare[8..12], &bare[12..]].join("-"),
        false => bare,
    };
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
    let total = body.iter().fold(0_u32, |total, digit| (total + u32::from(digit - b'0')) * 2 % 11);
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
    let bare = after_site(text, "ror.org/", "ror");
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

/// A nine-character code of the Office for National Statistics in its normal form: a capital letter and eight digits.
#[must_use]
pub fn gss_code(text: &str) -> Option<String> {
    let code = visible(text).to_uppercase();
    let mut bytes = code.bytes();
    let is_sound = code.len() == 9
        && bytes.next().is_some_and(|first| first.is_ascii_uppercase())
        && bytes.all(|byte| byte.is_ascii_digit());
    is_sound.then_some(code)
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
    fn an_orcid_with_a_wrong_check_digit_is_refused() {
        assert_eq!(orcid("0000-0002-1825-0097").as_deref(), Some("0000-0002-1825-0097"));
        assert_eq!(
            orcid("https://orcid.org/0000-0002-1694-233x").as_deref(),
            Some("0000-0002-1694-233X")
        );
        assert_eq!(orcid("0000-0002-1825-0098"), None);
        for spelling in [
            "0000000218250097",
            "ORCID: 0000-0002-1825-0097",
            "orcid.org/0000-0002-1825-0097/",
            "https://www.orcid.org/0000-0002-1825-0097",
            "0000‑0002‑1825‑0097\u{200b}",
        ] {
            assert_eq!(orcid(spelling).as_deref(), Some("0000-0002-1825-0097"), "{spelling}");
        }
        assert_eq!(orcid("０000-0002-1825-0097"), None);
    }

    #[test]
    fn a_ror_id_with_a_wrong_checksum_is_refused() {
        assert_eq!(ror("00f2yqf98").as_deref(), Some("https://ror.org/00f2yqf98"));
        assert_eq!(ror("https://ror.org/02mhbdp94").as_deref(), Some("https://ror.org/02mhbdp94"));
        for spelling in ["ROR.org/02MHBDP94/", "www.ror.org/02mhbdp94", "ror:02mhbdp94"] {
            let normal = ror(spelling);
            assert_eq!(normal.as_deref(), Some("https://ror.org/02mhbdp94"), "{spelling}");
        }
        assert_eq!(ror("https://ror.org/00f2yqf97"), None);
        assert_eq!(ror("https://ror.org/00f2yqf9é"), None);
    }

    #[test]
    fn slugs_and_gss_codes_have_one_spelling() {
        assert!(is_slug("education-endowment-foundation"));
        for other in ["", "-a", "a-", "A", "a b", "a_b", "é"] {
            assert!(!is_slug(other), "{other}");
        }
        for spelling in ["E06000001", "e06000001", " E06000001\u{a0}"] {
            assert_eq!(gss_code(spelling).as_deref(), Some("E06000001"));
        }
        assert_eq!(gss_code("E0600000"), None);
        assert_eq!(gss_code("ß0600000"), None);
    }
}
