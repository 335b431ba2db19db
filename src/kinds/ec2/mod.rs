//! Kinds of Amazon EC2: the VPC and everything in it.

mod egress_only_internet_gateway;
mod eip;
mod endpoint;
mod flow_log;
mod gateway_endpoint;
mod interface_endpoint;
mod internet_gateway;
mod internet_gateway_attachment;
mod launch_template;
mod nat_gateway;
mod route;
mod route_table;
mod route_table_association;
mod security_group;
mod security_group_rule;
mod subnet;
mod vpc;
mod vpc_cidr_block;
mod vpc_ipv6_block;

use super::{gone, heads};

pub use egress_only_internet_gateway::EgressOnlyInternetGateway;
pub use eip::Eip;
pub use flow_log::FlowLog;
pub use gateway_endpoint::GatewayEndpoint;
pub use interface_endpoint::InterfaceEndpoint;
pub use internet_gateway::InternetGateway;
pub use internet_gateway_attachment::InternetGatewayAttachment;
pub use launch_template::LaunchTemplate;
pub(super) use launch_template::{template_version, template_versions};
pub use nat_gateway::NatGateway;
pub use route::Route;
pub use route_table::RouteTable;
pub use route_table_association::RouteTableAssociation;
pub use security_group::SecurityGroup;
pub use security_group_rule::{Direction, SecurityGroupRule};
pub use subnet::{Ipv6Part, Subnet};
pub use vpc::Vpc;
pub use vpc_cidr_block::VpcCidrBlock;
pub use vpc_ipv6_block::VpcIpv6Block;
