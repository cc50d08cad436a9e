//! Pictures of what people upload, and the text of their PDFs, for the eyes of staff.
//!
//! Foreign bytes are never handed to a browser for display: each page is drawn anew, here, by libraries without unsafe code, in a
//! process of its own that holds no secret, opens no file and no socket, and is ended when it takes too long or too much memory.
//! Whatever a file tries, the worst that comes of it is that it has no picture.

pub mod child;
mod pdf;
mod photo;

use std::path::PathBuf;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::Semaphore;

/// The widest picture, in pixels: a page of A4 at 150 dpi.
const WIDEST: u32 = 1_240;
/// The most pages that are drawn or read; a proof of payment has one or two.
pub const MOST_PAGES: usize = 20;
/// The most characters of one file.
const MOST_TEXT: usize = 200_000;
/// How long one answer may take. A page of a scanner takes a tenth of it.
const PATIENCE: Duration = Duration::from_secs(15);
/// The most bytes of an answer.
const LARGEST_ANSWER: u64 = 24 * 1024 * 1024;
/// How many are drawn at once: they are the server's processors, too.
const AT_ONCE: usize = 2;
/// Places on a page are told in this many parts of its width and height.
pub const PARTS: u16 = 10_000;

/// A file as it can be shown.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Paper {
    /// Its pages, in order, [`MOST_PAGES`] at most.
    pub pages: Vec<Page>,
    /// How many it has altogether.
    pub of: usize,
}

/// A page.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page {
    /// Width of its picture in pixels.
    pub width: u32,
    /// Height of its picture in pixels.
    pub height: u32,
    /// What is written on it, from the top; nothing for a photo.
    pub lines: Vec<Line>,
}

/// Words that stand beside each other. Places are in [`PARTS`] of the page.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// The words, one space between any two.
    pub text: String,
    /// Where the line begins, from the top.
    pub top: u16,
    /// Where it ends.
    pub bottom: u16,
    /// Where each character begins, from the left, and where the last one ends: one more than characters.
    pub edges: Vec<u16>,
}

/// A page drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// `image/png` or `image/jpeg`.
    pub media_type: &'static str,
    /// Its bytes, made here.
    pub bytes: Vec<u8>,
}

/// Why a file has no picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum Failure {
    /// Its bytes are not what they should be, or nothing here draws their like.
    #[error("not readable")]
    Unreadable,
    /// It takes too long, or too much memory.
    #[error("too heavy")]
    Heavy,
}

/// What is asked of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Task {
    /// Its pages, and what is written on them.
    Read,
    /// The picture of a page, counted from nought.
    Draw(usize),
}

/// Whoever draws.
#[derive(Clone, Debug)]
pub struct Pictures {
    program: Option<PathBuf>,
    at_once: Arc<Semaphore>,
}

impl Default for Pictures {
    fn default() -> Self {
        Self { program: None, at_once: Arc::new(Semaphore::new(AT_ONCE)) }
    }
}

impl Pictures {
    /// Draws in a child process of this program, whose word `picture` is [`child::work`]. Without it drawing happens in the process
    /// itself, which is for tests: nothing could end it.
    #[must_use]
    pub fn by(program: PathBuf) -> Self {
        Self { program: Some(program), ..Self::default() }
    }

    /// The pages of a file and what is written on them.
    ///
    /// # Errors
    /// [`Failure`].
    pub async fn read(&self, media_type: &str, bytes: Vec<u8>) -> Result<Paper, Failure> {
        let answer = self.ask(Task::Read, media_type, bytes).await?;
        serde_json::from_slice(&answer).map_err(|_| Failure::Unreadable)
    }

    /// The picture of a page, counted from nought.
    ///
    /// # Errors
    /// [`Failure`], also for a page that is not there.
    pub async fn draw(&self, media_type: &str, bytes: Vec<u8>, page: usize) -> Result<Picture, Failure> {
        let bytes = self.ask(Task::Draw(page), media_type, bytes).await?;
        let media_type = if bytes.starts_with(b"\x89PNG") { "image/png" } else { "image/jpeg" };
        Ok(Picture { media_type, bytes })
    }

    async fn ask(&self, task: Task, media_type: &str, bytes: Vec<u8>) -> Result<Vec<u8>, Failure> {
        let _turn = self.at_once.acquire().await.map_err(|_| Failure::Heavy)?;
        let Some(program) = &self.program else {
            let media_type = media_type.to_owned();
            let answer = tokio::task::spawn_blocking(move || child::answer(task, &media_type, bytes));
            return tokio::time::timeout(PATIENCE, answer).await.map_err(|_| Failure::Heavy)?.map_err(|_| Failure::Unreadable)?;
        };
        let mut child = tokio::process::Command::new(program);
        child.arg("picture").args(child::words(task)).arg(media_type);
        // Nothing of what the server knows goes along. The allocator is not to reserve a gigabyte at once, which the limit would count.
        child
            .env_clear()
            .env("MIMALLOC_ARENA_EAGER_COMMIT", "0")
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true);
        let mut child = child.spawn().map_err(|error| {
            tracing::error!(%error, "no process to draw in");
            // It is nothing about the file: it is tried again.
            Failure::Heavy
        })?;
        let (stdin, stdout) = (child.stdin.take(), child.stdout.take());
        let (Some(mut stdin), Some(stdout)) = (stdin, stdout) else { return Err(Failure::Heavy) };
        let mut stdout = stdout.take(LARGEST_ANSWER);
        let talk = async {
            let mut answer = Vec::new();
            // A child that gives up early reads no further: what it answered counts.
            let (_, read) = tokio::join!(
                async {
                    let _ = stdin.write_all(&bytes).await;
                    drop(stdin);
                },
                stdout.read_to_end(&mut answer)
            );
            read.map_err(|_| Failure::Heavy)?;
            let status = child.wait().await.map_err(|_| Failure::Heavy)?;
            match status.code() {
                Some(0) => Ok(answer),
                Some(child::UNREADABLE) => Err(Failure::Unreadable),
                // Ended by a limit it ran into.
                _ => Err(Failure::Heavy),
            }
        };
        tokio::time::timeout(PATIENCE, talk).await.map_err(|_| Failure::Heavy)?
    }
}
