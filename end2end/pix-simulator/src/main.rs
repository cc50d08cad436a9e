//! `pix-simulator ADDRESS`: a provider of Pix for demonstrations, with a page that pays. Ends with its terminal, or on SIGTERM.

use std::process::ExitCode;

use pix_simulator::{Settings, Simulator};

#[tokio::main]
async fn main() -> ExitCode {
    let address = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:3001".to_owned());
    let running = match Simulator::new(Settings::default()).start(&address).await {
        Ok(running) => running,
        Err(error) => {
            eprintln!("pix-simulator: {address}: {error}");
            return ExitCode::FAILURE;
        }
    };
    println!("Pix is simulated at {}", running.url);
    told_to_stop().await;
    ExitCode::SUCCESS
}

async fn told_to_stop() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else { return };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}
