//! The command line of a script that dialplans know, `googletts.agi`, spoken here without a network.

use super::text;
use crate::applications::ApplicationResult;
use crate::dialplan::DialplanChannel;
use crate::speech::Text;

/// What `AGI(googletts.agi,"text"[,language[,intkeys[,speed]]])` means: the text is spoken by the default engine of
/// `speech.conf`, or any that speaks the language. `arguments` are those behind the script's name.
///
/// # Errors
/// When the party hangs up.
pub async fn google_tts(channel: &mut DialplanChannel, arguments: &[String]) -> ApplicationResult {
    let own = channel.call.language();
    let (text, keys) = read(arguments, &own);
    text::speak(channel, "googletts.agi", text, keys).await
}

/// The text, and the keys that end it.
fn read<'a>(arguments: &'a [String], own_language: &'a str) -> (Text<'a>, &'a str) {
    let argument = |n: usize| arguments.get(n).map(|a| a.trim()).filter(|a| !a.is_empty());
    let text = Text {
        words: argument(0).unwrap_or_default(),
        language: argument(1).unwrap_or(own_language),
        any_language: false,
        engine: None,
        speed: argument(3)
            .and_then(|speed| speed.parse().ok())
            .filter(|speed: &f64| speed.is_finite())
            .unwrap_or(1.0),
    };
    (text, argument(2).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_that_of_the_script() {
        let arguments = ["Bonjour, ça va ?", "fr", "any", "1.2"].map(str::to_owned);
        let (text, keys) = read(&arguments, "en");
        assert_eq!((text.words, text.language, keys, text.speed), ("Bonjour, ça va ?", "fr", "any", 1.2));
        let (text, keys) = read(&arguments[..1], "en");
        assert_eq!((text.language, keys, text.speed), ("en", "", 1.0));
    }
}
