//! Policy documents: JSON that says the same in several spellings, and that IAM answers in percent-encoded form.

use serde_json::Value;

/// A policy document in its normal form: statements are a list, and a list of one action, resource, principal or
/// condition value is that value alone. Longer lists keep their order, as IAM keeps it.
pub fn normal_document(mut document: Value) -> Value {
    let Some(statements) = document.get_mut("Statement") else { return document };
    if statements.is_object() {
        *statements = Value::Array(vec![statements.take()]);
    }
    for statement in statements.as_array_mut().into_iter().flatten() {
        for name in ["Action", "NotAction", "Resource", "NotResource"] {
            statement.get_mut(name).map(unwrap_single);
        }
        for name in ["Principal", "NotPrincipal"] {
            entries(statement.get_mut(name)).for_each(unwrap_single);
        }
        for operator in entries(statement.get_mut("Condition")) {
            entries(Some(operator)).for_each(unwrap_single);
        }
    }
    document
}

/// A document out of an answer of IAM. One that is no JSON, which IAM would not have taken, stays text.
pub(super) fn from_answer(encoded: &str) -> Value {
    let text = percent_decoded(encoded);
    serde_json::from_str(&text).map_or(Value::String(text), normal_document)
}

/// The values of an object; nothing if it is none.
fn entries(value: Option<&mut Value>) -> impl Iterator<Item = &mut Value> {
    value.and_then(Value::as_object_mut).into_iter().flat_map(|map| map.values_mut())
}

fn unwrap_single(value: &mut Value) {
    if let Value::Array(items) = value
        && items.len() == 1
        && let Some(only) = items.pop()
    {
        *value = only;
    }
}

/// Text without its `%xx`, as in RFC 3986: a plus is a plus.
fn percent_decoded(encoded: &str) -> String {
    let mut bytes = Vec::with_capacity(encoded.len());
    let mut rest = encoded.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let digits = after.get(..2).filter(|_| byte == b'%');
        let decoded = digits
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        bytes.push(decoded.unwrap_or(byte));
        rest = if decoded.is_some() { &after[2..] } else { after };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn two_spellings_have_one_normal_form() {
        let short = json!({
            "Version": "2012-10-17",
            "Statement": {
                "Effect": "Allow",
                "Principal": { "Service": "vpc-flow-logs.amazonaws.com" },
                "Action": "sts:AssumeRole",
                "Condition": { "StringEquals": { "aws:SourceAccount": "123456789012" } },
            },
        });
        let long = json!({
            "Version": "2012-10-17",
            "Statement": [{
                "Effect": "Allow",
                "Principal": { "Service": ["vpc-flow-logs.amazonaws.com"] },
                "Action": ["sts:AssumeRole"],
                "Condition": { "StringEquals": { "aws:SourceAccount": ["123456789012"] } },
            }],
        });
        assert_eq!(normal_document(short), normal_document(long));
    }

    #[test]
    fn the_normal_form_of_a_normal_form_is_itself() {
        let document =
            json!({ "Statement": [{ "Action": ["logs:a", "logs:b"], "Resource": "*" }] });
        assert_eq!(normal_document(document.clone()), document);
    }

    #[test]
    fn answers_are_percent_encoded() {
        let encoded = "%7B%22Statement%22%3A%20%5B%5D%2C%20%22Id%22%3A%20%22a%2Bb+c%25%C3%A9%22%7D";
        assert_eq!(from_answer(encoded), json!({ "Statement": [], "Id": "a+b+c%é" }));
    }

    #[test]
    fn what_is_not_encoded_stays() {
        assert_eq!(percent_decoded("100% of %zz and %4"), "100% of %zz and %4");
    }
}
