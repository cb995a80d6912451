//! Lists every file of `vehicles/` for `src/embedded.rs`, so that the program carries its library.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

fn main() {
    let root = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").expect("cargo says where the package is"));
    let out = PathBuf::from(std::env::var_os("OUT_DIR").expect("cargo says where to write"));
    let library = root.join("vehicles");
    let mut files = Vec::new();
    collect(&library, "", &mut files);
    // The order of a directory differs between file systems; that of names does not.
    files.sort();
    let mut list = String::from("&[\n");
    for (name, path) in &files {
        writeln!(list, "    ({name:?}, include_str!({path:?})),").expect("writing to a String cannot fail");
    }
    list.push(']');
    std::fs::write(out.join("library.rs"), list).expect("the list can be written");
    println!("cargo:rerun-if-changed=vehicles");
}

/// Files below a folder with their names from the library's root, parts joined by `/`.
fn collect(folder: &Path, prefix: &str, files: &mut Vec<(String, PathBuf)>) {
    for entry in std::fs::read_dir(folder).expect("vehicles/ can be listed").flatten() {
        let path = entry.path();
        let file = entry.file_name().to_string_lossy().into_owned();
        // Editors' leftovers are no part of the library.
        if file.starts_with('.') || file.ends_with('~') {
            continue;
        }
        let name = format!("{prefix}{file}");
        if path.is_dir() {
            collect(&path, &format!("{name}/"), files);
        } else if ["toml", "csv", "md"]
            .iter()
            .any(|e| path.extension().is_some_and(|x| x == *e))
        {
            files.push((name, path));
        }
    }
}
