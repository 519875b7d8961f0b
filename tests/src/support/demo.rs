//! The demonstration network, loaded once for each kind of database.

use std::path::Path;

use service::Viewer;
use service::interchange::bundle::{self, Bundle, Limits, Options};
use tokio::sync::OnceCell;

use super::app::TestApp;
use super::databases::{DatabaseKind, Template, fresh};

static ON_SQLITE: OnceCell<Template> = OnceCell::const_new();
static ON_POSTGRES: OnceCell<Template> = OnceCell::const_new();

impl TestApp {
    /// Starts one on a copy of the demonstration network.
    pub async fn with_demo(kind: DatabaseKind) -> Self {
        let template = match kind {
            DatabaseKind::Sqlite => &ON_SQLITE,
            DatabaseKind::Postgres => &ON_POSTGRES,
        };
        let template = template.get_or_init(|| load(kind)).await;
        Self::without_centres(template.copy().await).await
    }
}

async fn load(kind: DatabaseKind) -> Template {
    let app = TestApp::without_centres(fresh(kind).await).await;
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../demo/bundle");
    let demo =
        Bundle::open(&folder, Limits::default()).expect("the demonstration network is there");
    let report = bundle::import(app.space.store(), &Viewer::operator(), demo, Options::default())
        .await
        .expect("the demonstration network is imported");
    assert_eq!(report.problem_count, 0, "{:#?}", report.problems);
    app.space.close().await;
    Template::of(app.into_database())
}
