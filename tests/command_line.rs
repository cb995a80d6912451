//! The program as a user meets it: exit status, where a message points, nothing written on bad input.

use std::path::{Path, PathBuf};

use assert_cmd::Command;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn crumple() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_crumple"));
    command.current_dir(root()).env_remove("CRUMPLE_LIBRARY");
    command
}

/// A scratch folder with the worked vehicles and a pair case, `edit`ed by replacing one text with another.
struct Scratch(tempfile::TempDir);

impl Scratch {
    fn new() -> Self {
        let dir = tempfile::tempdir().expect("a scratch folder");
        for name in ["example-kei.toml", "example-pickup.toml"] {
            std::fs::copy(root().join("tests/data").join(name), dir.path().join(name)).expect("it copies");
        }
        let case = "format = 1\nname = \"pair\"\n\n[[vehicle]]\nuse = \"example-kei.toml\"\nspeed_kmh = 48.0\n\n\
            [[vehicle]]\nuse = \"example-pickup.toml\"\nspeed_kmh = 48.0\n\n[contact]\noverlap_pct = 100\n\n\
            [simulation]\nduration_ms = 120\nstep_us = 20\n";
        std::fs::write(dir.path().join("pair.toml"), case).expect("it writes");
        Self(dir)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn edit(&self, name: &str, from: &str, to: &str) {
        let text = std::fs::read_to_string(self.path(name)).expect("it reads");
        assert!(text.contains(from), "{name} holds no {from:?}");
        std::fs::write(self.path(name), text.replacen(from, to, 1)).expect("it writes");
    }

    /// Run the pair; returns exit status and standard error, and checks that nothing was written.
    fn refuse(&self) -> String {
        let out = self.path("out");
        let done = crumple()
            .args(["run", "--json", "--out"])
            .arg(&out)
            .arg(self.path("pair.toml"))
            .output()
            .expect("it starts");
        assert_eq!(done.status.code(), Some(2), "{}", String::from_utf8_lossy(&done.stdout));
        assert!(done.stdout.is_empty(), "nothing on standard output");
        assert!(!out.exists(), "nothing written");
        String::from_utf8(done.stderr).expect("text")
    }
}

/// Each fault is named with its file and line, the value, and what would be right.
#[test]
fn bad_input_is_refused_at_its_line() {
    // file, edit, what the message must hold
    let faults: [(&str, &str, &str, &[&str]); 12] = [
        (
            "pair.toml",
            "speed_kmh = 48.0",
            "speed_kph = 48.0",
            &["pair.toml:6", "speed_kph"],
        ),
        (
            "pair.toml",
            "example-kei.toml",
            "example-key.toml",
            &["pair.toml:5", "example-key.toml"],
        ),
        (
            "pair.toml",
            "overlap_pct = 100",
            "overlap_pct = 0",
            &["pair.toml:13", "overlap_pct = 0", "at most 100"],
        ),
        (
            "pair.toml",
            "overlap_pct = 100",
            "overlap_pct = 140",
            &["pair.toml:13", "140"],
        ),
        (
            "pair.toml",
            "\"example-pickup.toml\"",
            "\"ford-f-150-2081\"",
            &["pair.toml:9", "ford-f-150-2018"],
        ),
        (
            "pair.toml",
            "speed_kmh = 48.0",
            "speed_kmh = nan",
            &["pair.toml:6", "NaN"],
        ),
        (
            "example-kei.toml",
            "kg = 846.0",
            "kg = -846.0",
            &["example-kei.toml:19", "-846", "above 0"],
        ),
        (
            "example-kei.toml",
            "kg = 846.0",
            "kg = 900.0",
            &["example-kei.toml:10", "add up to 1154.0", "within 0.5 kg"],
        ),
        (
            "example-kei.toml",
            "[0, 30, 150, 350, 430]",
            "[0, 30, 30, 350, 430]",
            &["example-kei.toml:39", "does not rise"],
        ),
        (
            "example-kei.toml",
            "[8, 8, 12, 20, 25]",
            "[2, 8, 12, 20, 25]",
            &["example-kei.toml:41", "lower_rails", "point 1", "at least 2.667"],
        ),
        (
            "example-kei.toml",
            "force_kN = [0, 80,",
            "force_kN = [0, nan,",
            &["example-kei.toml:40", "NaN"],
        ),
        ("pair.toml", "step_us = 20", "step_us = 30", &["pair.toml:17", "30"]),
    ];
    for (file, from, to, wanted) in faults {
        let scratch = Scratch::new();
        scratch.edit(file, from, to);
        let message = scratch.refuse();
        for part in wanted {
            assert!(message.contains(part), "{to}: no {part:?} in\n{message}");
        }
    }
}

/// Yaw: a seat side, a mass centre, an inertia, a friction or a vehicle that cannot turn are refused at their line.
#[test]
fn yaw_that_cannot_be_is_refused_at_its_line() {
    let body = "wheelbase_mm = 2500";
    let with = |line: &str| format!("{body}\n{line}");
    let contact = |line: &str| format!("overlap_pct = 100\n{line}");
    let faults: [(&str, &str, String, &[&str]); 6] = [
        (
            "example-kei.toml",
            body,
            with("driver_side = \"centre\""),
            &["example-kei.toml:15", "centre", "\"left\" or \"right\""],
        ),
        (
            "example-kei.toml",
            body,
            with("cg_behind_front_mm = 0"),
            &["example-kei.toml:15", "cg_behind_front_mm = 0"],
        ),
        (
            "example-kei.toml",
            body,
            with("cg_behind_front_mm = 3396"),
            &["example-kei.toml:15", "cg_behind_front_mm = 3396"],
        ),
        (
            "example-kei.toml",
            body,
            with("yaw_inertia_kgm2 = -1"),
            &["example-kei.toml:15", "yaw_inertia_kgm2 = -1", "above 0"],
        ),
        (
            "pair.toml",
            "overlap_pct = 100",
            contact("friction = -1"),
            &["pair.toml:14", "friction = -1", "between 0"],
        ),
        (
            "pair.toml",
            "example-kei.toml",
            "rigid-wall".to_string(),
            &["pair.toml:", "rigid-wall"],
        ),
    ];
    for (file, from, to, wanted) in faults {
        let scratch = Scratch::new();
        scratch.edit(file, from, &to);
        if to == "rigid-wall" {
            scratch.edit("pair.toml", "overlap_pct = 100", &contact("yaw = true"));
        }
        let message = scratch.refuse();
        for part in wanted {
            assert!(message.contains(part), "{to}: no {part:?} in\n{message}");
        }
    }
}

/// A step too large for the stiffest element: the message names the element and a step that works, and nothing is
/// written. (A state that is not finite cannot be had from a valid file; `bad_runs` shows it by the library.)
#[test]
fn runs_that_cannot_be_trusted_are_refused() {
    let scratch = Scratch::new();
    scratch.edit("example-kei.toml", "[8, 8, 12, 20, 25]", "[8, 8, 12, 20, 2500]");
    scratch.edit("pair.toml", "step_us = 20", "step_us = 100");
    let message = scratch.refuse();
    for part in ["us is too large for example-kei: lower_rails", "us is stable"] {
        assert!(message.contains(part), "no {part:?} in\n{message}");
    }
}

/// An occupant cannot sit in a wall.
#[test]
fn an_occupant_without_a_cabin_is_refused() {
    let scratch = Scratch::new();
    scratch.edit(
        "pair.toml",
        "use = \"example-pickup.toml\"\nspeed_kmh = 48.0",
        "use = \"rigid-wall\"",
    );
    let seat = "[simulation]\n";
    scratch.edit(
        "pair.toml",
        seat,
        "[[occupant]]\nvehicle = 2\ndummy = \"hiii-50m\"\n\n[simulation]\n",
    );
    assert!(scratch.refuse().contains("no cabin"));
}

/// A file that is not there is named.
#[test]
fn a_missing_file_is_named() {
    let done = crumple().args(["run", "nowhere.toml"]).output().expect("it starts");
    assert_eq!(done.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&done.stderr).contains("nowhere.toml"));
}

/// `vehicles check` refuses a face with a hole; `run` only warns.
#[test]
fn a_hole_in_the_face_is_refused_by_check_and_warned_of_by_run() {
    let scratch = Scratch::new();
    scratch.edit(
        "example-kei.toml",
        "lateral_mm = [[-737.5, 737.5]]",
        "lateral_mm = [[-737.5, -200], [200, 737.5]]",
    );
    let checked = crumple()
        .args(["vehicles", "check"])
        .arg(scratch.path("example-kei.toml"))
        .output()
        .expect("it starts");
    assert_eq!(checked.status.code(), Some(2));
    let message = String::from_utf8_lossy(&checked.stderr);
    assert!(
        message.contains("hole") && message.contains("example-kei.toml:"),
        "{message}"
    );
    let ran = crumple()
        .args(["run", "--json"])
        .arg(scratch.path("pair.toml"))
        .output()
        .expect("it starts");
    assert_eq!(ran.status.code(), Some(0));
    assert!(String::from_utf8_lossy(&ran.stderr).contains("open"));
    assert!(
        serde_json::from_slice::<serde_json::Value>(&ran.stdout).is_ok(),
        "one JSON document"
    );
}

/// `run --json` carries the documented keys, and the channel files appear.
#[test]
fn a_run_writes_what_was_asked_for() {
    let scratch = Scratch::new();
    let out = scratch.path("out");
    let done = crumple()
        .args(["run", "--json", "--channels", "csv,parquet,isomme", "--out"])
        .arg(&out)
        .arg(scratch.path("pair.toml"))
        .output()
        .expect("it starts");
    assert_eq!(done.status.code(), Some(0), "{}", String::from_utf8_lossy(&done.stderr));
    let result: serde_json::Value = serde_json::from_slice(&done.stdout).expect("JSON");
    for key in [
        "case",
        "vehicles",
        "occupants",
        "restitution",
        "energy_error",
        "momentum_error",
        "steps",
        "solver",
        "stamp",
    ] {
        assert!(!result[key].is_null(), "{key}");
    }
    for key in [
        "id",
        "mass_kg",
        "initial_speed_mps",
        "delta_v_mps",
        "cabin_delta_v_mps",
        "peak_g_cfc60",
        "time_of_peak_ms",
        "crush_mm",
        "deepest_crush_mm",
        "time_of_crush_ms",
        "residual_crush_mm",
        "intrusion_mm",
        "olc_g",
        "vpi_g",
        "energy_absorbed_kJ",
        "paths",
    ] {
        assert!(!result["vehicles"][0][key].is_null(), "vehicles.{key}");
    }
    for file in ["result.json", "channels.csv", "channels.parquet", "isomme/run.mme"] {
        assert!(out.join(file).exists(), "{file}");
    }
}

/// Comparing a result with itself finds nothing; with another run, the changed speed.
#[test]
fn compare_says_what_changed() {
    let scratch = Scratch::new();
    let run = |name: &str| {
        let out = scratch.path(name);
        crumple()
            .args(["run", "--out"])
            .arg(&out)
            .arg(scratch.path("pair.toml"))
            .assert()
            .success();
        out.join("result.json")
    };
    let first = run("first");
    scratch.edit("pair.toml", "speed_kmh = 48.0", "speed_kmh = 50.0");
    let second = run("second");
    let same = crumple()
        .arg("compare")
        .args([&first, &first])
        .output()
        .expect("it starts");
    assert_eq!(String::from_utf8_lossy(&same.stdout), "no differences\n");
    let changed = crumple()
        .arg("compare")
        .args([&first, &second])
        .output()
        .expect("it starts");
    assert!(String::from_utf8_lossy(&changed.stdout).contains("vehicles.1.initial_speed_mps"));
}

/// `size` answers 1 when the target cannot be met and 0, at no cost, when it is met as built.
#[test]
fn size_tells_feasible_from_infeasible_by_its_exit_status() {
    let size = |limit: &str| {
        crumple()
            .args([
                "size",
                "suzuki-carry-da16t",
                "--against",
                "toyota-rav4-2013",
                "--speed-kmh",
                "30",
            ])
            .args([
                "--vary",
                "restraint",
                "--json",
                "--wall-target",
                "hic15=100000",
                "--no-chest-clip",
                "--quick",
                "--target",
                limit,
            ])
            .output()
            .expect("it starts")
    };
    let met = size("hic15=100000");
    assert_eq!(met.status.code(), Some(0), "{}", String::from_utf8_lossy(&met.stderr));
    let answer: serde_json::Value = serde_json::from_slice(&met.stdout).expect("JSON");
    assert_eq!(answer["added_mass_kg"].as_f64(), Some(0.0));
    assert_eq!(answer["added_cost_usd"].as_f64(), Some(0.0));
    let not = size("hic15=0");
    assert_eq!(not.status.code(), Some(1));
    let answer: serde_json::Value = serde_json::from_slice(&not.stdout).expect("JSON");
    assert_eq!(answer["feasible"], false);
    assert!(!answer["blocking"].is_null());
}

/// A chest that is pressed in by 55 mm, and a head, as a CSV file.
fn chest_csv(dir: &tempfile::TempDir) -> PathBuf {
    let mut text = String::from("time [s],11CHST0003H3DSX0 [mm],11HEADCG00H3ACR0 [g],chest [mm]\n");
    for i in 0..1500 {
        let pulse = (-((f64::from(i) - 700.0) / 200.0).powi(2)).exp();
        let (d, a) = (-55.0 * pulse, 40.0 * pulse);
        text += &format!("{:.4},{d:.4},{a:.4},0\n", f64::from(i) * 1e-4);
    }
    let path = dir.path().join("driver.csv");
    std::fs::write(&path, text).expect("it writes");
    path
}

#[test]
fn criteria_are_held_against_limits_and_the_exit_status_says_whether_they_hold() {
    let dir = tempfile::tempdir().expect("a scratch folder");
    let file = chest_csv(&dir);
    let run = |set: &str| {
        let done = crumple()
            .args(["criteria", "--json", "--class", "none", "--limits", set])
            .arg(&file)
            .output()
            .expect("it starts");
        let json: serde_json::Value = serde_json::from_slice(&done.stdout).unwrap_or_default();
        let said = String::from_utf8_lossy(&done.stderr).into_owned();
        (done.status.code(), json, said)
    };
    let (status, json, said) = run("fmvss208");
    assert_eq!(status, Some(0), "{said}");
    assert_eq!(json["limits"]["exceeded"], false);
    let rows = json["limits"]["rows"].as_array().expect("rows");
    let chest = rows
        .iter()
        .find(|r| r["criterion"] == "chest_deflection_mm")
        .expect("a chest");
    assert_eq!(
        (&chest["colour"], &chest["verdict"]),
        (&"green".into(), &"within".into())
    );
    // The column without a code is said, not evaluated.
    assert!(said.contains("16 characters"), "{said}");
    // No points from 42 mm on.
    let (status, json, _) = run("euro-ncap");
    assert_eq!((status, &json["limits"]["exceeded"]), (Some(1), &true.into()));
    // Side-impact limits have nothing to say of a Hybrid III.
    assert_eq!(run("fmvss214").0, Some(2));
}

#[test]
fn a_channel_set_agrees_with_itself() {
    let dir = tempfile::tempdir().expect("a scratch folder");
    let file = chest_csv(&dir);
    let done = crumple()
        .args(["criteria", "--json"])
        .arg(&file)
        .arg("--against")
        .arg(&file)
        .output()
        .expect("it starts");
    let json: serde_json::Value = serde_json::from_slice(&done.stdout).expect("JSON");
    let rows = json["iso18571"]["rows"].as_array().expect("rows");
    assert_eq!(rows.len(), 2);
    assert!(
        rows.iter().all(|r| r["overall"] == 1.0 && r["grade"] == "excellent"),
        "{rows:?}"
    );
}

#[test]
fn risk_curves_are_printed_on_request_with_their_population() {
    let run = |extra: &[&str]| {
        let done = crumple()
            .args(["run", "cases/n-box-vs-f-150.toml", "--json"])
            .args(extra)
            .output()
            .expect("it starts");
        let json: serde_json::Value = serde_json::from_slice(&done.stdout).unwrap_or_default();
        (done.status.code(), json)
    };
    let (_, plain) = run(&[]);
    assert!(plain.get("risk_curves").is_none());
    let (status, json) = run(&["--risk", "--age-years", "65", "--intrusion-odds", "panel_full_frontal"]);
    assert_eq!(status, Some(0));
    let seat = &json["risk_curves"][0];
    assert!(seat["stars"].is_u64() && seat["neck_note"].is_string());
    let curves = seat["curves"].as_array().expect("curves");
    assert!(
        curves
            .iter()
            .all(|c| c["population"].is_string() && c["in_range"].is_boolean())
    );
    for id in ["laituri_chest_by_age", "wang_frontal_3", "lubbe_2022", "malliaris_3"] {
        assert!(curves.iter().any(|c| c["id"] == id), "{id}");
    }
    assert!(
        seat["intrusion"]["factor"]
            .as_f64()
            .is_some_and(|f| f == 1.0 || f == 8.0)
    );
    assert_eq!(run(&["--risk", "--intrusion-odds", "none"]).0, Some(2));
    assert_eq!(run(&["--age-years", "65"]).0, Some(2));
}

/// A sled run beside the measured dummy: readings of the test in the document, figure, channels and result in a
/// folder; a file without that dummy is refused and nothing is written.
#[test]
fn sled_sets_the_measured_dummy_beside_the_model() {
    let scratch = Scratch::new();
    let out = scratch.path("out");
    let sled = |measured: &str| {
        crumple()
            .args(["sled", "--json", "--pulse", "tests/data/nhtsa_10146.csv"])
            .args(["--measured", measured, "--out"])
            .arg(&out)
            .output()
            .expect("it starts")
    };
    let other = scratch.path("other.csv");
    std::fs::write(&other, "time [s],12HEADCG00H3ACX0 [g]\n0.0,0.0\n0.0001,0.0\n").expect("it writes");
    let refused = sled(&other.to_string_lossy());
    assert_eq!(refused.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("has no channel of this dummy"));
    assert!(!out.exists(), "nothing written");

    let done = sled("tests/data/nhtsa_10146.csv");
    assert_eq!(done.status.code(), Some(0));
    let document: serde_json::Value = serde_json::from_slice(&done.stdout).expect("it is JSON");
    let hic = document["measured"]["scalars"]["hic15"].as_f64().expect("measured");
    assert!((hic / 140.0 - 1.0).abs() < 0.015, "{hic}");
    assert_eq!(document["measured"]["channels"].as_array().map(Vec::len), Some(6));
    for ending in ["svg", "png", "csv", "json"] {
        assert!(out.join(format!("sled-driver.{ending}")).is_file(), "{ending}");
    }
}

/// A case comes from standard input too, and gives the bits it gives as a file; a negative speed is told as a value, not as
/// an unknown flag.
#[test]
fn a_case_comes_from_standard_input() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("cases/n-box-vs-f-150.toml");
    let text = std::fs::read_to_string(&path).expect("a case");
    let piped = crumple()
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(["run", "-", "--json", "--nominal"])
        .write_stdin(text)
        .output()
        .expect("it starts");
    let file = crumple()
        .args(["run", "--json", "--nominal"])
        .arg(&path)
        .output()
        .expect("it starts");
    assert_eq!(
        piped.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&piped.stderr)
    );
    assert_eq!(piped.stdout, file.stdout);
    let told = crumple()
        .args(["wall", "honda-n-box-jf1", "--speed-kmh", "-5"])
        .output()
        .expect("it starts");
    assert_eq!(told.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&told.stderr).contains("above 0"));
}
