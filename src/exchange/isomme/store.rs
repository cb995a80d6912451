//! Where the files of a test lie: a folder or a zip archive, under names whose case does not matter.

use std::path::{Path, PathBuf};

use super::super::read_text;
use crate::error::Error;

/// The files of a test by their paths in it, parts joined by `/`.
pub(in crate::exchange) struct Store {
    names: Vec<String>,
    place: Place,
}

enum Place {
    Folder(PathBuf),
    #[cfg(feature = "archive")]
    Archive(PathBuf, zip::ZipArchive<std::io::BufReader<std::fs::File>>),
}

impl Store {
    /// A folder, the folder of an `.mme`, or a `.zip`.
    pub(super) fn open(path: &Path) -> Result<Self, Error> {
        let has_extension = |e: &str| (path.extension()).is_some_and(|found| found.eq_ignore_ascii_case(e));
        if path.is_dir() {
            Self::folder(path)
        } else if has_extension("zip") {
            Self::archive(path)
        } else {
            let parent = path.parent().unwrap_or(Path::new(""));
            let mut store = Self::folder(if parent.as_os_str().is_empty() {
                Path::new(".")
            } else {
                parent
            })?;
            let only = path.file_name().unwrap_or_default().to_string_lossy();
            store.names.retain(|n| !is_mme(n) || *n == *only);
            Ok(store)
        }
    }

    /// The files of a folder and of its folder `Channel`: nothing else is ever asked for.
    /// A folder or an archive of any files.
    pub(in crate::exchange) fn any(path: &Path) -> Result<Self, Error> {
        if path.is_dir() {
            Self::folder(path)
        } else {
            Self::archive(path)
        }
    }

    /// The member whose file name is this, whatever folder it is in.
    pub(in crate::exchange) fn find_file(&self, file: &str) -> Option<String> {
        let same = |n: &&String| {
            n.rsplit(['/', '\\'])
                .next()
                .is_some_and(|f| f.eq_ignore_ascii_case(file))
        };
        self.names.iter().find(same).cloned()
    }

    fn folder(path: &Path) -> Result<Self, Error> {
        let names_in = |folder: &Path| -> Result<Vec<(String, bool)>, Error> {
            let entries = std::fs::read_dir(folder).map_err(|e| Error::io("read", folder, e))?;
            let mut names: Vec<_> = entries
                .filter_map(|entry| entry.ok())
                .filter(|e| !of_a_mac(&e.file_name().to_string_lossy()))
                .map(|e| {
                    let name = e.file_name().to_string_lossy().into_owned();
                    (name, e.path().is_dir())
                })
                .collect();
            names.sort();
            Ok(names)
        };
        let mut names = Vec::new();
        for (name, is_folder) in names_in(path)? {
            if !is_folder {
                names.push(name);
            } else if name.eq_ignore_ascii_case("channel") {
                let inside = names_in(&path.join(&name))?;
                names.extend(inside.into_iter().map(|(file, _)| format!("{name}/{file}")));
            }
        }
        Ok(Self {
            names,
            place: Place::Folder(path.to_path_buf()),
        })
    }

    #[cfg(feature = "archive")]
    fn archive(path: &Path) -> Result<Self, Error> {
        let file = std::fs::File::open(path).map_err(|e| Error::io("read", path, e))?;
        let archive = zip::ZipArchive::new(std::io::BufReader::new(file)).map_err(|e| {
            Error::request(
                format!("{} is not a zip archive: {e}", path.display()),
                "give a whole .zip of an ISO-MME test",
            )
        })?;
        let names = (archive.file_names())
            .filter_map(|name| Some(name.ok()?.into_owned()))
            .filter(|n| !n.ends_with(['/', '\\']) && !of_a_mac(n))
            .collect();
        Ok(Self {
            names,
            place: Place::Archive(path.to_path_buf(), archive),
        })
    }

    #[cfg(not(feature = "archive"))]
    fn archive(path: &Path) -> Result<Self, Error> {
        Err(Error::request(
            format!("{} is an archive, which this build does not read", path.display()),
            "unpack it and give its folder",
        ))
    }

    /// The only `.mme`; `path` names the store in errors.
    pub(super) fn the_mme(&self, path: &Path) -> Result<String, Error> {
        let mut found = self.names.iter().filter(|n| is_mme(n));
        match (found.next(), found.next()) {
            (Some(only), None) => Ok(only.clone()),
            (None, _) => Err(Error::request(
                format!("{} holds no .mme file", path.display()),
                "give an ISO-MME test: a folder or .zip with one .mme and its Channel folder",
            )),
            _ => Err(Error::request(
                format!("{} holds several .mme files", path.display()),
                "give the .mme file itself",
            )),
        }
    }

    /// The name of a file as it is written here, whatever the case.
    pub(super) fn find(&self, name: &str) -> Option<String> {
        // Archives of old Windows programs part folders with a backslash.
        let same = |n: &&String| n.replace('\\', "/").eq_ignore_ascii_case(&name.replace('\\', "/"));
        self.names.iter().find(same).cloned()
    }

    /// The text of a file.
    pub(in crate::exchange) fn text(&mut self, name: &str) -> Result<String, Error> {
        match &mut self.place {
            Place::Folder(folder) => read_text(&folder.join(name)),
            #[cfg(feature = "archive")]
            Place::Archive(path, archive) => {
                let shown = path.join(name);
                let member = archive
                    .by_name(name)
                    .map_err(|e| Error::io("read", &shown, std::io::Error::other(e)))?;
                super::super::text_of(member, &shown)
            }
        }
    }
}

/// What a Mac puts beside the files of a test: no part of it.
fn of_a_mac(name: &str) -> bool {
    let file = name.rsplit(['/', '\\']).next().unwrap_or(name);
    name.starts_with("__MACOSX") || file.starts_with("._") || file == ".DS_Store"
}

fn is_mme(name: &str) -> bool {
    Path::new(name)
        .extension()
        .is_some_and(|e| e.eq_ignore_ascii_case("mme"))
}

/// An archive of these files, without times.
#[cfg(feature = "archive")]
pub(super) fn packed(files: &[(String, String)]) -> Result<Vec<u8>, zip::result::ZipError> {
    use std::io::Write as _;
    let options = zip::write::SimpleFileOptions::default()
        .compression_method(zip::CompressionMethod::Deflated)
        .last_modified_time(zip::DateTime::default());
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, text) in files {
        archive.start_file(name.as_str(), options)?;
        archive.write_all(text.as_bytes())?;
    }
    Ok(archive.finish()?.into_inner())
}
