//! What a file of channels says about the run it holds.

/// A vehicle of a run, as far as files of channels name it.
#[derive(Debug, Clone, PartialEq)]
pub struct VehicleInfo {
    /// Name or library id.
    pub name: String,
    /// Mass as crashed, kg.
    pub mass_kg: f64,
    /// Speed along its own heading at t = 0, m/s.
    pub speed_mps: f64,
}

/// What a file of results says about where it came from.
#[derive(Debug, Clone, PartialEq)]
pub struct RunInfo {
    /// Title of the run.
    pub title: String,
    /// Version of this program.
    pub version: String,
    /// Hash of the resolved input.
    pub input_hash: String,
    /// Integration step, microseconds.
    pub step_us: f64,
    /// Name of the integrator.
    pub solver: String,
    /// Vehicles in the order of the case; their test object in a code is 1, 2, ...
    pub vehicles: Vec<VehicleInfo>,
}

impl RunInfo {
    /// The same facts as names and values, in a fixed order; line breaks become spaces.
    pub fn pairs(&self) -> Vec<(String, String)> {
        let mut pairs = vec![
            ("title".to_string(), one_line(&self.title)),
            ("version".to_string(), one_line(&self.version)),
            ("input_hash".to_string(), one_line(&self.input_hash)),
            ("step_us".to_string(), self.step_us.to_string()),
            ("solver".to_string(), one_line(&self.solver)),
        ];
        for (i, v) in self.vehicles.iter().enumerate() {
            let n = i + 1;
            pairs.push((format!("vehicle.{n}.name"), one_line(&v.name)));
            pairs.push((format!("vehicle.{n}.mass_kg"), v.mass_kg.to_string()));
            pairs.push((format!("vehicle.{n}.speed_mps"), v.speed_mps.to_string()));
        }
        pairs
    }
}

/// Text that cannot break out of its line.
pub(super) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
