//! Text that a reader types: as bytes, and as it can be drawn.

use crate::draw::{Svg, grouped};
use std::ops::Range;

/// The bytes of a typed text. `\n`, `\r`, `\\` and `\xE9` are the bytes that they stand for; any
/// other backslash is itself.
pub(crate) fn bytes(typed: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = typed;
    while let Some((before, after)) = rest.split_once('\\') {
        bytes.extend_from_slice(before.as_bytes());
        let (byte, length) = escape(after).unwrap_or((b'\\', 0));
        bytes.push(byte);
        rest = &after[length..];
    }
    bytes.extend_from_slice(rest.as_bytes());
    bytes
}

/// The byte that an escape stands for, and how long it is, both after the backslash.
fn escape(after: &str) -> Option<(u8, usize)> {
    let digits = |digits: &str| u8::from_str_radix(digits, 16).ok();
    match after.as_bytes().first()? {
        b'n' => Some((b'\n', 1)),
        b'r' => Some((b'\r', 1)),
        b'\\' => Some((b'\\', 1)),
        // `from_str_radix` would take a sign too.
        b'x' if !after[1..].starts_with('+') => Some((digits(after.get(1..3)?)?, 3)),
        _ => None,
    }
}

/// Where the characters are. A byte that belongs to none is a place of its own, and `false`.
pub(crate) fn characters(bytes: &[u8]) -> Vec<(Range<usize>, bool)> {
    let mut all = Vec::new();
    let mut at = 0;
    for chunk in bytes.utf8_chunks() {
        let valid = chunk.valid().chars().map(|c| (c.len_utf8(), true));
        let invalid = chunk.invalid().iter().map(|_| (1, false));
        for (length, is_character) in valid.chain(invalid) {
            all.push((at..at + length, is_character));
            at += length;
        }
    }
    all
}

/// Text as it can be drawn and written into a page: what would not be seen there, or would turn the
/// text around it, as an escape.
pub(crate) fn shown(text: &str) -> String {
    let mut all = String::new();
    for c in text.chars() {
        match c {
            '\n' => all += "\\n",
            '\r' => all += "\\r",
            _ if c.is_ascii_control() => all += &format!("\\x{:02X}", u32::from(c)),
            '\u{80}'..='\u{9F}'
            | '\u{200B}'
            | '\u{200E}'..='\u{200F}'
            | '\u{2028}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}'
            | '\u{FDD0}'..='\u{FDEF}'
            | '\u{FEFF}' => all += &code(c),
            // No character, in any plane, and not allowed in XML.
            _ if u32::from(c) & 0xFFFE == 0xFFFE => all += &code(c),
            _ => all.push(c),
        }
    }
    all
}

/// `U+200D`.
fn code(c: char) -> String {
    format!("U+{:04X}", u32::from(c))
}

/// Whether a character is drawn on the one before it, or not at all.
fn joins(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36F}' | '\u{200C}'..='\u{200D}' | '\u{20D0}'..='\u{20FF}' | '\u{FE00}'..='\u{FE0F}'
        | '\u{1F3FB}'..='\u{1F3FF}')
}

/// One character that stands alone.
pub(crate) fn alone(character: &str) -> String {
    match character.chars().next() {
        Some(c) if joins(c) => code(c),
        Some(' ') => "␣".to_owned(),
        _ => shown(character),
    }
}

/// `1 byte`, `2,048 bytes`.
pub(crate) fn amount(number: usize, unit: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {unit}{plural}", grouped(number as u64))
}

/// Where a run of so many chunks is: after the last of them comes the end.
pub(crate) fn place(position: usize, chunks: usize, bytes: usize) -> String {
    match position > chunks {
        true => format!("the end, {}", amount(bytes, "byte")),
        false => format!("chunk {position} of {chunks}"),
    }
}

/// `e6 97 a5`.
pub(crate) fn hex(bytes: &[u8]) -> String {
    let bytes = bytes.iter().map(|byte| format!("{byte:02x}"));
    bytes.collect::<Vec<_>>().join(" ")
}

/// Bytes as text, those that are no UTF-8 as `\xF0`.
pub(crate) fn escaped(bytes: &[u8]) -> String {
    let mut all = String::new();
    for chunk in bytes.utf8_chunks() {
        all += &shown(chunk.valid());
        for byte in chunk.invalid() {
            all += &format!("\\x{byte:02X}");
        }
    }
    all
}

/// About how wide a character of `label small mono` is, rather too much than too little: which font has
/// it is the reader's system's business.
fn width(c: char) -> f64 {
    match c {
        _ if c.is_ascii() => 7.3,
        _ if joins(c) => 0.0,
        '\0'..='\u{10FF}' => 8.0,
        '\u{1F000}'.. => 17.0,
        _ => 12.5,
    }
}

/// How wide a text of `label small mono` is, about.
pub(crate) fn length(text: &str) -> f64 {
    text.chars().map(width).sum()
}

/// A text in lines that are at most `room` wide.
pub(crate) fn wrap(text: &str, room: f64) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut used = 0.0;
    for c in text.chars() {
        if used + width(c) > room {
            lines.push(String::new());
            used = 0.0;
        }
        used += width(c);
        if let Some(line) = lines.last_mut() {
            line.push(c);
        }
    }
    lines
}

/// The lines to draw, if there is place for `most`: the last ones, and how much is before them.
pub(crate) fn last_lines(lines: Vec<String>, most: usize) -> Vec<String> {
    if lines.len() <= most {
        return lines;
    }
    let hidden = lines.len() + 1 - most;
    let before: usize = lines[..hidden].iter().map(|l| l.chars().count()).sum();
    let mut last = vec![format!("… {before} characters before")];
    last.extend_from_slice(&lines[hidden..]);
    last
}

/// The distance of two lines of text in a picture.
pub(crate) const LINE: f64 = 16.0;

/// Draws lines of text from the left edge, the first with its baseline at `y`.
pub(crate) fn lines(svg: &mut Svg, class: &str, y: f64, lines: &[String]) {
    for (i, line) in lines.iter().enumerate() {
        let class = format!("label small start {class}");
        svg.text(&class, 4.0, y + LINE * i as f64, line);
    }
}

/// Bytes as cells in a picture, in rows of 13.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cells {
    /// The upper edge.
    pub top: f64,
    /// From one row's upper edge to the next.
    pub row: f64,
}

impl Cells {
    const COLUMNS: usize = 13;
    const WIDTH: f64 = 24.0;
    const LEFT: f64 = 4.0;
    /// How high a cell is; it stands at the lower edge of its row, with a margin of 3.
    pub(crate) const HEIGHT: f64 = 16.0;

    /// How high `count` cells are.
    pub(crate) fn height(self, count: usize) -> f64 {
        self.row * count.div_ceil(Self::COLUMNS) as f64
    }

    /// The left and the upper edge of a cell.
    pub(crate) fn at(self, index: usize) -> (f64, f64) {
        let (row, column) = (index / Self::COLUMNS, index % Self::COLUMNS);
        let bottom = self.top + self.row * (row + 1) as f64;
        let x = Self::LEFT + Self::WIDTH * column as f64;
        (x, bottom - Self::HEIGHT - 3.0)
    }

    /// A frame around cells, one for each row that they are in.
    pub(crate) fn frame(self, svg: &mut Svg, class: &str, cells: Range<usize>) {
        let mut from = cells.start;
        while from < cells.end {
            let to = ((from / Self::COLUMNS + 1) * Self::COLUMNS).min(cells.end);
            let (x, y) = self.at(from);
            svg.rect(class, x, y, Self::WIDTH * (to - from) as f64, Self::HEIGHT);
            from = to;
        }
    }

    /// The byte in a cell.
    pub(crate) fn byte(self, svg: &mut Svg, class: &str, index: usize, byte: u8) {
        let (x, y) = self.at(index);
        let class = format!("label small mono {class}");
        let middle = x + Self::WIDTH / 2.0;
        svg.text(&class, middle, y + 12.0, &format!("{byte:02x}"));
    }

    /// A text over the left edge of a cell.
    pub(crate) fn over(self, svg: &mut Svg, class: &str, index: usize, text: &str) {
        let (x, y) = self.at(index);
        let class = format!("label small start {class}");
        svg.text(&class, x + 2.0, y - 3.0, text);
    }

    /// A cut before a cell.
    pub(crate) fn cut(self, svg: &mut Svg, class: &str, index: usize) {
        let (x, y) = self.at(index);
        svg.line(class, &[(x, y - 6.0), (x, y + Self::HEIGHT + 3.0)]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_bytes_and_what_is_none_is_text() {
        let cases: [(&str, &[u8]); 12] = [
            ("", b""),
            ("a\\nb", b"a\nb"),
            ("\\r\\n", b"\r\n"),
            ("\\\\n", b"\\n"),
            ("\\xE9\\x00", b"\xE9\0"),
            ("\\", b"\\"),
            ("\\x", b"\\x"),
            ("\\xE", b"\\xE"),
            ("\\xGG", b"\\xGG"),
            ("\\x+1", b"\\x+1"),
            ("\\xé", "\\xé".as_bytes()),
            ("\\é", "\\é".as_bytes()),
        ];
        for (typed, expected) in cases {
            assert_eq!(bytes(typed), expected, "{typed}");
        }
    }

    #[test]
    fn characters_cover_every_byte() {
        for text in ["", "aé日🦀", "\\xF0\\x9F\\xA6", "a\\xFFb", "\\xE9 é\\xC3"] {
            let bytes = bytes(text);
            let mut at = 0;
            for (range, is_character) in characters(&bytes) {
                assert_eq!(range.start, at);
                assert_eq!(
                    std::str::from_utf8(&bytes[range.clone()]).is_ok(),
                    is_character
                );
                at = range.end;
            }
            assert_eq!(at, bytes.len());
        }
    }

    #[test]
    fn wrapping_loses_nothing_and_what_is_hidden_is_counted() {
        for text in ["", "abc", &"日本語🦀".repeat(20), &"x".repeat(200)] {
            let lines = wrap(text, 100.0);
            assert_eq!(lines.concat(), text);
            assert!(lines.iter().all(|line| length(line) <= 100.0));
            let last = last_lines(lines.clone(), 3);
            assert!(last.len() <= 3);
            if lines.len() > 3 {
                let before = text.chars().count() - last[1..].concat().chars().count();
                assert_eq!(last[0], format!("… {before} characters before"));
            }
        }
    }

    #[test]
    fn what_turns_or_breaks_a_picture_is_an_escape() {
        for text in [
            "\0",
            "\n",
            "\u{7F}",
            "\u{202E}",
            "\u{FFFE}",
            "\u{10FFFF}",
            "\u{85}",
        ] {
            assert!(shown(text).is_ascii(), "{text:?}");
        }
        assert_eq!(shown("e\u{301}日🦀 �"), "e\u{301}日🦀 �");
        assert_eq!(alone("\u{301}"), "U+0301");
        assert_eq!(escaped(b"a\xF0\x9F\n"), "a\\xF0\\x9F\\n");
    }
}
