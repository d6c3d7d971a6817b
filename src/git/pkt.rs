//! git's packet lines: four hexadecimal digits of length, then the content.

/// The end of a section.
pub(super) const FLUSH: &[u8] = b"0000";

/// One packet; contents longer than the format allows (65,516 bytes) never occur here.
pub(super) fn packet(content: &str) -> Vec<u8> {
    format!("{:04x}{content}", content.len() + 4).into_bytes()
}

/// What a stream of packets holds.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Packet<'a> {
    Flush,
    Line(&'a [u8]),
}

/// The packets of `bytes`, or what is wrong with them.
pub(super) fn packets(mut bytes: &[u8]) -> Result<Vec<Packet<'_>>, String> {
    let mut packets = Vec::new();
    while !bytes.is_empty() {
        let length =
            bytes.get(..4).and_then(|digits| std::str::from_utf8(digits).ok()).and_then(|digits| usize::from_str_radix(digits, 16).ok());
        match length {
            Some(0) => {
                packets.push(Packet::Flush);
                bytes = &bytes[4..];
            }
            Some(length) if (4..=bytes.len()).contains(&length) => {
                let (packet, rest) = bytes.split_at(length);
                packets.push(Packet::Line(&packet[4..]));
                bytes = rest;
            }
            _ => return Err("the server's answer is no stream of git packets".into()),
        }
    }
    Ok(packets)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packets_come_back_and_bad_lengths_are_errors() {
        let stream = [packet("hello\n"), FLUSH.to_vec(), packet("")].concat();
        assert_eq!(packets(&stream).unwrap(), [Packet::Line(b"hello\n"), Packet::Flush, Packet::Line(b"")]);
        for bad in ["00", "zzzz", "0003", "ffffabc", "<html>"] {
            assert!(packets(bad.as_bytes()).is_err(), "{bad}");
        }
    }
}
