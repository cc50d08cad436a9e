//! A return file on its way in: held in memory, since it is read as a whole before anything is written. Never kept.

use domain::forms::Problem;
use leptos::server_fn::codec::MultipartData;
use server::error::{Error, Result};
use server::reconciliation::{self, LARGEST, Options, Refused};
use server::sessions::Hand;
use server::texts;
use uuid::Uuid;

use super::api::Shown;
use crate::post::Post;

/// Warnings that the page shows of a file that was only looked at.
const TOLD: usize = 20;

/// Looks at a file or applies it, as the button says; the file's id when it was applied.
pub(super) async fn take(post: &Post, data: MultipartData) -> Result<(Shown, Option<Uuid>)> {
    let staff = post.visitor.staff()?;
    reconciliation::may(staff)?;
    let broken = |error| Error::Io(std::io::Error::other(error));
    let (mut name, mut bytes, mut apply, mut late) = (String::new(), Vec::new(), false, false);
    let Some(mut parts) = data.into_inner() else { return Err(Error::field("file", Problem::Missing)) };
    while let Some(mut part) = parts.next_field().await.map_err(broken)? {
        match part.name().unwrap_or_default() {
            "form[file]" => {
                name = part.file_name().unwrap_or_default().to_owned();
                while let Some(more) = part.chunk().await.map_err(broken)? {
                    if u32::try_from(bytes.len() + more.len()).map_or(true, |length| length > LARGEST) {
                        return Err(Error::field("file", Problem::FileTooLarge { max: LARGEST }));
                    }
                    bytes.extend_from_slice(&more);
                }
            }
            "form[apply]" => apply = true,
            "form[late]" => late = true,
            _ => {}
        }
    }
    if name.is_empty() {
        return Err(Error::field("file", Problem::Missing));
    }
    let (l, zone) = (post.visitor.locale, post.server.config.time_zone);
    let (hand, options) = (Hand::Staff(staff), Options { late });
    let outcome = if apply {
        reconciliation::apply(&post.server, hand, &name, bytes, options, |_, _| {}).await
    } else {
        reconciliation::preview(&post.server, hand, &name, bytes, options).await
    };
    match outcome {
        Ok(report) => {
            let counts = report
                .counts
                .iter()
                .map(|(outcome, count, paid)| (*count, texts::money(l, *paid), reconciliation::outcome(l, *outcome).to_owned()))
                .collect();
            let warnings = report.warnings.iter().take(TOLD).map(|warning| warning.told(l)).collect();
            Ok((Shown { name, refused: None, counts, warnings }, report.id))
        }
        Err(Refused::Server(error)) => Err(error),
        Err(refused) => Ok((Shown { name, refused: Some(refused.told(l, zone)), ..Shown::default() }, None)),
    }
}
