//! Inputs made from seeds: cut, doubled, crossed, and peppered with what parsers stumble over.

/// A small generator of numbers (xorshift), so that a seed repeats a run on every machine.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// A number below `end`, 0 when that is 0.
    pub fn below(&mut self, end: usize) -> usize {
        if end == 0 { 0 } else { usize::try_from(self.next() % end as u64).unwrap_or(0) }
    }

    pub fn pick<'t, T>(&mut self, list: &'t [T]) -> &'t T {
        &list[self.below(list.len())]
    }
}

const LARGEST: usize = 64 * 1024;

const TOKENS: [&str; 64] = [
    "{",
    "}",
    "[",
    "]",
    "(",
    ")",
    "\"",
    "${",
    "%{",
    "%{ if ",
    "%{ for x in ",
    "%{ endif }",
    "~}",
    "$${",
    "<<EOT\n",
    "<<-EOT\n",
    "\nEOT\n",
    "#",
    "//",
    "/*",
    "*/",
    "\n",
    "\r\n",
    "\r",
    "\t",
    "\u{feff}",
    "é",
    "\u{0}",
    "\u{2028}",
    "\\",
    "\\u00",
    "\\\"",
    "=",
    "==",
    "=>",
    "...",
    "?",
    ":",
    ",",
    ".",
    ".*",
    "[*]",
    "!",
    "-",
    "%",
    "/",
    "&&",
    "||",
    "for x in ",
    "null",
    "true",
    "0",
    "-1",
    "1e999",
    "9007199254740993",
    "9223372036854775808",
    "each.value",
    "var.",
    "local.",
    "dynamic \"x\" {",
    "count = ",
    "for_each = ",
    "../",
    "..",
];

/// A seed with some damage.
pub fn mutated(dice: &mut Dice, seeds: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = dice.pick(seeds).clone();
    for _ in 0..=dice.below(8) {
        step(dice, seeds, &mut bytes);
        bytes.truncate(LARGEST);
    }
    bytes
}

fn range(dice: &mut Dice, length: usize) -> std::ops::Range<usize> {
    let start = dice.below(length + 1);
    let longest = if dice.below(4) == 0 { length } else { 24 };
    start..start + dice.below((length - start).min(longest) + 1)
}

fn step(dice: &mut Dice, seeds: &[Vec<u8>], bytes: &mut Vec<u8>) {
    let place = range(dice, bytes.len());
    match dice.below(8) {
        0 => drop(bytes.drain(place)),
        1 => {
            let copy = bytes[place.clone()].to_vec();
            bytes.splice(place.end..place.end, copy);
        }
        2 => {
            let copy = bytes[place.clone()].repeat(dice.below(200));
            bytes.splice(place.end..place.end, copy.into_iter().take(LARGEST));
        }
        3 => {
            let other = dice.pick(seeds);
            let part = other[range(dice, other.len())].to_vec();
            bytes.splice(place, part);
        }
        4 => {
            let token = dice.pick(&TOKENS).repeat(if dice.below(16) == 0 { dice.below(3000) } else { 1 });
            bytes.splice(place.start..place.start, token.into_bytes());
        }
        5 => {
            if let Some(byte) = bytes.get_mut(place.start) {
                *byte = u8::try_from(dice.below(256)).unwrap_or(0);
            }
        }
        6 => {
            let token = dice.pick(&TOKENS).as_bytes().to_vec();
            bytes.splice(place, token);
        }
        _ => bytes.truncate(place.start),
    }
}
