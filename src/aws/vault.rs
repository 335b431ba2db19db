//! Keys for what is kept at rest: made by KMS, and opened by nobody else.

use std::collections::HashMap;

use aws_sdk_kms::{Client, primitives::Blob, types::DataKeySpec};

use crate::{
    aws::s3::{answered, patiently},
    model::Problem,
};

/// The keys of one Region.
#[derive(Debug)]
pub struct Vault(Client);

/// A key for data, and how to get it again.
#[derive(Clone, Default)]
pub struct DataKey {
    /// The key itself.
    pub plain: Vec<u8>,
    /// What KMS makes it again from.
    pub blob: Vec<u8>,
}

impl Vault {
    pub(super) const fn new(client: Client) -> Self {
        Self(client)
    }

    /// A new key of 32 bytes that `key` opens again.
    ///
    /// # Errors
    /// KMS refuses, or does not answer for long.
    pub async fn generate(&self, key: &str) -> Result<DataKey, Problem> {
        let ask = || {
            let call = self.0.generate_data_key().key_id(key).key_spec(DataKeySpec::Aes256);
            answered(call.set_encryption_context(Some(purpose())).send())
        };
        let answer = patiently(ask).await?;
        let bytes = |blob: Option<Blob>| blob.map(Blob::into_inner).unwrap_or_default();
        Ok(DataKey { plain: bytes(answer.plaintext), blob: bytes(answer.ciphertext_blob) })
    }

    /// The key that was made with `blob`.
    ///
    /// # Errors
    /// KMS refuses, or does not answer for long.
    pub async fn open(&self, key: &str, blob: &[u8]) -> Result<Vec<u8>, Problem> {
        let ask = || {
            let call = self.0.decrypt().key_id(key).ciphertext_blob(Blob::new(blob));
            answered(call.set_encryption_context(Some(purpose())).send())
        };
        let answer = patiently(ask).await?;
        Ok(answer.plaintext.map(Blob::into_inner).unwrap_or_default())
    }
}

/// What a key is for, as KMS writes it into its log and a policy may demand it.
fn purpose() -> HashMap<String, String> {
    HashMap::from([("eksnet".to_owned(), "state".to_owned())])
}
