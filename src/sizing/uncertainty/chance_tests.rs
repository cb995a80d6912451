use super::*;
use crate::vehicle::probabilities;
use statrs::function::erf::erf_inv;

/// Capacity against demand: strength s of one path and length L hold ln s + 4 L, the world asks for a normal amount
/// with mean 0.3 and this sd; a kilogram of strength costs 100, a metre of length 300.
struct Toy {
    demands: Vec<f64>,
}

impl Toy {
    fn new(sd: f64, draws: usize) -> Self {
        let u = probabilities(5, 0, draws);
        let z = |u: &f64| std::f64::consts::SQRT_2 * erf_inv(2.0 * u - 1.0);
        Self {
            demands: u.iter().map(|u| 0.3 + sd * z(u)).collect(),
        }
    }
}

fn parts(design: &Design) -> (f64, f64) {
    let s = design.strength.get("rails").copied().unwrap_or(1.0);
    (s, design.added_front_length_m)
}

impl Worlds for Toy {
    fn slacks(&mut self, design: &Design) -> Result<Vec<f64>, Error> {
        let (s, length) = parts(design);
        Ok(self.demands.iter().map(|d| s.ln() + 4.0 * length - d).collect())
    }

    fn cost_usd(&self, design: &Design) -> Result<[f64; 2], Error> {
        let (s, length) = parts(design);
        let usd = 100.0 * (s - 1.0) + 300.0 * length;
        Ok([usd, usd])
    }

    /// Half of the capacity by either, which is not the cheapest: the polish has something to do.
    fn shifted(&mut self, shift: f64, _: &Design) -> Result<Shifted, Error> {
        let asked = 0.3 + shift;
        let length = (0.125 * asked).clamp(0.0, 0.1);
        let strength = (asked - 4.0 * length).exp();
        Ok(Shifted {
            exists: strength <= 3.0,
            design: Design {
                strength: [("rails".to_string(), strength.min(3.0))].into(),
                added_front_length_m: if strength <= 3.0 { length } else { 0.1 },
                ..Design::default()
            },
        })
    }
}

fn variables() -> Variables {
    Variables {
        strength: vec![("rails".into(), 3.0)],
        max_length_m: 0.1,
        ..Variables::none()
    }
}

fn cost(toy: &mut Toy, confidence: &[f64]) -> Vec<Answer> {
    let v = variables();
    let mut search = Search::new(&v, vec![Design::default()], toy);
    confidence
        .iter()
        .map(|p| search.solve(*p, Effort::FIRST).unwrap().unwrap())
        .collect()
}

/// The sample's own order statistic decides, and length (the cheaper capacity: 75 $ a unit against 100 $ and more)
/// is used up first: cost = 30 + 100 (exp(d - 0.4) - 1) for a demand d above 0.4.
#[test]
fn the_answer_is_the_quantile_of_the_demand_at_least_cost() {
    let mut toy = Toy::new(0.25, 400);
    let mut sorted = toy.demands.clone();
    sorted.sort_by(f64::total_cmp);
    let got = cost(&mut toy, &[0.9]);
    let demand = sorted[359];
    let least = 30.0 + 100.0 * ((demand - 0.4).exp() - 1.0);
    assert!(got[0].feasible && got[0].share >= 0.9);
    assert!(
        got[0].usd >= least - 1e-6 && got[0].usd < 1.03 * least,
        "{} against {least}",
        got[0].usd
    );
}

#[test]
fn a_higher_confidence_never_costs_less() {
    for sd in [0.05, 0.2, 0.4] {
        let got = cost(&mut Toy::new(sd, 300), &[0.95, 0.9, 0.7, 0.5]);
        for pair in got.windows(2) {
            assert!(pair[0].usd >= pair[1].usd, "sd {sd}: {} < {}", pair[0].usd, pair[1].usd);
        }
    }
}

/// A wider world costs more at 90 %, and less or the same at 10 %.
#[test]
fn a_wider_spread_costs_more_where_it_hurts() {
    let narrow = cost(&mut Toy::new(0.1, 300), &[0.9, 0.1]);
    let wide = cost(&mut Toy::new(0.3, 300), &[0.9, 0.1]);
    assert!(wide[0].usd > narrow[0].usd && wide[1].usd <= narrow[1].usd);
}

/// The most that can be built holds ln 3 + 0.4: beyond that the answer is the largest probability there is.
#[test]
fn what_cannot_hold_says_so_with_the_best_probability() {
    let mut toy = Toy::new(2.0, 300);
    let most = 3.0_f64.ln() + 0.4;
    let best = toy.demands.iter().filter(|d| **d <= most).count() as f64 / 300.0;
    let got = cost(&mut toy, &[0.99]);
    assert!(!got[0].feasible);
    assert!((got[0].share - best).abs() < 1e-9, "{} against {best}", got[0].share);
}

#[test]
fn a_design_is_found_again_as_a_point() {
    let v = variables();
    let design = v.design(&[0.25, 0.7], &Design::default());
    let x = v.point(&design);
    assert!((x[0] - 0.25).abs() < 1e-12 && (x[1] - 0.7).abs() < 1e-12);
}
