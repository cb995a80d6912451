//! One comparison: what was measured, what this program predicts, and how far the two may be apart.

use serde::Serialize;

/// What a row can say about the model (model section 10). The kinds are counted apart; only predictions say how good
/// the model is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// From the test that the structure was identified from, whether the number itself was a target or follows from
    /// histories that were: crush, peak, pulse, rebound and wall force of the own test, the intrusion that the fit
    /// holds down, a reading that the evidence file marks `fitted`. It holds when the identification converged.
    Fit,
    /// What any model that keeps momentum returns (ratios of delta-v and momenta, the energy that leaves translation
    /// at a small restitution), a published curve read at such a delta-v, or an input read back. It misses where the
    /// reference and momentum disagree, whatever the structures are.
    Identity,
    /// Everything else: numbers that depend on structures, unloading, restraints or dummies that were not fitted to
    /// the reference.
    Prediction,
}

impl Kind {
    /// All kinds, in the order in which they are counted.
    pub const ALL: [Self; 3] = [Self::Fit, Self::Identity, Self::Prediction];

    /// Word of the JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Fit => "fit",
            Self::Identity => "identity",
            Self::Prediction => "prediction",
        }
    }
}

/// Rows of one kind that have a bar, and how many hold.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Count {
    /// Rows that meet their bar.
    pub held: usize,
    /// Rows with a bar.
    pub judged: usize,
}

/// Counts of judged rows by kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Fits.
    pub fit: Count,
    /// Identities.
    pub identity: Count,
    /// Predictions.
    pub prediction: Count,
}

impl Summary {
    /// Count rows.
    pub fn of(rows: &[Row]) -> Self {
        let mut all = Self::default();
        for row in rows {
            let count = match row.kind {
                Kind::Fit => &mut all.fit,
                Kind::Identity => &mut all.identity,
                Kind::Prediction => &mut all.prediction,
            };
            count.judged += usize::from(row.holds.is_some());
            count.held += usize::from(row.holds == Some(true));
        }
        all
    }

    /// Count of a kind.
    pub const fn kind(&self, kind: Kind) -> Count {
        match kind {
            Kind::Fit => self.fit,
            Kind::Identity => self.identity,
            Kind::Prediction => self.prediction,
        }
    }
}

/// A reference value, or the lowest and highest that its source gives.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Reference {
    /// One value.
    Value(f64),
    /// Lowest and highest.
    Range([f64; 2]),
}

impl Reference {
    /// Lowest and highest; one value twice.
    pub const fn ends(self) -> [f64; 2] {
        match self {
            Self::Value(v) => [v; 2],
            Self::Range(ends) => ends,
        }
    }

    /// The value, or the middle of the range.
    pub fn middle(self) -> f64 {
        let [lo, hi] = self.ends();
        0.5 * (lo + hi)
    }
}

/// Kind of evidence a row belongs to; rows are printed in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Family {
    /// Own wall test with histories: crush, pulse, rebound, ratings, wall force.
    WallPulse,
    /// Own wall test known by its scalars.
    WallScalars,
    /// Own wall test: engine at rest, pillars, unloading.
    WallBehind,
    /// Residual crush of own wall tests.
    Residual,
    /// Frontal stiffness and height of force.
    Stiffness,
    /// The same structure at another speed.
    OtherSpeed,
    /// Intrusion against the offset barrier.
    OffsetBarrier,
    /// Filmed small overlap tests: delta-v and yaw.
    SmallOverlap,
    /// Published test of a railway coach.
    Coach,
    /// Staged collisions between two vehicles.
    Staged,
    /// Field statistics of mass and fatality.
    Field,
}

impl Family {
    /// Heading for people.
    pub const fn heading(self) -> &'static str {
        match self {
            Self::WallPulse => "Own wall test with histories",
            Self::WallScalars => "Own wall test, scalars",
            Self::WallBehind => "Own wall test: engine at rest, pillars, unloading",
            Self::Residual => {
                "Residual over dynamic crush (no bar: a bumper profile at rest there, separation from the wall here)"
            }
            Self::Stiffness => "KW400 and AHOF400 beside published values (no bar)",
            Self::OtherSpeed => "Lower speeds, read from the test's own pulse (no bar)",
            Self::OffsetBarrier => "Offset barrier: dash into cabin at its peak beside what stayed, panel to footwell",
            Self::SmallOverlap => {
                "Small overlap tests filmed from above, run with stand-ins (no bar where the car slid past: outside the model)"
            }
            Self::Coach => "Railway coach into a wall",
            Self::Staged => "Staged collisions between two vehicles, run with stand-ins of the library",
            Self::Field => "Field statistics",
        }
    }
}

/// Where the reference value comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Label {
    /// Instrument of a physical test.
    Measured,
    /// Stated by a publication, computed or read off there.
    Published,
    /// Field statistics.
    Statistics,
    /// Closed form.
    Derived,
}

/// How far a prediction may be from the reference.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Bar {
    /// Percent of the reference.
    Percent(f64),
    /// In the unit of the row.
    Within(f64),
    /// Between two values.
    Between(f64, f64),
}

/// A row of the table.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Row {
    /// Case and quantity: unique in a table.
    pub name: String,
    /// What it can say about the model.
    pub kind: Kind,
    /// Family.
    pub family: Family,
    /// Test, vehicle or relation.
    pub case: String,
    /// What is compared.
    pub quantity: String,
    /// Its unit; empty for a pure number.
    pub unit: String,
    /// Reference value, or the range that the source gives.
    pub measured: Reference,
    /// Lowest and highest published value.
    pub measured_range: Option<[f64; 2]>,
    /// Prediction.
    pub predicted: f64,
    /// 5th and 95th percentile of the prediction over what its evidence leaves open; none where nothing was drawn.
    pub predicted_spread: Option<[f64; 2]>,
    /// Prediction less reference; against the nearer end of a range, 0 inside it.
    pub error: f64,
    /// The same in percent of the reference; none where the reference is 0.
    pub error_pct: Option<f64>,
    /// Bar in words; none: shown, not judged.
    pub bar: Option<String>,
    /// What the bar accepts, in the unit of the row.
    pub accepted: Option<[f64; 2]>,
    /// Does the prediction meet its bar? None without one.
    pub holds: Option<bool>,
    /// Kind of reference.
    pub label: Label,
    /// Where the reference comes from.
    pub source: String,
    /// What a reader must know.
    pub note: String,
}

impl Row {
    /// A row that is shown and not judged. `measured` is a range; give one value twice.
    pub fn new(
        (family, kind): (Family, Kind),
        case: impl Into<String>,
        (quantity, unit): (impl Into<String>, &str),
        measured: [f64; 2],
        predicted: f64,
        (label, source): (Label, impl Into<String>),
    ) -> Self {
        let [lo, hi] = measured;
        let error = predicted - predicted.clamp(lo, hi);
        let end = if predicted < lo { lo } else { hi };
        let (case, quantity) = (case.into(), quantity.into());
        Self {
            name: format!("{case}, {quantity}"),
            kind,
            family,
            case,
            quantity,
            unit: unit.into(),
            measured: if lo == hi {
                Reference::Value(lo)
            } else {
                Reference::Range(measured)
            },
            measured_range: (lo != hi).then_some(measured),
            predicted,
            predicted_spread: None,
            error,
            error_pct: (end != 0.0).then(|| 100.0 * error / end),
            bar: None,
            accepted: None,
            holds: None,
            label,
            source: source.into(),
            note: String::new(),
        }
    }

    /// Judge it. A prediction that is not a number never holds.
    pub fn judged(mut self, bar: Bar) -> Self {
        let [lo, hi] = self.measured.ends();
        let (accepted, words) = match bar {
            Bar::Percent(p) => {
                let by = |x: f64| 0.01 * p * x.abs();
                ([lo - by(lo), hi + by(hi)], format!("{p} %"))
            }
            Bar::Within(d) => ([lo - d, hi + d], format!("{d} {}", self.unit).trim_end().to_string()),
            Bar::Between(a, b) => ([a, b], format!("{a} to {b}")),
        };
        // The last digits of a bar are no reason to miss it.
        let slack = 1e-9 * (accepted[0].abs() + accepted[1].abs());
        self.holds = Some((accepted[0] - slack..=accepted[1] + slack).contains(&self.predicted));
        self.accepted = Some(accepted);
        self.bar = Some(words);
        self
    }

    /// With a remark.
    pub fn noted(mut self, note: impl Into<String>) -> Self {
        self.note = note.into();
        self
    }

    /// With the 5-95 % range of the prediction.
    pub fn spread(mut self, range: Option<[f64; 2]>) -> Self {
        self.predicted_spread = range;
        self
    }

    /// Judged and off its bar.
    pub fn is_missed(&self) -> bool {
        self.holds == Some(false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(measured: [f64; 2], predicted: f64) -> Row {
        let label = (Label::Measured, "here");
        Row::new(
            (Family::Staged, Kind::Prediction),
            "case",
            ("dv", "m/s"),
            measured,
            predicted,
            label,
        )
    }

    /// A bar in percent, in units and between two values; without one nothing is judged.
    #[test]
    fn bars_accept_what_they_say() {
        assert_eq!(row([10.0; 2], 99.0).holds, None);
        let holds = |p: f64, bar| row([10.0; 2], p).judged(bar).holds == Some(true);
        assert!(holds(10.3, Bar::Percent(3.0)) && !holds(10.31, Bar::Percent(3.0)));
        assert!(holds(9.0, Bar::Within(1.0)) && !holds(8.99, Bar::Within(1.0)));
        assert!(holds(2.7, Bar::Between(2.7, 4.3)) && !holds(4.31, Bar::Between(2.7, 4.3)));
        assert!(row([10.0; 2], f64::NAN).judged(Bar::Percent(50.0)).is_missed());
    }

    /// Inside a published range there is no error; outside it counts from the nearer end.
    #[test]
    fn a_range_is_judged_from_its_ends() {
        let inside = row([10.0, 12.0], 11.5);
        assert!(inside.error == 0.0 && inside.measured.middle() == 11.0);
        let above = row([10.0, 12.0], 13.2).judged(Bar::Percent(10.0));
        assert!((above.error_pct.unwrap() - 10.0).abs() < 1e-9 && !above.is_missed());
        assert!(row([10.0, 12.0], 8.9).judged(Bar::Percent(10.0)).is_missed());
    }

    /// Kinds are counted apart, and a row without a bar is not counted.
    #[test]
    fn kinds_are_counted_apart() {
        let judged = |kind, p: f64| Row {
            kind,
            ..row([10.0; 2], p).judged(Bar::Within(1.0))
        };
        let rows = [
            judged(Kind::Fit, 10.0),
            judged(Kind::Fit, 12.0),
            judged(Kind::Prediction, 9.5),
            row([10.0; 2], 10.0),
        ];
        let all = Summary::of(&rows);
        let count = |held, judged| Count { held, judged };
        assert_eq!(Kind::ALL.map(|k| all.kind(k)), [count(1, 2), count(0, 0), count(1, 1)]);
        assert_eq!(rows[0].name, "case, dv");
    }
}
