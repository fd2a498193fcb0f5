//! A method for each command.

use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};

use super::super::{Command, Playing, Recording, Reply, Spoken};
use super::{Agi, AgiError};

/// The result of an `EXEC` of an application that the exchange does not have.
const NO_SUCH_APPLICATION: i64 = -2;

/// Keys of a phone that stop what is heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keys<'a>(pub &'a str);

impl Keys<'_> {
    /// No key stops it.
    pub const NONE: Self = Keys("");
    /// Any key stops it.
    pub const ANY: Self = Keys("0123456789*#");
}

/// The key that stopped something; `None` where it came to its end.
pub type Pressed = Option<char>;

/// What a caller has typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The keys, without `#` at the end.
    pub digits: String,
    /// Whether the caller took too long for one more.
    pub timed_out: bool,
}

/// What a reply says of success: its number and its data.
fn success(command: &Command, reply: Reply) -> Result<(String, Option<String>), AgiError> {
    match reply {
        Reply::Success { result, data, .. } => Ok((result, data)),
        Reply::Remark { result, remark } => Ok((result, Some(remark))),
        Reply::Unknown => Err(AgiError::Unknown(command.to_string())),
        Reply::Dead => Err(AgiError::Dead(command.to_string())),
        Reply::Usage(usage) => Err(AgiError::Usage { command: command.to_string(), usage }),
    }
}

/// A number that is not negative: that is how a channel says that it failed.
fn number(result: &str) -> Result<i64, AgiError> {
    result.parse().ok().filter(|number| *number >= 0).ok_or(AgiError::Failed)
}

/// A key by its ASCII code, 0 for none.
fn pressed(result: &str) -> Result<Pressed, AgiError> {
    Ok(u32::try_from(number(result)?).ok().filter(|code| *code > 0).and_then(char::from_u32))
}

impl<R: AsyncRead + Unpin, W: AsyncWrite + Unpin> Agi<R, W> {
    /// Runs a command that must succeed: its result and its data.
    async fn ask(&mut self, command: Command) -> Result<(String, Option<String>), AgiError> {
        let reply = self.run(&command).await?;
        success(&command, reply)
    }

    async fn do_it(&mut self, command: Command) -> Result<(), AgiError> {
        let (result, _) = self.ask(command).await?;
        number(&result).map(drop)
    }

    async fn hear_key(&mut self, command: Command) -> Result<Pressed, AgiError> {
        let (result, _) = self.ask(command).await?;
        pressed(&result)
    }

    /// A value in brackets, where the result is 1.
    async fn value(&mut self, command: Command) -> Result<Option<String>, AgiError> {
        let (result, data) = self.ask(command).await?;
        Ok(if number(&result)? == 1 { Some(data.unwrap_or_default()) } else { None })
    }

    /// Answers the call.
    ///
    /// # Errors
    /// [`AgiError`], as each of these methods: the caller is gone, or the exchange.
    pub async fn answer(&mut self) -> Result<(), AgiError> {
        self.do_it(Command::Answer).await
    }

    /// Ends the call.
    ///
    /// # Errors
    /// [`AgiError`].
    pub async fn hang_up(&mut self) -> Result<(), AgiError> {
        self.do_it(Command::HangUp(None)).await
    }

    /// Plays a prompt until its end or one of `keys`.
    ///
    /// # Errors
    /// [`AgiError`]; a prompt that is missing is [`AgiError::Failed`], for AGI tells it no better.
    pub async fn stream_file(&mut self, file: &str, keys: Keys<'_>) -> Result<Pressed, AgiError> {
        self.hear_key(Command::StreamFile { file: file.to_owned(), keys: keys.0.to_owned(), offset: 0 }).await
    }

    /// Plays a prompt that the caller steers by keys.
    ///
    /// # Errors
    /// [`AgiError`].
    pub async fn control_stream_file(&mut self, playing: Playing) -> Result<Pressed, AgiError> {
        self.hear_key(Command::ControlStreamFile(playing)).await
    }

    /// Plays a prompt and reads up to `most` keys; `#` ends the entry. `timeout` is the wait for each key.
    ///
    /// # Errors
    /// [`AgiError`].
    pub async fn get_data(
        &mut self,
        file: &str,
        timeout: Option<Duration>,
        most: Option<usize>,
    ) -> Result<Entry, AgiError> {
        let command = Command::GetData { file: file.to_owned(), timeout, most };
        let (digits, data) = self.ask(command).await?;
        if digits == "-1" {
            return Err(AgiError::Failed);
        }
        Ok(Entry { digits, timed_out: data.as_deref() == Some("timeout") })
    }

    /// Plays a prompt and waits for one of `keys`.
    ///
    /// # Errors
    /// [`AgiError`].
    pub async fn get_option(
        &mut self,
        file: &str,
        keys: Keys<'_>,
        timeout: Option<Duration>,
    ) -> Result<Pressed, AgiError> {
        self.hear_key(Command::GetOption { file: file.to_owned(), keys: keys.0.to_owned(), timeout }).await
    }

    /// Waits for a key; for ever with `None`.
    ///
    /// # Errors
    /// [`AgiError`].
    pub async fn wait_for_digit(&mut self, wait: Option<Duration>) -> Result<Pressed, AgiError> {
        self.hear_key(Command::WaitForDigit(wait)).await
    }

    /// Says something until its end or one of `keys`.
    ///
    /// # Errors
    /// [`AgiError`].
    pub async fn say(&mut self, what: Spoken, keys: Keys<'_>) -> Result<Pressed, AgiError> {
        self.hear_key(Command::Say { what, keys: keys.0.to_owned() }).await
    }

    /// Says a number.
    ///
    /// # Errors
    /// [`AgiError`].
    pub async fn say_number(&mut self, number: i64, keys: Keys<'_>) -> Result<Pressed, AgiError> {
        self.say(Spoken::Number { number, gender: None }, keys).await
    }

    /// Says digits one by one.
    ///
    /// # Errors
    /// [`AgiError`].
    pub async fn say_digits(&mut self, digits: &str, keys: Keys<'_>) -> Result<Pressed, AgiError> {
        self.say(Spoken::Digits(digits.to_owned()), keys).await
    }

    /// Records what the caller says.
    ///
    /// # Errors
    /// [`AgiError`].
    pub async fn record_file(&mut self, recording: Recording) -> Result<Pressed, AgiError> {
        self.hear_key(Command::Record(recording)).await
    }

    /// Runs an application of the dialplan; yields its result, mostly 0.
    ///
    /// # Errors
    /// [`AgiError::NoSuchApplication`], and as the others.
    pub async fn exec(&mut self, application: &str, arguments: &str) -> Result<i64, AgiError> {
        let command =
            Command::Execute { application: application.to_owned(), arguments: arguments.to_owned() };
        let (result, _) = self.ask(command).await?;
        match result.parse() {
            Ok(NO_SUCH_APPLICATION) => Err(AgiError::NoSuchApplication(application.to_owned())),
            _ => number(&result),
        }
    }

    /// Runs a subroutine of the dialplan.
    ///
    /// # Errors
    /// [`AgiError`].
    pub async fn gosub(
        &mut self,
        context: &str,
        extension: &str,
        priority: &str,
        arguments: Option<&str>,
    ) -> Result<(), AgiError> {
        self.do_it(Command::Gosub {
            context: context.to_owned(),
            extension: extension.to_owned(),
            priority: priority.to_owned(),
            arguments: arguments.map(str::to_owned),
        })
        .await
    }

    /// A variable of the channel, or a function such as `CALLERID(num)`; `None` where it is not set.
    ///
    /// # Errors
    /// [`AgiError`].
    pub async fn get_variable(&mut self, name: &str) -> Result<Option<String>, AgiError> {
        self.value(Command::GetVariable(name.to_owned())).await
    }

    /// A text with `${…}` in it, evaluated.
    ///
    /// # Errors
    /// [`AgiError`].
    pub async fn get_full_variable(&mut self, expression: &str) -> Result<Option<String>, AgiError> {
        self.value(Command::GetFullVariable { expression: expression.to_owned(), channel: None }).await
    }

    /// Sets a variable of the channel, or a function.
    ///
    /// # Errors
    /// [`AgiError`].
    pub async fn set_variable(&mut self, name: &str, value: &str) -> Result<(), AgiError> {
        self.do_it(Command::SetVariable { name: name.to_owned(), value: value.to_owned() }).await
    }

    /// A line on the console of the exchange.
    ///
    /// # Errors
    /// [`AgiError`].
    pub async fn verbose(&mut self, text: &str, level: u8) -> Result<(), AgiError> {
        self.do_it(Command::Verbose { text: text.to_owned(), level }).await
    }

    /// Where the dialplan goes on after the script.
    ///
    /// # Errors
    /// [`AgiError`].
    pub async fn go_on_at(&mut self, context: &str, extension: &str, priority: &str) -> Result<(), AgiError> {
        self.do_it(Command::SetContext(context.to_owned())).await?;
        self.do_it(Command::SetExtension(extension.to_owned())).await?;
        self.do_it(Command::SetPriority(priority.to_owned())).await
    }

    /// A value of the exchange's database; `None` where it is not there.
    ///
    /// # Errors
    /// [`AgiError`].
    pub async fn database_get(&mut self, family: &str, key: &str) -> Result<Option<String>, AgiError> {
        self.value(Command::DatabaseGet { family: family.to_owned(), key: key.to_owned() }).await
    }

    /// Sets a value of the exchange's database.
    ///
    /// # Errors
    /// [`AgiError`].
    pub async fn database_put(&mut self, family: &str, key: &str, value: &str) -> Result<(), AgiError> {
        let (family, key, value) = (family.to_owned(), key.to_owned(), value.to_owned());
        self.do_it(Command::DatabasePut { family, key, value }).await
    }

    /// Takes a value out of the exchange's database; false where it was not there.
    ///
    /// # Errors
    /// [`AgiError`].
    pub async fn database_delete(&mut self, family: &str, key: &str) -> Result<bool, AgiError> {
        let command = Command::DatabaseDelete { family: family.to_owned(), key: key.to_owned() };
        let (result, _) = self.ask(command).await?;
        Ok(number(&result)? == 1)
    }

    /// Plays music from now on, or no more.
    ///
    /// # Errors
    /// [`AgiError`].
    pub async fn set_music(&mut self, on: bool, class: Option<&str>) -> Result<(), AgiError> {
        self.do_it(Command::SetMusic { on, class: class.map(str::to_owned) }).await
    }

    /// Sends a text to the caller.
    ///
    /// # Errors
    /// [`AgiError`].
    pub async fn send_text(&mut self, text: &str) -> Result<(), AgiError> {
        self.do_it(Command::SendText(text.to_owned())).await
    }
}

#[cfg(test)]
mod tests;
