//! What is wrong with an entry, as problems of its input.

use entity::CentreId;

use super::Entered;
use crate::error::{Code, Error, InputProblem, InputProblems, Result};
use crate::record::columns::Table;
use crate::record::reading::OfChild;
use crate::record::{Fault, Problem};

/// That the viewer may not, if that is wrong.
pub(super) fn forbidden<K: Entered>(problems: &[InputProblem]) -> Option<Error> {
    let problem = problems.iter().find(|problem| problem.fault == Fault::Forbidden)?;
    Some(Error {
        refused_action: Some(K::may(CentreId::default()).name()),
        ..Error::new(Code::Forbidden, problem.reason.clone())
    })
}

/// All that is wrong, as one error.
pub(super) fn refused<K: Entered>(problems: Vec<InputProblem>) -> Error {
    if let Some(forbidden) = forbidden::<K>(&problems) {
        return forbidden;
    }
    let message = match problems.as_slice() {
        [one] => format!("{} {}", one.reason, one.remedy),
        many => format!(
            "{} things are wrong with it; `extensions.problems` names each with its field and how to mend it.",
            many.len()
        ),
    };
    Error {
        field: problems.iter().find_map(|problem| problem.field.clone()),
        problems: Some(Box::new(InputProblems(problems))),
        ..Error::new(Code::BadUserInput, message)
    }
}

/// A problem of one of the children, with its list and its place.
pub(super) fn of_child(found: OfChild) -> InputProblem {
    at_place(found.table, &format!("{}[{}]", found.file, found.line), found.problem)
}

/// A problem of a part of the thing, at its place.
pub(super) fn at_place(table: &Table, place: &str, problem: Problem) -> InputProblem {
    let found = of_itself(table, problem);
    let field = match found.field {
        Some(field) => format!("{place}.{field}"),
        None => place.to_owned(),
    };
    InputProblem { field: Some(field), ..found }
}

/// A problem of the thing itself.
pub(super) fn of_itself(table: &Table, problem: Problem) -> InputProblem {
    InputProblem {
        field: problem.field.map(|column| in_input(table, column)),
        fault: problem.fault,
        reason: problem.reason.for_input(),
        remedy: problem.remedy.for_input(),
    }
}

/// Where an input has a column.
fn in_input(table: &Table, column: &str) -> String {
    table.column(column).map_or(column, |column| column.in_input()).to_owned()
}

/// What the database refuses is a problem of the input, unless there is no database or the fault is ours.
pub(super) fn refused_by_the_database(table: &Table, refusal: Error) -> Result<InputProblem> {
    let field = refusal.field.as_deref().map(|column| in_input(table, column));
    match refusal.code {
        Code::Conflict => Ok(InputProblem {
            field,
            fault: Fault::Taken,
            reason: refusal.message,
            remedy: "Look for the one that has it, and give one of them another.".into(),
        }),
        Code::BadUserInput => Ok(InputProblem {
            field,
            fault: Fault::Refused,
            reason: refusal.message,
            remedy: "Mend the value, and send it again.".into(),
        }),
        _ => Err(refusal),
    }
}
