//! A restraint as it is read (model section 6): the file `restraints/<id>.toml` or an inline table, with its
//! evidence and the drawing of its spreads.

use std::collections::BTreeMap;

use super::OccupantError;
use super::key_error::KeyError;
use super::system::{PointMassRestraint, RestraintSystem, inline};
use crate::error::{Error, InputError, SourceText};
use crate::vehicle::library::{Library, RESTRAINTS};
use crate::vehicle::provenance::Provenance;
use crate::vehicle::provenance_check::problem;

/// A restraint system with name and evidence, as read from a file or from an inline table.
#[derive(Debug, Clone, PartialEq)]
pub struct Restraint {
    /// Id in the library; `inline` for a table inside a case.
    pub id: String,
    /// What holds the occupant.
    pub spec: RestraintSpec,
    /// Citations by key.
    pub sources: BTreeMap<String, String>,
    /// Evidence by key path; an entry for a table covers what is below it.
    pub provenance: BTreeMap<String, Provenance>,
    /// The table it was read from: every number by its key path.
    pub(super) table: toml::Table,
}

/// What holds the occupant.
#[derive(Debug, Clone, PartialEq)]
pub enum RestraintSpec {
    /// Belts, seat, bags, column and knee bolster around a dummy.
    System(Box<RestraintSystem>),
    /// One mass on one linear restraint, for textbook work.
    PointMass(PointMassRestraint),
}

impl Restraint {
    /// Read a restraint file.
    ///
    /// # Errors
    /// [`InputError`] at the line of an unknown, missing or wrong key.
    pub fn parse(source: &SourceText) -> Result<Self, InputError> {
        let table: toml::Table = source.parse_toml()?;
        let spec = if is_point_mass(&table) {
            RestraintSpec::PointMass(source.parse_toml()?)
        } else {
            RestraintSpec::System(source.parse_toml()?)
        };
        Self::assemble(spec, table).map_err(|e| {
            let span = super::law::locate(&source.text, &e.key);
            source.error(span, format!("{}: {}", e.key, e.message), e.help)
        })
    }

    /// Load a restraint by id from the library, or an own one by its label, which is then its id.
    ///
    /// # Errors
    /// [`Error::Request`] with the nearest id, [`Error::Io`], [`Error::Input`] at a line of its file.
    pub fn load(library: &Library, id: &str) -> Result<Self, Error> {
        let read = Self::parse(&library.text(RESTRAINTS, id)?)?;
        Ok(match library.own_text(RESTRAINTS, id) {
            Some(_) => read.labelled(id),
            None => read,
        })
    }

    /// The same restraint under another id.
    fn labelled(mut self, label: &str) -> Self {
        self.id = label.to_string();
        if let RestraintSpec::System(system) = &mut self.spec {
            system.id = label.to_string();
            self.table.insert("id".into(), label.into());
        }
        self
    }

    /// Does its file state something at a key path, for example `shoulder_belt.pretensioner`?
    pub fn has(&self, path: &str) -> bool {
        let mut parts = path.split('.');
        let first = parts.next().and_then(|key| self.table.get(key));
        parts.fold(first, |at, key| at?.get(key)).is_some()
    }

    /// Read an inline table of a case.
    ///
    /// # Errors
    /// [`OccupantError::Restraint`] with key, value and what would be right.
    pub fn from_table(table: &toml::Table) -> Result<Self, OccupantError> {
        let value = toml::Value::Table(table.clone());
        let refuse = |e: toml::de::Error| {
            KeyError::new(
                "restraint",
                e.message(),
                "a point mass takes stiffness_N_per_m, slack_mm, limit_N, mass_kg; a dummy the tables of a restraint file",
            )
        };
        let spec = if is_point_mass(table) {
            RestraintSpec::PointMass(value.try_into().map_err(refuse)?)
        } else {
            RestraintSpec::System(value.try_into().map_err(refuse)?)
        };
        Ok(Self::assemble(spec, table.clone())?)
    }

    /// A point mass on a linear restraint.
    ///
    /// # Errors
    /// [`OccupantError::Restraint`] for a value out of range.
    pub fn point_mass(spec: PointMassRestraint) -> Result<Self, OccupantError> {
        let mut table = toml::Table::new();
        for (key, value) in [
            ("stiffness_N_per_m", spec.stiffness_N_per_m),
            ("slack_mm", spec.slack_mm),
            ("limit_N", spec.limit_N),
            ("mass_kg", spec.mass_kg),
        ] {
            table.insert(key.into(), toml::Value::Float(value));
        }
        Ok(Self::assemble(RestraintSpec::PointMass(spec), table)?)
    }

    fn assemble(mut spec: RestraintSpec, table: toml::Table) -> Result<Self, KeyError> {
        let (id, sources, provenance) = match &mut spec {
            RestraintSpec::PointMass(p) => {
                p.check()?;
                (inline(), BTreeMap::new(), BTreeMap::new())
            }
            RestraintSpec::System(s) => {
                s.check()?;
                let evidence = std::mem::take(&mut s.provenance);
                (s.id.clone(), std::mem::take(&mut s.sources), evidence)
            }
        };
        for (key, p) in &provenance {
            if !(p.cv >= 0.0 && p.cv.is_finite()) {
                return Err(KeyError::new(
                    format!("provenance.{key}.cv"),
                    format!("{} is not a spread", p.cv),
                    "a number from 0 up",
                ));
            }
            if !sources.contains_key(&p.source) {
                return Err(KeyError::new(
                    format!("provenance.{key}.source"),
                    format!("no source \"{}\"", p.source),
                    "add it to [sources]",
                ));
            }
            // A restraint has no crush paths: what only their tables have is refused as well.
            if let Some((message, help)) = problem(&provenance, key, &sources, &[]) {
                return Err(KeyError::new(format!("provenance.{key}"), message, help));
            }
        }
        Ok(Self {
            id,
            spec,
            sources,
            provenance,
            table,
        })
    }

    /// The entry that covers a key path: its own, or the nearest group above.
    pub fn provenance_of(&self, key: &str) -> Option<&Provenance> {
        self.provenance_entry(key).map(|(_, p)| p)
    }

    /// The same with the entry's own key.
    pub fn provenance_entry(&self, key: &str) -> Option<(&str, &Provenance)> {
        let mut at = key;
        loop {
            if let Some((entry, p)) = self.provenance.get_key_value(at) {
                return Some((entry, p));
            }
            at = &at[..at.rfind('.')?];
        }
    }

    /// Every key path that holds a number (or a list of numbers) and needs an entry.
    pub fn number_keys(&self) -> Vec<String> {
        let mut keys = Vec::new();
        for (key, value) in &self.table {
            if !["format", "year", "sources", "provenance"].contains(&key.as_str()) {
                super::law::number_keys(key, value, &mut keys);
            }
        }
        keys
    }

    /// Keys without an entry.
    pub fn keys_without_provenance(&self) -> Vec<String> {
        let bare = |k: &String| self.provenance_of(k).is_none();
        self.number_keys().into_iter().filter(bare).collect()
    }

    /// A copy in which every number at or below `key` is multiplied by `factor`; how spreads are drawn.
    ///
    /// # Errors
    /// [`OccupantError::Restraint`] for a key without numbers, or when the result breaks a rule.
    pub fn scaled(&self, key: &str, factor: f64) -> Result<Self, OccupantError> {
        let mut table = self.table.clone();
        let mut parts = key.split('.');
        let first = parts.next().and_then(|part| table.get_mut(part));
        let at = parts.fold(first, |at, part| match at {
            Some(toml::Value::Table(t)) => t.get_mut(part),
            _ => None,
        });
        let changed = at.map_or(0, |v| super::law::scale(v, factor));
        if changed == 0 {
            return Err(KeyError::new(
                key,
                format!("restraint \"{}\" has no number there", self.id),
                format!("one of {}", self.number_keys().join(", ")),
            )
            .into());
        }
        Self::from_table(&table)
    }
}

fn is_point_mass(table: &toml::Table) -> bool {
    table.contains_key("stiffness_N_per_m") || table.contains_key("mass_kg")
}
