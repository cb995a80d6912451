//! Constant forces one after the other: crush zones (E1), force levels (E2), bilinear fronts (B3), and the wall
//! test that loads a car as its share of a collision does (E4).
//!
//! A textbook front is rigid up to its force; here a spring leads up to it. Its crush is longer by half the
//! spring's travel, so that the energy of the whole length is the textbook's.

use std::f64::consts::FRAC_PI_2;

use super::{Channel, HeadOn, Known, Model, Reading, against_ground, anchor, constant_law, linear_law};
use crate::dynamics::{BodyId, Crush, CrushLaw, Network, Plan, Port};
use crate::units::KMH;

use Channel::{Compression, Kinetic, Travel, U, V, Work};
use Reading::{Kw400, Last, Peak, Slope, TimeOfPeak, When};

const STEP_S: f64 = 1e-5;
/// Spring that leads up to a level, N/m.
const LEAD: f64 = 1e8;
/// Point between two fronts, kg: it starts at the mean speed of both sides, so that it hardly rings.
const POINT_KG: f64 = 0.05;

/// A front of force `level` that has taken `level * length` when it is used up and carries `next`; beyond, it
/// rises further, so that what is behind it gives way. With `next` equal to `level` it never is used up.
fn used_up(level: f64, length: f64, next: f64) -> CrushLaw {
    // Lead-in and rise to the next level, both along LEAD, belong to the length's energy.
    let rise = (next - level) / LEAD;
    let plateau = length - 0.5 * level / LEAD - 0.5 * (next + level) * rise / level;
    let (from, to) = (level / LEAD, level / LEAD + plateau);
    let (crush, force) = if rise > 0.0 {
        let most = 2.0 * next;
        let end = to + (most - level) / LEAD;
        (vec![0.0, from, to, end, end + 1.0], vec![0.0, level, level, most, most])
    } else {
        (vec![0.0, from, to + 1.0], vec![0.0, level, level])
    };
    CrushLaw {
        unload_n_per_m: vec![LEAD; crush.len()],
        crush_m: crush,
        force_n: force,
        rate_s_per_m: 0.0,
        unload_power: 1,
        damping_n_s_per_m: 0.0,
    }
}

/// Length of that law up to the end of its rise, m.
fn whole_length(level: f64, length: f64, next: f64) -> f64 {
    let rise = (next - level) / LEAD;
    length + 0.5 * level / LEAD + rise - 0.5 * (next + level) * rise / level
}

/// Two fronts in series between bodies, with a point between them; groups 0 and 1.
fn in_series(net: &mut Network, ends: [BodyId; 2], point_mps: f64, laws: [CrushLaw; 2]) -> BodyId {
    let point = net.body("between", POINT_KG, point_mps, 0);
    let ports = [Port::between(point, ends[1]), Port::between(ends[0], point)];
    for (i, (port, law)) in ports.into_iter().zip(laws).enumerate() {
        let group = net.group(["front", "rear"][i]);
        let law = net.law(law);
        net.crushes.push(Crush {
            port,
            law,
            gap_m: 0.0,
            pretension: None,
            ramp: None,
            group,
        });
    }
    point
}

/// Crush zones of E1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Zones {
    /// Force of the front and of the rear zone, N; the front one is not the stronger.
    pub force_n: [f64; 2],
    /// Lengths, m.
    pub length_m: [f64; 2],
    /// Mass, kg.
    pub kg: f64,
}

/// Both points of the 5-D version, the optimum of equal forces, and the weak corner of the largest box.
pub const ZONES: [Zones; 4] = [
    Zones {
        force_n: [350e3, 350e3],
        length_m: [0.3, 0.3],
        kg: 2000.0,
    },
    Zones {
        force_n: [300e3, 400e3],
        length_m: [0.2, 0.4],
        kg: 1500.0,
    },
    Zones {
        force_n: [405.6e3, 405.6e3],
        length_m: [0.3, 0.3],
        kg: 2000.0,
    },
    Zones {
        force_n: [291e3, 516e3],
        length_m: [0.3, 0.3],
        kg: 2000.0,
    },
];

impl Zones {
    /// Impact speed, m/s.
    pub const SPEED_MPS: f64 = 15.6;

    /// Energy left when both zones are used up, J; below zero: length is left instead.
    pub fn remaining_j(&self) -> f64 {
        let [f, d] = [self.force_n, self.length_m];
        0.5 * self.kg * Self::SPEED_MPS.powi(2) - f[0] * d[0] - f[1] * d[1]
    }
}

/// E1: two zones of constant force in series against a wall (Zimmermann and von Hoessle 2013).
pub fn crush_zones(z: &Zones) -> Model {
    let ([f1, f2], [d1, d2]) = (z.force_n, z.length_m);
    let speed = Zones::SPEED_MPS;
    let energy = 0.5 * z.kg * speed * speed;
    let mut network = Network::default();
    let mass = network.body("mass", z.kg, speed, 0);
    let ground = anchor(&mut network);
    let laws = [used_up(f1, d1, f2), used_up(f2, d2, f2)];
    in_series(&mut network, [mass, ground], 0.5 * speed, laws);
    let whole = whole_length(f1, d1, f2) + whole_length(f2, d2, f2);
    let left = z.remaining_j();
    // Times of both levels, had the forces no lead-in.
    let after = (speed * speed - 2.0 * f1 * d1 / z.kg).max(0.0).sqrt();
    let first = (speed - after) * z.kg / f1;
    let stop = first + after * z.kg / f2;
    let rear = 0.3 * (stop - first);
    let mut known = vec![Known::new(
        "rear zone m/s2",
        -f2 / z.kg,
        Slope(V(mass), first + rear, first + 2.0 * rear),
    )];
    if left > 100.0 {
        // To 1e-4 of the energy of the impact.
        let left_j = Known::new("energy left J", left, When(Kinetic, mass, whole));
        known.push(left_j.within(1e-4 * energy / left));
    } else if f1 < f2 {
        known.push(Known::new("front zone J", f1 * d1, Last(Work(0))));
        known.push(Known::new("rear zone J", energy - f1 * d1, Last(Work(1))));
    } else {
        known.push(Known::new("crush m", whole, Peak(U(mass))));
    }
    Model {
        name: "E1 crush zones",
        network,
        plan: Plan::new((stop * 1e4).ceil() * 1e-4, STEP_S),
        known,
    }
}

/// E2: in a head-on pair the lower crush force deforms first; when its length is used up, the next acts.
///
/// 900 and 2200 kg at 56 km/h each; the light front has 200 kN over 0.45 m, the heavy one 400 kN.
pub fn force_levels() -> Model {
    let (m1, m2, closing): (f64, f64, f64) = (900.0, 2200.0, 112.0 * KMH);
    let (low, length, high) = (200e3, 0.45, 400e3);
    let mu = m1 * m2 / (m1 + m2);
    let energy = 0.5 * mu * closing * closing;
    let mut network = Network::default();
    let light = network.body("light", m1, 0.5 * closing, 0);
    let heavy = network.body("heavy", m2, -0.5 * closing, 1);
    // Groups: 0 between point and heavy, 1 between light and point.
    let laws = [used_up(high, 1.0, high), used_up(low, length, high)];
    let point = in_series(&mut network, [light, heavy], 0.0, laws);
    let first = low * length;
    // Speed left when the light front is used up, and the times of both levels.
    let speed = (closing * closing - 2.0 * first / mu).sqrt();
    let (t1, t2) = ((closing - speed) * mu / low, speed * mu / high);
    let level = |m: f64, f: f64| -f / m;
    // A spring in front of the heavy level adds half its travel.
    let heavy_crush = (energy - first) / high + 0.5 * high / LEAD;
    Model {
        name: "E2 force levels",
        network,
        plan: Plan::new(((t1 + t2) * 1e4).ceil() * 1e-4, STEP_S),
        known: vec![
            Known::new("light front J", first, Last(Work(1))),
            Known::new("heavy front J", energy - first, Last(Work(0))),
            Known::new("heavy front m", heavy_crush, Peak(Travel(point, heavy))),
            Known::new(
                "light at the low level m/s2",
                level(m1, low),
                Slope(V(light), 0.2 * t1, 0.8 * t1),
            ),
            Known::new(
                "light at the high level m/s2",
                level(m1, high),
                Slope(V(light), t1 + 0.2 * t2, t1 + 0.8 * t2),
            ),
            Known::new(
                "heavy at the high level m/s2",
                -level(m2, high),
                Slope(V(heavy), t1 + 0.2 * t2, t1 + 0.8 * t2),
            ),
        ],
    }
}

/// E2, second part: a constant 200 kN alone stops the reduced mass of 900 and 2200 kg at 31.111 m/s.
pub fn single_constant_force() -> Model {
    let (mass, force, v): (f64, f64, f64) = (900.0 * 2200.0 / 3100.0, 200e3, 112.0 * KMH);
    // A spring in front of the slider: the energy it holds, F^2/2k, and its travel, F/k.
    let build_up = force / LEAD;
    let w = (LEAD / mass).sqrt();
    let t_yield = (build_up * w / v).asin() / w;
    let v_yield = (v * v - (w * build_up).powi(2)).sqrt();
    Model {
        name: "E2 one constant force",
        network: against_ground(mass, v, constant_law(force, LEAD)),
        plan: Plan::new(0.11, STEP_S),
        known: vec![
            Known::new("crush m", build_up + 0.5 * mass * v_yield * v_yield / force, Peak(U(0))),
            Known::new("time of crush s", t_yield + mass * v_yield / force, TimeOfPeak(U(0))),
        ],
    }
}

/// Vehicles of B3: mass kg, KW400 N/m, and the ratio `F_y/k` of their class, m.
pub const SIDES: [(f64, f64, f64); 2] = [(1354.0, 1251e3, 0.7565 / 11.07), (2622.0, 2550e3, 0.8636 / 11.72)];

/// B3: a front `F = F_y + k C` of a given KW400, N/m, and ratio `F_y/k`, m, at 35 mph against a wall.
pub fn bilinear(kg: f64, kw400: f64, ratio: f64) -> Model {
    let speed: f64 = 35.0 * 0.447_04;
    // KW400 = k + 2 F_y/(0.400 + 0.025).
    let k = kw400 / (1.0 + 2.0 * ratio / 0.425);
    let yield_n = k * ratio;
    // The straight line is met where the spring in front of it has reached it.
    let lead = yield_n / (LEAD - k);
    let law = CrushLaw {
        crush_m: vec![0.0, lead, 2.0],
        force_n: vec![0.0, yield_n + k * lead, yield_n + k * 2.0],
        unload_n_per_m: vec![LEAD; 3],
        rate_s_per_m: 0.0,
        unload_power: 1,
        damping_n_s_per_m: 0.0,
    };
    let crush = |energy: f64| (-yield_n + (yield_n * yield_n + 2.0 * k * energy).sqrt()) / k;
    let energy = 0.5 * kg * speed * speed;
    Model {
        name: "B3 bilinear front",
        network: against_ground(kg, speed, law),
        plan: Plan::new(0.1, STEP_S),
        known: vec![
            Known::new("crush m", crush(energy + 0.5 * yield_n * lead), Peak(U(0))),
            Known::new("KW400 N/m", kw400, Kw400(0, 0)),
            // Without the corner that the spring cuts off.
            Known::new("published crush m", crush(energy), Peak(U(0))).within(2e-4),
        ],
    }
}

/// E4: the wall test that loads the light car of a 900/2200 kg pair at 56 km/h each as the pair does when
/// it takes the fraction `f` of the energy: `EES = sqrt(2 f E/m)`.
pub fn barrier_equivalent(f: f64) -> Model {
    let pair = equivalent_pair(f);
    let [m1, m2] = pair.kg;
    let mu = m1 * m2 / (m1 + m2);
    let energy = 0.5 * mu * pair.closing * pair.closing;
    let speed = (2.0 * f * energy / m1).sqrt();
    let [k1, k2] = pair.k;
    let force = pair.closing * (mu * k1 * k2 / (k1 + k2)).sqrt();
    let w = (k1 / m1).sqrt();
    Model {
        name: "E4 barrier equivalence",
        network: against_ground(m1, speed, linear_law(k1, k1)),
        plan: Plan::new((FRAC_PI_2 / w * 1e4).ceil() * 1e-4 + 0.002, STEP_S),
        known: vec![
            // Crush and force of the pair, met by the wall test.
            Known::new("crush m", force / k1, Peak(Compression(0))),
            Known::new("force N", force, Peak(Channel::Force(0))),
            Known::new("speed m/s", speed, Reading::At(V(0), 0.0)),
        ],
    }
}

/// The pair whose light car takes the fraction `f` of the energy: for linear springs `k2/(k1 + k2)`.
pub fn equivalent_pair(f: f64) -> HeadOn {
    HeadOn {
        kg: [900.0, 2200.0],
        k: [1000e3, 1000e3 * f / (1.0 - f)],
        closing: 112.0 * KMH,
        e: 1.0,
    }
}
