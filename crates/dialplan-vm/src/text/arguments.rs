//! The arguments of applications and functions: where one ends and the next begins.

/// Cuts arguments at the commas that stand outside of quotes, parentheses and brackets.
///
/// Quotes are taken away, and a backslash makes the character after it a plain one. Blanks are kept. An empty
/// text has no arguments.
///
/// ```
/// use dialplan_vm::split_arguments;
/// assert_eq!(split_arguments(r#"a,"b,c",f(d,e),\,"#), ["a", "b,c", "f(d,e)", ","]);
/// ```
pub fn split_arguments(text: &str) -> Vec<String> {
    split_arguments_into(text, usize::MAX)
}

/// As [`split_arguments`], but with at most `most` pieces: the last one has all the rest as it stands, commas
/// included.
pub fn split_arguments_into(text: &str, most: usize) -> Vec<String> {
    if text.is_empty() || most == 0 {
        return Vec::new();
    }
    let mut pieces = Vec::new();
    let mut piece = String::new();
    let (mut quoted, mut parentheses, mut brackets) = (false, 0_u32, 0_u32);
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        match c {
            '\\' => {
                piece.extend(rest.next());
                continue;
            }
            '"' => {
                quoted = !quoted;
                continue;
            }
            ',' if !quoted && parentheses == 0 && brackets == 0 => {
                pieces.push(std::mem::take(&mut piece));
                if pieces.len() + 1 >= most {
                    piece.push_str(rest.as_str());
                    break;
                }
                continue;
            }
            _ if quoted => {}
            '(' => parentheses += 1,
            ')' => parentheses = parentheses.saturating_sub(1),
            '[' => brackets += 1,
            ']' => brackets = brackets.saturating_sub(1),
            _ => {}
        }
        piece.push(c);
    }
    pieces.push(piece);
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commas_inside_do_not_cut() {
        assert_eq!(
            split_arguments("PJSIP/1&PJSIP/2,20,U(sub^a,b)r"),
            ["PJSIP/1&PJSIP/2", "20", "U(sub^a,b)r"]
        );
        assert_eq!(split_arguments("a,,b,"), ["a", "", "b", ""]);
        assert_eq!(split_arguments(""), [""; 0]);
        assert_eq!(split_arguments(" a , b"), [" a ", " b"]);
        assert_eq!(split_arguments("x[1,2],(a"), ["x[1,2]", "(a"]);
        assert_eq!(split_arguments("a),b"), ["a)", "b"]);
        assert_eq!(split_arguments("\"unclosed, b"), ["unclosed, b"]);
    }

    #[test]
    fn the_last_piece_has_the_rest() {
        assert_eq!(split_arguments_into("a,b,c", 2), ["a", "b,c"]);
        assert_eq!(split_arguments_into("3,\"Hi, all\"", 2), ["3", "\"Hi, all\""]);
        assert_eq!(split_arguments_into("a", 0), [""; 0]);
    }
}
