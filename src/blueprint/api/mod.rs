//! APIs at API Gateway: a private way to the load balancer behind each, what they do with which request, and the name
//! that they answer at.

mod http;
pub(super) mod link;
mod name;
mod rest;

use super::{Draft, address, digest::digest, doors, names, subnets, vpc};
use crate::{
    kinds,
    model::Address,
    stack::{Api, ApiKind, ApiRoute, RouteKey, Throttle},
};

pub(super) fn draw(draft: &mut Draft<'_>) {
    let stack = draft.stack;
    for (name, api) in &stack.apis {
        let plot = Plot { name, section: format!("api.{name}"), api };
        let live = match &api.kind {
            ApiKind::Http { jwt, cors } => http::draw(draft, &plot, jwt.as_ref(), cors.as_ref()),
            ApiKind::Rest { stage } => rest::draw(draft, &plot, stage),
        };
        name::draw(draft, &plot, &live);
    }
}

/// What is drawn, and where.
struct Plot<'a> {
    name: &'a str,
    section: String,
    api: &'a Api,
}

/// An API that answers.
struct Live {
    api: Address,
    stage: Address,
}

impl Plot<'_> {
    /// The name of what belongs to one route: the API's, the method and the path.
    fn of_route(&self, key: &RouteKey) -> String {
        match key {
            RouteKey::Default => format!("{}/default", self.name),
            RouteKey::Path { path, method } => format!("{}/{method}{path}", self.name),
        }
    }

    /// The door that requests of `route` go to.
    fn door(&self, draft: &Draft<'_>, route: &ApiRoute) -> Option<doors::Door> {
        doors::door(draft, &self.api.via, route.to.as_deref())
    }

    /// Throttles of single routes, by their keys.
    fn throttles(&self) -> impl Iterator<Item = (&RouteKey, kinds::Throttle)> {
        let routes = self.api.routes.iter();
        routes.filter_map(|(key, route)| Some((key, throttle(route.throttle?))))
    }
}

fn throttle(throttle: Throttle) -> kinds::Throttle {
    // The language's ranges are within those of the types.
    kinds::Throttle { rate: f64::from(throttle.rate), burst: throttle.burst as i32 }
}
