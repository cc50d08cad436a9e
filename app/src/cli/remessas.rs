//! Files to banks, at a terminal.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow, bail};
use server::error::Error;
use server::remessas::{self, LeftOut, NotWritten, Waiting};
use server::sessions::Hand;
use server::{Server, texts};
use uuid::Uuid;

use super::data::reader;
use crate::RemessaCommand;

/// Tells what waits and what was written, or does what is asked.
pub(crate) async fn remessas(server: &Server, command: Option<RemessaCommand>) -> anyhow::Result<()> {
    match command {
        None => list(server).await,
        Some(RemessaCommand::Write { agreement, out }) => write(server, agreement.as_deref(), out).await,
        Some(RemessaCommand::Again { agreement, number, out }) => {
            let id = numbered(server, &agreement, number).await?;
            hand_over(server, id, out).await
        }
        Some(RemessaCommand::NotTaken { agreement, number }) => {
            let id = numbered(server, &agreement, number).await?;
            let slips = remessas::not_taken(server, Hand::Terminal, id).await.map_err(|error| match error {
                Error::Overtaken(_) => anyhow!("{agreement} {number}: was marked already"),
                Error::Refused(reason) => anyhow!("{}", texts::refusals::of(reader(), reason).unwrap_or(reason)),
                error => error.into(),
            })?;
            println!("{agreement} {number}: marked as not taken, {slips} slips are pending again");
            Ok(())
        }
    }
}

async fn list(server: &Server) -> anyhow::Result<()> {
    let l = reader();
    for Waiting { external_id, bank_name, next, entries, sum, closings, left_out, unfit, .. } in
        remessas::waiting(server, Hand::Terminal).await?
    {
        println!(
            "{external_id} ({bank_name}): {entries} slips to register, {}, {closings} to close; next file {next}",
            texts::money(l, sum)
        );
        if let Some(unfit) = unfit {
            println!("  {}", unfit.told(l));
        }
        tell(&left_out);
    }
    println!("{:<20} {:>6} {:<17} {:>7} {:>7} {:>18} state", "agreement", "number", "written", "enter", "close", "sum");
    for past in remessas::history(server, Hand::Terminal, None).await?.files {
        let at = server.clock.local(past.written_at).format("%Y-%m-%d %H:%M");
        let state = if past.not_taken_at.is_some() { "not taken" } else { "" };
        let sum = texts::money(l, past.sum);
        println!("{:<20} {:>6} {at:<17} {:>7} {:>7} {sum:>18} {state}", past.agreement, past.sequence, past.entries, past.closings);
    }
    Ok(())
}

async fn write(server: &Server, agreement: Option<&str>, out: Option<PathBuf>) -> anyhow::Result<()> {
    let l = reader();
    let agreements = remessas::waiting(server, Hand::Terminal).await?;
    let chosen = match (agreement, agreements.as_slice()) {
        (Some(name), all) => all.iter().find(|one| one.external_id == name).ok_or_else(|| anyhow!("{name}: no such bank agreement"))?,
        (None, [only]) => only,
        (None, all) => {
            let names: Vec<&str> = all.iter().map(|one| one.external_id.as_str()).collect();
            bail!("say which bank agreement: {}", names.join(", "));
        }
    };
    // Before anything is sent: a file in the way would leave the new one untaken.
    if let Some(out) = out.as_deref().filter(|out| *out != Path::new("-") && out.exists()) {
        bail!("{}: is there already", out.display());
    }
    let written = match remessas::write(server, Hand::Terminal, chosen.id).await {
        Ok(written) => written,
        Err(NotWritten::Nothing(left_out)) => {
            tell(&left_out);
            eprintln!("{}", NotWritten::Nothing(Vec::new()).told(l));
            return Ok(());
        }
        Err(refused) => bail!("{}", refused.told(l)),
    };
    tell(&written.left_out);
    eprintln!(
        "{} {}: {} slips to register, {}, {} to close; {} left out",
        chosen.external_id,
        written.sequence,
        written.entries,
        texts::money(l, written.sum),
        written.closings,
        written.left_out.len()
    );
    hand_over(server, written.id, out).await
}

fn tell(left_out: &[LeftOut]) {
    for slip in left_out {
        eprintln!("  {} {}: {}", slip.external_id, slip.nosso_numero, slip.why.told(reader()));
    }
}

async fn numbered(server: &Server, agreement: &str, number: i64) -> anyhow::Result<Uuid> {
    remessas::numbered(server, Hand::Terminal, agreement, number).await.map_err(|error| match error {
        Error::NotFound => anyhow!("{agreement} {number}: there is none (emdia remessa lists them)"),
        error => error.into(),
    })
}

/// Writes a file's bytes where they are wanted, and prints the name.
async fn hand_over(server: &Server, id: Uuid, out: Option<PathBuf>) -> anyhow::Result<()> {
    let file = remessas::fetch(server, Hand::Terminal, id).await?;
    let out = out.unwrap_or_else(|| PathBuf::from(&file.name));
    let mut from = file.file.into_std().await;
    if out == Path::new("-") {
        io::copy(&mut from, &mut io::stdout().lock())?;
    } else {
        // Never over another file: it may be one that was sent already.
        let again = || format!("{}: the file is kept, `emdia remessa again` gives it", out.display());
        let mut file = File::create_new(&out).with_context(again)?;
        io::copy(&mut from, &mut file)?;
        file.sync_all()?;
        println!("{}", out.display());
    }
    server.db.close().await;
    Ok(())
}
