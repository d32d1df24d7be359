//! The book's labs: simulations that a reader changes and watches.
//!
//! A lab runs real code, `tokio::sync` channels above all, on a virtual clock, and draws what it did.
//! The same code runs natively, where the book is built and tested, and as WebAssembly in the page.
//!
//! `README.md` of this package says how to add one.

pub mod clock;
pub mod draw;
mod model;

pub mod bucket;
pub mod chunk_knife;
mod feed;
pub mod frame_decoder;
pub mod half_close;
pub mod head_of_line;
pub mod line_knife;
pub mod pin_map;
pub mod pipe_of_tanks;
pub mod poll_timeline;
pub mod select_stepper;
pub mod three_gauges;
mod typed;

pub use model::{Control, END, Frame, Kind, Lab, Pace, Preset, Question, Table, Trace, Values};

use serde_json::{Map, Value as Json, json};
use std::cell::RefCell;

/// Every lab.
pub static LABS: &[&Lab] = &[
    &bucket::LAB,
    &chunk_knife::LAB,
    &line_knife::LAB,
    &frame_decoder::LAB,
    &pin_map::LAB,
    &poll_timeline::LAB,
    &select_stepper::LAB,
    &head_of_line::LAB,
    &half_close::LAB,
    &pipe_of_tanks::LAB,
    &three_gauges::LAB,
];

/// The lab called `name`.
pub fn find(name: &str) -> Option<&'static Lab> {
    named(LABS, name)
}

fn named(labs: &[&'static Lab], name: &str) -> Option<&'static Lab> {
    labs.iter().copied().find(|lab| lab.name == name)
}

/// The longest request that is answered, in bytes.
pub const MAX_REQUEST: usize = 64 * 1024;

/// A run, and what it is a run of.
struct Run {
    lab: &'static str,
    values: Values,
    trace: Box<dyn Trace>,
    answers: Json,
}

thread_local! {
    /// A lab that plays asks for frame after frame of the same run.
    static LAST: RefCell<Option<Run>> = const { RefCell::new(None) };
}

/// Answers a request in JSON, `{"lab": "bucket", "values": {"made": 1000}, "at": 500}`, with the
/// frame at a position, or the last without `at`: `{"svg", "summary", "table", "end", "answers"}`.
/// `table` is HTML, `answers` has [`Trace::measures`]. A request that is not understood gives `{"error"}`.
///
/// Native code and the page's WebAssembly give the same answer; only the order of its keys is not said.
pub fn answer(request: &str) -> String {
    answer_of(LABS, request)
}

/// [`answer`] where `labs` are all there are.
pub fn answer_of(labs: &[&'static Lab], request: &str) -> String {
    let answer = frame(labs, request).unwrap_or_else(|error| json!({ "error": error }));
    answer.to_string()
}

fn frame(labs: &[&'static Lab], request: &str) -> Result<Json, String> {
    if request.len() > MAX_REQUEST {
        return Err(format!("the request is longer than {MAX_REQUEST} bytes"));
    }
    let request: Map<String, Json> =
        serde_json::from_str(request).map_err(|error| format!("not a request: {error}"))?;
    let name = request.get("lab").and_then(Json::as_str);
    let name = name.ok_or("the request names no lab")?;
    let lab = named(labs, name).ok_or_else(|| format!("there is no lab `{name}`"))?;
    let empty = Map::new();
    let given = request.get("values").and_then(Json::as_object);
    let values = Values::read(lab, given.unwrap_or(&empty));
    let at = request.get("at").and_then(Json::as_u64);

    LAST.with_borrow_mut(|last| {
        let same = |run: &Run| run.lab == lab.name && run.values == values;
        let run = match last.take().filter(same) {
            Some(run) => run,
            None => {
                let trace = lab.trace(&values);
                let answers = trace.measures().into_iter();
                let answers = answers.map(|(name, value)| (name.to_owned(), Json::from(value)));
                Run {
                    lab: lab.name,
                    answers: answers.collect::<Map<_, _>>().into(),
                    values,
                    trace,
                }
            }
        };
        let end = run.trace.end();
        let at = at.and_then(|at| u32::try_from(at).ok()).unwrap_or(END);
        let frame = run.trace.frame(at.min(end));
        let answer = json!({
            "svg": frame.svg,
            "summary": frame.summary,
            "table": frame.table.html(),
            "end": end,
            "answers": run.answers,
        });
        *last = Some(run);
        Ok(answer)
    })
}

/// Makes a WebAssembly module of one lab, for a page that loads this lab and no other.
///
/// Numbers go in and out, so that neither side needs generated bindings: `push` takes a request byte by
/// byte, `call` answers it and gives the answer's length, and `answer` says where the answer begins,
/// which holds until the next `call`.
#[macro_export]
macro_rules! page {
    ($lab:expr) => {
        #[unsafe(no_mangle)]
        extern "C" fn push(byte: u8) {
            $crate::page::push(byte);
        }

        #[unsafe(no_mangle)]
        extern "C" fn call() -> usize {
            $crate::page::call($lab)
        }

        #[unsafe(no_mangle)]
        extern "C" fn answer() -> *const u8 {
            $crate::page::answer()
        }
    };
}

/// What [`page!`] puts into a module.
#[doc(hidden)]
pub mod page {
    use crate::Lab;
    use std::cell::RefCell;

    thread_local! {
        static REQUEST: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
        static ANSWER: RefCell<String> = const { RefCell::new(String::new()) };
    }

    pub fn push(byte: u8) {
        REQUEST.with_borrow_mut(|request| {
            // One too many is kept, and refused.
            if request.len() <= crate::MAX_REQUEST {
                request.push(byte);
            }
        });
    }

    pub fn call(lab: &'static Lab) -> usize {
        let request = REQUEST.take();
        let answer = crate::answer_of(&[lab], &String::from_utf8_lossy(&request));
        let length = answer.len();
        ANSWER.set(answer);
        length
    }

    pub fn answer() -> *const u8 {
        ANSWER.with_borrow(|answer| answer.as_ptr())
    }
}
