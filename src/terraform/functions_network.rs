//! CIDR functions.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::function::{Answer, Arguments};
use super::value::{Traced, Value};

/// The function `name`, if it is one of these.
pub(super) fn find(name: &str) -> Option<fn(&Arguments<'_>) -> Answer> {
    Some(match name {
        "cidrsubnet" => cidrsubnet,
        "cidrsubnets" => cidrsubnets,
        "cidrhost" => cidrhost,
        "cidrnetmask" => cidrnetmask,
        _ => return None,
    })
}

/// A network: its bits, how many of them are fixed, and the address's width.
#[derive(Clone, Copy)]
struct Network {
    bits: u128,
    prefix: u32,
    width: u32,
}

impl Network {
    fn parse(text: &str) -> Option<Self> {
        let (address, prefix) = text.split_once('/')?;
        let prefix: u32 = prefix.parse().ok()?;
        let (bits, width) = match address.parse().ok()? {
            IpAddr::V4(address) => (u128::from(u32::from(address)), 32),
            IpAddr::V6(address) => (u128::from(address), 128),
        };
        (prefix <= width).then(|| Self { bits: bits & mask(prefix, width), prefix, width })
    }

    /// Network `number` of those that are `more` bits longer.
    fn subnet(self, more: u32, number: u128) -> Option<Self> {
        let prefix = self.prefix.checked_add(more).filter(|prefix| *prefix <= self.width)?;
        if more < 128 && number >> more != 0 {
            return None;
        }
        let shifted = number.checked_shl(self.width - prefix).unwrap_or(0);
        Some(Self { bits: self.bits | shifted, prefix, ..self })
    }

    fn address(self, bits: u128) -> String {
        match u32::try_from(bits) {
            Ok(bits) if self.width == 32 => Ipv4Addr::from(bits).to_string(),
            _ => Ipv6Addr::from(bits).to_string(),
        }
    }

    fn text(self) -> String {
        format!("{}/{}", self.address(self.bits), self.prefix)
    }
}

/// The fixed bits of a network.
fn mask(prefix: u32, width: u32) -> u128 {
    let all = if width == 32 { u128::from(u32::MAX) } else { u128::MAX };
    let free = width.saturating_sub(prefix);
    if free >= 128 { 0 } else { all & (u128::MAX << free) }
}

fn network(arguments: &Arguments<'_>) -> Result<Network, Value> {
    Network::parse(&arguments.text(0)?).ok_or_else(|| Value::invalid("not a CIDR block"))
}

fn whole<T: TryFrom<i64>>(arguments: &Arguments<'_>, at: usize) -> Result<T, Value> {
    T::try_from(arguments.integer(at)?).map_err(|_| Value::invalid("the number is out of range"))
}

fn cidrsubnet(arguments: &Arguments<'_>) -> Answer {
    let subnet = network(arguments)?.subnet(whole(arguments, 1)?, whole(arguments, 2)?);
    Ok(Value::string(subnet.ok_or_else(|| Value::invalid("the network has no such subnet"))?.text()).into())
}

fn cidrsubnets(arguments: &Arguments<'_>) -> Answer {
    let base = network(arguments)?;
    let full = || Value::invalid("the network is too small for these subnets");
    let mut next = base.bits;
    let mut found = Vec::new();
    for at in 1..arguments.all.len() {
        let more: u32 = whole(arguments, at)?;
        let prefix = base.prefix.checked_add(more).filter(|prefix| *prefix <= base.width).ok_or_else(full)?;
        let size = 1_u128.checked_shl(base.width - prefix).ok_or_else(full)?;
        let start = next.checked_add(size - 1).ok_or_else(full)? & !(size - 1);
        if start & mask(base.prefix, base.width) != base.bits {
            return Err(full());
        }
        found.push(Traced::bare(Value::string(Network { bits: start, prefix, width: base.width }.text())));
        next = start.checked_add(size).ok_or_else(full)?;
    }
    Ok(Value::list(found).into())
}

fn cidrhost(arguments: &Arguments<'_>) -> Answer {
    let network = network(arguments)?;
    let number = arguments.integer(1)?;
    let free = network.width - network.prefix;
    let last = 1_u128.checked_shl(free).map_or(u128::MAX, |size| size - 1);
    let offset = match u128::try_from(number) {
        Ok(number) => Some(number),
        // -1 is the last address.
        Err(_) => last.checked_sub(u128::from(number.unsigned_abs()) - 1),
    };
    let offset = offset.filter(|offset| *offset <= last).ok_or_else(|| Value::invalid("the network has no such host"))?;
    Ok(Value::string(network.address(network.bits | offset)).into())
}

fn cidrnetmask(arguments: &Arguments<'_>) -> Answer {
    let network = network(arguments)?;
    if network.width != 32 {
        return Err(Value::invalid("`cidrnetmask` is for IPv4"));
    }
    Ok(Value::string(network.address(mask(network.prefix, 32))).into())
}
