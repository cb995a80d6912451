use super::*;
use crate::vehicle::Library;

fn library() -> Vec<Vehicle> {
    let library = Library::find(None).unwrap();
    let files = library.vehicle_files();
    files
        .iter()
        .map(|(_, id, _)| library.vehicle(id).unwrap())
        .collect()
}

fn draw(vehicle: &Vehicle, index: u64) -> Vehicle {
    let inputs = vehicle.inputs();
    let u = probabilities(7, index, inputs.len());
    let factors: Vec<f64> = inputs.iter().zip(u).map(|(i, u)| i.quantile(u)).collect();
    vehicle.drawn(&inputs, &factors)
}

fn input(quantity: Quantity, cv: f64) -> Input {
    Input {
        key: "k".into(),
        quantity,
        part: Part::Structure,
        cv,
        basis: Basis::Estimated,
        leaves: vec![0],
    }
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
            let off = (drawn.total_kg() - drawn.body.test_kg)
                - (vehicle.total_kg() - vehicle.body.test_kg);
            assert!(
                vehicle.is_fixed() || off.abs() < 1e-6,
                "{at}: masses off by {off} kg"
            );
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
                assert!(
                    t.crush_m.windows(2).all(|w| w[1] > w[0]),
                    "{at}: {}",
                    p.name
                );
                assert!(t.unload_n_per_m.windows(2).all(|w| w[1] >= w[0]), "{at}");
                for i in 1..t.crush_m.len() {
                    let slope =
                        (t.force_n[i] - t.force_n[i - 1]) / (t.crush_m[i] - t.crush_m[i - 1]);
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
    let car = Library::find(None)
        .unwrap()
        .vehicle("honda-n-box-jf1")
        .unwrap();
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
    let mut car = Library::find(None)
        .unwrap()
        .vehicle("honda-n-box-jf1")
        .unwrap();
    assert!(car.inputs().iter().all(|i| i.cv > 0.0));
    assert!(car.inputs().len() > 30);
    car.provenance.clear();
    assert!(car.inputs().is_empty());
    let wall = Library::find(None).unwrap().vehicle("rigid-wall").unwrap();
    assert!(wall.inputs().is_empty());
}
