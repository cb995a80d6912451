//! The rules of `[provenance]` that need more than one entry: points against their table, followers against what
//! they follow. Every fault is reported at the line of its entry.

use std::collections::BTreeMap;

use toml::Spanned;

use super::model::Path;
use super::provenance::{Provenance, Side, leader};
use crate::error::{InputError, SourceText, nearest};

type Entries = BTreeMap<Spanned<String>, Spanned<Provenance>>;

/// Check the entries of a vehicle file and return them by key.
///
/// # Errors
/// [`InputError`] at the line of an entry with an unlisted source, a spread out of range, points that do not fit
/// their table, a bound on the wrong side, or that follows no other entry, itself, or a circle.
pub(super) fn checked(
    text: &SourceText,
    raw: Entries,
    sources: &BTreeMap<String, String>,
    paths: &[Path],
) -> Result<BTreeMap<String, Provenance>, InputError> {
    let mut spans = Vec::with_capacity(raw.len());
    let mut all = BTreeMap::new();
    for (key, entry) in raw {
        spans.push((key.get_ref().clone(), entry.span()));
        all.insert(key.into_inner(), entry.into_inner());
    }
    for (key, span) in spans {
        let problem = problem(&all, &key, sources, paths);
        if let Some((message, help)) = problem {
            return Err(text.error(span, message, help));
        }
    }
    Ok(all)
}

/// What is wrong with one entry of `all`, and what would be right.
pub(crate) fn problem(
    all: &BTreeMap<String, Provenance>,
    key: &str,
    sources: &BTreeMap<String, String>,
    paths: &[Path],
) -> Option<(String, String)> {
    let p = &all[key];
    basic(key, p, sources)
        .or_else(|| points(key, p, paths))
        .or_else(|| side(key, p))
        .or_else(|| following(all, key, p))
}

/// Source and range of the spread.
fn basic(key: &str, p: &Provenance, sources: &BTreeMap<String, String>) -> Option<(String, String)> {
    if !sources.contains_key(&p.source) {
        return Some((
            format!("provenance of {key} names source \"{}\"", p.source),
            "add that key to [sources]".into(),
        ));
    }
    let out = !in_range(p.cv);
    out.then(|| (format!("cv = {} of {key}", p.cv), CV_RULE.into()))
}

const CV_RULE: &str = "a coefficient of variation between 0 and 2";

fn in_range(cv: f64) -> bool {
    cv.is_finite() && (0.0..=2.0).contains(&cv)
}

/// `cv_by_point`: one spread for each point of the one table that the entry covers.
fn points(key: &str, p: &Provenance, paths: &[Path]) -> Option<(String, String)> {
    let cvs = p.cv_by_point.as_ref()?;
    let parts: Vec<&str> = key.split('.').collect();
    let table = match parts[..] {
        ["path", name, "force_kN" | "unload_kN_per_mm"] => paths
            .iter()
            .find(|q| q.name == name)
            .and_then(|q| Some((name, q.table.as_ref()?))),
        _ => None,
    };
    let Some((name, table)) = table else {
        return Some((
            format!("cv_by_point of {key}"),
            "it belongs to an entry of one table of the file: \"path.NAME.force_kN\" or \
             \"path.NAME.unload_kN_per_mm\""
                .into(),
        ));
    };
    let n = table.crush_m.len();
    if cvs.len() != n {
        return Some((
            format!(
                "cv_by_point of {key} has {} values, path \"{name}\" has {n} crush points",
                cvs.len()
            ),
            format!("give {n} values, one per crush point"),
        ));
    }
    if let Some(cv) = cvs.iter().find(|cv| !in_range(**cv)) {
        return Some((format!("cv_by_point of {key} contains {cv}"), CV_RULE.into()));
    }
    let least = cvs.iter().copied().fold(f64::INFINITY, f64::min);
    let most = cvs.iter().copied().fold(0.0, f64::max);
    let outside = p.cv < least - 1e-9 || p.cv > most + 1e-9 || (p.cv == 0.0 && most > 0.0);
    outside.then(|| {
        (
            format!("cv = {} of {key}, its points have {least} to {most}", p.cv),
            "with cv_by_point, cv is a representative spread of the points: above 0 and not beyond \
             their ends"
                .into(),
        )
    })
}

/// `side` and `bound`.
fn side(key: &str, p: &Provenance) -> Option<(String, String)> {
    let wrong = match (p.side, p.bound) {
        (None, Some(_)) => true,
        (Some(Side::Above), Some(b)) => !(b > 0.0 && b <= 1.0),
        (Some(Side::Below), Some(b)) => !(b.is_finite() && b >= 1.0),
        (_, None) => false,
    };
    let bound = p.bound.unwrap_or(1.0);
    wrong.then(|| {
        (
            format!("bound = {bound} of {key}"),
            "the bound over the number: above 0 and at most 1 with side = \"above\", at least 1 with \
             side = \"below\", absent without a side"
                .into(),
        )
    })
}

/// `with` and `against`.
fn following(all: &BTreeMap<String, Provenance>, key: &str, p: &Provenance) -> Option<(String, String)> {
    if p.with.is_some() && p.against.is_some() {
        return Some((
            format!("{key} moves with one entry and against another"),
            "keep one of with and against".into(),
        ));
    }
    let (other, sign) = p.follows()?;
    let word = if sign > 0.0 { "with" } else { "against" };
    if p.side.is_some() {
        return Some((
            format!("{key} has {word} = \"{other}\" and a side"),
            "an entry that follows another has no side of its own; give the side to that one".into(),
        ));
    }
    if !all.contains_key(other) {
        let keys: Vec<&str> = all.keys().map(String::as_str).collect();
        let hint = nearest(other, keys.iter().copied()).map_or(String::new(), |n| format!("did you mean \"{n}\"? "));
        return Some((
            format!("{key} has {word} = \"{other}\", which is no entry of [provenance]"),
            format!("{hint}entries: {}", keys.join(", ")),
        ));
    }
    let Some((root, entry, _)) = leader(all, key) else {
        return Some((
            format!("{key} has {word} = \"{other}\", which leads back in a circle"),
            "one entry of the group must stand on its own".into(),
        ));
    };
    (entry.cv == 0.0 && p.cv > 0.0).then(|| {
        (
            format!("{key} follows {root}, which has no spread"),
            "give that entry a cv above 0, or this one cv = 0".into(),
        )
    })
}

/// What an entry says that only a vehicle's table or its draws can follow; `None` when it is plain. For files whose
/// numbers have ranges of their own, or no tables.
pub(crate) fn beyond_plain(p: &Provenance) -> Option<&'static str> {
    let found = [
        ("cv_by_point", p.cv_by_point.is_some()),
        ("side", p.side.is_some()),
        ("bound", p.bound.is_some()),
        ("with", p.with.is_some()),
        ("against", p.against.is_some()),
    ];
    found.into_iter().find(|(_, has)| *has).map(|(key, _)| key)
}
