//! Data in and out: imports, the demo, checks, backups.

use std::fs::File;
use std::io::{self, IsTerminal, Read};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use indicatif::{ProgressBar, ProgressStyle};
use server::config::Config;
use server::imports::{self, Format, Kind, Options};
use server::reconciliation;
use server::sessions::Hand;
use server::texts::{self, Locale};
use server::{Server, audit, backup as backups, demo as demonstration, exports, files, ledger};

/// A format's word.
pub(crate) fn format(word: &str) -> Result<Format, String> {
    match word {
        "auto" => Ok(Format::Auto),
        "csv" => Ok(Format::Csv),
        "json" => Ok(Format::JsonLines),
        _ => Err("expected auto, csv or json".into()),
    }
}

/// Imports a file and tells what came of it. Fails when lines were refused, so that a script notices.
pub(crate) async fn import(server: &Server, kind: Kind, file: &Path, format: Format, refused: Option<PathBuf>) -> anyhow::Result<()> {
    let l = reader();
    let from_stdin = file == Path::new("-");
    let (input, size, folder): (Box<dyn Read + Send>, u64, Option<PathBuf>) = if from_stdin {
        (Box::new(io::stdin()), 0, std::env::current_dir().ok())
    } else {
        let opened = File::open(file).with_context(|| file.display().to_string())?;
        let size = opened.metadata()?.len();
        let folder = file.canonicalize()?.parent().map(Path::to_owned);
        (Box::new(opened), size, folder)
    };
    let refused_to = refused.unwrap_or_else(|| {
        if from_stdin { PathBuf::from("refused.csv") } else { PathBuf::from(format!("{}.refused.csv", file.display())) }
    });
    let mut refused_lines = LateFile { path: &refused_to, file: None };
    let bar = progress_bar(size);
    let started = Instant::now();
    let options = Options { format, folder, refused: Some(&mut refused_lines), locale: l };
    let outcome = imports::run(server, kind, input, options, |progress| bar.set_position(progress.bytes)).await;
    bar.finish_and_clear();
    let report = outcome.map_err(|error| anyhow::anyhow!(error.told(l)))?;
    for warning in &report.warnings {
        eprintln!("{}", warning.told(l));
    }
    for refusal in &report.refusals {
        eprintln!("{}", refusal.told(l));
    }
    let counts = report.counts;
    let seconds = started.elapsed().as_secs_f64();
    println!(
        "{}: {} lines in {seconds:.1} s: {} new, {} changed, {} unchanged, {} refused",
        kind.as_str(),
        counts.lines,
        counts.created,
        counts.updated,
        counts.unchanged,
        counts.refused
    );
    if counts.refused > 0 {
        bail!("refused lines are in {}", refused_to.display());
    }
    Ok(())
}

/// Applies return files, each by itself, and tells what came of them. Fails when one was refused, so that a script notices.
pub(crate) async fn reconcile(server: &Server, files: &[PathBuf], dry_run: bool, late: bool) -> anyhow::Result<()> {
    let l = reader();
    let mut refused = 0;
    for file in files {
        let bytes = std::fs::read(file).with_context(|| file.display().to_string())?;
        let name = file.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        let started = Instant::now();
        let bar = progress_bar(u64::try_from(bytes.len())?);
        let options = reconciliation::Options { late };
        let size = bytes.len();
        let outcome = if dry_run {
            reconciliation::preview(server, Hand::Terminal, &name, bytes, options).await
        } else {
            let progress = |done: usize, all: usize| bar.set_position(u64::try_from(size / all.max(1) * done).unwrap_or(0));
            reconciliation::apply(server, Hand::Terminal, &name, bytes, options, progress).await
        };
        bar.finish_and_clear();
        match outcome {
            Ok(report) => tell(&report, l, started.elapsed()),
            Err(reason) => {
                refused += 1;
                eprintln!("{name}: {}", reason.told(l, server.config.time_zone));
            }
        }
    }
    if refused > 0 {
        bail!("{refused} of {} files were not applied", files.len());
    }
    Ok(())
}

fn tell(report: &reconciliation::Report, l: Locale, took: Duration) {
    for warning in &report.warnings {
        eprintln!("{}", warning.told(l));
    }
    let seconds = took.as_secs_f64();
    let what = if report.id.is_some() { "" } else { ", nothing written" };
    println!("{}: bank {}, {} lines, {} titles in {seconds:.1} s{what}", report.name, report.bank, report.lines, report.events);
    for (outcome, count, paid) in &report.counts {
        println!("  {count:>7}  {:>18}  {}", texts::money(l, *paid), reconciliation::outcome(l, *outcome));
    }
    println!(
        "  {:>7}  {:>18}  paid, of which {} fees; {} credited",
        report.events,
        texts::money(l, report.paid),
        texts::money(l, report.fees),
        texts::money(l, report.credited)
    );
}

/// Makes a file for other systems, and tells how much is in it.
pub(crate) async fn export(
    server: &Server,
    kind: exports::Kind,
    period: exports::Period,
    format: exports::Format,
    out: Option<PathBuf>,
) -> anyhow::Result<()> {
    let made = exports::export(server, Hand::Terminal, kind, period, format).await?;
    let out = out.unwrap_or_else(|| PathBuf::from(&made.file.name));
    let mut from = made.file.file.into_std().await;
    if out == Path::new("-") {
        io::copy(&mut from, &mut io::stdout().lock())?;
    } else {
        // Never over another file: it may be one that was sent already.
        let mut file = File::create_new(&out).with_context(|| out.display().to_string())?;
        io::copy(&mut from, &mut file)?;
        file.sync_all()?;
    }
    eprintln!("{}: {} rows, {}", out.display(), made.rows, texts::money(reader(), made.sum));
    server.db.close().await;
    Ok(())
}

/// The terminal's language: `LANG` as everywhere, Portuguese when it says nothing.
pub(super) fn reader() -> Locale {
    std::env::var("LC_ALL").or_else(|_| std::env::var("LANG")).ok().and_then(|tag| Locale::of_tag(&tag)).unwrap_or_default()
}

/// A file that is made when the first byte is written to it.
struct LateFile<'a> {
    path: &'a Path,
    file: Option<File>,
}

impl io::Write for LateFile<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.file.is_none() {
            self.file = Some(File::create(self.path)?);
        }
        self.file.as_mut().map_or(Ok(0), |file| file.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.as_mut().map_or(Ok(()), io::Write::flush)
    }
}

/// A bar on a terminal, nothing in a script.
fn progress_bar(size: u64) -> ProgressBar {
    if !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = if size == 0 { ProgressBar::new_spinner() } else { ProgressBar::new(size) };
    if let Ok(style) = ProgressStyle::with_template("{bar:40} {bytes}/{total_bytes} {eta}") {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

/// Makes the demonstration; says nothing new where it is already.
pub(crate) async fn demo(server: &Server, scale: u32, seed: u64) -> anyhow::Result<()> {
    let started = Instant::now();
    let bar = progress_bar(0);
    let made = demonstration::create(server, seed, scale, |_| bar.tick()).await?;
    bar.finish_and_clear();
    if made {
        println!("demonstration: made in {:.1} s", started.elapsed().as_secs_f64());
    }
    server.db.close().await;
    Ok(())
}

/// Checks what must be true of the data, whoever wrote it.
pub(crate) async fn verify(server: &Server) -> anyhow::Result<()> {
    let mut conn = server.db.read().await?;
    let chain = audit::verify(&mut conn).await?;
    drop(conn);
    let wrong = ledger::verify(server).await?;
    match chain {
        audit::Chain::Whole { events } => println!("audit trail: whole, {events} events"),
        audit::Chain::Broken { seq } => println!("audit trail: broken at event {seq}"),
    }
    for bill in &wrong {
        println!("ledger: the balance of bill {bill} is not the sum of its entries");
    }
    if wrong.is_empty() {
        println!("ledger: every balance is the sum of its entries");
    }
    let files = files::verify(server).await?;
    for hash in &files.missing {
        println!("files: {hash} is not there");
    }
    for hash in &files.changed {
        println!("files: {hash} is not what was stored");
    }
    let damaged = files.missing.len() + files.changed.len();
    if damaged == 0 {
        println!("files: whole, {} of them, {} bytes", files.files, files.bytes);
    }
    if matches!(chain, audit::Chain::Broken { .. }) || !wrong.is_empty() || damaged > 0 {
        bail!("the data was changed from outside");
    }
    Ok(())
}

/// Writes a backup.
pub(crate) async fn backup(server: &Server, file: &Path) -> anyhow::Result<()> {
    let manifest = backups::save(server, file).await.with_context(|| file.display().to_string())?;
    println!(
        "{}: {} entries. Keep the secret key in another place: sealed data opens with nothing else.",
        file.display(),
        manifest.entries.len()
    );
    Ok(())
}

/// Puts a backup back.
pub(crate) async fn restore(config: &Config, file: &Path) -> anyhow::Result<()> {
    let manifest = backups::restore(config, file).await.with_context(|| file.display().to_string())?;
    println!("{}: restored as of {}", file.display(), manifest.made_at);
    Ok(())
}
