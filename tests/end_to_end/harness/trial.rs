//! How a test is listed, and what it says when it fails.

use std::panic::{AssertUnwindSafe, catch_unwind};

use libtest_mimic::{Failed, Trial};

use super::Scene;

/// What a test, and every step of one, ends with.
pub(crate) type Outcome<T = ()> = Result<T, Failed>;

/// A test that needs these programs of others. Its failure shows the logs of all programs that it ran.
pub(crate) fn trial(name: &str, programs: &[&str], test: fn(&Scene) -> Outcome) -> Trial {
    let missing: Vec<&str> = programs.iter().filter(|p| !installed(p)).copied().collect();
    let required = std::env::var("END_TO_END").is_ok_and(|v| v == "required");
    let left_out = !missing.is_empty() && !required;
    if left_out {
        let missing = missing.join(" and ");
        eprintln!("{name} is left out: {missing} is not installed; `cargo xtask test` installs it");
    }
    Trial::test(name, move || perform(test)).with_ignored_flag(left_out)
}

fn perform(test: fn(&Scene) -> Outcome) -> Outcome {
    let scene = Scene::new()?;
    let outcome = catch_unwind(AssertUnwindSafe(|| test(&scene)));
    let complaint = match outcome {
        Ok(Ok(())) => return Ok(()),
        Ok(Err(failed)) => failed.message().unwrap_or("it failed").to_owned(),
        Err(panic) => panic
            .downcast_ref::<String>()
            .map(String::as_str)
            .or_else(|| panic.downcast_ref::<&str>().copied())
            .unwrap_or("it panicked")
            .to_owned(),
    };
    Err(format!("{complaint}\n{}", scene.logs()).into())
}

/// Fails with `complaint` unless `fact` holds.
pub(crate) fn ensure(fact: bool, complaint: impl FnOnce() -> String) -> Outcome {
    if fact { Ok(()) } else { Err(complaint().into()) }
}

fn installed(program: &str) -> bool {
    let folders = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&folders).any(|folder| folder.join(program).exists())
}
