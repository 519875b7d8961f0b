//! The files of `service` import downwards: what names no capability lies below what does. Files that import each other
//! in a ring can only be read together, so no ring may be large.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use petgraph::algo::tarjan_scc;
use petgraph::graphmap::DiGraphMap;
use syn::visit::Visit;
use syn::{Item, ItemUse, UseTree};

/// How many files may import each other in a ring.
const LARGEST_RING: usize = 20;

#[test]
fn no_large_ring_of_files_of_the_service_imports_itself() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/service/src");
    let files = files(&root);
    let mut graph = DiGraphMap::<&str, ()>::new();
    for (module, path) in &files {
        for imported in imports(module, path, &files) {
            graph.add_edge(module, imported, ());
        }
    }
    let largest = tarjan_scc(&graph).into_iter().max_by_key(Vec::len).unwrap();
    assert!(
        largest.len() <= LARGEST_RING,
        "{} files import each other in a ring: {largest:#?}",
        largest.len()
    );
}

/// The files below a folder, by the modules that they are; the crate itself is `crate`.
fn files(root: &Path) -> BTreeMap<String, PathBuf> {
    let mut files = BTreeMap::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            if path.extension().is_none_or(|extension| extension != "rs") {
                continue;
            }
            let relative = path.strip_prefix(root).unwrap().with_extension("");
            let mut parts: Vec<_> =
                relative.iter().map(|part| part.to_str().unwrap().to_owned()).collect();
            parts.retain(|part| part != "mod" && part != "lib");
            parts.insert(0, "crate".to_owned());
            files.insert(parts.join("::"), path);
        }
    }
    files
}

/// The files that a file imports from, where it stands, or by a path in its code; what only tests import is left out.
fn imports<'f>(
    module: &str,
    path: &Path,
    files: &'f BTreeMap<String, PathBuf>,
) -> BTreeSet<&'f str> {
    let mut paths = Paths::default();
    let parsed = syn::parse_file(&fs::read_to_string(path).unwrap()).unwrap();
    paths.visit_file(&parsed);
    let resolved = paths.0.iter().filter_map(|path| resolved(module, path, files));
    resolved.filter(|file| *file != module).collect()
}

/// The file in which a path ends: the longest beginning of it that is one.
fn resolved<'f>(
    module: &str,
    path: &[String],
    files: &'f BTreeMap<String, PathBuf>,
) -> Option<&'f str> {
    let mut here: Vec<&str> = module.split("::").collect();
    let mut rest = path.iter().map(String::as_str).peekable();
    match *rest.peek()? {
        "crate" => here.clear(),
        "self" => {
            rest.next();
        }
        "super" => {
            while rest.next_if_eq(&"super").is_some() {
                here.pop();
            }
        }
        first if files.contains_key(&format!("{module}::{first}")) => {}
        _ => return None,
    }
    let mut whole: Vec<&str> = here.into_iter().chain(rest).collect();
    while !whole.is_empty() {
        if let Some((file, _)) = files.get_key_value(&whole.join("::")) {
            return Some(file);
        }
        whole.pop();
    }
    None
}

/// The paths that a file names.
#[derive(Default)]
struct Paths(Vec<Vec<String>>);

impl Paths {
    fn add(&mut self, before: &[String], tree: &UseTree) {
        let with = |name: &syn::Ident| [before, &[name.to_string()]].concat();
        match tree {
            UseTree::Path(path) => self.add(&with(&path.ident), &path.tree),
            UseTree::Group(group) => group.items.iter().for_each(|tree| self.add(before, tree)),
            UseTree::Name(name) => self.0.push(with(&name.ident)),
            UseTree::Rename(rename) => self.0.push(with(&rename.ident)),
            UseTree::Glob(_) => self.0.push(before.to_vec()),
        }
    }
}

impl<'ast> Visit<'ast> for Paths {
    fn visit_item(&mut self, item: &'ast Item) {
        let is_for_tests = matches!(item, Item::Mod(module) if module.attrs.iter().any(|attribute| {
            attribute.path().is_ident("cfg")
        }));
        if !is_for_tests {
            syn::visit::visit_item(self, item);
        }
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        self.add(&[], &item.tree);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let names: Vec<String> =
            path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        if names.first().is_some_and(|first| ["crate", "super", "self"].contains(&first.as_str()))
            && names.len() > 1
        {
            self.0.push(names);
        }
        syn::visit::visit_path(self, path);
    }
}
