//! What acts between the points of a network, read from its plain data: forces for given modes.
//!
//! Written apart from the packed elements of the fixed-step scheme; both share only the data they start from.

use super::super::network::{CrushLaw, Network, Port, Pretension, Ramp};

/// Regime of a crush path (model section 3).
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Regime {
    /// Not in compression; a tie is in tension here.
    Off,
    /// On the unloading line through the permanent set, or on its curve with an unloading power.
    Elastic,
    /// On the backbone, on the piece that starts at this point of the table.
    Backbone(usize),
}

/// Phase of a pretensioner.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Pull {
    /// Not fired, pulling or at the end of its stroke: a matter of time.
    Clock,
    /// Locked by force with this much pulled in, m.
    Locked(f64),
}

/// A layer's share or a crush element: anything with a force-crush law.
#[derive(Debug, Clone)]
pub struct CrushPath<'a> {
    /// `(point, coefficient)`.
    pub terms: Vec<(usize, f64)>,
    pub law: &'a CrushLaw,
    pub weight: f64,
    pub gap_m: f64,
    /// Tip mass for the tie's critical damping, where this path is a tie, kg.
    pub tie_kg: Option<f64>,
    pub ramp: Option<Ramp>,
    pub pretension: Option<Pretension>,
    pub group: usize,
    /// Of a share with yaw: how its body's point turns.
    pub turned: Option<Turned>,
    pub regime: Regime,
    pub pull: Pull,
    /// The damper would make it pull (or a tie push): the sum is held at zero.
    pub slack: bool,
    /// Permanent set, m.
    pub p: f64,
    /// Largest compression on the backbone, m.
    pub m: f64,
}

/// A point of a turning vehicle in the state vector.
#[derive(Debug, Clone, Copy)]
pub struct Turned {
    /// 0 or 1.
    pub side: usize,
    /// Index of the vehicle's yaw in the state.
    pub at: TurnAt,
    /// Lateral place from the centre line at the start, m.
    pub from_centre_m: f64,
    /// Outward direction of the face.
    pub out: f64,
}

/// Where a vehicle's yaw stands in the state: angle, lateral displacement, psi, and the rates of the first two.
#[derive(Debug, Clone, Copy)]
pub struct TurnAt(pub usize);

impl TurnAt {
    /// Angle, rad.
    pub fn theta(self, y: &[f64]) -> f64 {
        y[self.0]
    }
    /// Lateral displacement, m.
    pub fn lateral(self, y: &[f64]) -> f64 {
        y[self.0 + 1]
    }
    /// Integral of lateral displacement times yaw rate, m.
    pub fn psi(self, y: &[f64]) -> f64 {
        y[self.0 + 2]
    }
    /// Yaw rate, rad/s.
    pub fn omega(self, y: &[f64]) -> f64 {
        y[self.0 + 3]
    }
    /// Lateral velocity, m/s.
    pub fn lateral_mps(self, y: &[f64]) -> f64 {
        y[self.0 + 4]
    }
}

impl Turned {
    /// Lever about the mass centre, m.
    pub fn lever(&self, y: &[f64]) -> f64 {
        self.from_centre_m - self.at.lateral(y)
    }

    /// What yaw adds to a compression and its rate.
    fn motion(&self, y: &[f64]) -> (f64, f64) {
        let shift = self.at.psi(y) - self.from_centre_m * self.at.theta(y);
        let rate = -self.lever(y) * self.at.omega(y);
        (self.out * shift, self.out * rate)
    }

    /// What it adds to the acceleration of the compression, by the rates of the state.
    fn acceleration(&self, y: &[f64], dy: &[f64]) -> f64 {
        let alpha = self.at.omega(dy);
        self.out * (self.at.lateral_mps(y) * self.at.omega(y) - self.lever(y) * alpha)
    }
}

/// Table lookup, linear between points and constant beyond the last.
fn table(x: &[f64], y: &[f64], at: f64) -> f64 {
    let k = x.partition_point(|c| *c <= at);
    if k == 0 {
        y[0]
    } else if k == x.len() {
        y[k - 1]
    } else {
        y[k - 1] + (y[k] - y[k - 1]) * (at - x[k - 1]) / (x[k] - x[k - 1])
    }
}

impl CrushPath<'_> {
    /// Compression and its rate by the bodies alone.
    pub fn motion(&self, y: &[f64], points: usize, time: f64, middle: f64) -> (f64, f64) {
        let d: f64 = self.terms.iter().map(|(i, c)| c * y[*i]).sum();
        let rate: f64 = self.terms.iter().map(|(i, c)| c * y[points + i]).sum();
        let (shift, turning) = self.turned.map_or((0.0, 0.0), |t| t.motion(y));
        let (d, rate) = (d + shift, rate + turning);
        (d - self.gap_m + self.pulled(time, middle).0, rate)
    }

    /// Acceleration of the compression, by the rates of the state, m/s2.
    pub fn acceleration(&self, y: &[f64], dy: &[f64], points: usize) -> f64 {
        let along: f64 = self.terms.iter().map(|(j, c)| c * dy[points + j]).sum();
        along + self.turned.map_or(0.0, |t| t.acceleration(y, dy))
    }

    /// Belt pulled in at a time, m, and its rate; the phase is that of `middle`, the middle of the window.
    pub fn pulled(&self, time: f64, middle: f64) -> (f64, f64) {
        let Some(p) = &self.pretension else {
            return (0.0, 0.0);
        };
        let speed = p.stroke_m / p.duration_s;
        match self.pull {
            Pull::Locked(m) => (m, 0.0),
            Pull::Clock if middle <= p.fire_s => (0.0, 0.0),
            Pull::Clock if middle >= p.fire_s + p.duration_s => (p.stroke_m, 0.0),
            Pull::Clock => (speed * (time - p.fire_s), speed),
        }
    }

    /// Activation at a time and its rate, per s.
    fn activation(&self, time: f64, middle: f64) -> (f64, f64) {
        let Some(r) = &self.ramp else {
            return (1.0, 0.0);
        };
        if middle <= r.start_s {
            (0.0, 0.0)
        } else if middle >= r.start_s + r.duration_s {
            (1.0, 0.0)
        } else {
            ((time - r.start_s) / r.duration_s, 1.0 / r.duration_s)
        }
    }

    /// Piece of the table a compression lies on.
    pub fn piece(&self, d: f64) -> usize {
        self.law.crush_m.partition_point(|c| *c <= d).max(1) - 1
    }

    /// End of a piece of the table, m.
    pub fn piece_end(&self, piece: usize) -> f64 {
        self.law.crush_m.get(piece + 1).copied().unwrap_or(f64::INFINITY)
    }

    fn slope(&self, piece: usize) -> f64 {
        let (x, f) = (&self.law.crush_m, &self.law.force_n);
        if piece + 1 < x.len() {
            (f[piece + 1] - f[piece]) / (x[piece + 1] - x[piece])
        } else {
            0.0
        }
    }

    /// Strength on a piece of the backbone, of the whole layer, N.
    pub fn strength(&self, piece: usize, d: f64, rate: f64, time: f64, middle: f64) -> f64 {
        let at_rest = self.law.force_n[piece] + self.slope(piece) * (d - self.law.crush_m[piece]);
        at_rest * (1.0 + self.law.rate_s_per_m * rate.max(0.0)) * self.activation(time, middle).0
    }

    /// Rate of the strength along a motion, N/s.
    pub fn strength_rate(&self, piece: usize, d: f64, rate: f64, acceleration: f64, time: f64, middle: f64) -> f64 {
        let (on, on_rate) = self.activation(time, middle);
        let at_rest = self.law.force_n[piece] + self.slope(piece) * (d - self.law.crush_m[piece]);
        let r = self.law.rate_s_per_m;
        let closing = rate.max(0.0);
        let by_rate = if rate > 0.0 { r * acceleration } else { 0.0 };
        on * (self.slope(piece) * rate * (1.0 + r * closing) + at_rest * by_rate)
            + on_rate * at_rest * (1.0 + r * closing)
    }

    /// Unloading stiffness of the whole layer, N/m.
    pub fn unloading(&self, m: f64) -> f64 {
        table(&self.law.crush_m, &self.law.unload_n_per_m, m)
    }

    /// Has it an unloading power, and has it yielded once? Before, it is on the line.
    fn curved(&self) -> bool {
        self.law.unload_power > 1 && self.m > self.law.first_yield_m()
    }

    /// Force by which it has left the elastic regime at `d` for the backbone, of the whole layer, N; negative: not yet.
    pub fn yields(&self, d: f64, rate: f64, time: f64, middle: f64) -> f64 {
        if self.law.unload_power > 1 {
            // Beyond the turning point or the first yield, by as much force as the line would have gained.
            let turn = self.m.max(self.law.first_yield_m());
            return self.unloading(self.m) * (d - turn);
        }
        let trial = self.unloading(self.m) * (d - self.p);
        trial - self.strength(self.piece(d), d, rate, time, middle)
    }

    /// Place between set and turning point, 0 to 1.
    fn share(&self, d: f64) -> f64 {
        if self.m > self.p {
            ((d - self.p) / (self.m - self.p)).clamp(0.0, 1.0)
        } else {
            0.0
        }
    }

    /// Force below the turning point with an unloading power, on the curve or, before the first yield, on the line;
    /// of the whole layer, N.
    fn curve(&self, d: f64, rate: f64, time: f64, middle: f64) -> f64 {
        if self.curved() {
            let top = self.strength(self.piece(self.m), self.m, rate, time, middle);
            return top * self.share(d).powi(self.law.unload_power as i32);
        }
        let quickened = 1.0 + self.law.rate_s_per_m * rate.max(0.0);
        self.unloading(self.m) * (d - self.p) * quickened * self.activation(time, middle).0
    }

    /// Force of the spring and slider, of the share, N; negative only for a tie in tension.
    pub fn spring(&self, d: f64, rate: f64, time: f64, middle: f64) -> f64 {
        let whole = match self.regime {
            Regime::Off if self.tie_kg.is_none() => 0.0,
            Regime::Elastic if self.law.unload_power > 1 => self.curve(d, rate, time, middle),
            Regime::Off | Regime::Elastic => self.unloading(self.m) * (d - self.p),
            Regime::Backbone(k) => self.strength(k, d, rate, time, middle),
        };
        whole * self.weight
    }

    /// Whole force of the share, N.
    pub fn force(&self, d: f64, rate: f64, time: f64, middle: f64) -> f64 {
        let spring = self.spring(d, rate, time, middle);
        match (self.regime, self.tie_kg) {
            (Regime::Off, None) => 0.0,
            _ if self.slack && self.damping() > 0.0 => 0.0,
            _ => spring + self.damping() * rate,
        }
    }

    /// Damping that acts in this regime, of the share, N s/m: the tie's is critical for the tip's mass.
    pub fn damping(&self) -> f64 {
        match (self.regime, self.tie_kg) {
            (Regime::Off, None) => 0.0,
            (Regime::Off, Some(kg)) => 2.0 * (self.unloading(self.m) * self.weight * kg).sqrt(),
            _ => self.weight * self.law.damping_n_s_per_m,
        }
    }

    /// Permanent set and largest compression as they stand now: on the backbone they move with it.
    pub fn set(&self, d: f64, rate: f64, time: f64, middle: f64) -> (f64, f64) {
        match self.regime {
            Regime::Backbone(_) if self.law.unload_power > 1 => {
                let m = self.m.max(d);
                (self.p.max(self.curved_set(m)), m)
            }
            Regime::Backbone(k) => {
                let m = self.m.max(d);
                let set = d - self.strength(k, d, rate, time, middle) / self.unloading(m);
                (self.p.max(set), m)
            }
            _ => (self.p, self.m),
        }
    }

    /// Set left by turning back at `m` with an unloading power, the largest on the way there, m.
    fn curved_set(&self, m: f64) -> f64 {
        let n = f64::from(self.law.unload_power);
        let left = |x: f64| {
            let f = table(&self.law.crush_m, &self.law.force_n, x);
            x - n * f / self.unloading(x)
        };
        let before = self.law.crush_m.iter().copied().filter(|x| *x <= m);
        before.chain([m]).map(left).fold(0.0, f64::max)
    }

    /// Recoverable energy, J.
    pub fn stored(&self, d: f64, rate: f64, time: f64, middle: f64) -> f64 {
        if self.regime == Regime::Off && self.tie_kg.is_none() {
            return 0.0;
        }
        let (p, m) = self.set(d, rate, time, middle);
        if self.law.unload_power > 1 && m > self.law.first_yield_m() && d > p {
            let n = self.law.unload_power as i32;
            let top = table(&self.law.crush_m, &self.law.force_n, m) * self.weight;
            let share = ((d - p) / (m - p)).min(1.0);
            return top * (m - p) * share.powi(n + 1) / f64::from(n + 1);
        }
        0.5 * self.unloading(m) * self.weight * (d - p) * (d - p)
    }
}

/// A belt that waits for a sensor has not fired.
fn waiting_belt(p: Pretension) -> Pretension {
    let fire_s = p.sensor.map_or(p.fire_s, |_| f64::INFINITY);
    Pretension { fire_s, ..p }
}

/// A bag that waits for a sensor has not fired.
fn waiting_ramp(r: Ramp) -> Ramp {
    let start_s = r.sensor.map_or(r.start_s, |_| f64::INFINITY);
    Ramp { start_s, ..r }
}

/// All crush paths of a network: shares first, then elements between bodies; `turns` says where each vehicle's yaw
/// stands in the state.
pub fn crush_paths<'a>(net: &'a Network, turns: &[Option<TurnAt>; 2]) -> Vec<CrushPath<'a>> {
    let turned = |cell: usize, side: usize, out: f64| {
        let centre = net.yaw.as_ref().map(|y| y.centre_line_m[side])?;
        Some(Turned {
            side,
            at: turns[side]?,
            from_centre_m: net.cells[cell].lateral_m - centre,
            out,
        })
    };
    let bodies = net.bodies.len();
    let shares = net.shares.iter().map(|s| {
        let out = if s.side == 0 { 1.0 } else { -1.0 };
        CrushPath {
            terms: vec![(s.body, out), (bodies + 2 * s.cell + s.side, -out)],
            law: &net.laws[s.law],
            weight: s.weight,
            gap_m: s.gap_m,
            tie_kg: s.tie.then(|| net.cells[s.cell].tip_kg[s.side].unwrap_or(0.0)),
            ramp: None,
            pretension: None,
            group: s.group,
            turned: turned(s.cell, s.side, out),
            regime: Regime::Off,
            pull: Pull::Clock,
            slack: false,
            p: 0.0,
            m: 0.0,
        }
    });
    let between = net.crushes.iter().map(|e| CrushPath {
        terms: e.port.terms.to_vec(),
        law: &net.laws[e.law],
        weight: 1.0,
        gap_m: e.gap_m,
        tie_kg: None,
        ramp: e.ramp.map(waiting_ramp),
        pretension: e.pretension.map(waiting_belt),
        group: e.group,
        turned: None,
        regime: Regime::Off,
        pull: Pull::Clock,
        slack: false,
        p: 0.0,
        m: 0.0,
    });
    shares.chain(between).collect()
}

/// Elongation of a port and its rate.
pub fn port_motion(port: &Port, y: &[f64], points: usize) -> (f64, f64) {
    let sum = |from: usize| port.terms.iter().map(|(i, c)| c * y[from + i]).sum();
    (sum(0), sum(points))
}

/// Regime of a two-way slider.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Slide {
    /// Holding, with this much slipped so far, m.
    Stuck(f64),
    /// Slipping towards +1 or -1.
    Slipping(f64),
}
