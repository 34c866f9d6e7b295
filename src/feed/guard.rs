//! To which addresses nothing is posted: whoever may name an address must not reach through us what only
//! we can reach. A name is judged by the addresses to which the connection is made, when it is made: what
//! it led to when it was typed in says nothing of today.

use std::error::Error;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;

use ipnet::IpNet;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

/// What a look for the addresses of a name comes to.
type HostAddresses = Pin<Box<dyn Future<Output = std::io::Result<Vec<IpAddr>>> + Send>>;

/// Who knows the addresses of a name.
trait HostLookup: Send + Sync {
    fn addresses(&self, host: String) -> HostAddresses;
}

/// As the machine resolves names.
struct SystemLookup;

impl HostLookup for SystemLookup {
    fn addresses(&self, host: String) -> HostAddresses {
        Box::pin(async move {
            let found = tokio::net::lookup_host((host, 0)).await?;
            Ok(found.map(|address| address.ip()).collect())
        })
    }
}

/// Lets pass what is public, and what the settings allow.
#[derive(Clone)]
pub(super) struct AddressGuard {
    lookup: Arc<dyn HostLookup>,
    /// `[webhooks] allow_private`
    allowed: Arc<[IpNet]>,
    /// What is sent can be read on the way: only networks that the settings allow are protected enough.
    in_clear: bool,
}

/// Nothing is posted there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum NotPublic {
    #[error(
        "its host leads to {0}, which is no public address: allow its network in [webhooks] \
         allow_private, if that is meant"
    )]
    Private(IpAddr),
    #[error(
        "plain http goes only to networks in [webhooks] allow_private, and {0} is in none: write https"
    )]
    InClear(IpAddr),
    #[error("its name leads to no address")]
    Nowhere,
}

impl AddressGuard {
    fn new(lookup: Arc<dyn HostLookup>, allowed: &[IpNet]) -> Self {
        Self {
            lookup,
            allowed: allowed.into(),
            in_clear: false,
        }
    }

    /// As the machine resolves names.
    pub(super) fn system(allowed: &[IpNet]) -> Self {
        Self::new(Arc::new(SystemLookup), allowed)
    }

    /// The one for this address: what is written in clear needs another.
    pub(super) fn of(&self, url: &Url) -> Self {
        match url.scheme() {
            "https" => self.clone(),
            _ => self.in_clear(),
        }
    }

    /// The same for plain http.
    pub(super) fn in_clear(&self) -> Self {
        Self {
            in_clear: true,
            ..self.clone()
        }
    }

    /// Judges an address that is written as one: nobody resolves it.
    pub(super) fn judge(&self, url: &Url) -> Result<(), NotPublic> {
        match url.host() {
            Some(Host::Ipv4(address)) => self.allows(address.into()),
            Some(Host::Ipv6(address)) => self.allows(address.into()),
            Some(Host::Domain(_)) => Ok(()),
            None => Err(NotPublic::Nowhere),
        }
    }

    fn allows(&self, address: IpAddr) -> Result<(), NotPublic> {
        let meant = address.to_canonical();
        if self.allowed.iter().any(|network| network.contains(&meant)) {
            return Ok(());
        }
        if self.in_clear {
            return Err(NotPublic::InClear(meant));
        }
        match is_public(meant) {
            true => Ok(()),
            false => Err(NotPublic::Private(meant)),
        }
    }

    /// All of them must pass: of several the connection takes any.
    fn passed(&self, found: Vec<IpAddr>) -> Result<Vec<SocketAddr>, NotPublic> {
        if found.is_empty() {
            return Err(NotPublic::Nowhere);
        }
        let passed = |address| {
            let allowed = self.allows(address);
            allowed.map(|()| SocketAddr::new(address, 0))
        };
        found.into_iter().map(passed).collect()
    }
}

impl Resolve for AddressGuard {
    fn resolve(&self, name: Name) -> Resolving {
        let guard = self.clone();
        let found = self.lookup.addresses(name.as_str().to_owned());
        Box::pin(async move {
            let passed = guard.passed(found.await?)?;
            let addresses: Addrs = Box::new(passed.into_iter());
            Ok::<_, Box<dyn Error + Send + Sync>>(addresses)
        })
    }
}

fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

/// IANA's register of special addresses, less what is globally reachable.
fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let special = matches!(
        (a, b, c),
        (0 | 10 | 127 | 224.., _, _)
            | (100, 64..=127, _)
            | (169, 254, _)
            | (172, 16..=31, _)
            | (192, 0, 0 | 2)
            | (192, 88, 99)
            | (192, 168, _)
            | (198, 18 | 19, _)
            | (198, 51, 100)
            | (203, 0, 113)
    );
    !special && !is_of_a_cloud(address)
}

/// Registered as public, and yet a cloud's own machinery answers there whoever asks from within: Azure's
/// wire server, IBM's service networks, Google's private entrances.
const fn is_of_a_cloud(address: Ipv4Addr) -> bool {
    matches!(
        address.octets(),
        [168, 63, 129, 16] | [161, 26, _, _] | [166, 8..=11, _, _] | [199, 36, 153, 4..=11]
    )
}

/// Of the global unicast space, less what leads elsewhere (Teredo, 6to4) or nowhere.
fn is_public_v6(address: Ipv6Addr) -> bool {
    let [a, b, ..] = address.segments();
    let global = a & 0xe000 == 0x2000;
    let special = matches!((a, b), (0x2001, 0..=0x01ff | 0x0db8) | (0x2002, _))
        || (a == 0x3fff && b < 0x1000);
    global && !special
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    fn guard(allowed: &[&str]) -> AddressGuard {
        let allowed: Vec<IpNet> = allowed.iter().map(|net| net.parse().unwrap()).collect();
        AddressGuard::system(&allowed)
    }

    fn judged(guard: &AddressGuard, url: &str) -> Result<(), NotPublic> {
        guard.judge(&Url::parse(url).unwrap())
    }

    #[test]
    fn what_only_we_can_reach_is_refused_however_it_is_written() {
        let guard = guard(&[]);
        for host in [
            "127.0.0.1",
            "0x7f.1",
            "2130706433",
            "0.0.0.0",
            "10.1.2.3",
            "172.31.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "100.100.100.200",
            "192.0.0.192",
            "168.63.129.16",
            "[::ffff:168.63.129.16]",
            "161.26.0.10",
            "166.9.1.1",
            "199.36.153.10",
            "198.19.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "[::1]",
            "[::]",
            "[::ffff:10.0.0.1]",
            "[::ffff:a9fe:a9fe]",
            "[64:ff9b::a00:1]",
            "[2002:a00:1::]",
            "[2001:0:1::1]",
            "[fd00:ec2::254]",
            "[fe80::1]",
            "[ff02::1]",
        ] {
            let refused = judged(&guard, &format!("https://{host}/"));
            assert!(matches!(refused, Err(NotPublic::Private(_))), "{host}");
        }
        for host in [
            "93.184.215.14",
            "172.32.0.1",
            "168.63.129.17",
            "[2606:2800:21f::1]",
        ] {
            assert_eq!(
                judged(&guard, &format!("https://{host}/")),
                Ok(()),
                "{host}"
            );
        }
    }

    #[test]
    fn what_the_settings_allow_passes_and_nothing_beside_it() {
        let guard = guard(&["10.1.0.0/16"]);
        assert_eq!(judged(&guard, "https://10.1.2.3/"), Ok(()));
        assert_eq!(judged(&guard, "https://[::ffff:10.1.2.3]/"), Ok(()));
        assert!(judged(&guard, "https://10.2.0.1/").is_err());
        let clear = guard.in_clear();
        assert_eq!(judged(&clear, "http://10.1.2.3/"), Ok(()));
        let refused = judged(&clear, "http://93.184.215.14/");
        assert!(matches!(refused, Err(NotPublic::InClear(_))));
    }

    /// A name that leads to another address each time it is asked.
    struct Rebinding(Mutex<Vec<IpAddr>>);

    impl HostLookup for Rebinding {
        fn addresses(&self, _host: String) -> HostAddresses {
            let next = self.0.lock().unwrap().pop();
            Box::pin(async move { Ok(next.into_iter().collect()) })
        }
    }

    #[tokio::test]
    async fn a_name_is_judged_each_time_a_connection_is_made() {
        let answers = ["127.0.0.1", "93.184.215.14"];
        let answers = answers.map(|address| address.parse().unwrap()).to_vec();
        let guard = AddressGuard::new(Arc::new(Rebinding(Mutex::new(answers))), &[]);
        let asked = || guard.resolve("crm.example".parse().unwrap());
        assert_eq!(asked().await.ok().unwrap().count(), 1);
        let refused = asked().await.err().unwrap().to_string();
        assert!(refused.contains("127.0.0.1"), "{refused}");
        let nowhere = asked().await.err().unwrap().to_string();
        assert!(nowhere.contains("no address"), "{nowhere}");
    }
}
