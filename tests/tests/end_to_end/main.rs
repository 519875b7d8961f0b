//! The end-to-end tests: dialogues with the application, named as the capabilities.
#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test that cannot go on fails where it stands"
)]

mod access;
mod contributing;
mod cookbook;
mod docs;
mod duplicates;
mod empty_lists;
mod evidence;
mod execution;
mod failing_alone;
mod feed;
mod feedback;
mod followers;
mod fuzz;
mod http;
mod issuers;
mod limits;
mod moments;
mod nested_lists;
mod operations;
mod persisted;
mod ratings;
mod relay;
mod report_card;
mod schema;
mod sockets;
mod spelling;
mod statements;
mod strangers;
mod streams;
mod time_limit;
mod visibility_oracle;
mod young_people;
