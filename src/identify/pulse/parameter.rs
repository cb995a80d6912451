//! What a pulse fit may change, and how far: each parameter multiplies one value of the recipe by exp(sd z), so
//! that a strength stays a strength; z has a unit normal prior and bounds (`templates/priors/pulse.toml`).

use std::path::Path;

use serde::Deserialize;

use crate::error::{Error, SourceText, nearest};

use super::super::recipe::{Recipe, Shape, Template, template_path};
use super::data::WALL;

/// Channels without which a parameter leaves no trace in a wall test.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SeenBy {
    /// Any channel on cabin or frame.
    Pulse,
    /// A channel on the engine, or the wall force.
    Engine,
    /// The wall force.
    Wall,
    /// Nothing in a wall test: kept at its prior, which gives its spread.
    Nothing,
}

/// One line of the prior table.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PulsePrior {
    /// `geometry.X`, `masses.X`, `strength.X`, `shape.X` (a factor on all forces) or `shape.X.points` (one each).
    pub name: String,
    /// Standard deviation of the logarithm.
    pub sd: f64,
    /// Smallest factor.
    pub min: f64,
    /// Largest factor.
    pub max: f64,
    /// What sees it.
    pub seen_by: SeenBy,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PriorTable {
    format: i64,
    parameter: Vec<PulsePrior>,
}

/// A value of the recipe that a parameter multiplies.
#[derive(Debug, Clone, PartialEq)]
enum Place {
    Geometry(String),
    Mass(String),
    Strength(String),
    /// Force of one point of a shape, or of all.
    Shape(String, Option<usize>),
}

/// A free parameter.
#[derive(Debug, Clone, PartialEq)]
pub struct FreeParameter {
    /// Name, for `shape.X.points` with the index of the point.
    pub name: String,
    place: Place,
    /// Standard deviation of the logarithm.
    pub sd: f64,
    /// Bounds of z.
    pub bounds: [f64; 2],
    /// What sees it.
    pub seen_by: SeenBy,
}

/// Read the prior table beside the templates of a recipe's folder.
///
/// # Errors
/// [`Error::Io`], [`Error::Input`]; [`Error::Request`] for another format or an impossible prior.
pub fn read_priors(recipes: &Path) -> Result<Vec<PulsePrior>, Error> {
    let path = template_path(recipes, "priors/pulse.toml");
    let table: PriorTable = SourceText::read(&path)?.parse_toml()?;
    let sound = |p: &PulsePrior| p.sd > 0.0 && p.min > 0.0 && p.min < 1.0 && p.max > 1.0;
    if table.format != 1 || !table.parameter.iter().all(sound) {
        return Err(Error::request(
            format!("{}: format {} or a prior out of range", path.display(), table.format),
            "format = 1, sd above 0, 0 < min < 1 < max",
        ));
    }
    Ok(table.parameter)
}

/// Parameters of a recipe: all that its bodies of channels can see and those that nothing sees; or `wanted`.
///
/// # Errors
/// [`Error::Request`] for a wanted or fixed name that is not in the table or the template, and for a wanted one
/// that no channel of the recipe can see, with what is missing.
pub fn free_parameters(
    priors: &[PulsePrior],
    recipe: &Recipe,
    template: &Template,
    bodies: &[&str],
    wanted: Option<&[String]>,
    fixed: &[String],
) -> Result<Vec<FreeParameter>, Error> {
    for name in wanted.unwrap_or(&[]).iter().chain(fixed) {
        if !priors.iter().any(|p| p.name == *name) {
            let hint = nearest(name, priors.iter().map(|p| p.name.as_str()))
                .map_or(String::new(), |n| format!("did you mean \"{n}\"?"));
            return Err(Error::request(
                format!("[pulse] of recipe {} has the parameter \"{name}\"", recipe.id),
                format!("{hint} see templates/priors/pulse.toml"),
            ));
        }
    }
    let is_seen = |by: SeenBy| match by {
        SeenBy::Pulse => bodies.iter().any(|b| *b != WALL && *b != "engine"),
        SeenBy::Engine => bodies.iter().any(|b| *b == WALL || *b == "engine"),
        SeenBy::Wall => bodies.contains(&WALL),
        SeenBy::Nothing => true,
    };
    let mut free = Vec::new();
    for prior in priors {
        let asked = wanted.is_some_and(|w| w.contains(&prior.name));
        if fixed.contains(&prior.name) || (wanted.is_some() && !asked) {
            continue;
        }
        let places = places(prior, recipe, template);
        if asked && places.is_empty() {
            return Err(Error::request(
                format!(
                    "parameter \"{}\": template {} has no such value",
                    prior.name, template.id
                ),
                "leave it out of `free`",
            ));
        }
        if asked && !is_seen(prior.seen_by) {
            let missing = match prior.seen_by {
                SeenBy::Engine => "a channel on \"engine\" or \"wall\"",
                SeenBy::Wall => "the rows of a load-cell wall (body = \"wall\")",
                _ => "a channel on cabin or frame",
            };
            return Err(Error::request(
                format!("too few data for the parameter \"{}\"", prior.name),
                format!("give {missing}, or leave it out of `free` and its prior stands"),
            ));
        }
        // What the channels cannot see is carried with its prior, so that its spread reaches the file.
        for (name, place) in places {
            free.push(FreeParameter {
                name,
                place,
                sd: prior.sd,
                bounds: [prior.min.ln() / prior.sd, prior.max.ln() / prior.sd],
                seen_by: if is_seen(prior.seen_by) {
                    prior.seen_by
                } else {
                    SeenBy::Nothing
                },
            });
        }
    }
    Ok(free)
}

/// Neighbouring points of one shape, as pairs of places in `free`.
pub fn neighbours(free: &[FreeParameter]) -> Vec<(usize, usize)> {
    let next = |i: &usize| match (&free[i - 1].place, &free[*i].place) {
        (Place::Shape(a, Some(m)), Place::Shape(b, Some(n))) => a == b && m + 1 == *n,
        _ => false,
    };
    (1..free.len()).filter(next).map(|i| (i - 1, i)).collect()
}

fn places(prior: &PulsePrior, recipe: &Recipe, template: &Template) -> Vec<(String, Place)> {
    let Some((table, key)) = prior.name.split_once('.') else {
        return Vec::new();
    };
    let name = || prior.name.clone();
    let used = |value: Option<&f64>| value.is_some_and(|v| *v > 0.0);
    match table {
        "geometry" if used(template.geometry.get(key)) => {
            vec![(name(), Place::Geometry(key.into()))]
        }
        "masses" if used(template.masses.get(key)) => vec![(name(), Place::Mass(key.into()))],
        "strength" if used(template.strength.get(key)) => {
            vec![(name(), Place::Strength(key.into()))]
        }
        "shape" => match key.strip_suffix(".points") {
            None => shape_of(recipe, template, key)
                .map(|_| (name(), Place::Shape(key.into(), None)))
                .into_iter()
                .collect(),
            Some(shape) => shape_of(recipe, template, shape)
                .map_or(0..0, |s| 1..s.force.len())
                .map(|i| (format!("shape.{shape}.{i}"), Place::Shape(shape.into(), Some(i))))
                .collect(),
        },
        _ => Vec::new(),
    }
}

fn shape_of<'a>(recipe: &'a Recipe, template: &'a Template, name: &str) -> Option<&'a Shape> {
    recipe.shape.get(name).or_else(|| template.shape.get(name))
}

/// The recipe with its parameters at z.
pub fn applied(recipe: &Recipe, template: &Template, free: &[FreeParameter], z: &[f64]) -> Recipe {
    let mut changed = recipe.clone();
    for (p, z) in free.iter().zip(z) {
        let factor = (p.sd * z).exp();
        match &p.place {
            Place::Geometry(k) => scale(&mut changed.geometry, &template.geometry, k, factor),
            Place::Mass(k) => scale(&mut changed.masses, &template.masses, k, factor),
            Place::Strength(k) => scale(&mut changed.strength, &template.strength, k, factor),
            Place::Shape(k, point) => {
                let base = shape_of(recipe, template, k).cloned();
                if let Some(shape) = changed.shape.get_mut(k) {
                    bend(shape, *point, factor);
                } else if let Some(mut shape) = base {
                    bend(&mut shape, *point, factor);
                    changed.shape.insert(k.clone(), shape);
                }
            }
        }
    }
    changed
}

fn bend(shape: &mut Shape, point: Option<usize>, factor: f64) {
    for (i, f) in shape.force.iter_mut().enumerate() {
        if point.is_none_or(|p| p == i) {
            *f *= factor;
        }
    }
}

fn scale(
    own: &mut std::collections::BTreeMap<String, f64>,
    base: &std::collections::BTreeMap<String, f64>,
    key: &str,
    factor: f64,
) {
    let value = own.get(key).or_else(|| base.get(key)).copied();
    if let Some(v) = value {
        own.insert(key.to_string(), v * factor);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn neon() -> (Vec<PulsePrior>, Recipe, Template) {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("vehicles/recipes");
        let (recipe, template) = super::super::super::read_recipe(&folder.join("dodge-neon-1996.toml")).unwrap();
        (read_priors(&folder).unwrap(), recipe, template)
    }

    /// At the priors nothing changes; elsewhere a parameter multiplies its own value and no other.
    #[test]
    fn a_parameter_scales_its_own_value() {
        let (priors, recipe, template) = neon();
        let free = free_parameters(&priors, &recipe, &template, &["cabin"], None, &[]).unwrap();
        let zero = vec![0.0; free.len()];
        let same = applied(&recipe, &template, &free, &zero);
        assert_eq!(same.masses["powertrain"], recipe.masses["powertrain"]);
        let at = free.iter().position(|p| p.name == "shape.rails.3").unwrap();
        let mut z = zero;
        z[at] = 1.0;
        let bent = applied(&recipe, &template, &free, &z);
        let (a, b) = (&recipe.shape["rails"].force, &bent.shape["rails"].force);
        for (i, (a, b)) in a.iter().zip(b).enumerate() {
            let factor = if i == 3 { free[at].sd.exp() } else { 1.0 };
            assert!((b - factor * a).abs() < 1e-12, "{i}");
        }
        assert_eq!(bent.masses, same.masses);
    }

    /// What the channels cannot see may not be asked for, and the error says what is missing.
    #[test]
    fn too_few_channels_for_a_parameter_is_an_error_that_names_it() {
        let (priors, recipe, template) = neon();
        let ask = |name: &str, bodies: &[&str]| {
            let wanted = [name.to_string()];
            free_parameters(&priors, &recipe, &template, bodies, Some(&wanted), &[])
        };
        let message = ask("strength.engine_block", &["cabin"]).unwrap_err().to_string();
        assert!(
            message.contains("strength.engine_block") && message.contains("engine"),
            "{message}"
        );
        assert!(ask("strength.engine_block", &["cabin", "engine"]).is_ok());
        assert!(ask("strength.engine_block", &["cabin", WALL]).is_ok());
        let message = ask("strength.crossmember", &["cabin"]).unwrap_err().to_string();
        assert!(
            message.contains("crossmember") && message.contains("no such value"),
            "{message}"
        );
        let message = ask("strength.engine_blok", &["cabin"]).unwrap_err().to_string();
        assert!(message.contains("\"strength.engine_block\""), "{message}");
    }

    /// Neighbours are successive points of one shape.
    #[test]
    fn neighbours_are_points_of_one_shape() {
        let (priors, recipe, template) = neon();
        let free = free_parameters(&priors, &recipe, &template, &["cabin"], None, &[]).unwrap();
        let pairs = neighbours(&free);
        assert_eq!(pairs.len(), recipe.shape["rails"].force.len() - 2);
        assert!(
            pairs
                .iter()
                .all(|(i, j)| free[*i].name.starts_with("shape.rails.") && j - i == 1)
        );
    }
}
