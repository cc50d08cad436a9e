//! The server's side of forms that carry files.

use axum::body::Bytes;
use domain::forms::{FieldError, Problem};
use futures::{Stream, StreamExt};
use leptos::prelude::*;
use leptos::server_fn::codec::MultipartData;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use server::error::{Error, Result};
use server::files::{self, Stored};
use server::sessions::Staff;
use server::texts::{Locale, uploads as t};

use super::progress::{ProgressWords, UploadProgress};
use crate::post::{KEEP_ANSWER, Post};
use crate::ui::Words;
use crate::ui::forms::FileField;

/// The most bytes of one typed field: many times what any field takes.
const LONGEST_FIELD: usize = 64 * 1024;
/// The most parts of a form: ten files, and a bill in each box.
const MOST_PARTS: usize = 1_000;

/// A form that carried files.
#[derive(Debug)]
pub struct Received<T> {
    /// What was typed.
    pub form: T,
    /// The files that can be taken.
    pub files: Vec<Stored>,
    refused: Vec<RefusedFile>,
    failed: Option<Error>,
}

/// A file that cannot be taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefusedFile {
    /// Its name, as its sender's device says.
    pub name: String,
    /// What is wrong with it.
    pub problem: Problem,
}

/// The files that were refused with a form, as the form's page reads them back.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Refused {
    /// Each of them.
    pub refused: Vec<RefusedFile>,
}

/// What is kept of a refused form.
#[derive(Debug, Serialize)]
struct Kept<'a, T> {
    #[serde(flatten)]
    form: &'a T,
    refused: &'a [RefusedFile],
}

impl<T: DeserializeOwned + Default + Serialize> Received<T> {
    /// Reads a form of the customer who is signed in; nobody else's files touch the disk.
    pub async fn read(post: &Post, data: MultipartData) -> Self {
        Self::read_if(post, data, post.visitor.customer().map(drop)).await
    }

    /// Reads a form of the member of staff who is signed in and may send it; nobody else's files touch the disk.
    pub async fn read_for_staff(post: &Post, data: MultipartData, may: fn(&Staff) -> Result<()>) -> Self {
        Self::read_if(post, data, post.visitor.staff().and_then(may)).await
    }

    async fn read_if(post: &Post, data: MultipartData, may: Result<()>) -> Self {
        let mut received = Self { form: T::default(), files: Vec::new(), refused: Vec::new(), failed: None };
        let outcome = match may {
            Ok(()) => received.take(post, data).await,
            Err(error) => Err(error),
        };
        if let Err(error) = outcome {
            received.failed = Some(error);
        }
        received
    }

    async fn take(&mut self, post: &Post, data: MultipartData) -> Result<()> {
        let broken = |error| Error::Io(std::io::Error::other(error));
        let Some(mut parts) = data.into_inner() else { return Ok(()) };
        let (mut typed, mut count) = (Map::new(), 0);
        let mut stopped = Ok(());
        while let Some(part) = parts.next_field().await.map_err(broken)? {
            count += 1;
            if count > MOST_PARTS {
                return Err(broken_form());
            }
            let name = part.name().unwrap_or_default().to_owned();
            match part.file_name().map(str::to_owned) {
                // An input for files in which nothing was chosen.
                Some(file) if file.is_empty() => {}
                // With no place for one there is none for the others: what was typed is still read.
                Some(file) if stopped.is_ok() => stopped = self.file(post, part, file).await,
                Some(_) => {}
                None => put(&mut typed, &name, text(part).await?),
            }
        }
        self.form = serde_json::from_value(Value::Object(typed)).map_err(|_| broken_form())?;
        stopped
    }

    /// Takes one file, or notes what is wrong with it and goes on with the next.
    async fn file<S, E>(&mut self, post: &Post, part: S, name: String) -> Result<()>
    where
        S: Stream<Item = Result<Bytes, E>>,
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        if self.files.len() + self.refused.len() >= usize::from(files::MOST) {
            self.refused.push(RefusedFile { name, problem: Problem::TooManyFiles { max: files::MOST } });
            return Ok(());
        }
        match files::receive(&post.server, part, &name).await {
            Ok(stored) => self.files.push(stored),
            Err(Error::Form(errors)) => {
                self.refused.extend(errors.into_iter().map(|error| RefusedFile { name: name.clone(), problem: error.problem }));
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// Says everything that is wrong at once: what was typed, and each file.
    ///
    /// # Errors
    /// [`Error::Form`], or what kept the form from being read.
    pub fn whole<V>(&mut self, read: Result<V, Vec<FieldError>>) -> Result<()> {
        if let Some(error) = self.failed.take() {
            return Err(error);
        }
        if self.refused.is_empty() {
            return Ok(());
        }
        let mut errors = read.err().unwrap_or_default();
        errors.extend(self.refused.iter().map(|file| FieldError::new(files::FIELD, file.problem.clone())));
        Err(Error::Form(errors))
    }

    /// What the page shows again.
    #[must_use]
    pub fn kept(&self) -> Value {
        serde_json::to_value(Kept { form: &self.form, refused: &self.refused }).unwrap_or_default()
    }
}

pub(crate) fn broken_form() -> Error {
    Error::Io(std::io::Error::other("not a form of ours"))
}

pub(crate) async fn text<S, E>(part: S) -> Result<String>
where
    S: Stream<Item = Result<Bytes, E>>,
    E: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let mut part = std::pin::pin!(part);
    let mut bytes = Vec::new();
    while let Some(more) = part.next().await {
        bytes.extend_from_slice(&more.map_err(|error| Error::Io(std::io::Error::other(error)))?);
        if bytes.len() > LONGEST_FIELD {
            return Err(broken_form());
        }
    }
    String::from_utf8(bytes).map_err(|_| broken_form())
}

/// Puts `form[name]` into the form, and `form[name][]` into its list; other fields are nobody's.
pub(crate) fn put(form: &mut Map<String, Value>, name: &str, value: String) {
    let Some((field, rest)) = name.strip_prefix("form[").and_then(|name| name.split_once(']')) else { return };
    if rest == "[]" {
        let list = form.entry(field).or_insert_with(|| Value::Array(Vec::new()));
        if let Value::Array(list) = list {
            list.push(value.into());
        }
    } else {
        form.insert(field.to_owned(), value.into());
    }
}

/// The field for files, with a progress where the browser can show one.
#[component]
pub fn FilesField(
    l: Locale,
    /// The id of the form, which the progress follows.
    form: &'static str,
    #[prop(into)] label: Words,
    #[prop(into, optional)] error: Words,
    /// Something was refused: browsers forget the files then, and the person must know.
    again: bool,
) -> impl IntoView {
    let hint = if again {
        format!("{} {}", t::again(l), t::hint(l, files::MOST, files::LARGEST / 1_048_576))
    } else {
        t::hint(l, files::MOST, files::LARGEST / 1_048_576)
    };
    let words = ProgressWords {
        sending: t::sending(l, "{percent}"),
        checking: t::checking(l).to_owned(),
        failed: t::failed(l).to_owned(),
        label: t::progress(l).to_owned(),
    };
    view! {
        <FileField name="form[files]" label=label accept="application/pdf,image/jpeg,image/png,image/heic,.heic" multiple=true hint=hint error=error/>
        <UploadProgress form=form.to_owned() header=KEEP_ANSWER.to_owned() words/>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_find_their_place() {
        let mut form = Map::new();
        for (name, value) in [("form[note]", "a"), ("form[bills][]", "1"), ("form[bills][]", "2"), ("other", "x"), ("form[", "y")] {
            put(&mut form, name, value.to_owned());
        }
        assert_eq!(Value::Object(form), serde_json::json!({ "note": "a", "bills": ["1", "2"] }));
    }

    #[test]
    fn a_list_and_a_text_of_one_name_do_not_mix() {
        let mut form = Map::new();
        put(&mut form, "form[note]", "a".to_owned());
        put(&mut form, "form[note][]", "b".to_owned());
        assert_eq!(form.get("note"), Some(&Value::from("a")));
    }
}
