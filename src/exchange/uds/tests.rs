use super::*;
use crate::exchange::VehicleInfo;

fn info() -> RunInfo {
    RunInfo {
        title: "Kei against a wall".into(),
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

/// Values that four bytes hold exactly.
fn pulse() -> Channel {
    let values = (0..300).map(|i| f64::from(i % 50) * 0.25 - 3.0).collect();
    Channel::new("10VEHCCG0000ACX0", Unit::Gravity, -20e-4, 1e-4, values).unwrap()
}

fn written(c: &Channel) -> Vec<u8> {
    encoded(c, 7, &info()).unwrap()
}

fn only(set: ChannelSet) -> Channel {
    assert_eq!((set.channels.len(), &set.skipped[..]), (1, &[][..]));
    set.channels.into_iter().next().unwrap()
}

#[test]
fn what_is_written_reads_back() {
    let dir = tempfile::tempdir().unwrap();
    let paths = write_uds(dir.path(), "RUN", &[pulse()], &info()).unwrap();
    assert!(is_uds(&paths[0]));
    let set = read_uds(&paths[0]).unwrap();
    assert_eq!(set.title.as_deref(), Some("Kei against a wall"));
    assert_eq!(only(set), pulse());
    // Two headers and three records of 125 reals.
    assert_eq!(std::fs::metadata(&paths[0]).unwrap().len(), 5 * 512);
}

#[test]
fn all_three_number_formats_give_the_same_curve() {
    let ieee = written(&pulse());
    let numbers: Vec<usize> = at::FILE_NUMBERS
        .iter()
        .flat_map(|r| r.clone().step_by(4))
        .chain(
            at::CURVE_NUMBERS
                .iter()
                .flat_map(|r| r.clone().step_by(4))
                .map(|i| i + RECORD),
        )
        .chain((2..5).flat_map(|r| (NAME..RECORD).step_by(4).map(move |i| r * RECORD + i)))
        .collect();
    let mut sun = ieee.clone();
    for i in &numbers {
        sun[*i..*i + 4].reverse();
    }
    put(&mut sun, at::NUMBERS, "SUN");
    assert_eq!(only(parse(&sun).unwrap()), pulse());
    // VAX: whole numbers as they are; reals with words swapped and the exponent two higher.
    let mut vax = ieee.clone();
    for i in numbers
        .iter()
        .filter(|i| **i >= 2 * RECORD)
        .chain([&(RECORD + at::STEP)])
    {
        let x = f32::from_le_bytes([ieee[*i], ieee[i + 1], ieee[i + 2], ieee[i + 3]]);
        let b = (4.0 * x).to_le_bytes();
        vax[*i..*i + 4].copy_from_slice(&[b[2], b[3], b[0], b[1]]);
    }
    put(&mut vax, at::NUMBERS, "VAX");
    assert_eq!(only(parse(&vax).unwrap()), pulse());
    // One is 80 40 00 00 in F-floating.
    assert_eq!(Numbers::Vax.real([0x80, 0x40, 0, 0]), 1.0);
    assert_eq!(Numbers::Vax.real([0x80, 0xc0, 0, 0]), -1.0);
    assert_eq!(Numbers::Vax.real([0, 0, 1, 1]), 0.0);
}

#[test]
fn curves_over_given_times_are_read_when_the_times_are_even() {
    let c = Channel::new("11FEMRLE00H3FOZ0", Unit::Newton, 0.0, 1e-3, vec![1.0, -2.0, 3.0]).unwrap();
    let mut file = written(&c);
    put(&mut file[RECORD..], at::CURVE_FORM, "X-Y");
    put(&mut file[RECORD..], at::X_UNIT, "MILLISECONDS");
    let times = |ms: [f32; 3]| {
        record("X DATA", &at::DATA, |r| {
            for (i, t) in ms.iter().enumerate() {
                r[NAME + 4 * i..NAME + 4 * i + 4].copy_from_slice(&t.to_le_bytes());
            }
        })
    };
    let with = |ms| [file.clone(), times(ms)].concat();
    assert_eq!(only(parse(&with([0.0, 1.0, 2.0])).unwrap()), c);
    let torn = parse(&with([0.0, 1.0, 5.0])).unwrap();
    assert!(torn.skipped[0].reason.contains("break their step"));
}

#[test]
fn a_curve_that_cannot_be_used_says_why_and_a_foreign_file_is_refused() {
    let good = written(&pulse());
    let reason = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut file = good.clone();
        change(&mut file);
        let set = parse(&file).unwrap();
        assert_eq!(set.channels.len(), 0);
        set.skipped.last().unwrap().reason.clone()
    };
    let curve = |range: std::ops::Range<usize>, text: &'static str| {
        move |f: &mut Vec<u8>| put(&mut f[RECORD..], range.clone(), text)
    };
    assert!(reason(&curve(at::Y_UNIT, "FURLONGS")).contains("FURLONGS"));
    assert!(reason(&curve(at::X_UNIT, "MILLIMETERS")).contains("not over time"));
    assert!(reason(&curve(at::CURVE_FORM, "Z")).contains("`Z`"));
    assert!(reason(&|f| f.truncate(3 * RECORD)).contains("ends after 125 of 300"));
    assert!(
        reason(&|f| f[RECORD + at::LAST..RECORD + at::LAST + 4].copy_from_slice(&(-99_i32).to_le_bytes()))
            .contains("run from")
    );
    assert!(parse(b"UDS-1992").is_err());
    assert!(parse(&[b' '; 600]).is_err());
    let mut odd = good.clone();
    put(&mut odd, at::NUMBERS, "CRAY");
    assert!(parse(&odd).unwrap_err().contains("CRAY"));
    let mut headless = good.clone();
    headless.drain(RECORD..2 * RECORD);
    assert!(parse(&headless).unwrap_err().contains("before any curve"));
}

#[test]
fn a_second_curve_without_a_code_gets_a_name() {
    let mut second = written(&pulse())[RECORD..].to_vec();
    put(&mut second, at::COMMENT, "driver head");
    put(&mut second, at::ATTACHMENT, "HEAD CG");
    put(&mut second, at::AXIS, "XL");
    let set = parse(&[written(&pulse()), second].concat()).unwrap();
    assert_eq!(set.channels[1].code, "HEAD CG XL #7");
    assert_eq!(set.channels[1].values, pulse().values);
}

#[test]
fn what_the_format_cannot_hold_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let refused = |c: Channel| write_uds(dir.path(), "x", &[c], &info()).unwrap_err().to_string();
    let c = |unit, t0_s, n| Channel::new("10VEHCCG0000ACX0", unit, t0_s, 1e-4, vec![0.0; n]).unwrap();
    assert!(refused(c(Unit::NewtonSecond, 0.0, 3)).contains("no word for Ns"));
    assert!(refused(c(Unit::Gravity, 3.3e-5, 3)).contains("whole step"));
    assert!(refused(c(Unit::Gravity, 0.0, 0)).contains("no sample"));
    assert!(write_uds(dir.path(), "../x", &[pulse()], &info()).is_err());
}
