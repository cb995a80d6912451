//! Do the histories of a test agree with what is stated about it? Faults that a channel alone cannot show: a bias
//! moves the integral of a pulse, a wrong unit or sign of the load cells their impulse.

use crate::error::Error;
use crate::units::G0;

use super::super::recipe::Recipe;
use super::data::Measured;
use super::fit::impulse_kns;

/// Integrated against stated dynamic crush, as a share: reductions of one pulse by others differ by 3 %.
const CRUSH: f64 = 0.03;
/// Wall impulse over mass times the main body's delta-v: 10146, 1.02; load cells and one body's channel are not the
/// same thing.
const IMPULSE: [f64; 2] = [0.75, 1.3];

/// Hold the mean motion of `main` and the wall's impulse against `[wall]` and `[body]` of a recipe.
///
/// # Errors
/// [`Error::Request`] that names time, size and likely cause.
pub fn check(measured: &Measured, recipe: &Recipe, main: &str) -> Result<(), Error> {
    let Some(mean) = measured.mean(main) else {
        return Ok(());
    };
    let (seen, wall) = (mean.scalars(), &recipe.wall);
    let excess_mm = seen.crush_mm - wall.dynamic_crush_mm;
    if excess_mm.abs() > CRUSH * wall.dynamic_crush_mm {
        let t = seen.time_of_crush_ms * 1e-3;
        // A constant b moves the displacement at t by b t^2 / 2.
        let bias_g = 2.0 * excess_mm * 1e-3 / (t * t * G0);
        return Err(Error::request(
            format!(
                "the pulse on \"{main}\" integrates to {:.0} mm at {:.1} ms, [wall] states {:.0} mm: a bias of about {bias_g:+.2} g \
                 between 0 and {:.1} ms would do it",
                seen.crush_mm, seen.time_of_crush_ms, wall.dynamic_crush_mm, seen.time_of_crush_ms
            ),
            "subtract the mean before contact; else correct speed_kmh, dynamic_crush_mm or the time of first contact",
        ));
    }
    if let Some(force) = &measured.wall {
        let impulse = impulse_kns(&force.total_kn);
        let expected = recipe.body.test_kg * seen.delta_v_mps * 1e-3;
        let ratio = impulse / expected;
        if !(IMPULSE[0]..=IMPULSE[1]).contains(&ratio) {
            let cause = match ratio {
                r if r < 0.0 => "wrong sign: a vehicle presses on the wall",
                r if r > 100.0 => "wrong unit: the values look like N taken for kN",
                r if r < 0.01 => "wrong unit: the values look like kN taken for N",
                _ => "rows are missing, counted twice, or biased",
            };
            let end_ms = force.total_kn.len() as f64 * super::data::GRID_S * 1e3;
            return Err(Error::request(
                format!(
                    "the wall takes {impulse:.2} kN s from 0 to {end_ms:.1} ms, {ratio:.2} times mass times delta-v ({expected:.2})"
                ),
                cause,
            ));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::identify::read_recipe;
    use crate::units::KMH;

    fn camry() -> (Recipe, Measured) {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("vehicles/recipes");
        let (recipe, _) = read_recipe(&folder.join("toyota-camry-2018.toml")).unwrap();
        let test = recipe.pulse.as_ref().unwrap();
        let speed_mps = recipe.wall.speed_kmh * KMH;
        let measured = Measured::read(test, &folder, speed_mps, "cabin").unwrap();
        (recipe, measured)
    }

    /// The test as it is passes; a bias of 1 g on its pulse is found, with its sign and size.
    #[test]
    fn a_bias_of_one_g_is_found() {
        let (recipe, measured) = camry();
        check(&measured, &recipe, "cabin").unwrap();
        for bias in [-1.0, 1.0] {
            let mut moved = measured.clone();
            for t in moved.traces.iter_mut().filter(|t| t.body == "cabin") {
                let a_g = t.motion.a_g.iter().map(|a| a + bias).collect();
                t.motion = super::super::data::Motion::integrated(a_g, measured.speed_mps);
            }
            let text = check(&moved, &recipe, "cabin").unwrap_err().to_string();
            let found = text.split("about ").nth(1).unwrap();
            let found: f64 = found.split(' ').next().unwrap().parse().unwrap();
            assert!((found / bias - 1.0).abs() < 0.35, "{bias}: {text}");
        }
    }

    /// Load cells with another sign or unit, or with a row left out, are found by their impulse.
    #[test]
    fn load_cells_are_held_against_momentum() {
        let (recipe, measured) = camry();
        for (factor, cause) in [(-1.0, "sign"), (1e3, "N taken"), (1e-3, "kN taken"), (0.6, "rows")] {
            let mut wrong = measured.clone();
            let wall = wrong.wall.as_mut().unwrap();
            wall.total_kn.iter_mut().for_each(|f| *f *= factor);
            let text = check(&wrong, &recipe, "cabin").unwrap_err().to_string();
            assert!(text.contains(cause), "{factor}: {text}");
        }
    }
}
