//! How figures are printed.

use std::time::Duration;

/// One line of the result.
pub(crate) struct Line<'a> {
    pub(crate) query: &'a str,
    pub(crate) temperature: &'static str,
    pub(crate) requests: u64,
    pub(crate) elapsed: Duration,
    pub(crate) distinct: usize,
    pub(crate) p50: Duration,
    pub(crate) p99: Duration,
    pub(crate) bytes: u64,
    pub(crate) statements: Option<f64>,
    pub(crate) server: Option<Server>,
    /// Cores that this program kept busy.
    pub(crate) own_cores: f64,
}

/// What the server used meanwhile.
pub(crate) struct Server {
    pub(crate) peak_megabytes: f64,
    pub(crate) cores: f64,
}

/// Returns the names of the columns, to be printed before the first line.
pub(crate) fn header() -> String {
    let names = format!(
        "{:<30} {:<4} {:>10} {:>8} {:>8} {:>8} {:>9} {:>8} {:>7} {:>7} {:>9}",
        "query",
        "run",
        "requests/s",
        "p50 ms",
        "p99 ms",
        "answer",
        "SQL/req.",
        "peak MB",
        "server",
        "load",
        "distinct"
    );
    format!("{names}\n{}", "-".repeat(names.len()))
}

impl std::fmt::Display for Line<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let or_dash = |number: Option<f64>, digits: usize| match number {
            Some(number) => format!("{number:.digits$}"),
            None => "-".to_owned(),
        };
        let server = self.server.as_ref();
        write!(
            f,
            "{:<30} {:<4} {:>10} {:>8.2} {:>8.2} {:>8} {:>9} {:>8} {:>7} {:>7.2} {:>9}",
            self.query,
            self.temperature,
            grouped(rate(self.requests, self.elapsed).round() as u64),
            milliseconds(self.p50),
            milliseconds(self.p99),
            format!("{:.1}k", self.bytes as f64 / self.requests.max(1) as f64 / 1e3),
            or_dash(self.statements, 2),
            or_dash(server.map(|server| server.peak_megabytes), 0),
            or_dash(server.map(|server| server.cores), 2),
            self.own_cores,
            grouped(self.distinct as u64),
        )
    }
}

/// Returns so many a second.
pub(crate) fn rate(count: u64, elapsed: Duration) -> f64 {
    count as f64 / elapsed.as_secs_f64().max(f64::EPSILON)
}

/// Returns a number with its thousands apart: `12,345`.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_stand_apart() {
        assert_eq!(grouped(7), "7");
        assert_eq!(grouped(123), "123");
        assert_eq!(grouped(1_234), "1,234");
        assert_eq!(grouped(1_234_567), "1,234,567");
    }

    #[test]
    fn a_line_is_as_wide_as_the_header() {
        let line = Line {
            query: "one study",
            temperature: "cold",
            requests: 60_000,
            elapsed: Duration::from_secs(10),
            distinct: 20_000,
            p50: Duration::from_micros(5_250),
            p99: Duration::from_micros(9_990),
            bytes: 60_000 * 2_600,
            statements: None,
            server: None,
            own_cores: 0.2,
        };
        let text = line.to_string();
        assert!(text.contains("6,000") && text.contains("5.25") && text.contains("2.6k"));
        assert_eq!(Some(text.len()), header().lines().next().map(str::len));
    }
}
