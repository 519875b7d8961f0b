//! The router: every address that the server answers, and what wraps them all.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{DefaultBodyLimit, MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{any, get, post};
use graphql_http::{Documents, Limits, Operations, Protocol, Types};
use service::Space;
use service::clock::Source;
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::cors::{AllowOrigin, CorsLayer};
use tower_http::request_id::RequestId;
use tower_http::set_header::SetResponseHeaderLayer;
use tracing::Instrument;
use uuid::Uuid;

use crate::admission::{self, Admission, Places, Rates};
use crate::endpoint::Endpoint;
use crate::peer::TrustedProxies;
use crate::streams::{EachEvent, StreamBounds, Streams};
use crate::{csv_tables, graph, graphiql, health, imports, keys, operations};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// Who may load an answer into a page without asking as the rules for other origins want it.
const SAME_ORIGIN: HeaderName = HeaderName::from_static("cross-origin-resource-policy");
/// How many returns may come in at once; one client may send a quarter of them.
const IMPORTS: usize = 4;
/// How long a browser need not ask again whether a page may ask.
const PREFLIGHT: Duration = Duration::from_secs(600);

/// The settings of the server's answers, apart from what it knows.
#[derive(Clone)]
pub struct Settings {
    /// The origins whose pages may ask, such as `https://example.org`; none when empty.
    pub cors_origins: Vec<HeaderValue>,
    /// The proxies that are believed about who sent a request.
    pub trusted_proxies: TrustedProxies,
    /// The only operations that may be run; any when there is no list.
    pub operations: Option<Operations>,
    /// How long one operation may take.
    pub timeout: Duration,
    /// How long an import may take, the arrival of its files included.
    pub import_timeout: Duration,
    /// What each token may ask for.
    pub token_rates: Rates,
    /// What each address may ask for without a token.
    pub anonymous_rates: Rates,
    /// How many operations may be carried out at once; as many as there are connections to the
    /// database is enough. One client may take a quarter of them.
    pub concurrency: usize,
    /// How many streams may be open, and how they are kept alive.
    pub streams: StreamBounds,
    /// Renders what was counted, in Prometheus's text format.
    pub metrics: Arc<dyn Fn() -> String + Send + Sync>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            cors_origins: Vec::new(),
            trusted_proxies: TrustedProxies::default(),
            operations: None,
            timeout: Duration::from_secs(30),
            import_timeout: Duration::from_secs(3_600),
            token_rates: Rates::default(),
            anonymous_rates: Rates::default(),
            concurrency: 16,
            streams: StreamBounds::default(),
            metrics: Arc::new(String::new),
        }
    }
}

/// Returns everything that the server answers.
pub fn router(space: Arc<Space>, settings: Settings) -> Router {
    let source = space.store().source().clone();
    let graph = graph::build();
    let types =
        Types::from_sdl(&graph.sdl(), &graph::as_resolved().sdl()).unwrap_or_else(|malformed| {
            // The schema describes itself; a test reads it in the same way.
            tracing::error!(%malformed, "the schema's own description cannot be read");
            Types::default()
        });
    let protocol = Protocol {
        limits: Limits { prices: graph::PRICES, ..Limits::default() },
        types: Arc::new(types),
        documents: Arc::new(Documents::new(settings.operations)),
        ..Protocol::default()
    };
    let endpoint = Arc::new(Endpoint {
        space: Arc::clone(&space),
        graph,
        streamed_graph: graph::build_with(EachEvent),
        validator: graph::Validator::new(),
        protocol,
        trusted_proxies: settings.trusted_proxies,
        timeout: settings.timeout,
        import_timeout: settings.import_timeout,
        admission: Admission::new(settings.token_rates, settings.anonymous_rates),
        places: Places::new(settings.concurrency),
        places_of_imports: Places::new(IMPORTS),
        streams: Streams::new(settings.streams),
        origins: settings.cors_origins.clone(),
    });
    let render = settings.metrics;
    let around = ServiceBuilder::new()
        .layer(middleware::from_fn_with_state(source, identified))
        .layer(CatchPanicLayer::custom(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response()))
        .layer(cors(settings.cors_origins))
        .layer(CompressionLayer::new())
        .layer(default_header(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(default_header(header::REFERRER_POLICY, "no-referrer"))
        .layer(default_header(header::X_FRAME_OPTIONS, "DENY"))
        .layer(default_header(SAME_ORIGIN, "same-origin"))
        .layer(default_header(
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; frame-ancestors 'none'",
        ));
    Router::new()
        .route("/", get(|| async { Redirect::temporary("/graphiql") }))
        .route("/health/live", get(health::live))
        .route("/health/ready", get(health::ready))
        .route("/.well-known/jwks.json", get(keys::keys))
        .with_state(space)
        .route("/metrics", get(move || health::metrics(Arc::clone(&render))))
        .merge(graphiql::routes())
        .merge(
            Router::new()
                .route("/graphql", any(operations::handle))
                .route(
                    "/imports/{kind}",
                    post(imports::handle).layer(DefaultBodyLimit::max(imports::LARGEST)),
                )
                .route("/young-people/returns/{id}/problems.csv", get(csv_tables::report))
                .route("/young-people/statistics.csv", get(csv_tables::statistics))
                .with_state(endpoint)
                // An answer is what its viewer may see at this moment: nobody is to keep it on the way.
                .layer(default_header(header::CACHE_CONTROL, "no-store")),
        )
        .layer(around)
}

fn default_header(name: HeaderName, value: &'static str) -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value))
}

fn cors(origins: Vec<HeaderValue>) -> CorsLayer {
    CorsLayer::new()
        .allow_origin(AllowOrigin::list(origins))
        .allow_methods([axum::http::Method::GET, axum::http::Method::POST])
        .allow_headers([header::AUTHORIZATION, header::CONTENT_TYPE, header::ACCEPT, REQUEST_ID])
        .max_age(PREFLIGHT)
        .expose_headers(
            admission::HEADERS
                .into_iter()
                .chain([header::RETRY_AFTER, REQUEST_ID])
                .collect::<Vec<_>>(),
        )
}

/// Gives each request an id, keeps it in each line of the log and in the answer, and counts it.
async fn identified(State(source): State<Source>, mut request: Request, next: Next) -> Response {
    let id = request.headers().get(&REQUEST_ID).filter(|id| is_fit(id)).cloned();
    let id = id.unwrap_or_else(|| {
        HeaderValue::from_str(&source.id::<Uuid>().to_string())
            .unwrap_or_else(|_| HeaderValue::from_static("unknown"))
    });
    request.extensions_mut().insert(RequestId::new(id.clone()));
    let path =
        request.extensions().get::<MatchedPath>().map_or("none", MatchedPath::as_str).to_owned();
    let method = request.method().clone();
    let span = tracing::info_span!("request", id = id.to_str().unwrap_or_default(), %method, path);
    let began = Instant::now();

    let mut response = next.run(request).instrument(span.clone()).await;

    let status = response.status().as_u16();
    let seconds = began.elapsed().as_secs_f64();
    span.in_scope(|| match status {
        500.. => tracing::error!(status, seconds, "answered"),
        _ => tracing::debug!(status, seconds, "answered"),
    });
    metrics::counter!("commonground_requests_total", "path" => path.clone(), "status" => status.to_string())
        .increment(1);
    metrics::histogram!("commonground_request_seconds", "path" => path).record(seconds);
    response.headers_mut().insert(REQUEST_ID, id);
    response
}

/// Returns whether an id that a client or a proxy sends can stand in a log.
fn is_fit(id: &HeaderValue) -> bool {
    let bytes = id.as_bytes();
    (8..=64).contains(&bytes.len())
        && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-' || *byte == b'_')
}
