//! Files as laboratories write them: bounded in size, text in any of their encodings.

use std::path::Path;

use crate::error::Error;

/// Largest file that is read, bytes: an hour of ten channels at 10 kHz. Beyond it something else was given.
const MOST_BYTES: u64 = 1 << 29;

/// A text file as laboratories write them: UTF-8 or UTF-16 by its byte order mark, UTF-8 without one, or else
/// Latin-1, in which every byte is a character.
pub(super) fn read_text(path: &Path) -> Result<String, Error> {
    let file = std::fs::File::open(path).map_err(|e| Error::io("read", path, e))?;
    text_of(file, path)
}

/// The text of an open file; `path` names it in errors.
pub(super) fn text_of(file: impl std::io::Read, path: &Path) -> Result<String, Error> {
    let bytes = bytes_of(file, path)?;
    decoded(bytes).map_err(|why| Error::request(format!("{}: {why}", path.display()), "save it as UTF-8 text"))
}

/// The bytes of an open file, unless there are too many; `path` names it in errors.
pub(super) fn bytes_of(file: impl std::io::Read, path: &Path) -> Result<Vec<u8>, Error> {
    use std::io::Read as _;
    let mut bytes = Vec::new();
    file.take(MOST_BYTES + 1)
        .read_to_end(&mut bytes)
        .map_err(|e| Error::io("read", path, e))?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err(too_large(path));
    }
    Ok(bytes)
}

/// Refuses a file that is larger than any file of channels, before it is read.
pub(super) fn check_size(path: &Path) -> Result<(), Error> {
    match std::fs::metadata(path) {
        Ok(about) if about.len() > MOST_BYTES => Err(too_large(path)),
        _ => Ok(()),
    }
}

fn too_large(path: &Path) -> Error {
    Error::request(
        format!("{} is larger than {} MB", path.display(), MOST_BYTES >> 20),
        "give a file of channels, cut to the event",
    )
}

fn decoded(bytes: Vec<u8>) -> Result<String, &'static str> {
    let utf16 = |unit: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = bytes[2..].chunks_exact(2).map(|b| unit([b[0], b[1]])).collect();
        String::from_utf16(&units).map_err(|_| "it is torn UTF-16 text")
    };
    let text = match bytes.get(..2) {
        Some([0xff, 0xfe]) => utf16(u16::from_le_bytes)?,
        Some([0xfe, 0xff]) => utf16(u16::from_be_bytes)?,
        _ => match String::from_utf8(bytes) {
            Ok(text) => text,
            Err(e) => e.as_bytes().iter().map(|b| char::from(*b)).collect(),
        },
    };
    if text.contains('\0') {
        return Err("it holds zero bytes, so it is binary or UTF-16 without its mark");
    }
    Ok(match text.strip_prefix('\u{feff}') {
        Some(rest) => rest.to_string(),
        None => text,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_every_encoding_read_alike_and_binary_is_refused() {
        let text = "Title :Pr\u{fc}fung\n";
        let units: Vec<u16> = text.encode_utf16().collect();
        let little = units.iter().flat_map(|u| u.to_le_bytes());
        let big = units.iter().flat_map(|u| u.to_be_bytes());
        for bytes in [
            text.as_bytes().to_vec(),
            [b"\xef\xbb\xbf", text.as_bytes()].concat(),
            text.chars().map(|c| c as u8).collect(),
            [0xff, 0xfe].into_iter().chain(little).collect(),
            [0xfe, 0xff].into_iter().chain(big).collect(),
        ] {
            assert_eq!(decoded(bytes).as_deref(), Ok(text));
        }
        assert_eq!(decoded(Vec::new()).as_deref(), Ok(""));
        assert!(decoded(vec![0xff, 0xfe, 0x00, 0xd8]).is_err());
        assert!(decoded(b"T\0i\0".to_vec()).is_err());
    }

    #[test]
    fn a_file_beyond_any_test_is_refused_before_it_is_read() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("huge.csv");
        std::fs::File::create(&path).unwrap().set_len(1 << 40).unwrap();
        let message = check_size(&path).unwrap_err().to_string();
        assert!(message.contains("larger than 512 MB"), "{message}");
    }
}
