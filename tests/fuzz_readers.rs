//! No file makes a reader panic: arbitrary bytes, and valid files with bytes changed, cut, doubled or swapped, in every
//! format. What is still read is usable: finite samples at a positive step.

use std::path::{Path, PathBuf};

use crumple::criteria::evaluate::evaluate;
use crumple::criteria::pulse::Filtering;
use crumple::exchange::{RunInfo, VehicleInfo, isomme, parquet, read_channels, table, uds};
use crumple::signal::{Channel, Unit};
use proptest::prelude::*;

fn info() -> RunInfo {
    RunInfo {
        title: "a".into(),
        version: "0.1".into(),
        input_hash: "abc".into(),
        step_us: 10.0,
        solver: "leapfrog".into(),
        vehicles: vec![VehicleInfo {
            name: "kei".into(),
            mass_kg: 1000.0,
            speed_mps: 15.0,
        }],
    }
}

fn channels() -> Vec<Channel> {
    let wave = |k: f64| (0..60).map(|i| k * (f64::from(i) * 0.2).sin()).collect();
    [
        ("10VEHCCG0000ACX0", Unit::MetrePerSecondSquared, wave(200.0)),
        ("11HEADCG00H3ACX0", Unit::Gravity, wave(50.0)),
        ("11CHST0003H3DSX0", Unit::Millimetre, wave(-30.0)),
    ]
    .into_iter()
    .map(|(code, unit, values)| Channel::new(code, unit, 0.0, 1e-4, values).expect("valid"))
    .collect()
}

const EV5: &str = "----- EV5 -----\n----- TEST -----\n\
    V5|A TEST|OBJECT|03/OCT/2017|LAB|C|R|NCA|VTB|CON|DRY|22|OTH|OTH|56.3|0|0|0|9|\n\
    ----- OCCUPANT -----\n1|01|H3|0|M|0|0|H3|50|D\n----- INSTRUMENTATION -----\n\
    1|1|AC|01|HDCG|XL|SEC|G'S|2800|MFG|11/AUG/2017|1200|4|56.3|-2|3|100|AM|P|HEAD\n----- END -----";
const CURVE: &str = "-0.000200\t1.5\n-0.000100\t-2\n0.000000\t3\n0.000100\t4\n0.000200\t5\n0.000300\t6\n";

/// A valid file of each format: `(path to read, files that can be damaged)`.
fn valid(dir: &Path) -> Vec<(PathBuf, Vec<PathBuf>)> {
    let all = channels();
    let (csv, parquet) = (dir.join("a.csv"), dir.join("a.parquet"));
    table::write_csv(&csv, &all, &info()).expect("it writes");
    parquet::write_channels(&parquet, &all, &info()).expect("it writes");
    let mme = isomme::write_isomme(&dir.join("t"), "T", &all, &info()).expect("it writes");
    let zip = dir.join("a.zip");
    isomme::write_isomme_zip(&zip, "T", &all, &info()).expect("it writes");
    let uds = uds::write_uds(&dir.join("u"), "U", &all[..1], &info()).expect("it writes");
    let (ev5, curve) = (dir.join("v1.EV5"), dir.join("v1.001"));
    std::fs::write(&ev5, EV5).expect("it writes");
    std::fs::write(&curve, CURVE).expect("it writes");
    let inside = |name: &str| dir.join("t/Channel").join(name);
    let one = inside("T.001");
    vec![
        (csv.clone(), vec![csv]),
        (parquet.clone(), vec![parquet]),
        (dir.join("t"), vec![mme, inside("T.chn"), one.clone()]),
        (one.clone(), vec![one]),
        (zip.clone(), vec![zip]),
        (uds[0].clone(), uds),
        (ev5.clone(), vec![ev5, curve]),
    ]
}

#[derive(Debug, Clone)]
enum Damage {
    Set(usize, u8),
    Cut(usize),
    Insert(usize, Vec<u8>),
    Double(usize, usize),
}

fn damage() -> impl Strategy<Value = Damage> {
    let place = 0..20_000usize;
    let word = prop::sample::select(vec![
        &b"NaN"[..],
        b"1e999",
        b"-1",
        b"99999999999999999999",
        b"\xff\xfe",
        b"\0",
        b"\n",
        b"|",
        b",",
        b"\xc3",
    ]);
    prop_oneof![
        (place.clone(), any::<u8>()).prop_map(|(i, b)| Damage::Set(i, b)),
        place.clone().prop_map(Damage::Cut),
        (place.clone(), word).prop_map(|(i, w)| Damage::Insert(i, w.to_vec())),
        (place.clone(), place).prop_map(|(i, j)| Damage::Double(i, j)),
    ]
}

fn apply(bytes: &mut Vec<u8>, damages: &[Damage]) {
    for d in damages {
        let n = bytes.len().max(1);
        match d {
            Damage::Set(i, b) => {
                if let Some(x) = bytes.get_mut(i % n) {
                    *x = *b;
                }
            }
            Damage::Cut(i) => bytes.truncate(i % n),
            Damage::Insert(i, w) => {
                let at = (i % n).min(bytes.len());
                bytes.splice(at..at, w.iter().copied());
            }
            Damage::Double(i, j) => {
                let (a, b) = ((i % n).min(bytes.len()), (j % n).min(bytes.len()));
                let part = bytes[a.min(b)..a.max(b)].to_vec();
                bytes.extend(part);
            }
        }
    }
}

/// Read, and evaluate what was read.
fn survives(path: &Path) {
    if let Ok(set) = read_channels(path) {
        assert!(!set.channels.is_empty());
        for c in &set.channels {
            assert!(c.dt_s > 0.0 && c.dt_s.is_finite() && c.t0_s.is_finite(), "{}", c.code);
            assert!(c.values.iter().all(|v| v.is_finite()), "{}", c.code);
        }
        evaluate(&set.channels, Filtering::PerCriterion);
        evaluate(&set.channels, Filtering::None);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..Default::default() })]

    #[test]
    fn arbitrary_bytes(
        bytes in prop::collection::vec(any::<u8>(), 0..600),
        start in prop::sample::select(vec![&b""[..], b"UDS-1992", b"PAR1", b"PK\x03\x04", b"time [s],", b"Channel code :"]),
    ) {
        let dir = tempfile::tempdir().expect("a scratch folder");
        for name in ["a.csv", "a.parquet", "a.zip", "a.mme", "a.EV5", "a.001", "a.uds", "a"] {
            let path = dir.path().join(name);
            std::fs::write(&path, [start, &bytes].concat()).expect("it writes");
            survives(&path);
        }
    }

    #[test]
    fn damaged_files(
        which in any::<prop::sample::Index>(),
        file in any::<prop::sample::Index>(),
        damages in prop::collection::vec(damage(), 1..5),
    ) {
        let dir = tempfile::tempdir().expect("a scratch folder");
        let all = valid(dir.path());
        let (path, files) = &all[which.index(all.len())];
        let victim = &files[file.index(files.len())];
        let mut bytes = std::fs::read(victim).expect("it reads");
        apply(&mut bytes, &damages);
        std::fs::write(victim, bytes).expect("it writes");
        survives(path);
    }
}

#[test]
fn every_valid_file_is_read() {
    let dir = tempfile::tempdir().expect("a scratch folder");
    for (path, _) in valid(dir.path()) {
        let set = read_channels(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        assert!(set.skipped.is_empty(), "{}: {:?}", path.display(), set.skipped);
    }
}

#[test]
fn an_empty_file_of_each_kind_is_refused_by_name() {
    let dir = tempfile::tempdir().expect("a scratch folder");
    for name in ["a.csv", "a.parquet", "a.zip", "a.EV5", "a.001", "a.uds"] {
        let path = dir.path().join(name);
        std::fs::write(&path, b"").expect("it writes");
        let message = read_channels(&path).expect_err(name).to_string();
        assert!(message.contains(name), "{message}");
    }
}
