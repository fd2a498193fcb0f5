//! `SAYFILES(value[,type])`: the sounds that say a value in the channel's language, with `&` between them. `type` is `alpha` (where
//! none is given), `digits`, `money`, `number`, `ordinal` or `phonetic`.

use say::{Gender, Language, LetterCase, Money, Prompt};

use crate::functions::{FunctionError, FunctionScope, Value};

pub(super) fn read(scope: &mut FunctionScope<'_>, arguments: &str) -> Value {
    let (value, kind) = arguments.rsplit_once(',').unwrap_or((arguments, "alpha"));
    let language = Language::of(&scope.call.language());
    match prompts(language, value.trim(), kind.trim()) {
        Ok(prompts) => Ok(prompts.join("&")),
        Err(problem) => Err(FunctionError::arguments("SAYFILES", arguments, problem)),
    }
}

fn prompts(language: Language, value: &str, kind: &str) -> Result<Vec<Prompt>, String> {
    let number = || value.parse::<i64>().map_err(|_| format!("'{value}' is no whole number"));
    Ok(match kind.to_ascii_lowercase().as_str() {
        "alpha" => language.letters(value, LetterCase::Untold),
        "digits" => language.digits(value),
        "money" => language.money(value.parse::<Money>().map_err(|error| error.to_string())?),
        "number" => language.number(number()?, Gender::default()),
        "ordinal" => language.ordinal(number()?, Gender::default()),
        "phonetic" => language.phonetic(value),
        other => return Err(format!("'{other}' is none of alpha, digits, money, number, ordinal, phonetic")),
    })
}

#[cfg(test)]
mod tests {
    use crate::functions::testing::Bench;

    #[tokio::test]
    async fn every_type_names_its_sounds() {
        let mut bench = Bench::new().await;
        bench
            .expect(&[
                ("${SAYFILES(a1)} ${SAYFILES(a1,alpha)}", "letters/a&digits/1 letters/a&digits/1"),
                ("${SAYFILES(-4*,digits)}", "digits/minus&digits/4&digits/star"),
                ("${SAYFILES(1.42,money)}", "digits/1&letters/dollar_&and&digits/40&digits/2&cents"),
                ("${SAYFILES(71,number)}", "digits/70&digits/1"),
                ("${SAYFILES(42,ordinal)}", "digits/40&digits/h-2"),
                ("${SAYFILES(ab,phonetic)}", "phonetic/a_p&phonetic/b_p"),
            ])
            .await;
        bench.set("CHANNEL(language)", "fr").await;
        bench.expect(&[("${SAYFILES(71,number)}", "digits/60&digits/et&digits/11")]).await;
        assert_eq!(bench.warnings(), [""; 0]);
        bench.expect(&[("${SAYFILES(x,number)}${SAYFILES(1,song)}", "")]).await;
        assert_eq!(bench.warnings().len(), 2);
    }
}
