//! `SRVQUERY(service)`, `SRVRESULT(id,n[,host|port|priority|weight])`: the servers of `_sip._udp.example.com`, best first.

use call_control::BoxFuture;
use sip_ua::location::{Question, Record, RecordKind, Resolver, Srv};
use tokio::time::timeout;

use super::PATIENCE;
use super::results::{Asked, Results, asked};
use crate::dialplan::DialplanChannel;
use crate::functions::arguments::Arguments;
use crate::functions::{FunctionError, FunctionScope, Value};

const QUERY: &str = "SRVQUERY";
const RESULT: &str = "SRVRESULT";

pub(super) fn query<'a>(channel: &'a mut DialplanChannel, arguments: &'a str) -> BoxFuture<'a, Value> {
    Box::pin(async move {
        let service = arguments.trim();
        if service.is_empty() {
            return Err(FunctionError::arguments(
                QUERY,
                arguments,
                "name a service, as in _sip._udp.example.com",
            ));
        }
        let resolver = channel.exchange.resolver();
        let asked = timeout(PATIENCE, resolver.lookup(Question::new(RecordKind::Srv, service))).await;
        let answer = asked
            .map_err(|_| FunctionError::failed(QUERY, "no name server answered in time"))?
            .map_err(|problem| FunctionError::failed(QUERY, problem))?;
        let servers = answer.records.into_iter().filter_map(|record| match record {
            Record::Srv(server) => Some(server),
            _ => None,
        });
        let mut servers: Vec<Srv> = servers.collect();
        servers.sort_by_key(|server| (server.priority, std::cmp::Reverse(server.weight)));
        Ok(channel.call.keep::<Results<Srv>>().keep(service, servers).to_string())
    })
}

pub(super) fn result(scope: &mut FunctionScope<'_>, arguments: &str) -> Value {
    let given = Arguments::of(arguments, 3);
    let server = match asked::<Srv>(scope, (RESULT, QUERY), arguments, &given)? {
        Asked::Number(count) => return Ok(count.to_string()),
        Asked::One(None) => return Ok(String::new()),
        Asked::One(Some(server)) => server,
    };
    match given.at(2).to_ascii_lowercase().as_str() {
        "" | "host" => Ok(server.target.trim_end_matches('.').to_owned()),
        "port" => Ok(server.port.to_string()),
        "priority" => Ok(server.priority.to_string()),
        "weight" => Ok(server.weight.to_string()),
        _ => Err(FunctionError::arguments(RESULT, arguments, "known are host, port, priority and weight")),
    }
}
