//! What a lab is: its controls, its presets, what a run of it leaves, and what is shown of that.

use crate::draw;
use futures::FutureExt;
use serde_json::{Map, Value as Json};

/// One lab. Everything that the page needs is in here; the page itself knows no lab.
#[derive(Debug)]
pub struct Lab {
    /// As in `<!-- lab NAME -->`: lower case, hyphens.
    pub name: &'static str,
    /// What it is called on the page.
    pub title: &'static str,
    /// What the picture shows, for all its moments: names, colors, axes.
    pub caption: &'static str,
    /// How a run is played.
    pub pace: Pace,
    /// The position of the figure that stands where nothing can be touched; [`END`] for the last.
    pub figure_at: u32,
    /// What the reader sets.
    pub controls: &'static [Control],
    /// What the reader tries first. The first of them gives the figure and must be the defaults.
    pub presets: &'static [Preset],
    /// The whole simulation, for [`trace`](Self::trace). The same values give the same trace, on every machine.
    pub run: fn(&Values) -> Box<dyn Trace>,
}

impl Lab {
    /// The whole simulation of `values`, for whoever calls: also within a task of a tokio runtime, whose budget for
    /// its channels a simulation would use up, and then wait forever.
    ///
    /// # Panics
    /// Never: nothing is awaited.
    pub fn trace(&self, values: &Values) -> Box<dyn Trace> {
        let run = tokio::task::unconstrained(async { (self.run)(values) });
        run.now_or_never().expect("nothing is awaited")
    }
}

/// The last position of every run.
pub const END: u32 = u32::MAX;

/// What positions mean.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// What one position is: `ms` of virtual time, or `step`.
    pub unit: &'static str,
    /// How far the buttons *Step* and *Back* go.
    pub step: u32,
    /// How many positions go by in a second of play.
    pub per_second: u32,
}

/// What one run left.
pub trait Trace {
    /// The last position; the first is 0.
    fn end(&self) -> u32;
    /// The picture and its words at position `at`, which is at most [`end`](Self::end).
    fn frame(&self, at: u32) -> Frame;
    /// The numbers that questions ask for, by name, of the whole run.
    fn measures(&self) -> Vec<(&'static str, f64)>;
}

/// One moment of a run.
#[derive(Debug)]
pub struct Frame {
    /// One `<svg>` element: see [`draw::Svg`].
    pub svg: String,
    /// What the picture shows, in one to three sentences.
    pub summary: String,
    /// The numbers behind the picture.
    pub table: Table,
}

/// Rows of text under a header.
#[derive(Debug, Default)]
pub struct Table {
    /// The columns' names.
    pub head: Vec<String>,
    /// As many cells in each as in `head`; the first names the row.
    pub rows: Vec<Vec<String>>,
}

impl Table {
    /// As HTML, on one line.
    pub fn html(&self) -> String {
        let mut html = "<table><thead><tr>".to_owned();
        for name in &self.head {
            html += &format!("<th scope=\"col\">{}</th>", draw::escape(name));
        }
        html += "</tr></thead><tbody>";
        for row in &self.rows {
            html += "<tr>";
            for (i, cell) in row.iter().enumerate() {
                let cell = draw::escape(cell);
                html += &match i {
                    0 => format!("<th scope=\"row\">{cell}</th>"),
                    _ => format!("<td>{cell}</td>"),
                };
            }
            html += "</tr>";
        }
        html + "</tbody></table>"
    }
}

/// One thing that the reader sets.
#[derive(Debug)]
pub struct Control {
    /// In requests and in the address: short, lower case.
    pub name: &'static str,
    /// On the page.
    pub label: &'static str,
    /// What can be set.
    pub kind: Kind,
}

/// The kinds of control, each a native input.
#[derive(Debug)]
pub enum Kind {
    /// A slider over whole numbers.
    Range {
        /// The smallest.
        min: i64,
        /// The largest.
        max: i64,
        /// From one to the next.
        step: i64,
        /// Stands after the number; may be empty.
        unit: &'static str,
        /// Where it stands at first.
        default: i64,
    },
    /// One of a few.
    Choice {
        /// Names and labels.
        options: &'static [(&'static str, &'static str)],
        /// The name of the one chosen at first.
        default: &'static str,
    },
    /// A text that the reader types.
    Text {
        /// How many characters are taken; the rest is cut off.
        max: usize,
        /// What stands there at first.
        default: &'static str,
    },
}

/// A choice of values under a name, and what to predict of them.
#[derive(Debug)]
pub struct Preset {
    /// On the button.
    pub label: &'static str,
    /// By control; the others are set to their defaults.
    pub values: &'static [(&'static str, &'static str)],
    /// What the reader may answer before it runs.
    pub question: Question,
}

/// A question whose answer is a number of the run.
#[derive(Debug)]
pub struct Question {
    /// Ends with a question mark.
    pub ask: &'static str,
    /// Of the answer: `items`, `ms`.
    pub unit: &'static str,
    /// Which of [`Trace::measures`] answers it.
    pub measure: &'static str,
}

#[derive(Debug, Clone, PartialEq)]
enum Value {
    Number(i64),
    Text(String),
}

/// One value for each control of a lab.
#[derive(Debug, Clone, PartialEq)]
pub struct Values(Vec<(&'static str, Value)>);

impl Values {
    /// From a request. What is missing or not understood is the default, and what is out of range
    /// the nearest that is in it: an address that somebody typed is no error.
    pub fn read(lab: &Lab, given: &Map<String, Json>) -> Self {
        let value = |control: &'static Control| {
            let text = match given.get(control.name) {
                Some(Json::String(text)) => Some(text.clone()),
                Some(Json::Number(number)) => Some(number.to_string()),
                _ => None,
            };
            let value = match control.kind {
                Kind::Range {
                    min,
                    max,
                    step,
                    default,
                    ..
                } => {
                    let number = text.and_then(|text| text.parse::<i64>().ok());
                    let number = number.unwrap_or(default).clamp(min, max);
                    Value::Number(min + (number - min) / step * step)
                }
                Kind::Choice { options, default } => {
                    let text = text.unwrap_or_default();
                    let known = options.iter().find(|(name, _)| *name == text);
                    Value::Text(known.map_or(default, |(name, _)| name).to_owned())
                }
                Kind::Text { max, default } => {
                    let text = text.unwrap_or_else(|| default.to_owned());
                    Value::Text(text.chars().take(max).collect())
                }
            };
            (control.name, value)
        };
        Self(lab.controls.iter().map(value).collect())
    }

    /// Those of a preset.
    pub fn of(lab: &Lab, preset: &Preset) -> Self {
        let values = preset.values.iter();
        let values = values.map(|(name, value)| ((*name).to_owned(), Json::from(*value)));
        Self::read(lab, &values.collect())
    }

    /// What a [`Kind::Range`] stands at.
    ///
    /// # Panics
    /// The lab has no range called `name`.
    pub fn number(&self, name: &str) -> i64 {
        match self.get(name) {
            Value::Number(number) => *number,
            Value::Text(_) => panic!("`{name}` is not a range"),
        }
    }

    /// The name of a [`Kind::Choice`]'s option, or a [`Kind::Text`].
    ///
    /// # Panics
    /// The lab has no choice and no text called `name`.
    pub fn text(&self, name: &str) -> &str {
        match self.get(name) {
            Value::Text(text) => text,
            Value::Number(_) => panic!("`{name}` is a range"),
        }
    }

    fn get(&self, name: &str) -> &Value {
        let found = self.0.iter().find(|(known, _)| *known == name);
        &found.unwrap_or_else(|| panic!("no control `{name}`")).1
    }
}
