use crumple::collision::{run, Case, Party};
use crumple::dynamics::{Plan, Solver};
use crumple::vehicle::{Face, library::load_vehicle};
fn main() {
    let dir = std::env::args().nth(1).unwrap();
    let step: f64 = std::env::args().nth(2).unwrap().parse().unwrap();
    let d = std::path::Path::new(&dir);
    let kei = load_vehicle(&d.join("example-kei.toml")).unwrap();
    let truck = load_vehicle(&d.join("example-pickup.toml")).unwrap();
    let wall = load_vehicle(&d.join("../../main/vehicles/barrier/rigid-wall.toml")).unwrap();
    for (name, other, v2, q) in [("wall", &wall, 0.0, 1.0), ("pair", &truck, 48.0, 1.0), ("half", &truck, 48.0, 0.5)] {
        let case = Case { name: name.into(), parties: [Party{vehicle: kei.clone(), speed_mps: 48.0/3.6, face: Face::Front}, Party{vehicle: other.clone(), speed_mps: v2/3.6, face: Face::Front}],
            overlap: q, struck_left: true, occupants: vec![], plan: Plan::new(0.18, step*1e-6), solver: Solver::Leapfrog };
        let t = std::time::Instant::now();
        let f = run(&case).unwrap();
        let el = t.elapsed();
        println!("{name}: cells {} shares {} e {:.4} sep {:.2} Eerr {:.2e} perr {:.2e} meets {} loss {:.3}/{:.1} {:?} stable {:?}", f.assembly.cells.len(), f.assembly.network.shares.len(), f.outcome.restitution, f.outcome.separation_ms, f.outcome.energy_error, f.outcome.momentum_error, f.record.meetings, f.outcome.contact_loss_kj, f.outcome.initial_energy_kj, el, f.assembly.network.largest_stable_step_s(true));
        for v in &f.outcome.vehicles { println!("  {} dv {:.3} cdv {:.3} peak {:.3} @{:.1} crush {:.2} @{:.2} resid {:.2} deep {:.2} intr {:.2} E {:.2}", v.id, v.delta_v_mps, v.cabin_delta_v_mps, v.peak_g_cfc60, v.time_of_peak_ms, v.crush_mm, v.time_of_crush_ms, v.residual_crush_mm, v.deepest_crush_mm, v.intrusion_mm, v.energy_absorbed_kJ); }
    }
}
