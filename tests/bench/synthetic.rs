//! Networks of any size, and states that remember all of them.
//!
//! A stack file describes one VPC. AWS lets a VPC hold 200 subnets by default, and its /16 has room for 4,096 of /28;
//! more than about 8,200 resources cannot come out of one stack file. Larger sizes are several VPCs of 200 subnets side
//! by side, each with its tables, routes, gateways and addresses: the planner does not care whose they are.

use std::collections::BTreeMap;

use eksnet::{
    blueprint::{self, Choices},
    kinds::{self, Mint},
    model::{Account, Address, Desired, Identity, Need, Resource, value},
    plan::{self, Observed, Wish},
    provider::sandbox::ACCOUNT,
    stack,
    state::{Record, State},
};
use serde_json::Value;

/// Subnets that a VPC holds by default.
const QUOTA: usize = 200;
const ZONES: [&str; 6] = ["a", "b", "c", "d", "e", "f"];
const REGION: &str = "us-east-1";

/// A stack file with one VPC of `subnets`, one public subnet in each zone, one NAT gateway.
pub fn stack_text(subnets: usize) -> String {
    let mut text = format!(
        "[stack]\nname = \"big\"\nregion = \"{REGION}\"\n\n[vpc]\ncidr = \"10.0.0.0/16\"\nnat = \"single\"\n\n[vpc.subnets]\n"
    );
    for n in 0..subnets {
        let tier = if n < ZONES.len() { "public" } else { "private" };
        let (zone, block) = (ZONES[n % ZONES.len()], n * 16);
        text.push_str(&format!("{tier}-{n}-{zone} = \"10.0.{}.{}/28\"\n", block >> 8, block & 255));
    }
    text
}

/// The resources of a stack file.
pub fn drawn(text: &str) -> (Desired, Choices) {
    let (stack, _) =
        stack::parse("big.toml", text).unwrap_or_else(|errors| panic!("mistakes: {errors:#?}"));
    blueprint::blueprint(&stack, &Choices::new())
}

/// About `resources` of them, in as many VPCs as it takes.
pub fn desired(resources: usize) -> Desired {
    let subnets = (resources.saturating_sub(20) / 2).clamp(ZONES.len() * 2, QUOTA);
    let (one, _) = drawn(&stack_text(subnets));
    let copies = resources.div_ceil(one.len()).max(1);
    (0..copies).flat_map(|copy| copied(&one, &format!("v{copy:03}-"))).collect()
}

/// The same under other names.
pub fn copied(desired: &Desired, prefix: &str) -> Desired {
    let rename =
        |address: &Address| Address::new(address.kind(), format!("{prefix}{}", address.name()));
    let copy = |(address, resource): (&Address, &Resource)| {
        let mut resource = resource.clone();
        redirect(&mut resource.fields, &rename);
        let needs = resource.needs.iter();
        resource.needs =
            needs.map(|need| Need { address: rename(&need.address), until: need.until }).collect();
        (rename(address), resource)
    };
    desired.iter().map(copy).collect()
}

fn redirect(fields: &mut Value, rename: &impl Fn(&Address) -> Address) {
    if let Some((address, _)) = value::as_reference(fields) {
        fields["ref"] = Value::String(rename(&address).to_string());
        return;
    }
    match fields {
        Value::Array(items) => items.iter_mut().for_each(|item| redirect(item, rename)),
        Value::Object(map) => map.values_mut().for_each(|item| redirect(item, rename)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// A state of nothing.
pub fn unborn() -> State {
    let account = Account { id: ACCOUNT.to_owned(), region: REGION.to_owned() };
    State::new("big", "sandbox", account, "lineage".to_owned())
}

/// The state that an apply of `desired` would leave.
pub fn settled(desired: &Desired, choices: Choices) -> State {
    let mut state = unborn();
    let empty = Observed::default();
    let plan = plan::plan(desired, &empty, &state, &Wish::default()).expect("a plan");
    let mut mint = Mint::new(0);
    let ids: BTreeMap<&Address, Identity> = plan
        .changes
        .keys()
        .map(|address| (address, Identity(mint.stamp(facts(address).id))))
        .collect();
    let known = |address: &Address, _: Option<&str>| ids.get(address).map(|id| id.0.clone());
    for (address, change) in &plan.changes {
        let facts = facts(address);
        let fields = value::resolve(change.after.as_ref().expect("fields"), &known);
        let id = facts.key(&fields).unwrap_or_else(|| ids[address].clone());
        let record = Record {
            outputs: facts.derived_outputs(&id, &fields, &state.account),
            id,
            fields: fields.into(),
            tags: change.tags_after.clone(),
            needs: change
                .needs
                .iter()
                .map(|(address, edge)| (address.clone(), edge.field.clone()))
                .collect(),
            section: change.section.clone(),
            made: 0,
        };
        state.resources.insert(address.clone(), record);
    }
    state.choices = choices;
    state
}

fn facts(address: &Address) -> &'static kinds::Facts {
    kinds::get(address.kind()).expect("a kind").facts()
}
