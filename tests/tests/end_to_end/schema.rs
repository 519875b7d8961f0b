//! The published contract.

/// `schema.graphql` is what clients are generated from. After a change on purpose, write it anew with
/// `cargo run -- schema > schema.graphql` and read its diff as a client would.
#[test]
fn the_published_schema_is_the_one_that_the_code_makes() {
    let published =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../schema.graphql")).unwrap();
    assert!(
        published.trim_end() == api::sdl().trim_end(),
        "schema.graphql and the code differ"
    );
}

#[test]
fn everything_in_the_schema_is_described() {
    let sdl = api::sdl();
    let mut previous = "";
    let mut bare = Vec::new();
    let mut within_description = false;
    for line in sdl.lines().map(str::trim) {
        if line.starts_with("\"\"\"") && !(line.len() > 3 && line.ends_with("\"\"\"")) {
            within_description = !within_description;
        }
        let is_described = previous.ends_with("\"\"\"");
        let declares = [
            "type ",
            "interface ",
            "input ",
            "enum ",
            "union ",
            "scalar ",
        ]
        .iter()
        .any(|word| line.starts_with(word))
            || line.contains(": ")
            || (!line.is_empty()
                && line
                    .chars()
                    .all(|letter| letter.is_ascii_uppercase() || letter == '_'));
        let is_built_in = line.starts_with("schema")
            || line.starts_with("query:")
            || line.starts_with("mutation:")
            || line.starts_with("subscription:");
        // The end of a list of arguments belongs to a field that is looked at where it begins.
        let declares = declares && !line.starts_with(')');
        if declares
            && !is_described
            && !within_description
            && !line.starts_with("\"\"\"")
            && !is_built_in
        {
            bare.push(line.to_owned());
        }
        previous = line;
    }
    assert!(bare.is_empty(), "without a description: {bare:#?}");
}
