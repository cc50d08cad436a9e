//! Files from one place to another.

use std::io::IsTerminal;
use std::time::{Duration, Instant};

use anyhow::bail;
use indicatif::ProgressBar;
use server::Server;
use server::files::moving::{self, Moved};
use server::files::place::Place;
use server::files::store::Store;

/// Which way, seen from the place that the settings name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    /// To the other.
    To,
    /// From the other.
    From,
    /// From the other, which is emptied.
    FromAndEmpty,
}

/// Moves every file and tells what came of it. Fails when one is missing or damaged, so that a script notices.
pub(crate) async fn shift(server: &Server, other: &Place, direction: Direction) -> anyhow::Result<()> {
    let (ours, started) = (&server.config.files, Instant::now());
    let (from, to) = if direction == Direction::To { (ours, other) } else { (other, ours) };
    let bar = if std::io::stderr().is_terminal() { ProgressBar::new_spinner() } else { ProgressBar::hidden() };
    bar.enable_steady_tick(Duration::from_millis(200));
    let progress = |moved: &Moved| bar.set_message(format!("{} files, {} copied, {} removed", moved.files, moved.copied, moved.removed));
    let outcome = match direction {
        Direction::To => moving::copy(server, &server.files, &Store::open(other)?, progress).await,
        Direction::From => moving::copy(server, &Store::open(other)?, &server.files, progress).await,
        Direction::FromAndEmpty => moving::remove(server, other, progress).await,
    };
    bar.finish_and_clear();
    server.db.close().await;
    let moved = outcome?;
    for hash in &moved.missing {
        println!("{hash} is not in {from}");
    }
    for hash in &moved.changed {
        println!("{hash} is not what was stored in {from}");
    }
    let seconds = started.elapsed().as_secs_f64();
    println!("{to}: {} files, {} bytes, each read back; {} copied now in {seconds:.1} s", moved.files, moved.bytes, moved.copied);
    if direction == Direction::FromAndEmpty && moved.whole() {
        println!("{from}: {} removed, {} left", moved.removed, moved.left);
    }
    if !moved.whole() {
        bail!("{} missing, {} damaged; nothing was removed", moved.missing.len(), moved.changed.len());
    }
    Ok(())
}
