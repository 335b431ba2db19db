//! Kinds of Elastic Load Balancing: load balancers, what they listen on, and where requests go from there.

mod action;
mod condition;
mod listener;
mod listener_certificate;
mod listener_rule;
mod load_balancer;
mod target_group;
mod target_group_attachment;

pub use action::{Action, WeightedTarget};
pub use condition::{Condition, QueryParameter};
pub use listener::Listener;
pub use listener_certificate::ListenerCertificate;
pub use listener_rule::ListenerRule;
pub use load_balancer::{LoadBalancer, SubnetMapping};
pub use target_group::{HealthCheck, TargetGroup};
pub use target_group_attachment::TargetGroupAttachment;
