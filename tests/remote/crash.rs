//! SIGKILL around calls to AWS and writes to the bucket: the next run, on any other machine, ends well.

use serde_json::json;

use super::{make_bucket, remote, run_when_free, start, until, whole};
use crate::aws::eksnet::Folder;

/// Kills a run at every call that changes something, before its effect and after it in turn.
#[test]
fn killed_around_each_call() {
    let (moto, folder) = remote();
    let whole = whole(&moto, &folder);
    let mut killed = 0;
    for nth in 1.. {
        moto.post("reset", &json!({}));
        make_bucket(&moto);
        let mode = if nth % 2 == 0 { "hold" } else { "hold-before" };
        moto.post("fault", &json!({ "operation": "mutating", "mode": mode, "nth": nth }));
        let mut run = start(&folder, &["apply", "--auto-approve"]);
        let mut ended = false;
        until("a call is held, or the run ends", || {
            ended = run.try_wait().expect("the run can be asked").is_some();
            ended || moto.get("held") != json!(0)
        });
        if ended {
            break;
        }
        run.kill().expect("the run is killed");
        run.wait().expect("the run ends");
        killed += 1;
        // Another machine, with nothing but the stack file.
        let elsewhere = Folder::new(&moto.url, super::REMOTE);
        let next = run_when_free(&elsewhere, &["apply", "--auto-approve"]);
        assert_eq!(next.code, Some(0), "{mode} {nth}: {next:?}");
        assert_eq!(moto.counts(), whole, "{mode} {nth}: {:#}", moto.inventory());
        assert_eq!(elsewhere.planned(), [""; 0], "{mode} {nth}");
    }
    assert!(killed > 20, "there were only {killed} calls");
}

/// The run lives, the answers of S3 do not: it finds out by itself what became of each write.
#[test]
fn answers_lost_on_the_way_from_the_bucket() {
    let (moto, folder) = remote();
    let whole = whole(&moto, &folder);
    for mode in ["drop-answer", "drop-before", "error-500-after", "error-503", "throttle"] {
        for nth in [1, 2, 3, 6, 12] {
            moto.post("reset", &json!({}));
            make_bucket(&moto);
            moto.post("fault", &json!({ "operation": "s3.PutObject", "mode": mode, "nth": nth }));
            let ran = super::run(&folder, &["apply", "--auto-approve"]);
            assert_eq!(ran.code, Some(0), "{mode} {nth}: {ran:?}");
            assert_eq!(moto.get("faults")["fired"], json!(1), "{mode} {nth} never struck");
            assert_eq!(moto.counts(), whole, "{mode} {nth}");
            assert_eq!(folder.planned(), [""; 0], "{mode} {nth}");
        }
    }
}
