//! The library in twenty lines: how delta-v splits when a kei car meets ever heavier partners.
//!
//! `cargo run --release --example mass_ratio`

use crumple::collision::{Case, run};
use crumple::error::Error;
use crumple::vehicle::Library;

fn main() -> Result<(), Error> {
    let library = Library::find(None)?;
    let kei = library.vehicle("honda-n-box-jf1")?;
    let pickup = library.vehicle("ford-f-150-2018")?;
    println!("partner kg   kei delta-v km/h   partner delta-v km/h   ratio x mass ratio");
    for kg in [1800.0, 2200.0, 2666.0, 3200.0] {
        let Some(partner) = pickup.at_mass(kg) else {
            continue;
        };
        let case = Case::head_on(&kei, &partner, 48.0 / 3.6);
        let outcome = run(&case)?.outcome;
        let [a, b] = &outcome.vehicles;
        let product = a.delta_v_mps / b.delta_v_mps * a.mass_kg / b.mass_kg;
        println!(
            "{kg:10.0}   {:16.1}   {:20.1}   {product:18.12}",
            a.delta_v_mps * 3.6,
            b.delta_v_mps * 3.6
        );
    }
    Ok(())
}
