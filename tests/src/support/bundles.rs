//! Small bundles, for what is told sooner in rows than by builders.

use service::Viewer;
use service::interchange::bundle::{self, Bundle, Limits, Options};

use super::app::TestApp;

impl TestApp {
    /// Imports files as the operator, each a table's name and its lines: its columns and its rows. All
    /// of them must land.
    pub async fn import(&self, tables: &[(&str, &[&str])]) {
        let files: Vec<(String, String)> = tables
            .iter()
            .map(|(table, lines)| (format!("{table}.csv"), lines.join("\n")))
            .collect();
        let files: Vec<(&str, &str)> =
            files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        self.import_files(&files).await;
    }

    /// The same for files by name and text.
    pub async fn import_files(&self, files: &[(&str, &str)]) {
        let folder = tempfile::tempdir().expect("a folder");
        for (name, text) in files {
            std::fs::write(folder.path().join(name), text).expect("a file");
        }
        let opened = Bundle::open(folder.path(), Limits::default()).expect("a bundle");
        let operator = Viewer::operator();
        let store = self.space.store();
        let report =
            bundle::import(store, &operator, opened, Options::default()).await.expect("an import");
        assert_eq!(report.problem_count, 0, "{:#?}", report.problems);
    }
}
