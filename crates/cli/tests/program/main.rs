//! The binary `commonground`, tried from outside.
#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test that cannot go on fails where it stands"
)]

mod access;
mod importing;
mod issuers;
mod pipes;
#[cfg(all(target_os = "linux", not(target_feature = "crt-static")))]
mod power_cuts;
mod refusals;
mod running;
mod serving;
mod tokens;
mod young_people;

use running::Installation;

#[tokio::test]
async fn the_schema_is_printed_without_a_database_and_is_the_published_one() {
    let installation = Installation::new();
    let printed = installation.answer(&["schema"]).await;
    let published = include_str!("../../../../schema.graphql");
    assert!(
        printed.trim_end() == published.trim_end(),
        "schema.graphql and `commonground schema` differ"
    );
    assert!(!installation.data().exists(), "nothing was opened for it");
}

#[tokio::test]
async fn each_command_shows_an_example_in_its_help() {
    let installation = Installation::new();
    let mut commands: Vec<Vec<String>> = vec![Vec::new()];
    let mut leaves = 0;
    while let Some(command) = commands.pop() {
        let mut arguments: Vec<&str> = command.iter().map(String::as_str).collect();
        arguments.push("--help");
        let help = installation.answer(&arguments).await;
        let below = subcommands(&help);
        if below.is_empty() {
            leaves += 1;
            assert!(
                help.contains("Example") && help.contains("\n  commonground "),
                "{command:?}: {help}"
            );
        }
        for name in below {
            commands.push(command.iter().cloned().chain([name]).collect());
        }
    }
    assert!(leaves >= 17, "{leaves} commands were found");
}

/// The names under `Commands:`.
fn subcommands(help: &str) -> Vec<String> {
    let lines = help
        .lines()
        .skip_while(|line| *line != "Commands:")
        .skip(1)
        .take_while(|line| !line.is_empty());
    // A description that goes over several lines stands further in.
    let names = lines.filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    names
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| *name != "help")
        .map(str::to_owned)
        .collect()
}

#[tokio::test]
async fn the_version_is_told() {
    let version = Installation::new().answer(&["--version"]).await;
    assert_eq!(version.trim_end(), concat!("commonground ", env!("CARGO_PKG_VERSION")));
}

#[tokio::test]
async fn a_database_is_migrated_once_and_for_all() {
    let installation = Installation::new();
    for _ in 0..2 {
        let outcome = installation.run(&["migrate"]).await;
        assert_eq!((outcome.code, outcome.answer.as_str()), (Some(0), ""), "{}", outcome.log);
    }
}
