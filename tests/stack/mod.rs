//! The stack file: what it says, and what is said of one that is wrong.

mod anything;
mod exposure;
mod kubernetes;
mod meaning;
mod mistakes;

/// A stack that is right, with every key and a network of every sort of subnet.
const SHOP: &str = r#"
[stack]
name    = "shop"
region  = "ap-southeast-1"
account = "123456789012"
tags    = { team = "platform", "cost center" = "42" }
state   = "s3://acme-eksnet/shop"
protect = ["nat_gateway.a"]

[cluster]
name                = "shop-blue"
version             = "1.36"
api                 = { mode = "both", cidrs = ["203.0.113.0/24", "198.51.100.7/32"] }
admins              = ["arn:aws:iam::123456789012:user/ann", "arn:aws:iam::123456789012:role/Platform"]
logs                = ["scheduler", "api", "audit"]
secrets             = "created"
upgrade             = "standard"
zonal_shift         = true
deletion_protection = true
irsa                = true
cni                 = { prefixes = true, policy = true, custom = true, warm_ip = 2, minimum_ip = 16 }

[cluster.addons]
vpc-cni        = "v1.21.1-eksbuild.1"
metrics-server = true

[nodes.system]
instances = ["m7g.large"]
size      = 3
os        = "bottlerocket"
disk      = 80
subnets   = ["private-b", "isolated-db-a"]

[nodes.gpu]
instances = ["g6.xlarge", "g6.2xlarge"]
size      = "0..4"
spot      = true
labels    = { team = "vision", "example.com/pool" = "gpu" }
taints    = ["nvidia.com/gpu:NoSchedule", "dedicated=gpu:NoExecute"]

[fargate.jobs]
selectors = ["jobs-*", { namespace = "batch", labels = { app = "report" } }]
subnets   = ["private-a"]

[services.orders]
port            = 8080
service_port    = 80
health          = { path = "/ready", port = 9000, interval = 20, timeout = 4, healthy = 3, unhealthy = 4, codes = "200-299" }
replicas        = 3
namespace       = "trade"
service_account = "clerk"
policies        = ["arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"]
drain           = 30

[services.legacy]
port      = 8080
target    = "instance"
node_port = 32001
health    = "/healthz"

[services.rates]
port     = 50051
protocol = "grpc"

[alb.web]
scheme              = "internet-facing"
tls                 = { names = ["App.example.com", "*.shop.example.com"], policy = "ELBSecurityPolicy-TLS13-1-3-2021-06" }
subnets             = ["public-a", "public-b"]
allow               = ["203.0.113.0/24", "2001:db8::/32"]
default             = { fixed = { status = 503, body = "later", type = "text/html" } }
idle_timeout        = 120
deletion_protection = true
access_logs         = { bucket = "acme-logs", prefix = "shop" }

[alb.web.routes]
"App.example.com/v1/order/" = "orders"
"*.shop.example.com/old/*"  = { redirect = "https://app.example.com:8443/v1?from=old", status = 302 }
"app.example.com/rates"     = { to = "rates", exact = true }
"/v1/office"                = { to = "legacy", source = ["10.0.0.0/8", "192.0.2.0/24"] }
canary = { at = "/v1", method = "post", header = { X-Canary = "1" }, query = { v = "2" }, weights = { orders = 9, legacy = 1 }, sticky = 60 }

[nlb.inside]
serves         = ["orders", { to = "rates", port = 443 }]
cross_zone     = true
client_ip      = false
proxy_protocol = true

[nlb.outside]
scheme = "internet-facing"
serves = ["legacy"]
eips   = { public-a = "eipalloc-0123456789abcdef0" }

[dns."example.com"]
zone = "create"

[vpc]
cidr      = "10.0.0.0/16"
nat       = "per-az"
endpoints = ["s3", "ec2", "ecr", "sts", "logs"]
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
