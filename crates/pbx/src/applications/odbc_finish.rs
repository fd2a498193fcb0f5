//! `ODBCFinish(result-id)`: forgets the rows that `ODBC_FETCH` has not fetched.

use dialplan_vm::Outcome;

use super::ApplicationResult;
use crate::dialplan::DialplanChannel;
use crate::functions::sql;

pub(super) async fn run(channel: &mut DialplanChannel, arguments: &str) -> ApplicationResult {
    // The last row may have been fetched, and the result with it.
    if !sql::finish(&channel.call, arguments) {
        channel.verbose(3, format!("ODBCFinish({arguments}): there is no such result"));
    }
    Ok(Outcome::Continue)
}
