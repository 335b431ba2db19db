//! moto servers of our own: AWS's protocols over HTTP, written by others. Started in a virtual environment under `target/`
//! when a test asks and none is free, and ended with this process.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, ChildStdin, Command, Stdio},
    sync::{Mutex, MutexGuard, OnceLock, PoisonError},
    thread::sleep,
    time::Duration,
};

use serde_json::{Value, json};

/// A running server. Its world is empty when a test gets it, and nobody else's until the test lets go.
pub struct Moto {
    pub url: String,
    server: Option<Server>,
}

struct Server {
    url: String,
    /// The server ends when this pipe closes, however this process ends.
    _stdin: ChildStdin,
    _child: Child,
}

/// Servers that no test has at the moment.
static FREE: Mutex<Vec<Server>> = Mutex::new(Vec::new());

fn free() -> MutexGuard<'static, Vec<Server>> {
    FREE.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Drop for Moto {
    fn drop(&mut self) {
        free().extend(self.server.take());
    }
}

impl Moto {
    /// A server, emptied.
    pub fn start() -> Self {
        let server = free().pop();
        let server = server.unwrap_or_else(serve);
        let moto = Self { url: server.url.clone(), server: Some(server) };
        moto.post("reset", &json!({}));
        moto
    }

    /// Keeps the account as it is, for [`Moto::restore`].
    pub fn snapshot(&self) {
        self.post("snapshot", &json!({}));
    }

    /// Makes the account what it was when it was kept, with nothing on record and no faults.
    pub fn restore(&self) {
        self.post("restore", &json!({}));
    }

    /// What exists, by kind: kind to ids with their tags.
    pub fn inventory(&self) -> Value {
        self.get("inventory")
    }

    /// How many of each kind exist, without those of which there is none.
    pub fn counts(&self) -> Vec<(String, usize)> {
        let inventory = self.inventory();
        let kinds = inventory.as_object().expect("an inventory is an object");
        kinds
            .iter()
            .map(|(kind, things)| (kind.clone(), things.as_array().map_or(0, Vec::len)))
            .filter(|(_, count)| *count > 0)
            .collect()
    }

    /// Fails the test if any request broke the service's own model, or met something moto lacks.
    pub fn assert_well_spoken(&self) {
        let violations = self.get("violations");
        assert_eq!(violations, json!([]), "requests that AWS would not take: {violations:#}");
    }

    /// Makes an AWS call behind eksnet's back.
    pub fn call(&self, service: &str, operation: &str, params: &Value) -> Value {
        let body = json!({ "service": service, "operation": operation, "params": params });
        let answer = self.post("call", &body);
        assert!(answer.get("error").is_none(), "{operation}: {answer}");
        answer
    }

    /// Makes a public hosted zone that belongs to somebody else; answers its id.
    pub fn zone(&self, name: &str) -> String {
        let zone = json!({ "Name": name, "CallerReference": name });
        let made = self.call("route53", "CreateHostedZone", &zone);
        let id = made["HostedZone"]["Id"].as_str().expect("an id");
        id.trim_start_matches("/hostedzone/").to_owned()
    }

    /// A certificate of somebody else's that ACM has issued: the record that proves it, which shows a moment after the
    /// request, is in a zone.
    pub fn certificate(&self, name: &str) -> String {
        let asked = json!({ "DomainName": name, "ValidationMethod": "DNS" });
        let made = self.call("acm", "RequestCertificate", &asked);
        let arn = made["CertificateArn"].as_str().expect("an ARN").to_owned();
        let proof = loop {
            let shown = self.call("acm", "DescribeCertificate", &json!({ "CertificateArn": arn }));
            let option = &shown["Certificate"]["DomainValidationOptions"][0];
            if option["ResourceRecord"].is_object() {
                break option["ResourceRecord"].clone();
            }
            sleep(Duration::from_millis(50));
        };
        let record = json!({
            "Name": proof["Name"], "Type": "CNAME", "TTL": 300,
            "ResourceRecords": [{ "Value": proof["Value"] }],
        });
        let changes = json!({ "Changes": [{ "Action": "CREATE", "ResourceRecordSet": record }] });
        let change = json!({ "HostedZoneId": self.zone(name.trim_start_matches("*.")), "ChangeBatch": changes });
        self.call("route53", "ChangeResourceRecordSets", &change);
        arn
    }

    /// The example's text with allocations that exist in this account, after making the role that administers its cluster
    /// and the zone that it writes into.
    pub fn prepared(&self, text: &str) -> String {
        let mut text = text.to_owned();
        if text.contains("role/Platform") {
            let trust = json!({ "Version": "2012-10-17", "Statement": [] }).to_string();
            let role = json!({ "RoleName": "Platform", "AssumeRolePolicyDocument": trust });
            self.call("iam", "CreateRole", &role);
        }
        if text.contains("[dns.\"example.org\"]") {
            self.zone("example.org");
        }
        for known in ["eipalloc-0a1b2c3d4e5f60001", "eipalloc-0a1b2c3d4e5f60002"] {
            if text.contains(known) {
                let made = self.call("ec2", "AllocateAddress", &json!({ "Domain": "vpc" }));
                text =
                    text.replace(known, made["AllocationId"].as_str().expect("an allocation id"));
            }
        }
        text
    }

    pub fn get(&self, path: &str) -> Value {
        self.request("GET", path, "")
    }

    pub fn post(&self, path: &str, body: &Value) -> Value {
        self.request("POST", path, &body.to_string())
    }

    fn request(&self, method: &str, path: &str, body: &str) -> Value {
        let address = self.url.trim_start_matches("http://");
        let mut stream = TcpStream::connect(address).expect("moto listens");
        stream.set_read_timeout(Some(Duration::from_secs(60))).expect("a timeout");
        write!(
            stream,
            "{method} /_test/{path} HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        )
        .expect("moto takes a request");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("moto answers");
        let (head, body) = answer.split_once("\r\n\r\n").expect("an HTTP answer");
        assert!(head.starts_with("HTTP/1.1 200"), "{method} {path}: {answer}");
        serde_json::from_str(body)
            .unwrap_or_else(|error| panic!("{method} {path}: {error}: {body}"))
    }
}

/// A stack in the Region that the harness makes its own calls in.
pub fn in_singapore(text: &str) -> String {
    let regions = ["eu-central-1", "eu-west-1", "us-west-2", "eu-north-1"];
    regions.iter().fold(text.to_owned(), |text, region| text.replace(region, "ap-southeast-1"))
}

/// Starts a server in its virtual environment.
fn serve() -> Server {
    static PYTHON: OnceLock<PathBuf> = OnceLock::new();
    let python = PYTHON.get_or_init(environment);
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/moto/serve.py");
    let mut child = Command::new(python)
        .arg(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the Python of the virtual environment starts");
    let stdin = child.stdin.take().expect("a pipe");
    let mut line = String::new();
    BufReader::new(child.stdout.take().expect("a pipe"))
        .read_line(&mut line)
        .expect("moto says where it listens");
    let url = line
        .trim()
        .strip_prefix("listening ")
        .unwrap_or_else(|| panic!("moto said {line:?}"))
        .to_owned();
    Server { url, _stdin: stdin, _child: child }
}

/// The Python of a virtual environment with moto in it, made if there is none for the pinned requirements.
fn environment() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let requirements = root.join("tests/moto/requirements.txt");
    let pinned = std::fs::read_to_string(&requirements).expect("the requirements read");
    let target =
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    let folder = target.join("moto");
    let python = folder.join("bin/python");
    let stamp = folder.join("requirements.txt");
    if std::fs::read_to_string(&stamp).is_ok_and(|installed| installed == pinned) {
        return python;
    }
    let _ = std::fs::remove_dir_all(&folder);
    run(
        Command::new("python3").args(["-m", "venv"]).arg(&folder),
        "Python 3 with its venv module is needed to run moto",
    );
    let install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r"];
    run(Command::new(&python).args(install).arg(&requirements), "moto could not be installed");
    std::fs::write(&stamp, pinned).expect("the stamp is written");
    python
}

fn run(command: &mut Command, need: &str) {
    let output = command.output().unwrap_or_else(|error| panic!("{need}: {error}"));
    assert!(output.status.success(), "{need}: {}", String::from_utf8_lossy(&output.stderr));
}
