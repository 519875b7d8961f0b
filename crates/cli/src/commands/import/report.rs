//! The file in which an import tells its problems.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use service::durable::NewFile;

/// Begins a report, which gets its name when it is finished.
///
/// # Errors
/// When it can't be written, or would take the place of what is imported.
pub(super) fn begin(report: &Path, inputs: &[PathBuf]) -> Result<NewFile> {
    for input in inputs {
        ensure!(
            !is_of(report, input),
            "The report {} would take the place of what is imported. Give it another name",
            report.display()
        );
    }
    NewFile::begin(report).with_context(|| unwritable(report))
}

/// Returns whether a file that is there is an input, or one of an input's folder that is no earlier report.
fn is_of(report: &Path, input: &Path) -> bool {
    if same_file::is_same_file(report, input).unwrap_or(false) {
        return true;
    }
    let (Ok(report), Ok(folder)) = (report.canonicalize(), input.canonicalize()) else {
        return false;
    };
    let is_earlier_report = || {
        let text = std::fs::read_to_string(&report).unwrap_or_default();
        text.is_empty() || text.starts_with("file,line,column,code,")
    };
    folder.is_dir() && report.starts_with(folder) && !is_earlier_report()
}

pub(super) fn unwritable(report: &Path) -> String {
    format!("The report {} cannot be written", report.display())
}
