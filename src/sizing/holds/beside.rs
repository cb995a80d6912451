//! A design in load cases that it was not sized for: a little slower and faster, every other US vehicle, other overlaps,
//! other people in other seats. No step of it may be a cliff.

use serde::{Deserialize, Serialize};

use crate::criteria::Dummy;
use crate::error::Error;
use crate::measure::Measure;
use crate::occupant::Seat;
use crate::sizing::design::SizedVehicle;
use crate::sizing::evaluate::{CollisionEvaluator, Seated};
use crate::sizing::problem::{Evaluate, LoadCase, Problem};
use crate::sizing::search::{Slack, slacks_of};
use crate::vehicle::Vehicle;

use super::NEAR_FACTOR;

/// Step to a higher and a lower speed of each vehicle, km/h.
pub const SPEED_STEP_KMH: f64 = 2.0;
/// Overlaps that a design is tried at, percent.
pub const OVERLAPS_PCT: [f64; 5] = [30.0, 40.0, 50.0, 75.0, 100.0];

/// In which way load cases differ from those asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// As asked for.
    Asked,
    /// Another speed.
    Speed,
    /// A partner it was not sized for.
    Partner,
    /// Another overlap.
    Overlap,
    /// Another seat or dummy.
    Occupant,
    /// Draws of everything that is uncertain.
    Draws,
}

/// One way to try a design, and the worst it gives. Risks are expected risks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Beside {
    /// In words.
    pub what: String,
    /// In which way it differs.
    pub kind: Kind,
    /// Worst value of the first target's criterion; the share of draws for [`Kind::Draws`].
    pub value: f64,
    /// Its limit; the share asked for in draws.
    pub limit: f64,
    /// Does every target hold?
    pub ok: bool,
    /// Does it hold, or come near: is the value at most [`NEAR_FACTOR`] times its limit?
    pub near: bool,
    /// The load case behind the value; absent for draws.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub against: Option<String>,
    /// The criterion that fails by most, where one does.
    pub fails: Option<Measure>,
}

/// Load cases to try under one name.
struct Try {
    what: String,
    kind: Kind,
    cases: Vec<LoadCase>,
    seats: Option<Vec<Seated>>,
}

/// A design in load cases beside those of its problem. `others` are vehicles that it was not sized for; the highest
/// speed of each partner and overlap is the one that is varied.
///
/// # Errors
/// Whatever keeps a case from running.
pub fn beside(
    problem: &Problem<'_>,
    sized: &SizedVehicle,
    evaluator: &CollisionEvaluator,
    others: &[Vehicle],
) -> Result<Vec<Beside>, Error> {
    let mut with_all = evaluator.clone();
    for other in others {
        with_all.add_partner(other.clone());
    }
    let Some(criterion) = leading(problem) else {
        return Ok(Vec::new());
    };
    let tries = tries(problem, evaluator.seats(), others);
    let look = |t: &Try| {
        let mut who = match &t.seats {
            Some(seats) => with_all.with_seats(seats.clone()),
            None => with_all.clone(),
        };
        let values = who.verify(sized, &t.cases)?;
        let all: Vec<usize> = (0..t.cases.len()).collect();
        Ok(row(t, criterion, &slacks_of(problem.rule, &t.cases, &all, &values)?))
    };
    let rows: Result<Vec<Option<Beside>>, Error> = tries.iter().map(look).collect();
    Ok(rows?.into_iter().flatten().collect())
}

/// The criterion of the first target of the pairs.
pub(in crate::sizing) fn leading(problem: &Problem<'_>) -> Option<Measure> {
    let pairs = problem.cases.iter().filter(|c| !c.own_wall);
    pairs.flat_map(|c| &c.targets).next().map(|t| t.criterion)
}

fn row(of: &Try, criterion: Measure, slacks: &[Slack]) -> Option<Beside> {
    let least = |of: &mut dyn Iterator<Item = &Slack>| of.min_by(|a, b| a.slack.total_cmp(&b.slack)).copied();
    let led = least(&mut slacks.iter().filter(|s| s.target.criterion == criterion))?;
    let worst = least(&mut slacks.iter())?;
    Some(Beside {
        what: of.what.clone(),
        kind: of.kind,
        value: led.value,
        limit: led.target.limit,
        ok: worst.slack >= 0.0,
        near: led.value <= NEAR_FACTOR * led.target.limit,
        against: led.case.map(|i| of.cases[i].against.clone()),
        fails: (worst.slack < 0.0).then_some(worst.target.criterion),
    })
}

/// The pairs at the highest speed of each partner and overlap.
fn fastest(problem: &Problem<'_>) -> Vec<LoadCase> {
    let mut all: Vec<LoadCase> = Vec::new();
    for case in problem.cases.iter().filter(|c| !c.own_wall) {
        let same = |c: &LoadCase| c.against == case.against && c.overlap_pct == case.overlap_pct;
        match all.iter_mut().find(|c| same(c)) {
            Some(have) if have.speed_kmh < case.speed_kmh => *have = case.clone(),
            Some(_) => {}
            None => all.push(case.clone()),
        }
    }
    all
}

fn tries(problem: &Problem<'_>, asked: &[Seated], others: &[Vehicle]) -> Vec<Try> {
    let fastest = fastest(problem);
    let mut all = vec![Try {
        what: "as asked for".into(),
        kind: Kind::Asked,
        cases: problem.cases.clone(),
        seats: None,
    }];
    for (step, word) in [(-SPEED_STEP_KMH, "slower"), (SPEED_STEP_KMH, "faster")] {
        let at = |c: &LoadCase| LoadCase {
            speed_kmh: c.speed_kmh + step,
            ..c.clone()
        };
        all.push(Try {
            what: format!("each vehicle {SPEED_STEP_KMH} km/h {word}"),
            kind: Kind::Speed,
            cases: fastest.iter().map(at).filter(|c| c.speed_kmh > 0.0).collect(),
            seats: None,
        });
    }
    let known = |c: &LoadCase, all: &[LoadCase]| {
        all.iter()
            .any(|o| o.against == c.against && o.overlap_pct == c.overlap_pct)
    };
    for overlap_pct in OVERLAPS_PCT {
        let mut cases: Vec<LoadCase> = Vec::new();
        for c in &fastest {
            let other = LoadCase {
                overlap_pct,
                ..c.clone()
            };
            if !known(&other, &fastest) && !known(&other, &cases) {
                cases.push(other);
            }
        }
        all.push(Try {
            what: format!("{overlap_pct} % overlap"),
            kind: Kind::Overlap,
            cases,
            seats: None,
        });
    }
    for seated in other_seats(asked) {
        all.push(Try {
            what: format!("{} {}", seated.seat.id(), seated.dummy.id()),
            kind: Kind::Occupant,
            cases: fastest.clone(),
            seats: Some(vec![seated]),
        });
    }
    for other in others {
        let mut cases: Vec<LoadCase> = Vec::new();
        for c in &fastest {
            let against = LoadCase {
                against: other.id.clone(),
                ..c.clone()
            };
            if !known(&against, &cases) {
                cases.push(against);
            }
        }
        all.push(Try {
            what: format!("against {}", other.name),
            kind: Kind::Partner,
            cases,
            seats: None,
        });
    }
    all.retain(|t| !t.cases.is_empty());
    all
}

/// Seats and dummies that were not asked for.
fn other_seats(asked: &[Seated]) -> Vec<Seated> {
    let mut all = Vec::new();
    for seat in [Seat::Driver, Seat::Passenger] {
        for dummy in [Dummy::Hiii50m, Dummy::Hiii05f] {
            let one = Seated { seat, dummy };
            if !asked.contains(&one) {
                all.push(one);
            }
        }
    }
    all
}
