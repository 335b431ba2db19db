//! The stack file: what it says, and what is said of one that is wrong.

mod anything;
mod meaning;
mod mistakes;

/// A stack that is right, with a network of every sort of subnet.
const SHOP: &str = r#"
[stack]
name    = "shop"
region  = "ap-southeast-1"
account = "123456789012"
tags    = { team = "platform", "cost center" = "42" }
state   = "s3://acme-eksnet/shop"
protect = ["nat_gateway.a"]

[vpc]
cidr      = "10.0.0.0/16"
nat       = "per-az"
endpoints = ["s3", "ecr", "sts", "logs"]
pods      = "100.64.0.0/16"
ipv6      = true
flow_logs = { retention = 90, traffic = "reject", interval = 60 }

[vpc.subnets]
public-a      = "10.0.1.0/24"
public-b      = "10.0.4.0/24"
private-a     = "10.0.2.0/24"
private-b     = { cidr = "10.0.3.0/24", ipv6 = 77 }
isolated-db-a = "10.0.5.0/24"
isolated-db-c = { cidr = "10.0.6.0/24", zone = "c" }
"#;
