//! Every example over AWS's protocols: apply, an empty second plan, destroy, nothing left, and not one request that the
//! services' own models would refuse.

use serde_json::json;

use super::{eksnet::Folder, moto::Moto};
use crate::sandbox::examples;

/// The Region that the harness makes its own calls in.
pub fn in_singapore(text: &str) -> String {
    let regions = ["eu-central-1", "eu-west-1", "us-west-2", "eu-north-1"];
    regions.iter().fold(text.to_owned(), |text, region| text.replace(region, "ap-southeast-1"))
}

#[test]
fn every_example_comes_up_stays_and_goes() {
    let moto = Moto::start();
    for (name, text) in examples() {
        moto.post("reset", &json!({}));
        let text = moto.prepared(&in_singapore(&text));
        let before = moto.counts();
        let folder = Folder::new(&moto.url, &text);
        folder.apply();
        assert_eq!(folder.planned(), [""; 0], "{name}: a second plan is not empty");
        assert_eq!(folder.plan()["drift"], json!([]), "{name}: drift on a clean stack");
        folder.destroy();
        assert_eq!(moto.counts(), before, "{name}: left behind {:#}", moto.inventory());
        moto.assert_well_spoken();
    }
}
