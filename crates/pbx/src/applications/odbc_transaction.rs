//! `ODBC_Commit([name])` and `ODBC_Rollback([name])`: make the work of a transaction count, or undo it. Without a name it is the active
//! one.
//!
//! Set `COMMIT_RESULT`, or `ROLLBACK_RESULT`, to `OK`, or to what went wrong.

use super::ApplicationResult;
use crate::dialplan::DialplanChannel;
use crate::functions::sql::{self, Ending};

/// `ODBC_Commit`.
pub(super) mod commit {
    use super::{ApplicationResult, DialplanChannel, Ending, end};

    pub(in crate::applications) async fn run(
        channel: &mut DialplanChannel,
        arguments: &str,
    ) -> ApplicationResult {
        end(channel, arguments, Ending::Commit, ("ODBC_Commit", "COMMIT_RESULT")).await
    }
}

/// `ODBC_Rollback`.
pub(super) mod rollback {
    use super::{ApplicationResult, DialplanChannel, Ending, end};

    pub(in crate::applications) async fn run(
        channel: &mut DialplanChannel,
        arguments: &str,
    ) -> ApplicationResult {
        end(channel, arguments, Ending::Rollback, ("ODBC_Rollback", "ROLLBACK_RESULT")).await
    }
}

async fn end(
    channel: &DialplanChannel,
    name: &str,
    ending: Ending,
    (application, result): (&str, &str),
) -> ApplicationResult {
    match sql::end_transaction(channel, name, ending).await {
        Ok(()) => channel.set(result, "OK"),
        Err(problem) => {
            channel.warning(format!("{application}({name}): {problem}"));
            channel.set(result, problem);
        }
    }
    Ok(dialplan_vm::Outcome::Continue)
}
