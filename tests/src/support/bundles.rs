//! What a test needs in the space, as rows of a bundle.

use service::Viewer;
use service::interchange::bundle::{self, Bundle, Limits, Options};

use super::app::TestApp;

impl TestApp {
    /// Imports the files of a bundle, by name and text, which must be without fault.
    pub async fn import(&self, files: &[(&str, &str)]) {
        let folder = tempfile::tempdir().expect("a folder");
        let manifest = r#"{"format": "commonground-bundle", "version": 1}"#;
        for (name, text) in [("bundle.json", manifest)].iter().chain(files) {
            std::fs::write(folder.path().join(name), text).expect("a file");
        }
        let opened = Bundle::open(folder.path(), Limits::default()).expect("a bundle");
        let operator = Viewer::operator();
        let store = self.space.store();
        let report = bundle::import(store, &operator, opened, Options::default())
            .await
            .expect("an import");
        assert_eq!(report.problem_count, 0, "{:#?}", report.problems);
    }
}
