//! Laws of substitution and expressions that hold for any input.

use dialplan_vm::{SimpleHost, Text, evaluate_expression, fuzzing, split_arguments, substitute};
use proptest::prelude::*;

fn likely(pieces: &'static [&'static str]) -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(pieces), 0..30).prop_map(|pieces| pieces.concat())
}

const TEXT: &[&str] = &[
    "${", "}", "$[", "]", "A", "B", "F(", ")", ":", "1", "-2", "(", "\"", " ", "+", "é", ",", "=", "\\", "?",
    "=~",
];
const EXPRESSION: &[&str] = &[
    "1",
    "2.5",
    "0",
    "abc",
    "\"x\"",
    "(",
    ")",
    "+",
    "-",
    "*",
    "/",
    "%",
    "|",
    "&",
    "=",
    "!=",
    "<",
    ">=",
    "!",
    "?",
    "::",
    ":",
    "=~",
    "~~",
    ",",
    " ",
    "POW(",
    "99999999999999999999999999999999999999999",
];
const PLAN: &[&str] = &[
    "[a]",
    "[b]",
    "\n",
    "\n",
    "exten => ",
    "same => ",
    "include => ",
    "_X.",
    "_1!",
    "100",
    ",",
    "1",
    "n",
    "hint",
    "(x)",
    "Goto(",
    "b,100,1",
    "GotoIf(",
    "$[",
    "${X}",
    "]",
    "?",
    ":",
    ")",
    "s",
    "i",
    "h",
    "NoOp",
    "/",
    "O",
    "[1-",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn any_text_is_substituted(text in likely(TEXT)) {
        fuzzing::dialplan_expression(text.as_bytes());
    }

    #[test]
    fn any_expression_has_a_value_or_an_error(text in likely(EXPRESSION)) {
        fuzzing::dialplan_expression(text.as_bytes());
    }

    #[test]
    fn any_bytes_are_a_text(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        fuzzing::dialplan_expression(&bytes);
        fuzzing::extensions_conf(&bytes);
    }

    #[test]
    fn any_dialplan_compiles_and_runs(text in likely(PLAN)) {
        fuzzing::extensions_conf(text.as_bytes());
    }

    #[test]
    fn integers_are_computed_exactly(a in -1_000_000_i64..1_000_000, b in -1_000_000_i64..1_000_000) {
        let value = |text: String| evaluate_expression(&text).unwrap();
        prop_assert_eq!(value(format!("{a} + {b} * 3")), (a + b * 3).to_string());
        prop_assert_eq!(value(format!("{a} - {b}")), (a - b).to_string());
        prop_assert_eq!(value(format!("{a} < {b}")), u8::from(a < b).to_string());
        prop_assert_eq!(value(format!("{a} = {b}")), u8::from(a == b).to_string());
    }

    #[test]
    fn a_text_without_references_is_itself(text in "[a-z $\\[\\]{}]{0,40}") {
        prop_assume!(!text.contains("${") && !text.contains("$["));
        prop_assert!(Text::compile(&text).is_constant());
        prop_assert_eq!(substitute(&mut SimpleHost::new(), &text).unwrap(), text);
    }

    #[test]
    fn plain_arguments_are_cut_at_each_comma(parts in prop::collection::vec("[a-z &@/]{0,6}", 1..6)) {
        let text = parts.join(",");
        prop_assume!(!text.is_empty());
        prop_assert_eq!(split_arguments(&text), parts);
    }
}
