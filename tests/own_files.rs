//! Which library is in use, files of the user's own wherever an id stands, and starter files (`vehicle/library.rs`,
//! `vehicle/own.rs`, `embedded.rs`, `cli/new.rs`): the program as it is met in a folder of the user's.

use std::path::{Path, PathBuf};

use assert_cmd::Command;
use serde_json::Value;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn shipped(name: &str) -> String {
    std::fs::read_to_string(root().join("vehicles").join(name)).expect("a file of the library")
}

/// A folder of the user's, outside the clone.
struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        let folder = Self(tempfile::tempdir().expect("a folder"));
        // A level of its own: the rule looks one folder up, and what else stands there is not this test's.
        std::fs::create_dir_all(folder.path("")).expect("a folder");
        folder
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join("work").join(name)
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("it is made");
        std::fs::write(path, text).expect("it writes");
    }

    /// A library file with one text for another, under a name.
    fn edited(&self, name: &str, of: &str, from: &str, to: &str) {
        let text = shipped(of);
        assert!(text.contains(from), "{of} holds no {from:?}");
        self.write(name, &text.replacen(from, to, 1));
    }

    /// The N-Box at another price.
    fn priced(&self, name: &str, yen: &str) {
        let price = format!("price = {yen}");
        self.edited(name, "kei/honda-n-box-jf1.toml", "price = 1648900.0", &price);
    }

    fn crumple(&self, words: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_crumple"));
        command.current_dir(self.path("")).env_remove("CRUMPLE_LIBRARY");
        command.args(words.split_whitespace());
        command
    }

    /// The document of a command that ends with a status.
    fn json(&self, words: &str, status: i32) -> Value {
        let done = self.crumple(words).output().expect("it starts");
        let told = String::from_utf8_lossy(&done.stderr).into_owned();
        assert_eq!(done.status.code(), Some(status), "{words}: {told}");
        serde_json::from_slice(&done.stdout).expect("one JSON document")
    }

    /// What a refused command says.
    fn refused(&self, words: &str) -> String {
        let done = self.crumple(words).output().expect("it starts");
        assert_eq!(done.status.code(), Some(2), "{words}");
        assert!(done.stdout.is_empty(), "{words}: nothing on standard output");
        String::from_utf8(done.stderr).expect("text")
    }
}

fn pair(first: &str, second: &str, restraint: &str) -> String {
    format!(
        "format = 1\nname = \"pair\"\n\n[[vehicle]]\nuse = \"{first}\"\nspeed_kmh = 48.0\n\n[[vehicle]]\nuse = \"{second}\"\n\
         speed_kmh = 48.0\n\n[[occupant]]\nvehicle = 1\nseat = \"driver\"\ndummy = \"hiii-50m\"\n{restraint}\n\
         [simulation]\nduration_ms = 120\nstep_us = 20\n"
    )
}

const PULSE: &str = "time [s],10VEHCCG0000ACX0 [g]\n0,0\n0.02,-20\n0.04,-30\n0.06,-20\n0.08,0\n0.1,0\n";
const KEI: &str = "honda-n-box-jf1";
const PICKUP: &str = "ford-f-150-2018";

/// From an empty folder elsewhere a pair runs with the built-in library, with the same bits as from the clone.
#[test]
fn the_built_in_library_gives_the_bits_of_the_clone() {
    let folder = Folder::new();
    folder.write("pair.toml", &pair(KEI, PICKUP, ""));
    let away = folder.crumple("run pair.toml --json").output().expect("it starts");
    let clone = folder
        .crumple("run pair.toml --json --library")
        .arg(root().join("vehicles"))
        .output()
        .expect("it starts");
    assert_eq!(away.status.code(), Some(0), "{}", String::from_utf8_lossy(&away.stderr));
    assert!(away.stdout == clone.stdout, "the two documents differ");
    assert_eq!(folder.json("vehicles where --json", 0)["origin"], "built-in");
}

/// The library that the program carries is `vehicles/`, file by file.
#[test]
fn the_built_in_library_is_the_folder() {
    fn compare(folder: &Path, built_in: &Path, count: &mut usize) {
        for entry in std::fs::read_dir(folder).expect("it lists").flatten() {
            let (path, inside) = (entry.path(), built_in.join(entry.file_name()));
            if path.is_dir() {
                compare(&path, &inside, count);
            } else {
                let text = std::fs::read_to_string(&path).expect("it reads");
                let carried = crumple::embedded::text(&inside);
                assert!(carried == Some(text.as_str()), "{}", inside.display());
                *count += 1;
            }
        }
    }
    let mut count = 0;
    compare(&root().join("vehicles"), Path::new(crumple::embedded::ROOT), &mut count);
    assert!(count > 100, "{count}");
}

/// Commands that read the library by its folders work from elsewhere: evidence, recipes with their pulses, templates.
#[test]
fn every_reader_of_the_library_works_from_elsewhere() {
    let folder = Folder::new();
    let listed = folder.json("vehicles list --json", 0);
    assert!(listed.as_array().expect("a list").len() > 40);
    let shown = folder.json("vehicles show toyota-camry-2018 --json", 0);
    assert!(!shown["notes"].as_array().expect("notes").is_empty());
    folder
        .crumple("identify fiat-500-2012 --out fiat.toml")
        .assert()
        .success();
    assert_eq!(
        std::fs::read_to_string(folder.path("fiat.toml")).expect("a vehicle"),
        shipped("reference/fiat-500-2012.toml"),
    );
    // A recipe of the user's own takes the built-in templates.
    folder.write("recipe.toml", &shipped("recipes/fiat-500-2012.toml"));
    folder.crumple("identify recipe.toml --out own.toml").assert().success();
    folder.edited(
        "slip.toml",
        "recipes/fiat-500-2012.toml",
        "template = \"",
        "template = \"x",
    );
    assert!(folder.refused("identify slip.toml").contains("did you mean"));
    folder.crumple("wall honda-n-box-jf1 --json").assert().success();
    folder.write("pulse.csv", PULSE);
    folder.crumple("sled --pulse pulse.csv --json").assert().success();
}

/// One rule: `--library`, else the environment, else a folder beside the given file or above that, else the built-in one.
/// A folder without a vehicle or without a restraint does not count.
#[test]
fn the_library_in_use_follows_one_rule() {
    let folder = Folder::new();
    std::fs::create_dir_all(folder.path("vehicles/kei")).expect("an empty library");
    let origin = |words: &str| folder.json(&format!("vehicles where --json {words}"), 0)["origin"].clone();
    assert_eq!(origin(""), "built-in");
    folder.write("vehicles/kei/mine.toml", &shipped("kei/honda-n-box-jf1.toml"));
    assert_eq!(origin(""), "built-in");
    folder.write(
        "vehicles/restraints/kei-2012.toml",
        &shipped("restraints/kei-2012.toml"),
    );
    assert_eq!(origin(""), "beside");
    assert_eq!(origin("cases/a.toml"), "beside");
    assert_eq!(origin("deep/er/a.toml"), "built-in");
    let clone = root().join("vehicles");
    let mut asked = folder.crumple("vehicles where --json");
    let done = asked.env("CRUMPLE_LIBRARY", &clone).output().expect("it starts");
    let found: Value = serde_json::from_slice(&done.stdout).expect("one document");
    assert_eq!(found["origin"], "environment");
    let mut asked = folder.crumple("vehicles where --json --library vehicles");
    let done = asked.env("CRUMPLE_LIBRARY", &clone).output().expect("it starts");
    let found: Value = serde_json::from_slice(&done.stdout).expect("one document");
    assert_eq!((&found["origin"], &found["vehicles"]), (&"named".into(), &1.into()));
    std::fs::create_dir_all(folder.path("empty/kei")).expect("a folder");
    let told = folder.refused("vehicles list --library empty");
    assert!(told.contains("--library") && told.contains("no vehicle"), "{told}");
}

/// An edited copy of a library car runs under a label of its own, by path from the file that names it; an unedited one
/// is the original.
#[test]
fn an_edited_copy_has_its_own_label() {
    let folder = Folder::new();
    folder.priced("cars/mine.toml", "1500000.0");
    folder.write("cars/same.toml", &shipped("kei/honda-n-box-jf1.toml"));
    folder.edited(
        "cars/new.toml",
        "kei/honda-n-box-jf1.toml",
        "id = \"honda-n-box-jf1\"",
        "id = \"new\"",
    );
    for (file, label) in [("mine", "honda-n-box-jf1+mine"), ("same", KEI), ("new", "new")] {
        folder.write("cases/pair.toml", &pair(&format!("../cars/{file}.toml"), PICKUP, ""));
        let found = folder.json("run cases/pair.toml --json --nominal", 0);
        assert_eq!(found["vehicles"][0]["id"], label);
        let found = folder.json(&format!("wall cars/{file}.toml --json"), 0);
        assert_eq!(found["vehicles"][0]["id"], label);
    }
    // However its path is written, one file is one vehicle.
    folder.write("twice.toml", &pair("cars/mine.toml", "./cars/../cars/mine.toml", ""));
    let found = folder.json("run twice.toml --json --nominal", 0);
    assert_eq!(found["vehicles"][0]["id"], found["vehicles"][1]["id"]);
    folder.write("other/mine.toml", &(shipped("kei/honda-n-box-jf1.toml") + "# edited\n"));
    folder.write("pair.toml", &pair("cars/mine.toml", "other/mine.toml", ""));
    let told = folder.refused("run pair.toml");
    assert!(
        told.contains("pair.toml:9") && told.contains("would both be called"),
        "{told}"
    );
}

/// Own restraints stand where ids do, in cases and in vehicle files, relative to the file that names them.
#[test]
fn an_own_restraint_is_named_by_its_path() {
    let folder = Folder::new();
    folder.edited(
        "belts/mine.toml",
        "restraints/kei-2012.toml",
        "name = \"",
        "name = \"Mine: ",
    );
    folder.edited(
        "cars/mine.toml",
        "kei/honda-n-box-jf1.toml",
        "driver = \"kei-2012\"",
        "driver = \"../belts/mine.toml\"",
    );
    folder.write("by-car.toml", &pair("cars/mine.toml", PICKUP, ""));
    folder.write("by-case.toml", &pair(KEI, PICKUP, "restraint = \"belts/mine.toml\"\n"));
    folder.write("plain.toml", &pair(KEI, PICKUP, ""));
    let hic = |case: &str| folder.json(&format!("run {case} --json --nominal"), 0)["occupants"][0]["hic15"].clone();
    assert_eq!(hic("by-car.toml"), hic("plain.toml"));
    assert_eq!(hic("by-case.toml"), hic("plain.toml"));
    folder.write("pulse.csv", PULSE);
    let found = folder.json("sled --pulse pulse.csv --restraint belts/mine.toml --json", 0);
    assert_eq!(found["restraint"], "kei-2012+mine");
    // The sized car names it by a path of its own.
    let ask = "--against toyota-rav4-2013 --speed-kmh 30 --target joint_without_neck=0.95 --quick";
    let sized = format!("size cars/mine.toml {ask} --write-vehicle out/sized.toml");
    folder.crumple(&sized).assert().success();
    folder.write("sized.toml", &pair("out/sized.toml", PICKUP, ""));
    assert!(hic("sized.toml").is_number());
    folder.write("gone.toml", &pair(KEI, PICKUP, "restraint = \"belts/gone.toml\"\n"));
    let told = folder.refused("run gone.toml");
    assert!(
        told.contains("gone.toml:16") && told.contains("belts/gone.toml"),
        "{told}"
    );
    folder.edited(
        "cars/lost.toml",
        "kei/honda-n-box-jf1.toml",
        "driver = \"kei-2012\"",
        "driver = \"gone.toml\"",
    );
    let told = folder.refused("wall cars/lost.toml");
    assert!(told.contains("lost.toml:") && told.contains("gone.toml"), "{told}");
}

const STUDY: &str = r#"format = 1
name = "Own files"
vehicles = ["cars/mine.toml"]
partners = ["cars/truck.toml"]
speeds_kmh = [48]
overlaps_pct = [100]
[[seat]]
seat = "driver"
dummy = "hiii-50m"
[simulation]
step_us = 50
[sizing]
vary = "restraint"
quick = true
costs = "money/mine.toml"
packages = ["money/bags.toml"]
cabin_material = "steel.toml"
path_materials = { rails = "dp800" }
[[sizing.target]]
name = "mild"
limits = ["joint_without_neck=0.9"]
"#;

/// A study takes own vehicles, partners, costs, packages and materials by path, and its rows carry their labels.
#[test]
fn a_study_takes_own_files() {
    let folder = Folder::new();
    folder.priced("cars/mine.toml", "1500000.0");
    folder.edited(
        "cars/truck.toml",
        "us/ford-f-150-2018.toml",
        "name = \"",
        "name = \"Mine: ",
    );
    folder.edited("money/mine.toml", "costs/us-2025.toml", "name = \"", "name = \"Mine: ");
    folder.edited(
        "money/belts.toml",
        "restraints/state-of-the-art.toml",
        "name = \"",
        "name = \"Mine: ",
    );
    let bags = "format = 1\nid = \"bags\"\nname = \"Bags\"\nitems = { knee_bag = 2 }\ndriver = \"belts.toml\"\n";
    folder.write("money/bags.toml", bags);
    folder.edited("steel.toml", "materials/boron.toml", "name = \"", "name = \"Mine: ");
    folder.write("study.toml", STUDY);
    folder
        .crumple("study study.toml --out out --no-report")
        .assert()
        .success();
    let rows = std::fs::read_to_string(folder.path("out/results.csv")).expect("rows");
    let row = rows.lines().nth(2).expect("a row");
    assert!(
        row.contains("honda-n-box-jf1+mine") && row.contains("ford-f-150-2018+truck"),
        "{row}"
    );
    folder.write("slip.toml", &STUDY.replace("cars/truck.toml", "cars/trucks.toml"));
    let told = folder.refused("study slip.toml --out out");
    assert!(
        told.contains("slip.toml:4") && told.contains("cars/trucks.toml"),
        "{told}"
    );
}

/// The price of an own file is its own: no list price of the model it was copied from, whatever its id begins with.
#[test]
fn an_own_price_is_not_overridden() {
    let folder = Folder::new();
    folder.priced("mine.toml", "1148900.0");
    folder.priced("plus.toml", "1148900.0");
    let text = std::fs::read_to_string(folder.path("plus.toml")).expect("it reads");
    folder.write(
        "plus.toml",
        &text.replace("id = \"honda-n-box-jf1\"", "id = \"honda-n-box-plus\""),
    );
    let ask = "--against toyota-rav4-2013 --speed-kmh 30 --target joint_without_neck=0.95 --quick --json";
    let price = |car: &str| {
        let words = format!("size {car} {ask} --write-vehicle sized.toml");
        let found = folder.json(&words, 0);
        (found["price_usd"].as_f64().expect("a price"), found["vehicle"].clone())
    };
    let (original, _) = price(KEI);
    let (mine, label) = price("mine.toml");
    assert_eq!(label, "honda-n-box-jf1+mine");
    let sized = std::fs::read_to_string(folder.path("sized.toml")).expect("the sized car");
    assert!(sized.contains("id = \"honda-n-box-jf1-mine-sized\""), "no + in an id");
    folder.crumple("vehicles check sized.toml").assert().success();
    let (plus, label) = price("plus.toml");
    assert_eq!(label, "honda-n-box-plus");
    assert_eq!(mine, plus);
    assert!(original - mine > 2000.0, "{original} {mine}");
}

/// Every starter runs as it is written, under the name it was given, and none is written over.
#[test]
fn starters_run_as_written() {
    let folder = Folder::new();
    for what in ["vehicle", "case", "study", "recipe", "restraint"] {
        folder.crumple(&format!("new {what} my-{what}")).assert().success();
        let text = std::fs::read_to_string(folder.path(&format!("my-{what}.toml"))).expect("a file");
        assert!(text.starts_with("# ") && text.contains(&format!("my-{what}")), "{what}");
        assert!(!text.contains("NAME"), "{what}");
        let told = folder.refused(&format!("new {what} my-{what}"));
        assert!(told.contains("is there already"), "{told}");
    }
    let checked = folder
        .crumple("vehicles check my-vehicle.toml")
        .output()
        .expect("it starts");
    assert!(checked.status.success() && checked.stderr.is_empty(), "no warning");
    assert_eq!(
        folder.json("wall my-vehicle.toml --json", 0)["vehicles"][0]["id"],
        "my-vehicle"
    );
    folder.crumple("run my-case.toml --nominal").assert().success();
    folder.crumple("study my-study.toml --no-report").assert().success();
    folder
        .crumple("identify my-recipe.toml --out car.toml")
        .assert()
        .success();
    folder.crumple("vehicles check car.toml").assert().success();
    folder.write("pulse.csv", PULSE);
    let found = folder.json("sled --pulse pulse.csv --restraint my-restraint.toml --json", 0);
    assert_eq!(found["restraint"], "my-restraint");
    assert!(folder.refused("new case My.Case").contains("lower case"));
}
