//! The book in `docs/`: every command of a page runs, in the order of the page, and ends as the page says; every column
//! of a study's results is in the reference.
//!
//! A line `$ crumple ...` of a ```` ```console ```` block is run without a shell: words are parted at spaces, and a comment
//! `# exit 1` at its end states the exit status (0 without one). A block whose first line ends in `file=NAME` is written to
//! that file before the commands that follow it.

use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// What a page asks for, in its order.
#[derive(Debug, PartialEq)]
enum Step {
    /// Write a file.
    Write { name: String, text: String },
    /// Run the program.
    Run { arguments: Vec<String>, status: i32 },
}

/// All files with this ending below a folder, sorted.
fn files_below(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder).expect("the folder reads") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            all.extend(files_below(&path, ending));
        } else if path.extension().is_some_and(|e| e == ending) {
            all.push(path);
        }
    }
    all.sort();
    all
}

fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("the folder reads") {
        let path = entry.expect("an entry").path();
        let target = to.join(path.file_name().expect("a name"));
        if path.is_dir() {
            copy_folder(&path, &target);
        } else {
            std::fs::copy(&path, &target).expect("it copies");
        }
    }
}

/// A line of a console block.
fn command(line: &str) -> Step {
    let (words, status) = match line.split_once(" # exit ") {
        Some((words, status)) => (words, status.trim().parse().expect("a number behind # exit")),
        None => (line, 0),
    };
    let rest = words.strip_prefix("$ crumple ");
    let rest = rest.unwrap_or_else(|| panic!("a console block holds lines `$ crumple ...` only, not {line:?}"));
    Step::Run {
        arguments: rest.split_whitespace().map(str::to_string).collect(),
        status,
    }
}

fn steps(page: &str) -> Vec<Step> {
    let mut all = Vec::new();
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        let Some(info) = line.strip_prefix("```") else {
            continue;
        };
        let block: Vec<&str> = lines.by_ref().take_while(|l| *l != "```").collect();
        if info == "console" {
            all.extend(block.into_iter().map(command));
        } else if let Some((_, name)) = info.split_once(" file=") {
            all.push(Step::Write {
                name: name.trim().to_string(),
                text: block.join("\n") + "\n",
            });
        }
    }
    all
}

/// Work through a page in a folder of its own.
fn run_page(page: &Path, folder: &Path) {
    let text = std::fs::read_to_string(page).expect("the page reads");
    let all = steps(&text);
    if all.is_empty() {
        return;
    }
    for name in ["vehicles", "cases", "studies"] {
        copy_folder(&root().join(name), &folder.join(name));
    }
    for step in all {
        match step {
            Step::Write { name, text } => std::fs::write(folder.join(name), text).expect("it writes"),
            Step::Run { arguments, status } => {
                let done = Command::new(env!("CARGO_BIN_EXE_crumple"))
                    .args(&arguments)
                    .current_dir(folder)
                    .env_remove("CRUMPLE_LIBRARY")
                    .output()
                    .expect("it starts");
                assert_eq!(
                    done.status.code(),
                    Some(status),
                    "{}: crumple {}\n{}{}",
                    page.display(),
                    arguments.join(" "),
                    String::from_utf8_lossy(&done.stdout),
                    String::from_utf8_lossy(&done.stderr)
                );
            }
        }
    }
}

/// Every command of the book ends as its page says.
#[test]
fn every_command_of_the_book_runs() {
    let pages = files_below(&root().join("docs/src"), "md");
    assert!(!pages.is_empty(), "the book has pages");
    for page in pages {
        let folder = tempfile::tempdir().expect("a scratch folder");
        run_page(&page, folder.path());
        let results = folder.path().join("out/first-look/results.csv");
        if results.exists() {
            columns_are_documented(&results);
        }
    }
}

/// Each column of a study's results, without `wall.` or `sized.`, stands in backquotes in the reference.
fn columns_are_documented(results: &Path) {
    let reference = root().join("docs/src/reference/results.md");
    let reference = std::fs::read_to_string(reference).expect("the reference reads");
    let text = std::fs::read_to_string(results).expect("the results read");
    let header = text.lines().find(|l| !l.starts_with('#')).expect("a header");
    for column in header.split(',') {
        let bare = column.trim_start_matches("wall.").trim_start_matches("sized.");
        // Both vehicles have the same columns.
        let bare = bare.replace("vehicle.2.", "vehicle.1.");
        assert!(reference.contains(&format!("`{bare}`")), "no {bare} in the reference");
    }
}

/// Every page stands in the summary, and what the summary names is there.
#[test]
fn the_summary_names_every_page() {
    let source = root().join("docs/src");
    let summary = std::fs::read_to_string(source.join("SUMMARY.md")).expect("the summary reads");
    let mut named: Vec<PathBuf> = summary
        .lines()
        .filter_map(|l| l.split_once("](")?.1.strip_suffix(')'))
        .map(|name| source.join(name))
        .collect();
    named.push(source.join("SUMMARY.md"));
    named.sort();
    assert_eq!(named, files_below(&source, "md"));
}

/// Blocks are read as the head of this file says.
#[test]
fn a_page_is_read_in_its_order() {
    let page = "Text\n\n```toml file=a.toml\nx = 1\n```\n\n```console\n$ crumple run a.toml # exit 2\n```\n\n```text\n$ no\n```\n";
    let wanted = [
        Step::Write {
            name: "a.toml".to_string(),
            text: "x = 1\n".to_string(),
        },
        Step::Run {
            arguments: vec!["run".to_string(), "a.toml".to_string()],
            status: 2,
        },
    ];
    assert_eq!(steps(page), wanted);
}
