//! Arguments cut into their parts, each with its place.

/// The parts of `text` between `separator`s that stand outside of `${…}`, `$[…]`, parentheses and quotes, each with its
/// offset in `text`.
pub(super) fn pieces(text: &str, separator: u8) -> Vec<(usize, &str)> {
    let (mut found, mut start, mut depth, mut quoted) = (Vec::new(), 0, 0_usize, false);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'"' => quoted = !quoted,
            b'{' | b'[' | b'(' if !quoted => depth += 1,
            b'}' | b']' | b')' if !quoted => depth = depth.saturating_sub(1),
            _ if byte == separator && depth == 0 && !quoted => {
                found.push((start, &text[start..at]));
                start = at + 1;
            }
            _ => {}
        }
    }
    found.push((start, &text[start..]));
    found
}

/// Whether a value is put in here only when a call comes.
pub(super) fn is_open(text: &str) -> bool {
    text.contains("${") || text.contains("$[")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_keep_what_belongs_together() {
        let cut =
            |text, separator| pieces(text, separator).into_iter().map(|(_, part)| part).collect::<Vec<_>>();
        assert_eq!(cut("PJSIP/a&PJSIP/b", b'&'), ["PJSIP/a", "PJSIP/b"]);
        assert_eq!(cut("${IF($[1]?PJSIP/a&PJSIP/b:c)}&d", b'&'), ["${IF($[1]?PJSIP/a&PJSIP/b:c)}", "d"]);
        assert_eq!(cut("a,\"b,c\",(d,e)", b','), ["a", "\"b,c\"", "(d,e)"]);
        assert_eq!(cut("", b','), [""]);
        assert_eq!(pieces("é,b", b','), [(0, "é"), (3, "b")]);
    }
}
