//! The arguments of a test binary, as libtest has them.

use std::ffi::OsString;

/// What was asked for.
#[derive(Debug, Default, Clone)]
pub(crate) struct Args {
    pub filters: Vec<String>,
    pub skip: Vec<String>,
    pub exact: bool,
    pub list: bool,
    pub ignored: bool,
    pub help: bool,
    pub nocapture: bool,
    pub quiet: bool,
    pub format: Format,
    pub color: Color,
    pub threads: Option<usize>,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    #[default]
    Pretty,
    Terse,
    Json,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Color {
    #[default]
    Auto,
    Always,
    Never,
}

pub(crate) const HELP: &str = "\
Usage: cargo test -p EXERCISE [FILTER]... [-- OPTIONS]

Grades the exercise: every case, or those whose name contains a FILTER.

Options, after `--`:
    --exact               a FILTER is a whole name
    --skip FILTER         leave these cases out
    --list                name the cases and grade nothing
    --nocapture           show what the solution prints, as it prints it
    --format FORMAT       pretty, terse, or json (the report, on standard output)
    --test-threads N      cases at the same time
    --color WHEN          auto, always, never (NO_COLOR is honored)
    -q, --quiet           the verdict alone
    -h, --help            this text

The report is also written to target/report-cards/EXERCISE/, as JSON.
";

impl Args {
    pub(crate) fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Args, String> {
        let mut out = Args::default();
        let mut args = args.into_iter().map(|a| a.to_string_lossy().into_owned());
        while let Some(arg) = args.next() {
            let (name, inline) = match arg.split_once('=') {
                Some((name, value)) if name.starts_with('-') => (name, Some(value.to_string())),
                _ => (arg.as_str(), None),
            };
            let mut value = || {
                inline
                    .clone()
                    .or_else(|| args.next())
                    .ok_or_else(|| format!("{name} needs a value; --help lists the options"))
            };
            match name {
                "--exact" => out.exact = true,
                "--list" => out.list = true,
                "--nocapture" | "--no-capture" => out.nocapture = true,
                "-q" | "--quiet" => out.quiet = true,
                "-h" | "--help" => out.help = true,
                "--ignored" => out.ignored = true,
                "--skip" => out.skip.push(value()?),
                "--test-threads" => {
                    let n = value()?;
                    let n = n.parse().ok().filter(|&n| n > 0);
                    out.threads = Some(n.ok_or("--test-threads needs a number above 0")?);
                }
                "--format" => {
                    out.format = match value()?.as_str() {
                        "pretty" => Format::Pretty,
                        "terse" => Format::Terse,
                        "json" => Format::Json,
                        other => {
                            return Err(format!("no format {other:?}: pretty, terse or json"));
                        }
                    }
                }
                "--color" => {
                    out.color = match value()?.as_str() {
                        "auto" => Color::Auto,
                        "always" => Color::Always,
                        "never" => Color::Never,
                        other => return Err(format!("no color {other:?}: auto, always or never")),
                    }
                }
                // Options of libtest's that change nothing here, so that tools which pass them work.
                "--include-ignored"
                | "--test"
                | "--bench"
                | "--show-output"
                | "--report-time"
                | "--ensure-time"
                | "--shuffle"
                | "--force-run-in-process"
                | "--exclude-should-panic" => {}
                "--logfile" | "--shuffle-seed" | "-Z" => {
                    value()?;
                }
                _ if name.starts_with('-') => {
                    return Err(format!("unknown option {name}; --help lists the options"));
                }
                _ => out.filters.push(arg),
            }
        }
        Ok(out)
    }

    pub(crate) fn selects(&self, name: &str) -> bool {
        let hit = |filter: &String| {
            if self.exact {
                name == filter
            } else {
                name.contains(filter.as_str())
            }
        };
        // No case is ignored, so `--ignored` alone selects none.
        !self.ignored
            && (self.filters.is_empty() || self.filters.iter().any(hit))
            && !self.skip.iter().any(hit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(args: &[&str]) -> Result<Args, String> {
        Args::parse(args.iter().map(OsString::from))
    }

    #[test]
    fn several_filters_and_skips() {
        let args = parse(&["lines", "byte", "--skip", "empty", "--skip=last"]).unwrap();
        assert!(args.selects("many_lines") && args.selects("one_byte"));
        assert!(
            !args.selects("other") && !args.selects("empty_lines") && !args.selects("last_byte")
        );
    }

    #[test]
    fn exact_is_the_whole_name() {
        let args = parse(&["--exact", "lines"]).unwrap();
        assert!(args.selects("lines") && !args.selects("many_lines"));
    }

    #[test]
    fn what_cargo_and_nextest_pass() {
        assert!(parse(&["--list", "--format", "terse"]).unwrap().list);
        assert!(
            parse(&["--list", "--format", "terse", "--ignored"])
                .unwrap()
                .ignored
        );
        assert!(parse(&["one", "--exact", "--nocapture"]).unwrap().nocapture);
        assert!(parse(&["--no-capture", "--test-threads=2", "-Z", "unstable-options"]).is_ok());
    }

    #[test]
    fn nonsense_is_refused_by_name() {
        assert!(
            parse(&["--frobnicate"])
                .unwrap_err()
                .contains("--frobnicate")
        );
        assert!(parse(&["--skip"]).unwrap_err().contains("--skip"));
        assert!(parse(&["--format", "xml"]).unwrap_err().contains("xml"));
    }
}
