//! Work that waits for a disk.

use crate::functions::FunctionError;

/// Largest file that is looked through or changed, in octets.
pub(super) const LARGEST: u64 = 16 << 20;

/// Does what blocks on a thread of its own.
pub(in crate::functions) async fn away<T: Send + 'static>(
    function: &'static str,
    work: impl FnOnce() -> Result<T, String> + Send + 'static,
) -> Result<T, FunctionError> {
    let done = tokio::task::spawn_blocking(work).await;
    let done = done.map_err(|error| FunctionError::failed(function, error))?;
    done.map_err(|problem| FunctionError::failed(function, problem))
}

/// All of a file that is not too large. Blocks.
pub(super) fn whole(path: &str) -> Result<Vec<u8>, String> {
    let said = |error: std::io::Error| format!("{path}: {error}");
    let known = std::fs::metadata(path).map_err(said)?;
    if !known.is_file() {
        // A device or a pipe may have no end.
        return Err(format!("{path} is no plain file"));
    }
    if known.len() > LARGEST {
        return Err(format!("{path} is larger than 16 MiB"));
    }
    std::fs::read(path).map_err(said)
}
