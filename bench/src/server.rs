//! What the server says and what the kernel says about it: SQL statements, memory, processor time.

use std::fs;

use anyhow::{Context as _, Result, ensure};

use crate::http::{Connection, Target};

const STATEMENTS: &str = "commonground_sql_statements_total";

/// The kernel counts processor time in hundredths of a second, whatever the machine.
const TICKS_A_SECOND: f64 = 100.0;

/// Returns how many SQL statements the server has sent since it started; nothing if it doesn't count them.
pub(crate) async fn statements(target: &Target) -> Result<Option<f64>> {
    let mut connection = Connection::open(target).await?;
    let answer = connection.exchange(&target.get("/metrics")).await?;
    if answer.status != 200 {
        return Ok(None);
    }
    Ok(counter(std::str::from_utf8(answer.body)?, STATEMENTS))
}

/// Returns the sum of a counter over all its labels.
fn counter(metrics: &str, name: &str) -> Option<f64> {
    metrics
        .lines()
        .filter_map(|line| {
            let rest = line.strip_prefix(name)?;
            let value = match rest.split_once('}') {
                Some((labels, value)) if labels.starts_with('{') => value,
                _ => rest.strip_prefix(' ')?,
            };
            value.split_whitespace().next()?.parse().ok()
        })
        .reduce(|sum: f64, value: f64| sum + value)
}

/// A process of this machine.
pub(crate) struct Process {
    folder: String,
}

impl Process {
    pub(crate) fn new(pid: u32) -> Result<Self> {
        let process = Self { folder: format!("/proc/{pid}") };
        process.seconds().context("--pid names no process")?;
        Ok(process)
    }

    pub(crate) fn own() -> Self {
        Self { folder: "/proc/self".to_owned() }
    }

    /// Forgets the peak so far. False when that isn't permitted: the peak is then that since the start.
    pub(crate) fn forget_peak(&self) -> bool {
        fs::write(format!("{}/clear_refs", self.folder), "5").is_ok()
    }

    /// Returns the most memory that it had in use (resident), in megabytes.
    pub(crate) fn peak_megabytes(&self) -> Result<f64> {
        self.status("VmHWM:")
    }

    /// Returns the memory that it has in use (resident) now, in megabytes.
    pub(crate) fn megabytes(&self) -> Result<f64> {
        self.status("VmRSS:")
    }

    fn status(&self, name: &str) -> Result<f64> {
        let status = fs::read_to_string(format!("{}/status", self.folder))?;
        let kilobytes = status
            .lines()
            .find_map(|line| line.strip_prefix(name))
            .and_then(|rest| rest.trim().strip_suffix(" kB"))
            .context("the kernel doesn't tell how much memory is in use")?;
        Ok(kilobytes.trim().parse::<f64>()? * 1024.0 / 1e6)
    }

    /// Returns the processor time that it has used, in seconds.
    pub(crate) fn seconds(&self) -> Result<f64> {
        let stat = fs::read_to_string(format!("{}/stat", self.folder))?;
        // The second field is the program's name in parentheses, which may hold anything.
        let (_, after_name) = stat.rsplit_once(") ").context("unexpected form of stat")?;
        let fields: Vec<&str> = after_name.split(' ').collect();
        ensure!(fields.len() > 12, "unexpected form of stat");
        Ok((fields[11].parse::<f64>()? + fields[12].parse::<f64>()?) / TICKS_A_SECOND)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_counter_is_summed_over_its_labels() {
        let metrics = "# TYPE commonground_sql_statements_total counter\n\
            commonground_sql_statements_total{kind=\"read\"} 40\n\
            commonground_sql_statements_total{kind=\"write\"} 2\n\
            commonground_sql_statements_total_other 9\n";
        assert_eq!(counter(metrics, STATEMENTS), Some(42.0));
        assert_eq!(counter("commonground_sql_statements_total 7", STATEMENTS), Some(7.0));
        assert_eq!(counter(metrics, "commonground_requests_total"), None);
    }

    #[test]
    fn a_process_has_memory_and_time() {
        let own = Process::own();
        assert!(own.peak_megabytes().unwrap() > 1.0);
        assert!(own.seconds().unwrap() >= 0.0);
    }
}
