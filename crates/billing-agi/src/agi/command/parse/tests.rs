use super::*;

fn parsed(line: &str) -> Command {
    Command::parse(line).unwrap_or_else(|error| panic!("{line}: {error}"))
}

fn usage(line: &str) -> &'static str {
    match Command::parse(line) {
        Err(CommandError::Usage(syntax)) => syntax.name,
        other => panic!("{line}: {other:?}"),
    }
}

#[test]
fn names_are_read_in_any_case_and_the_longest_counts() {
    assert_eq!(parsed("answer"), Command::Answer);
    assert_eq!(
        parsed("Get Full Variable ${CALLERID(num)} SIP/1"),
        Command::GetFullVariable { expression: "${CALLERID(num)}".into(), channel: Some("SIP/1".into()) }
    );
    assert_eq!(parsed("get variable X"), Command::GetVariable("X".into()));
    for line in ["", "GET", "DANCE", "SPEECH", "SPEECH DANCE"] {
        assert_eq!(Command::parse(line), Err(CommandError::Unknown), "{line:?}");
    }
}

#[test]
fn speech_is_known_as_such() {
    let words = |line: &str| line.split(' ').map(str::to_owned).collect();
    assert_eq!(parsed("SPEECH CREATE engine"), Command::Speech(words("CREATE engine")));
    assert_eq!(parsed("speech load grammar a /tmp/b"), Command::Speech(words("load grammar a /tmp/b")));
}

#[test]
fn times_are_milliseconds_and_minus_one_is_for_ever() {
    let second = Some(Duration::from_secs(1));
    assert_eq!(parsed("WAIT FOR DIGIT 1000"), Command::WaitForDigit(second));
    assert_eq!(parsed("WAIT FOR DIGIT -1"), Command::WaitForDigit(None));
    assert_eq!(
        parsed("GET DATA enter 1000 4"),
        Command::GetData { file: "enter".into(), timeout: second, most: Some(4) }
    );
    assert_eq!(
        parsed("GET DATA enter 0"),
        Command::GetData { file: "enter".into(), timeout: None, most: None }
    );
    assert_eq!(parsed("SET AUTOHANGUP 0"), Command::SetAutoHangUp(None));
    assert_eq!(usage("WAIT FOR DIGIT soon"), "wait for digit");
}

#[test]
fn a_recording_takes_its_last_words_in_part() {
    let file = Recording {
        file: "/tmp/a b".into(),
        format: "wav".into(),
        keys: "#".into(),
        longest: None,
        offset: 0,
        beep: false,
        silence: None,
    };
    assert_eq!(parsed(r##"RECORD FILE "/tmp/a b" wav "#" -1"##), Command::Record(file.clone()));
    let whole = Recording { offset: 8_000, beep: true, silence: Some(Duration::from_secs(3)), ..file };
    assert_eq!(parsed(r##"RECORD FILE "/tmp/a b" wav "#" -1 8000 BEEP s=3"##), Command::Record(whole));
    assert_eq!(usage("RECORD FILE a wav # 1000 x"), "record file");
    assert_eq!(usage("RECORD FILE a wav #"), "record file");
}

#[test]
fn arguments_of_an_application_may_be_one_word_or_several() {
    let dial = Command::Execute { application: "Dial".into(), arguments: "PJSIP/1,20,m".into() };
    assert_eq!(parsed("EXEC Dial PJSIP/1,20,m"), dial);
    assert_eq!(parsed("EXEC Dial PJSIP/1 20 m"), dial);
    assert_eq!(
        parsed(r#"EXEC Playback "a b""#),
        Command::Execute { application: "Playback".into(), arguments: "a b".into() }
    );
    assert_eq!(usage("EXEC"), "exec");
}

#[test]
fn each_command_is_read_with_its_fewest_words_and_refuses_too_many() {
    for syntax in commands() {
        let name = syntax.name.split(' ').count();
        let required = syntax.usage.split('[').next().unwrap_or_default();
        let sample = |word: &str| match word {
            "ON|OFF" => "on",
            word if word.contains("ms") || matches!(word, "seconds" | "number") => "1",
            _ => "x",
        };
        let words = required.split_whitespace().enumerate();
        let line: Vec<&str> = words.map(|(at, word)| if at < name { word } else { sample(word) }).collect();
        let command = parsed(&line.join(" "));
        assert_eq!(command.works_after_hangup(), syntax.on_dead_channel, "{}", syntax.name);
        if !matches!(syntax.name, "exec" | "noop") {
            assert_eq!(usage(&format!("{} {}", line.join(" "), "y ".repeat(8))), syntax.name);
        }
    }
}
