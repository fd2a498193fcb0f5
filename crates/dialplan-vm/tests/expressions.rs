//! Expressions against an evaluator that is slow and obvious: it computes the tree that the text was written from.

use dialplan_vm::{ExpressionError, evaluate_expression};
use proptest::prelude::*;

#[derive(Clone, Debug)]
enum Tree {
    Number(i64),
    Negated(Box<Tree>),
    Not(Box<Tree>),
    Two(&'static str, Box<Tree>, Box<Tree>),
    Condition(Box<Tree>, Box<Tree>, Box<Tree>),
}

/// How strongly an operator holds, as the documentation of Asterisk has it.
fn strength(tree: &Tree) -> u8 {
    match tree {
        Tree::Number(_) => 9,
        Tree::Negated(_) | Tree::Not(_) => 8,
        Tree::Condition(..) => 1,
        Tree::Two(operator, ..) => match *operator {
            "*" | "%" | "/" => 7,
            "+" | "-" => 6,
            "|" | "||" => 3,
            "&" | "&&" => 4,
            _ => 5,
        },
    }
}

/// The text, with parentheses only where they are needed.
fn written(tree: &Tree) -> String {
    let within = |tree: &Tree, least: u8| match strength(tree) >= least {
        true => written(tree),
        false => format!("({})", written(tree)),
    };
    match tree {
        Tree::Number(number) => number.to_string(),
        Tree::Negated(inner) => format!("-{}", within(inner, 8)),
        Tree::Not(inner) => format!("!{}", within(inner, 8)),
        Tree::Two(operator, left, right) => {
            let own = strength(tree);
            format!("{} {operator} {}", within(left, own), within(right, own + 1))
        }
        Tree::Condition(condition, yes, no) => {
            // They hold from the left: `a ? b :: c ? d :: e` asks whether `a ? b :: c` is true.
            format!("{} ? {} :: {}", within(condition, 1), within(yes, 2), within(no, 2))
        }
    }
}

/// The value; `None` where something is divided by zero, or where the result is no integer.
fn computed(tree: &Tree) -> Option<i128> {
    Some(match tree {
        Tree::Number(number) => i128::from(*number),
        Tree::Negated(inner) => -computed(inner)?,
        Tree::Not(inner) => (computed(inner)? == 0).into(),
        Tree::Condition(condition, yes, no) => computed(if computed(condition)? != 0 { yes } else { no })?,
        Tree::Two(operator, left, right) => {
            let (left, right) = (computed(left)?, computed(right)?);
            match *operator {
                "+" => left + right,
                "-" => left - right,
                "*" => left.checked_mul(right)?,
                "/" if right != 0 && left % right == 0 => left / right,
                "%" if right != 0 => left % right,
                "/" | "%" => return None,
                "=" | "==" => (left == right).into(),
                "!=" => (left != right).into(),
                "<" => (left < right).into(),
                ">" => (left > right).into(),
                "<=" => (left <= right).into(),
                ">=" => (left >= right).into(),
                "|" | "||" => {
                    if left != 0 {
                        left
                    } else {
                        right
                    }
                }
                "&" | "&&" => {
                    if left != 0 && right != 0 {
                        left
                    } else {
                        0
                    }
                }
                _ => return None,
            }
        }
    })
}

fn trees() -> impl Strategy<Value = Tree> {
    const OPERATORS: [&str; 15] =
        ["+", "-", "*", "/", "%", "=", "==", "!=", "<", ">", "<=", ">=", "|", "&&", "&"];
    (0_i64..12).prop_map(Tree::Number).prop_recursive(5, 24, 3, |inner| {
        let boxed = || inner.clone().prop_map(Box::new);
        prop_oneof![
            6 => (prop::sample::select(OPERATORS.to_vec()), boxed(), boxed()).prop_map(|(o, l, r)| Tree::Two(o, l, r)),
            1 => boxed().prop_map(Tree::Negated),
            1 => boxed().prop_map(Tree::Not),
            1 => (boxed(), boxed(), boxed()).prop_map(|(c, y, n)| Tree::Condition(c, y, n)),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(5_000))]

    #[test]
    fn the_text_of_a_tree_has_its_value(tree in trees()) {
        let Some(expected) = computed(&tree) else { return Ok(()) };
        prop_assert_eq!(evaluate_expression(&written(&tree)), Ok(expected.to_string()), "{}", written(&tree));
    }

    #[test]
    fn a_rest_of_nothing_has_no_value(number in 0_i64..100) {
        let text = format!("{number} % 0");
        prop_assert_eq!(evaluate_expression(&text), Err(ExpressionError::DivisionByZero));
    }
}
