//! Labs: the HTML of one in a page, and the model that the page's script loads.
//!
//! A lab stands in a page as a figure with its summary and its numbers, drawn here. Its controls are
//! hidden until the script of the theme has the model, `lab-NAME.js`: the same lab as WebAssembly.
//! Without the model the page is the same, and the figure stays.

use anyhow::{Context, Result, bail};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use lab::draw::escape;
use lab::{Control, Kind, Lab, Preset, Values};
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::Mutex;

/// The file of a lab's model in the site, which `theme/lab.js` asks for.
pub fn model_file(lab: &str) -> String {
    format!("lab-{lab}.js")
}

const TARGET: &str = "wasm32-unknown-unknown";

/// The name in a line `<!-- lab NAME -->`.
pub fn named(comment: &str) -> Option<&str> {
    let name = comment.strip_prefix("<!-- lab ")?.strip_suffix("-->")?;
    Some(name.trim())
}

/// The lab's name that is nearest to a mistyped one.
pub fn nearest(name: &str) -> &'static str {
    let distance = |lab: &&&Lab| strsim::damerau_levenshtein(lab.name, name);
    lab::LABS.iter().min_by_key(distance).map_or("", |l| l.name)
}

/// A lab as it stands in a page: without a blank line, which would end the HTML for Markdown.
pub fn html(lab: &'static Lab) -> String {
    let first = lab.presets.first();
    let values = match first {
        Some(preset) => Values::of(lab, preset),
        None => Values::read(lab, &serde_json::Map::new()),
    };
    let trace = lab.trace(&values);
    let frame = trace.frame(lab.figure_at.min(trace.end()));
    let (name, title) = (lab.name, escape(lab.title));
    let (unit, step, pace) = (lab.pace.unit, lab.pace.step, lab.pace.per_second);
    let presets: String = lab.presets.iter().map(preset).collect();
    let controls: String = lab.controls.iter().map(control).collect();
    format!(
        "<section class=\"lab\" data-lab=\"{name}\" data-unit=\"{unit}\" data-step=\"{step}\" data-pace=\"{pace}\" \
         aria-label=\"Lab: {title}\">\n\
         <p class=\"lab-title\">Lab: {title}</p>\n\
         <form class=\"lab-form\" autocomplete=\"off\">\n\
         <div class=\"lab-try\" hidden>\n\
         <fieldset><legend>Try</legend><div class=\"lab-presets\">{presets}</div></fieldset>\n\
         <div class=\"lab-question\" hidden><label><span></span> <input type=\"number\" step=\"any\"></label> \
         <span class=\"lab-unit\"></span> <button type=\"submit\">Run</button></div>\n\
         <p class=\"lab-verdict\" role=\"status\"></p>\n\
         </div>\n\
         <figure class=\"lab-view diagram\"><div class=\"lab-picture\">{}</div>\n\
         <div class=\"lab-play\" hidden><button type=\"button\" data-do=\"play\">Play</button>\
         <button type=\"button\" data-do=\"back\">Back</button>\
         <button type=\"button\" data-do=\"step\">Step</button>\
         <button type=\"button\" data-do=\"reset\">Reset</button>\
         <label class=\"lab-time\"><span>{}</span> <input type=\"range\" min=\"0\" max=\"{}\" step=\"{step}\"></label>\
         <output aria-live=\"off\"></output></div>\n\
         <p class=\"lab-summary\">{}</p>\n\
         <figcaption>{}</figcaption></figure>\n\
         <fieldset class=\"lab-controls\" hidden><legend>Change</legend>{controls}</fieldset>\n\
         </form>\n\
         <details class=\"lab-numbers\"><summary>The numbers</summary><div class=\"table-wrapper\">{}</div></details>\n\
         </section>\n",
        frame.svg,
        if unit == "ms" { "Time" } else { "Step" },
        trace.end(),
        escape(&frame.summary),
        escape(lab.caption),
        frame.table.html(),
    )
}

fn preset(preset: &Preset) -> String {
    let values = preset.values.iter();
    let values: serde_json::Map<_, _> = values
        .map(|(name, value)| ((*name).to_owned(), (*value).into()))
        .collect();
    let values = serde_json::Value::from(values).to_string();
    let question = &preset.question;
    format!(
        "<button type=\"button\" data-values=\"{}\" data-ask=\"{}\" data-unit=\"{}\" data-measure=\"{}\" \
         aria-pressed=\"false\">{}</button>",
        escape(&values),
        escape(question.ask),
        escape(question.unit),
        question.measure,
        escape(preset.label),
    )
}

fn control(control: &Control) -> String {
    let (name, label) = (control.name, escape(control.label));
    let (input, output) = match control.kind {
        Kind::Range {
            min,
            max,
            step,
            unit,
            default,
        } => {
            let input = format!(
                "<input type=\"range\" name=\"{name}\" min=\"{min}\" max=\"{max}\" step=\"{step}\" value=\"{default}\">"
            );
            let shown = format!("{default} {unit}");
            let output = format!(
                "<output aria-live=\"off\" data-unit=\"{}\">{}</output>",
                escape(unit),
                shown.trim()
            );
            (input, output)
        }
        Kind::Choice { options, default } => {
            let mut input = format!("<select name=\"{name}\">");
            for (value, label) in options {
                let selected = if *value == default { " selected" } else { "" };
                let label = escape(label);
                let _ = write!(
                    input,
                    "<option value=\"{value}\"{selected}>{label}</option>"
                );
            }
            (input + "</select>", String::new())
        }
        Kind::Text { max, default } => {
            // The line break of HTML after the tag is not content; a blank line would end the HTML.
            let text = escape(default).replace('\n', "&#10;");
            let input = format!(
                "<textarea name=\"{name}\" rows=\"2\" maxlength=\"{max}\" spellcheck=\"false\">{text}</textarea>"
            );
            (input, String::new())
        }
    };
    format!("<div class=\"lab-control\"><label><span>{label}</span> {input}</label>{output}</div>")
}

/// What [`write_models`] found.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Built {
    /// A file's name and what is in it.
    Scripts(Vec<(String, String)>),
    /// Why there is none, and what to do.
    Missing(String),
}

/// Puts the models into `site`, if they can be made here: a book without them is a book with figures.
///
/// They are made once in a process: the figures come from the labs that are compiled into it, and
/// who changes a lab starts it again.
///
/// # Errors
/// The labs do not compile, or a file cannot be written.
pub fn write_models(root: &Path, site: &Path) -> Result<()> {
    static MADE: Mutex<Option<(PathBuf, Built)>> = Mutex::new(None);
    let mut made = MADE.lock().unwrap_or_else(|broken| broken.into_inner());
    let built = match &*made {
        Some((of, built)) if of == root => built.clone(),
        _ => {
            let built = make_models(root)?;
            if let Built::Missing(why) = &built {
                eprintln!("{why}");
            }
            *made = Some((root.to_owned(), built.clone()));
            built
        }
    };
    if let Built::Scripts(scripts) = built {
        for (name, script) in scripts {
            std::fs::write(site.join(&name), script)
                .with_context(|| format!("cannot write {name}"))?;
        }
    }
    Ok(())
}

fn make_models(root: &Path) -> Result<Built> {
    if !root.join("crates/lab/Cargo.toml").is_file() {
        let why = "The labs of this book stay figures: it has no crates/lab.";
        return Ok(Built::Missing(why.to_owned()));
    }
    if !has_target(root) {
        return Ok(Built::Missing(format!(
            "The labs stay figures until you add a target to Rust: rustup target add {TARGET}"
        )));
    }
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command
        .args(["build", "--package", "lab", "--bins", "--features", "pages"])
        .args(["--target", TARGET, "--profile", "lab"])
        .arg("--message-format=json-render-diagnostics")
        .current_dir(root)
        .stdin(Stdio::null());
    // The first time takes as long as a few crates do.
    eprintln!("Compiling the labs …");
    let output = command.output().context("cannot start cargo")?;
    if !output.status.success() {
        bail!("the labs do not compile for {TARGET}:\n{}", said(&output));
    }
    let mut scripts = Vec::new();
    for file in wasm_files(&output.stdout) {
        let name = file.file_stem().unwrap_or_default().to_string_lossy();
        let wasm =
            std::fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?;
        // A classic script: a page from `file://` may neither fetch a file nor import a module.
        let wasm = STANDARD.encode(wasm);
        let script = format!("(window.lab_models ??= {{}})['{name}'] = '{wasm}';\n");
        scripts.push((model_file(&name), script));
    }
    Ok(Built::Scripts(scripts))
}

/// Whether Rust's library for the target is there.
fn has_target(root: &Path) -> bool {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc)
        .args(["--print", "target-libdir", "--target", TARGET])
        .current_dir(root)
        .stdin(Stdio::null())
        .output();
    output.is_ok_and(|output| {
        let path = String::from_utf8_lossy(&output.stdout);
        output.status.success() && Path::new(path.trim_end()).is_dir()
    })
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// The files that cargo's messages name: where its folder is, only cargo knows.
fn wasm_files(messages: &[u8]) -> Vec<PathBuf> {
    let messages = String::from_utf8_lossy(messages);
    let messages = messages
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
    let files = messages.filter_map(|message| message.get("filenames")?.as_array().cloned());
    let files = files
        .flatten()
        .filter_map(|file| Some(PathBuf::from(file.as_str()?)));
    files
        .filter(|file| file.extension().is_some_and(|kind| kind == "wasm"))
        .collect()
}
