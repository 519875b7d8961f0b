//! Unique pupil numbers: their form and their check letter.

/// The letters of a UPN, A to Z without I, O and S; a letter's place is its value.
const LETTERS: &[u8; 23] = b"ABCDEFGHJKLMNPQRTUVWXYZ";

/// A text that was given as a unique pupil number.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Upn {
    /// A number whose form and check letter are right.
    Right,
    /// A number of the right form whose check letter isn't what its digits give.
    WrongLetter,
    /// A code that says why there is none: UN1 to UN7.
    Unknown,
    /// Neither.
    Malformed,
}

/// Judges what is given as a unique pupil number, in capitals and without spaces around it.
///
/// The rule is the DfE's: the letter is the one at the place that the sum of the other twelve characters, each
/// times its position (2 to 13), leaves modulo 23; a temporary number ends in a letter, which counts as its
/// place. (UK Government Data Standards Catalogue, Unique Pupil Number 2.0.)
#[must_use]
pub(crate) fn judge(text: &str) -> Upn {
    let characters = text.as_bytes();
    if let [b'U', b'N', b'1'..=b'7'] = characters {
        return Upn::Unknown;
    }
    let [letter, rest @ ..] = characters else {
        return Upn::Malformed;
    };
    let Some(expected) = check_letter(rest) else {
        return Upn::Malformed;
    };
    match place(*letter) {
        None => Upn::Malformed,
        Some(_) if *letter == expected => Upn::Right,
        Some(_) => Upn::WrongLetter,
    }
}

fn check_letter(rest: &[u8]) -> Option<u8> {
    if rest.len() != 12 {
        return None;
    }
    let mut sum = 0;
    for (index, character) in rest.iter().enumerate() {
        let value = match character {
            b'0'..=b'9' => usize::from(character - b'0'),
            letter if index == 11 => place(*letter)?,
            _ => return None,
        };
        sum += value * (index + 2);
    }
    LETTERS.get(sum % 23).copied()
}

fn place(letter: u8) -> Option<usize> {
    LETTERS.iter().position(|one| *one == letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_right_number_has_the_letter_that_its_digits_give() {
        for right in ["U856006112595", "T808001814556", "H384003123447"] {
            assert_eq!(judge(right), Upn::Right, "{right}");
        }
        // The worked example that vendors print with the wrong sum.
        assert_eq!(judge("Q207000016049"), Upn::WrongLetter);
        assert_eq!(judge("A856006112595"), Upn::WrongLetter);
    }

    #[test]
    fn letters_that_look_like_digits_are_in_no_number() {
        assert_eq!(judge("I856006112595"), Upn::Malformed);
        assert_eq!(judge("U85600611259S"), Upn::Malformed);
    }

    #[test]
    fn a_code_may_say_that_there_is_none() {
        assert_eq!(judge("UN3"), Upn::Unknown);
        assert_eq!(judge("UN8"), Upn::Malformed);
    }

    #[test]
    fn anything_else_is_malformed() {
        for text in ["", "U", "U85600611259", "U8560061125955", "U٨56006112595"] {
            assert_eq!(judge(text), Upn::Malformed, "{text}");
        }
    }
}
