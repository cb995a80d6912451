//! Drawing a restraint from its evidence, by the rules of [`crate::vehicle::draw`]: one factor per provenance
//! entry and kind of number below it.

use super::OccupantError;
use super::chain::Seat;
use super::restraint::Restraint;
use crate::criteria::Dummy;
use crate::vehicle::draw::{Input, Part, Quantity, collect};

/// A share cannot grow beyond this.
const LARGEST_SHARE: f64 = 0.95;

fn quantity(key: &str) -> Quantity {
    let name = key.rsplit('.').next().unwrap_or(key);
    if name.ends_with("_kN") || name.contains("_kN_per_") || name.contains("_N") {
        Quantity::Force
    } else if name.ends_with("_ms") {
        Quantity::Time
    } else if name.ends_with("_kg") {
        Quantity::Mass
    } else if key.contains(".position.") {
        Quantity::Place
    } else if name.ends_with("_mm") {
        Quantity::Length
    } else {
        Quantity::Share
    }
}

impl Restraint {
    /// What is uncertain about it for one seat and dummy: entries of the other seat and of other dummies'
    /// clearances do not count.
    pub fn inputs(&self, seat: Seat, dummy: Dummy) -> Vec<Input> {
        let other = match seat {
            Seat::Driver => "passenger.",
            Seat::Passenger => "driver.",
        };
        let mut inputs = collect(
            self.number_keys().into_iter().map(|key| {
                let kind = quantity(&key);
                (key, kind, Part::Restraint)
            }),
            |key| {
                let foreign = key.starts_with(other) || (key.contains(".position.") && !key.contains(dummy.id()));
                self.provenance_entry(key).filter(|_| !foreign)
            },
            &self.provenance,
        );
        for input in &mut inputs {
            input.key = format!("{}.{}", self.id, input.key);
        }
        inputs
    }

    /// The restraint with every input at its factor; shares stay below 1, unloading stiffnesses at least their
    /// table's slope.
    ///
    /// A number that a factor drives out of the range a file may hold stays at the end of that range.
    ///
    /// # Errors
    /// [`OccupantError::Restraint`] for what breaks another rule of the file.
    pub fn drawn(&self, inputs: &[Input], factors: &[f64]) -> Result<Self, OccupantError> {
        let keys = self.number_keys();
        let mut table = self.table.clone();
        for (input, factor) in inputs.iter().zip(factors).filter(|(_, f)| **f != 1.0) {
            for leaf in &input.leaves {
                if let Some(key) = keys.get(leaf.index)
                    && let Some(value) = at(&mut table, key)
                {
                    super::law::scale(value, leaf.factor(*factor));
                    limit(key, value);
                }
            }
        }
        raise_unloading(&mut table);
        let mut drawn = Self::from_table(&table);
        for _ in 0..keys.len() {
            let Err(OccupantError::Restraint(e)) = &drawn else {
                break;
            };
            let (Some(end), Some(value)) = (e.nearest, at(&mut table, &e.key)) else {
                break;
            };
            *value = toml::Value::Float(end);
            drawn = Self::from_table(&table);
        }
        drawn
    }
}

fn at<'a>(table: &'a mut toml::Table, key: &str) -> Option<&'a mut toml::Value> {
    let mut parts = key.split('.');
    let first = table.get_mut(parts.next()?)?;
    parts.try_fold(first, |value, part| value.as_table_mut()?.get_mut(part))
}

/// A share stays below 1, so that the rest of the force keeps a path.
fn limit(key: &str, value: &mut toml::Value) {
    if let (true, toml::Value::Float(x)) = (key.ends_with("sternum_share"), value) {
        *x = x.min(LARGEST_SHARE);
    }
}

fn list(table: &toml::Table, key: &str) -> Vec<f64> {
    let numbers = table.get(key).and_then(toml::Value::as_array);
    let number = |v: &toml::Value| v.as_float().or(v.as_integer().map(|i| i as f64));
    numbers.map_or_else(Vec::new, |a| a.iter().filter_map(number).collect())
}

/// Unloading (webbing) stiffness of every table below, at least the steepest rise of its force.
fn raise_unloading(table: &mut toml::Table) {
    for [x, f, stiffness] in [
        ["crush_mm", "force_kN", "unload_kN_per_mm"],
        ["limiter_payout_mm", "limiter_kN", "webbing_kN_per_mm"],
    ] {
        let (x, f) = (list(table, x), list(table, f));
        let rise = |i: usize| (f[i] - f[i - 1]) / (x[i] - x[i - 1]);
        let steepest = (1..x.len().min(f.len())).map(rise).fold(0.0, f64::max);
        if let Some(toml::Value::Float(k)) = table.get_mut(stiffness) {
            *k = k.max(steepest);
        }
    }
    for (key, value) in table.iter_mut() {
        if let (false, toml::Value::Table(below)) = (key == "provenance", value) {
            raise_unloading(below);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vehicle::Library;
    use crate::vehicle::draw::probabilities;

    /// Every draw of every shipped restraint passes the rules of a restraint file.
    #[test]
    fn a_drawn_restraint_is_a_valid_restraint() {
        let library = Library::find(None).unwrap();
        for id in library.ids("restraints") {
            let restraint = Restraint::load(&library, &id).unwrap();
            for seat in [Seat::Driver, Seat::Passenger] {
                let inputs = restraint.inputs(seat, Dummy::Hiii50m);
                assert!(inputs.len() >= 8, "{id}: {}", inputs.len());
                for index in 0..200 {
                    let u = probabilities(3, index, inputs.len());
                    let factors: Vec<f64> = inputs.iter().zip(u).map(|(i, u)| i.quantile(u)).collect();
                    restraint
                        .drawn(&inputs, &factors)
                        .unwrap_or_else(|e| panic!("{id} draw {index}: {e}"));
                }
            }
        }
    }

    /// A column cannot give way by more than a file may say, however far it is drawn.
    #[test]
    fn a_number_drawn_out_of_its_range_stays_at_its_end() {
        let library = Library::find(None).unwrap();
        let restraint = Restraint::load(&library, "us-2018").unwrap();
        let inputs = restraint.inputs(Seat::Driver, Dummy::Hiii50m);
        let keys = restraint.number_keys();
        let stroke = |i: &Input| (i.leaves.iter()).any(|l| keys[l.index] == "driver.column.stroke_mm");
        assert!(inputs.iter().any(stroke));
        let factors: Vec<f64> = (inputs.iter()).map(|i| if stroke(i) { 20.0 } else { 1.0 }).collect();
        let drawn = restraint.drawn(&inputs, &factors).unwrap();
        let super::super::RestraintSpec::System(s) = &drawn.spec else {
            panic!("a system");
        };
        assert_eq!(s.driver.column.as_ref().unwrap().stroke_mm, 300.0);
    }

    /// The driver's draw leaves the passenger's place alone, and factors of 1 change nothing.
    #[test]
    fn inputs_belong_to_one_seat_and_dummy() {
        let library = Library::find(None).unwrap();
        let restraint = Restraint::load(&library, "us-2018").unwrap();
        let inputs = restraint.inputs(Seat::Driver, Dummy::Hiii50m);
        assert!(inputs.iter().all(|i| !i.key.contains("passenger")));
        let same = restraint.drawn(&inputs, &vec![1.0; inputs.len()]).unwrap();
        assert_eq!(same, restraint);
        let moved = restraint.drawn(&inputs, &vec![1.1; inputs.len()]).unwrap();
        let (super::super::RestraintSpec::System(a), super::super::RestraintSpec::System(b)) =
            (&restraint.spec, &moved.spec)
        else {
            panic!("a system");
        };
        assert_eq!(a.passenger, b.passenger);
        assert_eq!(a.driver.position["hiii-05f"], b.driver.position["hiii-05f"]);
        let grown = b.driver.position["hiii-50m"].chest_mm / a.driver.position["hiii-50m"].chest_mm;
        assert!((grown - 1.1).abs() < 1e-12, "{grown}");
    }
}
