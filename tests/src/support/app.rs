//! The application under test, and the people in it.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use api::Settings;
use service::access::token::{self, NewToken};
use service::access::{AllowedNetworks, MasterKey, ScopeName};
use service::clock::Source;
use service::{RequestContext, Space, Viewer, store};

use super::client::Client;
use super::clock::TestClock;
use super::databases::{DatabaseKind, TestDatabase, fresh};

/// The slugs of the two centres that every application starts with.
pub const ALPHA: &str = "alpha-centre";
/// The other centre.
pub const BETA: &str = "beta-centre";

/// An application with a private database, two centres, and people to ask as.
pub struct TestApp {
    /// The space, for what a test must set up or look at behind the graph.
    pub space: Arc<Space>,
    /// The time, which tests can set.
    pub clock: Arc<TestClock>,
    router: axum::Router,
    statements: Arc<AtomicUsize>,
    master_key: MasterKey,
    database: TestDatabase,
}

/// Another server on the database of an application.
pub struct OtherServer {
    /// Its space.
    pub space: Arc<Space>,
    router: axum::Router,
}

impl OtherServer {
    /// Somebody who sends this text as their token.
    pub fn with_token(&self, token: &str) -> Client {
        Client::new(self.router.clone(), Some(token.to_owned()))
    }
}

impl TestApp {
    /// Starts one on a database of its own.
    pub async fn start(kind: DatabaseKind) -> Self {
        Self::on(fresh(kind).await).await
    }

    async fn on(database: TestDatabase) -> Self {
        let app = Self::without_centres(database).await;
        app.create_centre(ALPHA).await;
        app.create_centre(BETA).await;
        app
    }

    /// Starts one whose space is empty.
    pub async fn empty(kind: DatabaseKind) -> Self {
        Self::without_centres(fresh(kind).await).await
    }

    pub(super) async fn without_centres(database: TestDatabase) -> Self {
        let statements = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&statements);
        let count = move |_: &str| {
            counted.fetch_add(1, Ordering::Relaxed);
        };
        let connection = store::connect(&database.url(), 5, count).await.expect("a connection");
        let clock = Arc::new(TestClock::default());
        let source = Source::new(clock.clone());
        let master_key = MasterKey::generate(&source);
        let space = Arc::new(Space::new(connection, source, master_key.clone()));
        let router = api::router(Arc::clone(&space), Settings::default());
        Self { space, clock, router, statements, master_key, database }
    }

    /// Another server on the same database, with a space that is set up so.
    pub async fn another_server(&self, set_up: impl FnOnce(Space) -> Space) -> OtherServer {
        let connection =
            store::connect(&self.database.url(), 5, |_| {}).await.expect("a connection");
        let source = Source::new(self.clock.clone());
        let space = Space::new(connection, source, self.master_key.clone());
        let space = Arc::new(set_up(space));
        let router = api::router(Arc::clone(&space), Settings::default());
        OtherServer { space, router }
    }

    /// How many bytes the log keeps of what things were before they changed.
    #[expect(
        clippy::disallowed_methods,
        reason = "a test looks at what is kept, not at what somebody sees"
    )]
    pub async fn kept_of_changes(&self) -> usize {
        use sea_orm::EntityTrait;
        let rows = entity::change::Entity::find()
            .all(self.space.store().connection())
            .await
            .expect("the log");
        let kept = rows.iter().filter_map(|row| row.before.as_ref());
        kept.map(|before| before.to_string().len()).sum()
    }

    /// What time it is.
    pub fn clock_now(&self) -> chrono::DateTime<chrono::Utc> {
        service::clock::Clock::now(self.clock.as_ref())
    }

    /// Which database it stands on.
    pub fn kind(&self) -> DatabaseKind {
        self.database.kind()
    }

    /// The URL of its database.
    pub fn database_url(&self) -> String {
        self.database.url()
    }

    /// The database alone, once the space is closed.
    pub(super) fn into_database(self) -> TestDatabase {
        self.database
    }

    /// Begins a request of the operator of the space.
    pub fn as_operator(&self) -> RequestContext {
        RequestContext::of_operator(&self.space)
    }

    /// Begins a request of a viewer.
    pub fn as_viewer(&self, viewer: &Viewer) -> RequestContext {
        RequestContext::new(&self.space, viewer.clone())
    }

    /// Does to the database what no version of the program does.
    #[expect(clippy::disallowed_methods, reason = "a test writes what the program does not")]
    pub async fn execute(&self, statement: &str) {
        use sea_orm::ConnectionTrait;
        let connection = self.space.store().connection();
        connection.execute_unprepared(statement).await.expect("a statement of a test");
    }

    /// Gives the last change of the log another moment, as one that an earlier version of the program wrote.
    #[expect(clippy::disallowed_methods, reason = "a test writes what the program writes no more")]
    pub async fn move_the_last_change(&self, at: chrono::DateTime<chrono::Utc>) {
        use entity::change::{Column, Entity};
        use sea_orm::{
            ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::Expr,
        };

        let connection = self.space.store().connection();
        let last: Option<i64> = Entity::find()
            .select_only()
            .column(Column::Sequence)
            .order_by_desc(Column::Sequence)
            .into_tuple()
            .one(connection)
            .await
            .expect("the log");
        Entity::update_many()
            .col_expr(Column::At, Expr::value(at))
            .filter(Column::Sequence.eq(last))
            .exec(connection)
            .await
            .expect("the log");
    }

    /// Somebody without a token.
    pub fn nobody(&self) -> Client {
        Client::new(self.router.clone(), None)
    }

    /// Somebody who reads for a centre.
    pub async fn reader(&self, centre: &str) -> Client {
        self.holder(centre, &[ScopeName::EvidenceRead]).await
    }

    /// Somebody who contributes for a centre.
    pub async fn contributor(&self, centre: &str) -> Client {
        use ScopeName::{CollaborationWrite, EvidenceRead, EvidenceWrite};
        self.holder(centre, &[EvidenceRead, EvidenceWrite, CollaborationWrite]).await
    }

    /// Somebody who manages a centre's access.
    pub async fn administrator(&self, centre: &str) -> Client {
        use ScopeName::{AuditRead, EvidenceRead, EvidenceWrite, TokensManage};
        self.holder(centre, &[EvidenceRead, EvidenceWrite, TokensManage, AuditRead]).await
    }

    /// Somebody with a token of a centre that allows next to nothing.
    pub async fn stranger(&self, centre: &str) -> Client {
        self.holder(centre, &[ScopeName::YoungPeopleStatistics]).await
    }

    /// Somebody with just these scopes.
    pub async fn holder(&self, centre: &str, scopes: &[ScopeName]) -> Client {
        let (token, _) = self.token(centre, scopes).await;
        self.with_token(&token)
    }

    /// Somebody who sends this text as their token.
    pub fn with_token(&self, token: &str) -> Client {
        Client::new(self.router.clone(), Some(token.to_owned()))
    }

    /// A token of a centre, and the id of its record.
    pub async fn token(
        &self,
        centre: &str,
        scopes: &[ScopeName],
    ) -> (String, entity::AccessTokenId) {
        let new = NewToken {
            name: "test".to_owned(),
            centre: centre.to_owned(),
            scopes: scopes.iter().copied().collect::<BTreeSet<_>>(),
            expires_at: None,
            networks: AllowedNetworks::default(),
        };
        let _operator = Viewer::operator();
        let (token, record) = token::issue(&self.as_operator(), new, None).await.expect("a token");
        if token::needs_approval(&scopes.iter().copied().collect()) {
            token::approve(&self.as_operator(), record.id, Some("another"))
                .await
                .expect("an approval");
        }
        (token.reveal().to_owned(), record.id)
    }

    /// A token of a centre, issued by another server.
    pub async fn token_by(
        &self,
        server: &Arc<Space>,
        centre: &str,
        scopes: &[ScopeName],
    ) -> String {
        let new = NewToken {
            name: "test".to_owned(),
            centre: centre.to_owned(),
            scopes: scopes.iter().copied().collect(),
            expires_at: None,
            networks: AllowedNetworks::default(),
        };
        let (token, _) =
            token::issue(&RequestContext::of_operator(server), new, None).await.expect("a token");
        token.reveal().to_owned()
    }

    /// A master key that is not this space's.
    pub fn another_master_key(&self) -> MasterKey {
        MasterKey::generate(self.space.store().source())
    }

    /// How many SQL statements it takes until `work` is done.
    pub async fn statements_of(&self, work: impl Future<Output = ()>) -> usize {
        let before = self.statements.load(Ordering::Relaxed);
        work.await;
        self.statements.load(Ordering::Relaxed) - before
    }

    /// The router, for tests of what goes over the wire.
    pub fn router(&self) -> axum::Router {
        self.router.clone()
    }
}
