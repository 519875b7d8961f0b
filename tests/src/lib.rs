//! What the end-to-end tests stand on.
#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot be set up fails where it stands"
)]

pub mod support;
