//! `exten =>` and `same =>` lines in their parts.

use asterisk_conf::{Diagnostic, Spanned};

/// An `exten` or `same` line in its parts, none of them interpreted.
#[derive(Debug)]
pub(crate) struct ExtenLine {
    /// `None` on a `same` line.
    pub(crate) extension: Option<Spanned<String>>,
    /// What stands after the `/`.
    pub(crate) caller: Option<Spanned<String>>,
    pub(crate) priority: Spanned<String>,
    /// All that follows the priority.
    pub(crate) rest: Spanned<String>,
}

/// An application and its unsubstituted arguments.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) application: Spanned<String>,
    pub(crate) arguments: Spanned<String>,
}

/// Cuts the value of an `exten =>` line.
pub(crate) fn exten(value: &Spanned<String>) -> Result<ExtenLine, Diagnostic> {
    let comma = end_of_extension(&value.value).ok_or_else(|| {
        Diagnostic::error("missing-priority", "this line has an extension and no priority")
            .at(value.span)
            .help("write `exten => 100,1,Application(arguments)`")
    })?;
    let mut line = same(&piece(value, comma + 1, value.value.len()))?;
    let name = &value.value[..comma];
    let slash = end_of_name(name);
    let extension = piece(value, 0, slash);
    if extension.value.is_empty() {
        let finding = Diagnostic::error("missing-extension", "there is no extension before the comma");
        return Err(finding.at(value.span).help("write `exten => 100,1,Application(arguments)`"));
    }
    line.extension = Some(extension);
    line.caller = (slash < name.len()).then(|| piece(value, slash + 1, comma));
    Ok(line)
}

/// Cuts the value of a `same =>` line.
pub(crate) fn same(value: &Spanned<String>) -> Result<ExtenLine, Diagnostic> {
    let comma = value.value.find(',').ok_or_else(|| {
        Diagnostic::error("missing-application", "this line has no application")
            .at(value.span)
            .help("write `same => n,Application(arguments)`")
    })?;
    let rest = piece(value, comma + 1, value.value.len());
    if rest.value.is_empty() {
        let finding = Diagnostic::error("missing-application", "there is no application after the priority");
        return Err(finding.at(value.span));
    }
    Ok(ExtenLine { extension: None, caller: None, priority: piece(value, 0, comma), rest })
}

/// Cuts `App(arguments)`, `App`, `App()` and the old `App,arguments`.
pub(crate) fn call(rest: &Spanned<String>, diagnostics: &mut Vec<Diagnostic>) -> Call {
    let text = &rest.value;
    let open = text.find('(');
    let comma = text.find(',').filter(|&comma| open.is_none_or(|open| comma < open));
    if let Some(comma) = comma {
        return Call { application: piece(rest, 0, comma), arguments: piece(rest, comma + 1, text.len()) };
    }
    let Some(open) = open else {
        let end = text.len();
        return Call { application: piece(rest, 0, end), arguments: piece(rest, end, end) };
    };
    let close = text.rfind(')').filter(|&close| close > open);
    if let Some(close) = close.filter(|&close| !text[close + 1..].trim().is_empty()) {
        diagnostics.push(
            Diagnostic::warning("text-after-application", "text after the closing `)` is ignored")
                .at(piece(rest, close + 1, text.len()).span)
                .help("a comment begins with `;`"),
        );
    }
    let end = close.unwrap_or(text.len());
    let arguments = untrimmed(rest, open + 1, end);
    match close {
        None => diagnostics.push(
            Diagnostic::warning("unbalanced-parentheses", "this `(` is never closed")
                .at(rest.part(open..open + 1))
                .help("end the application with `)`"),
        ),
        Some(_) => diagnostics.extend(unbalanced(&arguments)),
    }
    Call { application: piece(rest, 0, open), arguments }
}

/// Finds the parenthesis that has no partner. Quoted and escaped ones do not count.
fn unbalanced(arguments: &Spanned<String>) -> Option<Diagnostic> {
    let mut open = Vec::new();
    let (mut quoted, mut escaped) = (false, false);
    for (at, byte) in arguments.value.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => quoted = !quoted,
            b'(' if !quoted => open.push(at),
            b')' if !quoted && open.is_empty() => {
                open.push(at);
                break;
            }
            b')' if !quoted => drop(open.pop()),
            _ => {}
        }
    }
    // With an odd quote, nothing can be said about what stands behind it.
    let at = *open.last().filter(|_| !quoted)?;
    let (what, help) = match arguments.value.as_bytes()[at] {
        b'(' => ("this `(` has no partner", "the last `)` of the line ends the application"),
        _ => ("this `)` has no partner", "only the last `)` of the line ends the application"),
    };
    Some(Diagnostic::warning("unbalanced-parentheses", what).at(arguments.part(at..at + 1)).help(help))
}

/// The first comma that is not inside a set of a pattern.
fn end_of_extension(text: &str) -> Option<usize> {
    let first = text.find(',')?;
    if !text.trim_start().starts_with('_') {
        return Some(first);
    }
    let mut inside = false;
    let position = text.bytes().position(|byte| {
        match byte {
            b'[' => inside = true,
            b']' => inside = false,
            _ => {}
        }
        byte == b',' && !inside
    });
    if inside { Some(first) } else { position.or(Some(first)) }
}

/// The slash before a caller's number, or the end. A slash inside a set or a variable is no such slash.
fn end_of_name(name: &str) -> usize {
    let mut depth = 0_u32;
    let slash = name.bytes().position(|byte| {
        match byte {
            b'[' | b'{' => depth += 1,
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        byte == b'/' && depth == 0
    });
    slash.unwrap_or(name.len())
}

/// The bytes of a value without blanks around them.
pub(crate) fn piece(value: &Spanned<String>, start: usize, end: usize) -> Spanned<String> {
    let text = &value.value[start..end];
    let start = start + text.len() - text.trim_start().len();
    let text = text.trim();
    Spanned::new(text.to_owned(), value.part(start..start + text.len()))
}

fn untrimmed(value: &Spanned<String>, start: usize, end: usize) -> Spanned<String> {
    Spanned::new(value.value[start..end].to_owned(), value.part(start..end))
}

#[cfg(test)]
mod tests {
    use super::*;
    use asterisk_conf::{SourceMap, Span};

    fn value(text: &str) -> Spanned<String> {
        let file = SourceMap::new().add("x", String::new());
        Spanned::new(text.to_owned(), Span { file, start: 100, end: 100 + text.len() as u32 })
    }

    fn cut(text: &str) -> (String, Option<String>, String, String, String, Vec<&'static str>) {
        let line = exten(&value(text)).unwrap();
        let mut found = Vec::new();
        let call = call(&line.rest, &mut found);
        for part in [&line.priority, &call.application, &call.arguments] {
            assert_eq!(text[part.span.start as usize - 100..part.span.end as usize - 100], part.value);
        }
        let codes = found.iter().map(|d| d.code).collect();
        let extension = line.extension.unwrap().value;
        (
            extension,
            line.caller.map(|c| c.value),
            line.priority.value,
            call.application.value,
            call.arguments.value,
            codes,
        )
    }

    fn expect(text: &str, parts: [&str; 4], codes: &[&str]) {
        let (extension, _, priority, application, arguments, found) = cut(text);
        assert_eq!([&*extension, &*priority, &*application, &*arguments], parts, "{text}");
        assert_eq!(found, codes, "{text}");
    }

    #[test]
    fn lines_in_all_their_forms() {
        expect("100,1,Dial(PJSIP/1,20)", ["100", "1", "Dial", "PJSIP/1,20"], &[]);
        expect(" 100 , n(x) , NoOp ", ["100", "n(x)", "NoOp", ""], &[]);
        expect("100,1,NoOp()", ["100", "1", "NoOp", ""], &[]);
        expect("100,1,Dial,PJSIP/1", ["100", "1", "Dial", "PJSIP/1"], &[]);
        expect("100,1,Set(X=f(a))", ["100", "1", "Set", "X=f(a)"], &[]);
        expect("_[1,2],1,NoOp( a )", ["_[1,2]", "1", "NoOp", " a "], &[]);
        assert_eq!(cut("100/555,1,NoOp").1.as_deref(), Some("555"));
        assert_eq!(cut("100/,1,NoOp").1.as_deref(), Some(""));
        assert_eq!(cut("_[/]/5,1,NoOp").1.as_deref(), Some("5"));
    }

    #[test]
    fn what_is_not_balanced_is_told() {
        expect("1,1,NoOp(a", ["1", "1", "NoOp", "a"], &["unbalanced-parentheses"]);
        expect("1,1,Dial(a,m(x)", ["1", "1", "Dial", "a,m(x"], &["unbalanced-parentheses"]);
        expect(
            "1,1,NoOp(a)) x",
            ["1", "1", "NoOp", "a)"],
            &["text-after-application", "unbalanced-parentheses"],
        );
        expect("1,1,NoOp(\":-)\")", ["1", "1", "NoOp", "\":-)\""], &[]);
    }

    #[test]
    fn lines_without_their_parts_are_errors() {
        let code = |text: &str| exten(&value(text)).unwrap_err().code;
        assert_eq!(code("100"), "missing-priority");
        assert_eq!(code("100,1"), "missing-application");
        assert_eq!(code("100,1,"), "missing-application");
        assert_eq!(code(",1,NoOp"), "missing-extension");
    }
}
