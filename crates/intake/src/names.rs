//! Files of a folder or a zip that nobody meant to send.

/// Whether a file tells of others, and so may lie beside them.
#[must_use]
pub fn is_documentation(name: &str) -> bool {
    let own = name.rsplit('/').next().unwrap_or(name).to_lowercase();
    let stem = own.split('.').next().unwrap_or_default();
    let ending = own.rsplit('.').next().unwrap_or_default();
    own.starts_with('.')
        || ["readme", "licence", "license"].contains(&stem)
        || ["md", "txt", "pdf"].contains(&ending)
}

/// Whether a system or a program left it there, and nobody put it in.
#[must_use]
pub fn is_left_by_a_system(name: &str) -> bool {
    const FOLDERS: [&str; 6] = [
        "__macosx",
        "$recycle.bin",
        "system volume information",
        ".trashes",
        ".spotlight-v100",
        ".fseventsd",
    ];
    const FILES: [&str; 5] = [".ds_store", "thumbs.db", "ehthumbs.db", "desktop.ini", "icon\r"];
    let name = name.to_lowercase();
    let own = name.rsplit('/').next().unwrap_or_default();
    name.split('/').any(|part| FOLDERS.contains(&part))
        || FILES.contains(&own)
        || own.starts_with("._")
        || own.starts_with("~$")
}

#[cfg(test)]
mod tests {
    use super::is_left_by_a_system;

    #[test]
    fn what_systems_leave_is_passed_over() {
        for name in [
            "__MACOSX/x/._studies.csv",
            "x/.DS_Store",
            "Thumbs.db",
            "x/desktop.ini",
            "._studies.csv",
            "~$studies.csv",
        ] {
            assert!(is_left_by_a_system(name), "{name}");
        }
        assert!(!is_left_by_a_system("studies.csv"));
    }
}
