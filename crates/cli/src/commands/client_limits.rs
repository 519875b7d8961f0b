//! What each client of `commonground serve` may ask for.

use api::Rates;
use clap::Args;

/// What each client may ask for; 0 is as much as it likes
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "What each client may ask for (0: as much as it likes)")]
pub(super) struct ClientLimits {
    /// Requests a second of each token, in the long run; four seconds' worth may come at once
    #[arg(
        long,
        env = "COMMONGROUND_TOKEN_REQUESTS",
        default_value_t = 500,
        value_name = "NUMBER",
        value_parser = clap::value_parser!(u32).range(..=1_000_000)
    )]
    token_requests: u32,

    /// Points of cost an hour of each token; they come back steadily
    #[arg(
        long,
        env = "COMMONGROUND_TOKEN_POINTS",
        default_value_t = 20_000_000,
        value_name = "NUMBER",
        value_parser = clap::value_parser!(u32).range(..=2_000_000_000)
    )]
    token_points: u32,

    /// Requests a second of each address without a token
    #[arg(
        long,
        env = "COMMONGROUND_ANONYMOUS_REQUESTS",
        default_value_t = 50,
        value_name = "NUMBER",
        value_parser = clap::value_parser!(u32).range(..=1_000_000)
    )]
    anonymous_requests: u32,

    /// Points of cost an hour of each address without a token
    #[arg(
        long,
        env = "COMMONGROUND_ANONYMOUS_POINTS",
        default_value_t = 2_000_000,
        value_name = "NUMBER",
        value_parser = clap::value_parser!(u32).range(..=2_000_000_000)
    )]
    anonymous_points: u32,
}

impl ClientLimits {
    pub(super) fn of_tokens(&self) -> Rates {
        Rates { requests_per_second: self.token_requests, points_per_hour: self.token_points }
    }

    pub(super) fn of_addresses(&self) -> Rates {
        Rates {
            requests_per_second: self.anonymous_requests,
            points_per_hour: self.anonymous_points,
        }
    }
}
