//! States at rest that only those read who have the key. Snapshots and every line of a journal are encrypted and bound to
//! the stack, lineage, serial and place that they were written for: what is exchanged, moved or changed does not open.
//!
//! The key comes out of a passphrase, or is made by KMS; how to get it again stands in the clear beside what it seals. A
//! state that is encrypted stays so. One that should be and is not is refused: somebody else may have put it there.

use std::{fmt, rc::Rc};

use argon2::{Algorithm, Argon2, Params, Version};
use aws_smithy_types::base64;
use chacha20poly1305::{
    Key as CipherKey, KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Generate, Payload},
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{
    aws::{self, Target},
    model::Diagnostic,
    state::{
        State,
        recall::{Heading, sealed, unsealed},
        snapshot,
    },
};

/// What the stack file says about encryption.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Encryption {
    /// Nothing: what is encrypted stays so, what is not does too.
    #[default]
    Unsaid,
    /// By a passphrase.
    Passphrase,
    /// By the KMS key with this ARN.
    Key(String),
}

/// The keys of a state.
pub struct Keyring {
    encryption: Encryption,
    passphrase: Option<String>,
    target: Target,
    keys: Vec<Rc<Key>>,
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Keyring({:?})", self.encryption)
    }
}

/// A key, ready for use.
struct Key {
    label: Label,
    cipher: XChaCha20Poly1305,
}

/// What a snapshot that is sealed says in the clear, and what it holds.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Envelope {
    stack: String,
    lineage: String,
    serial: u64,
    key: Value,
    sealed: Option<String>,
}

/// How to get a key again, and whether it is the right one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Label {
    origin: Origin,
    /// Nothing, sealed.
    check: String,
}

/// Where a key comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Origin {
    /// Argon2id over a passphrase.
    Passphrase { salt: String, memory: u32, passes: u32 },
    /// KMS opens the blob.
    Kms { key: String, blob: String },
}

/// What Argon2 may take at most, whatever a file says: a gibibyte, ten passes.
const MOST: (u32, u32) = (1 << 20, 10);

impl Keyring {
    /// The keys for a state about which the stack file says `encryption`; KMS is where `target` says, in its key's Region.
    pub fn new(encryption: Encryption, passphrase: Option<String>, target: Target) -> Self {
        Self { encryption, passphrase, target, keys: Vec::new() }
    }

    /// The snapshot of `state` as it is kept.
    pub(super) async fn snapshot(&mut self, state: &State) -> Result<String, Diagnostic> {
        let text = snapshot::text(state);
        let Some(key) = self.current().await? else { return Ok(text) };
        let State { format, stack, lineage, serial, .. } = state;
        let sealed = key.seal(&snapshot_place(stack, lineage, *serial), text.as_bytes());
        let document = json!({
            "format": format, "stack": stack, "lineage": lineage, "serial": serial,
            "key": key.label, "sealed": sealed,
        });
        Ok(format!("{document:#}\n"))
    }

    /// The text of a snapshot that was found in `place`, opened; none if it is not sealed; or why it does not open.
    pub(super) async fn opened(
        &mut self,
        place: &str,
        envelope: Envelope,
    ) -> Result<Result<Option<Vec<u8>>, String>, Diagnostic> {
        let Envelope { stack, lineage, serial, key, sealed } = envelope;
        let Some(sealed) = sealed else {
            return if self.encryption == Encryption::Unsaid {
                Ok(Ok(None))
            } else {
                Err(in_the_clear(place))
            };
        };
        let Ok(label) = serde_json::from_value::<Label>(key) else {
            return Ok(Err("nothing says which key it is sealed with".to_owned()));
        };
        let key = self.open(place, label).await?;
        let opened = key.open(&snapshot_place(&stack, &lineage, serial), &sealed);
        Ok(opened.map(Some).ok_or_else(|| "it is not what was sealed".to_owned()))
    }

    /// Lines of a journal as they are kept: `first` is the number of the first of them on its page.
    pub(super) async fn lines(
        &mut self,
        origin: &State,
        page: u64,
        first: u64,
        lines: &[String],
    ) -> Result<String, Diagnostic> {
        let key = self.current().await?;
        let line = |(number, line): (u64, &String)| match &key {
            None => sealed(line),
            Some(key) => {
                let bound = line_place(&origin.lineage, origin.serial, page, number);
                sealed(&key.seal(&bound, line.as_bytes()))
            }
        };
        Ok((first..).zip(lines).map(line).collect())
    }

    /// A heading of a page, with what the page is sealed with.
    pub(super) async fn heading(&mut self, heading: Heading) -> Result<String, Diagnostic> {
        let key = self.current().await?.map(|key| key.label.clone());
        Ok(sealed(&Heading { key, ..heading }.line()))
    }

    /// The text of a page, opened. Lines that do not open stay what they are: damaged.
    pub(super) async fn page(&mut self, place: &str, text: String) -> Result<String, Diagnostic> {
        let first = text.split('\n').next().and_then(unsealed::<Heading>);
        let Some(heading) = first else { return Ok(text) };
        let Some(label) = heading.key.clone() else {
            // What continues a sealed snapshot is sealed.
            return if self.encryption == Encryption::Unsaid && self.keys.is_empty() {
                Ok(text)
            } else {
                Err(in_the_clear(place))
            };
        };
        let key = self.open(place, label).await?;
        let Heading { lineage, serial, page, .. } = &heading;
        let open = |(number, line): (u64, &str)| {
            let (_, inner) = line.split_once(' ').filter(|_| number > 0)?;
            // The checksum of what was sealed has to fit too: the end of a file may be torn.
            (sealed(inner).trim_end() == line).then_some(())?;
            let bound = line_place(lineage, *serial, page.unwrap_or_default(), number);
            let text = String::from_utf8(key.open(&bound, inner)?).ok()?;
            Some(sealed(&text).trim_end().to_owned())
        };
        let shown = |(number, line): (u64, &str)| match open((number, line)) {
            Some(line) => line,
            None if number == 0 || line.is_empty() => line.to_owned(),
            None => format!("! {line}"),
        };
        let lines: Vec<String> = (0..).zip(text.split('\n')).map(shown).collect();
        Ok(lines.join("\n"))
    }

    /// The key that is written with.
    async fn current(&mut self) -> Result<Option<Rc<Key>>, Diagnostic> {
        let fits = |key: &&Rc<Key>| match (&self.encryption, &key.label.origin) {
            (Encryption::Unsaid, _) | (Encryption::Passphrase, Origin::Passphrase { .. }) => true,
            (Encryption::Key(wanted), Origin::Kms { key, .. }) => wanted == key,
            (Encryption::Passphrase, Origin::Kms { .. })
            | (Encryption::Key(_), Origin::Passphrase { .. }) => false,
        };
        if let Some(key) = self.keys.iter().find(fits) {
            return Ok(Some(Rc::clone(key)));
        }
        let (origin, bytes) = match self.encryption.clone() {
            Encryption::Unsaid => return Ok(None),
            Encryption::Passphrase => {
                let (memory, passes) = (Params::DEFAULT_M_COST, Params::DEFAULT_T_COST);
                let salt = base64::encode(XNonce::generate());
                let origin = Origin::Passphrase { salt, memory, passes };
                let bytes = self.unwrap("the state", &origin).await?;
                (origin, bytes)
            }
            Encryption::Key(key) => {
                let made = self.vault(&key).await?.generate(&key).await;
                let made = made.map_err(|problem| {
                    Diagnostic::error(format!("KMS makes no key for the state with {key}"))
                        .note(format!("AWS: {problem}"))
                        .help("allow kms:GenerateDataKey and kms:Decrypt with this key")
                })?;
                (Origin::Kms { key, blob: base64::encode(made.blob) }, made.plain)
            }
        };
        let cipher = cipher(&bytes)?;
        let mut key = Key { label: Label { origin, check: String::new() }, cipher };
        key.label.check = key.seal(CHECK, b"");
        let key = Rc::new(key);
        self.keys.push(Rc::clone(&key));
        Ok(Some(key))
    }

    /// The key that a label tells of.
    async fn open(&mut self, place: &str, label: Label) -> Result<Rc<Key>, Diagnostic> {
        if let Some(key) = self.keys.iter().find(|key| key.label == label) {
            return Ok(Rc::clone(key));
        }
        let bytes = self.unwrap(place, &label.origin).await?;
        let key = Key { cipher: cipher(&bytes)?, label };
        if key.open(CHECK, &key.label.check).is_none() {
            return Err(Diagnostic::error(format!("{place} is encrypted with another passphrase"))
                .help("set EKSNET_STATE_PASSPHRASE to the one that it was encrypted with"));
        }
        let key = Rc::new(key);
        self.keys.push(Rc::clone(&key));
        Ok(key)
    }

    /// The bytes of the key that comes from `origin`.
    async fn unwrap(&self, place: &str, origin: &Origin) -> Result<Vec<u8>, Diagnostic> {
        let unusable =
            |what: &str| Diagnostic::error(format!("{place} is encrypted")).note(what.to_owned());
        match origin {
            Origin::Passphrase { salt, memory, passes } => {
                let Some(passphrase) = &self.passphrase else {
                    return Err(unusable("by a passphrase, and none is given")
                        .help("set EKSNET_STATE_PASSPHRASE, or EKSNET_STATE_PASSPHRASE_FILE to a file with it"));
                };
                let asked = *memory <= MOST.0 && *passes <= MOST.1;
                let params = Params::new(*memory, *passes, 1, Some(32)).ok().filter(|_| asked);
                let salt = base64::decode(salt).ok();
                let Some((params, salt)) = params.zip(salt) else {
                    return Err(unusable("how to get its key is not to be understood"));
                };
                let mut bytes = vec![0; 32];
                Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
                    .hash_password_into(passphrase.as_bytes(), &salt, &mut bytes)
                    .map_err(|error| {
                        unusable("its key cannot be computed").note(error.to_string())
                    })?;
                Ok(bytes)
            }
            Origin::Kms { key, blob } => {
                let blob = base64::decode(blob)
                    .map_err(|_| unusable("how to get its key is not to be understood"))?;
                let opened = self.vault(key).await?.open(key, &blob).await;
                opened.map_err(|problem| {
                    unusable(&format!("with {key}, which does not open it"))
                        .note(format!("AWS: {problem}"))
                        .help("use credentials that are allowed kms:Decrypt with this key")
                })
            }
        }
    }

    /// KMS where `key` is: the fourth part of an ARN is its Region.
    async fn vault(&self, key: &str) -> Result<aws::Vault, Diagnostic> {
        let region = key.split(':').nth(3).unwrap_or(&self.target.region).to_owned();
        aws::vault(&Target { region, ..self.target.clone() }).await
    }
}

impl Default for Keyring {
    fn default() -> Self {
        Self::new(Encryption::Unsaid, None, Target::default())
    }
}

impl Key {
    /// `text`, to be opened only for the same `bound`.
    fn seal(&self, bound: &str, text: &[u8]) -> String {
        let nonce = XNonce::generate();
        let payload = Payload { msg: text, aad: bound.as_bytes() };
        let sealed = self.cipher.encrypt(&nonce, payload);
        let mut bytes = nonce.to_vec();
        bytes.extend(sealed.expect("a state is shorter than 2^38 bytes"));
        base64::encode(bytes)
    }

    /// What was sealed for `bound`.
    fn open(&self, bound: &str, sealed: &str) -> Option<Vec<u8>> {
        let bytes = base64::decode(sealed).ok()?;
        let (nonce, text) = bytes.split_at_checked(24)?;
        let nonce = XNonce::try_from(nonce).ok()?;
        self.cipher.decrypt(&nonce, Payload { msg: text, aad: bound.as_bytes() }).ok()
    }
}

/// What the check of a label is bound to.
const CHECK: &str = "eksnet key";

fn cipher(bytes: &[u8]) -> Result<XChaCha20Poly1305, Diagnostic> {
    let key = CipherKey::try_from(bytes);
    let key = key.map_err(|_| Diagnostic::error("a key of the state has not 32 bytes"))?;
    Ok(XChaCha20Poly1305::new(&key))
}

fn snapshot_place(stack: &str, lineage: &str, serial: u64) -> String {
    format!("eksnet state\n{stack}\n{lineage}\n{serial}")
}

fn line_place(lineage: &str, serial: u64, page: u64, line: u64) -> String {
    format!("eksnet journal\n{lineage}\n{serial}\n{page}\n{line}")
}

fn in_the_clear(place: &str) -> Diagnostic {
    Diagnostic::error(format!("{place} is not encrypted, and `[stack] encryption` says that it is"))
        .note("it was written before that, or somebody else has put it there")
        .help(format!("if it is yours, encrypt it: `eksnet state migrate {place}`"))
}
