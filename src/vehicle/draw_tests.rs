use super::*;
use crate::error::SourceText;
use crate::vehicle::{Basis, Library, Provenance, Side};

fn library() -> Vec<Vehicle> {
    let library = Library::find(None).unwrap();
    let files = library.vehicle_files();
    files.iter().map(|(_, id, _)| library.vehicle(id).unwrap()).collect()
}

fn draw(vehicle: &Vehicle, index: u64) -> Vehicle {
    let inputs = vehicle.inputs();
    let u = probabilities(7, index, inputs.len());
    let factors: Vec<f64> = inputs.iter().zip(u).map(|(i, u)| i.quantile(u)).collect();
    vehicle.drawn(&inputs, &factors)
}

fn input(quantity: Quantity, cv: f64) -> Input {
    let entry = Provenance::new(Basis::Estimated, "s", cv);
    Input::of("k", quantity, Part::Structure, &entry)
}

/// Mean 1 and the cv asked for, by the midpoint rule over the quantile function.
#[test]
fn factors_have_mean_one_and_the_stated_spread() {
    for (quantity, cv) in [
        (Quantity::Force, 0.05),
        (Quantity::Force, 0.3),
        (Quantity::Mass, 0.6),
        (Quantity::Place, 0.02),
        (Quantity::Place, 0.1),
    ] {
        let one = input(quantity, cv);
        let n = 200_000;
        let at = |i: usize| one.quantile((i as f64 + 0.5) / n as f64);
        let mean = (0..n).map(at).sum::<f64>() / n as f64;
        let variance = (0..n).map(|i| (at(i) - mean).powi(2)).sum::<f64>() / n as f64;
        assert!((mean - 1.0).abs() < 1e-4, "{quantity:?} {cv}: mean {mean}");
        let got = variance.sqrt() / cv;
        assert!((got - 1.0).abs() < 2e-3, "{quantity:?} {cv}: {got}");
    }
}

/// Every draw of every shipped vehicle keeps the rules of model sections 1, 3 and 4.
#[test]
fn a_drawn_vehicle_is_a_valid_vehicle() {
    for vehicle in library() {
        for index in 0..200 {
            let drawn = draw(&vehicle, index);
            let at = format!("{} draw {index}", vehicle.id);
            let off = (drawn.total_kg() - drawn.body.test_kg) - (vehicle.total_kg() - vehicle.body.test_kg);
            assert!(vehicle.is_fixed() || off.abs() < 1e-6, "{at}: masses off by {off} kg");
            assert!(drawn.masses.iter().all(|m| m.kg > 0.0), "{at}");
            for (p, before) in drawn.paths.iter().zip(&vehicle.paths) {
                if let Some(l) = p.layer() {
                    let rising = l.lateral_m.iter().all(|[a, b]| b > a);
                    let apart = l.lateral_m.windows(2).all(|w| w[0][1] <= w[1][0]);
                    assert!(rising && apart, "{at}: {} at {:?}", p.name, l.lateral_m);
                    assert!(l.height_m[1] > l.height_m[0] && l.setback_m >= 0.0, "{at}");
                }
                let (Some(t), Some(b)) = (&p.table, &before.table) else {
                    continue;
                };
                assert_eq!(t.crush_m.len(), b.crush_m.len());
                assert!(t.crush_m.windows(2).all(|w| w[1] > w[0]), "{at}: {}", p.name);
                assert!(t.unload_n_per_m.windows(2).all(|w| w[1] >= w[0]), "{at}");
                for i in 1..t.crush_m.len() {
                    let slope = (t.force_n[i] - t.force_n[i - 1]) / (t.crush_m[i] - t.crush_m[i - 1]);
                    let k = t.unload_n_per_m[i - 1] / (1.0 + t.rate_s_per_m * RATE_CHECK_MPS);
                    assert!(k >= slope * (1.0 - 1e-9), "{at}: {} point {i}", p.name);
                }
            }
            if face_hole(&vehicle, Face::Front).is_none() {
                assert_eq!(face_hole(&drawn, Face::Front), None, "{at}");
            }
        }
    }
}

#[test]
fn factors_of_one_change_nothing_and_a_draw_is_its_seed_and_index() {
    let library = Library::find(None).unwrap();
    let car = library.vehicle("honda-n-box-jf1").unwrap();
    let inputs = car.inputs();
    assert_eq!(car.drawn(&inputs, &vec![1.0; inputs.len()]), car);
    assert_eq!(draw(&car, 3), draw(&car, 3));
    assert_ne!(draw(&car, 3), draw(&car, 4));
    assert_eq!(probabilities(1, 9, 4), probabilities(1, 9, 400)[..4]);
}

/// One factor moves what its entry covers and nothing else; the cabin takes up mass.
#[test]
fn one_input_moves_the_numbers_of_its_entry() {
    let car = n_box();
    let inputs = car.inputs();
    let one = |key: &str, f: f64| {
        let at = inputs.iter().position(|i| i.key == key).unwrap();
        car.drawn(&inputs[at..=at], &[f])
    };
    let path = |v: &Vehicle, name: &str| v.paths.iter().find(|p| p.name == name).unwrap().clone();
    let strong = one("path.rails.force_kN", 1.1);
    let (before, after) = (path(&car, "rails"), path(&strong, "rails"));
    let (b, a) = (before.table.unwrap(), after.table.unwrap());
    assert!((a.force_n[3] / b.force_n[3] - 1.1).abs() < 1e-12);
    assert_eq!(a.crush_m, b.crush_m);
    assert_eq!(path(&car, "upper_body"), path(&strong, "upper_body"));
    assert_eq!(car.masses, strong.masses);
    // The group "mass" is engine and dash together; the total is known better than its parts.
    let heavy = one("mass", 1.2);
    assert!((heavy.masses[2].kg / car.masses[2].kg - 1.2).abs() < 1e-12);
    assert!((heavy.total_kg() - car.total_kg()).abs() < 1e-9);
    // A band moves as a whole.
    let high = path(&one("path.rails.height_mm", 1.05), "rails")
        .layer()
        .unwrap()
        .height_m;
    assert!((high[1] - high[0] - 0.12).abs() < 1e-12 && (high[0] - 0.423).abs() < 1e-12);
}

#[test]
fn without_spread_there_is_no_input() {
    let mut car = Library::find(None).unwrap().vehicle("honda-n-box-jf1").unwrap();
    assert!(car.inputs().iter().all(|i| i.cv > 0.0));
    assert!(car.inputs().len() > 30);
    car.provenance.clear();
    assert!(car.inputs().is_empty());
    let wall = Library::find(None).unwrap().vehicle("rigid-wall").unwrap();
    assert!(wall.inputs().is_empty());
}

/// Midpoints of 4,000 equal parts of probability.
fn midpoints() -> impl Iterator<Item = f64> {
    (0..4000).map(|i| (f64::from(i) + 0.5) / 4000.0)
}

/// The N-Box's file with every entry a variable of its own: its cell and front follow its rails there.
fn n_box_text() -> String {
    let path = Library::find(None).unwrap().vehicle_path("honda-n-box-jf1").unwrap();
    let text = SourceText::read(&path).unwrap().text;
    let plain = text.replace(&format!(", with = \"{RAILS}\""), "");
    assert!(*text != *plain, "the file says what follows the rails");
    plain
}

fn n_box() -> Vehicle {
    crate::vehicle::parse_vehicle(&SourceText::new("n-box.toml", n_box_text())).unwrap()
}

const RAILS: &str = "path.rails.force_kN";
const CELL: &str = "path.dash_to_cabin.force_kN";

fn forces(vehicle: &Vehicle, path: &str) -> Vec<f64> {
    let found = vehicle.paths.iter().find(|p| p.name == path).unwrap();
    found.table.as_ref().unwrap().force_n.clone()
}

/// Vehicles at 4,000 probabilities of the one input of a key.
fn drawn_over(car: &Vehicle, key: &str) -> Vec<Vehicle> {
    let inputs = car.inputs();
    let at = inputs.iter().position(|i| i.key == key).unwrap();
    let one = &inputs[at..=at];
    midpoints().map(|u| car.drawn(one, &[one[0].quantile(u)])).collect()
}

fn mean_and_cv(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let variance = values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / n;
    (mean, variance.sqrt() / mean)
}

/// A bound is never crossed; the median is the documented one, 1.25 for a cv of 0.2, and the logarithm spreads as
/// that of a two-sided factor. A number that stands beyond its bound by the median's factor is the median.
#[test]
fn a_one_sided_factor_stays_on_its_side() {
    for cv in [0.05, 0.2, 0.5] {
        let mut entry = Provenance::new(Basis::Estimated, "s", cv);
        entry.side = Some(Side::Above);
        let above = Input::of("k", Quantity::Force, Part::Compartment, &entry);
        let all: Vec<f64> = midpoints().map(|u| above.quantile(u)).collect();
        assert!(all.iter().all(|f| *f >= 1.0) && all.is_sorted());
        let sd = (1.0 + cv * cv).ln().sqrt();
        let scale = sd / (1.0 - 2.0 / std::f64::consts::PI).sqrt();
        let median = (0.674_49 * scale).exp();
        assert!((above.quantile(0.5) / median - 1.0).abs() < 1e-5, "{cv}");
        let logs: Vec<f64> = all.iter().map(|f| f.ln()).collect();
        let (mean, of_mean) = mean_and_cv(&logs);
        assert!((mean * of_mean / sd - 1.0).abs() < 0.01, "{cv}");
        entry.bound = Some(1.0 / median);
        let beyond = Input::of("k", Quantity::Force, Part::Compartment, &entry);
        assert!((beyond.quantile(0.5) - 1.0).abs() < 1e-5);
        assert!(midpoints().all(|u| beyond.quantile(u) >= 1.0 / median));
        (entry.side, entry.bound) = (Some(Side::Below), None);
        let below = Input::of("k", Quantity::Place, Part::Compartment, &entry);
        assert!((below.quantile(0.5) * median - 1.0).abs() < 1e-5);
        let all: Vec<f64> = midpoints().map(|u| below.quantile(u)).collect();
        assert!(all.iter().all(|f| *f <= 1.0) && all.is_sorted());
        if cv == 0.2 {
            assert!((median - 1.25).abs() < 0.01, "{median}");
        }
    }
}

/// The same through a vehicle: no draw of a lower bound is weaker than the file.
#[test]
fn a_lower_bound_is_drawn_from_the_file_up() {
    let mut car = n_box();
    car.provenance.get_mut(CELL).unwrap().side = Some(Side::Above);
    let filed = forces(&car, "dash_to_cabin");
    for drawn in drawn_over(&car, CELL) {
        let now = forces(&drawn, "dash_to_cabin");
        assert!(now.iter().zip(&filed).all(|(a, b)| a >= b));
    }
    let inputs = car.inputs();
    assert_eq!(car.drawn(&inputs, &vec![1.0; inputs.len()]), car);
}

/// Each point of a table spreads as its own entry says, all in step; the mean stays within the documented 1.5 %.
#[test]
fn points_of_a_table_spread_each_by_their_own() {
    let mut car = n_box();
    let filed = forces(&car, "rails");
    let cvs: Vec<f64> = (0..filed.len())
        .map(|i| if i < 6 { 0.02 + 0.01 * i as f64 } else { 0.35 })
        .collect();
    let entry = car.provenance.get_mut(RAILS).unwrap();
    (entry.cv, entry.cv_by_point) = (0.35, Some(cvs.clone()));
    let all: Vec<Vec<f64>> = drawn_over(&car, RAILS).iter().map(|v| forces(v, "rails")).collect();
    for (i, cv) in cvs.iter().enumerate().skip(1) {
        let at: Vec<f64> = all.iter().map(|f| f[i]).collect();
        assert!(at.is_sorted(), "point {i}");
        let (mean, got) = mean_and_cv(&at);
        assert!((got / cv - 1.0).abs() < 0.05, "point {i}: {got} for {cv}");
        let off = mean / filed[i] - 1.0;
        assert!((-0.015..0.001).contains(&off), "point {i}: mean off by {off}");
    }
    let inputs = car.inputs();
    assert_eq!(car.drawn(&inputs, &vec![1.0; inputs.len()]), car);
    for index in 0..50 {
        for p in draw(&car, index).paths.iter().filter_map(|p| p.table.as_ref()) {
            assert!(p.unload_n_per_m.is_sorted() && p.force_n.iter().all(|f| *f >= 0.0));
        }
    }
}

/// Entries that move together are one input: in step, each by its own spread, or against each other.
#[test]
fn followers_move_with_their_leader() {
    let mut car = n_box();
    let before = car.inputs().len();
    for (key, cv) in [(CELL, 0.1), ("path.upper_body.force_kN", 0.2)] {
        let entry = car.provenance.get_mut(key).unwrap();
        (entry.cv, entry.with) = (cv, Some(RAILS.into()));
    }
    let crush = "path.rails.crush_mm";
    let mut entry = Provenance::new(Basis::Estimated, "structure-type", 0.1);
    entry.against = Some("path.upper_body.force_kN".into());
    car.provenance.insert(crush.into(), entry);
    let inputs = car.inputs();
    assert_eq!(inputs.len(), before - 2);
    assert!(inputs.iter().all(|i| !i.key.starts_with(CELL)));
    let all = drawn_over(&car, RAILS);
    let of = |path: &str, i: usize| -> Vec<f64> { all.iter().map(|v| forces(v, path)[i]).collect() };
    let (rails, cell, upper) = (of("rails", 3), of("dash_to_cabin", 2), of("upper_body", 2));
    assert!(rails.is_sorted() && cell.is_sorted() && upper.is_sorted());
    assert!((mean_and_cv(&cell).1 / 0.1 - 1.0).abs() < 0.05);
    assert!((mean_and_cv(&rails).1 / 0.2 - 1.0).abs() < 0.05);
    let filed = (forces(&car, "rails")[3], forces(&car, "upper_body")[2]);
    for (r, u) in rails.iter().zip(&upper) {
        assert!((r / filed.0 - u / filed.1).abs() < 1e-12);
    }
    let long = |v: &Vehicle| -v.paths[0].table.as_ref().unwrap().crush_m[4];
    let shorter: Vec<f64> = all.iter().map(long).collect();
    assert!(shorter.is_sorted() && (mean_and_cv(&shorter).1.abs() / 0.1 - 1.0).abs() < 0.05);
    assert_eq!(car.drawn(&inputs, &vec![1.0; inputs.len()]), car);
}

/// Numbers that a file may leave out are drawn where it has them, and stay what they can be.
#[test]
fn optional_numbers_are_drawn_where_stated() {
    let mut car = n_box();
    let share = "path.dash_to_cabin.offset_share";
    // Its file states the share; a file without one has the whole strength.
    let whole = |car: &mut Vehicle, to: f64| {
        let cell = car.paths.iter_mut().find(|p| p.name == "dash_to_cabin");
        if let PathKind::Inner { offset_share, .. } = &mut cell.unwrap().kind {
            *offset_share = to;
        }
    };
    whole(&mut car, 1.0);
    car.provenance.remove(share);
    let count = car.inputs().len();
    let listed = car.number_keys().len();
    (car.body.yaw_inertia_kgm2, car.body.cg_behind_front_m) = (Some(1500.0), Some(1.56));
    whole(&mut car, 0.8);
    assert_eq!(car.number_keys().len(), listed + 3);
    assert_eq!(car.values_of(share), [0.8]);
    assert_eq!(car.values_of("body.yaw_inertia_kgm2"), [1500.0]);
    assert_eq!(car.values_of("body.cg_behind_front_mm"), [1560.0]);
    // Yaw inertia moves with the masses under "body"; the centre and the share are inputs of their own.
    let mut entry = Provenance::new(Basis::Estimated, "structure-type", 0.3);
    car.provenance.insert(share.into(), entry.clone());
    entry.cv = 1.0;
    car.provenance.insert("body.cg_behind_front_mm".into(), entry);
    assert_eq!(car.inputs().len(), count + 2);
    for index in 0..400 {
        let drawn = draw(&car, index);
        let inner = drawn.values_of(share)[0];
        assert!(inner > 0.0 && inner <= 1.0);
        let centre = drawn.body.cg_behind_front_m.unwrap();
        assert!(centre > 0.0 && centre < drawn.body.length_m);
        assert!(drawn.body.yaw_inertia_kgm2.unwrap() > 0.0);
    }
}

/// The keys of an entry in a file: read, said in words, and refused at the entry's line when they cannot be meant.
#[test]
fn keys_of_an_entry_are_read_and_checked() {
    let text = n_box_text();
    let with = |key: &str, more: &str| {
        let from = text.find(&format!("\"{key}\" = {{")).unwrap();
        let end = from + text[from..].find(" }").unwrap();
        let line = text[..from].lines().count() + 1;
        let changed = format!("{}, {more}{}", &text[..end], &text[end..]);
        (crate::vehicle::parse_vehicle(&SourceText::new("x.toml", changed)), line)
    };
    let points = "cv_by_point = [0.2, 0.02, 0.02, 0.02, 0.02, 0.02, 0.2, 0.35]";
    let car = with(RAILS, points).0.unwrap();
    let words = car.provenance[RAILS].spread_words();
    assert_eq!(words, "20.0 %, by point 2.0 to 35.0 %");
    let car = with(CELL, "side = \"above\", bound = 0.8").0.unwrap();
    let words = car.provenance[CELL].spread_words();
    assert_eq!(words, "20.0 %, at or above 0.8 of the number");
    let car = with(CELL, "with = \"path.rails.force_kN\"").0.unwrap();
    assert!(
        car.provenance[CELL]
            .spread_words()
            .ends_with("moves with path.rails.force_kN")
    );
    for (key, more, says) in [
        (RAILS, "cv_by_point = [0.2, 0.1]", "\"rails\" has 8 crush points"),
        (RAILS, "cv_by_point = []", "has 0 values"),
        (
            RAILS,
            "cv_by_point = [0.2, -0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.3]",
            "contains -0.1",
        ),
        (
            RAILS,
            "cv_by_point = [0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1]",
            "its points have 0.1 to 0.1",
        ),
        ("path", "cv_by_point = [0.1]", "one table"),
        ("path.rails.height_mm", "cv_by_point = [0.1]", "one table"),
        (CELL, "side = \"up\"", "`above`"),
        (CELL, "side = \"above\", bound = 1.2", "at most 1"),
        (CELL, "bound = 0.8", "absent without a side"),
        (
            CELL,
            "with = \"path.rail.force_kN\"",
            "did you mean \"path.rails.force_kN\"?",
        ),
        (CELL, "with = \"path.dash_to_cabin.force_kN\"", "circle"),
        (
            CELL,
            "with = \"path.rails.force_kN\", side = \"above\"",
            "no side of its own",
        ),
        (
            CELL,
            "with = \"path\", against = \"path.rails.force_kN\"",
            "keep one of",
        ),
    ] {
        let (read, line) = with(key, more);
        let error = read.unwrap_err();
        let said = error.to_string();
        assert!(said.contains(says), "{more}: {said}");
        assert_eq!(error.0.line, line, "{more}: {said}");
    }
    let mut car = n_box();
    for (a, b) in [(CELL, RAILS), (RAILS, CELL)] {
        car.provenance.get_mut(a).unwrap().with = Some(b.into());
    }
    assert!(crate::vehicle::provenance::leader(&car.provenance, CELL).is_none());
    // A circle that nobody checked is not drawn, and does not hang.
    assert!(car.inputs().iter().all(|i| i.key != CELL && i.key != RAILS));
}
