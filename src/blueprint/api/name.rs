//! The name of its own that an API answers at: a domain name at API Gateway, what of it leads to the API, and the
//! records that lead the name there.

use super::{Draft, Live, Plot, address, names};
use crate::{
    kinds::{ApiDomainName, ApiMapping},
    model::Ref,
};

pub(super) fn draw(draft: &mut Draft<'_>, plot: &Plot<'_>, live: &Live) {
    let Some(wanted) = &plot.api.domain else { return };
    let domain = address::<ApiDomainName>(&wanted.name);
    // APIs at paths of one name share it.
    if !draft.desired.contains_key(&domain) {
        let fields = ApiDomainName {
            domain: wanted.name.clone(),
            certificate: names::certificate(draft, &wanted.name),
            security_policy: "TLS_1_2".to_owned(),
        };
        draft.add(&plot.section, &wanted.name, fields);
        names::alias(draft, &plot.section, &wanted.name, &domain);
    }
    let mapping = ApiMapping {
        domain: Ref::id(&domain),
        api: Ref::id(&live.api),
        stage: Ref::id(&live.stage),
        key: wanted.path.clone(),
    };
    draft.add(&plot.section, plot.name, mapping);
}
