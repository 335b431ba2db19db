//! Services: the role that their pods act as. The way to them is drawn with the load balancers.

use serde_json::json;

use super::{Draft, cluster, digest::fitting};
use crate::{
    kinds::{PodIdentityAssociation, Role, RolePolicyAttachment, normal_document},
    model::{Ref, Until},
};

/// What IAM takes for the name of a role.
const LONGEST: usize = 64;

pub(super) fn draw(draft: &mut Draft<'_>) {
    let stack = draft.stack;
    for (name, service) in &stack.services {
        if service.policies.is_empty() {
            continue;
        }
        let section = format!("services.{name}");
        let trust = json!({
            "Version": "2012-10-17",
            "Statement": [{
                "Effect": "Allow",
                "Principal": { "Service": "pods.eks.amazonaws.com" },
                "Action": ["sts:AssumeRole", "sts:TagSession"],
            }],
        });
        let fields = Role {
            // Role names are an account's, not a Region's.
            name: fitting(format!("{}-{}-service-{name}", stack.name, stack.region), LONGEST),
            description: format!("Pods of {name} of {}", stack.name),
            trust: normal_document(trust),
        };
        let role = draft.add(&section, &section, fields);
        let fields = PodIdentityAssociation {
            cluster: Ref::id(&cluster::id(draft)),
            namespace: service.namespace.clone(),
            service_account: service.service_account.clone(),
            role: Ref::output(&role, "arn"),
        };
        let association = draft.add(&section, name, fields);
        for policy in &service.policies {
            let title = policy.rsplit('/').next().unwrap_or(policy);
            let fields = RolePolicyAttachment { role: Ref::id(&role), policy: policy.clone() };
            let attachment = draft.add(&section, &format!("{section}/{title}"), fields);
            // A pod that starts in between would act as a role that may do nothing.
            draft.needs(&association, attachment, Until::Created);
        }
    }
}
