//! The report of a return as a table: what was refused or doubted, where, why, and how to mend it.

use entity::{LoadedReturnId, return_problem};

use super::{list, rules};
use crate::error::Result;
use crate::interchange::csv;
use crate::page::{LARGEST_SIZE, PageRequest};
use crate::request::RequestContext;

/// The names of its columns.
pub const COLUMNS: [&str; 9] =
    ["severity", "file", "line", "column", "rule", "reason", "remedy", "nearest", "rows"];

/// What a problem says in each of them; what a spreadsheet would calculate has an apostrophe before it.
#[must_use]
pub fn cells(problem: &return_problem::Model) -> [String; 9] {
    let rule = rules::find(&problem.rule);
    // The names of columns are whatever stands in a file.
    let guarded = |text: Option<&String>| text.map_or_else(String::new, |text| csv::guarded(text));
    [
        severity(problem).to_owned(),
        problem.file.clone(),
        problem.line.to_string(),
        guarded(problem.column_name.as_ref()),
        problem.rule.clone(),
        rule.map_or("", |rule| rule.reason).to_owned(),
        rule.map_or("", |rule| rule.remedy).to_owned(),
        guarded(problem.nearest.as_ref()),
        problem.rows.to_string(),
    ]
}

/// Whether a row was refused or kept in doubt, in a word.
#[must_use]
pub const fn severity(problem: &return_problem::Model) -> &'static str {
    match problem.is_refusal {
        true => "refused",
        false => "doubtful",
    }
}

/// The report of a return as CSV, with the mark of UTF-8 if it is for a spreadsheet.
///
/// # Errors
/// `FORBIDDEN`; `NOT_FOUND`.
pub async fn csv(context: &RequestContext, id: LoadedReturnId, is_marked: bool) -> Result<Vec<u8>> {
    let mut request = PageRequest::first(LARGEST_SIZE);
    let mut rows = Vec::new();
    loop {
        let page = list::problems(context, id, &request).await?;
        rows.extend(page.items.iter().map(|(_, problem)| cells(problem).to_vec()));
        match page.items.into_iter().last() {
            Some((cursor, _)) if page.has_next => request.after = Some(cursor),
            _ => return csv::written(COLUMNS, rows, is_marked),
        }
    }
}
