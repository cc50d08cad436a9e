//! The process that draws. It gives up every right it does not need before it looks at the first byte, answers one question, and ends.

use std::io::{Read, Write};

use rustix::process::{Resource, Rlimit, setrlimit};

use super::{Failure, Task, pdf, photo};
use crate::files::LARGEST;

/// How the process ends when the file cannot be read: as `sysexits.h` calls wrong input.
pub(super) const UNREADABLE: i32 = 65;
/// Bytes of memory: a photo of 50 megapixels in four bytes a pixel, twice, and room.
const MEMORY: u64 = 768 * 1024 * 1024;
/// Seconds of a processor.
const SECONDS: u64 = 12;

/// What the process is started with, after `picture`: what to do, and then what the file is.
pub(super) fn words(task: Task) -> [String; 1] {
    match task {
        Task::Read => ["read".to_owned()],
        Task::Draw(page) => [page.to_string()],
    }
}

/// Reads a file from standard input, answers on standard output, and says how the process is to end. For the word `picture` of `emdia`,
/// which people do not call.
#[must_use]
pub fn work(task: &str, media_type: &str) -> i32 {
    let task = match task.parse() {
        Ok(page) => Task::Draw(page),
        Err(_) => Task::Read,
    };
    let limit = |most| Rlimit { current: Some(most), maximum: Some(most) };
    // No new file, no socket, no child, nothing written: what is open stays open.
    let limits = [
        (Resource::Data, MEMORY),
        (Resource::Cpu, SECONDS),
        (Resource::Fsize, 0),
        (Resource::Core, 0),
        (Resource::Nofile, 3),
        (Resource::Nproc, 0),
    ];
    for (resource, most) in limits {
        if setrlimit(resource, limit(most)).is_err() {
            return 1;
        }
    }
    let mut bytes = Vec::new();
    if std::io::stdin().lock().take(u64::from(LARGEST) + 1).read_to_end(&mut bytes).is_err() {
        return 1;
    }
    match answer(task, media_type, bytes) {
        Ok(answer) if std::io::stdout().lock().write_all(&answer).is_ok() => 0,
        Ok(_) => 1,
        Err(_) => UNREADABLE,
    }
}

/// What the process answers: a [`super::Paper`] as JSON, or a picture.
pub(super) fn answer(task: Task, media_type: &str, bytes: Vec<u8>) -> Result<Vec<u8>, Failure> {
    match (task, media_type) {
        (Task::Read, "application/pdf") => as_json(&pdf::read(bytes)?),
        (Task::Read, _) => as_json(&photo::measure(media_type, &bytes)?),
        (Task::Draw(page), "application/pdf") => pdf::draw(bytes, page),
        (Task::Draw(0), _) => photo::draw(media_type, &bytes),
        (Task::Draw(_), _) => Err(Failure::Unreadable),
    }
}

fn as_json(paper: &super::Paper) -> Result<Vec<u8>, Failure> {
    serde_json::to_vec(paper).map_err(|_| Failure::Unreadable)
}
