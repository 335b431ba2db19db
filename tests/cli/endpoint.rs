//! Real credentials do not go to an endpoint that is neither AWS's nor this machine's, whoever says so, unless somebody
//! means it.

use super::SMALL;
use crate::aws::{eksnet::Folder, moto::Moto};

const REAL: &str = "AKIAIOSFODNN7EXAMPLE";
const FOREIGN: &str = "http://emulator.invalid:4566";

fn plan(folder: &Folder, key: &str, more: &[(&str, &str)], args: &[&str]) -> String {
    let mut command = folder.command(&[&["plan"], args].concat());
    command.env("AWS_ACCESS_KEY_ID", key).env("AWS_SECRET_ACCESS_KEY", "secret");
    for (name, value) in more {
        match *value {
            "" => command.env_remove(name),
            value => command.env(name, value),
        };
    }
    let output = command.output().expect("eksnet runs");
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn real_credentials_stay_with_aws() {
    let moto = Moto::start();
    let folder = Folder::new(&moto.url, SMALL);
    let refused = "the credentials of an AWS account would go to http://emulator.invalid:4566";
    let said = plan(&folder, REAL, &[], &["--endpoint-url", FOREIGN]);
    assert!(said.contains(refused) && said.contains("--endpoint-url leads"), "{said}");
    for name in
        ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_EC2", "AWS_ENDPOINT_URL_ELASTIC_LOAD_BALANCING_V2"]
    {
        let said = plan(&folder, REAL, &[(name, FOREIGN)], &[]);
        assert!(said.contains(refused) && said.contains(&format!("{name} leads")), "{said}");
    }
    let config = folder.path("config");
    let text =
        format!("[default]\nservices = dev\n[services dev]\ns3 =\n  endpoint_url = {FOREIGN}\n");
    std::fs::write(&config, text).expect("a configuration file");
    let config = config.display().to_string();
    // The environment wins over the file.
    let nothing = [("AWS_CONFIG_FILE", config.as_str()), ("AWS_ENDPOINT_URL", "")];
    let said = plan(&folder, REAL, &nothing, &[]);
    assert!(said.contains(refused) && said.contains("configuration file leads"), "{said}");
}

#[test]
fn unless_somebody_means_it() {
    let moto = Moto::start();
    let folder = Folder::new(&moto.url, SMALL);
    let refused = "the credentials of an AWS account";
    let said = plan(&folder, REAL, &[], &["--endpoint-url", FOREIGN, "--trust-endpoint"]);
    assert!(!said.contains(refused), "{said}");
    let trusted = [("AWS_ENDPOINT_URL", FOREIGN), ("EKSNET_TRUST_ENDPOINT", "1")];
    assert!(!plan(&folder, REAL, &trusted, &[]).contains(refused));
    // What an emulator is given is worth nothing to anybody.
    assert!(!plan(&folder, "test", &[], &["--endpoint-url", FOREIGN]).contains(refused));
}
