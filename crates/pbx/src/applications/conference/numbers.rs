//! Counts, as prompts.

/// The prompts of a number up to 99; larger ones are said digit by digit.
pub(super) fn prompts(number: usize) -> Vec<String> {
    let digits = |word: usize| format!("digits/{word}");
    match number {
        0..=20 => vec![digits(number)],
        21..=99 if number.is_multiple_of(10) => vec![digits(number)],
        21..=99 => vec![digits(number / 10 * 10), digits(number % 10)],
        _ => number.to_string().chars().map(|digit| format!("digits/{digit}")).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_said_by_their_parts() {
        let said = |number| prompts(number).join(" ").replace("digits/", "");
        assert_eq!([0, 13, 20, 30, 42, 107].map(said), ["0", "13", "20", "30", "40 2", "1 0 7"]);
    }
}
