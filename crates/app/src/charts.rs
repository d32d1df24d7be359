//! Charts: a ` ```chart ` block names rows of a recorded output, and becomes a figure that is drawn from them.
//!
//! The block is TOML. Nothing in it is a number of the picture: those are read from the output, which `cargo test`
//! compares with a run, so that a chart is never older than its program.

use crate::include;
use lab::draw::escape;
use serde::Deserialize;
use std::fmt::Write as _;
use std::ops::Range;
use std::path::Path;
use toml::Spanned;

/// The width of a plot in units of its viewBox, which are pixels where there is room: a phone has that much.
const WIDTH: f64 = 320.0;
/// The room at both sides of a plot.
const PAD: f64 = 4.0;
/// The most that a character of the theme's monospaced fonts takes at the 12 px of a label.
const CHAR: f64 = 7.3;
/// From one line of text to the next.
const LINE: f64 = 16.0;
/// How many series the theme can tell apart, by color and by dashes.
const MOST_LINES: usize = 4;

/// What is wrong with a chart.
#[derive(Debug)]
pub(crate) struct Wrong {
    /// Where, in bytes from the start of the block.
    pub(crate) at: usize,
    /// What is wrong.
    pub(crate) what: String,
    /// What to do.
    pub(crate) fix: &'static str,
}

/// A chart that is drawn.
#[derive(Debug)]
pub(crate) struct Chart {
    /// The name of the first program whose output it shows.
    pub(crate) name: String,
    /// What stands inside its `<figure>`, on one line.
    pub(crate) html: String,
    /// The commands that make its data, each once.
    pub(crate) commands: Vec<String>,
}

/// A block, as its author writes it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Block {
    /// What is measured.
    title: String,
    /// What there is to see.
    caption: String,
    /// What the axis counts in: B, KiB, MiB, GiB, ms, s, or a word for things.
    unit: Spanned<String>,
    #[serde(default)]
    scale: Scale,
    #[serde(default)]
    bars: Vec<Bars>,
    #[serde(default)]
    lines: Vec<Lines>,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Scale {
    /// From 0.
    #[default]
    Linear,
    /// Each tick is a multiple of the one before.
    Log,
}

/// One column of a table, a bar for each row.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Bars {
    from: Spanned<String>,
    /// The heading over the numbers.
    column: Spanned<String>,
    /// The heading over that one, where a table has the same column twice.
    under: Option<Spanned<String>>,
    /// How the rows begin.
    rows: Spanned<Vec<Spanned<String>>>,
}

/// A line for each row of a table; the numbers of its first line are the places on the other axis.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Lines {
    from: Spanned<String>,
    /// How the table's first line begins.
    x: Spanned<String>,
    /// How the rows begin.
    rows: Spanned<Vec<Spanned<String>>>,
}

type Result<T> = std::result::Result<T, Wrong>;

fn wrong<T>(spot: &Range<usize>, what: impl Into<String>, fix: &'static str) -> Result<T> {
    Err(Wrong {
        at: spot.start,
        what: what.into(),
        fix,
    })
}

/// Draws the chart that `body`, the text of a block, describes. Paths in it are relative to `root`.
///
/// # Errors
/// It is not TOML of this form, or names something that the recorded output does not have.
pub(crate) fn draw(root: &Path, body: &str) -> Result<Chart> {
    let block: Block = match toml::from_str(body) {
        Ok(block) => block,
        Err(error) => {
            let what = format!("not a chart: {}", error.message().replace('\n', " "));
            let fix = "give it a title, a caption, a unit, and [[bars]] or [[lines]]: see CONTRIBUTING.md";
            return wrong(&error.span().unwrap_or(0..0), what, fix);
        }
    };
    for (key, text) in [("title", &block.title), ("caption", &block.caption)] {
        if text.trim().is_empty() {
            let fix = "say what is measured, and what there is to see";
            return wrong(&(0..0), format!("a chart with an empty {key}"), fix);
        }
    }
    let plots: Vec<Plot> = match (&*block.bars, &*block.lines) {
        ([], []) | ([_, ..], [_, ..]) => {
            return wrong(
                &(0..0),
                "a chart needs [[bars]] or [[lines]], and not both",
                "give it one or more of one kind",
            );
        }
        (bars, []) => bars
            .iter()
            .map(|bars| read_bars(root, &block, bars))
            .collect::<Result<_>>()?,
        (_, lines) => lines
            .iter()
            .map(|lines| read_lines(root, &block, lines))
            .collect::<Result<_>>()?,
    };
    let Some(name) = plots.first().map(|plot| plot.name.clone()) else {
        unreachable!("one of the lists has an element");
    };
    let mut commands: Vec<String> = Vec::new();
    for plot in &plots {
        if !commands.contains(&plot.command) {
            commands.push(plot.command.clone());
        }
    }
    Ok(Chart {
        name,
        html: html(&block, &plots),
        commands,
    })
}

// What was recorded.

/// One picture of a chart, with what it shows.
#[derive(Debug)]
struct Plot {
    name: String,
    command: String,
    /// What tells it from the other plots, the most general first: language, heading over the column, column.
    heads: Vec<String>,
    /// The places on the other axis; none for bars.
    x: Vec<Number>,
    /// The rows, in the author's order.
    rows: Vec<(String, Vec<Number>)>,
}

/// A number as it was recorded.
#[derive(Debug, Clone, PartialEq)]
struct Number {
    /// With its unit.
    text: String,
    /// In the chart's unit.
    value: f64,
    /// It is less than `value`, by an unknown amount.
    below: bool,
}

/// A word, or a number with its unit, and where it stands in its line, in characters.
#[derive(Debug, Clone, PartialEq)]
struct Token {
    range: Range<usize>,
    text: String,
    number: Option<(f64, Option<String>)>,
    below: bool,
}

/// The number in `word`: `12`, `1,000`, `<1`, `~64`, `500+`, `2.5×`; and whether it is an upper limit.
fn number(word: &str) -> Option<(f64, Option<String>, bool)> {
    let below = word.starts_with('<');
    let digits = word.strip_prefix(['<', '~']).unwrap_or(word);
    let times = digits.strip_suffix('×');
    let digits = times.or(digits.strip_suffix('+')).unwrap_or(digits);
    // Rust would take `inf`, `1e3` and `.5` as well: a program prints none of them.
    let plain = |c: char| c.is_ascii_digit() || c == ',' || c == '.';
    if !digits.starts_with(|c: char| c.is_ascii_digit()) || !digits.chars().all(plain) {
        return None;
    }
    let value = digits.replace(',', "").parse().ok()?;
    Some((value, times.map(|_| "×".to_owned()), below))
}

/// The words of `line`, each with its place in characters.
fn words(line: &str) -> Vec<(Range<usize>, String)> {
    let mut words: Vec<(Range<usize>, String)> = Vec::new();
    for (at, c) in line.chars().enumerate() {
        match words.last_mut() {
            _ if c.is_whitespace() => {}
            Some((range, word)) if range.end == at => {
                range.end += 1;
                word.push(c);
            }
            _ => words.push((at..at + 1, c.to_string())),
        }
    }
    words
}

/// The words of `line` from `from` on, with `over` or `under`, the number and its unit taken together.
/// A unit is one that can be converted, or `unit`.
fn tokens(line: &str, from: usize, unit: &str) -> Vec<Token> {
    let mut tokens: Vec<Token> = Vec::new();
    for (range, word) in words(line) {
        if range.start < from {
            continue;
        }
        if let Some(last) = tokens.last_mut() {
            let is_unit = convertible(&word).is_some() || word == unit;
            let next_to = last.range.end + 1 == range.start;
            if let Some((_, none @ None)) = &mut last.number
                && is_unit
                && next_to
            {
                *none = Some(word.clone());
                last.range.end = range.end;
                last.text = format!("{} {word}", last.text);
                continue;
            }
            if let (None, Some((value, unit, _)), true) = (&last.number, number(&word), next_to)
                && ["over", "under"].contains(&&*last.text)
            {
                last.below = last.text == "under";
                last.number = Some((value, unit));
                last.range.end = range.end;
                last.text = format!("{} {word}", last.text);
                continue;
            }
        }
        let found = number(&word);
        tokens.push(Token {
            range,
            below: found.as_ref().is_some_and(|(_, _, below)| *below),
            number: found.map(|(value, unit, _)| (value, unit)),
            text: word,
        });
    }
    tokens
}

/// What kind of amount `unit` counts, and how many of the smallest it is.
fn convertible(unit: &str) -> Option<(&'static str, f64)> {
    Some(match unit {
        "B" => ("bytes", 1.0),
        "KiB" => ("bytes", 1024.0),
        "MiB" => ("bytes", 1024.0 * 1024.0),
        "GiB" => ("bytes", 1024.0 * 1024.0 * 1024.0),
        "ms" => ("time", 1.0),
        "s" => ("time", 1000.0),
        _ => return None,
    })
}

/// A recorded output, and how a program makes it.
struct Output<'a> {
    path: &'a str,
    lines: Vec<String>,
    name: String,
    command: String,
    language: &'static str,
}

impl<'a> Output<'a> {
    fn read(root: &Path, from: &'a Spanned<String>) -> Result<Self> {
        let path = from.get_ref();
        let spot = from.span();
        let file = include::normalize(Path::new(""), path);
        let source = file.as_deref().and_then(include::source);
        let (Some(file), Some(source)) = (file, source.filter(|source| source.recorded)) else {
            return wrong(
                &spot,
                format!("{path} is no recorded output"),
                "name a file like examples/output/NAME.txt, from the project's root",
            );
        };
        let Ok(text) = std::fs::read_to_string(root.join(file)) else {
            let fix =
                "correct the path (it is relative to the project's root), or record the output";
            return wrong(&spot, format!("cannot read {path}"), fix);
        };
        Ok(Self {
            path,
            lines: text.lines().map(str::to_owned).collect(),
            name: source.name,
            language: if source.command.starts_with("node") {
                "Node.js"
            } else {
                "Rust"
            },
            command: source.command,
        })
    }

    /// The one line that begins with `label`, by index, and the character at which the label ends.
    fn row(&self, label: &Spanned<String>) -> Result<(usize, usize)> {
        let wanted: Vec<_> = label.get_ref().split_whitespace().collect();
        let matches = |line: &String| {
            let words = words(line);
            let begins = words.len() > wanted.len()
                && !wanted.is_empty()
                && words.iter().zip(&wanted).all(|((_, a), b)| a == b);
            let end = begins.then(|| words[wanted.len() - 1].0.end)?;
            // One space is inside a label, two are behind it.
            (words[wanted.len()].0.start > end + 1).then_some(end)
        };
        let found: Vec<_> = self
            .lines
            .iter()
            .enumerate()
            .filter_map(|(index, line)| Some((index, matches(line)?)))
            .collect();
        let (spot, path, label) = (label.span(), self.path, label.get_ref());
        match found.as_slice() {
            [one] => Ok(*one),
            [] => wrong(
                &spot,
                format!("{path} has no row `{label}`"),
                "write what the row begins with, up to the two spaces before its numbers",
            ),
            more => wrong(
                &spot,
                format!("{path} has {} rows `{label}`", more.len()),
                "name a row that is there once",
            ),
        }
    }

    /// The last line above `row` that has `text` in it, by index, and each place of it there.
    fn above(&self, row: usize, text: &Spanned<String>) -> Result<(usize, Vec<Range<usize>>)> {
        let wanted = text.get_ref().trim();
        let length = wanted.chars().count();
        for (index, line) in self.lines[..row].iter().enumerate().rev() {
            let line: Vec<char> = line.chars().collect();
            let is_edge = |at: Option<&char>| at.is_none_or(|c| c.is_whitespace());
            let found: Vec<_> = (0..(line.len() + 1).saturating_sub(length))
                .filter(|at| {
                    let here = line[*at..at + length].iter().copied().eq(wanted.chars());
                    let before = at.checked_sub(1).and_then(|before| line.get(before));
                    here && is_edge(before) && is_edge(line.get(at + length))
                })
                .map(|at| at..at + length)
                .collect();
            if !found.is_empty() && length > 0 {
                return Ok((index, found));
            }
        }
        wrong(
            &text.span(),
            format!("{} has no heading `{wanted}` above the row", self.path),
            "write the column's heading as it was recorded",
        )
    }

    /// Where the column that `bars` names stands, above the row by the index `top`.
    fn column(&self, top: usize, bars: &Bars) -> Result<Range<usize>> {
        let (line, mut places) = self.above(top, &bars.column)?;
        if let Some(under) = &bars.under {
            let (above, found) = self.above(line, under)?;
            let start = found[0].start;
            // It reaches to the next heading of its line, which two spaces set off.
            let words = words(&self.lines[above]);
            let end = words.windows(2).find_map(|pair| {
                let next = pair[1].0.start;
                (next > pair[0].0.end + 1 && next > start).then_some(next)
            });
            places.retain(|place| place.end > start && end.is_none_or(|end| place.end <= end));
        }
        match places.as_slice() {
            [one] => Ok(one.clone()),
            places => wrong(
                &bars.column.span(),
                format!(
                    "`{}` is there {} times",
                    bars.column.get_ref(),
                    places.len()
                ),
                "name the heading over the one that is meant: under = \"…\"",
            ),
        }
    }

    /// The number of `row` that stands at `place`. `None` for a `-`.
    fn number(
        &self,
        row: (usize, usize),
        place: &Range<usize>,
        block: &Block,
        spot: &Range<usize>,
    ) -> Result<Option<Number>> {
        let unit = block.unit.get_ref();
        let tokens = tokens(&self.lines[row.0], row.1, unit);
        let shared = |token: &&Token| {
            let end = token.range.end.min(place.end);
            end.saturating_sub(token.range.start.max(place.start))
        };
        let token = tokens.iter().max_by_key(shared);
        let Some(token) = token.filter(|token| shared(token) > 0) else {
            let what = format!(
                "{}: nothing stands in this row there",
                self.lines[row.0].trim()
            );
            return wrong(spot, what, "name another column, or leave the row out");
        };
        let Some((value, own)) = &token.number else {
            if token.text == "-" {
                return Ok(None);
            }
            let what = format!("`{}` is not a number", token.text);
            return wrong(spot, what, "leave the row out, or name another column");
        };
        let value = self.convert(*value, own.as_deref(), row.0, block, spot)?;
        if block.scale == Scale::Log && value <= 0.0 {
            let what = format!("`{}` has no place on a logarithmic scale", token.text);
            return wrong(spot, what, "take the linear scale, or leave the row out");
        }
        Ok(Some(Number {
            text: match own {
                Some(_) => token.text.clone(),
                None => format!("{} {unit}", token.text),
            },
            value,
            below: token.below,
        }))
    }

    /// `value` of the unit `own` in the chart's.
    fn convert(
        &self,
        value: f64,
        own: Option<&str>,
        row: usize,
        block: &Block,
        spot: &Range<usize>,
    ) -> Result<f64> {
        let unit = block.unit.get_ref().as_str();
        let fix = "give the chart the unit of its numbers";
        let mixed = |own: &str| wrong(spot, format!("{own} in a chart of {unit}"), fix);
        match (own, own.and_then(convertible), convertible(unit)) {
            (Some(own), Some((kind, from)), Some((to_kind, to))) => match kind == to_kind {
                true => Ok(value * from / to),
                false => mixed(own),
            },
            (Some(own), ..) if own != unit => mixed(own),
            // A bare number: the table must say that it counts in this unit.
            (None, _, Some(_)) => {
                let above = self.lines[..row].iter().flat_map(|line| words(line));
                let said = |(_, word): (_, String)| word.trim_matches([',', ':', '(', ')']) == unit;
                match above.into_iter().any(said) {
                    true => Ok(value),
                    false => wrong(
                        spot,
                        format!(
                            "a number without a unit, and {} does not say {unit}",
                            self.path
                        ),
                        fix,
                    ),
                }
            }
            _ => Ok(value),
        }
    }
}

fn read_bars(root: &Path, block: &Block, bars: &Bars) -> Result<Plot> {
    let output = Output::read(root, &bars.from)?;
    let labels = bars.rows.get_ref();
    let found: Vec<_> = labels
        .iter()
        .map(|label| output.row(label))
        .collect::<Result<_>>()?;
    // The headings stand above the first of the rows: the others have rows above them, with numbers like headings.
    let Some(top) = found.iter().map(|(index, _)| *index).min() else {
        let what = "a chart without a row";
        return wrong(&bars.rows.span(), what, "name the rows that it shows");
    };
    let place = output.column(top, bars)?;
    let mut rows = Vec::new();
    for (label, row) in labels.iter().zip(found) {
        let Some(number) = output.number(row, &place, block, &label.span())? else {
            let what = format!("`{}` has no number there", label.get_ref());
            let fix = "leave the row out, or name another column";
            return wrong(&label.span(), what, fix);
        };
        rows.push((label.get_ref().clone(), vec![number]));
    }
    let under = bars.under.as_ref().map(|under| under.get_ref().clone());
    Ok(Plot {
        name: output.name,
        command: output.command,
        heads: vec![
            output.language.to_owned(),
            under.unwrap_or_default(),
            bars.column.get_ref().clone(),
        ],
        x: Vec::new(),
        rows,
    })
}

fn read_lines(root: &Path, block: &Block, lines: &Lines) -> Result<Plot> {
    let output = Output::read(root, &lines.from)?;
    let (first, end) = output.row(&lines.x)?;
    let unit = block.unit.get_ref();
    let mut places = Vec::new();
    let mut x: Vec<Number> = Vec::new();
    let mut x_unit = None;
    for token in tokens(&output.lines[first], end, unit) {
        let Some((value, unit)) = token.number.filter(|_| !token.below) else {
            let what = format!("`{}` is not a place on an axis", token.text);
            return wrong(
                &lines.x.span(),
                what,
                "the table's first line has its name, then numbers",
            );
        };
        let rises = x.last().is_none_or(|last| last.value < value);
        if !rises || *x_unit.get_or_insert_with(|| unit.clone()) != unit {
            let what = format!("`{}` does not follow on the one before", token.text);
            return wrong(&lines.x.span(), what, "the places rise, and have one unit");
        }
        places.push(token.range);
        x.push(Number {
            text: token.text,
            value,
            below: false,
        });
    }
    if x.len() < 2 {
        let what = "fewer than two places on an axis";
        return wrong(
            &lines.x.span(),
            what,
            "the table's first line has its name, then numbers",
        );
    }
    let mut rows = Vec::new();
    for label in lines.rows.get_ref() {
        let row = output.row(label)?;
        let mut series = Vec::new();
        for place in &places {
            match output.number(row, place, block, &label.span())? {
                Some(number) => series.push(number),
                None => break,
            }
        }
        if series.is_empty() {
            let what = format!("`{}` has no number", label.get_ref());
            return wrong(&label.span(), what, "leave the row out");
        }
        rows.push((label.get_ref().clone(), series));
    }
    if rows.is_empty() || rows.len() > MOST_LINES {
        let what = format!("{} lines in one plot", rows.len());
        return wrong(&lines.rows.span(), what, "name one to four rows");
    }
    Ok(Plot {
        name: output.name,
        command: output.command,
        heads: vec![output.language.to_owned()],
        x,
        rows,
    })
}

// How it is drawn.

/// An axis from its first tick to its last.
#[derive(Debug)]
struct Axis {
    scale: Scale,
    ticks: Vec<f64>,
}

impl Axis {
    /// An axis of `length` that has every one of `values` on it, with ticks whose labels do not touch.
    fn over(
        values: impl Iterator<Item = f64> + Clone,
        scale: Scale,
        unit: &str,
        length: f64,
    ) -> Self {
        let most = values.clone().fold(0.0, f64::max);
        let ticks = match scale {
            Scale::Linear => {
                let bytes = convertible(unit).is_some_and(|(kind, _)| kind == "bytes");
                let room = |ticks: &Vec<f64>| {
                    let apart = length / (ticks.len() - 1) as f64;
                    ticks.len() == 2 || label_room(ticks) <= apart
                };
                let ticks = steps(most, bytes).map(|step| {
                    let n = (most / step).ceil().max(1.0) as usize;
                    (0..=n).map(|i| i as f64 * step).collect::<Vec<_>>()
                });
                let mut ticks = ticks.filter(|ticks| ticks.len() <= 5);
                ticks.find(room).unwrap_or_default()
            }
            Scale::Log => {
                let least = values.fold(f64::MAX, f64::min);
                let (low, mut high) = (least.log10().floor() as i32, most.log10().ceil() as i32);
                high = high.max(low + 1);
                let power = |exponent: i32| 10_f64.powi(exponent);
                let widest: Vec<_> = (low..=high).map(power).collect();
                let most_labels = (length / label_room(&widest)).floor().max(1.0) as i32;
                let stride = ((high - low) + most_labels - 1) / most_labels;
                high = low + (high - low + stride - 1) / stride * stride;
                (low..=high).step_by(stride as usize).map(power).collect()
            }
        };
        Self { scale, ticks }
    }

    /// Where `value` is, from 0 to 1.
    fn place(&self, value: f64) -> f64 {
        let (Some(first), Some(last)) = (self.ticks.first(), self.ticks.last()) else {
            return 0.0;
        };
        let place = match self.scale {
            Scale::Linear => (value - first) / (last - first),
            Scale::Log => (value / first).log10() / (last / first).log10(),
        };
        place.clamp(0.0, 1.0)
    }

    /// What the axis says of itself.
    fn name(&self, unit: &str) -> String {
        match self.scale {
            Scale::Linear => unit.to_owned(),
            Scale::Log => format!("{unit}, logarithmic"),
        }
    }
}

/// How far apart ticks have to be: the label at an end of the axis stands on one side of its tick.
fn label_room(ticks: &[f64]) -> f64 {
    1.5 * widest(ticks) + CHAR
}

/// The width of the widest label.
fn widest(ticks: &[f64]) -> f64 {
    let widths = ticks.iter().map(|tick| text_width(&shown(*tick)));
    widths.fold(0.0, f64::max)
}

/// Steps from tick to tick, rising, of which the first gives more ticks than there is room for.
/// Bytes go by powers of two.
fn steps(most: f64, bytes: bool) -> impl Iterator<Item = f64> {
    let most = if most > 0.0 { most } else { 1.0 };
    let decade = most.log10().floor() as i32 - 1;
    let start = (most / 32.0).log2().floor() as i32;
    (0..).map(move |i| match bytes && most >= 4.0 {
        true => 2_f64.powi((start + i).max(0)),
        false => [1.0, 2.0, 5.0][i as usize % 3] * 10_f64.powi(decade + i / 3),
    })
}

/// A tick's number: `1,000`, `0.5`.
fn shown(value: f64) -> String {
    let rounded = (value * 1e6).round() / 1e6;
    let text = rounded.to_string();
    let (whole, rest) = text.split_at(text.find('.').unwrap_or(text.len()));
    let mut out = String::new();
    for (i, digit) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out + rest
}

/// What `text` takes at most, in the monospaced font of labels.
fn text_width(text: &str) -> f64 {
    text.chars().count() as f64 * CHAR
}

/// `text` in lines of at most `width`, the last of them with `tail` to spare. A word that is too long is cut.
fn wrap(text: &str, width: f64, tail: f64) -> Vec<String> {
    let chars = |width: f64| ((width / CHAR) as usize).max(1);
    let most = chars(width);
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let mut word: Vec<char> = word.chars().collect();
        while !word.is_empty() {
            let line = lines.last_mut().expect("it begins with one");
            let used = line.chars().count();
            let gap = usize::from(used > 0);
            if used + gap + word.len() <= most {
                line.extend(std::iter::repeat_n(' ', gap).chain(word.drain(..)));
            } else if used == 0 {
                line.extend(word.drain(..most));
            } else {
                lines.push(String::new());
            }
        }
    }
    let last = lines.last().map_or(0, |line| line.chars().count());
    if last > 0 && last as f64 * CHAR + tail > width {
        lines.push(String::new());
    }
    lines
}

/// Elements of an `<svg>`, and how far down they reach.
struct Svg {
    out: String,
    height: f64,
}

impl Svg {
    fn text(&mut self, class: &str, x: f64, y: f64, text: &str) {
        if !text.is_empty() {
            let text = escape(text);
            let _ = write!(
                self.out,
                "<text class=\"label small {class}\" x=\"{x:.1}\" y=\"{y:.1}\">{text}</text>"
            );
        }
    }

    fn line(&mut self, class: &str, from: (f64, f64), to: (f64, f64)) {
        let ((x1, y1), (x2, y2)) = (from, to);
        let _ = write!(
            self.out,
            "<line class=\"wire {class}\" x1=\"{x1:.1}\" y1=\"{y1:.1}\" x2=\"{x2:.1}\" y2=\"{y2:.1}\"/>"
        );
    }

    fn dot(&mut self, class: &str, x: f64, y: f64) {
        let _ = write!(
            self.out,
            "<circle class=\"{class}\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3.5\"/>"
        );
    }

    fn finish(self, label: &str) -> String {
        let (label, height) = (escape(label), self.height.ceil());
        format!(
            "<svg role=\"img\" aria-label=\"{label}\" width=\"{WIDTH}\" height=\"{height}\" viewBox=\"0 0 {WIDTH} {height}\">{}</svg>",
            self.out
        )
    }
}

/// A bar for each row: its label and its number above it, so that neither is short of room.
fn draw_bars(plot: &Plot, axis: &Axis, unit: &str, label: &str) -> String {
    let length = WIDTH - 2.0 * PAD;
    let mut svg = Svg {
        out: String::new(),
        height: 0.0,
    };
    let place = |value: f64| PAD + axis.place(value) * length;
    for (label, numbers) in &plot.rows {
        let number = &numbers[0];
        for line in wrap(label, length, text_width(&number.text) + CHAR) {
            svg.height += LINE;
            svg.text("start mono", PAD, svg.height - 3.0, &line);
        }
        svg.text("end mono", WIDTH - PAD, svg.height - 3.0, &number.text);
        let (end, top) = (place(number.value), svg.height + 2.0);
        match axis.scale {
            Scale::Linear => {
                let class = if number.below {
                    "box dash muted"
                } else {
                    "solid accent"
                };
                let width = end - PAD;
                let _ = write!(
                    svg.out,
                    "<rect class=\"{class}\" x=\"{PAD}\" y=\"{top}\" width=\"{width:.1}\" height=\"10\"/>"
                );
                svg.line("muted", (PAD, top - 2.0), (PAD, top + 12.0));
            }
            // A length from nowhere in particular would mean nothing.
            Scale::Log => {
                svg.line("muted dash", (PAD, top + 5.0), (end, top + 5.0));
                svg.dot("solid accent", end, top + 5.0);
            }
        }
        svg.height += 18.0;
    }
    let y = svg.height + 2.0;
    svg.line("muted", (PAD, y), (WIDTH - PAD, y));
    for (i, tick) in axis.ticks.iter().enumerate() {
        let x = place(*tick);
        svg.line("muted", (x, y), (x, y + 4.0));
        let anchor = match i {
            0 => "start",
            _ if i + 1 == axis.ticks.len() => "end",
            _ => "",
        };
        svg.text(&format!("{anchor} mono muted"), x, y + LINE, &shown(*tick));
    }
    svg.text("end muted", WIDTH - PAD, y + 2.0 * LINE, &axis.name(unit));
    svg.height = y + 2.0 * LINE + 4.0;
    svg.finish(label)
}

/// A line for each row over the places of `x`, with a legend below.
fn draw_lines(plot: &Plot, axis: &Axis, unit: &str, label: &str) -> String {
    let (left, right) = (PAD + widest(&axis.ticks) + 4.0, WIDTH - 2.0 * PAD);
    let (top, bottom) = (LINE + 10.0, LINE + 170.0);
    let (first, last) = (&plot.x[0], &plot.x[plot.x.len() - 1]);
    let x = |value: f64| left + (value - first.value) / (last.value - first.value) * (right - left);
    let y = |value: f64| bottom - axis.place(value) * (bottom - top);
    let mut svg = Svg {
        out: String::new(),
        height: bottom,
    };
    svg.text("start muted", PAD, LINE - 3.0, &axis.name(unit));
    for tick in &axis.ticks {
        svg.line("grid", (left, y(*tick)), (right, y(*tick)));
        svg.text("end mono muted", left - 4.0, y(*tick) + 4.0, &shown(*tick));
    }
    for (i, number) in labeled(&plot.x, right - left) {
        let x = x(number.value);
        svg.line("muted", (x, bottom), (x, bottom + 4.0));
        let anchor = match i {
            0 => "start",
            _ if i + 1 == plot.x.len() => "end",
            _ => "",
        };
        // The ends stand a little outside of the plot, where there is room.
        let x = x + match anchor {
            "start" => -4.0,
            "end" => PAD,
            _ => 0.0,
        };
        svg.text(
            &format!("{anchor} mono muted"),
            x,
            bottom + LINE + 2.0,
            &number.text,
        );
    }
    svg.height = bottom + LINE + 8.0;
    for (i, (name, series)) in plot.rows.iter().enumerate() {
        let class = format!("series-{}", i + 1);
        let points: Vec<_> = series
            .iter()
            .zip(&plot.x)
            .map(|(y_at, x_at)| (x(x_at.value), y(y_at.value)))
            .collect();
        let path: Vec<_> = points
            .iter()
            .map(|(x, y)| format!("{x:.1} {y:.1}"))
            .collect();
        let _ = write!(
            svg.out,
            "<path class=\"wire {class}\" d=\"M{}\"/>",
            path.join("L")
        );
        if let Some((x, y)) = points.last() {
            svg.dot(&format!("solid {class}"), *x, *y);
        }
        let most = format!("most {}", most(series).text);
        let lines = wrap(name, WIDTH - 2.0 * PAD - 36.0, text_width(&most) + CHAR);
        for (n, line) in lines.iter().enumerate() {
            svg.height += LINE;
            if n == 0 {
                svg.line(
                    &class,
                    (PAD, svg.height - 4.0),
                    (PAD + 28.0, svg.height - 4.0),
                );
            }
            svg.text("start mono", PAD + 36.0, svg.height, line);
        }
        svg.text("end mono", WIDTH - PAD, svg.height, &most);
    }
    svg.height += 6.0;
    svg.finish(label)
}

/// Those of the places on an axis of `length` that get a label: evenly many, so that they do not touch.
fn labeled(x: &[Number], length: f64) -> impl Iterator<Item = (usize, &Number)> {
    let widest = x
        .iter()
        .map(|number| text_width(&number.text))
        .fold(0.0, f64::max);
    let last = x.len() - 1;
    let span = x[last].value - x[0].value;
    let fits = |stride: &usize| {
        let picked: Vec<_> = x.iter().step_by(*stride).collect();
        let apart = |pair: &[&Number]| (pair[1].value - pair[0].value) / span * length;
        picked.windows(2).all(|pair| apart(pair) >= 1.5 * widest)
    };
    let mut strides = (1..=last).filter(|stride| last.is_multiple_of(*stride));
    let stride = strides.find(fits).unwrap_or(last);
    x.iter().enumerate().step_by(stride)
}

fn most(series: &[Number]) -> &Number {
    let most = series.iter().max_by(|a, b| a.value.total_cmp(&b.value));
    most.expect("a series without a number is refused")
}

/// What stands in the figure: the caption, the plots side by side where there is room, and their numbers.
fn html(block: &Block, plots: &[Plot]) -> String {
    let unit = block.unit.get_ref();
    let values = plots
        .iter()
        .flat_map(|plot| &plot.rows)
        .flat_map(|(_, numbers)| numbers);
    let axis = Axis::over(
        values.map(|number| number.value),
        block.scale,
        unit,
        WIDTH - 2.0 * PAD,
    );
    let (mut pictures, mut tables) = (String::new(), String::new());
    for plot in plots {
        let differs = |part: usize| {
            plots
                .iter()
                .any(|other| other.heads[part] != plot.heads[part])
        };
        let head: Vec<_> = (0..plot.heads.len())
            .filter(|part| differs(*part))
            .map(|part| &*plot.heads[part])
            .collect();
        let head = head.join(", ");
        let label = format!(
            "{}{}",
            if head.is_empty() {
                String::new()
            } else {
                format!("{head}. ")
            },
            described(block, plot)
        );
        let picture = match plot.x.is_empty() {
            true => draw_bars(plot, &axis, unit, &label),
            false => draw_lines(plot, &axis, unit, &label),
        };
        let title = match head.is_empty() {
            true => String::new(),
            false => format!("<p class=\"plot-title\">{}</p>", escape(&head)),
        };
        let _ = write!(pictures, "<div class=\"plot\">{title}{picture}</div>");
        tables += &table(block, plot, &head);
    }
    format!(
        "<figcaption><strong>{}.</strong> {}</figcaption><div class=\"plots\">{pictures}</div>\
         <details><summary>The numbers</summary>{tables}</details>",
        prose(&block.title),
        prose(&block.caption),
    )
}

/// What a plot shows, for those who do not see it.
fn described(block: &Block, plot: &Plot) -> String {
    let title = block.title.replace('`', "");
    let rows: Vec<_> = plot
        .rows
        .iter()
        .map(|(label, numbers)| match plot.x.is_empty() {
            true => format!("{label} {}", numbers[0].text),
            false => format!(
                "{label} up to {}, until {}",
                most(numbers).text,
                plot.x[numbers.len() - 1].text
            ),
        })
        .collect();
    format!("{title}: {}.", rows.join("; "))
}

/// The numbers of a plot: a row for each bar, or for each place on the axis under the lines, since a phone has more
/// room downwards.
fn table(block: &Block, plot: &Plot, head: &str) -> String {
    let unit = block.unit.get_ref();
    let row = |tag: &str, first: &str, cells: &[String]| {
        let open = match tag {
            "th" => "<th scope=\"col\">",
            _ => "<td>",
        };
        let cells: String = cells
            .iter()
            .map(|cell| format!("{open}{cell}</{tag}>"))
            .collect();
        format!("<tr>{first}{cells}</tr>")
    };
    let name = |name: &str| format!("<th scope=\"row\">{}</th>", escape(name));
    let (top, rows): (String, Vec<String>) = match plot.x.is_empty() {
        true => {
            let rows = plot.rows.iter();
            let rows =
                rows.map(|(label, numbers)| row("td", &name(label), &[escape(&numbers[0].text)]));
            (
                row("th", "<td></td>", &[prose(&block.title)]),
                rows.collect(),
            )
        }
        false => {
            // The unit stands once, at the top.
            let own = format!(" {unit}");
            let cell = |number: Option<&Number>| {
                let text = number.map_or("-", |number| &*number.text);
                escape(text.strip_suffix(&own).unwrap_or(text))
            };
            let rows = plot.x.iter().enumerate().map(|(i, x)| {
                let cells = plot.rows.iter();
                let cells: Vec<_> = cells.map(|(_, numbers)| cell(numbers.get(i))).collect();
                row("td", &name(&x.text), &cells)
            });
            let labels: Vec<_> = plot.rows.iter().map(|(label, _)| escape(label)).collect();
            let first = format!("<th scope=\"col\">{}</th>", escape(unit));
            (row("th", &first, &labels), rows.collect())
        }
    };
    let caption = match head {
        "" => String::new(),
        head => format!("<caption>{}</caption>", escape(head)),
    };
    format!(
        "<div class=\"table-wrapper\"><table>{caption}<thead>{top}</thead><tbody>{}</tbody></table></div>",
        rows.concat()
    )
}

/// Text with `code` in it, as HTML.
fn prose(text: &str) -> String {
    let parts = text.split('`').enumerate();
    let parts = parts.map(|(i, part)| match i % 2 {
        0 => escape(part),
        _ => format!("<code>{}</code>", escape(part)),
    });
    parts.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_with_their_units() {
        let found = |line: &str, unit: &str| -> Vec<_> {
            let tokens = tokens(line, 0, unit);
            let numbers = tokens.into_iter().filter_map(|token| {
                let (value, unit) = token.number?;
                Some((value, unit.unwrap_or_default(), token.below))
            });
            numbers.collect()
        };
        let one = |value: f64, unit: &str, below| vec![(value, unit.to_owned(), below)];
        assert_eq!(found("121205 KiB", "MiB"), one(121_205.0, "KiB", false));
        assert_eq!(found("a 1,000 items", "items"), one(1000.0, "items", false));
        assert_eq!(found("1,000 items", "rows"), one(1000.0, "", false));
        assert_eq!(found("<1 MiB", "MiB"), one(1.0, "MiB", true));
        assert_eq!(found("under 32 KiB", "KiB"), one(32.0, "KiB", true));
        assert_eq!(found("over 512 KiB", "KiB"), one(512.0, "KiB", false));
        assert_eq!(
            found("~64 MiB 500+", "MiB")[1],
            (500.0, String::new(), false)
        );
        assert_eq!(found("2.5×", "×"), one(2.5, "×", false));
        // The unit is the next word, and no word further away.
        assert_eq!(found("10  ms", "ms"), one(10.0, "", false));
        for word in [
            "stuck",
            "-",
            "channel(16)",
            "1e3",
            "inf",
            "NaN",
            "x1",
            "",
            "1.2.3",
            "10.0k",
        ] {
            assert_eq!(found(word, "k"), [], "{word}");
        }
    }

    #[test]
    fn a_tick_is_written_with_commas_and_without_noise() {
        for (value, text) in [
            (0.0, "0"),
            (0.1 + 0.2, "0.3"),
            (999.0, "999"),
            (1000.0, "1,000"),
            (12_345_678.0, "12,345,678"),
            (1234.5, "1,234.5"),
        ] {
            assert_eq!(shown(value), text);
        }
    }

    /// Each size from a thousandth to a quadrillion, and what stands between the powers of ten.
    fn sizes() -> impl Iterator<Item = f64> {
        let steps = [1.0, 1.01, 1.99, 2.5, 4.9, 7.3, 9.99];
        (-3..=15).flat_map(move |e| steps.map(|step| step * 10_f64.powi(e)))
    }

    #[test]
    fn ticks_reach_over_every_value_and_keep_their_labels_apart() {
        for most in sizes().chain([0.0]) {
            for (scale, unit) in [
                (Scale::Linear, "MiB"),
                (Scale::Linear, "ms"),
                (Scale::Log, "ms"),
            ] {
                let least = if most > 0.0 { most / 1e6 } else { 1.0 };
                let values = [least, most.max(least)];
                let axis = Axis::over(values.into_iter(), scale, unit, 312.0);
                let (ticks, at) = (
                    &axis.ticks,
                    format!("{values:?} {scale:?} {unit}: {:?}", axis.ticks),
                );
                assert!(ticks.len() >= 2 && ticks.len() <= 20, "{at}");
                assert!(ticks.windows(2).all(|pair| pair[0] < pair[1]), "{at}");
                let edge = 1.0 + 1e-9;
                assert!(ticks[ticks.len() - 1] * edge >= values[1], "{at}");
                if scale == Scale::Log {
                    assert!(ticks[0] <= values[0] * edge, "{at}");
                } else {
                    assert_eq!(ticks[0], 0.0, "{at}");
                    // No more than half of the axis is empty.
                    assert!(
                        most == 0.0 || most * 2.0 * edge >= ticks[ticks.len() - 1],
                        "{at}"
                    );
                }
                if ticks.len() > 2 {
                    for pair in ticks.windows(2) {
                        let apart = (axis.place(pair[1]) - axis.place(pair[0])) * 312.0;
                        assert!(apart + 1e-6 >= label_room(&pair[..1]), "{at}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_place_is_on_the_axis() {
        let axis = Axis::over([3.0, 100.0].into_iter(), Scale::Linear, "ms", 312.0);
        assert_eq!(
            (axis.place(0.0), axis.place(50.0), axis.place(100.0)),
            (0.0, 0.5, 1.0)
        );
        let axis = Axis::over([1.0, 100.0].into_iter(), Scale::Log, "ms", 312.0);
        assert_eq!(
            (axis.place(1.0), axis.place(10.0), axis.place(100.0)),
            (0.0, 0.5, 1.0)
        );
    }

    /// The value of an attribute in the tag `tag`.
    fn attribute(tag: &str, name: &str) -> f64 {
        let start = tag.find(&format!(" {name}=\"")).expect(tag) + name.len() + 3;
        let end = start + tag[start..].find('"').expect(tag);
        tag[start..end].parse().expect(tag)
    }

    /// Holds that everything in `svg` is inside its viewBox, and that no text runs into another.
    fn fits(svg: &str) {
        let height = attribute(svg, "height");
        let mut texts: Vec<(f64, f64, f64)> = Vec::new();
        for tag in svg.split('<').skip(2) {
            let inside = |x: f64, y: f64| {
                assert!(
                    (0.0..=WIDTH).contains(&x) && (0.0..=height).contains(&y),
                    "{x} {y}: {tag}\n{svg}"
                );
            };
            if tag.starts_with("text") {
                let (x, y) = (attribute(tag, "x"), attribute(tag, "y"));
                let text = tag.split_once('>').expect(tag).1;
                let text = text
                    .replace("&lt;", "<")
                    .replace("&gt;", ">")
                    .replace("&amp;", "&");
                let width = text_width(&text);
                let left = match () {
                    () if tag.contains("start") => x,
                    () if tag.contains("end") => x - width,
                    () => x - width / 2.0,
                };
                inside(left, y - 12.0);
                inside(left + width, y + 3.0);
                for (other, from, to) in &texts {
                    let apart = (y - other).abs() >= 11.0 || left >= *to || left + width <= *from;
                    assert!(apart, "{text} runs into another text\n{svg}");
                }
                texts.push((y, left, left + width));
            } else if tag.starts_with("rect") {
                let (x, y) = (attribute(tag, "x"), attribute(tag, "y"));
                inside(x, y);
                inside(x + attribute(tag, "width"), y + attribute(tag, "height"));
            } else if tag.starts_with("circle") {
                let (x, y) = (attribute(tag, "cx"), attribute(tag, "cy"));
                inside(x - 3.5, y - 3.5);
                inside(x + 3.5, y + 3.5);
            } else if tag.starts_with("line") {
                inside(attribute(tag, "x1"), attribute(tag, "y1"));
                inside(attribute(tag, "x2"), attribute(tag, "y2"));
            } else if tag.starts_with("path") {
                let path = tag
                    .split("d=\"M")
                    .nth(1)
                    .and_then(|rest| rest.split('"').next());
                for point in path.expect(tag).split('L') {
                    let (x, y) = point.split_once(' ').expect(tag);
                    inside(x.parse().expect(tag), y.parse().expect(tag));
                }
            }
        }
        assert!(!texts.is_empty(), "{svg}");
    }

    #[test]
    fn whatever_the_labels_and_numbers_nothing_leaves_the_plot_or_touches() {
        let labels = [
            "a",
            "a row of two & three <words>",
            &"word ".repeat(20),
            &"x".repeat(90),
        ];
        for most in sizes() {
            for scale in [Scale::Linear, Scale::Log] {
                for unit in ["MiB", "requests"] {
                    let numbers = [most, most / 3.0, most / 1e5].map(|value| Number {
                        text: format!("{value:.3} {unit}"),
                        value,
                        below: value < most,
                    });
                    let rows: Vec<_> = labels
                        .iter()
                        .map(|label| ((*label).to_owned(), numbers.to_vec()))
                        .collect();
                    // A recorded line has 80 columns, so its places are short.
                    let x = [0.0, most.min(1e9) / 2.0, most.min(1e9)].map(|value| Number {
                        text: format!("{value:.0} ms"),
                        value,
                        below: false,
                    });
                    let values = numbers.iter().map(|number| number.value);
                    let axis = Axis::over(values, scale, unit, WIDTH - 2.0 * PAD);
                    let mut plot = Plot {
                        name: "a".to_owned(),
                        command: "a".to_owned(),
                        heads: vec![],
                        x: x.to_vec(),
                        rows,
                    };
                    fits(&draw_lines(&plot, &axis, unit, "a"));
                    plot.x.clear();
                    fits(&draw_bars(&plot, &axis, unit, "a"));
                }
            }
        }
    }

    #[test]
    fn text_may_have_code_in_it() {
        assert_eq!(prose("a `b<c>` & d"), "a <code>b&lt;c&gt;</code> &amp; d");
    }
}
