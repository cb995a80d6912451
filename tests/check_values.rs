//! Every check value of the notes on injury (facts/injury.md, the lines marked CHECK) of what is computed is a test. This
//! is the list; what stands nowhere else is tested here, through the public interface.
//!
//! | note | check | test |
//! |---|---|---|
//! | 1.1 | CFC coefficients, attenuation, DC gain | `signal::cfc` |
//! | 2.1 | HIC: half-sine, triangle, haversine, square; 15 and 36 ms | `criteria::head`, here |
//! | 2.2 | 3 ms clip, contiguous and cumulative | `criteria::clip` |
//! | 2.3 | viscous criterion, combined thoracic index | `criteria::chest` |
//! | 2.4 | BrIC | `criteria::rotation` |
//! | 2.6 | OLC: constant, square, half-sines, rebound | `criteria::pulse::olc`, here |
//! | 2.6 | VPI, sliding means, ASI | `criteria::pulse::{vpi, means}` |
//! | 2.6 | flail space | `criteria::pulse::flail` |
//! | 2.6 | ride-down efficiency | `criteria::pulse::ride_down` |
//! | 3.1 | US NCAP curves, joint risk, stars; THOR | `risk::ncap`, `risk::body` |
//! | 3.2 | head by AIS level | `risk::body` |
//! | 3.3 | thorax by age, 1999 curves | `risk::body` |
//! | 3.4 | delta-v curves: Wang, Lubbe, Kusano, Malliaris, Joksch | `risk::delta_v` |
//! | 4.3 | Lobdell thorax: force, deflection, its time, VC at three impacts | `models::occupant`, `occupant::dummy` |

use std::f64::consts::PI;

use crumple::criteria::head::{hic15, hic36};
use crumple::criteria::pulse::olc_from_velocity;
use crumple::units::G0;

const DT_S: f64 = 1e-5;

fn sampled(duration_s: f64, f: impl Fn(f64) -> f64) -> Vec<f64> {
    let n = (duration_s / DT_S).round() as usize;
    (0..=n).map(|i| G0 * f(i as f64 * DT_S)).collect()
}

fn close(found: f64, want: f64, relative: f64) {
    assert!((found - want).abs() <= relative * want.abs(), "{found} for {want}");
}

#[test]
fn hic_scales_as_its_closed_form_whatever_the_pulse() {
    // 0.414646 A^2.5 T at a window of 0.670230 T while no window limit binds.
    for (a, t) in [(100.0, 0.010), (60.0, 0.015), (37.0, 0.022)] {
        let h = hic36(&sampled(t, |s| a * (PI * s / t).sin()), DT_S).unwrap();
        close(h.value, 0.414646 * f64::powf(a, 2.5) * t, 1e-5);
        close(h.t2_s - h.t1_s, 0.670230 * t, 2e-3);
    }
    // A square pulse fills any window: 0.015 * 60^2.5.
    close(hic15(&sampled(0.060, |_| 60.0), DT_S).unwrap().value, 418.28, 1e-5);
}

#[test]
fn olc_of_a_constant_is_1_276596_of_it_at_any_level() {
    for g in [5.0, 20.0, 33.0] {
        let a = g * G0;
        // Twice the speed the occupant needs, so that the vehicle moves throughout.
        let v0 = 2.0 * (0.13 / a).sqrt() * 4.615385 * a;
        let n = (v0 / a / 1e-4) as usize;
        let velocity: Vec<f64> = (0..n).map(|i| v0 - a * i as f64 * 1e-4).collect();
        let olc = olc_from_velocity(&velocity, 1e-4).unwrap();
        close(olc.olc_mps2, 1.276596 * a, 1e-6);
        close(olc.t1_s, (0.13 / a).sqrt(), 1e-6);
        close(olc.t2_s, 4.615385 * olc.t1_s, 1e-6);
    }
}
