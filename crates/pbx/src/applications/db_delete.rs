//! `DBdel(family/key)`, `DBdeltree(family[/key])`: take values out of the data base of the exchange.

use dialplan_vm::Outcome;

use super::ApplicationResult;
use crate::dialplan::DialplanChannel;

pub(super) async fn run_one(channel: &mut DialplanChannel, arguments: &str) -> ApplicationResult {
    let deleted = match arguments.trim().split_once('/') {
        Some((family, key)) => channel.exchange.astdb().delete(family, key).await,
        None => {
            channel.warning(format!("DBdel({arguments}): write DBdel(family/key)"));
            return Ok(Outcome::Continue);
        }
    };
    match deleted {
        Ok(Some(_)) => {}
        Ok(None) => channel.verbose(2, format!("DBdel: there is no {arguments} in the data base")),
        Err(error) => channel.warning(format!("DBdel({arguments}): {error}")),
    }
    Ok(Outcome::Continue)
}

pub(super) async fn run_tree(channel: &mut DialplanChannel, arguments: &str) -> ApplicationResult {
    let (family, below) = arguments.trim().split_once('/').unwrap_or((arguments.trim(), ""));
    if family.is_empty() {
        channel.warning(format!("DBdeltree({arguments}): write DBdeltree(family/key)"));
        return Ok(Outcome::Continue);
    }
    if let Err(error) = channel.exchange.astdb().delete_tree(family, below).await {
        channel.warning(format!("DBdeltree({arguments}): {error}"));
    }
    Ok(Outcome::Continue)
}
