//! Setting up: who the creditor is, and its staff.

use std::io::{self, BufRead};
use std::path::Path;

use anyhow::{Context, bail};
use domain::actors::Role;
use domain::team;
use server::sign_in::{self, NewStaff};
use server::{Server, creditor as creditors, sealing};

/// Reads the creditor's file, and tells which policies it left since a screen's are newer.
pub(crate) async fn creditor(server: &Server, file: &Path, over: &[String]) -> anyhow::Result<()> {
    let text = std::fs::read_to_string(file).with_context(|| file.display().to_string())?;
    let said = creditors::read(&text).with_context(|| file.display().to_string())?;
    let left = creditors::put(server, &said, over).await?;
    println!("creditor: {}", said.name);
    for left in left {
        let creditors::Left { kind, version, made_by, valid_from } = left;
        println!(
            "{kind}: left as it is: version {version}, from {valid_from} on, was made on a screen by {made_by}; to replace it: --over-screen {kind}"
        );
    }
    Ok(())
}

/// Makes a member of staff.
pub(crate) async fn staff(server: &Server, email: &str, name: &str, role: Role) -> anyhow::Result<()> {
    let email = domain::forms::email(email).map_err(|_| anyhow::anyhow!("{email}: not an e-mail address"))?;
    let mut password = String::new();
    io::stdin().lock().read_line(&mut password)?;
    let Ok(password) = team::password(&password) else {
        bail!("a password of at least {} characters is read from standard input", team::LEAST_PASSWORD);
    };
    let totp_secret = sealing::random();
    let mut tx = server.db.write().await?;
    sign_in::put_staff(server, &mut tx, &NewStaff { email: &email, name, role, password: &password, totp_secret }).await?;
    tx.commit().await?;
    println!("{email}: {role}");
    println!("authenticator: {}", sign_in::authenticator_uri(&email, &sign_in::base32(&totp_secret)));
    Ok(())
}
