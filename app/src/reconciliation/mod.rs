//! Return files for staff: sending one, what came of it, and the money whose slip is not known.

pub mod api;
#[cfg(feature = "ssr")]
mod files;
#[cfg(feature = "ssr")]
mod unidentified;
#[cfg(feature = "ssr")]
mod upload;

/// The pages of this feature.
#[cfg(feature = "ssr")]
pub fn routes() -> axum::Router<crate::visitor::App> {
    use crate::paths;
    use axum::routing::get;
    axum::Router::new()
        .route(paths::RETURN_FILES, get(files::files))
        .route("/equipe/retornos/{file}", get(files::file))
        .route("/equipe/retornos/{file}/arquivo", get(files::original))
        .route(paths::UNIDENTIFIED, get(unidentified::waiting))
}
