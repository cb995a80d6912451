//! What a sizing is asked. A study file, the arguments of `crumple size` or a program fill it; for one vehicle it
//! becomes a [`Problem`].

use super::evaluate::{CollisionEvaluator, Seated};
use super::partner::PartnerDesign;
use super::problem::{Effort, LoadCase, MaterialChoice, Problem, Rule, SpeedSearch, Vary};
use super::target::Target;
use super::{DEFAULT_COSTS, KEI_LENGTH_M, SizingData};
use crate::criteria::Dummy;
use crate::dynamics::Plan;
use crate::error::Error;
use crate::occupant::Seat;
use crate::vehicle::{Library, Vehicle};

/// The question of a sizing: in which collisions which limits hold, and what may be changed for it.
///
/// ```
/// use crumple::sizing::Question;
/// use crumple::vehicle::Library;
/// # fn main() -> Result<(), crumple::error::Error> {
/// let library = Library::find(None)?;
/// let question = Question {
///     partners: vec!["ford-f-150-2018".into()],
///     limits: vec!["joint_without_neck=0.15".parse()?],
///     ..Question::default()
/// };
/// let data = question.data(&library)?;
/// let vehicle = library.vehicle("honda-n-box-jf1")?;
/// assert_eq!(question.problem(&vehicle, &data).cases.len(), 1);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Question {
    /// Ids of the partners.
    pub partners: Vec<String>,
    /// Each vehicle's own speed, km/h.
    pub speeds_kmh: Vec<f64>,
    /// Overlaps, percent.
    pub overlaps_pct: Vec<f64>,
    /// Weights of the speeds and overlaps in expected values, in that order.
    pub weights: (Vec<f64>, Vec<f64>),
    /// Who sits in the vehicle.
    pub seats: Vec<Seated>,
    /// Limits in every pair, or in their weighted mean.
    pub limits: Vec<Target>,
    /// How they bind.
    pub rule: Rule,
    /// Chest 3 ms clip that holds in every load case whatever else is asked, g: 60 in FMVSS 208 (49 CFR 571.208
    /// S6.3). `None`: no such limit.
    pub chest_clip_g: Option<f64>,
    /// Speed of the vehicle's own wall test, km/h.
    pub wall_kmh: f64,
    /// Limits kept in that test; none: the test is left out.
    pub wall_limits: Vec<Target>,
    /// What may be varied.
    pub vary: Vary,
    /// Keep within the kei length of 3.40 m.
    pub length_cap: bool,
    /// Largest added front length, m. More lets a softer, heavier front do what strength would.
    pub max_length_m: f64,
    /// Largest strength factor of a load path.
    pub max_strength: f64,
    /// Largest cabin factor.
    pub max_cabin_factor: f64,
    /// Load paths may also be made into two steps.
    pub reshape: bool,
    /// Materials of what is added.
    pub materials: MaterialChoice,
    /// Restraint packages to choose from; `None`: all that change a seat's restraint.
    pub packages: Option<Vec<String>>,
    /// The most the partner's maker may change; `None`: nothing, or [`PartnerDesign::BOUNDS`] where only he may.
    pub partner: Option<PartnerDesign>,
    /// Everything may be resized, powertrain included: more mass is dragged along.
    pub new_powertrain: bool,
    /// Cars a year that tooling and programme are spread over; `None`: the cost file's.
    pub volume_per_year: Option<f64>,
    /// Look for the highest speed also where the target is met.
    pub highest_speed: bool,
    /// Cost file.
    pub costs: String,
}

impl Default for Question {
    fn default() -> Self {
        Self {
            partners: Vec::new(),
            speeds_kmh: vec![56.0],
            overlaps_pct: vec![100.0],
            weights: (vec![1.0], vec![1.0]),
            seats: vec![Seated {
                seat: Seat::Driver,
                dummy: Dummy::Hiii50m,
            }],
            limits: Vec::new(),
            rule: Rule::Every,
            chest_clip_g: Some(Self::CHEST_CLIP_G),
            wall_kmh: 56.0,
            wall_limits: Vec::new(),
            vary: Vary::Structure,
            length_cap: false,
            max_length_m: 0.3,
            max_strength: 3.0,
            max_cabin_factor: 3.0,
            reshape: false,
            materials: MaterialChoice::default(),
            packages: None,
            partner: None,
            new_powertrain: false,
            volume_per_year: None,
            highest_speed: false,
            costs: DEFAULT_COSTS.to_string(),
        }
    }
}

impl Question {
    /// Chest 3 ms clip of FMVSS 208, g (49 CFR 571.208 S6.3).
    pub const CHEST_CLIP_G: f64 = 60.0;
    /// Speeds that may be asked for, km/h.
    pub const SPEED_KMH: [f64; 2] = [1.0, 200.0];
    /// Range of the largest added length, mm.
    pub const LENGTH_MM: [f64; 2] = [0.0, 1500.0];
    /// Range of the largest strength and cabin factors.
    pub const FACTOR: [f64; 2] = [1.0, 20.0];
    /// Most that the partner's rails may come down, mm, its added structure carry, kN, and its rails soften.
    pub const PARTNER: [f64; 3] = [400.0, 2000.0, 0.9];

    /// Materials, costs and the partners of the question.
    ///
    /// # Errors
    /// [`Error::Request`] for an unknown cost file or partner, or a volume out of range; errors of the files.
    pub fn data(&self, library: &Library) -> Result<SizingData, Error> {
        let mut data = SizingData::load(library, &self.costs)?;
        data.costs.structure.new_powertrain = self.new_powertrain;
        if let Some(volume) = self.volume_per_year {
            data.costs = data.costs.at_volume(volume)?;
        }
        let partners = self.partners.iter().map(|id| library.vehicle(id));
        data.partners = partners.collect::<Result<_, _>>()?;
        Ok(data)
    }

    /// Who runs its load cases.
    ///
    /// # Errors
    /// As [`CollisionEvaluator::new`].
    pub fn evaluator(&self, library: &Library, data: &SizingData, plan: Plan) -> Result<CollisionEvaluator, Error> {
        CollisionEvaluator::new(library, &self.partners, &data.costs, self.seats.clone(), plan)
    }

    /// Every pair with the limits.
    pub fn pairs(&self) -> Vec<LoadCase> {
        let mut all = Vec::new();
        for partner in &self.partners {
            for (speed_kmh, ws) in self.speeds_kmh.iter().zip(&self.weights.0) {
                for (overlap_pct, wo) in self.overlaps_pct.iter().zip(&self.weights.1) {
                    all.push(LoadCase {
                        against: partner.clone(),
                        speed_kmh: *speed_kmh,
                        overlap_pct: *overlap_pct,
                        weight: ws * wo,
                        own_wall: false,
                        targets: self.limits.clone(),
                        chest_clip_g: self.chest_clip_g,
                    });
                }
            }
        }
        all
    }

    /// The own wall test with its limits.
    pub fn wall(&self) -> LoadCase {
        LoadCase {
            against: "rigid-wall".into(),
            speed_kmh: self.wall_kmh,
            overlap_pct: 100.0,
            weight: 0.0,
            own_wall: true,
            targets: self.wall_limits.clone(),
            chest_clip_g: self.chest_clip_g,
        }
    }

    /// The problem of one vehicle: its limits in every pair, its own wall test kept.
    pub fn problem<'a>(&self, vehicle: &'a Vehicle, data: &'a SizingData) -> Problem<'a> {
        let mut cases = self.pairs();
        if !self.wall_limits.is_empty() {
            cases.push(self.wall());
        }
        let mut problem = Problem::new(vehicle, data, cases);
        problem.vary = self.vary;
        problem.rule = self.rule;
        problem.materials = self.materials.clone();
        if let Some(packages) = &self.packages {
            problem.packages.clone_from(packages);
        }
        problem.effort = Effort::lean();
        if self.highest_speed {
            problem.effort.speed = SpeedSearch::Always;
        }
        problem.length_cap_m = self.length_cap.then_some(KEI_LENGTH_M);
        let variables = &mut problem.variables;
        for (_, most) in &mut variables.strength {
            *most = self.max_strength;
        }
        variables.max_length_m = self.max_length_m;
        variables.max_cabin_factor = self.max_cabin_factor;
        variables.partner = self.partner.unwrap_or(match self.vary {
            Vary::Partner => PartnerDesign::BOUNDS,
            _ => PartnerDesign::NONE,
        });
        if self.reshape {
            variables.reshape();
        }
        problem
    }
}
