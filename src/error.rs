//! What can go wrong, with the values that explain it. Input errors carry their place in the file.

use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::embedded;

/// A text that was read, kept so that an error can point at its line.
#[derive(Debug, Clone)]
pub struct SourceText {
    /// Name shown to the reader: the path as it was given.
    pub name: String,
    /// The whole text.
    pub text: Arc<str>,
}

impl SourceText {
    /// Wrap a text under a display name.
    pub fn new(name: impl Into<String>, text: impl Into<Arc<str>>) -> Self {
        Self {
            name: name.into(),
            text: text.into(),
        }
    }

    /// Read a UTF-8 file; `-` is standard input, and a path below [`embedded::ROOT`] a file of the built-in library.
    ///
    /// # Errors
    /// [`Error::Io`] when it cannot be read, [`Error::Input`] when it is not UTF-8.
    pub fn read(path: &Path) -> Result<Self, Error> {
        if let Some(text) = embedded::text(path) {
            return Ok(Self::new(path.display().to_string(), text));
        }
        let (bytes, name) = match path == Path::new("-") {
            true => {
                let mut bytes = Vec::new();
                let read = std::io::Read::read_to_end(&mut std::io::stdin(), &mut bytes);
                (read.map(|_| bytes), "standard input".to_string())
            }
            false => (std::fs::read(path), path.display().to_string()),
        };
        let bytes = bytes.map_err(|e| Error::io("read", path, e))?;
        match String::from_utf8(bytes) {
            Ok(text) => Ok(Self::new(name, text)),
            Err(e) => {
                let at = e.utf8_error().valid_up_to();
                let text = String::from_utf8_lossy(e.as_bytes()).into_owned();
                Err(Self::new(name, text)
                    .error(at..at + 1, "the file is not UTF-8 text", "save it as UTF-8")
                    .into())
            }
        }
    }

    /// The folder that paths in this text start from: that of its file.
    pub fn folder(&self) -> &Path {
        Path::new(&self.name).parent().unwrap_or(Path::new(""))
    }

    /// An error at a byte range of this text, with what would be right.
    pub fn error(&self, span: Range<usize>, message: impl Into<String>, help: impl Into<String>) -> InputError {
        let start = span.start.min(self.text.len());
        let before = &self.text.as_bytes()[..start];
        let line = before.iter().filter(|b| **b == b'\n').count() + 1;
        let column = before.iter().rev().take_while(|b| **b != b'\n').count() + 1;
        InputError(Box::new(InputProblem {
            line,
            column,
            message: message.into(),
            help: help.into(),
            source: self.clone(),
            span: start..span.end.clamp(start, self.text.len()),
        }))
    }

    /// A number of this text that is finite and passes `ok`; else an error at its place that states the rule.
    ///
    /// # Errors
    /// [`InputError`] with key, value and rule.
    pub fn number(
        &self,
        key: &str,
        value: &toml::Spanned<f64>,
        ok: impl Fn(f64) -> bool,
        rule: &str,
    ) -> Result<f64, InputError> {
        let v = *value.get_ref();
        if v.is_finite() && ok(v) {
            Ok(v)
        } else {
            Err(self.error(value.span(), format!("{key} = {v}"), rule))
        }
    }

    /// Deserialize this text as TOML; errors keep their place.
    ///
    /// # Errors
    /// [`InputError`] with the parser's message at the offending span.
    pub fn parse_toml<T: serde::de::DeserializeOwned>(&self) -> Result<T, InputError> {
        toml::from_str(&self.text).map_err(|e| {
            let span = e.span().unwrap_or(0..0);
            let message = e.message().to_string();
            let help = if message.starts_with("unknown field") {
                "remove the key or correct its spelling"
            } else if message.starts_with("missing field") {
                "add the key to this table"
            } else {
                "see the README for the keys and their units"
            };
            self.error(span, message, help)
        })
    }
}

/// A fault in an input file: place, what is wrong, and what would be right.
#[derive(Clone, thiserror::Error)]
#[error("{}:{}:{}: {} ({})", .0.source.name, .0.line, .0.column, .0.message, .0.help)]
pub struct InputError(pub Box<InputProblem>);

impl fmt::Debug for InputError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The parts of an [`InputError`].
#[derive(Debug, Clone)]
pub struct InputProblem {
    /// Line, from 1.
    pub line: usize,
    /// Column in bytes, from 1.
    pub column: usize,
    /// What is wrong, with the value.
    pub message: String,
    /// What would be right.
    pub help: String,
    /// The text it was found in.
    pub source: SourceText,
    /// Byte range in that text.
    pub span: Range<usize>,
}

/// Any failure of a command or library call.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Bad input at a place in a file.
    #[error(transparent)]
    Input(#[from] InputError),
    /// Bad argument or request that is not in a file.
    #[error("{message} ({help})")]
    Request {
        /// What is wrong, with the value.
        message: String,
        /// What would be right.
        help: String,
    },
    /// An id that nothing has.
    #[error("unknown {kind} \"{id}\" ({})", known_help(nearest.as_deref(), known))]
    UnknownId {
        /// What it would be the id of.
        kind: String,
        /// The id.
        id: String,
        /// The known one it is most likely a slip of.
        nearest: Option<String>,
        /// All known ones.
        known: Vec<String>,
    },
    /// A number outside its range.
    #[error("{key} {value} (between {} and {})", range[0], range[1])]
    OutOfRange {
        /// Key of a file, flag or quantity.
        key: String,
        /// Its value.
        value: f64,
        /// Least and greatest value.
        range: [f64; 2],
    },
    /// The operating system refused.
    #[error("cannot {what} {}: {source}", path.display())]
    Io {
        /// The attempted action, a verb.
        what: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The cause.
        source: std::io::Error,
    },
    /// The simulation could not be set up or finished.
    #[error(transparent)]
    Simulation(Box<dyn std::error::Error + Send + Sync>),
    /// Stopped on request (Ctrl-C); finished files are kept.
    #[error("interrupted; finished files are kept")]
    Interrupted,
}

impl Error {
    /// A refused request with what would be right.
    pub fn request(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self::Request {
            message: message.into(),
            help: help.into(),
        }
    }

    /// An id that is none of the known ones.
    pub fn unknown<'a>(kind: impl Into<String>, id: &str, known: impl IntoIterator<Item = &'a str>) -> Self {
        let known: Vec<String> = known.into_iter().map(String::from).collect();
        Self::UnknownId {
            kind: kind.into(),
            id: id.to_string(),
            nearest: nearest(id, known.iter().map(String::as_str)).map(String::from),
            known,
        }
    }

    /// What is wrong and what would be right, of an error that has no place in a file yet.
    pub fn told(&self) -> Option<(String, String)> {
        match self {
            Self::Request { message, help } => Some((message.clone(), help.clone())),
            Self::UnknownId {
                kind,
                id,
                nearest,
                known,
            } => {
                let help = known_help(nearest.as_deref(), known);
                Some((format!("unknown {kind} \"{id}\""), help))
            }
            Self::OutOfRange {
                key,
                value,
                range: [least, most],
            } => Some((format!("{key} {value}"), format!("between {least} and {most}"))),
            _ => None,
        }
    }

    /// The same error at its place in a file, where it has none yet.
    pub fn at(self, text: &SourceText, span: Range<usize>) -> Self {
        match self.told() {
            Some((message, help)) => text.error(span, message, help).into(),
            None => self,
        }
    }

    /// An operating-system error with its path.
    pub fn io(what: &'static str, path: &Path, source: std::io::Error) -> Self {
        Self::Io {
            what,
            path: path.to_path_buf(),
            source,
        }
    }
}

/// A number that lies within a range.
///
/// # Errors
/// [`Error::OutOfRange`]; what is not a number lies nowhere.
///
/// ```
/// use crumple::error::{Error, within};
/// assert_eq!(within("--max-strength", 3.0, [1.0, 20.0]).unwrap(), 3.0);
/// let told = within("--max-strength", 25.0, [1.0, 20.0]);
/// assert!(matches!(told, Err(Error::OutOfRange { range: [1.0, 20.0], .. })));
/// ```
pub fn within(key: &str, value: f64, range: [f64; 2]) -> Result<f64, Error> {
    match (range[0]..=range[1]).contains(&value) {
        true => Ok(value),
        false => Err(Error::OutOfRange {
            key: key.to_string(),
            value,
            range,
        }),
    }
}

fn known_help(nearest: Option<&str>, known: &[String]) -> String {
    match nearest {
        Some(n) => format!("did you mean \"{n}\"?"),
        None => format!("known: {}", known.join(", ")),
    }
}

/// Write a whole file or nothing: to a neighbour first, then renamed over the target.
///
/// # Errors
/// [`Error::Io`]; the target is then as it was.
pub fn write_atomic(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    if let Some(parent) = path.parent().filter(|p| !p.as_os_str().is_empty()) {
        std::fs::create_dir_all(parent).map_err(|e| Error::io("create", parent, e))?;
    }
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    name.push(format!(".{}.part", std::process::id()));
    let part = path.with_file_name(name);
    let done = std::fs::write(&part, bytes).and_then(|()| std::fs::rename(&part, path));
    done.map_err(|e| {
        let _ = std::fs::remove_file(&part);
        Error::io("write", path, e)
    })
}

/// The nearest of `known` to `word`, when one is near enough to be a likely slip.
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    known
        .into_iter()
        .map(|k| (strsim::jaro_winkler(word, k), k))
        .filter(|(s, _)| *s > 0.7)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, k)| k)
}
