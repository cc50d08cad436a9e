//! Where files lie, as the settings say it. Opens nothing.

use std::path::PathBuf;

/// A place for files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A folder of this machine, or one that it has mounted.
    Folder(PathBuf),
    /// A bucket of Amazon S3, or of a server that speaks its protocol.
    Bucket(BucketPlace),
}

/// A bucket and how to enter it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BucketPlace {
    /// Its name.
    pub bucket: String,
    /// What every key begins with, without slashes around it; may be empty.
    pub prefix: String,
    /// `https://HOST`; none for Amazon's own.
    pub endpoint: Option<String>,
    /// The region that requests are signed for.
    pub region: String,
    /// Whose requests they are.
    pub access_key: String,
    /// What they are signed with.
    pub secret: Secret,
    /// `https://HOST/BUCKET/…` instead of `https://BUCKET.HOST/…`.
    pub path_style: bool,
    /// Folder in which what comes and goes waits until it is whole.
    pub incoming: PathBuf,
}

/// A text that no log shows.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(pub String);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("…")
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Folder(folder) => write!(f, "{}", folder.display()),
            Self::Bucket(place) if place.prefix.is_empty() => write!(f, "s3://{}", place.bucket),
            Self::Bucket(place) => write!(f, "s3://{}/{}", place.bucket, place.prefix),
        }
    }
}

/// Bucket and prefix of `s3://BUCKET/PREFIX`.
///
/// # Errors
/// What is wrong with it, for whoever wrote the setting.
pub fn bucket_and_prefix(rest: &str) -> Result<(String, String), &'static str> {
    let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    // Amazon's "Bucket naming rules": 3 to 63 of these, with a letter or digit at both ends.
    let named = (3..=63).contains(&bucket.len())
        && bucket.bytes().all(|byte| plain(byte) || matches!(byte, b'.' | b'-'))
        && bucket.bytes().next().is_some_and(plain)
        && bucket.bytes().next_back().is_some_and(plain);
    if !named {
        return Err("expected s3://BUCKET/PREFIX with a bucket's name of 3 to 63 small letters, digits, dots and hyphens");
    }
    let prefix = prefix.trim_end_matches('/');
    let part = |part: &str| {
        !matches!(part, "" | "." | "..") && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_'))
    };
    if !prefix.is_empty() && !prefix.split('/').all(part) {
        return Err("expected a prefix of plain letters, digits, dots, hyphens and slashes");
    }
    Ok((bucket.to_owned(), prefix.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_is_read_as_amazon_names_it() {
        for (rest, bucket, prefix) in
            [("emdia", "emdia", ""), ("emdia/", "emdia", ""), ("em-dia.br/portal/files/", "em-dia.br", "portal/files")]
        {
            assert_eq!(bucket_and_prefix(rest), Ok((bucket.to_owned(), prefix.to_owned())), "{rest}");
        }
        let long = "a".repeat(64);
        for rest in ["", "ab", "Emdia", "em_dia", "-emdia", "emdia.", &long, "emdia//x", "emdia/../x", "emdia/a b", "emdia/é"] {
            assert!(bucket_and_prefix(rest).is_err(), "{rest}");
        }
    }

    #[test]
    fn a_secret_is_in_no_log() {
        let place = Place::Bucket(BucketPlace {
            bucket: "emdia".into(),
            prefix: "files".into(),
            endpoint: None,
            region: "sa-east-1".into(),
            access_key: "AK".into(),
            secret: Secret("not to be seen".into()),
            path_style: true,
            incoming: PathBuf::new(),
        });
        assert!(!format!("{place:?} {place}").contains("not to be seen"));
        assert_eq!(place.to_string(), "s3://emdia/files");
    }
}
