//! Round trips of test folders, foreign layouts and unusable channels.

use super::*;
use crate::exchange::VehicleInfo;
use crate::signal::Unit;

fn info() -> RunInfo {
    RunInfo {
        title: "Kei: 56 km/h\nagainst a wall".into(),
        version: "0.1.0".into(),
        input_hash: "abc".into(),
        step_us: 10.0,
        solver: "leapfrog".into(),
        vehicles: vec![VehicleInfo {
            name: "kei".into(),
            mass_kg: 1000.0,
            speed_mps: 15.5,
        }],
    }
}

fn channels() -> Vec<Channel> {
    let wave = |a: f64| (0..200).map(|i| a * (f64::from(i) * 0.1).sin()).collect::<Vec<f64>>();
    [
        ("10VEHCCG0000ACX0", Unit::Gravity, 0.0, wave(-30.0)),
        ("10VEHCCG0000VEX0", Unit::MetrePerSecond, -0.01, wave(1e-7)),
        ("11CHST0003H3DSXC", Unit::Millimetre, 0.0, wave(-40.0)),
        ("B0FBAR000000IMX0", Unit::NewtonSecond, 0.0, wave(1e4)),
    ]
    .into_iter()
    .map(|(code, unit, t0_s, values)| Channel::new(code, unit, t0_s, 1e-4, values).unwrap())
    .collect()
}

/// A test folder of hand-written files: `(name, text)`.
fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = dir.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    dir
}

#[test]
fn a_written_folder_reads_back_to_the_bit() {
    let dir = tempfile::tempdir().unwrap();
    let mme = write_isomme(dir.path(), "RUN_1", &channels(), &info()).unwrap();
    let back = read_isomme(dir.path()).unwrap();
    assert_eq!(back.channels, channels());
    assert_eq!(back.skipped, []);
    assert_eq!(back.title.as_deref(), Some("Kei: 56 km/h against a wall"));
    assert_eq!(read_isomme(&mme).unwrap(), back);
    let third = dir.path().join("Channel/RUN_1.003");
    assert_eq!(read_channel_file(&third).unwrap(), channels()[2]);
    // Written again with fewer channels, the list no longer names the others.
    write_isomme(dir.path(), "RUN_1", &channels()[..2], &info()).unwrap();
    assert_eq!(read_isomme(dir.path()).unwrap().channels, channels()[..2]);
}

#[test]
fn descriptors_stand_in_padded_columns_and_extremes_are_those_of_the_samples() {
    let text = channel_text(&channels()[2]);
    let line = text.lines().find(|l| l.starts_with("Channel frequency class")).unwrap();
    assert_eq!(line, "Channel frequency class     :180");
    let low: f64 = value_of(&text, "First global minimum value").unwrap().parse().unwrap();
    let at_s: f64 = value_of(&text, "Time of minimum value").unwrap().parse().unwrap();
    assert!(low < -39.9 && channels()[2].values.iter().all(|v| *v >= low));
    assert_eq!(channels()[2].values[(at_s / 1e-4).round() as usize], low);
    assert_eq!(value_of(&test_text(&info()), "Velocity test object 1"), Some("15.5"));
}

#[test]
fn foreign_files_with_an_explicit_time_upper_case_and_latin_1_are_read() {
    let dir = folder(&[
        (
            "channel/T.CHN",
            "Number of channels :2\nName of channel 001 :10TIRS000000TI00 / time\nName of channel 002 :11HEADCG00H3ACXA / Kopf\n",
        ),
        (
            "channel/T.001",
            "Channel code :10TIRS000000TI00\nUnit :s\n-0.001\n0\n0.001\n",
        ),
        (
            "channel/T.002",
            "Channel code :11HEADCG00H3ACXA\nUnit :NOVALUE\nReference channel :explicit\nReference channel name :10TIRS000000TI00\n1\n2\n3\n",
        ),
    ]);
    std::fs::write(dir.path().join("T.MME"), b"Title :Pr\xfcfung\n").unwrap();
    let set = read_isomme(dir.path()).unwrap();
    assert_eq!(set.title.as_deref(), Some("Prüfung"));
    let head = Channel::new(
        "11HEADCG00H3ACXA",
        Unit::MetrePerSecondSquared,
        -0.001,
        0.001,
        vec![1.0, 2.0, 3.0],
    );
    assert_eq!(set.channels, [head.unwrap()]);
}

#[test]
fn channels_that_cannot_be_used_are_listed_with_their_reason() {
    let head = |rest: &str| format!("Channel code :11HEADCG00H3ACXA\nUnit :g\n{rest}");
    let time = "Sampling interval :0.0001\n";
    for (text, why) in [
        (
            head(&format!("{time}1\nNOVALUE\n")),
            "T.001:5: `NOVALUE` is not a number",
        ),
        (head(&format!("{time}1\nnan\n")), "NaN"),
        (
            head(&format!("{time}Number of samples :3\n1\n2\n")),
            "2 samples where 3 are announced",
        ),
        (head(time), "no sample"),
        (head("1\n2\n"), "no `Sampling interval`"),
        (head("Sampling interval :0\n1\n2\n"), "positive"),
        (
            head("Reference channel name :10TIRS000000TI00\n1\n2\n"),
            "are not there",
        ),
        ("Unit :g\n1\n".to_string(), "no `Channel code`"),
        (head(time).replace(":g", ":furlong") + "1\n", "furlong"),
    ] {
        let dir = folder(&[
            ("T.mme", "Title :x\n"),
            (
                "Channel/T.chn",
                "Name of channel 001 :11HEADCG00H3ACXA / head\nName of channel 002 :11PELV0000H3ACXA\n",
            ),
            ("Channel/T.001", &text),
        ]);
        let set = read_isomme(dir.path()).unwrap();
        assert_eq!((set.channels.len(), set.skipped.len()), (0, 2), "{text}");
        let reasons = format!("{:?}", set.skipped);
        assert!(
            reasons.contains(why)
                && reasons.contains("Channel/T.001")
                && reasons.contains("Channel/T.002 is not there"),
            "{text}: {reasons}"
        );
    }
}

#[test]
fn folders_that_are_no_test_and_names_that_are_no_file_are_refused() {
    let two = folder(&[("a.mme", "x"), ("b.MME", "x")]);
    assert!(read_isomme(two.path()).unwrap_err().to_string().contains("several"));
    let none = folder(&[("a.txt", "x")]);
    assert!(read_isomme(none.path()).unwrap_err().to_string().contains("no .mme"));
    let bare = folder(&[("a.mme", "Title :x\n")]);
    assert!(
        read_isomme(bare.path())
            .unwrap_err()
            .to_string()
            .contains("Channel/a.chn")
    );
    let dir = tempfile::tempdir().unwrap();
    for name in ["", "../x", "a b"] {
        assert!(write_isomme(dir.path(), name, &channels(), &info()).is_err());
    }
    let twice = [channels()[0].clone(), channels()[0].clone()];
    assert!(write_isomme(dir.path(), "x", &twice, &info()).is_err());
    assert!(write_isomme(dir.path(), "x", &[], &info()).is_err());
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
}

#[test]
fn an_archive_holds_the_test_of_a_folder_and_is_the_same_each_time() {
    let dir = tempfile::tempdir().unwrap();
    write_isomme(&dir.path().join("RUN"), "RUN", &channels(), &info()).unwrap();
    let from_folder = read_isomme(&dir.path().join("RUN")).unwrap();
    let (a, b) = (dir.path().join("a.zip"), dir.path().join("b.ZIP"));
    write_isomme_zip(&a, "RUN", &channels(), &info()).unwrap();
    write_isomme_zip(&b, "RUN", &channels(), &info()).unwrap();
    assert_eq!(std::fs::read(&a).unwrap(), std::fs::read(&b).unwrap());
    assert_eq!(read_isomme(&a).unwrap(), from_folder);
    assert_eq!(read_isomme(&b).unwrap(), from_folder);
}

#[test]
fn an_archive_with_a_folder_around_the_test_and_a_torn_one() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("v1.zip");
    let wrapped: Vec<(String, String)> = files("RUN", &channels(), &info())
        .unwrap()
        .into_iter()
        .map(|(name, text)| (format!("v1/{name}").to_uppercase(), text))
        .collect();
    let bytes = store::packed(&wrapped).unwrap();
    std::fs::write(&path, &bytes).unwrap();
    assert_eq!(read_isomme(&path).unwrap().channels, channels());
    std::fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
    let message = read_isomme(&path).unwrap_err().to_string();
    assert!(message.contains("not a zip archive"), "{message}");
    // A member that is damaged costs its channel, not the test.
    let mut damaged = bytes.clone();
    damaged[60..90].fill(0x55);
    std::fs::write(&path, &damaged).unwrap();
    let set = read_isomme(&path).unwrap();
    assert_eq!((set.channels.len(), set.skipped.len()), (3, 1), "{:?}", set.skipped);
}

#[test]
fn a_channel_file_that_is_not_text_costs_its_channel_only() {
    let dir = tempfile::tempdir().unwrap();
    write_isomme(dir.path(), "RUN", &channels(), &info()).unwrap();
    std::fs::write(dir.path().join("Channel/RUN.002"), b"\0\0binary").unwrap();
    let set = read_isomme(dir.path()).unwrap();
    assert_eq!((set.channels.len(), set.skipped.len()), (3, 1));
    assert!(set.skipped[0].reason.contains("zero bytes"), "{:?}", set.skipped);
}
