//! Values of a study file, each checked where it stands.

use toml::Spanned;

use crate::cost::CostModel;
use crate::dynamics::Plan;
use crate::error::{Error, SourceText};
use crate::material::MaterialUse;
use crate::sizing::Target;
use crate::vehicle::Library;

pub(super) type S<T> = Spanned<T>;

/// Reads parts of a study file; faults are told at their place.
pub(super) struct Reader<'a> {
    pub(super) text: &'a SourceText,
    pub(super) library: &'a Library,
}

impl Reader<'_> {
    pub(super) fn bad<T>(&self, at: &S<T>, message: &str, help: &str) -> Error {
        self.text.error(at.span(), message, help).into()
    }

    /// An answer about a value of the file; what is wrong with it is told at its place.
    pub(super) fn at<T, U>(&self, place: &S<T>, answer: Result<U, Error>) -> Result<U, Error> {
        answer.map_err(|e| e.at(self.text, place.span()))
    }

    pub(super) fn numbers(
        &self,
        key: &str,
        v: &S<Vec<f64>>,
        ok: impl Fn(f64) -> bool,
        rule: &str,
    ) -> Result<Vec<f64>, Error> {
        if v.get_ref().is_empty() {
            return Err(self.bad(v, &format!("{key} is empty"), "give at least one"));
        }
        match v.get_ref().iter().find(|x| !(x.is_finite() && ok(**x))) {
            Some(x) => Err(self.bad(v, &format!("{key} contains {x}"), rule)),
            None => Ok(v.get_ref().clone()),
        }
    }

    /// A number between two ends, or the usual one.
    pub(super) fn within(
        &self,
        key: &str,
        v: &Option<S<f64>>,
        usual: f64,
        [least, most]: [f64; 2],
    ) -> Result<f64, Error> {
        let Some(v) = v else { return Ok(usual) };
        let rule = format!("between {least} and {most}");
        let ok = |x| (least..=most).contains(&x);
        Ok(self.text.number(key, v, ok, &rule)?)
    }

    pub(super) fn weights(&self, key: &str, v: Option<&S<Vec<f64>>>, count: usize) -> Result<Vec<f64>, Error> {
        let Some(v) = v else {
            return Ok(vec![1.0; count]);
        };
        let w = self.numbers(key, v, |x| x >= 0.0, "weights must not be negative")?;
        if w.len() != count || w.iter().sum::<f64>() <= 0.0 {
            return Err(self.bad(
                v,
                &format!("{key} has {} values that sum to {}", w.len(), w.iter().sum::<f64>()),
                &format!("give {count} weights that do not sum to zero"),
            ));
        }
        Ok(w)
    }

    pub(super) fn step(&self, key: &str, v: &Option<S<f64>>, default: f64) -> Result<f64, Error> {
        let Some(v) = v else { return Ok(default) };
        Ok(self.text.number(key, v, Plan::takes_step_us, Plan::STEP_RULE)?)
    }

    pub(super) fn ids(&self, key: &str, v: &S<Vec<S<String>>>) -> Result<Vec<String>, Error> {
        if v.get_ref().is_empty() {
            return Err(self.bad(v, &format!("{key} is empty"), "name at least one vehicle id"));
        }
        let mut all = Vec::with_capacity(v.get_ref().len());
        for id in v.get_ref() {
            self.at(id, self.library.vehicle_path(id.get_ref()))?;
            if all.contains(id.get_ref()) {
                return Err(self.bad(
                    id,
                    &format!("\"{}\" is named twice", id.get_ref()),
                    "name each vehicle once",
                ));
            }
            all.push(id.get_ref().clone());
        }
        Ok(all)
    }

    pub(super) fn materials(&self, v: &[S<String>]) -> Result<Vec<String>, Error> {
        v.iter().map(|id| self.material(id, MaterialUse::Crush)).collect()
    }

    /// Id of a cost file that exists.
    pub(super) fn costs(&self, id: Option<&S<String>>) -> Result<String, Error> {
        let Some(id) = id else {
            return Ok(crate::sizing::DEFAULT_COSTS.to_string());
        };
        let found = CostModel::load(self.library, id.get_ref());
        self.at(id, found).map(|_| id.get_ref().clone())
    }

    pub(super) fn limits(&self, v: &[S<String>]) -> Result<Vec<Target>, Error> {
        let mut all: Vec<Target> = Vec::with_capacity(v.len());
        for text in v {
            let target: Target = self.at(text, text.get_ref().parse())?;
            if all.iter().any(|t| t.criterion == target.criterion) {
                return Err(self.bad(
                    text,
                    &format!("{} is limited twice", target.criterion),
                    "give one limit per criterion",
                ));
            }
            all.push(target);
        }
        Ok(all)
    }
}
