//! `instances`: types that EKS may choose from, so all of them have to run the same image.

use super::super::reader::{Source, Span, Value, Written, listed, nearest};
use crate::{
    data::instances::{Accelerator, Addresses, Arch, Hypervisor, Instance, instance, names, sizes},
    model::Diagnostic,
};

/// The types of a group.
pub(super) struct Types {
    pub(super) names: Vec<String>,
    pub(super) span: Span,
    pub(super) arch: Arch,
    pub(super) accelerator: Option<Accelerator>,
    /// Pods that a node takes at most when they get their addresses in prefixes: EKS goes by the smallest type.
    pub(super) pods: u32,
    /// One whose network interfaces cannot have prefixes.
    pub(super) xen: Option<Written<String>>,
}

type Type = (Written<String>, Instance);

pub(super) fn read(value: &Value<'_>) -> Option<Types> {
    let source = value.source();
    let written = value.strings()?;
    if value.is_list_of(0) {
        let none = value.error("a node group needs an instance type", "empty");
        source.report(none.help(value.advice()));
    }
    for (position, name) in written.iter().enumerate() {
        if let Some(first) = written[..position].iter().find(|first| first.value == name.value) {
            source.report(
                source
                    .error(&name.span, format!("`{}` is written twice", name.value), "again here")
                    .at(source.place(&first.span, "first here"))
                    .help("remove one of the two"),
            );
        }
    }
    let mut types: Vec<Type> = Vec::new();
    for name in &written {
        match instance(name.value) {
            Some(found) => types.push((name.clone().map(str::to_owned), found)),
            None => source.report(unknown(source, name)),
        }
    }
    check_alike(source, &types);
    let (_, first) = types.first()?;
    let (arch, accelerator) = (first.arch, first.accelerator);
    let pods = types.iter().map(|(_, it)| it.max_pods(Addresses::Prefixes)).min()?;
    let xen = types.iter().find(|(_, it)| it.hypervisor == Hypervisor::Xen);
    let xen = xen.map(|(name, _)| name.clone());
    if types.len() < written.len() || !value.is_list_of(written.len()) {
        return None;
    }
    let names = types.into_iter().map(|(name, _)| name.value).collect();
    Some(Types { names, span: value.span(), arch, accelerator, pods, xen })
}

fn unknown(source: &Source, name: &Written<&str>) -> Diagnostic {
    let message = format!("there is no instance type `{}` that nodes can be", name.value);
    let unknown = source.error(&name.span, message, "unknown type");
    let (family, size) = name.value.split_once('.').unwrap_or((name.value, ""));
    let known: Vec<&str> = sizes(family).collect();
    if !known.is_empty() {
        // A number of `xlarge` that the family lacks is no slip of letters.
        let sized = size.trim_start_matches(|c: char| c.is_ascii_digit()) == "xlarge";
        return match nearest(size, known.iter().copied()).filter(|_| !sized) {
            Some(meant) => unknown.help(format!("write `\"{family}.{meant}\"`")),
            None => unknown.help(format!("the sizes of `{family}` are {}", listed(known))),
        };
    }
    let all: Vec<String> = names().collect();
    match nearest(name.value, all.iter().map(String::as_str)) {
        Some(meant) => unknown.help(format!("write `\"{meant}\"`, if that is meant")),
        None => unknown
            .note("these are the types of August 2026; a later eksnet may know more")
            .help("write a family, a dot and a size, as in `\"m7g.large\"`"),
    }
}

/// Reports types that do not run one image, the first of each sort.
fn check_alike(source: &Source, types: &[Type]) {
    let Some((first, rest)) = types.split_first() else { return };
    let other = |differs: &dyn Fn(&Instance) -> bool| rest.iter().find(|(_, it)| differs(it));
    if let Some(other) = other(&|it| it.arch != first.1.arch) {
        let finding = apart(source, first, other, |it| match it.arch {
            Arch::Arm64 => "Graviton: arm64",
            Arch::X86_64 => "Intel or AMD: x86_64",
        });
        source.report(finding);
    } else if let Some(other) = other(&|it| it.accelerator != first.1.accelerator) {
        let finding = apart(source, first, other, |it| match it.accelerator {
            None => "no accelerator",
            Some(Accelerator::Nvidia) => "a GPU of NVIDIA",
            Some(Accelerator::Neuron) => "Inferentia or Trainium",
        });
        source.report(finding);
    }
}

fn apart(
    source: &Source,
    one: &Type,
    other: &Type,
    label: fn(&Instance) -> &'static str,
) -> Diagnostic {
    let message = format!("`{}` and `{}` do not run the same image", one.0.value, other.0.value);
    source
        .error(&other.0.span, message, label(&other.1))
        .at(source.place(&one.0.span, label(&one.1)))
        .note("the nodes of a group have one image")
        .help(format!("put `\"{}\"` into a node group of its own", other.0.value))
}
