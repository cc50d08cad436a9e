//! Serving, until told to stop.

use std::future::IntoFuture;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, bail};
use app::assets::Assets;
use app::visitor::App;
use server::config::Config;
use server::error::Error;
use server::files::store::Trouble;
use server::pictures::Pictures;
use server::{Server, outbox, pix, reconciliation, requests, webhooks};

/// Serves the portal. SIGTERM lets what is under way end.
pub(crate) async fn serve(config: Config) -> anyhow::Result<()> {
    log(&config);
    if !config.demo && config.smtp_url.is_none() {
        bail!("smtp_url: needed to send codes to customers (or serve --demo)");
    }
    if let Some(returns) = config.returns.as_ref().filter(|folder| !folder.is_dir()) {
        bail!("returns: there is no folder {}", returns.display());
    }
    let folder = site_folder(&config)?;
    let assets = Assets::load(&folder).with_context(|| format!("site {}: lay it with `make build`", folder.display()))?;
    let (listen, public_url, demo) = (config.listen, config.public_url.clone(), config.demo);
    let mut server = Server::open(config).await?;
    server.pictures = Pictures::by(std::env::current_exe()?);
    server.db.migrate().await?;
    match server.files.check().await {
        // Away for a while, perhaps: the portal is of use without them. What the settings say wrong stays wrong.
        Err(Error::Files(Trouble::Unreachable | Trouble::Failed(_))) => tracing::error!("files: {} is not reached", server.config.files),
        checked => checked.with_context(|| format!("files: {}", server.config.files))?,
    }
    let deliveries = tokio::spawn(outbox::run(server.clone()));
    let record = tokio::spawn(requests::record::run(server.clone()));
    let calls = tokio::spawn(webhooks::run(server.clone()));
    let charges = tokio::spawn(pix::run(server.clone()));
    let watch = tokio::spawn(pix::watch(server.clone()));
    let returns = tokio::spawn(reconciliation::watch(server.clone()));
    let listener = tokio::net::TcpListener::bind(listen).await.with_context(|| format!("listen: {listen}"))?;
    tracing::info!(%listen, "serving");
    if demo {
        tell_of_demo(&server, &public_url).await?;
    }
    let router = app::app::router(App::new(server.clone(), assets)).into_make_service_with_connect_info::<SocketAddr>();
    let stopping = server.clone();
    let (drain, mut drained) = tokio::sync::watch::channel(());
    let served = axum::serve(listener, router).with_graceful_shutdown(async move {
        told_to_stop().await;
        // Pages that wait would otherwise be waited for.
        pix::stop_waiting(&stopping);
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
    calls.abort();
    charges.abort();
    watch.abort();
    returns.abort();
    server.db.close().await;
    tracing::info!("stopped");
    Ok(())
}

/// How to enter the demonstration, as whoever started it reads it.
async fn tell_of_demo(server: &Server, public_url: &str) -> anyhow::Result<()> {
    let l = super::data::reader();
    let logins = server::demo::logins(server).await?;
    println!("Em Dia is being demonstrated at {public_url}");
    println!("  customers: {public_url}{} (codes arrive at {public_url}{})", app::paths::SIGN_IN, app::paths::MAILBOX);
    for login in logins.customers {
        println!("    {:<20} {}", login.tax_id, app::demo::story(l, login.story));
    }
    println!("  staff: {public_url}{} (codes of the moment at {public_url}{})", app::paths::STAFF_SIGN_IN, app::paths::DEMO);
    for login in logins.staff {
        println!("    {:<42} {:<26} {}", login.email, login.password, app::wording::role(l, login.role));
    }
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
