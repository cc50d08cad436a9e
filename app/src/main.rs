//! `emdia`: one program that serves the portal, imports, verifies and keeps its data. The only place where errors become text for a terminal.

use std::future::IntoFuture;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, bail};
use app::assets::Assets;
use app::visitor::App;
use clap::{Args, Parser, Subcommand};
use server::config::{Config, KEYS, Sources};
use server::{Server, audit, ledger, outbox, sealing};

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
    /// Check that the audit trail is whole and that every balance is the sum of its entries
    Verify,
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

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let cli = Cli::parse();
    match cli.command {
        Command::Config => {
            for key in KEYS {
                println!(
                    "{:<16} {}{}",
                    key.name,
                    key.help,
                    if key.default.is_empty() { String::new() } else { format!(" [{}]", key.default) }
                );
            }
            Ok(())
        }
        Command::Key => {
            println!("{}", sealing::Keys::generate());
            Ok(())
        }
        Command::Site { style, public, pkg, out } => {
            app::site::lay(&app::site::Source { style, public, pkg, out }).context("laying the site")?;
            Ok(())
        }
        Command::Serve { ref listen, ref site, demo } => {
            let mut more = Vec::new();
            more.extend(listen.clone().map(|listen| ("listen", listen)));
            more.extend(site.as_ref().map(|site| ("site", site.display().to_string())));
            if demo {
                more.push(("demo", "true".to_owned()));
            }
            let config = configuration(&cli.settings, more)?;
            serve(config).await
        }
        Command::Migrate => {
            let server = open(&cli.settings).await?;
            server.db.close().await;
            Ok(())
        }
        Command::Verify => verify(&open(&cli.settings).await?).await,
    }
}

fn configuration(settings: &Settings, more: Vec<(&'static str, String)>) -> anyhow::Result<Config> {
    let mut sources = Sources::default();
    let file = settings.config.clone().or_else(|| Some(PathBuf::from("emdia.toml")).filter(|file| file.exists()));
    if let Some(file) = file {
        let text = std::fs::read_to_string(&file).with_context(|| file.display().to_string())?;
        sources = sources.toml(&file.display().to_string(), &text);
    }
    sources = sources.environment(std::env::vars());
    if let Some(database) = &settings.database {
        sources = sources.set("command line", "database", database.clone());
    }
    for (key, value) in more {
        sources = sources.set("command line", key, value);
    }
    sources.build().map_err(Into::into)
}

/// Opens the database of the settings, with its schema up to date.
async fn open(settings: &Settings) -> anyhow::Result<Server> {
    let server = Server::open(configuration(settings, Vec::new())?).await?;
    server.db.migrate().await?;
    Ok(server)
}

async fn verify(server: &Server) -> anyhow::Result<()> {
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
    if matches!(chain, audit::Chain::Broken { .. }) || !wrong.is_empty() {
        bail!("the data was changed from outside");
    }
    Ok(())
}

async fn serve(config: Config) -> anyhow::Result<()> {
    log(&config);
    if !config.demo && config.smtp_url.is_none() {
        bail!("smtp_url: needed to send codes to customers (or serve --demo)");
    }
    let folder = site_folder(&config)?;
    let assets = Assets::load(&folder).with_context(|| format!("site {}: lay it with `make build`", folder.display()))?;
    let (listen, public_url, demo) = (config.listen, config.public_url.clone(), config.demo);
    let server = Server::open(config).await?;
    server.db.migrate().await?;
    let deliveries = tokio::spawn(outbox::run(server.clone()));
    let record = tokio::spawn(server::requests::record::run(server.clone()));
    let listener = tokio::net::TcpListener::bind(listen).await.with_context(|| format!("listen: {listen}"))?;
    tracing::info!(%listen, "serving");
    if demo {
        println!("Em Dia is being demonstrated at {public_url}");
        println!("  log-ins: {public_url}{}", app::paths::DEMO);
        println!("  mailbox: {public_url}{}", app::paths::MAILBOX);
    }
    let router = app::app::router(App::new(server.clone(), assets)).into_make_service_with_connect_info::<SocketAddr>();
    let (drain, mut drained) = tokio::sync::watch::channel(());
    let served = axum::serve(listener, router).with_graceful_shutdown(async move {
        told_to_stop().await;
        drain.send_replace(());
    });
    // What is under way may end; a connection that is merely held open is not waited for longer than this.
    let patience = async {
        let _ = drained.changed().await;
        tokio::time::sleep(Duration::from_secs(10)).await;
    };
    tokio::select! {
        served = served.into_future() => served?,
        () = patience => tracing::warn!("stopped with connections still open"),
    }
    deliveries.abort();
    record.abort();
    server.db.close().await;
    tracing::info!("stopped");
    Ok(())
}

fn site_folder(config: &Config) -> anyhow::Result<PathBuf> {
    if let Some(site) = &config.site {
        return Ok(site.clone());
    }
    let program = std::env::current_exe()?;
    Ok(program.parent().unwrap_or(Path::new(".")).join("site"))
}

async fn told_to_stop() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else { return };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}

fn log(config: &Config) {
    use tracing_subscriber::EnvFilter;
    // The libraries below us speak of what they carry: from them only warnings are heard.
    let filter = EnvFilter::new(format!("warn,app={0},server={0},emdia={0}", config.log_level));
    let subscriber = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    if config.log_json { subscriber.json().init() } else { subscriber.init() }
}
