//! `emdia`: one program that serves the portal, imports, verifies and keeps its data. The only place where errors become text for a terminal.

mod cli;

use std::path::{Path, PathBuf};

use anyhow::Context;
use chrono::NaiveDate;
use clap::{Args, Parser, Subcommand};
use domain::actors::Role;
use domain::api_keys::Scope;
use domain::ids::{DeliveryId, EndpointId};
use domain::webhooks::Topic;
use server::Server;
use server::config::{Config, KEYS, Sources};
use server::exports::{self, Kind as Kinds};
use server::imports::{Format, Kind};
use server::sealing::Keys;

// Pages are many small texts: a fifth of the processor's time went into the system's allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Em Dia: a self-service portal for people and companies with bills in arrears, and for the creditor's staff.
///
/// Every setting can be given as an option, an environment variable EMDIA_… or a key of a TOML file (see `emdia config`).
#[derive(Parser)]
#[command(version, about, max_term_width = 100)]
struct Cli {
    #[command(flatten)]
    settings: Settings,
    #[command(subcommand)]
    command: Command,
}

#[derive(Args)]
struct Settings {
    /// A TOML file of settings [default: emdia.toml, if there is one]
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The database: sqlite://PATH or postgres://USER@HOST/NAME
    #[arg(long, global = true, value_name = "URL")]
    database: Option<String>,
    /// Folder of uploads and documents, or s3://BUCKET/PREFIX
    #[arg(long, global = true, value_name = "PLACE")]
    files: Option<String>,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the portal until told to stop; brings the database's schema up to date first
    Serve {
        /// Address and port to listen on
        #[arg(long, value_name = "ADDRESS")]
        listen: Option<String>,
        /// Folder of styles, scripts and icons [default: `site` beside this program]
        #[arg(long, value_name = "FOLDER")]
        site: Option<PathBuf>,
        /// Demonstration: mail goes to a page instead of out. Never with real data
        #[arg(long)]
        demo: bool,
    },
    /// Bring the database's schema up to date
    Migrate,
    /// Import customers, contracts, bills, slips, payments or documents (see IMPORT.md)
    Import {
        /// What the file holds: customers, contracts, bills, slips, payments, documents
        kind: Kind,
        /// CSV with a header, or JSON lines; - reads standard input
        file: PathBuf,
        /// csv, json or auto
        #[arg(long, default_value = "auto", value_parser = cli::data::format)]
        format: Format,
        /// Where refused lines go, to be mended and imported again [default: FILE.refused.csv]
        #[arg(long, value_name = "FILE")]
        refused: Option<PathBuf>,
    },
    /// Apply return files of banks, CNAB 240 or 400, in the order given; each is taken once
    Reconcile {
        /// As downloaded from the bank
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// Say what would come of them and write nothing
        #[arg(long)]
        dry_run: bool,
        /// They were missing: take them although newer files were applied
        #[arg(long)]
        late: bool,
    },
    /// Write refunds, compensations, slips or decisions of some days into a file for other systems (see IMPORT.md)
    Export {
        /// refunds, compensations, slips (that wait for the bank) or decisions
        kind: Kinds,
        /// The first day, as 2026-11-01
        #[arg(long, value_name = "DAY")]
        from: NaiveDate,
        /// The last day
        #[arg(long, value_name = "DAY")]
        to: NaiveDate,
        /// csv, csv_bom (for spreadsheets) or xlsx
        #[arg(long, default_value = "csv")]
        format: exports::Format,
        /// The file to make; - writes to standard output [default: a name of its own in this folder]
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Files to banks, CNAB 240, which ask for slips to be registered or closed: without a word, what waits and what was written
    Remessa {
        #[command(subcommand)]
        command: Option<RemessaCommand>,
    },
    /// Fill an empty database with a fictional creditor, its customers and their bills
    Demo {
        /// Times 500 beneficiaries
        #[arg(long, default_value_t = 1)]
        scale: u32,
        /// The same number gives the same people and bills
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
    /// Say who the creditor is: name, address, bank agreements, holidays, policies, from a TOML file
    Creditor {
        /// See server/examples/creditor.toml
        file: PathBuf,
        /// Put the file's policy (requests, plans) though a newer version was made on a screen; may be given several times
        #[arg(long, value_name = "POLICY", value_parser = ["requests", "plans"])]
        over_screen: Vec<String>,
    },
    /// Make or renew a member of staff; the password is read from standard input, the authenticator's secret is printed
    Staff {
        /// E-mail address to sign in with
        email: String,
        /// Name that colleagues see
        name: String,
        /// operator, receivables, supervisor, legal or administrator
        role: Role,
    },
    /// Keys of the HTTP API: without a word, every one of them
    Keys {
        #[command(subcommand)]
        command: Option<KeysCommand>,
    },
    /// Where the creditor's systems are told what happens: without a word, every address
    Webhooks {
        #[command(subcommand)]
        command: Option<WebhooksCommand>,
    },
    /// Check that the audit trail is whole, that every balance is the sum of its entries, and that every file is what it was
    Verify,
    /// Draw or read one upload, from standard input to standard output: `serve` calls it
    #[command(hide = true)]
    Picture {
        /// `read`, or the number of a page from nought
        task: String,
        /// What the file is
        media_type: String,
    },
    /// Move files from one place to another: a folder, or a bucket of an S3-compatible server
    #[command(subcommand)]
    Files(Files),
    /// Write the database and every file into one ZIP; the portal may go on working
    Backup {
        /// The ZIP to make
        file: PathBuf,
    },
    /// Put a backup back into an empty database and folder
    Restore {
        /// The ZIP to read
        file: PathBuf,
    },
    /// Print every setting, its default and what it is for
    Config,
    /// Print a new secret key
    Key,
    /// Lay the folder of styles, scripts and icons (a step of the build)
    #[command(hide = true)]
    Site {
        #[arg(long)]
        style: PathBuf,
        #[arg(long)]
        public: PathBuf,
        #[arg(long)]
        pkg: PathBuf,
        #[arg(long)]
        out: PathBuf,
    },
}

#[derive(Subcommand)]
enum KeysCommand {
    /// Make a key and print it, this once
    Create {
        /// Which system it is for
        name: String,
        /// What it opens; say it again for more (see `/desenvolvedores`)
        #[arg(long = "scope", required = true, value_name = "SCOPE")]
        scopes: Vec<Scope>,
    },
    /// Revoke a key: from now on it opens nothing
    Revoke {
        /// What it begins with, as listed
        prefix: String,
    },
}

#[derive(Subcommand)]
enum RemessaCommand {
    /// Write the next file of a bank agreement; its slips are sent from then on. Prints the file's name
    Write {
        /// The agreement's external_id; may be left out when there is only one
        agreement: Option<String>,
        /// The file to make; - writes to standard output [default: a name of its own in this folder]
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Give a file once more, byte for byte
    Again {
        /// The agreement's external_id
        agreement: String,
        /// The file's number
        number: i64,
        /// The file to make; - writes to standard output [default: a name of its own in this folder]
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Say that the bank never took a file: slips without an answer are pending again
    NotTaken {
        /// The agreement's external_id
        agreement: String,
        /// The file's number
        number: i64,
    },
}

#[derive(Subcommand)]
enum WebhooksCommand {
    /// Register an address and print the secret that what is sent there is signed with, this once
    Add {
        /// Where: https
        url: String,
        /// What it is told of; say it again for more
        #[arg(long = "event", required = true, value_name = "EVENT")]
        topics: Vec<Topic>,
    },
    /// Take an address away
    Remove {
        /// As listed
        id: EndpointId,
    },
    /// What could not be delivered
    Dead,
    /// Deliver once more
    Redeliver {
        /// As listed by `dead`
        id: DeliveryId,
    },
}

#[derive(Subcommand)]
enum Files {
    /// Copy every file to another place, or away from it, and read each back. Stopped, it goes on where it was
    ///
    /// While the portal runs: `emdia files move TO`. Then stop it, move once more (only what is new), name TO as `files` in the settings
    /// and start it. At last `emdia files move --from OLD --delete` proves that every file lies in the new place and empties the old one.
    Move {
        /// Where to, from the place that the settings name: a folder, or s3://BUCKET/PREFIX
        #[arg(required_unless_present = "from", conflicts_with = "from")]
        to: Option<String>,
        /// Where from, to the place that the settings name
        #[arg(long, value_name = "PLACE")]
        from: Option<String>,
        /// Remove the files from the old place, once all of them are proven to lie in the new
        #[arg(long, requires = "from")]
        delete: bool,
        /// A TOML file with `files_endpoint`, `files_access_key` … of the other place, where they differ
        #[arg(long, value_name = "FILE")]
        settings_of_other: Option<PathBuf>,
    },
}

fn main() -> anyhow::Result<()> {
    let cli = Cli::parse();
    // Before anything is opened, and before there is any other thread.
    if let Command::Picture { task, media_type } = &cli.command {
        std::process::exit(server::pictures::child::work(task, media_type));
    }
    run(cli)
}

#[tokio::main]
async fn run(Cli { settings, command }: Cli) -> anyhow::Result<()> {
    match command {
        Command::Serve { listen, site, demo } => {
            let mut more = Vec::new();
            more.extend(listen.map(|listen| ("listen", listen)));
            more.extend(site.map(|site| ("site", site.display().to_string())));
            if demo {
                more.push(("demo", "true".to_owned()));
            }
            cli::serve::serve(configuration(&settings, more)?).await
        }
        Command::Migrate => {
            open(&settings).await?.db.close().await;
            Ok(())
        }
        Command::Import { kind, file, format, refused } => cli::data::import(&open(&settings).await?, kind, &file, format, refused).await,
        Command::Reconcile { files, dry_run, late } => cli::data::reconcile(&open(&settings).await?, &files, dry_run, late).await,
        Command::Export { kind, from, to, format, out } => {
            let period = exports::Period::new(from, to).context("--to is before --from, or more than ten years later")?;
            cli::data::export(&open(&settings).await?, kind, period, format, out).await
        }
        Command::Remessa { command } => cli::remessas::remessas(&open(&settings).await?, command).await,
        Command::Demo { scale, seed } => cli::data::demo(&open(&settings).await?, scale, seed).await,
        Command::Creditor { file, over_screen } => cli::set_up::creditor(&open(&settings).await?, &file, &over_screen).await,
        Command::Staff { email, name, role } => cli::set_up::staff(&open(&settings).await?, &email, &name, role).await,
        Command::Keys { command } => cli::systems::keys(&open(&settings).await?, command).await,
        Command::Webhooks { command } => cli::systems::webhooks(&open(&settings).await?, command).await,
        Command::Verify => cli::data::verify(&open(&settings).await?).await,
        Command::Files(Files::Move { to, from, delete, settings_of_other }) => {
            let mut sources = sources(&settings)?;
            if let Some(file) = settings_of_other {
                sources = read(sources, &file)?;
            }
            let leave = from.is_some();
            let other = sources.set("command line", "files", from.or(to).unwrap_or_default()).files()?;
            let server = open(&settings).await?;
            let direction = match (leave, delete) {
                (false, _) => cli::files::Direction::To,
                (true, false) => cli::files::Direction::From,
                (true, true) => cli::files::Direction::FromAndEmpty,
            };
            cli::files::shift(&server, &other, direction).await
        }
        Command::Backup { file } => cli::data::backup(&open(&settings).await?, &file).await,
        Command::Restore { file } => cli::data::restore(&configuration(&settings, Vec::new())?, &file).await,
        Command::Config => {
            for key in KEYS {
                println!(
                    "{:<22} {}{}",
                    key.name,
                    key.help,
                    if key.default.is_empty() { String::new() } else { format!(" [{}]", key.default) }
                );
            }
            Ok(())
        }
        // It has ended by now.
        Command::Picture { .. } => Ok(()),
        Command::Key => {
            println!("{}", Keys::generate());
            Ok(())
        }
        Command::Site { style, public, pkg, out } => {
            app::site::lay(&app::site::Source { style, public, pkg, out }).context("laying the site")?;
            Ok(())
        }
    }
}

fn configuration(settings: &Settings, more: Vec<(&'static str, String)>) -> anyhow::Result<Config> {
    let mut sources = sources(settings)?;
    for (key, value) in more {
        sources = sources.set("command line", key, value);
    }
    sources.build().map_err(Into::into)
}

fn read(sources: Sources, file: &Path) -> anyhow::Result<Sources> {
    let text = std::fs::read_to_string(file).with_context(|| file.display().to_string())?;
    Ok(sources.toml(&file.display().to_string(), &text))
}

fn sources(settings: &Settings) -> anyhow::Result<Sources> {
    let mut sources = Sources::default();
    let file = settings.config.clone().or_else(|| Some(PathBuf::from("emdia.toml")).filter(|file| file.exists()));
    if let Some(file) = file {
        sources = read(sources, &file)?;
    }
    sources = sources.environment(std::env::vars());
    if let Some(database) = &settings.database {
        sources = sources.set("command line", "database", database.clone());
    }
    if let Some(files) = &settings.files {
        sources = sources.set("command line", "files", files.clone());
    }
    Ok(sources)
}

/// Opens the database of the settings, with its schema up to date.
async fn open(settings: &Settings) -> anyhow::Result<Server> {
    let server = Server::open(configuration(settings, Vec::new())?).await?;
    server.db.migrate().await?;
    Ok(server)
}
