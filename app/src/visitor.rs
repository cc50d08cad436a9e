//! Who is asking, from where and in which language: read once from each request, before any page. Never trusts what a form says of it.

use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, RwLock};
use std::time::{Duration, Instant};

use axum::extract::{ConnectInfo, FromRequestParts, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, header};
use server::error::Error;
use server::policies::{self, Creditor};
use server::sessions::{self, Actors, Customer, Staff, Visit};
use server::texts::Locale;
use server::{Result, Server};

use crate::assets::Assets;
use crate::paths;

/// What every handler shares.
#[derive(Clone, Debug)]
pub struct App {
    /// The verbs.
    pub server: Server,
    /// The site's files.
    pub assets: Assets,
    creditor: Arc<RwLock<Option<Known>>>,
}

/// The creditor as it was read, and when.
type Known = (Instant, Arc<Creditor>);

/// How long the creditor's name and address are remembered: it changes once in years, and every page shows it.
const CREDITOR_LASTS: Duration = Duration::from_secs(30);

impl App {
    /// An application over a server and a site.
    #[must_use]
    pub fn new(server: Server, assets: Assets) -> Self {
        Self { server, assets, creditor: Arc::default() }
    }

    /// Who the creditor is.
    ///
    /// # Errors
    /// The database's.
    pub async fn creditor(&self) -> Result<Arc<Creditor>> {
        let known = self.creditor.read().ok().and_then(|known| known.clone());
        if let Some((read_at, creditor)) = known
            && read_at.elapsed() < CREDITOR_LASTS
        {
            return Ok(creditor);
        }
        let mut conn = self.server.db.read().await?;
        let creditor = Arc::new(policies::creditor(&mut conn).await?);
        if let Ok(mut known) = self.creditor.write() {
            *known = Some((Instant::now(), Arc::clone(&creditor)));
        }
        Ok(creditor)
    }

    /// Whether people reach us by https: then cookies are bound to it.
    fn secure(&self) -> bool {
        self.server.config.public_url.starts_with("https://")
    }

    /// A cookie's whole name. `__Host-` binds it to this very host, its root and https; a browser refuses it on plain http.
    #[must_use]
    pub fn cookie_name(&self, name: &str) -> String {
        if self.secure() { format!("__Host-emdia-{name}") } else { format!("emdia-{name}") }
    }

    /// A `Set-Cookie` value; an empty `value` removes the cookie.
    #[must_use]
    pub fn cookie(&self, name: &str, value: &str, seconds: i64) -> HeaderValue {
        let age = if value.is_empty() { 0 } else { seconds };
        let secure = if self.secure() { "; Secure" } else { "" };
        let text = format!("{}={value}; Path=/; Max-Age={age}; HttpOnly; SameSite=Lax{secure}", self.cookie_name(name));
        HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static(""))
    }
}

/// Names of our cookies.
pub mod cookies {
    /// The session's token.
    pub const SESSION: &str = "session";
    /// The code that is on its way.
    pub const CODE: &str = "code";
    /// A refused form to be shown again.
    pub const FLASH: &str = "flash";
    /// The language chosen.
    pub const LANGUAGE: &str = "language";
}

/// Who is asking.
#[derive(Clone, Debug)]
pub struct Visitor {
    /// Signed in as.
    pub actors: Option<Actors>,
    /// From where.
    pub visit: Visit,
    /// In which language.
    pub locale: Locale,
}

/// Reads the visitor of every request into its extensions, and renews the session's cookie in the answer.
pub async fn layer(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let token = cookie(request.headers(), &app.cookie_name(cookies::SESSION)).map(str::to_owned);
    let found = match &token {
        Some(token) => match sessions::find(&app.server, token).await {
            Ok(found) => found,
            Err(error) => return crate::page::Failure::from(error).into_response(),
        },
        None => None,
    };
    let (actors, renewed) = found.map_or((None, None), |found| (Some(found.actors), found.renewed));
    let visitor = Visitor { visit: visit(&app, &request), locale: locale(&app, &request, actors.as_ref()), actors };
    let signed_out = token.is_some() && visitor.actors.is_none();
    request.extensions_mut().insert(visitor);
    let mut response = next.run(request).await;
    let sets_session = response
        .headers()
        .get_all(header::SET_COOKIE)
        .iter()
        .any(|value| value.as_bytes().starts_with(app.cookie_name(cookies::SESSION).as_bytes()));
    if let Some(token) = renewed
        && !sets_session
    {
        response.headers_mut().append(header::SET_COOKIE, app.cookie(cookies::SESSION, &token.0, SESSION_COOKIE_SECONDS));
    } else if signed_out && !sets_session {
        response.headers_mut().append(header::SET_COOKIE, app.cookie(cookies::SESSION, "", 0));
    }
    response
}

/// The cookie may outlive the session; the session's row decides.
pub const SESSION_COOKIE_SECONDS: i64 = 12 * 3600;

/// The value of a cookie.
#[must_use]
pub fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .find_map(|pair| pair.trim().strip_prefix(name)?.strip_prefix('='))
        .filter(|value| !value.is_empty())
}

fn locale(app: &App, request: &Request, actors: Option<&Actors>) -> Locale {
    let chosen = cookie(request.headers(), &app.cookie_name(cookies::LANGUAGE)).and_then(Locale::of_tag);
    let own = match actors {
        Some(Actors::Customer(customer)) => Some(customer.locale()),
        // The desk works in the creditor's language unless somebody chooses another.
        Some(Actors::Staff(_)) => Some(Locale::default()),
        None => None,
    };
    let browser = || request.headers().get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).and_then(Locale::of_header);
    chosen.or(own).or_else(browser).unwrap_or_default()
}

fn visit(app: &App, request: &Request) -> Visit {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
    // The last address is the one our own proxy saw; what stands before it is the client's word.
    let forwarded = || request.headers().get("x-forwarded-for")?.to_str().ok()?.rsplit(',').next()?.trim().parse::<IpAddr>().ok();
    let address = if app.server.config.trusted_proxy { forwarded().or(peer) } else { peer };
    let agent = request.headers().get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or("");
    Visit {
        network: address.map(network).unwrap_or_default(),
        device: device(agent),
        address: address.map(|address| address.to_canonical().to_string()).unwrap_or_default(),
        agent: agent.chars().filter(|c| !c.is_control()).take(AGENT_CHARS).collect(),
    }
}

/// As much of a program's own name as is kept: today's are half as long, and none may fill a table.
const AGENT_CHARS: usize = 300;

/// The network an address belongs to: IPv4 /24, IPv6 /48. As much as a throttle needs, and less than a person.
fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(v4) => {
            let [a, b, c, _] = v4.octets();
            format!("{a}.{b}.{c}.0")
        }
        IpAddr::V6(v6) => {
            let [a, b, c, ..] = v6.segments();
            format!("{a:x}:{b:x}:{c:x}::")
        }
    }
}

/// Browser and system in a few words: enough for a person to recognise their own phone.
fn device(agent: &str) -> String {
    let first = |names: &[(&str, &'static str)]| names.iter().find(|(mark, _)| agent.contains(mark)).map_or("", |(_, name)| name);
    let browser = first(&[
        ("Edg", "Edge"),
        ("OPR", "Opera"),
        ("SamsungBrowser", "Samsung Internet"),
        ("Firefox", "Firefox"),
        ("Chrome", "Chrome"),
        ("Safari", "Safari"),
    ]);
    let system = first(&[
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS", "macOS"),
        ("Linux", "Linux"),
    ]);
    [browser, system].iter().filter(|part| !part.is_empty()).copied().collect::<Vec<_>>().join(", ")
}

/// A handler that takes this is for customers who have signed in; everybody else is led to the sign-in.
#[derive(Debug)]
pub struct AsCustomer(pub Customer);

/// A handler that takes this is for staff who have signed in.
#[derive(Debug)]
pub struct AsStaff(pub Staff);

impl<S: Send + Sync> FromRequestParts<S> for AsCustomer {
    type Rejection = Redirect;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Redirect> {
        match parts.extensions.get::<Visitor>().and_then(|visitor| visitor.actors.clone()) {
            Some(Actors::Customer(customer)) => Ok(Self(customer)),
            Some(Actors::Staff(_)) => Err(Redirect::to(paths::QUEUE)),
            None => Err(Redirect::to(paths::SIGN_IN)),
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for AsStaff {
    type Rejection = Redirect;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Redirect> {
        match parts.extensions.get::<Visitor>().and_then(|visitor| visitor.actors.clone()) {
            Some(Actors::Staff(staff)) => Ok(Self(staff)),
            _ => Err(Redirect::to(paths::STAFF_SIGN_IN)),
        }
    }
}

impl Visitor {
    /// The customer, for a server function.
    ///
    /// # Errors
    /// [`Error::SignedOut`].
    pub fn customer(&self) -> Result<&Customer> {
        match &self.actors {
            Some(Actors::Customer(customer)) => Ok(customer),
            _ => Err(Error::SignedOut),
        }
    }

    /// The member of staff, for a server function.
    ///
    /// # Errors
    /// [`Error::SignedOut`].
    pub fn staff(&self) -> Result<&Staff> {
        match &self.actors {
            Some(Actors::Staff(staff)) => Ok(staff),
            _ => Err(Error::SignedOut),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_kept_as_networks() {
        assert_eq!(network("203.0.113.77".parse().unwrap()), "203.0.113.0");
        assert_eq!(network("::ffff:203.0.113.77".parse().unwrap()), "203.0.113.0");
        assert_eq!(network("2001:db8:1:2::3".parse().unwrap()), "2001:db8:1::");
    }

    #[test]
    fn a_cookie_is_found_among_others() {
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, HeaderValue::from_static("a=1; emdia-session=x.y.z; emdia-session2=n"));
        assert_eq!(cookie(&headers, "emdia-session"), Some("x.y.z"));
        assert_eq!(cookie(&headers, "emdia-flash"), None);
    }
}
