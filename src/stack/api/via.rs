//! `via`: the load balancer that an API's requests go through.

use super::super::{
    Via,
    reader::{Value, Written},
};

const PLAIN: &str = "write it as in `\"nlb.api\"` or `\"alb.web\"`";

pub(super) fn read(value: &Value<'_>) -> Option<Written<Via>> {
    let text = value.string()?;
    let via = match text.value.split_once('.') {
        Some(("nlb", name)) if !name.is_empty() => Via::Nlb(name.to_owned()),
        Some(("alb", name)) if !name.is_empty() => Via::Alb(name.to_owned()),
        _ => {
            let wrong = value
                .error(format!("`{}` is not a load balancer of the stack", text.value), "not one");
            value.source().report(if text.value.starts_with("arn:") {
                wrong.help("write a section for a load balancer of the stack, such as `[nlb.api]`")
            } else {
                wrong.help(PLAIN)
            });
            return None;
        }
    };
    Some(text.map(|_| via))
}
