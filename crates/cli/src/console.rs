//! Where things are said: results on standard output, everything else on standard error. Colour only where a terminal
//! shows it and `NO_COLOR` is not set.

use std::io::{self, BufRead as _, BufWriter, IsTerminal as _, Write as _};

use anstyle::{AnsiColor, Style};
use hostconfig::ErrorReport;
use hostconfig::logging::LogLines;
use indicatif::{MultiProgress, ProgressDrawTarget};
use serde::Serialize;

use crate::failure::Failure;
use crate::text;

/// The format of every JSON document.
const FORMAT: u32 = 1;
/// Wider paragraphs are hard to read.
const WIDEST: usize = 110;

pub(crate) const GOOD: Style = AnsiColor::Green.on_default();
pub(crate) const BAD: Style = AnsiColor::Red.on_default().bold();
pub(crate) const WARNING: Style = AnsiColor::Yellow.on_default();
pub(crate) const STRONG: Style = Style::new().bold();

/// Standard output and standard error of this process. Clones share the progress that is drawn.
#[derive(Debug, Clone)]
pub(crate) struct Console {
    /// One JSON document instead of text.
    pub(crate) json: bool,
    /// What is drawn on standard error; it gives way to lines.
    pub(crate) bars: MultiProgress,
}

#[derive(Serialize)]
struct Document<'a, T> {
    format: u32,
    #[serde(flatten)]
    body: &'a T,
}

#[derive(Serialize)]
struct ErrorDocument<'a> {
    error: &'a ErrorReport,
    #[serde(skip_serializing_if = "Option::is_none")]
    certificate: Option<&'a vsphere::Certificate>,
}

impl Console {
    pub(crate) fn new(json: bool) -> Self {
        Self { json, bars: MultiProgress::with_draw_target(ProgressDrawTarget::stderr()) }
    }

    /// A result: `body` as JSON, or else the text. Whoever has seen enough of it changes nothing about what was done.
    pub(crate) fn result<T: Serialize>(
        &self,
        body: &T,
        text: impl FnOnce() -> String,
    ) -> Result<(), Failure> {
        match if self.json { Self::document(body) } else { Self::text(&text()) } {
            Err(failure) if failure.report.code == "output_closed" => Ok(()),
            told => told,
        }
    }

    /// The JSON document.
    pub(crate) fn document<T: Serialize>(body: &T) -> Result<(), Failure> {
        let mut out = BufWriter::new(io::stdout().lock());
        serde_json::to_writer_pretty(&mut out, &Document { format: FORMAT, body })
            .map_err(io::Error::from)?;
        writeln!(out)?;
        Ok(out.flush()?)
    }

    /// The JSON document on one line, for a program that reads it while this one goes on.
    pub(crate) fn line<T: Serialize>(body: &T) -> Result<(), Failure> {
        let mut out = BufWriter::new(io::stdout().lock());
        serde_json::to_writer(&mut out, &Document { format: FORMAT, body }).map_err(io::Error::from)?;
        writeln!(out)?;
        Ok(out.flush()?)
    }

    /// Text on standard output; it ends with a line's end.
    pub(crate) fn text(text: &str) -> Result<(), Failure> {
        let mut out = anstream::stdout().lock();
        out.write_all(text.as_bytes())?;
        Ok(out.flush()?)
    }

    /// A line on standard error. One that cannot be written has nowhere left to be told.
    pub(crate) fn say(&self, line: &str) {
        self.bars.suspend(|| {
            let _ = write_line(line);
        });
    }

    /// What a person types to a question.
    pub(crate) fn answer(&self, question: &str) -> Result<String, Failure> {
        self.say(&text::wrapped(question, error_width(), "  "));
        let mut answer = String::new();
        io::stdin().lock().read_line(&mut answer)?;
        Ok(answer.trim().to_owned())
    }

    /// Whether a person says yes.
    pub(crate) fn ask(&self, question: &str) -> Result<bool, Failure> {
        Ok(matches!(self.answer(question)?.to_lowercase().as_str(), "y" | "yes"))
    }

    /// Takes the log's lines to standard error.
    pub(crate) fn log_lines(&self) -> LogLines {
        let console = self.clone();
        Box::new(move |line| console.say(&text::visible(line)))
    }

    /// Something that the user should know although the work goes on.
    pub(crate) fn warn(&self, message: &str) {
        let message = format!("{WARNING}warning{WARNING:#}: {}", text::visible(message));
        self.say(&text::wrapped(&message, error_width(), "  "));
    }

    /// The same for an error that does not end the work.
    pub(crate) fn warn_of(&self, report: &ErrorReport) {
        let hint = report.hint.as_deref().map(|hint| format!(" {hint}")).unwrap_or_default();
        self.warn(&format!("{}.{hint}", report.message));
    }

    /// Tells why the subcommand failed.
    pub(crate) fn fail(&self, failure: &Failure) {
        let Failure { report, certificate } = failure;
        if self.json {
            // Standard output may be what failed.
            let _ = Self::document(&ErrorDocument { error: report, certificate: certificate.as_deref() });
        }
        if report.code == "cancelled" {
            return self.say("Cancelled.");
        }
        if let Some(certificate) = certificate {
            self.say(&self::certificate(certificate));
        }
        self.say(&told(report, error_width()));
    }
}

/// In one write where no colours are shown: a line is never torn, and costs no more than it must.
fn write_line(line: &str) -> io::Result<()> {
    let stderr = anstream::stderr().lock();
    if stderr.current_choice() != anstream::ColorChoice::Never {
        return writeln!({ stderr }, "{line}");
    }
    let line = anstream::adapter::strip_str(line).to_string() + "\n";
    stderr.into_inner().write_all(line.as_bytes())
}

/// An error as text: what, why, what next.
pub(crate) fn told(report: &ErrorReport, width: usize) -> String {
    let ErrorReport { message, hint, details, .. } = report;
    let mut lines = vec![format!("{BAD}error{BAD:#}: {}", text::visible(message))];
    // Many causes are part of the message already.
    let causes = details.iter().filter(|detail| !message.contains(detail.as_str()));
    lines.extend(causes.map(|detail| format!("  because: {}", text::visible(detail))));
    lines.extend(hint.iter().map(|hint| format!("{STRONG}hint{STRONG:#}: {}", text::visible(hint))));
    let lines: Vec<String> = lines.iter().map(|line| text::wrapped(line, width, "  ")).collect();
    lines.join("\n")
}

/// What an admin compares.
pub(crate) fn certificate(certificate: &vsphere::Certificate) -> String {
    let date = |date: Option<chrono::DateTime<chrono::Utc>>| {
        date.map_or("?".into(), |date| date.format("%Y-%m-%d").to_string())
    };
    let valid = format!("{} to {}", date(certificate.not_before), date(certificate.not_after));
    // Halved, so that the line fits 80 columns and the halves can be compared one by one.
    let sha256 = certificate.sha256.to_string();
    let (first, second) = sha256.split_at(48);
    let pairs = text::pairs(&[
        ("  Subject", certificate.subject.clone()),
        ("  Issuer", certificate.issuer.clone()),
        ("  Valid", valid),
        ("  SHA-256", first.to_owned()),
        ("", second.to_owned()),
        ("  SHA-1", certificate.sha1.to_string()),
    ]);
    let lines = pairs.lines().map(|line| text::wrapped(line, error_width(), "           "));
    std::iter::once("The certificate that the server shows:".to_owned())
        .chain(lines)
        .collect::<Vec<_>>()
        .join("\n")
}

/// The terminal's width on standard output; `None` where it is no terminal.
pub(crate) fn output_width() -> Option<u16> {
    terminal_size::terminal_size_of(io::stdout()).map(|(width, _)| width.0)
}

/// How wide paragraphs on standard output may be. Where they go to a file, a line is a line.
pub(crate) fn text_width() -> usize {
    paragraph(output_width())
}

/// The same on standard error.
pub(crate) fn error_width() -> usize {
    paragraph(terminal_size::terminal_size_of(io::stderr()).map(|(width, _)| width.0))
}

fn paragraph(terminal: Option<u16>) -> usize {
    terminal.map_or(usize::MAX / 2, |width| usize::from(width).clamp(20, WIDEST))
}

/// Whether a person can be asked.
pub(crate) fn can_ask() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}
