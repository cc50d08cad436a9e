//! Configuration: environment variables (`EMDIA_…`) or one TOML file, every key in one table here. All problems are told at once.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;

use serde::Deserialize;

use crate::error::{Error, Result};
use crate::files::place::{self, BucketPlace, Place, Secret};
use crate::sealing::Keys;

/// One key of the configuration.
#[derive(Debug)]
pub struct Key {
    /// In the TOML file; upper-cased behind `EMDIA_` in the environment, which wins.
    pub name: &'static str,
    /// When nothing is said.
    pub default: &'static str,
    /// What it is for.
    pub help: &'static str,
}

/// Every key there is. `emdia config` prints this table.
pub const KEYS: &[Key] = &[
    Key { name: "database", default: "sqlite://emdia.db", help: "sqlite://PATH or postgres://USER@HOST/NAME" },
    Key { name: "listen", default: "127.0.0.1:3000", help: "address and port to listen on" },
    Key { name: "public_url", default: "", help: "how people reach it [http:// and `listen`]; https makes cookies Secure and __Host-" },
    Key { name: "site", default: "", help: "folder of styles, scripts and icons; by default `site` beside the program" },
    Key {
        name: "files",
        default: "emdia-files",
        help: "folder for what people upload and documents, outside the site; or a bucket, s3://BUCKET/PREFIX",
    },
    Key { name: "files_endpoint", default: "", help: "server of the bucket, https://HOST; by default Amazon's in `files_region`" },
    Key { name: "files_region", default: "us-east-1", help: "region that requests to the bucket are signed for" },
    Key { name: "files_access_key", default: "", help: "access key of the bucket" },
    Key { name: "files_secret", default: "", help: "secret of that access key" },
    Key { name: "files_secret_file", default: "", help: "file that holds the secret instead" },
    Key { name: "files_path_style", default: "true", help: "https://HOST/BUCKET; false for https://BUCKET.HOST" },
    Key { name: "files_http", default: "false", help: "takes an endpoint without TLS; only inside a closed network" },
    Key { name: "files_incoming", default: "emdia-incoming", help: "with a bucket: folder where files wait until they are whole" },
    Key { name: "returns", default: "", help: "folder watched for the bank's return files; each goes to its folder applied or refused" },
    Key { name: "secret_key", default: "", help: "32 random bytes in base64 (emdia key); seals, hashes and signs" },
    Key {
        name: "secret_key_file",
        default: "",
        help: "file that holds the secret key instead; made when absent and the database is SQLite",
    },
    Key { name: "smtp_url", default: "", help: "smtps://USER:PASSWORD@HOST:465 or smtp://HOST:25; needed unless demo" },
    Key { name: "mail_from", default: "Em Dia <nao-responda@localhost>", help: "sender of every message" },
    Key { name: "demo", default: "false", help: "mail goes to a page of the demo instead of out; never with real data" },
    Key { name: "log", default: "human", help: "human or json" },
    Key { name: "log_level", default: "info", help: "error, warn, info, debug or trace" },
    Key { name: "trusted_proxy", default: "false", help: "take the client's address from X-Forwarded-For (its last entry)" },
    Key { name: "throttle", default: "1", help: "multiplies the tries allowed in a while; more than 1 only for tests and load" },
    Key {
        name: "webhooks_inside",
        default: "false",
        help: "webhooks may go to addresses of private networks, and by http; where the creditor's systems are beside us",
    },
    Key { name: "time_zone", default: "America/Sao_Paulo", help: "the creditor's, for dates and deadlines" },
    Key {
        name: "pix_base_url",
        default: "",
        help: "API Pix of the creditor's provider, as https://pix.example.com/api; nothing: no Pix charges",
    },
    Key { name: "pix_token_url", default: "", help: "where that provider gives tokens (OAuth 2, client credentials)" },
    Key { name: "pix_client_id", default: "", help: "the creditor's client id there" },
    Key { name: "pix_client_secret", default: "", help: "and its secret" },
    Key { name: "pix_client_secret_file", default: "", help: "file that holds the secret instead" },
    Key { name: "pix_certificate", default: "", help: "PEM file of the certificate that the provider asks for" },
    Key { name: "pix_certificate_key", default: "", help: "PEM file of its key" },
    Key { name: "pix_ca", default: "", help: "PEM file of authorities to trust besides the system's" },
    Key { name: "pix_key", default: "", help: "the creditor's Pix key, which receives" },
];

/// A configuration that can be used.
#[derive(Clone, Debug)]
pub struct Config {
    /// The database's address; may hold a password, so never logged.
    pub database: String,
    /// Where to listen.
    pub listen: SocketAddr,
    /// How people reach it, without a slash at the end.
    pub public_url: String,
    /// Folder of the site's assets.
    pub site: Option<PathBuf>,
    /// Where uploads and documents lie.
    pub files: Place,
    /// Folder watched for return files.
    pub returns: Option<PathBuf>,
    /// Keys derived from the secret.
    pub keys: Keys,
    /// Where mail goes.
    pub smtp_url: Option<String>,
    /// Who mail is from.
    pub mail_from: String,
    /// Demonstration: the mailbox is a page.
    pub demo: bool,
    /// Logs as JSON lines.
    pub log_json: bool,
    /// The least level logged.
    pub log_level: String,
    /// Whether the address of the client is the proxy's word.
    pub trusted_proxy: bool,
    /// Multiplies every throttle's tries.
    pub throttle: i32,
    /// Whether webhooks may go to addresses of private networks, and by http.
    pub webhooks_inside: bool,
    /// The creditor's zone.
    pub time_zone: chrono_tz::Tz,
    /// The provider of Pix charges, if there is one.
    pub pix: Option<PixSettings>,
}

/// How the provider of Pix charges is reached.
#[derive(Clone, Debug)]
pub struct PixSettings {
    /// Its API.
    pub base_url: String,
    /// Where it gives tokens.
    pub token_url: String,
    /// The creditor's client id.
    pub client_id: String,
    /// And its secret.
    pub client_secret: Secret,
    /// PEM file of the creditor's certificate.
    pub certificate: Option<PathBuf>,
    /// PEM file of its key.
    pub certificate_key: Option<PathBuf>,
    /// PEM file of more authorities.
    pub ca: Option<PathBuf>,
    /// The creditor's Pix key.
    pub key: String,
}

/// Values as found, before they mean anything.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    values: BTreeMap<String, String>,
    problems: Vec<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Plain {
    Text(String),
    Bool(bool),
    Number(i64),
}

impl Sources {
    /// Reads a TOML text; a key that does not exist, or is no plain value, is a problem.
    #[must_use]
    pub fn toml(mut self, name: &str, text: &str) -> Self {
        match toml::from_str::<BTreeMap<String, Plain>>(text) {
            Ok(values) => {
                for (key, value) in values {
                    let value = match value {
                        Plain::Text(text) => text,
                        Plain::Bool(flag) => flag.to_string(),
                        Plain::Number(number) => number.to_string(),
                    };
                    self = self.set(name, &key, value);
                }
            }
            Err(error) => self.problems.push(format!("{name}: {}", error.message())),
        }
        self
    }

    /// Reads `EMDIA_…` variables.
    #[must_use]
    pub fn environment(mut self, variables: impl Iterator<Item = (String, String)>) -> Self {
        for (name, value) in variables {
            if let Some(key) = name.strip_prefix("EMDIA_")
                && KEYS.iter().any(|known| known.name.eq_ignore_ascii_case(key))
            {
                self = self.set("environment", &key.to_lowercase(), value);
            }
        }
        self
    }

    /// Sets one value, as the command line does.
    #[must_use]
    pub fn set(mut self, source: &str, key: &str, value: String) -> Self {
        if KEYS.iter().any(|known| known.name == key) {
            self.values.insert(key.to_owned(), value);
        } else {
            self.problems.push(format!("{source}: no such key {key:?}"));
        }
        self
    }

    fn get(&self, name: &'static str) -> String {
        let default = KEYS.iter().find(|key| key.name == name).map_or("", |key| key.default);
        self.values.get(name).cloned().unwrap_or_else(|| default.to_owned())
    }

    /// Turns what was found into a configuration.
    ///
    /// # Errors
    /// Every problem, a line each.
    pub fn build(mut self) -> Result<Config> {
        let database = self.get("database");
        let demo = self.flag("demo");
        let trusted_proxy = self.flag("trusted_proxy");
        let webhooks_inside = self.flag("webhooks_inside");
        let listen = self
            .get("listen")
            .parse::<SocketAddr>()
            .map_err(|_| self.problem("listen: expected an address and a port, as 127.0.0.1:3000"))
            .ok();
        let time_zone = self.get("time_zone").parse::<chrono_tz::Tz>().map_err(|_| self.problem("time_zone: no such zone")).ok();
        let public_url = match self.get("public_url").trim_end_matches('/') {
            "" => format!("http://{}", self.get("listen")),
            url => url.to_owned(),
        };
        if !public_url.starts_with("http://") && !public_url.starts_with("https://") {
            self.problem("public_url: expected http:// or https://");
        }
        let throttle = self.get("throttle").parse().ok().filter(|factor| (1..=1_000_000).contains(factor));
        if throttle.is_none() {
            self.problem("throttle: expected a whole number from 1");
        }
        let log = self.get("log");
        if log != "human" && log != "json" {
            self.problem("log: expected human or json");
        }
        let log_level = self.get("log_level");
        if !["error", "warn", "info", "debug", "trace"].contains(&log_level.as_str()) {
            self.problem("log_level: expected error, warn, info, debug or trace");
        }
        if !database.starts_with("sqlite:") && !database.starts_with("postgres") {
            self.problem("database: expected sqlite://PATH or postgres://…");
        }
        let pix = self.pix();
        let files = self.place();
        let keys = self.keys(&database).map_err(|problem| self.problem(&problem)).ok();
        if let (Some(listen), Some(time_zone), Some(files), Some(keys), true) = (listen, time_zone, files, keys, self.problems.is_empty()) {
            let some = |text: String| (!text.is_empty()).then_some(text);
            return Ok(Config {
                listen,
                public_url,
                site: some(self.get("site")).map(PathBuf::from),
                files,
                returns: some(self.get("returns")).map(PathBuf::from),
                keys,
                smtp_url: some(self.get("smtp_url")),
                mail_from: self.get("mail_from"),
                demo,
                log_json: log == "json",
                log_level,
                trusted_proxy,
                throttle: throttle.unwrap_or(1),
                webhooks_inside,
                time_zone,
                pix,
                database,
            });
        }
        Err(Error::Config(self.problems.join("\n")))
    }

    fn problem(&mut self, text: &str) {
        self.problems.push(text.to_owned());
    }

    fn flag(&mut self, name: &'static str) -> bool {
        match self.get(name).as_str() {
            "true" | "1" => true,
            "false" | "0" | "" => false,
            _ => {
                self.problems.push(format!("{name}: expected true or false"));
                false
            }
        }
    }

    /// The provider of Pix: all of it, or none.
    fn pix(&mut self) -> Option<PixSettings> {
        let some = |text: String| (!text.is_empty()).then(|| PathBuf::from(text));
        let base_url = self.get("pix_base_url");
        if base_url.is_empty() {
            return None;
        }
        let mut secret = self.get("pix_client_secret");
        let file = self.get("pix_client_secret_file");
        if secret.is_empty() && !file.is_empty() {
            match std::fs::read_to_string(&file) {
                Ok(text) => text.trim().clone_into(&mut secret),
                Err(error) => self.problem(&format!("pix_client_secret_file: {file}: {error}")),
            }
        }
        let settings = PixSettings {
            base_url,
            token_url: self.get("pix_token_url"),
            client_id: self.get("pix_client_id"),
            client_secret: Secret(secret),
            certificate: some(self.get("pix_certificate")),
            certificate_key: some(self.get("pix_certificate_key")),
            ca: some(self.get("pix_ca")),
            key: self.get("pix_key"),
        };
        for (name, url) in [("pix_base_url", &settings.base_url), ("pix_token_url", &settings.token_url)] {
            // Only a simulator on this machine speaks without TLS.
            if !url.starts_with("https://") && !url.starts_with("http://127.0.0.1:") {
                self.problem(&format!("{name}: expected https://"));
            }
        }
        for (name, value) in
            [("pix_client_id", &settings.client_id), ("pix_client_secret", &settings.client_secret.0), ("pix_key", &settings.key)]
        {
            if value.is_empty() {
                self.problem(&format!("{name}: needed with pix_base_url"));
            }
        }
        if settings.certificate.is_some() != settings.certificate_key.is_some() {
            self.problem("pix_certificate_key: needed with pix_certificate, and the other way round");
        }
        Some(settings)
    }

    /// The place for files that these settings name; the others are not looked at.
    ///
    /// # Errors
    /// Every problem, a line each.
    pub fn files(mut self) -> Result<Place> {
        match self.place() {
            Some(place) if self.problems.is_empty() => Ok(place),
            _ => Err(Error::Config(self.problems.join("\n"))),
        }
    }

    fn place(&mut self) -> Option<Place> {
        let said = self.get("files");
        let Some(rest) = said.strip_prefix("s3://") else { return Some(Place::Folder(PathBuf::from(said))) };
        let named = place::bucket_and_prefix(rest).map_err(|problem| self.problem(&format!("files: {problem}"))).ok();
        let endpoint = Some(self.get("files_endpoint").trim_end_matches('/').to_owned()).filter(|endpoint| !endpoint.is_empty());
        let (path_style, http) = (self.flag("files_path_style"), self.flag("files_http"));
        if let Some(endpoint) = &endpoint {
            let host = endpoint.strip_prefix("https://").or_else(|| endpoint.strip_prefix("http://"));
            let plain = |host: &str| !host.is_empty() && host.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._:[]".contains(&b));
            if !host.is_some_and(plain) {
                self.problem("files_endpoint: expected https://HOST or https://HOST:PORT");
            } else if endpoint.starts_with("http://") && !http {
                self.problem("files_endpoint: without TLS everybody on the way reads the files; say files_http = true if nobody is");
            }
        }
        let (region, access_key) = (self.get("files_region"), self.get("files_access_key"));
        if region.is_empty() || access_key.is_empty() {
            self.problem("files_region, files_access_key: needed with s3://");
        }
        let secret = match (self.get("files_secret"), self.get("files_secret_file")) {
            (said, _) if !said.is_empty() => Some(said),
            (_, file) if !file.is_empty() => std::fs::read_to_string(&file)
                .map(|text| text.trim().to_owned())
                .map_err(|error| self.problem(&format!("files_secret_file: {file}: {error}")))
                .ok(),
            _ => None,
        };
        if secret.as_ref().is_none_or(String::is_empty) {
            self.problem("files_secret or files_secret_file: needed with s3://");
        }
        let (bucket, prefix) = named?;
        let incoming = PathBuf::from(self.get("files_incoming"));
        Some(Place::Bucket(BucketPlace { bucket, prefix, endpoint, region, access_key, secret: Secret(secret?), path_style, incoming }))
    }

    /// The secret key: said, or in a file; beside an SQLite database the file is made at the first start.
    fn keys(&self, database: &str) -> Result<Keys, String> {
        let said = self.get("secret_key");
        if !said.is_empty() {
            return Keys::from_base64(&said).map_err(|error| error.to_string());
        }
        let mut path = self.get("secret_key_file");
        if path.is_empty() {
            let Some(file) = database.strip_prefix("sqlite:") else {
                return Err("secret_key: needed with PostgreSQL (make one with: emdia key)".into());
            };
            path = format!("{}.key", file.trim_start_matches("//").split('?').next().unwrap_or("emdia.db"));
        }
        if !std::path::Path::new(&path).exists() {
            write_private(&path, &Keys::generate()).map_err(|error| format!("secret_key_file: {path}: {error}"))?;
        }
        let text = std::fs::read_to_string(&path).map_err(|error| format!("secret_key_file: {path}: {error}"))?;
        Keys::from_base64(&text).map_err(|_| format!("secret_key_file: {path}: expected 32 bytes in base64"))
    }
}

fn write_private(path: &str, text: &str) -> std::io::Result<()> {
    use std::io::Write;
    use std::os::unix::fs::OpenOptionsExt;
    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    writeln!(file, "{text}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_every_problem_at_once() {
        let error = Sources::default()
            .toml("emdia.toml", "listen = \"nowhere\"\nlogg = \"json\"\ndemo = \"maybe\"")
            .set("command line", "database", "mysql://x".into())
            .build()
            .unwrap_err()
            .to_string();
        for part in ["listen:", "no such key \"logg\"", "demo: expected", "database: expected", "secret_key"] {
            assert!(error.contains(part), "{part} in {error}");
        }
    }

    #[test]
    fn a_bucket_is_said_whole_or_every_problem_is_told() {
        let error = Sources::default()
            .set("test", "files", "s3://B".into())
            .set("test", "files_endpoint", "http://minio:9000".into())
            .files()
            .unwrap_err()
            .to_string();
        for part in ["files: expected s3://", "files_endpoint: without TLS", "files_access_key: needed", "files_secret or"] {
            assert!(error.contains(part), "{part} in {error}");
        }
        for endpoint in ["minio:9000", "https://", "https://a/b", "https://user@host", "ftp://host"] {
            let error = bucket().set("test", "files_endpoint", endpoint.into()).files().unwrap_err().to_string();
            assert!(error.contains("files_endpoint: expected"), "{endpoint}: {error}");
        }
        let Place::Bucket(place) = bucket().set("test", "files_endpoint", "https://minio:9000/".into()).files().unwrap() else { panic!() };
        assert_eq!((place.endpoint.as_deref(), place.prefix.as_str(), place.path_style), (Some("https://minio:9000"), "portal", true));
        let config = bucket().set("test", "secret_key", Keys::generate()).build().unwrap();
        assert!(!format!("{config:?}").contains("not to be seen"));
    }

    fn bucket() -> Sources {
        [("files", "s3://emdia/portal"), ("files_access_key", "AK"), ("files_secret", "not to be seen")]
            .into_iter()
            .fold(Sources::default(), |sources, (key, value)| sources.set("test", key, value.into()))
    }

    #[test]
    fn the_environment_wins_over_the_file() {
        let config = Sources::default()
            .toml("emdia.toml", "listen = \"0.0.0.0:80\"\ndemo = true")
            .environment(
                [("EMDIA_LISTEN".to_owned(), "127.0.0.1:4000".to_owned()), ("EMDIA_SECRET_KEY".to_owned(), Keys::generate())].into_iter(),
            )
            .build()
            .unwrap();
        assert_eq!(config.listen.port(), 4000);
        assert!(config.demo);
    }
}
