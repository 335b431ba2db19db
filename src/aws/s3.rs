//! Objects in a bucket: the few calls that a state in S3 is made of. Every write says what it expects to find.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use aws_sdk_s3::{
    Client,
    config::{ConfigBag, RuntimeComponents},
    error::{BoxError, SdkError},
    primitives::{DateTime, DateTimeFormat},
    types::{Delete, ObjectIdentifier},
};
use aws_smithy_runtime_api::client::{
    interceptors::{Intercept, context::BeforeDeserializationInterceptorContextRef},
    orchestrator::HttpResponse,
};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use crate::{
    aws::{backoff, present, problem},
    model::{Class, Problem},
};

/// A bucket, and the client of the Region that it is in.
#[derive(Clone, Debug)]
pub struct Bucket {
    pub(super) client: Client,
    /// Its name.
    pub name: String,
}

/// An object as it was read.
#[derive(Clone, Debug)]
pub struct Object {
    /// What it holds.
    pub bytes: Vec<u8>,
    /// S3's name for this content of it.
    pub etag: String,
    /// How long ago it was written, by the clock of S3 alone.
    pub age: Option<Duration>,
}

/// What a write expects to find in its place.
#[derive(Clone, Copy, Debug)]
pub enum Expected<'a> {
    /// Nothing.
    Nothing,
    /// The content with this etag.
    Etag(&'a str),
}

/// What became of a write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Put {
    /// It is there, under this etag.
    Done(String),
    /// Something else is there than was expected; nothing was written.
    Refused,
}

/// An object in a listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Its key.
    pub key: String,
    /// It holds nothing.
    pub empty: bool,
}

/// How often a call is made before what keeps it from succeeding is believed.
const ATTEMPTS: u32 = 8;

impl Bucket {
    /// The object, or `None` if there is none.
    ///
    /// # Errors
    /// S3 refuses, or does not answer for long.
    pub async fn get(&self, key: &str) -> Result<Option<Object>, Problem> {
        present(patiently(|| self.get_once(key)).await)
    }

    /// Writes if what is there is as expected. An answer that was lost is made up for by looking, so what comes back is
    /// certain: `bytes` must therefore be such as nobody else would write.
    ///
    /// # Errors
    /// S3 refuses, or does not answer for long: it is not known then whether it is written.
    pub async fn put(
        &self,
        key: &str,
        bytes: &[u8],
        expected: Expected<'_>,
    ) -> Result<Put, Problem> {
        let mut attempt = 1;
        let mut unclear = false;
        loop {
            let problem = match self.put_once(key, bytes, expected).await {
                Ok(etag) => return Ok(Put::Done(etag)),
                Err(problem) => problem,
            };
            match problem.class {
                Class::Taken | Class::Missing if unclear => {
                    let there = self.get(key).await?.filter(|object| object.bytes == bytes);
                    return Ok(there.map_or(Put::Refused, |object| Put::Done(object.etag)));
                }
                Class::Taken => return Ok(Put::Refused),
                // What should be replaced is gone.
                Class::Missing if problem.code == "NoSuchKey" => return Ok(Put::Refused),
                Class::Unavailable => unclear = true,
                Class::Throttled | Class::Busy => {}
                Class::Missing | Class::InUse | Class::Invalid | Class::Denied | Class::Quota => {
                    return Err(problem);
                }
            }
            if attempt == ATTEMPTS {
                return Err(problem);
            }
            tokio::time::sleep(backoff(attempt)).await;
            attempt += 1;
        }
    }

    /// Gives an object a second name, if it is still what it was.
    ///
    /// # Errors
    /// It is not what it was any more ([`Class::Taken`]), or S3 refuses.
    pub async fn copy(&self, from: &str, etag: &str, to: &str) -> Result<(), Problem> {
        let source = format!("{}/{}", self.name, percent(from));
        let copy = || async {
            let call = self.client.copy_object().bucket(&self.name).key(to);
            call.copy_source(&source).copy_source_if_match(etag).send().await
        };
        patiently(|| answered(copy())).await.map(|_| ())
    }

    /// Every object whose key begins so, in the order of their keys.
    ///
    /// # Errors
    /// S3 refuses, or does not answer for long.
    pub async fn list(&self, prefix: &str) -> Result<Vec<Listed>, Problem> {
        let mut listed = Vec::new();
        let mut page: Option<String> = None;
        loop {
            let ask = || async {
                let call = self.client.list_objects_v2().bucket(&self.name).prefix(prefix);
                call.set_continuation_token(page.clone()).send().await
            };
            let answer = patiently(|| answered(ask())).await?;
            listed.extend(answer.contents().iter().filter_map(|object| {
                Some(Listed { key: object.key.clone()?, empty: object.size == Some(0) })
            }));
            page = answer.next_continuation_token;
            if page.is_none() {
                return Ok(listed);
            }
        }
    }

    /// Deletes objects; those that are not there do not matter.
    ///
    /// # Errors
    /// S3 refuses, or does not answer for long.
    pub async fn delete(&self, keys: &[String]) -> Result<(), Problem> {
        // DeleteObjects takes so many.
        for keys in keys.chunks(1000) {
            let objects = keys.iter().map(|key| ObjectIdentifier::builder().key(key).build());
            let invalid =
                |error| Problem::new(Class::Invalid, "RequestNotBuilt", problem::words(&error));
            let objects: Vec<_> = objects.collect::<Result<_, _>>().map_err(invalid)?;
            let delete = Delete::builder().set_objects(Some(objects)).quiet(true);
            let delete = delete.build().map_err(invalid)?;
            let ask =
                || self.client.delete_objects().bucket(&self.name).delete(delete.clone()).send();
            patiently(|| answered(ask())).await?;
        }
        Ok(())
    }

    /// The Region that the bucket is in, as far as S3 tells whoever asks.
    pub(super) async fn region(&self) -> Result<Option<String>, Problem> {
        let head = || self.client.head_bucket().bucket(&self.name).send();
        let answer = patiently(|| async {
            match head().await {
                Ok(answer) => Ok(answer.bucket_region),
                Err(error) => {
                    // HEAD has no body: the header says where the bucket is, and the status the rest.
                    let raw = error.raw_response();
                    let region = raw.and_then(|raw| raw.headers().get("x-amz-bucket-region"));
                    match (raw.map(|raw| raw.status().as_u16()), region) {
                        (Some(301 | 400), Some(region)) => Ok(Some(region.to_owned())),
                        (Some(404), _) => Err(Problem::new(
                            Class::Missing,
                            "NoSuchBucket",
                            "there is no such bucket",
                        )),
                        (Some(403), _) => Err(Problem::new(
                            Class::Denied,
                            "AccessDenied",
                            "s3:ListBucket is not allowed",
                        )),
                        (_, _) => Err(problem::of(&error)),
                    }
                }
            }
        })
        .await?;
        Ok(answer)
    }

    async fn get_once(&self, key: &str) -> Result<Object, Problem> {
        let seen = Seen::default();
        let call = self.client.get_object().bucket(&self.name).key(key).customize();
        let answer = answered(call.interceptor(seen.clone()).send()).await?;
        let now = seen.date();
        let age = answer.last_modified.zip(now).map(|(then, now)| {
            Duration::from_secs(now.secs().saturating_sub(then.secs()).max(0).cast_unsigned())
        });
        let etag = answer.e_tag.unwrap_or_default();
        let body = answer.body.collect().await.map_err(|error| {
            Problem::new(Class::Unavailable, "AnswerUnreadable", problem::words(&error))
        })?;
        Ok(Object { bytes: body.to_vec(), etag, age })
    }

    async fn put_once(
        &self,
        key: &str,
        bytes: &[u8],
        expected: Expected<'_>,
    ) -> Result<String, Problem> {
        let call = self.client.put_object().bucket(&self.name).key(key);
        let call = match expected {
            Expected::Nothing => call.if_none_match("*"),
            Expected::Etag(etag) => call.if_match(etag),
        };
        let answer = answered(call.body(bytes.to_vec().into()).send()).await?;
        Ok(answer.e_tag.unwrap_or_default())
    }
}

/// Asks until AWS has said yes or a no that will stay. For calls that are safe to ask for twice.
pub(super) async fn patiently<T, F>(ask: impl Fn() -> F) -> Result<T, Problem>
where
    F: Future<Output = Result<T, Problem>>,
{
    let mut attempt = 1;
    loop {
        let problem = match ask().await {
            Ok(answer) => return Ok(answer),
            Err(problem) => problem,
        };
        let passing = matches!(problem.class, Class::Throttled | Class::Unavailable | Class::Busy);
        if !passing || attempt == ATTEMPTS {
            return Err(problem);
        }
        tokio::time::sleep(backoff(attempt)).await;
        attempt += 1;
    }
}

/// What a call was answered, or the problem with it.
pub(super) async fn answered<T, E>(
    call: impl Future<Output = Result<T, SdkError<E, HttpResponse>>>,
) -> Result<T, Problem>
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    call.await.map_err(|error| problem::of(&error))
}

/// A key as it stands in the header that names the source of a copy.
fn percent(key: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte);
    let byte = |byte: u8| {
        if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }
    };
    key.bytes().map(byte).collect()
}

/// Keeps the date of an answer: what S3 took the time for when it gave it.
#[derive(Clone, Debug, Default)]
struct Seen(Arc<Mutex<Option<DateTime>>>);

impl Seen {
    fn date(&self) -> Option<DateTime> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Intercept for Seen {
    fn name(&self) -> &'static str {
        "Seen"
    }

    fn read_before_deserialization(
        &self,
        context: &BeforeDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let date = context.response().headers().get("date");
        let date = date.and_then(|date| DateTime::from_str(date, DateTimeFormat::HttpDate).ok());
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = date;
        Ok(())
    }
}
