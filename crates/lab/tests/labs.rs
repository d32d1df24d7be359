//! What every lab keeps: it answers the same each time, draws well-formed pictures, and stays small.

use lab::{Control, Frame, Kind, LABS, Lab, Values};
use serde_json::{Map, Value as Json, json};
use std::collections::HashSet;

/// The largest picture, in bytes: it is parsed up to 60 times a second.
const MAX_SVG: usize = 24 * 1024;
/// The largest answer, in bytes.
const MAX_ANSWER: usize = 64 * 1024;
/// The longest summary, in characters: it is spoken.
const MAX_SUMMARY: usize = 300;

fn each_preset() -> impl Iterator<Item = (&'static Lab, &'static lab::Preset)> {
    LABS.iter()
        .flat_map(|lab| lab.presets.iter().map(|preset| (*lab, preset)))
}

fn request(lab: &Lab, values: &Map<String, Json>, at: u32) -> String {
    json!({ "lab": lab.name, "values": values, "at": at }).to_string()
}

fn preset_values(preset: &lab::Preset) -> Map<String, Json> {
    let values = preset.values.iter();
    values
        .map(|(name, value)| ((*name).to_owned(), json!(value)))
        .collect()
}

/// The values that a reader can push each control to, one control at a time and all together.
fn extremes(lab: &Lab) -> Vec<Map<String, Json>> {
    let ends = |control: &Control| match control.kind {
        Kind::Range { min, max, .. } => vec![json!(min), json!(max)],
        Kind::Choice { options, .. } => options.iter().map(|(name, _)| json!(name)).collect(),
        Kind::Text { max, .. } => vec![json!(""), json!("é\n<&\"\u{1F980}".repeat(max))],
    };
    let mut all = Vec::new();
    for control in lab.controls {
        for end in ends(control) {
            all.push(Map::from_iter([(control.name.to_owned(), end)]));
        }
    }
    // All at one end, with each option of each choice.
    for last in [false, true] {
        let every = lab.controls.iter().filter_map(|control| {
            let ends = ends(control);
            let end = if last { ends.last() } else { ends.first() };
            Some((control.name.to_owned(), end?.clone()))
        });
        let every = Map::from_iter(every);
        for control in lab.controls {
            if let Kind::Choice { options, .. } = control.kind {
                for (option, _) in options {
                    let mut values = every.clone();
                    values.insert(control.name.to_owned(), json!(option));
                    all.push(values);
                }
            }
        }
        all.push(every);
    }
    all
}

#[test]
fn names_and_presets_fit() {
    let names: HashSet<_> = LABS.iter().map(|lab| lab.name).collect();
    assert_eq!(names.len(), LABS.len());
    for lab in LABS {
        let is_name = |name: &str| {
            !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'-')
        };
        assert!(is_name(lab.name), "{}", lab.name);
        let controls: HashSet<_> = lab.controls.iter().map(|control| control.name).collect();
        assert_eq!(controls.len(), lab.controls.len(), "{}", lab.name);
        for control in lab.controls {
            assert!(is_name(control.name), "{}", control.name);
            // `lab` is the lab's own name in the address.
            assert_ne!(control.name, "lab");
            let fits = match control.kind {
                Kind::Range {
                    min,
                    max,
                    step,
                    default,
                    ..
                } => min <= default && default <= max && (default - min) % step == 0,
                Kind::Choice { options, default } => options.iter().any(|(n, _)| *n == default),
                // A blank line would end the HTML that the page is written in.
                Kind::Text { max, default } => {
                    default.chars().count() <= max && !default.contains("\n\n")
                }
            };
            assert!(fits, "{}: the default of {}", lab.name, control.name);
        }
        assert!(lab.pace.step > 0 && lab.pace.per_second > 0);
        let first = lab.presets.first().expect("a lab has presets");
        let defaults = Values::read(lab, &Map::new());
        assert_eq!(Values::of(lab, first), defaults, "{}", lab.name);
    }
    for (lab, preset) in each_preset() {
        for (name, value) in preset.values {
            let control = lab.controls.iter().find(|control| control.name == *name);
            let kind = &control.expect("a preset sets controls").kind;
            let values = Values::of(lab, preset);
            let taken = match kind {
                Kind::Range { .. } => values.number(name).to_string(),
                Kind::Choice { .. } | Kind::Text { .. } => values.text(name).to_owned(),
            };
            assert_eq!(taken, *value, "{}: {}: {name}", lab.name, preset.label);
        }
    }
}

#[test]
fn every_question_has_an_answer() {
    for (lab, preset) in each_preset() {
        let question = &preset.question;
        let trace = lab.trace(&Values::of(lab, preset));
        let measures = trace.measures();
        let found = measures.iter().find(|(name, _)| *name == question.measure);
        let (_, value) = found.unwrap_or_else(|| panic!("{}: no {}", lab.name, question.measure));
        assert!(value.is_finite() && *value >= 0.0);
        assert!(question.ask.ends_with('?'), "{}", question.ask);
    }
}

#[test]
fn the_same_request_gives_the_same_answer() {
    for (lab, preset) in each_preset() {
        let values = preset_values(preset);
        let first = lab::answer(&request(lab, &values, 3));
        // From the kept run, and from a new one.
        assert_eq!(lab::answer(&request(lab, &values, 3)), first);
        let again = std::thread::spawn({
            let request = request(lab, &values, 3);
            move || lab::answer(&request)
        });
        assert_eq!(again.join().unwrap(), first);
        assert!(!first.contains("\"error\""), "{first}");
    }
}

#[track_caller]
fn check(lab: &Lab, values: &Map<String, Json>, frame: &Frame) {
    let about = format!("{}, {values:?}", lab.name);
    let svg =
        roxmltree::Document::parse(&frame.svg).unwrap_or_else(|error| panic!("{about}: {error}"));
    for node in svg.descendants() {
        for attribute in node.attributes() {
            let name = attribute.name();
            assert!(
                !matches!(name, "style" | "fill" | "stroke" | "id"),
                "{about}: {name}"
            );
            assert!(
                !attribute.value().contains("NaN") && !attribute.value().contains("inf"),
                "{about}"
            );
        }
    }
    for shape in svg.root_element().children() {
        assert!(
            shape.is_element() && shape.children().all(|child| child.is_text()),
            "{about}: the page's script takes shapes apart that have nothing but text in them"
        );
    }
    assert!(
        frame.svg.len() <= MAX_SVG,
        "{about}: {} bytes",
        frame.svg.len()
    );
    assert!(
        !frame.svg.contains('\n'),
        "{about}: the page's Markdown needs it on one line"
    );
    let words = frame.summary.chars().count();
    assert!(
        (20..=MAX_SUMMARY).contains(&words),
        "{about}: {}",
        frame.summary
    );
    assert!(!frame.summary.contains('\n'), "{about}");
    let columns = frame.table.head.len();
    assert!(
        columns > 1 && frame.table.rows.iter().all(|row| row.len() == columns),
        "{about}"
    );
    roxmltree::Document::parse(&frame.table.html())
        .unwrap_or_else(|error| panic!("{about}: {error}"));
}

#[test]
fn pictures_are_well_formed_and_small_however_the_controls_stand() {
    for lab in LABS {
        let presets = lab.presets.iter().map(preset_values);
        for values in presets.chain(extremes(lab)) {
            let trace = lab.trace(&Values::read(lab, &values));
            for at in [0, 1, trace.end() / 3, trace.end()] {
                check(lab, &values, &trace.frame(at.min(trace.end())));
            }
            let answer = lab::answer(&request(lab, &values, trace.end()));
            assert!(
                answer.len() <= MAX_ANSWER,
                "{}: {} bytes",
                lab.name,
                answer.len()
            );
        }
    }
}

#[test]
fn what_is_out_of_range_is_brought_in() {
    for lab in LABS {
        for control in lab.controls {
            let wild = [
                json!(i64::MAX),
                json!(i64::MIN),
                json!("?"),
                json!(null),
                json!([1]),
            ];
            for value in wild {
                let given = Map::from_iter([(control.name.to_owned(), value)]);
                let values = Values::read(lab, &given);
                match control.kind {
                    Kind::Range { min, max, .. } => {
                        assert!((min..=max).contains(&values.number(control.name)));
                    }
                    Kind::Choice { options, .. } => {
                        let name = values.text(control.name);
                        assert!(options.iter().any(|(known, _)| *known == name));
                    }
                    Kind::Text { max, .. } => {
                        assert!(values.text(control.name).chars().count() <= max);
                    }
                }
            }
        }
    }
}

#[test]
fn what_is_not_a_request_is_an_error() {
    let long = format!("{{\"lab\": \"{}\"}}", "x".repeat(lab::MAX_REQUEST));
    for request in [
        "",
        "{",
        "[]",
        "{}",
        "{\"lab\": 1}",
        "{\"lab\": \"no-such\"}",
        &long,
    ] {
        let answer: Map<String, Json> = serde_json::from_str(&lab::answer(request)).unwrap();
        assert_eq!(answer.len(), 1, "{request}");
        assert!(answer["error"].is_string(), "{request}");
    }
    // A position past the end is the end.
    let name = LABS[0].name;
    let past = lab::answer(&json!({ "lab": name, "at": u64::MAX }).to_string());
    assert_eq!(past, lab::answer(&json!({ "lab": name }).to_string()));
}

#[test]
fn every_lab_has_a_module_for_its_page() {
    let manifest = include_str!("../Cargo.toml");
    for lab in LABS {
        let file = lab.name.replace('-', "_");
        let bin = format!(
            "[[bin]]\nname = \"{}\"\npath = \"pages/{file}.rs\"\nrequired-features = [\"pages\"]\n",
            lab.name
        );
        assert!(manifest.contains(&bin), "missing in Cargo.toml:\n{bin}");
        let page = std::fs::read_to_string(format!("pages/{file}.rs")).unwrap();
        assert!(
            page.contains(&format!("page!(&lab::{file}::LAB)")),
            "{file}: {page}"
        );
    }
}

/// As where a test of a page asks, or a server.
#[test]
fn a_task_of_a_runtime_gets_the_same_answer() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    for (lab, preset) in each_preset() {
        let request = json!({ "lab": lab.name, "values": preset_values(preset) }).to_string();
        // Another lab in between: an answer that is remembered would prove nothing.
        let other = LABS.iter().find(|other| other.name != lab.name).unwrap();
        let outside = lab::answer(&request);
        lab::answer(&json!({ "lab": other.name }).to_string());
        let inside = runtime.block_on(async { lab::answer(&request) });
        assert!(inside == outside, "{}: {}", lab.name, preset.label);
    }
}
