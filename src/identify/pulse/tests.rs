//! The shipped structures with pulses beside their tests.

use std::path::Path;

use super::data::Measured;
use super::residual::residual_table;
use super::response::PulseRig;
use crate::collision::wall::rigid_wall;
use crate::identify::read_recipe;
use crate::units::KMH;
use crate::vehicle::library::load_vehicle;

/// The three shipped structures with pulses meet their tests in every judged measure: crush, its time, delta-v,
/// peak, restitution, energy returned, ISO/TS 18571 of velocity and pulse, and for 10146 the wall's peak, its time and impulse.
#[test]
fn shipped_structures_meet_their_pulses() {
    let vehicles = Path::new(env!("CARGO_MANIFEST_DIR")).join("vehicles");
    let folder = vehicles.join("recipes");
    for (id, judged) in [
        ("dodge-neon-1996", 8),
        ("ford-expedition-1999", 8),
        ("toyota-camry-2018", 11),
    ] {
        let (recipe, _) = read_recipe(&folder.join(format!("{id}.toml"))).unwrap();
        let main = recipe.wall.instrumented_mass.clone().unwrap_or("cabin".into());
        let speed_mps = recipe.wall.speed_kmh * KMH;
        let test = recipe.pulse.unwrap();
        let measured = Measured::read(&test, &folder, speed_mps, &main).unwrap();
        let bodies: Vec<String> = measured.bodies().into_iter().map(String::from).collect();
        let rig = PulseRig::new(
            rigid_wall().unwrap(),
            speed_mps,
            10e-6,
            bodies.clone(),
            measured.samples,
        );
        let vehicle = load_vehicle(&vehicles.join(format!("reference/{id}.toml"))).unwrap();
        let seen = rig.one(&vehicle).unwrap();
        let table = residual_table(&measured, &seen, &bodies, &main, None);
        let missed: Vec<_> = table.iter().filter(|r| !r.holds()).collect();
        assert!(missed.is_empty(), "{id}: {missed:?}");
        assert_eq!(table.iter().filter(|r| r.allowed.is_some()).count(), judged, "{id}");
    }
}

/// Side by side or alone, a vehicle gives the same histories to the bit.
#[test]
fn lanes_do_not_change_a_response() {
    let vehicles = Path::new(env!("CARGO_MANIFEST_DIR")).join("vehicles");
    let vehicle = load_vehicle(&vehicles.join("reference/dodge-neon-1996.toml")).unwrap();
    let heavier = vehicle.at_mass(1.1 * vehicle.total_kg()).unwrap();
    let rig = PulseRig::new(rigid_wall().unwrap(), 15.0, 20e-6, vec!["cabin".into()], 200);
    let both = rig.all(&[vehicle.clone(), heavier.clone()]).unwrap();
    assert_eq!(both, [rig.one(&vehicle).unwrap(), rig.one(&heavier).unwrap()]);
    assert_ne!(both[0], both[1]);
}
