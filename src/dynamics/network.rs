//! A network of bodies and force elements as plain data: what is simulated, before it is packed into lanes.
//!
//! Bodies move along one axis. An element sees one elongation or compression through its [`Port`];
//! cells are pairs of tips that may meet (model section 4).

use super::SimulationError;
use super::yaw::SLIP_MPS;

/// Compression rate at which a rate factor is weighed in the step's limit, m/s (56 km/h).
const FASTEST_MPS: f64 = 15.6;

/// Index of a body in [`Network::bodies`].
pub type BodyId = usize;
/// Index of a group of elements in [`Network::groups`]; forces and work are reported per group.
pub type GroupId = usize;
/// Index of a sensor in [`Network::sensors`].
pub type SensorId = usize;

/// A point mass.
#[derive(Debug, Clone, PartialEq)]
pub struct BodySpec {
    /// Name for messages.
    pub name: String,
    /// Mass, kg.
    pub kg: f64,
    /// Initial velocity, m/s.
    pub velocity_mps: f64,
    /// Does not move.
    pub fixed: bool,
    /// 0 or 1: the vehicle it belongs to, for momentum per vehicle.
    pub side: usize,
    /// Prescribed acceleration instead of a free mass.
    pub drive: Option<Drive>,
}

/// A prescribed acceleration, linear between samples, zero after the last.
#[derive(Debug, Clone, PartialEq)]
pub struct Drive {
    /// Sample interval, s.
    pub dt_s: f64,
    /// Accelerations from t = 0, m/s2, along +x.
    pub acceleration_mps2: Vec<f64>,
}

/// `d = sum of coefficient * displacement` over up to three bodies.
///
/// A force F that resists growth of d acts on body i as `-coefficient * F`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Port {
    /// `(body, coefficient)`; unused terms have coefficient 0.
    pub terms: [(BodyId, f64); 3],
}

impl Port {
    /// `d = u_a - u_b`: elongation of b to a, or compression from a onto b.
    pub fn between(a: BodyId, b: BodyId) -> Self {
        Self {
            terms: [(a, 1.0), (b, -1.0), (b, 0.0)],
        }
    }

    /// `d = sign * (u_a - u_b)`.
    pub fn signed(a: BodyId, b: BodyId, sign: f64) -> Self {
        Self {
            terms: [(a, sign), (b, -sign), (b, 0.0)],
        }
    }

    /// `d = sign * (share * u_a + (1 - share) * u_b - u_anchor)`.
    pub fn shared(a: BodyId, b: BodyId, share: f64, anchor: BodyId, sign: f64) -> Self {
        Self {
            terms: [(a, sign * share), (b, sign * (1.0 - share)), (anchor, -sign)],
        }
    }
}

/// Force-crush law (model section 3); see [`super::crush`].
#[derive(Debug, Clone, PartialEq)]
pub struct CrushLaw {
    /// Crush points, m, from 0, strictly rising.
    pub crush_m: Vec<f64>,
    /// Backbone, N.
    pub force_n: Vec<f64>,
    /// Unloading stiffness at the points, N/m, not falling.
    pub unload_n_per_m: Vec<f64>,
    /// Unloading power n: 1 is a straight unloading line, more springs back steeply first and then slowly.
    pub unload_power: u32,
    /// Rate factor r, s/m.
    pub rate_s_per_m: f64,
    /// Parallel damper, N s/m.
    pub damping_n_s_per_m: f64,
}

impl CrushLaw {
    /// Has a rate factor or a damper: its force needs the compression rate.
    pub fn needs_rate(&self) -> bool {
        self.rate_s_per_m > 0.0 || self.damping_n_s_per_m > 0.0
    }

    /// Steepest slope of the force, N/m: the unloading stiffness, and with a power n above 1 also n times the
    /// backbone's steepest rise, since a set that is held steepens the curve up to that (model section 3).
    pub fn steepest_n_per_m(&self) -> f64 {
        let unload = self.unload_n_per_m.last().copied().unwrap_or(0.0);
        if self.unload_power <= 1 {
            return unload;
        }
        let pieces = self.crush_m.windows(2).zip(self.force_n.windows(2));
        let rise = pieces.fold(0.0_f64, |most, (x, f)| most.max((f[1] - f[0]) / (x[1] - x[0])));
        let quickened = 1.0 + self.rate_s_per_m * FASTEST_MPS;
        quickened * unload.max(f64::from(self.unload_power) * rise)
    }

    /// At each point of the table, the largest set `x - L(x)` that it or a point before it leaves, at least 0, with
    /// the spring-back `L = n f / k_u`, m.
    pub fn held_sets(&self) -> Vec<f64> {
        let n = f64::from(self.unload_power);
        let points = self.crush_m.iter().zip(&self.force_n);
        points
            .zip(&self.unload_n_per_m)
            .scan(0.0_f64, |held, ((x, f), k)| {
                *held = held.max(x - n * f / k);
                Some(*held)
            })
            .collect()
    }

    /// Compression at which an element that was never loaded starts to yield, m: 0 where the backbone starts
    /// from zero, else where the first unloading stiffness reaches it.
    pub fn first_yield_m(&self) -> f64 {
        let k = self.unload_n_per_m[0];
        let points = self.crush_m.len();
        for i in 0..points {
            let (at, force) = (self.crush_m[i], self.force_n[i]);
            let (to, slope) = if i + 1 < points {
                let run = self.crush_m[i + 1] - at;
                (self.crush_m[i + 1], (self.force_n[i + 1] - force) / run)
            } else {
                (f64::INFINITY, 0.0)
            };
            let over = force - k * at;
            if over <= 0.0 {
                return at;
            }
            let crossing = at + over / (k - slope);
            if k > slope && crossing <= to {
                return crossing;
            }
        }
        f64::INFINITY
    }
}

/// A pair of tips that may meet.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    /// Tip masses of vehicle 1 and 2, kg; `None` is a point of a fixed rigid face.
    pub tip_kg: [Option<f64>; 2],
    /// Initial velocities, m/s.
    pub velocity_mps: [f64; 2],
    /// Initial gap between the tips, m.
    pub gap_m: f64,
    /// Lateral place of its middle, m, to vehicle 1's right (with yaw).
    pub lateral_m: f64,
    /// Setback of vehicle 1's foremost layer in it, m: its tips meet that far behind the foremost points (with yaw).
    pub setback_m: f64,
}

/// A layer's share in a cell: acts between the cell's tip and a body.
#[derive(Debug, Clone, PartialEq)]
pub struct Share {
    /// Cell index.
    pub cell: usize,
    /// 0: vehicle 1's tip, 1: vehicle 2's.
    pub side: usize,
    /// Body behind.
    pub body: BodyId,
    /// Law of the whole layer.
    pub law: usize,
    /// Share of the layer's area, 0 to 1.
    pub weight: f64,
    /// Setback behind the foremost layer of the cell, m.
    pub gap_m: f64,
    /// Foremost layer: also holds the tip in tension.
    pub tie: bool,
    /// Group for reports.
    pub group: GroupId,
}

/// Crash sensor: fires once a body has lost a speed within a window, plus a delay (model section 6).
///
/// With `v` along the heading and its first value before t = 0, it fires at the first `t + delay` with
/// `v(t - window) - v(t) >= loss`; the delay counts as at least one sample of the plan.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sensor {
    /// Body it sits on.
    pub body: BodyId,
    /// Direction in which speed is lost: +1 for a vehicle that heads along +x, else -1.
    pub sign: f64,
    /// Loss that fires, m/s.
    pub loss_mps: f64,
    /// Window, s.
    pub window_s: f64,
    /// From the loss to the firing, s.
    pub delay_s: f64,
}

/// Pull-in of a belt: from `fire_s` the gap shrinks until the stroke is used or the force is reached, then it locks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pretension {
    /// What it waits for.
    pub sensor: Option<SensorId>,
    /// Time of firing, s: after the sensor's, or without one from t = 0.
    pub fire_s: f64,
    /// Largest pull-in, m.
    pub stroke_m: f64,
    /// Time for the whole stroke without resistance, s.
    pub duration_s: f64,
    /// Force at which it locks, N.
    pub force_n: f64,
}

/// Activation of a law: its strength rises linearly from 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ramp {
    /// What it waits for.
    pub sensor: Option<SensorId>,
    /// Start, s: after the sensor's firing, or without one from t = 0.
    pub start_s: f64,
    /// Duration, s.
    pub duration_s: f64,
}

/// A crush element between bodies.
#[derive(Debug, Clone, PartialEq)]
pub struct Crush {
    /// Compression (or elongation) it sees.
    pub port: Port,
    /// Law index.
    pub law: usize,
    /// Free travel before it acts, m.
    pub gap_m: f64,
    /// Belt pretensioner.
    pub pretension: Option<Pretension>,
    /// Activation in time.
    pub ramp: Option<Ramp>,
    /// Group for reports.
    pub group: GroupId,
}

/// Two-way spring and damper in parallel, with an optional breaking force.
#[derive(Debug, Clone, PartialEq)]
pub struct MountSpec {
    /// Extension e = d of the port.
    pub port: Port,
    /// Stiffness, N/m.
    pub stiffness_n_per_m: f64,
    /// Damping, N s/m.
    pub damping_n_s_per_m: f64,
    /// Force beyond which it is gone, N; infinite for never.
    pub break_n: f64,
    /// Group for reports.
    pub group: GroupId,
}

/// Two-way spring and damper in series.
#[derive(Debug, Clone, PartialEq)]
pub struct MaxwellSpec {
    /// Extension of the pair.
    pub port: Port,
    /// Stiffness, N/m.
    pub stiffness_n_per_m: f64,
    /// Damping, N s/m, above 0.
    pub damping_n_s_per_m: f64,
    /// Group for reports.
    pub group: GroupId,
}

/// Two-way elastic-plastic element: spring in series with a slider (seat friction, collapsing column).
#[derive(Debug, Clone, PartialEq)]
pub struct SliderSpec {
    /// Travel.
    pub port: Port,
    /// Stiffness, N/m.
    pub stiffness_n_per_m: f64,
    /// Force at which it slides, N.
    pub yield_n: f64,
    /// Group for reports.
    pub group: GroupId,
}

/// Two-way spring that stiffens beyond a compression, with a damper that differs by direction (Lobdell's ribs).
#[derive(Debug, Clone, PartialEq)]
pub struct ThoraxSpec {
    /// Compression d.
    pub port: Port,
    /// Stiffness, N/m.
    pub stiffness_n_per_m: f64,
    /// Added stiffness beyond `knee_m`, N/m.
    pub added_n_per_m: f64,
    /// Compression where it stiffens, m.
    pub knee_m: f64,
    /// Damping while d grows, N s/m.
    pub damping_in_n_s_per_m: f64,
    /// Damping while d falls, N s/m.
    pub damping_out_n_s_per_m: f64,
    /// Group for reports.
    pub group: GroupId,
}

/// Yaw and side grip of both vehicles (model section 11).
#[derive(Debug, Clone, PartialEq)]
pub struct YawSpec {
    /// How each vehicle turns; `None` for one that does not move.
    pub vehicles: [Option<TurnSpec>; 2],
    /// Lateral place of each centre line at the start, m, to vehicle 1's right.
    pub centre_line_m: [f64; 2],
    /// Friction of face on face.
    pub friction: f64,
}

/// How a vehicle turns.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TurnSpec {
    /// Yaw inertia of the whole vehicle, kg m2.
    pub inertia_kgm2: f64,
    /// Place of its mass centre along x at the start, m; the faces touch first at 0.
    pub mass_centre_m: f64,
}

/// A massless body that is another body's point beside the centre line: it moves with the yaw, and what acts on it
/// acts on that body and turns the vehicle. See [`super::rider`].
#[derive(Debug, Clone, PartialEq)]
pub struct RiderSpec {
    /// Its own index among the bodies.
    pub body: BodyId,
    /// The body it rides on.
    pub on: BodyId,
    /// Lever from the mass centre, m, to vehicle 1's right.
    pub eta_m: f64,
    /// What pushes it against the heading of its vehicle.
    pub pushed: Option<PushedSpec>,
}

/// Local intrusion: the mean compression of layers in the cells that have met, weighted by share of area.
#[derive(Debug, Clone, PartialEq)]
pub struct PushedSpec {
    /// Heading of the vehicle along x, +1 or -1.
    pub heading: f64,
    /// Indices of the layers' shares in [`Network::shares`], and how much of each counts: 1 before the seat, 0 elsewhere.
    /// All are listed, so that draws whose cells move past a seat keep one topology.
    pub shares: Vec<(usize, f64)>,
}

impl PushedSpec {
    /// Indices of the shares, whatever they count.
    pub fn places(&self) -> Vec<usize> {
        self.shares.iter().map(|(s, _)| *s).collect()
    }
}

/// An element at its stiffest: `(terms, stiffness, damping, group)`.
type Stiffest = ([(usize, f64); 3], f64, f64, GroupId);

/// Everything that is simulated.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Network {
    /// Point masses.
    pub bodies: Vec<BodySpec>,
    /// Force-crush laws, shared by shares and crush elements.
    pub laws: Vec<CrushLaw>,
    /// Cells.
    pub cells: Vec<Cell>,
    /// Layer shares.
    pub shares: Vec<Share>,
    /// Crush elements between bodies.
    pub crushes: Vec<Crush>,
    /// Mounts.
    pub mounts: Vec<MountSpec>,
    /// Maxwell elements.
    pub maxwells: Vec<MaxwellSpec>,
    /// Sliders.
    pub sliders: Vec<SliderSpec>,
    /// Thorax springs.
    pub thoraxes: Vec<ThoraxSpec>,
    /// Crash sensors.
    pub sensors: Vec<Sensor>,
    /// Yaw and side grip; `None`: everything stays on the axis.
    pub yaw: Option<YawSpec>,
    /// Massless points that ride on bodies.
    pub riders: Vec<RiderSpec>,
    /// Names of groups.
    pub groups: Vec<String>,
}

impl Network {
    /// Add a free body; returns its id.
    pub fn body(&mut self, name: &str, kg: f64, velocity_mps: f64, side: usize) -> BodyId {
        self.bodies.push(BodySpec {
            name: name.to_string(),
            kg,
            velocity_mps,
            fixed: false,
            side,
            drive: None,
        });
        self.bodies.len() - 1
    }

    /// Add a group; returns its id.
    pub fn group(&mut self, name: &str) -> GroupId {
        self.groups.push(name.to_string());
        self.groups.len() - 1
    }

    /// Add a law; returns its index.
    pub fn law(&mut self, law: CrushLaw) -> usize {
        self.laws.push(law);
        self.laws.len() - 1
    }

    /// Add a massless point that rides on a body; returns its id.
    pub fn rider(&mut self, name: &str, on: BodyId, eta_m: f64, pushed: Option<PushedSpec>) -> BodyId {
        let of = self.bodies[on].clone();
        let body = self.body(name, 0.0, of.velocity_mps, of.side);
        self.riders.push(RiderSpec {
            body,
            on,
            eta_m,
            pushed,
        });
        body
    }

    /// The body that a rider rides on; any other body itself.
    pub fn under(&self, body: BodyId) -> BodyId {
        let mut riders = self.riders.iter();
        riders.find(|r| r.body == body).map_or(body, |r| r.on)
    }

    /// Mass of a vehicle's bodies and occupants, without tips, kg.
    pub fn turning_kg(&self, side: usize) -> f64 {
        let own = self.bodies.iter().filter(|b| b.side == side && !b.fixed);
        own.map(|b| b.kg).sum()
    }

    /// Inverse masses of bodies and then tips, 1/kg; 0 for what forces cannot move, and for a rider that of the body
    /// it rides on.
    fn inverse_masses(&self) -> Vec<f64> {
        let inverse = |b: &BodySpec| {
            let free = !b.fixed && b.drive.is_none() && b.kg > 0.0;
            if free { 1.0 / b.kg } else { 0.0 }
        };
        let tips = self.cells.iter().flat_map(|c| c.tip_kg);
        let mut all: Vec<f64> = (self.bodies.iter().map(inverse))
            .chain(tips.map(|kg| kg.map_or(0.0, |kg| 1.0 / kg)))
            .collect();
        for r in &self.riders {
            all[r.body] = all[r.on];
        }
        all
    }

    /// Largest step for the side grip, which is a damper of friction times force over the sliding speed, s.
    fn largest_grip_step_s(&self) -> f64 {
        let Some(yaw) = &self.yaw else {
            return f64::INFINITY;
        };
        let strength = |side: usize| -> f64 {
            let own = self.shares.iter().filter(|s| s.side == side);
            let most = |law: &CrushLaw| law.force_n.iter().fold(0.0, |a: f64, b| a.max(*b));
            own.map(|s| s.weight * most(&self.laws[s.law])).fold(0.0, |a, b| a + b)
        };
        // A fixed rigid face has no shares: the other face's strength is all there is.
        let rigid = yaw.vehicles[1].is_none() && strength(1) == 0.0;
        let force = if rigid {
            strength(0)
        } else {
            strength(0).min(strength(1))
        };
        let damper = yaw.friction * force / SLIP_MPS;
        let yields = |side: usize| {
            yaw.vehicles[side].map_or(0.0, |t| {
                1.0 / self.turning_kg(side) + t.mass_centre_m.powi(2) / t.inertia_kgm2
            })
        };
        let rate = damper * (yields(0) + yields(1));
        if rate > 0.0 { 1.0 / rate } else { f64::INFINITY }
    }

    /// Every element at its stiffest.
    fn stiffest(&self) -> Vec<Stiffest> {
        let nb = self.bodies.len();
        let mut all = Vec::new();
        for s in &self.shares {
            let law = &self.laws[s.law];
            let k = law.steepest_n_per_m() * s.weight;
            let tip_kg = self.cells[s.cell].tip_kg[s.side].unwrap_or(0.0);
            let tie = if s.tie {
                let pull = law.unload_n_per_m.last().copied().unwrap_or(0.0);
                2.0 * (pull * s.weight * tip_kg).sqrt()
            } else {
                0.0
            };
            let port = Port::between(nb + 2 * s.cell + s.side, s.body);
            all.push((port.terms, k, law.damping_n_s_per_m * s.weight + tie, s.group));
        }
        for e in &self.crushes {
            let law = &self.laws[e.law];
            all.push((e.port.terms, law.steepest_n_per_m(), law.damping_n_s_per_m, e.group));
        }
        for e in &self.mounts {
            all.push((e.port.terms, e.stiffness_n_per_m, e.damping_n_s_per_m, e.group));
        }
        for e in &self.maxwells {
            all.push((e.port.terms, e.stiffness_n_per_m, 0.0, e.group));
        }
        for e in &self.sliders {
            all.push((e.port.terms, e.stiffness_n_per_m, 0.0, e.group));
        }
        for e in &self.thoraxes {
            let c = e.damping_in_n_s_per_m.max(e.damping_out_n_s_per_m);
            all.push((e.port.terms, e.stiffness_n_per_m + e.added_n_per_m, c, e.group));
        }
        all
    }

    /// Largest stable step of the explicit scheme, s, and the element that sets it: `2 (sqrt(1 + z2) - z)/w`
    /// with the highest frequency w and a bound on its damping ratio z.
    ///
    /// Every element counts at its stiffest, all at once. `quick` bounds w by Gershgorin's row sums, which is
    /// safe and about half of the truth; otherwise w comes from power iteration.
    pub fn largest_stable_step_s(&self, quick: bool) -> (f64, String) {
        let w = self.inverse_masses();
        let elements = self.stiffest();
        let mut stiff = vec![0.0; w.len()];
        let mut damp = vec![0.0; w.len()];
        for (terms, k, c, _) in &elements {
            let total: f64 = terms.iter().map(|(_, a)| a.abs()).sum();
            for (b, a) in terms {
                stiff[*b] += k * a.abs() * total * w[*b];
                damp[*b] += c * a.abs() * total * w[*b];
            }
        }
        let widest = (0..w.len()).max_by(|a, b| stiff[*a].total_cmp(&stiff[*b]));
        let Some(at) = widest.filter(|at| stiff[*at] > 0.0) else {
            return (f64::INFINITY, String::new());
        };
        let squared = if quick {
            stiff[at]
        } else {
            highest_square(&w, &elements, at).min(stiff[at])
        };
        let omega = squared.sqrt();
        let z = damp.iter().fold(0.0_f64, |most, d| most.max(*d)) / (2.0 * omega);
        let weight = |terms: &[(usize, f64); 3], k: f64| {
            let of = terms.iter().find(|(b, a)| *b == at && *a != 0.0);
            of.map_or(0.0, |(_, a)| k * a.abs())
        };
        let name = elements
            .iter()
            .max_by(|x, y| weight(&x.0, x.1).total_cmp(&weight(&y.0, y.1)))
            .map_or(String::new(), |(.., group)| self.groups[*group].clone());
        let largest_s = 2.0 * ((1.0 + z * z).sqrt() - z) / omega;
        let grip_s = self.largest_grip_step_s();
        if grip_s < largest_s {
            return (grip_s, "the side grip of the faces".into());
        }
        (largest_s, name)
    }

    /// Check a step against stability and every number for being finite.
    ///
    /// # Errors
    /// [`SimulationError::StepTooLarge`] with element and largest stable step.
    pub fn check_step(&self, step_s: f64) -> Result<(), SimulationError> {
        if step_s <= self.largest_stable_step_s(true).0 {
            return Ok(());
        }
        let (largest_s, element) = self.largest_stable_step_s(false);
        if step_s <= largest_s {
            return Ok(());
        }
        Err(SimulationError::StepTooLarge {
            // To a picosecond: 1e-4 s is 100 us, not 99.99999999999999.
            step_us: (step_s * 1e12).round() * 1e-6,
            element,
            largest_us: largest_s * 1e6,
        })
    }
}

/// Largest eigenvalue of `M^-1 K` by power iteration from a unit at `start`, with a margin for what the
/// iterations leave.
fn highest_square(w: &[f64], elements: &[Stiffest], start: usize) -> f64 {
    const ITERATIONS: usize = 60;
    const MARGIN: f64 = 1.05;
    let mut x: Vec<f64> = (0..w.len()).map(|i| 1e-3 * (1.0 + (i % 7) as f64)).collect();
    x[start] = 1.0;
    let mut value = 0.0;
    for _ in 0..ITERATIONS {
        let mut y = vec![0.0; w.len()];
        for (terms, k, ..) in elements {
            let d: f64 = terms.iter().map(|(b, a)| a * x[*b]).sum();
            for (b, a) in terms {
                y[*b] += a * k * d * w[*b];
            }
        }
        value = y.iter().fold(0.0_f64, |most, v| most.max(v.abs()));
        if value <= 0.0 {
            return 0.0;
        }
        x = y.iter().map(|v| v / value).collect();
    }
    MARGIN * value
}
