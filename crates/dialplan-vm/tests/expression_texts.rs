//! Texts and numbers in expressions, and all operators beside each other, against an evaluator that computes the tree that the
//! text was written from.

use dialplan_vm::evaluate_expression;
use proptest::prelude::*;
use std::cmp::Ordering;

#[derive(Clone, Debug)]
enum Tree {
    /// A word or a text in quotes, as it is written.
    Leaf(String),
    Negated(Box<Tree>),
    Not(Box<Tree>),
    Two(&'static str, Box<Tree>, Box<Tree>),
    Condition(Box<Tree>, Box<Tree>, Box<Tree>),
}

/// From the weakest to the strongest, as the documentation of Asterisk has them; between the last two stand the signs.
const OPERATORS: [&[&str]; 7] = [
    &[","],
    &["|", "||"],
    &["&", "&&"],
    &["=", "==", "!=", "<", ">", "<=", ">="],
    &["+", "-"],
    &["*", "%"],
    &["~~"],
];

const CONDITION: usize = 1;
const SIGN: usize = 7;
const LEAF: usize = 9;

fn strength(tree: &Tree) -> usize {
    match tree {
        Tree::Leaf(_) => LEAF,
        Tree::Negated(_) | Tree::Not(_) => SIGN,
        Tree::Condition(..) => CONDITION,
        Tree::Two(operator, ..) => match OPERATORS.iter().position(|row| row.contains(operator)) {
            None | Some(0) => 0,
            Some(6) => SIGN + 1,
            Some(row) => row + CONDITION,
        },
    }
}

/// The text, with parentheses only where they are needed.
fn written(tree: &Tree) -> String {
    let within = |tree: &Tree, least: usize| match strength(tree) >= least {
        true => written(tree),
        false => format!("({})", written(tree)),
    };
    match tree {
        Tree::Leaf(text) => text.clone(),
        Tree::Negated(inner) => format!("- {}", within(inner, SIGN)),
        Tree::Not(inner) => format!("! {}", within(inner, SIGN)),
        Tree::Two(operator, left, right) => {
            let own = strength(tree);
            format!("{} {operator} {}", within(left, own), within(right, own + 1))
        }
        Tree::Condition(condition, yes, no) => {
            let more = CONDITION + 1;
            // They hold from the left: `a ? b :: c ? d :: e` asks whether `a ? b :: c` is true.
            format!("{} ? {} :: {}", within(condition, CONDITION), within(yes, more), within(no, more))
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
enum Value {
    Number(i128),
    Text(String),
}

impl Value {
    fn text(&self) -> String {
        match self {
            Value::Number(number) => number.to_string(),
            Value::Text(text) => text.clone(),
        }
    }

    fn number(&self) -> Option<i128> {
        match self {
            Value::Number(number) => Some(*number),
            // One in quotes is a text; blanks around one do not matter.
            Value::Text(text) => text.trim().parse().ok().filter(|_| !text.trim().starts_with('+')),
        }
    }

    /// What a condition takes for false.
    fn is_nothing(&self) -> bool {
        self.is_null() || self.text() == "\"\""
    }

    /// What `&` and `|` take for false: two quotes are something to them.
    fn is_null(&self) -> bool {
        self.number() == Some(0) || self.text().is_empty()
    }

    fn unquoted(&self) -> String {
        let text = self.text();
        let inside = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
        inside.map_or(text.clone(), str::to_owned)
    }

    fn compared(&self, other: &Self) -> Ordering {
        match (self.number(), other.number()) {
            (Some(a), Some(b)) => a.cmp(&b),
            _ => self.text().cmp(&other.text()),
        }
    }
}

/// The value; `None` where there is none, or none that is exact.
fn computed(tree: &Tree) -> Option<Value> {
    let truth = |truth: bool| Value::Number(truth.into());
    Some(match tree {
        Tree::Leaf(text) => Value::Text(text.clone()),
        Tree::Negated(inner) => Value::Number(-computed(inner)?.number().unwrap_or(0)),
        // A text is no number, so it is not one but zero.
        Tree::Not(inner) => truth(computed(inner)?.number().is_none_or(|number| number == 0)),
        Tree::Condition(condition, yes, no) => match computed(condition)?.is_nothing() {
            true => computed(no)?,
            false => computed(yes)?,
        },
        Tree::Two(operator, left, right) => {
            let (left, right) = (computed(left)?, computed(right)?);
            let numbers = || (left.number().unwrap_or(0), right.number().unwrap_or(0));
            match *operator {
                "," => Value::Text(format!("{},{}", left.text(), right.text())),
                "~~" => Value::Text(left.unquoted() + &right.unquoted()),
                "|" | "||" if left.is_null() => right,
                "|" | "||" => left,
                "&" | "&&" if left.is_null() || right.is_null() => truth(false),
                "&" | "&&" => left,
                "+" => Value::Number(numbers().0.checked_add(numbers().1)?),
                "-" => Value::Number(numbers().0.checked_sub(numbers().1)?),
                "*" => Value::Number(numbers().0.checked_mul(numbers().1)?),
                "%" => Value::Number(numbers().0.checked_rem(numbers().1)?),
                "=" | "==" => truth(left.compared(&right).is_eq()),
                "!=" => truth(left.compared(&right).is_ne()),
                "<" => truth(left.compared(&right).is_lt()),
                ">" => truth(left.compared(&right).is_gt()),
                "<=" => truth(left.compared(&right).is_le()),
                _ => truth(left.compared(&right).is_ge()),
            }
        }
    })
}

fn trees() -> impl Strategy<Value = Tree> {
    let leaf = prop_oneof![
        3 => "[0-9]{1,3}",
        2 => "[a-c]{1,2}[0-9]?",
        1 => "\"[a-c0-9 ,+(]{0,3}\"",
    ];
    leaf.prop_map(Tree::Leaf).prop_recursive(5, 24, 3, |inner| {
        let boxed = || inner.clone().prop_map(Box::new);
        let operator = prop::sample::select(OPERATORS.concat());
        prop_oneof![
            7 => (operator, boxed(), boxed()).prop_map(|(o, l, r)| Tree::Two(o, l, r)),
            1 => boxed().prop_map(Tree::Negated),
            1 => boxed().prop_map(Tree::Not),
            1 => (boxed(), boxed(), boxed()).prop_map(|(c, y, n)| Tree::Condition(c, y, n)),
        ]
    })
}

/// One character of a pattern, or any, perhaps many times.
type Atom = (Option<char>, bool);

/// The longest match from the beginning of a text, in characters: the obvious way, by trying.
fn longest(pattern: &[Atom], text: &[char]) -> Option<usize> {
    let Some(((wanted, many), rest)) = pattern.split_first() else { return Some(0) };
    let fits = |c: &&char| wanted.is_none_or(|wanted| wanted == **c);
    if !many {
        text.first().as_ref().filter(|c| fits(c))?;
        return longest(rest, &text[1..]).map(|length| length + 1);
    }
    // A star takes as much as it can, and gives back what the rest needs.
    let most = text.iter().take_while(fits).count();
    (0..=most).rev().find_map(|taken| longest(rest, &text[taken..]).map(|length| length + taken))
}

fn regular_expression(pattern: &[Atom]) -> String {
    let atom = |(c, many): &Atom| format!("{}{}", c.unwrap_or('.'), if *many { "*" } else { "" });
    pattern.iter().map(atom).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(5_000))]

    #[test]
    fn texts_and_numbers_have_the_value_of_their_tree(tree in trees()) {
        let Some(expected) = computed(&tree) else { return Ok(()) };
        let text = written(&tree);
        prop_assert_eq!(evaluate_expression(&text), Ok(expected.text()), "{}", text);
    }

    #[test]
    fn regular_expressions_match_as_one_that_tries(
        pattern in prop::collection::vec((prop::option::of(prop::sample::select(vec!['a', 'b', '1'])), any::<bool>()), 1..5),
        text in "[ab1]{0,6}",
    ) {
        let characters: Vec<char> = text.chars().collect();
        let written = regular_expression(&pattern);
        let anchored = longest(&pattern, &characters).unwrap_or(0);
        let evaluated = evaluate_expression(&format!("\"{text}\" : \"{written}\""));
        prop_assert_eq!(evaluated, Ok(anchored.to_string()));
        let anywhere = (0..=characters.len()).find_map(|start| longest(&pattern, &characters[start..]));
        let evaluated = evaluate_expression(&format!("\"{text}\" =~ \"{written}\""));
        prop_assert_eq!(evaluated, Ok(anywhere.unwrap_or(0).to_string()));
        // In parentheses it is the text itself.
        let start = (0..=characters.len()).find(|&start| longest(&pattern, &characters[start..]).is_some());
        let taken = start.map_or(String::new(), |start| {
            let length = longest(&pattern, &characters[start..]).unwrap_or(0);
            characters[start..start + length].iter().collect()
        });
        let evaluated = evaluate_expression(&format!("\"{text}\" =~ \"({written})\""));
        prop_assert_eq!(evaluated, Ok(taken));
    }
}
