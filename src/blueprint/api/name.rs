//! The name of its own that an API answers at: a domain name at API Gateway, what of it leads to the API, and the
//! records that lead the name there.

use super::{Draft, Live, Plot, address, names};
use crate::{
    kinds::{ApiDomainName, ApiMapping},
    model::Ref,
};

pub(super) fn draw(draft: &mut Draft<'_>, plot: &Plot<'_>, live: &Live) {
    let Some(wanted) = &plot.api.domain else { return };
    // A `*` cannot stand in a tag, and the address is one.
    let label = match wanted.name.strip_prefix("*.") {
        Some(domain) => format!("{domain}/wildcard"),
        None => wanted.name.clone(),
    };
    let domain = address::<ApiDomainName>(&label);
    // APIs at paths of one name share it.
    if !draft.desired.contains_key(&domain) {
        let fields = ApiDomainName {
            domain: wanted.name.clone(),
            certificate: names::certificate(draft, &wanted.name),
            security_policy: "TLS_1_2".to_owned(),
        };
        draft.add(&plot.section, &label, fields);
        names::alias(draft, &plot.section, &wanted.name, &domain);
    }
    let mapping = ApiMapping {
        domain_name: Ref::id(&domain),
        api: Ref::id(&live.api),
        stage: Ref::id(&live.stage),
        key: wanted.path.clone(),
    };
    draft.add(&plot.section, plot.name, mapping);
}
