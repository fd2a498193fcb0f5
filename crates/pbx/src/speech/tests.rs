use std::fs;
use std::time::Duration;

use super::*;

/// A folder with a program in it that writes a short WAV, and counts how often it was run.
struct Studio(tempfile::TempDir);

impl Studio {
    /// `script` runs in the folder; `$sound` is a WAV.
    fn new(script: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let sound = audio::Pcm::new(8_000, vec![1_000; 800]).to_wav(audio::wav::Encoding::Signed16).unwrap();
        fs::write(folder.path().join("sound.wav"), sound).unwrap();
        let head = "#!/bin/sh\ncd \"$(dirname \"$0\")\"\nsound=sound.wav\necho run >> runs\n";
        let studio = Self(folder);
        studio.install(&format!("{head}{script}\n"));
        studio
    }

    /// Another process writes the program: one that this process had open for writing could not be run by a test beside.
    fn install(&self, program: &str) {
        fs::write(self.path("source"), program).unwrap();
        let mut install = std::process::Command::new("install");
        let done = install.args(["-m", "755"]).arg(self.path("source")).arg(self.path("engine")).status();
        assert!(done.unwrap().success());
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_default()
    }

    fn configuration(&self, arguments: &[&str]) -> SpeechConfiguration {
        let mut speech = SpeechConfiguration::default();
        let engine = SpeechEngine {
            program: self.path("engine").display().to_string(),
            arguments: arguments.iter().map(|argument| (*argument).to_owned()).collect(),
            languages: vec![("fr".into(), "fr-fr".into()), ("en".into(), "en".into())],
            timeout: Duration::from_secs(20),
        };
        speech.engines.insert("tiny".into(), engine);
        speech
    }
}

fn text(words: &str) -> Text<'_> {
    Text { words, language: "fr", any_language: false, engine: Some("tiny"), speed: 1.0 }
}

#[tokio::test]
async fn a_text_is_one_argument_and_made_once() {
    let studio = Studio::new("printf '%s\\n' \"$@\" > arguments; cp $sound \"$4\"");
    let speech = Speech::default();
    let configuration = studio.configuration(&["-v", "{language}", "-w", "{file}", "--", "«{text}» {x}"]);
    let words = "Ça va ? $(touch pwned) `touch pwned`; touch pwned \"'{file} {language}";
    let cache = studio.path("cache");
    let sound = speech.speak_into(&configuration, &cache, text(words)).await.unwrap();
    let again = speech.speak_into(&configuration, &cache, text(words)).await.unwrap();
    assert_eq!((sound.as_str(), studio.read("runs").as_str()), (again.as_str(), "run\n"));
    let given = studio.read("arguments");
    let given: Vec<&str> = given.lines().collect();
    assert_eq!(given[..3], ["-v", "fr-fr", "-w"]);
    assert_eq!(given[5], format!("«{words}» {{x}}"));
    assert!(!studio.path("pwned").exists() && Path::new(&format!("{sound}.wav")).is_file());
    // Another voice, another text, another version of the program.
    let english = Text { language: "en_GB", ..text(words) };
    assert_ne!(speech.speak_into(&configuration, &cache, english).await.unwrap(), sound);
    assert_ne!(speech.speak_into(&configuration, &cache, text("autre")).await.unwrap(), sound);
    let newer = studio.read("engine") + "# newer\n";
    studio.install(&newer);
    assert_ne!(speech.speak_into(&configuration, &cache, text(words)).await.unwrap(), sound);
}

#[tokio::test]
async fn text_and_sound_may_go_through_pipes() {
    let studio = Studio::new("cat > heard; cat $sound");
    let speech = Speech::default();
    let configuration = studio.configuration(&["--voice={language}"]);
    let sound =
        speech.speak_into(&configuration, &studio.path("cache"), text(" à bientôt\0 ")).await.unwrap();
    assert_eq!(studio.read("heard"), "à bientôt");
    assert_eq!(audio::Pcm::open(format!("{sound}.wav")).unwrap().samples.len(), 800);
}

#[tokio::test]
async fn who_wants_the_same_waits_for_one_run() {
    let studio = Studio::new("sleep 0.2; cat $sound");
    let speech = Speech::default();
    let configuration = studio.configuration(&["{text}"]);
    let cache = studio.path("cache");
    let one = || speech.speak_into(&configuration, &cache, text("un seul"));
    let (a, b, c) = tokio::join!(one(), one(), one());
    assert_eq!((a.as_ref().unwrap(), c.as_ref().unwrap()), (b.as_ref().unwrap(), b.as_ref().unwrap()));
    assert_eq!(studio.read("runs"), "run\n");
    drop((a, b, c));
    assert!(speech.lock_of(Path::new("other")).try_lock().is_ok());
    assert_eq!(speech.wanted.lock().unwrap().len(), 1, "locks that nobody holds are forgotten");
}

/// True while a process lives; one that has ended and was not waited for counts as gone.
fn lives(number: &str) -> bool {
    let status = fs::read_to_string(format!("/proc/{}/stat", number.trim())).unwrap_or_default();
    status.rsplit(") ").next().is_some_and(|rest| !rest.is_empty() && !rest.starts_with('Z'))
}

#[tokio::test]
async fn a_program_that_hangs_is_ended_with_its_children() {
    let studio = Studio::new("sleep 300 & echo $! > child; wait");
    let speech = Speech::default();
    let mut configuration = studio.configuration(&["{text}", "{file}"]);
    configuration.engines.get_mut("tiny").unwrap().timeout = Duration::from_millis(400);
    let error = speech.speak_into(&configuration, &studio.path("cache"), text("x")).await.unwrap_err();
    assert!(matches!(error, SpeechError::Hung { .. }), "{error}");
    let child = studio.read("child");
    assert!(!child.is_empty());
    for _ in 0..200 {
        if !lives(&child) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("the child {child} still lives");
}

#[tokio::test]
async fn what_goes_wrong_is_told() {
    let speech = Speech::default();
    let failing = Studio::new("echo no such voice >&2; exit 3");
    let silent = Studio::new("echo nonsense");
    let cache = failing.path("cache");
    let error = |result: Result<String, SpeechError>| result.unwrap_err().to_string();
    let configuration = failing.configuration(&["{text}"]);
    let said = error(speech.speak_into(&configuration, &cache, text("x")).await);
    assert!(said.contains("exit status: 3): no such voice"), "{said}");
    let said = error(speech.speak_into(&silent.configuration(&["{text}"]), &cache, text("x")).await);
    assert!(said.contains("made no WAV"), "{said}");
    let kept = |folder: &Path| {
        fs::read_dir(folder).unwrap().filter(|e| e.as_ref().unwrap().path().is_file()).count()
    };
    assert_eq!((kept(&cache), kept(&cache.join("unfinished"))), (0, 0), "nothing of it is kept");
    for (text, wanted) in [
        (Text { engine: Some("other"), ..text("x") }, "no engine [other]"),
        (Text { language: "de", ..text("x") }, "[tiny] of speech.conf does not speak 'de'"),
        (Text { language: "-x", ..text("x") }, "no engine of speech.conf speaks '-x'"),
        (text(" "), "no text"),
        (text(&"x".repeat(9_000)), "longer than 8000"),
    ] {
        let said = error(speech.speak_into(&configuration, &cache, text).await);
        assert!(said.contains(wanted), "{said}");
    }
    let mut absent = configuration.clone();
    absent.engines.get_mut("tiny").unwrap().program = "/nowhere/engine".into();
    let said = error(speech.speak_into(&absent, &cache, text("x")).await);
    assert!(said.contains("/nowhere/engine cannot be run"), "{said}");
}

#[test]
fn an_engine_is_chosen_by_its_language() {
    let studio = Studio::new("");
    let mut configuration = studio.configuration(&[]);
    configuration.engines.retain(|name, _| name != "espeak");
    let chosen = |configuration: &SpeechConfiguration, language: &str| {
        let text = Text { engine: None, language, ..text("x") };
        choose(configuration, text)
            .ok()
            .map(|(engine, voice)| format!("{} {voice}", engine.program.rsplit('/').next().unwrap()))
    };
    assert_eq!(chosen(&configuration, "fr_CA").as_deref(), Some("engine fr-fr"));
    assert_eq!(chosen(&configuration, "en").as_deref(), Some("text2wave en"));
    assert_eq!(chosen(&configuration, "de"), None);
    configuration.default = Some("flite".into());
    assert_eq!(chosen(&configuration, "en").as_deref(), Some("flite en"));
    assert_eq!(chosen(&configuration, "fr").as_deref(), Some("engine fr-fr"));
    let own = Text { engine: Some("flite"), any_language: true, ..text("x") };
    assert_eq!(choose(&configuration, own).map(|(_, voice)| voice.to_owned()).unwrap(), "en");
}
