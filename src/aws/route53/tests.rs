//! Normal forms, the limits of a call, and whom a refusal is about.

use aws_sdk_route53::types::{ResourceRecord, RrType};

use super::*;

fn change(action: ChangeAction, name: &str, kind: RrType, values: &[&str]) -> Change {
    let values = values.iter().map(|value| ResourceRecord::builder().value(*value).build());
    let set = ResourceRecordSet::builder()
        .name(name)
        .r#type(kind)
        .set_resource_records(Some(values.collect::<Result<_, _>>().expect("values")))
        .build()
        .expect("a record");
    Change::builder().action(action).resource_record_set(set).build().expect("a change")
}

#[test]
fn names_and_values_have_a_normal_form() {
    for (name, plain) in [
        ("App.Example.COM.", "app.example.com"),
        ("\\052.example.com.", "*.example.com"),
        ("_dmarc.example.com", "_dmarc.example.com"),
        ("a\\040b.example.com.", "a\\040b.example.com"),
        ("a\\", "a\\"),
        (".", ""),
    ] {
        assert_eq!(plain_name(name), plain);
        assert_eq!(plain_name(plain), plain, "twice");
    }
    for (kind, value, plain) in [
        ("CNAME", "Target.Example.net.", "target.example.net"),
        ("MX", "10   Mail.Example.com.", "10 mail.example.com"),
        ("SRV", "0 5 443 Web.Example.com.", "0 5 443 web.example.com"),
        ("AAAA", "2001:DB8:0:0::1", "2001:db8::1"),
        ("TXT", "\"v=SPF1 -all\"", "\"v=SPF1 -all\""),
        ("A", "192.0.2.1", "192.0.2.1"),
    ] {
        assert_eq!(plain_value(kind, value), plain);
    }
}

#[test]
fn a_call_holds_as_much_as_is_allowed() {
    let count = |action: ChangeAction, changes: usize, length: usize| {
        let value = "x".repeat(length);
        let all: Vec<Change> = (0..changes)
            .map(|n| change(action.clone(), &format!("n{n}.example.com"), RrType::Txt, &[&value]))
            .collect();
        fitting(all.iter())
    };
    assert_eq!(count(ChangeAction::Create, 1200, 1), 1000);
    assert_eq!(count(ChangeAction::Upsert, 1200, 1), 500);
    assert_eq!(count(ChangeAction::Create, 400, 100), 320);
    assert_eq!(count(ChangeAction::Upsert, 400, 100), 160);
    assert_eq!(count(ChangeAction::Create, 3, 40_000), 1);
}

#[test]
fn a_refusal_is_about_those_that_it_names() {
    let www = change(ChangeAction::Create, "www.example.com", RrType::A, &["192.0.2.1"]);
    let any = change(ChangeAction::Create, "*.example.com", RrType::A, &["192.0.2.1"]);
    let old = change(ChangeAction::Delete, "old.example.com", RrType::Txt, &["\"x\""]);
    let cname = change(ChangeAction::Create, "c.example.com", RrType::Cname, &["example.net"]);
    let fine = change(ChangeAction::Create, "fine.example.com", RrType::A, &["192.0.2.1"]);
    let all = [www, any, old, cname, fine];
    let refused = |message: &str| {
        let problem = Problem::new(Class::Invalid, "InvalidChangeBatch", message);
        all.each_ref().map(|change| verdict(&problem, change, &all).class)
    };
    use Class::{Busy, Invalid, Missing, Taken};
    let message = "[Tried to create resource record set [name='www.example.com.', type='A'] but it already \
                   exists, Tried to create resource record set [name='\\052.example.com.', type='A'] but it \
                   already exists, Tried to delete resource record set [name='old.example.com.', type='TXT'] \
                   but it was not found, RRSet of type CNAME with DNS name c.example.com. is not permitted as \
                   it conflicts with other records with the same DNS name in zone example.com.]";
    assert_eq!(refused(message), [Taken, Taken, Missing, Busy, Busy]);
    assert_eq!(refused("[something new]"), [Invalid; 5]);
    let changed = "[Tried to delete resource record set [name='old.example.com.', type='TXT'] but the values \
                   provided do not match the current values]";
    assert_eq!(refused(changed), [Busy; 5]);
}
