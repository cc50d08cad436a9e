//! The form of an incident with its file of numbers: read in memory, put with those that were typed, and never kept.

use domain::forms::Problem;
use domain::incidents::{IncidentForm, LARGEST, numbers_in};
use leptos::server_fn::codec::MultipartData;
use serde_json::{Map, Value};
use server::error::{Error, Result};

use crate::uploads::received::{broken_form, put, text};

/// The form, and what is wrong with its file. What was read of the file is among the typed numbers, so that it is there when the form comes
/// back: browsers forget files.
pub(super) async fn read(data: MultipartData) -> Result<(IncidentForm, Option<Problem>)> {
    let broken = |error| Error::Io(std::io::Error::other(error));
    let (mut typed, mut bytes, mut problem) = (Map::new(), Vec::new(), None);
    let Some(mut parts) = data.into_inner() else { return Err(broken_form()) };
    while let Some(mut part) = parts.next_field().await.map_err(broken)? {
        let name = part.name().unwrap_or_default().to_owned();
        if part.file_name().is_none() {
            put(&mut typed, &name, text(part).await?);
            continue;
        }
        while let Some(more) = part.chunk().await.map_err(broken)? {
            if problem.is_none() && u32::try_from(bytes.len() + more.len()).is_ok_and(|length| length <= LARGEST) {
                bytes.extend_from_slice(&more);
            } else {
                problem = Some(Problem::FileTooLarge { max: LARGEST });
            }
        }
    }
    let mut form: IncidentForm = serde_json::from_value(Value::Object(typed)).map_err(|_| broken_form())?;
    match numbers_in(&bytes) {
        _ if problem.is_some() => {}
        Ok(numbers) if numbers.is_empty() => {}
        Ok(numbers) => form.numbers = [form.numbers.trim().to_owned(), numbers.join("\n")].join("\n").trim().to_owned(),
        Err(why) => problem = Some(why),
    }
    Ok((form, problem))
}
