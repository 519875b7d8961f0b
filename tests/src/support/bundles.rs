//! Small bundles, for what is told sooner in rows than by builders.

use service::Viewer;
use service::interchange::bundle::{self, Bundle, Limits, Options};

use super::app::TestApp;

impl TestApp {
    /// Imports files as the operator, each a table's name and its lines: its columns and its rows. All
    /// of them must land.
    pub async fn import(&self, tables: &[(&str, &[&str])]) {
        let folder = tempfile::tempdir().expect("a folder");
        for (table, lines) in tables {
            let path = folder.path().join(format!("{table}.csv"));
            std::fs::write(path, lines.join("\n")).expect("a file");
        }
        let opened = Bundle::open(folder.path(), Limits::default()).expect("a bundle");
        let store = self.space.store();
        let report = bundle::import(store, &Viewer::operator(), opened, Options::default())
            .await
            .expect("an import");
        assert_eq!(report.problem_count, 0, "{:#?}", report.problems);
    }
}
