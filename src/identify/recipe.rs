//! What is known about a vehicle before its structure is identified (model section 9): a recipe names a
//! template of its structure type and adds masses, dimensions, geometry and the scalars of its own wall test.
//!
//! Templates are `vehicles/templates/*.toml`, recipes `vehicles/recipes/*.toml`. A recipe may replace any value
//! that its template declares; a name the template does not declare is an error, so a slip cannot pass silently.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::embedded;
use crate::error::{Error, SourceText, nearest};
use crate::vehicle::{Library, Provenance, VehicleClass};

use super::offset::OffsetReading;
use super::pulse::data::PulseTest;

/// Where the powertrain sits: it decides which layers and inner paths exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EngineLayout {
    /// Between radiator and dash: arrested early, then it loads the dash.
    Front,
    /// Under or behind the front seats: rides with the cabin on mounts, no front layer.
    UnderSeat,
    /// Behind the cabin: as `UnderSeat`; radiator and steering gear still load the dash.
    Rear,
}

/// Dimensionless force-crush shape: crush over the reference crush, force over the reference force.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shape {
    /// Crush points as a share of the dynamic crush of the own wall test; the first is 0.
    pub crush: Vec<f64>,
    /// Forces as a share of the mean force of that test, m v^2 / (2 x).
    pub force: Vec<f64>,
}

/// A free parameter of the identification with its physical bounds and prior.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ParameterPrior {
    /// Name: one of the fields of [`super::draft::Parameters`].
    pub name: String,
    /// Prior mean.
    pub prior: f64,
    /// Prior standard deviation.
    pub sd: f64,
    /// Smallest value that is physical.
    pub min: f64,
    /// Largest value that is physical.
    pub max: f64,
}

/// A type of structure: its layout, default geometry, force shapes, priors and spreads.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Template {
    /// 1.
    pub format: i64,
    /// File stem.
    pub id: String,
    /// What the type covers and where its defaults come from.
    pub about: String,
    /// Place of the powertrain.
    pub engine: EngineLayout,
    /// Does a separate frame carry rails, wheels and engine?
    pub frame: bool,
    /// Intrusion that such a structure may show in its own wall test before the fit holds it against it, mm.
    pub intrusion_mm: f64,
    /// How far an engine ahead of the dash stays pushed rearward after the own wall test, mm, and its spread: what
    /// tests of the type show.
    pub engine_travel_mm: Option<f64>,
    /// Standard deviation, mm.
    pub engine_travel_sd_mm: Option<f64>,
    /// What cars of the class show in the offset barrier, for one without a reading of its own.
    pub offset: Option<OffsetReading>,
    /// Lengths in mm, see [`super::structure`].
    pub geometry: BTreeMap<String, f64>,
    /// Masses in kg.
    pub masses: BTreeMap<String, f64>,
    /// Strengths in kN and stiffnesses in kN/mm.
    pub strength: BTreeMap<String, f64>,
    /// Force shapes of `rails`, `upper` and `wheels`.
    pub shape: BTreeMap<String, Shape>,
    /// Free parameters.
    pub parameter: Vec<ParameterPrior>,
    /// Citations used by `provenance`.
    pub sources: BTreeMap<String, String>,
    /// Default provenance by key path of the vehicle file.
    pub provenance: BTreeMap<String, Provenance>,
}

/// Size, weight and price as in the vehicle file.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecipeBody {
    /// Kerb mass, kg.
    pub curb_kg: f64,
    /// Mass as crashed, kg.
    pub test_kg: f64,
    /// Length, mm.
    pub length_mm: f64,
    /// Width, mm.
    pub width_mm: f64,
    /// Height, mm.
    pub height_mm: f64,
    /// Wheelbase, mm.
    pub wheelbase_mm: f64,
    /// List price.
    pub price: Option<f64>,
    /// ISO 4217 code.
    pub currency: Option<String>,
}

/// Restraint ids by seat.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecipeRestraint {
    /// Driver's restraint id.
    pub driver: String,
    /// Front passenger's restraint id.
    pub passenger: String,
}

/// Scalars of the vehicle's own full-width rigid-wall test, measured or (for a vehicle without a test) expected.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(non_snake_case)]
pub struct WallScalars {
    /// Speed, km/h.
    pub speed_kmh: f64,
    /// Largest displacement of the instrumented body, mm.
    pub dynamic_crush_mm: f64,
    /// Standard deviation of the crush, mm.
    pub crush_sd_mm: f64,
    /// Peak deceleration of the instrumented body at CFC 60, g.
    pub peak_g_cfc60: f64,
    /// Standard deviation of the peak, g.
    pub peak_sd_g: f64,
    /// Largest 10 ms mean of the pulse, g; taken from the channels of `[pulse]`, else 0.89 of the peak.
    pub mean_10ms_g: Option<f64>,
    /// Residual rearward movement of the engine's front face in that test, mm; the template's where absent.
    pub engine_travel_mm: Option<f64>,
    /// Standard deviation of the engine's movement, mm.
    pub engine_travel_sd_mm: Option<f64>,
    /// Residual crush, mean of the C1-C6 profile, mm (reported, and fitted when `residual_sd_mm` is given).
    pub residual_crush_mm: Option<f64>,
    /// Standard deviation of the residual crush, mm.
    pub residual_sd_mm: Option<f64>,
    /// KW400 of the wall force of that test where it was published, N/mm (fitted with a pulse, when
    /// `kw400_sd_N_per_mm` is given; the window is on the displacement of the instrumented mass).
    pub kw400_N_per_mm: Option<f64>,
    /// Standard deviation of KW400, N/mm.
    pub kw400_sd_N_per_mm: Option<f64>,
    /// Name of the mass that carried the accelerometers; the cabin if absent.
    pub instrumented_mass: Option<String>,
    /// Key of `[sources]`.
    pub source: String,
}

impl WallScalars {
    /// What the engine's residual movement should be, mm, with its standard deviation: of the own test, else of the
    /// template's type; `None` without an engine ahead of the dash.
    pub fn engine_travel(&self, template: &Template) -> Option<(f64, f64)> {
        let of_type = template.engine_travel_mm.zip(template.engine_travel_sd_mm);
        (template.engine == EngineLayout::Front)
            .then(|| self.engine_travel_mm.zip(self.engine_travel_sd_mm))?
            .or(of_type)
    }
}

/// Everything known about one vehicle.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipe {
    /// 1.
    pub format: i64,
    /// Vehicle id.
    pub id: String,
    /// Vehicle name.
    pub name: String,
    /// Class.
    pub class: VehicleClass,
    /// Library group: kei, us or reference.
    pub group: String,
    /// Model year.
    pub year: i64,
    /// Template id.
    pub template: String,
    /// Remark that goes to the head of the vehicle file.
    pub note: String,
    /// Size and weight.
    pub body: RecipeBody,
    /// Restraints.
    pub restraint: RecipeRestraint,
    /// Own wall test.
    pub wall: WallScalars,
    /// Histories of that test, where they are at hand: ways (a) and (b).
    pub pulse: Option<PulseTest>,
    /// Offset-barrier reading of the vehicle: fixes the margin of its cell.
    pub offset: Option<OffsetReading>,
    /// Replaces template lengths.
    #[serde(default)]
    pub geometry: BTreeMap<String, f64>,
    /// Replaces template masses.
    #[serde(default)]
    pub masses: BTreeMap<String, f64>,
    /// Replaces template strengths.
    #[serde(default)]
    pub strength: BTreeMap<String, f64>,
    /// Replaces template force shapes: for vehicles whose own pulse is known.
    #[serde(default)]
    pub shape: BTreeMap<String, Shape>,
    /// Citations.
    pub sources: BTreeMap<String, String>,
    /// Provenance that replaces or adds to the template's.
    pub provenance: BTreeMap<String, Provenance>,
}

impl Recipe {
    /// Median of the cell's margin: the recipe's, else the template's.
    pub(super) fn cell_margin(&self, template: &Template) -> f64 {
        let key = "cell_margin";
        let own = self.strength.get(key).or(template.strength.get(key));
        own.copied().unwrap_or(1.0)
    }
}

impl Template {
    /// Reading of the class for a model year.
    pub fn class_reading(&self, year: i64) -> Option<&OffsetReading> {
        let reading = self.offset.as_ref()?;
        reading.since.is_none_or(|since| year >= since).then_some(reading)
    }
}

/// Folder of templates beside that of recipes.
const TEMPLATES: &str = "templates";

/// A file of the templates that go with a folder of recipes: in `../templates`, else in the built-in library.
pub(super) fn template_path(recipes: &Path, name: &str) -> PathBuf {
    let beside = match recipes.parent() {
        Some(above) => above.join(TEMPLATES),
        // "" has no parent in its name.
        None => Path::new("..").join(TEMPLATES),
    };
    let own = beside.join(name);
    match embedded::is_file(&own) {
        true => own,
        false => Path::new(embedded::ROOT).join(TEMPLATES).join(name),
    }
}

/// Read a recipe and the template it names (`../templates/<template>.toml` beside the recipe's folder, else the built-in
/// one).
///
/// # Errors
/// [`Error::Io`], [`Error::Input`] at a line of either file, [`Error::Request`] for a format other than 1 or a
/// value name that the template does not declare.
pub fn read_recipe(path: &Path) -> Result<(Recipe, Template), Error> {
    let recipe: Recipe = SourceText::read(path)?.parse_toml()?;
    let folder = path.parent().unwrap_or(Path::new(""));
    let template_path = template_path(folder, &format!("{}.toml", recipe.template));
    if !embedded::is_file(&template_path) {
        let built_in = Library::built_in().files_in(TEMPLATES);
        let known = built_in.iter().map(|(id, _)| id.as_str());
        return Err(Error::unknown(
            format!("template of recipe {}", recipe.id),
            &recipe.template,
            known,
        ));
    }
    let template: Template = SourceText::read(&template_path)?.parse_toml()?;
    for (what, format) in [("recipe", recipe.format), ("template", template.format)] {
        if format != 1 {
            return Err(Error::request(
                format!("{what} of {} has format {format}", recipe.id),
                "this version reads format = 1",
            ));
        }
    }
    for (table, own, base) in [
        ("geometry", &recipe.geometry, &template.geometry),
        ("masses", &recipe.masses, &template.masses),
        ("strength", &recipe.strength, &template.strength),
    ] {
        if let Some(name) = own.keys().find(|k| !base.contains_key(*k)) {
            let hint = nearest(name, base.keys().map(String::as_str))
                .map_or(String::new(), |n| format!("did you mean \"{n}\"? "));
            return Err(Error::request(
                format!("[{table}] of recipe {} has \"{name}\"", recipe.id),
                format!("{hint}template {} declares: {}", template.id, keys(base)),
            ));
        }
    }
    Ok((recipe, template))
}

fn keys(map: &BTreeMap<String, f64>) -> String {
    map.keys().map(String::as_str).collect::<Vec<_>>().join(", ")
}
