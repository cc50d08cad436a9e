//! The native side: `emdia-differential SEED COUNT` prints the digests, `emdia-differential SEED case NUMBER` one case.

use std::process::ExitCode;

use emdia_differential::{digests, outcome};

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let number = |at: usize| words.get(at).and_then(|word: &String| word.parse().ok());
    match (number(0), words.get(1).map(String::as_str), number(1), number(2)) {
        (Some(seed), Some("case"), _, Some(at)) => println!("{}", outcome(seed, at)),
        (Some(seed), _, Some(count), _) => print!("{}", digests(seed, count)),
        _ => return ExitCode::FAILURE,
    }
    ExitCode::SUCCESS
}
