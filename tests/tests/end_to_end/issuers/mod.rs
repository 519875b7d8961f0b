//! A centre's own identity provider: whose tokens are accepted, and what for.

mod accepting;
mod asking;
mod forging;
mod registering;

/// Who asks, and what for.
const VIEWER: &str = "{ viewer { centre { slug } tokenName scopes } }";
