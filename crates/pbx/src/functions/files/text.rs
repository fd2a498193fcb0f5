//! `FILE(name[,offset[,length[,options[,format]]]])`: what stands in a file. Offset and length count octets, or with `l`
//! lines; below zero they count from the end. Set, it replaces that part, or all of the file; with `a` it is put behind the
//! rest, with `l` a line end is put behind it unless `d` says that there shall be none. `FILE_COUNT_LINE`, `FILE_FORMAT`.

use std::io::{Read, Seek, SeekFrom, Write};

use call_control::BoxFuture;

use super::lines::LineEnd;
use super::part::Part;
use super::work::{LARGEST, away, whole};
use crate::dialplan::DialplanChannel;
use crate::functions::arguments::Arguments;
use crate::functions::strings::LONGEST;
use crate::functions::{FunctionError, Value, Written};

/// What is asked for.
struct Request {
    name: String,
    part: Part,
    /// An offset or a length is named.
    is_part: bool,
    lines: bool,
    append: bool,
    without_end: bool,
    format: Option<LineEnd>,
}

impl Request {
    fn parse(arguments: &str) -> Result<Self, FunctionError> {
        let given = Arguments::of(arguments, 5);
        let bad = |problem: &str| FunctionError::arguments("FILE", arguments, problem);
        if given.at(0).is_empty() || given.at(0).contains('\0') {
            return Err(bad("name a file"));
        }
        let part =
            Part::parse(given.at(1), given.at(2)).ok_or_else(|| bad("offset and length are numbers"))?;
        let options = given.at(3);
        let format = LineEnd::of_letter(given.at(4));
        if format.is_none() && !given.at(4).is_empty() {
            return Err(bad("the format is u, d or m"));
        }
        Ok(Self {
            name: given.at(0).to_owned(),
            part,
            is_part: !(given.at(1).is_empty() && given.at(2).is_empty()),
            lines: options.contains('l'),
            append: options.contains('a'),
            without_end: options.contains('d'),
            format,
        })
    }

    /// The ends of lines, as they were named or as the content has them.
    fn end(&self, content: &[u8]) -> LineEnd {
        self.format.or_else(|| LineEnd::of(content)).unwrap_or(LineEnd::Unix)
    }
}

pub(super) fn read<'a>(_: &'a mut DialplanChannel, arguments: &'a str) -> BoxFuture<'a, Value> {
    Box::pin(async move {
        let request = Request::parse(arguments)?;
        away("FILE", move || if request.lines { lines(&request) } else { octets(&request) }).await
    })
}

/// Octets of a file of any size: only those that are meant are read.
fn octets(request: &Request) -> Result<String, String> {
    let said = |error: std::io::Error| format!("{}: {error}", request.name);
    if !std::fs::metadata(&request.name).map_err(said)?.is_file() {
        return Err(format!("{} is no plain file", request.name));
    }
    let mut file = std::fs::File::open(&request.name).map_err(said)?;
    let length = file.metadata().map_err(said)?.len();
    let range = request.part.of(usize::try_from(length).unwrap_or(usize::MAX));
    file.seek(SeekFrom::Start(range.start as u64)).map_err(said)?;
    let mut found = Vec::new();
    file.take(range.len().min(LONGEST) as u64).read_to_end(&mut found).map_err(said)?;
    Ok(String::from_utf8_lossy(&found).into_owned())
}

fn lines(request: &Request) -> Result<String, String> {
    let content = whole(&request.name)?;
    let range = request.part.octets(&content, Some(request.end(&content)));
    let end = range.start + range.len().min(LONGEST);
    Ok(String::from_utf8_lossy(&content[range.start..end]).into_owned())
}

pub(super) fn write<'a>(
    _: &'a mut DialplanChannel,
    arguments: &'a str,
    value: &'a str,
) -> BoxFuture<'a, Written> {
    Box::pin(async move {
        let request = Request::parse(arguments)?;
        let value = value.as_bytes().to_vec();
        away("FILE", move || put(&request, value)).await
    })
}

fn put(request: &Request, mut value: Vec<u8>) -> Result<(), String> {
    let said = |error: std::io::Error| format!("{}: {error}", request.name);
    let with_end = |value: &mut Vec<u8>, end: LineEnd| {
        if request.lines && !request.without_end {
            value.extend_from_slice(end.octets());
        }
    };
    if request.append {
        let mut file =
            std::fs::OpenOptions::new().append(true).create(true).open(&request.name).map_err(said)?;
        if file.metadata().map_err(said)?.len() > LARGEST {
            return Err(format!("{} is larger than 16 MiB", request.name));
        }
        with_end(&mut value, request.format.unwrap_or(LineEnd::Unix));
        return file.write_all(&value).map_err(said);
    }
    if !request.is_part {
        with_end(&mut value, request.format.unwrap_or(LineEnd::Unix));
        return std::fs::write(&request.name, value).map_err(said);
    }
    let mut content = match std::fs::exists(&request.name) {
        Ok(false) => Vec::new(),
        _ => whole(&request.name)?,
    };
    let end = request.end(&content);
    with_end(&mut value, end);
    let range = request.part.octets(&content, request.lines.then_some(end));
    content.splice(range, value);
    std::fs::write(&request.name, content).map_err(said)
}

/// `FILE_COUNT_LINE(name[,format])`.
pub(super) fn count<'a>(_: &'a mut DialplanChannel, arguments: &'a str) -> BoxFuture<'a, Value> {
    Box::pin(async move {
        let given = Arguments::of(arguments, 2);
        let (name, format) = (given.at(0).to_owned(), LineEnd::of_letter(given.at(1)));
        away("FILE_COUNT_LINE", move || {
            if matches!(std::fs::exists(&name), Ok(false)) {
                return Ok("-1".to_owned());
            }
            let content = whole(&name)?;
            let end = format.or_else(|| LineEnd::of(&content)).unwrap_or(LineEnd::Unix);
            Ok(end.count(&content).to_string())
        })
        .await
    })
}

/// `FILE_FORMAT(name)`: `x` where no line ends.
pub(super) fn format<'a>(_: &'a mut DialplanChannel, arguments: &'a str) -> BoxFuture<'a, Value> {
    Box::pin(async move {
        let name = arguments.trim().to_owned();
        away("FILE_FORMAT", move || Ok(LineEnd::of(&whole(&name)?).map_or('x', LineEnd::letter).to_string()))
            .await
    })
}
