//! SVG by hand: shapes with the classes of the book's diagrams, which have the theme's colors.

use std::fmt::{Display, Formatter, Write};

/// The width of every lab's picture. On a phone it has room at its own size, where the text of
/// `label small` is 12 pixels high.
pub const WIDTH: f64 = 320.0;

/// One picture.
///
/// Classes, as in `src/diagrams/`: `box`, `soft` (filled), `fill` (filled, in the line's color),
/// `wire`, `arrow`; with them `accent`, `good`, `bad` or `muted`, and `dash`. For text: `label`, which
/// is centered, `start` or `end`, `small`, `mono`.
#[derive(Debug)]
pub struct Svg {
    height: f64,
    body: String,
}

impl Svg {
    /// An empty picture, [`WIDTH`] wide.
    pub fn new(height: f64) -> Self {
        Self {
            height,
            body: String::new(),
        }
    }

    fn push(&mut self, element: std::fmt::Arguments<'_>) {
        // Writing into a string does not fail.
        let _ = self.body.write_fmt(element);
    }

    /// A rectangle.
    pub fn rect(&mut self, class: &str, x: f64, y: f64, width: f64, height: f64) {
        let [x, y, width, height] = [x, y, width.max(0.0), height.max(0.0)].map(short);
        self.push(format_args!(
            "<rect class=\"{class}\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\"/>"
        ));
    }

    /// A circle.
    pub fn circle(&mut self, class: &str, x: f64, y: f64, radius: f64) {
        let [x, y, radius] = [x, y, radius].map(short);
        self.push(format_args!(
            "<circle class=\"{class}\" cx=\"{x}\" cy=\"{y}\" r=\"{radius}\"/>"
        ));
    }

    /// A line from one point to the next, and so on. As a `polyline`: when the `d` of a `path` changes, Chromium
    /// looks at the style of everything near it, and it does not for `points`.
    pub fn line(&mut self, class: &str, points: &[(f64, f64)]) {
        self.push(format_args!("<polyline class=\"{class}\" points=\""));
        for (i, (x, y)) in points.iter().enumerate() {
            // A level stretch is its two ends.
            let level = |other: Option<&(f64, f64)>| other.is_some_and(|(_, other)| other == y);
            if i > 0 && level(points.get(i - 1)) && level(points.get(i + 1)) {
                continue;
            }
            let space = if i == 0 { "" } else { " " };
            self.push(format_args!("{space}{},{}", short(*x), short(*y)));
        }
        self.push(format_args!("\"/>"));
    }

    /// A text; `y` is its baseline.
    pub fn text(&mut self, class: &str, x: f64, y: f64, text: &str) {
        let [x, y] = [x, y].map(short);
        let text = escape(text);
        self.push(format_args!(
            "<text class=\"{class}\" x=\"{x}\" y=\"{y}\">{text}</text>"
        ));
    }

    /// The element. `label` says what it is a picture of; what it shows at this moment is the
    /// summary's business.
    pub fn finish(self, label: &str) -> String {
        let (width, height, label) = (short(WIDTH), short(self.height), escape(label));
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" aria-label=\"{label}\" \
             viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\">{}</svg>",
            self.body
        )
    }
}

/// Where the values of a chart are in the picture.
#[derive(Debug, Clone, Copy)]
pub struct Plot {
    /// The left edge.
    pub left: f64,
    /// The upper edge.
    pub top: f64,
    /// From the left edge to the right.
    pub width: f64,
    /// From the upper edge to the lower.
    pub height: f64,
    /// The value at the right edge; 0 is at the left.
    pub x_max: f64,
    /// The value at the upper edge; 0 is at the lower.
    pub y_max: f64,
}

impl Plot {
    /// Where a value of the horizontal axis is.
    pub fn x(&self, value: f64) -> f64 {
        self.left + value / self.x_max * self.width
    }

    /// Where a value of the vertical axis is.
    pub fn y(&self, value: f64) -> f64 {
        self.top + self.height - value / self.y_max * self.height
    }

    /// The lower and the left edge.
    pub fn axes(&self, svg: &mut Svg) {
        let (right, bottom) = (self.left + self.width, self.top + self.height);
        svg.line(
            "wire muted",
            &[(self.left, self.top), (self.left, bottom), (right, bottom)],
        );
    }

    /// A curve through values.
    pub fn curve(&self, svg: &mut Svg, class: &str, values: &[(f64, f64)]) {
        let points = values.iter();
        let points: Vec<_> = points.map(|(x, y)| (self.x(*x), self.y(*y))).collect();
        svg.line(class, &points);
    }

    /// What is below a curve.
    pub fn area(&self, svg: &mut Svg, class: &str, values: &[(f64, f64)]) {
        let (Some(first), Some(last)) = (values.first(), values.last()) else {
            return;
        };
        let ends = [(last.0, 0.0), (first.0, 0.0)];
        let points = values.iter().chain(&ends);
        let points: Vec<_> = points.map(|(x, y)| (self.x(*x), self.y(*y))).collect();
        svg.line(class, &points);
    }
}

/// The next number from `value` on that an axis can end with: 1, 2, 3 or 5 and zeros.
pub fn round_up(value: f64) -> f64 {
    let mut unit = 1.0;
    loop {
        for step in [1.0, 2.0, 3.0, 5.0] {
            if step * unit >= value {
                return step * unit;
            }
        }
        unit *= 10.0;
    }
}

/// `30,001`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `72 KiB`, `19.5 MiB`.
pub fn kib(kib: u64) -> String {
    match kib {
        0..1024 => format!("{kib} KiB"),
        _ => format!("{:.1} MiB", kib as f64 / 1024.0),
    }
}

/// Text as it stands in HTML and SVG.
pub fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

/// A coordinate with one decimal at the most. Written as whole numbers: hundreds of them make a picture,
/// and writing floating point takes several times as long.
fn short(number: f64) -> Short {
    Short((number * 10.0).round() as i32)
}

struct Short(i32);

impl Display for Short {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let (whole, tenth) = (self.0.unsigned_abs() / 10, self.0.unsigned_abs() % 10);
        match tenth {
            0 => write!(f, "{sign}{whole}"),
            _ => write!(f, "{sign}{whole}.{tenth}"),
        }
    }
}
