//! Manifests for Kubernetes: the little that has to be said there, as YAML.

use crate::blueprint::Binding;

/// A `TargetGroupBinding` of the AWS Load Balancer Controller for each binding, with the ARN of its target group.
///
/// It says nothing of networking: the ways to the pods are in the security groups already.
pub fn manifests(bindings: &[(Binding, String)]) -> String {
    let documents: Vec<String> =
        bindings.iter().map(|(binding, arn)| document(binding, arn)).collect();
    documents.join("---\n")
}

fn document(binding: &Binding, arn: &str) -> String {
    let Binding { name, namespace, service, port, target_group: _ } = binding;
    let (name, namespace, service) = (scalar(name), scalar(namespace), scalar(service));
    format!(
        "apiVersion: elbv2.k8s.aws/v1beta1
kind: TargetGroupBinding
metadata:
  name: {name}
  namespace: {namespace}
spec:
  targetGroupARN: {arn}
  targetType: ip
  serviceRef:
    name: {service}
    port: {port}
"
    )
}

/// A name as YAML has it: in quotes where it would be a number or a word of YAML's own.
fn scalar(name: &str) -> String {
    let words = ["y", "n", "yes", "no", "on", "off", "true", "false", "null"];
    let plain = name.starts_with(|c: char| c.is_ascii_lowercase()) && !words.contains(&name);
    if plain { name.to_owned() } else { format!("\"{name}\"") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Address;

    #[test]
    fn names_that_mean_something_else_are_quoted() {
        let binding = Binding {
            name: "alb-web-on".to_owned(),
            namespace: "2048".to_owned(),
            service: "on".to_owned(),
            port: 80,
            target_group: Address::new("target_group", "alb.web/on"),
        };
        let text =
            manifests(&[(binding.clone(), "arn:1".to_owned()), (binding, "arn:2".to_owned())]);
        assert!(text.contains("  name: alb-web-on\n  namespace: \"2048\"\n"), "{text}");
        assert!(text.contains("    name: \"on\"\n    port: 80\n---\napiVersion"), "{text}");
    }
}
