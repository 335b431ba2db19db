//! What `[api.*]` says, after every check.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

/// An API at Amazon API Gateway.
#[derive(Clone, Debug, PartialEq)]
pub struct Api {
    /// What sort of API it is, with what only that sort has.
    pub kind: ApiKind,
    /// The load balancer that its requests go through.
    pub via: Via,
    /// The name of its own that it answers at, beside the one that AWS gives it.
    pub domain: Option<ApiDomain>,
    /// How many requests it lets through.
    pub throttle: Option<Throttle>,
    /// Days that its access logs are kept, if it writes any.
    pub logs: Option<u16>,
    /// Milliseconds that it waits for an answer where a route does not say.
    pub timeout: u32,
    /// Where requests go.
    pub routes: BTreeMap<RouteKey, ApiRoute>,
}

/// The two sorts of APIs.
#[derive(Clone, Debug, PartialEq)]
pub enum ApiKind {
    /// An HTTP API (v2).
    Http {
        /// Whose tokens it asks for.
        jwt: Option<Jwt>,
        /// Which pages of other origins may call it.
        cors: Option<Cors>,
    },
    /// A REST API (v1).
    Rest {
        /// The first part of the path of its URL.
        stage: String,
    },
}

/// The load balancer behind an API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Via {
    /// A network load balancer, with a listener for each service.
    Nlb(String),
    /// An application load balancer, whose own routes choose the service.
    Alb(String),
}

impl fmt::Display for Via {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nlb(name) => write!(f, "nlb.{name}"),
            Self::Alb(name) => write!(f, "alb.{name}"),
        }
    }
}

/// A name in the DNS, or what stands behind a path of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiDomain {
    /// The name.
    pub name: String,
    /// The path under it, without a slash at either end; empty for all of it.
    pub path: String,
}

/// JSON Web Tokens that let a request in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Jwt {
    /// Who issues them: an `https` URL, as tokens have it in `iss`.
    pub issuer: String,
    /// For whom: one of these, as tokens have it in `aud` or `client_id`.
    pub audience: Vec<String>,
    /// The header that a request brings its token in.
    pub header: String,
}

/// A bucket of tokens, one for each request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Throttle {
    /// Tokens that come in a second.
    pub rate: u32,
    /// Tokens that it holds.
    pub burst: u32,
}

/// Answers to browsers that ask whether a page of another origin may call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cors {
    /// Such as `https://app.example.com`; `*` for all.
    pub origins: BTreeSet<String>,
    /// Methods that may be used; `*` for all.
    pub methods: BTreeSet<String>,
    /// Headers that may be sent; `*` for all but `authorization`.
    pub headers: BTreeSet<String>,
    /// Headers of an answer that the page may read.
    pub expose: BTreeSet<String>,
    /// The browser may send cookies.
    pub credentials: bool,
    /// Seconds that a browser may remember the answer, if it may.
    pub max_age: Option<u32>,
}

/// What a route matches, as API Gateway writes it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RouteKey {
    /// What no other route matches.
    Default,
    /// A path and a method, `ANY` for those that no other route of the path has.
    Path {
        /// Such as `/v1/order/{proxy+}`.
        path: String,
        /// Such as `GET`.
        method: &'static str,
    },
}

impl fmt::Display for RouteKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("$default"),
            Self::Path { path, method } => write!(f, "{method} {path}"),
        }
    }
}

/// Where the requests of a route go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiRoute {
    /// The service; for an application load balancer none, since that chooses it.
    pub to: Option<String>,
    /// How many requests it lets through, unless as many as the API.
    pub throttle: Option<Throttle>,
    /// Requests have to bring a token, where the API asks for them.
    pub jwt: bool,
    /// Milliseconds that it waits for an answer, unless as long as the API.
    pub timeout: Option<u32>,
}
