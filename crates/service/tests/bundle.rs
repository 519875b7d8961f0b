//! Bundles: what goes in comes out, what is wrong is refused with its place, and nothing is lost.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails where it stands")]

#[path = "bundle/support.rs"]
mod support;

#[path = "bundle/documentation.rs"]
mod documentation;
#[path = "bundle/opening.rs"]
mod opening;
#[path = "bundle/refusals.rs"]
mod refusals;
#[path = "bundle/round_trip.rs"]
mod round_trip;
#[path = "bundle/writing.rs"]
mod writing;
