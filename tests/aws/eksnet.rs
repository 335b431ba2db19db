//! The real binary in a folder of its own, against moto.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

use serde_json::Value;

use crate::lab::folder;

/// A folder with a stack file, in which the binary is run.
pub struct Folder {
    folder: tempfile::TempDir,
    url: String,
}

/// What a run of the binary came to.
#[derive(Debug)]
pub struct Ran {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Folder {
    pub fn new(url: &str, stack: &str) -> Self {
        let folder = Self::empty(url);
        fs::create_dir(folder.path("stacks")).expect("a folder for the stack");
        folder.write(stack);
        folder
    }

    fn empty(url: &str) -> Self {
        Self { folder: folder(), url: url.to_owned() }
    }

    /// A folder with the same in it.
    pub fn twin(&self) -> Self {
        let twin = Self::empty(&self.url);
        copy(self.folder.path(), twin.folder.path());
        twin
    }

    /// Writes the stack file.
    pub fn write(&self, stack: &str) {
        fs::write(self.path("stacks/stack.toml"), stack).expect("the stack file is written");
    }

    pub fn path(&self, inside: &str) -> PathBuf {
        self.folder.path().join(inside)
    }

    /// The binary with everything of the caller's AWS configuration taken away.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_eksnet"));
        command.args(args).current_dir(self.folder.path()).stdin(Stdio::null());
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("AWS_")) {
            command.env_remove(name);
        }
        let nowhere = Path::new("/nonexistent");
        command
            .env("AWS_CONFIG_FILE", nowhere)
            .env("AWS_SHARED_CREDENTIALS_FILE", nowhere)
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env("AWS_ENDPOINT_URL", &self.url)
            .env("NO_COLOR", "1");
        command
    }

    pub fn run(&self, args: &[&str]) -> Ran {
        let output = self.command(args).output().expect("eksnet runs");
        Ran {
            code: output.status.code(),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// Runs, and kills what has not ended after `patience`: that has no exit code.
    pub fn run_within(&self, patience: Duration, args: &[&str]) -> Ran {
        let [out, err] = ["out", "err"].map(|name| self.path(name));
        let file = |path: &Path| fs::File::create(path).expect("a file");
        let mut command = self.command(args);
        let mut child =
            command.stdout(file(&out)).stderr(file(&err)).spawn().expect("eksnet starts");
        let began = Instant::now();
        while child.try_wait().expect("the run can be asked").is_none() {
            if began.elapsed() > patience {
                child.kill().expect("the run is killed");
            }
            sleep(Duration::from_millis(5));
        }
        let code = child.wait().expect("the run ends").code();
        let [out, err] = [out, err].map(|path| fs::read_to_string(path).expect("what it said"));
        Ran { code, out, err }
    }

    pub fn spawn(&self, args: &[&str]) -> Child {
        let mut command = self.command(args);
        command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("eksnet starts")
    }

    /// Runs and expects it to end well; answers standard output.
    pub fn done(&self, args: &[&str]) -> String {
        let ran = self.run(args);
        assert_eq!(ran.code, Some(0), "eksnet {args:?}: {}\n{}", ran.out, ran.err);
        ran.out
    }

    pub fn apply(&self) -> String {
        self.done(&["apply", "--auto-approve"])
    }

    pub fn destroy(&self) -> String {
        self.done(&["destroy", "--auto-approve"])
    }

    /// The plan as JSON.
    pub fn plan(&self) -> Value {
        serde_json::from_str(&self.done(&["plan", "--json"])).expect("a plan is JSON")
    }

    /// What a plan does, `create vpc.shop` a line, no-ops left out.
    pub fn planned(&self) -> Vec<String> {
        Self::changes(&self.plan())
    }

    /// What `plan` does.
    pub fn changes(plan: &Value) -> Vec<String> {
        let changes = plan["resource_changes"].as_array().expect("changes");
        changes
            .iter()
            .filter(|change| change["change"]["actions"] != serde_json::json!(["no-op"]))
            .map(|change| {
                let actions: Vec<&str> = change["change"]["actions"]
                    .as_array()
                    .into_iter()
                    .flatten()
                    .filter_map(Value::as_str)
                    .collect();
                format!("{} {}", actions.join("+"), change["address"].as_str().unwrap_or_default())
            })
            .collect()
    }
}

fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).expect("a folder").flatten() {
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if from.is_dir() {
            fs::create_dir(&to).expect("a folder");
            copy(&from, &to);
        } else {
            fs::copy(&from, &to).expect("a copy");
        }
    }
}
