//! Parquet tables: channels, study results and sweep parts.
//!
//! One file is one row group a million rows long, Snappy-compressed, written whole or not at all. The plain
//! columns of the low-level writer carry no metadata of their own, so the unit of a channel stands in the
//! file's key-value metadata under `unit:CODE`, beside what the run was.

use std::path::Path;
use std::sync::Arc;

use parquet::basic::{Compression, LogicalType, Repetition, Type as Physical};
use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::{ByteArray, ByteArrayType, DataType, DoubleType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::file::reader::{FileReader, RowGroupReader, SerializedFileReader};
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::types::{Type, TypePtr};

use super::set::{ChannelSet, Skipped};
use super::{RunInfo, check_size, common_base, even_step};
use crate::error::{Error, write_atomic};
use crate::signal::{Channel, ChannelCode, Unit};

/// Rows of one row group.
const GROUP_ROWS: usize = 1 << 20;

/// The values of one column. `None` is a null: a value that the model or the dummy cannot give.
#[derive(Debug, Clone, PartialEq)]
pub enum ColumnData {
    /// Numbers with a unit in the column's name. NaN and infinities are written as nulls.
    F64(Vec<Option<f64>>),
    /// Signed whole numbers.
    I64(Vec<i64>),
    /// Counts and case numbers.
    U64(Vec<u64>),
    /// Names.
    Utf8(Vec<Option<String>>),
}

/// A named column of a table.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// Name, with its unit (`delta_v_mps`).
    pub name: String,
    /// Values, one a row.
    pub data: ColumnData,
}

impl Column {
    /// A column of numbers that are all there.
    pub fn numbers(name: impl Into<String>, values: impl IntoIterator<Item = f64>) -> Self {
        Self {
            name: name.into(),
            data: ColumnData::F64(values.into_iter().map(Some).collect()),
        }
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        match &self.data {
            ColumnData::F64(v) => v.len(),
            ColumnData::I64(v) => v.len(),
            ColumnData::U64(v) => v.len(),
            ColumnData::Utf8(v) => v.len(),
        }
    }

    /// No rows?
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn schema(&self) -> Result<TypePtr, ParquetError> {
        let (physical, logical, repetition) = match self.data {
            ColumnData::F64(_) => (Physical::DOUBLE, None, Repetition::OPTIONAL),
            ColumnData::I64(_) => (Physical::INT64, None, Repetition::REQUIRED),
            ColumnData::U64(_) => (
                Physical::INT64,
                Some(LogicalType::integer(64, false)),
                Repetition::REQUIRED,
            ),
            ColumnData::Utf8(_) => (Physical::BYTE_ARRAY, Some(LogicalType::String), Repetition::OPTIONAL),
        };
        Type::primitive_type_builder(&self.name, physical)
            .with_logical_type(logical)
            .with_repetition(repetition)
            .build()
            .map(Arc::new)
    }
}

/// Write a table of `columns`, all of one length, with key-value `metadata`. No row at all is a valid table.
///
/// Errors: no column, columns of different length, two of one name; what the operating system refuses.
pub fn write_columns(path: &Path, columns: &[Column], metadata: &[(String, String)]) -> Result<(), Error> {
    let rows = columns.first().map(Column::len).ok_or_else(|| {
        Error::request(
            format!("{} would have no column", path.display()),
            "give at least one column",
        )
    })?;
    for (i, c) in columns.iter().enumerate() {
        if c.len() != rows {
            return Err(Error::request(
                format!(
                    "column `{}` has {} rows and `{}` has {rows}",
                    c.name,
                    c.len(),
                    columns[0].name
                ),
                "columns of one table have one length",
            ));
        }
        if columns[..i].iter().any(|other| other.name == c.name) {
            return Err(Error::request(
                format!("two columns are named `{}`", c.name),
                "name each column once",
            ));
        }
    }
    let bytes = encode(columns, rows, metadata).map_err(|e| failed("write", path, e))?;
    write_atomic(path, &bytes)
}

/// Write channels on one time base, one row per sample: `time_s`, then a column per channel named by its code,
/// in the channel's unit. Metadata: [`RunInfo::pairs`] and `unit:CODE` per channel.
///
/// Errors: no channel, different time bases, two channels of one code; what the operating system refuses.
pub fn write_channels(path: &Path, channels: &[Channel], info: &RunInfo) -> Result<(), Error> {
    let (_, _, rows) = common_base(channels)?;
    let first = &channels[0];
    let mut columns = vec![Column::numbers("time_s", (0..rows).map(|i| first.time_s(i)))];
    let mut metadata = info.pairs();
    for c in channels {
        columns.push(Column::numbers(c.code.clone(), c.values.iter().copied()));
        metadata.push((format!("unit:{}", c.code), c.unit.symbol().to_string()));
    }
    write_columns(path, &columns, &metadata)
}

/// Read channels as [`write_channels`] writes them: `time_s` and a column per ISO-MME code, its unit in the metadata
/// `unit:CODE` or else the SI unit of the code. A column that cannot be used is listed as skipped.
///
/// Errors: not a Parquet table of numbers and names, no column `time_s`, times that do not rise in even steps.
pub fn read_channels(path: &Path) -> Result<ChannelSet, Error> {
    check_size(path)?;
    let table = read_columns(path)?;
    let refused = |what: &str| {
        Error::request(
            format!("{}: {what}", path.display()),
            "give a table with time_s in even steps and columns named by ISO-MME codes",
        )
    };
    let complete = |c: &Column| -> Result<Vec<f64>, String> {
        match &c.data {
            ColumnData::F64(v) => match v.iter().position(Option::is_none) {
                Some(row) => Err(format!("row {row} is empty")),
                None => Ok(v.iter().flatten().copied().collect()),
            },
            _ => Err("it is not a column of numbers".to_string()),
        }
    };
    let is_time = |c: &Column| TIMES.iter().any(|t| c.name.replace(' ', "").eq_ignore_ascii_case(t));
    let time = table.columns.iter().find(|c| is_time(c));
    let time = time.ok_or_else(|| refused("there is no column time_s or `time [s]`"))?;
    let times = complete(time).map_err(|why| refused(&format!("{}: {why}", time.name)))?;
    let dt_s = even_step(&times).map_err(|row| refused(&format!("{} breaks its step at row {row}", time.name)))?;
    let mut set = ChannelSet {
        title: table.meta("title").map(str::to_string),
        channels: Vec::new(),
        skipped: Vec::new(),
    };
    for (name, reason) in &table.left_out {
        set.skipped.push(Skipped::new(name, reason.clone()));
    }
    for c in table.columns.iter().filter(|c| !is_time(c) && !is_index(&c.name)) {
        let (name, bracket) = named(&c.name);
        let unit = |code: &ChannelCode| {
            let text = table
                .meta(&format!("unit:{}", c.name))
                .or(bracket)
                .ok_or(NO_UNIT.to_string())?;
            let unit: Unit = text.parse().map_err(|e: crate::signal::SignalError| e.to_string())?;
            match code.si_unit().filter(|si| *si != unit.si()) {
                Some(si) => Err(format!("{code} is a quantity in {si} and the column is in {unit}")),
                None => Ok(unit),
            }
        };
        let made = (name.parse::<ChannelCode>())
            .map_err(|e| e.to_string())
            .and_then(|code| {
                let (unit, values) = (unit(&code)?, complete(c)?);
                Channel::new(code.as_str(), unit, times[0], dt_s, values).map_err(|e| e.to_string())
            });
        match made {
            Ok(channel) if set.channels.iter().any(|other| other.code == channel.code) => {
                set.skipped.push(Skipped::new(&c.name, "the code is there twice"));
            }
            Ok(channel) => set.channels.push(channel),
            Err(reason) => set.skipped.push(Skipped::new(&c.name, reason)),
        }
    }
    Ok(set)
}

/// Names of a column of times in seconds, without blanks.
const TIMES: [&str; 2] = ["time_s", "time[s]"];
/// What a channel without a unit needs.
const NO_UNIT: &str = "no unit is given: name the column `CODE [unit]`, or write `unit:CODE` into the file's metadata";

/// Code and unit of a column named as in a CSV table, `CODE [unit]`.
fn named(column: &str) -> (&str, Option<&str>) {
    let split = column
        .split_once('[')
        .and_then(|(code, rest)| Some((code.trim(), rest.trim().strip_suffix(']')?)));
    split.map_or((column, None), |(code, unit)| (code, Some(unit)))
}

/// Row numbers that pandas writes beside a table; no channel.
fn is_index(column: &str) -> bool {
    column.starts_with("__index_level_") || column == "index"
}

fn failed(what: &'static str, path: &Path, e: ParquetError) -> Error {
    Error::io(what, path, std::io::Error::other(e))
}

fn encode(columns: &[Column], rows: usize, metadata: &[(String, String)]) -> Result<Vec<u8>, ParquetError> {
    let fields = columns.iter().map(Column::schema).collect::<Result<Vec<_>, _>>()?;
    let schema = Type::group_type_builder("table").with_fields(fields).build()?;
    let pairs = metadata.iter().map(|(k, v)| KeyValue::new(k.clone(), v.clone()));
    let properties = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .set_created_by(concat!("crumple ", env!("CARGO_PKG_VERSION")).to_string())
        .set_key_value_metadata(Some(pairs.collect()))
        .build();
    let mut writer = SerializedFileWriter::new(Vec::new(), Arc::new(schema), Arc::new(properties))?;
    let mut from = 0;
    while from < rows {
        let to = rows.min(from + GROUP_ROWS);
        let mut group = writer.next_row_group()?;
        for column in columns {
            match &column.data {
                ColumnData::F64(v) => {
                    let finite: Vec<Option<f64>> = v[from..to].iter().map(|x| x.filter(|x| x.is_finite())).collect();
                    put_optional::<DoubleType>(&mut group, &finite)?;
                }
                ColumnData::I64(v) => put::<Int64Type>(&mut group, &v[from..to], None)?,
                ColumnData::U64(v) => {
                    // Parquet stores unsigned numbers in the bits of signed ones.
                    let bits: Vec<i64> = v[from..to].iter().map(|x| x.cast_signed()).collect();
                    put::<Int64Type>(&mut group, &bits, None)?;
                }
                ColumnData::Utf8(v) => {
                    let texts: Vec<Option<ByteArray>> =
                        v[from..to].iter().map(|t| t.as_deref().map(ByteArray::from)).collect();
                    put_optional::<ByteArrayType>(&mut group, &texts)?;
                }
            }
        }
        group.close()?;
        from = to;
    }
    writer.into_inner()
}

fn put_optional<T: DataType>(
    group: &mut SerializedRowGroupWriter<'_, Vec<u8>>,
    values: &[Option<T::T>],
) -> Result<(), ParquetError> {
    let present: Vec<i16> = values.iter().map(|v| i16::from(v.is_some())).collect();
    let there: Vec<T::T> = values.iter().flatten().cloned().collect();
    put::<T>(group, &there, Some(&present))
}

fn put<T: DataType>(
    group: &mut SerializedRowGroupWriter<'_, Vec<u8>>,
    values: &[T::T],
    present: Option<&[i16]>,
) -> Result<(), ParquetError> {
    let missing = || ParquetError::General("the schema has fewer columns than the table".to_string());
    let mut column = group.next_column()?.ok_or_else(missing)?;
    column.typed::<T>().write_batch(values, present, None)?;
    column.close()
}

/// A table read back: columns and key-value metadata in file order.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// Columns.
    pub columns: Vec<Column>,
    /// Names and values.
    pub metadata: Vec<(String, String)>,
    /// Columns of other types than numbers and texts, each with the reason why it was not read.
    pub left_out: Vec<(String, String)>,
}

impl Table {
    /// The column of a name.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|c| c.name == name)
    }

    /// The metadata value of a name.
    pub fn meta(&self, name: &str) -> Option<&str> {
        self.metadata.iter().find(|(k, _)| k == name).map(|(_, v)| v.as_str())
    }
}

/// Read a flat table of numbers and names, as [`write_columns`] writes it.
///
/// Errors: not a Parquet file, nested or unsupported columns, what the operating system refuses.
pub fn read_columns(path: &Path) -> Result<Table, Error> {
    let file = std::fs::File::open(path).map_err(|e| Error::io("read", path, e))?;
    decode(file).map_err(|e| failed("read", path, e))
}

fn decode(file: std::fs::File) -> Result<Table, ParquetError> {
    let reader = SerializedFileReader::new(file)?;
    let about = reader.metadata().file_metadata();
    let metadata = about
        .key_value_metadata()
        .map(|pairs| {
            let value = |p: &KeyValue| p.value.clone().unwrap_or_default();
            pairs.iter().map(|p| (p.key.clone(), value(p))).collect()
        })
        .unwrap_or_default();
    let mut columns = Vec::new();
    let mut places = Vec::new();
    let mut left_out = Vec::new();
    for (place, c) in about.schema_descr().columns().iter().enumerate() {
        let flat = c.max_def_level() <= 1 && c.max_rep_level() == 0;
        let required = c.max_def_level() == 0;
        let unsigned = |l: &LogicalType| *l == LogicalType::integer(64, false);
        let data = match (c.physical_type(), c.logical_type_ref()) {
            (Physical::DOUBLE | Physical::FLOAT, None) if flat => Some(ColumnData::F64(Vec::new())),
            (Physical::INT64, None) if flat && required => Some(ColumnData::I64(Vec::new())),
            (Physical::INT64, Some(l)) if flat && required && unsigned(l) => Some(ColumnData::U64(Vec::new())),
            // Whole numbers with gaps, or narrower than 64 bits.
            (Physical::INT64, None) if flat => Some(ColumnData::F64(Vec::new())),
            (Physical::INT32 | Physical::INT64, Some(LogicalType::Integer { .. })) if flat => {
                Some(ColumnData::F64(Vec::new()))
            }
            (Physical::INT32, None) if flat => Some(ColumnData::F64(Vec::new())),
            (Physical::BYTE_ARRAY, Some(LogicalType::String)) if flat => Some(ColumnData::Utf8(Vec::new())),
            _ => None,
        };
        match data {
            Some(data) => {
                places.push(place);
                columns.push(Column {
                    name: c.name().to_string(),
                    data,
                });
            }
            None => {
                let what = format!("a column of {:?} is neither numbers nor text", c.physical_type());
                left_out.push((c.path().string(), what));
            }
        }
    }
    for g in 0..reader.num_row_groups() {
        let group = reader.get_row_group(g)?;
        for (place, column) in places.iter().zip(&mut columns) {
            take(group.as_ref(), *place, &mut column.data)?;
        }
    }
    Ok(Table {
        columns,
        metadata,
        left_out,
    })
}

fn take(group: &dyn RowGroupReader, i: usize, into: &mut ColumnData) -> Result<(), ParquetError> {
    let rows = usize::try_from(group.metadata().num_rows()).unwrap_or(0);
    match (group.get_column_reader(i)?, into) {
        (ColumnReader::DoubleColumnReader(r), ColumnData::F64(all)) => all.extend(get(r, rows)?),
        (ColumnReader::FloatColumnReader(r), ColumnData::F64(all)) => {
            all.extend(get(r, rows)?.into_iter().map(|v| v.map(f64::from)));
        }
        (ColumnReader::Int32ColumnReader(r), ColumnData::F64(all)) => {
            all.extend(get(r, rows)?.into_iter().map(|v| v.map(f64::from)));
        }
        (ColumnReader::Int64ColumnReader(r), ColumnData::F64(all)) => {
            all.extend(get(r, rows)?.into_iter().map(|v| v.map(|v| v as f64)));
        }
        (ColumnReader::Int64ColumnReader(r), ColumnData::I64(all)) => all.extend(get(r, rows)?.into_iter().flatten()),
        (ColumnReader::Int64ColumnReader(r), ColumnData::U64(all)) => {
            all.extend(get(r, rows)?.into_iter().flatten().map(i64::cast_unsigned));
        }
        (ColumnReader::ByteArrayColumnReader(r), ColumnData::Utf8(all)) => {
            for text in get(r, rows)? {
                all.push(text.map(|t| t.as_utf8().map(str::to_string)).transpose()?);
            }
        }
        _ => {
            return Err(ParquetError::General(format!("column {i} is not of its schema's type")));
        }
    }
    Ok(())
}

fn get<T: DataType>(mut reader: ColumnReaderImpl<T>, rows: usize) -> Result<Vec<Option<T::T>>, ParquetError> {
    let (mut values, mut present) = (Vec::new(), Vec::new());
    let mut seen = 0;
    while seen < rows {
        let (records, _, _) = reader.read_records(rows - seen, Some(&mut present), None, &mut values)?;
        if records == 0 {
            return Err(ParquetError::EOF(format!("{seen} of {rows} rows are there")));
        }
        seen += records;
    }
    if present.is_empty() {
        return Ok(values.into_iter().map(Some).collect());
    }
    let mut there = values.into_iter();
    Ok(present
        .into_iter()
        .map(|p| if p == 1 { there.next() } else { None })
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::VehicleInfo;
    use crate::signal::Unit;

    fn table() -> Vec<Column> {
        vec![
            Column {
                name: "case".into(),
                data: ColumnData::U64(vec![0, u64::MAX, 2]),
            },
            Column {
                name: "vehicle.1.delta_v_mps".into(),
                data: ColumnData::F64(vec![Some(-0.0), None, Some(1.0 / 3.0)]),
            },
            Column {
                name: "seat".into(),
                data: ColumnData::Utf8(vec![Some("driver".into()), None, Some("ключ, \"q\"".into())]),
            },
            Column {
                name: "offset".into(),
                data: ColumnData::I64(vec![i64::MIN, 0, 7]),
            },
        ]
    }

    #[test]
    fn every_value_null_name_and_metadata_pair_survives_the_file() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("new/part-00000-of-00001.parquet");
        let metadata = [
            ("version".to_string(), "1".to_string()),
            ("empty".to_string(), String::new()),
        ];
        write_columns(&path, &table(), &metadata).unwrap();
        let back = read_columns(&path).unwrap();
        assert_eq!(back.columns, table());
        assert_eq!(back.metadata, metadata);
        let left: Vec<_> = std::fs::read_dir(path.parent().unwrap()).unwrap().collect();
        assert_eq!(left.len(), 1, "no partial file stays behind");
    }

    #[test]
    fn equal_tables_are_equal_files_and_non_finite_numbers_are_nulls() {
        let dir = tempfile::tempdir().unwrap();
        let (a, b) = (dir.path().join("a"), dir.path().join("b"));
        let with = |x: Option<f64>| {
            vec![Column {
                name: "x".into(),
                data: ColumnData::F64(vec![Some(1.0), x]),
            }]
        };
        write_columns(&a, &with(Some(f64::NAN)), &[]).unwrap();
        write_columns(&b, &with(None), &[]).unwrap();
        assert_eq!(std::fs::read(&a).unwrap(), std::fs::read(&b).unwrap());
        assert_eq!(read_columns(&a).unwrap().columns, with(None));
    }

    #[test]
    fn a_table_longer_than_a_row_group_comes_back_whole_and_one_without_rows_too() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("long.parquet");
        let n = GROUP_ROWS + 3;
        let long = vec![
            Column {
                name: "case".into(),
                data: ColumnData::U64((0..n as u64).collect()),
            },
            Column {
                name: "x".into(),
                data: ColumnData::F64((0..n).map(|i| (i % 7 != 0).then_some(i as f64)).collect()),
            },
        ];
        write_columns(&path, &long, &[]).unwrap();
        assert!(read_columns(&path).unwrap().columns == long);
        let none = vec![Column {
            name: "x".into(),
            data: ColumnData::F64(Vec::new()),
        }];
        write_columns(&path, &none, &[]).unwrap();
        assert_eq!(read_columns(&path).unwrap().columns, none);
    }

    #[test]
    fn tables_that_do_not_fit_together_are_refused_and_leave_no_file() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("x.parquet");
        let mut ragged = table();
        ragged[1] = Column::numbers("x", [1.0]);
        let twice = vec![Column::numbers("x", [1.0]), Column::numbers("x", [2.0])];
        for (columns, why) in [
            (ragged, "has 1 rows and `case` has 3"),
            (twice, "named `x`"),
            (vec![], "no column"),
        ] {
            let message = write_columns(&path, &columns, &[]).unwrap_err().to_string();
            assert!(message.contains(why), "{message}");
        }
        assert!(!path.exists());
        std::fs::write(&path, b"not parquet").unwrap();
        assert!(read_columns(&path).is_err());
    }

    #[test]
    fn channels_become_a_time_column_and_one_column_per_code_with_its_unit_named() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("run.parquet");
        let channel = |code: &str, unit, x: f64| Channel::new(code, unit, 0.0, 1e-4, vec![x, 2.0 * x]).unwrap();
        let channels = [
            channel("10VEHCCG0000ACX0", Unit::MetrePerSecondSquared, -9.5),
            channel("11FEMRLE00H3FOZ0", Unit::Newton, 120.0),
        ];
        let info = RunInfo {
            title: "a\nb".into(),
            version: "0.1".into(),
            input_hash: "abc".into(),
            step_us: 10.0,
            solver: "leapfrog".into(),
            vehicles: vec![VehicleInfo {
                name: "kei".into(),
                mass_kg: 1000.0,
                speed_mps: 15.0,
            }],
        };
        write_channels(&path, &channels, &info).unwrap();
        let back = read_columns(&path).unwrap();
        assert_eq!(back.column("time_s"), Some(&Column::numbers("time_s", [0.0, 1e-4])));
        assert_eq!(back.columns[2], Column::numbers("11FEMRLE00H3FOZ0", [120.0, 240.0]));
        assert_eq!(back.meta("unit:10VEHCCG0000ACX0"), Some("m/s2"));
        assert_eq!(back.meta("unit:11FEMRLE00H3FOZ0"), Some("N"));
        assert_eq!(back.meta("input_hash"), Some("abc"));
        assert_eq!(back.meta("step_us"), Some("10"));
        assert_eq!(back.meta("title"), Some("a b"));
        let late = Channel::new("11FEMRRI00H3FOZ0", Unit::Newton, 0.1, 1e-4, vec![1.0, 2.0]).unwrap();
        assert!(write_channels(&path, &[channels[0].clone(), late], &info).is_err());
    }
}
