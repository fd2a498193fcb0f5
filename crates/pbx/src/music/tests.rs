//! Classes of music, as a configuration makes them.

use std::sync::Mutex;
use std::time::Duration;

use audio::Pcm;
use audio::wav::Encoding;
use media_bridge::MediaConfig;

use super::*;
use crate::configuration::Folders;

/// Folders whose `etc` holds these texts, and the classes that they make.
struct Scene {
    root: tempfile::TempDir,
    music: MusicOnHold,
    told: Arc<Mutex<Vec<String>>>,
}

impl Scene {
    fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(root.path().join("etc")).unwrap();
        let ports = 34_000..=34_099;
        let media =
            MediaEngine::start(MediaConfig { ports, threads: Some(1), ..MediaConfig::default() }).unwrap();
        let told: Arc<Mutex<Vec<String>>> = Arc::default();
        let tell: Tell = {
            let told = told.clone();
            Arc::new(move |text| told.lock().unwrap().push(text))
        };
        let radio = Arc::new(Radio::new(media.clone(), tell.clone()));
        Self { root, music: MusicOnHold::new(media, radio, tell), told }
    }

    fn file(&self, name: &str) {
        let path = self.root.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        let wav = Pcm::new(8_000, vec![100; 160]).to_wav(Encoding::Signed16).unwrap();
        std::fs::write(path, wav).unwrap();
    }

    fn follow(&self, text: &str) {
        std::fs::write(self.root.path().join("etc/musiconhold.conf"), text).unwrap();
        std::fs::write(self.root.path().join("etc/extensions.conf"), "[a]\nexten => 1,1,NoOp()\n").unwrap();
        let (configuration, report) = Configuration::load(&Folders::below(self.root.path()));
        self.music.follow(&configuration.unwrap_or_else(|| panic!("{}", report.render(false))));
    }

    fn pieces(&self, class: &str) -> Vec<String> {
        let class = self.music.class(class).unwrap();
        let root = self.root.path().display().to_string();
        class.pieces.iter().map(|piece| piece.name().replace(&root, "")).collect()
    }
}

#[test]
fn everybody_has_music() {
    let scene = Scene::new();
    scene.follow("");
    assert_eq!(scene.pieces("default"), ["(made by the exchange)"]);
    let first = scene.music.class("default").unwrap();
    scene.follow("");
    assert!(Arc::ptr_eq(&first, &scene.music.class("default").unwrap()), "it goes on over a reload");
    scene.file("lib/moh/b.wav");
    scene.file("lib/moh/a.wav");
    scene.file("lib/moh/.hidden.wav");
    std::fs::write(scene.root.path().join("lib/moh/a.ulaw"), [0xff]).unwrap();
    std::fs::write(scene.root.path().join("lib/moh/README.md"), "no sound").unwrap();
    scene.follow("");
    assert_eq!(scene.pieces("default"), ["/lib/moh/a", "/lib/moh/b"]);
}

#[test]
fn classes_follow_the_configuration_and_stay_as_they_are_where_it_does() {
    let scene = Scene::new();
    scene.file("lib/jazz/one.wav");
    scene.follow("[jazz]\nmode=files\ndirectory=jazz\ndigit=5\n[list]\nmode=playlist\nentry=/srv/x.wav\nentry=http://127.0.0.1:9/y\n[gone]\nmode=files\ndirectory=gone\n");
    assert_eq!(scene.pieces("jazz"), ["/lib/jazz/one"]);
    assert_eq!(scene.pieces("list"), ["/srv/x", "http://127.0.0.1:9/y"]);
    assert!(scene.music.class("gone").is_none());
    assert!(scene.told.lock().unwrap()[0].contains("the class 'gone' has no music"));
    assert_eq!(scene.music.class_of_key('5').unwrap().name, "jazz");
    assert!(scene.music.class_of_key('6').is_none());
    let (jazz, list) = (scene.music.class("jazz").unwrap(), scene.music.class("list").unwrap());
    scene.file("lib/jazz/two.wav");
    scene.follow("[jazz]\nmode=files\ndirectory=jazz\ndigit=5\n[list]\nmode=playlist\nentry=/srv/x.wav\nentry=http://127.0.0.1:9/y\n");
    assert!(!Arc::ptr_eq(&jazz, &scene.music.class("jazz").unwrap()), "there is a new file");
    assert!(Arc::ptr_eq(&list, &scene.music.class("list").unwrap()));
    assert!(scene.music.unregister("jazz") && !scene.music.unregister("jazz"));
}

#[test]
fn a_program_plays_is_started_again_and_ends_with_all_that_it_started() {
    let scene = Scene::new();
    let script = scene.root.path().join("player.sh");
    // It starts another one, writes down both numbers, plays for a tenth of a second, and ends: twice.
    let text = "#!/bin/sh\nsleep 1000 </dev/null >/dev/null 2>&1 &\necho $$ $! >> numbers\n\
        if [ $(wc -l < numbers) -lt 2 ]; then head -c 1600 /dev/zero; exit; fi\nwhile :; do head -c 1600 /dev/zero; done\n";
    std::fs::write(&script, text).unwrap();
    std::fs::create_dir_all(scene.root.path().join("lib/play")).unwrap();
    scene.follow(&format!(
        "[radio]\nmode=custom\napplication=/bin/sh {}\ndirectory=play\nkill_escalation_delay=100\n",
        script.display()
    ));
    let numbers = || -> Vec<i32> {
        let text = std::fs::read_to_string(scene.root.path().join("lib/play/numbers")).unwrap_or_default();
        text.split_whitespace().filter_map(|number| number.parse().ok()).collect()
    };
    until(|| numbers().len() == 4);
    let MusicPiece::Station(station) = scene.music.class("radio").unwrap().pieces[0].clone() else {
        panic!()
    };
    assert!(!station.tune_in().is_over());
    drop(station);
    let last = numbers();
    assert!(is_running(last[2]) && is_running(last[3]));
    scene.follow("");
    until(|| !is_running(last[2]) && !is_running(last[3]));
    // The child of the first one was left by it, in a group of its own that has ended with it.
    let _ = nix::sys::signal::kill(nix::unistd::Pid::from_raw(last[1]), nix::sys::signal::Signal::SIGKILL);
}

fn is_running(process: i32) -> bool {
    let status = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    let state = status.rsplit_once(')').map(|(_, rest)| rest.trim_start().chars().next());
    !matches!(state.flatten(), None | Some('Z' | 'X'))
}

/// What other processes do takes its time.
fn until(holds: impl Fn() -> bool) {
    let end = std::time::Instant::now() + Duration::from_secs(20);
    while !holds() {
        assert!(std::time::Instant::now() < end, "it takes too long");
        std::thread::sleep(Duration::from_millis(10));
    }
}
