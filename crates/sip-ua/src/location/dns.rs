//! The resolver that asks the domain name system.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use hickory_resolver::config::{
    ConnectionConfig, NameServerConfig, ResolveHosts, ResolverConfig, ResolverOpts, ServerOrderingStrategy,
};
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::net::{DnsError, NetError};
use hickory_resolver::proto::op::Query;
use hickory_resolver::proto::rr::{Name, RData, RecordType};
use hickory_resolver::{Hosts, TokioResolver, system_conf};

use super::question::{Answer, LookupError, Naptr, Question, Record, RecordKind, Srv};
use super::resolver::{Lookup, Resolver};

/// Which name servers are asked, and which file before them.
///
/// # Defaults
/// The system's: `/etc/resolv.conf` and `/etc/hosts`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DnsConfig {
    /// The name servers.
    pub name_servers: NameServers,
    /// The file that knows addresses before any name server is asked.
    pub hosts: HostsFile,
}

/// Which name servers are asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum NameServers {
    /// Those of `/etc/resolv.conf`, with its search list and options.
    #[default]
    System,
    /// Those of a file written like it.
    File(PathBuf),
    /// These, over UDP, and over TCP where an answer does not fit.
    These(Vec<SocketAddr>),
}

/// The file that knows addresses before any name server is asked. A name in it has no NAPTR and SRV
/// records: whoever wrote it there has said where it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum HostsFile {
    /// `/etc/hosts`.
    #[default]
    System,
    /// A file written like it.
    File(PathBuf),
    /// None.
    Nothing,
}

/// Why a resolver could not be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DnsConfigError {
    /// A file cannot be read.
    #[error("cannot read {path}: {source}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file names no name server, or is not written as it should be.
    #[error("{path} cannot be used: {problem}; write nameserver ADDRESS into it")]
    BadFile {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        problem: String,
    },
    /// The library refused.
    #[error("the resolver cannot start: {0}")]
    Start(String),
}

/// How long a name server may take, and how often it is asked.
const TIMEOUT: Duration = Duration::from_secs(2);
const ATTEMPTS: usize = 1;

/// Asks the domain name system, and a hosts file before it.
pub struct DnsResolver {
    resolver: TokioResolver,
    hosts: Arc<Hosts>,
}

impl DnsResolver {
    /// A resolver of that configuration. Files are read now, and not again.
    ///
    /// # Errors
    /// [`DnsConfigError`] names the file that cannot be used.
    pub fn new(config: &DnsConfig) -> Result<Self, DnsConfigError> {
        let (servers, options) = match &config.name_servers {
            NameServers::These(servers) => (these(servers), ResolverOpts::default()),
            NameServers::System => of_file(PathBuf::from("/etc/resolv.conf"))?,
            NameServers::File(path) => of_file(path.clone())?,
        };
        Self::build(servers, options, &config.hosts)
    }

    /// The system's resolver. Where `/etc/resolv.conf` cannot be used it knows `/etc/hosts` alone, and says
    /// so once.
    pub fn system() -> Self {
        Self::new(&DnsConfig::default()).unwrap_or_else(|problem| {
            tracing::warn!("names are looked up in /etc/hosts alone: {problem}");
            let alone = Self::build(these(&[]), ResolverOpts::default(), &HostsFile::System);
            #[expect(clippy::expect_used, reason = "without name servers nothing is left that could fail")]
            alone.expect("a resolver without name servers")
        })
    }

    fn build(
        servers: ResolverConfig,
        mut options: ResolverOpts,
        hosts: &HostsFile,
    ) -> Result<Self, DnsConfigError> {
        options.timeout = options.timeout.min(TIMEOUT);
        options.attempts = options.attempts.min(ATTEMPTS);
        options.cache_size = 0; // the locator remembers
        options.use_hosts_file = ResolveHosts::Never; // ours is asked first
        options.server_ordering_strategy = ServerOrderingStrategy::UserProvidedOrder;
        options.try_tcp_on_error = true;
        let hosts = Arc::new(read_hosts(hosts)?);
        let mut resolver = TokioResolver::builder_with_config(servers, TokioRuntimeProvider::default())
            .with_options(options)
            .build()
            .map_err(|error| DnsConfigError::Start(error.to_string()))?;
        resolver.set_hosts(hosts.clone());
        Ok(Self { resolver, hosts })
    }

    /// Whether the hosts file knows the host, or the one that SRV or NAPTR records would belong to, and has
    /// no such record of it.
    fn is_settled(&self, question: &Question) -> bool {
        let labels = question.name().split('.').filter(|label| !label.starts_with('_'));
        let host = labels.collect::<Vec<_>>().join(".");
        let Ok(name) = Name::from_ascii(format!("{host}.")) else { return false };
        let has = |kind| self.hosts.lookup_static_host(&Query::query(name.clone(), kind)).is_some();
        match question.kind() {
            RecordKind::A => has(RecordType::AAAA) && !has(RecordType::A),
            RecordKind::Aaaa => has(RecordType::A) && !has(RecordType::AAAA),
            RecordKind::Naptr | RecordKind::Srv | RecordKind::Txt => {
                has(RecordType::A) || has(RecordType::AAAA)
            }
        }
    }
}

impl Resolver for DnsResolver {
    fn lookup(&self, question: Question) -> Lookup<'_> {
        Box::pin(async move {
            let (kind, is_service) = match question.kind() {
                RecordKind::Naptr => (RecordType::NAPTR, true),
                RecordKind::Srv => (RecordType::SRV, true),
                RecordKind::Txt => (RecordType::TXT, true),
                RecordKind::A => (RecordType::A, false),
                RecordKind::Aaaa => (RecordType::AAAA, false),
            };
            if self.is_settled(&question) {
                return Err(LookupError::NoRecords { ttl: None });
            }
            // A service is a domain's, written in full; a host may be a short name of the local network.
            let text = if is_service { format!("{}.", question.name()) } else { question.name().to_owned() };
            let name =
                Name::from_ascii(&text).map_err(|e| LookupError::Failed(format!("no domain name: {e}")))?;
            let found = self.resolver.lookup(name, kind).await.map_err(failure)?;
            let ttl = found.valid_until().saturating_duration_since(Instant::now());
            // The library counts up to the moment; whole seconds are what was meant.
            let ttl = Duration::from_secs(ttl.as_secs_f64().round() as u64);
            let records = found.answers().iter().filter_map(|record| record_of(&record.data)).collect();
            Ok(Answer { records, ttl })
        })
    }
}

fn these(servers: &[SocketAddr]) -> ResolverConfig {
    let server = |address: &SocketAddr| {
        let connections = [ConnectionConfig::udp(), ConnectionConfig::tcp()].map(|mut connection| {
            connection.port = address.port();
            connection
        });
        NameServerConfig::new(address.ip(), true, connections.to_vec())
    };
    ResolverConfig::from_name_servers(servers.iter().map(server).collect())
}

fn of_file(path: PathBuf) -> Result<(ResolverConfig, ResolverOpts), DnsConfigError> {
    let text = match std::fs::read(&path) {
        Ok(text) => text,
        Err(source) => return Err(DnsConfigError::Unreadable { path, source }),
    };
    system_conf::parse_resolv_conf(text)
        .map_err(|error| DnsConfigError::BadFile { path, problem: error.to_string() })
}

fn read_hosts(file: &HostsFile) -> Result<Hosts, DnsConfigError> {
    let path = match file {
        HostsFile::System => return Ok(Hosts::from_system().unwrap_or_default()),
        HostsFile::Nothing => return Ok(Hosts::default()),
        HostsFile::File(path) => path,
    };
    let unreadable = |source| DnsConfigError::Unreadable { path: path.clone(), source };
    let mut hosts = Hosts::default();
    hosts.read_hosts_conf(std::fs::File::open(path).map_err(unreadable)?).map_err(unreadable)?;
    Ok(hosts)
}

fn record_of(data: &RData) -> Option<Record> {
    let text = |octets: &[u8]| String::from_utf8_lossy(octets).into_owned();
    Some(match data {
        RData::A(address) => Record::A(address.0),
        RData::AAAA(address) => Record::Aaaa(address.0),
        RData::CNAME(name) => Record::Cname(name.0.to_ascii()),
        RData::TXT(pieces) => Record::Txt(text(&pieces.txt_data.concat())),
        RData::SRV(server) => Record::Srv(Srv {
            priority: server.priority,
            weight: server.weight,
            port: server.port,
            target: server.target.to_ascii(),
        }),
        RData::NAPTR(rule) => Record::Naptr(Naptr {
            order: rule.order,
            preference: rule.preference,
            flags: text(&rule.flags),
            service: text(&rule.services),
            regexp: text(&rule.regexp),
            replacement: rule.replacement.to_ascii(),
        }),
        _ => return None,
    })
}

fn failure(error: NetError) -> LookupError {
    match error {
        NetError::Dns(DnsError::NoRecordsFound(absent)) => {
            let ttl = absent.negative_ttl.map(|seconds| Duration::from_secs(u64::from(seconds)));
            match absent.response_code {
                hickory_resolver::proto::op::ResponseCode::NXDomain => LookupError::NoSuchName { ttl },
                _ => LookupError::NoRecords { ttl },
            }
        }
        NetError::Dns(DnsError::ResponseCode(code)) => {
            LookupError::Failed(format!("the name server said {code}"))
        }
        NetError::Timeout => LookupError::Failed("no name server answered in time".to_owned()),
        NetError::NoConnections => LookupError::Failed("no name server can be reached".to_owned()),
        other => LookupError::Failed(other.to_string()),
    }
}
