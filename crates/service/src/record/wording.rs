//! What is said of problems where a bundle and an input have other words for the same rule.

use super::columns::Target;
use super::patch::Item;

use crate::problem::{Fault, Problem, Words, quoted};

/// A value that must be there is not.
pub(crate) fn required(field: &'static str) -> Problem {
    Problem {
        field: Some(field),
        fault: Fault::Required,
        reason: Words::apart("The cell is empty.", "It is missing or empty."),
        remedy: Words::apart("Fill it in; every row needs it.", "Give it a value."),
    }
}

/// A text is none of the words that may stand there.
pub(crate) fn unknown_word(field: &'static str, text: &str, words: &[&str]) -> Problem {
    let text = quoted(text);
    Problem {
        field: Some(field),
        fault: Fault::UnknownWord,
        reason: Words::apart(
            format!("{text} is not one of the words for this column."),
            format!("{text} is not one of the words for this field."),
        ),
        remedy: format!("Use one of {}.", words.join(", ")).into(),
    }
}

/// A reference leads nowhere, or to something that is not seen.
pub(crate) fn unknown_reference(field: &'static str, target: Target, item: &Item) -> Problem {
    let (name, shown) = (target.name(), quoted(&item.to_string()));
    let input = match matches!(item, Item::Id(_)) {
        true => format!("There is no {name} with this id in the space, or you don't see it."),
        false => format!("There is no {name} {shown} in the space, or you don't see it."),
    };
    Problem {
        field: Some(field),
        fault: Fault::UnknownReference,
        reason: Words::apart(
            format!(
                "There is no {name} {shown} in the bundle or in the space, or its row was refused."
            ),
            input,
        ),
        remedy: Words::apart(
            "Add it, mend its row, or correct the name here.",
            "Add it first, or name another.",
        ),
    }
}

/// A score has not the form that it must have.
pub(crate) fn not_a_score(field: &'static str, text: &str) -> Problem {
    let text = quoted(text);
    Problem {
        field: Some(field),
        fault: Fault::Inconsistent,
        reason: format!("{text} is not of the form dimension=level.").into(),
        remedy: Words::apart(
            "Write scores as 'effectiveness=3;cost=2'.",
            "Name the dimension by its key and the level by its code.",
        ),
    }
}

/// A row has the key of another one before it, which stands in this line of its file or at this place of its list.
pub(crate) fn same_key(at: u64) -> Problem {
    Problem {
        field: None,
        fault: Fault::DuplicateKey,
        reason: Words::apart(
            format!("The row in line {at} has the same key."),
            format!("The one at place {at}, counted from 0, has the same key."),
        ),
        remedy: "Keep one of the two, or give this one another key.".into(),
    }
}
