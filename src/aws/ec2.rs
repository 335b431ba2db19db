//! What the EC2 kinds share: filters, tags on create, and the Describes that several kinds read from.

use std::{collections::HashSet, future::Future, rc::Rc};

use aws_sdk_ec2::types::{
    AttributeBooleanValue, Filter, InternetGateway, LaunchTemplateVersion, ResourceType,
    RouteTable, SecurityGroup, Tag, TagSpecification, UnsuccessfulItem, Vpc, VpcEndpoint,
};
use futures_util::future::try_join_all;

use crate::{
    aws::{Aws, gather::Gather, problem::classify},
    kinds::Owner,
    model::{Class, Problem, Tags},
};

/// Values that one filter may hold (EC2 API reference, "Filtering": 200).
const FILTER_VALUES: usize = 200;

/// The Describes that several kinds read from.
pub(super) struct Shared {
    vpcs: Gather<Vpc>,
    route_tables: Gather<RouteTable>,
    internet_gateways: Gather<InternetGateway>,
    security_groups: Gather<SecurityGroup>,
    vpc_endpoints: Gather<VpcEndpoint>,
    template_versions: Gather<LaunchTemplateVersion>,
    deletions_of_vpc_endpoints: Gather<UnsuccessfulItem>,
}

impl Shared {
    pub(super) const fn new() -> Self {
        Self {
            vpcs: Gather::new(),
            route_tables: Gather::new(),
            internet_gateways: Gather::new(),
            security_groups: Gather::new(),
            vpc_endpoints: Gather::new(),
            template_versions: Gather::new(),
            deletions_of_vpc_endpoints: Gather::new(),
        }
    }
}

/// A filter `name = any of values`.
pub fn filter(name: &str, values: impl IntoIterator<Item = impl Into<String>>) -> Filter {
    Filter::builder()
        .name(name)
        .set_values(Some(values.into_iter().map(Into::into).collect()))
        .build()
}

/// The owner's tags, to be set by the create call itself.
pub fn tagged(resource_type: ResourceType, owner: &Owner) -> TagSpecification {
    let tags = owner.tags.iter().map(|(key, value)| Tag::builder().key(key).value(value).build());
    TagSpecification::builder().resource_type(resource_type).set_tags(Some(tags.collect())).build()
}

/// The SDK's tags as ours.
pub fn tags(tags: &[Tag]) -> Tags {
    let text = |value: Option<&str>| value.unwrap_or_default().to_owned();
    tags.iter().map(|tag| (text(tag.key()), text(tag.value()))).collect()
}

/// A yes or no as the Modify calls want it.
pub fn flag(value: bool) -> AttributeBooleanValue {
    AttributeBooleanValue::builder().value(value).build()
}

/// The problem in an answer that says 200 and then lists what it did not do. Our calls name one resource each, so
/// there is one at most.
pub fn unsuccessful(items: &[UnsuccessfulItem]) -> Result<(), Problem> {
    let Some(item) = items.first() else { return Ok(()) };
    let code = item.error().and_then(|error| error.code()).unwrap_or("Unknown");
    let message = item.error().and_then(|error| error.message()).unwrap_or("AWS gave no message");
    Err(Problem::new(classify(code, 400), code, message))
}

/// Runs `load` for every 200 of `ids`, at once, and joins the answers. No ids, no calls.
pub async fn in_chunks<T, F>(
    ids: impl IntoIterator<Item = impl Into<String>>,
    load: impl Fn(Vec<String>) -> F,
) -> Result<Vec<T>, Problem>
where
    F: Future<Output = Result<Vec<T>, Problem>>,
{
    let ids: Vec<String> = ids.into_iter().map(Into::into).collect();
    let chunks = try_join_all(ids.chunks(FILTER_VALUES).map(|chunk| load(chunk.to_vec()))).await?;
    Ok(chunks.into_iter().flatten().collect())
}

impl Aws {
    /// DescribeVpcs by id. A missing one is left out.
    pub async fn vpcs(
        &self,
        ids: impl IntoIterator<Item = String>,
    ) -> Result<Rc<Vec<Vpc>>, Problem> {
        let load = |ids: Vec<String>| async move {
            in_chunks(ids, |chunk| async move {
                let request = self.ec2.describe_vpcs().filters(filter("vpc-id", chunk));
                self.read(|| request.clone().into_paginator().items().send().try_collect()).await
            })
            .await
        };
        self.shared.vpcs.ask(ids, load).await
    }

    /// DescribeRouteTables with routes and associations, by table id or by the id of a subnet that is associated with
    /// it. A missing one is left out.
    pub async fn route_tables(
        &self,
        ids: impl IntoIterator<Item = String>,
    ) -> Result<Rc<Vec<RouteTable>>, Problem> {
        let load = |ids: Vec<String>| async move {
            let (mut subnets, tables): (Vec<_>, Vec<_>) =
                ids.into_iter().partition(|id| id.starts_with("subnet-"));
            let mut shown = self.route_tables_where("route-table-id", tables).await?;
            let associated: HashSet<&str> = shown
                .iter()
                .flat_map(|table| table.associations())
                .filter_map(|association| association.subnet_id())
                .collect();
            subnets.retain(|subnet| !associated.contains(subnet.as_str()));
            shown.extend(self.route_tables_where("association.subnet-id", subnets).await?);
            Ok(shown)
        };
        self.shared.route_tables.ask(ids, load).await
    }

    async fn route_tables_where(
        &self,
        name: &str,
        values: Vec<String>,
    ) -> Result<Vec<RouteTable>, Problem> {
        in_chunks(values, |chunk| async move {
            let request = self.ec2.describe_route_tables().filters(filter(name, chunk));
            self.read(|| request.clone().into_paginator().items().send().try_collect()).await
        })
        .await
    }

    /// DescribeSecurityGroups by id, with their rules. A missing one is left out.
    pub async fn security_groups(
        &self,
        ids: impl IntoIterator<Item = String>,
    ) -> Result<Rc<Vec<SecurityGroup>>, Problem> {
        let load = |ids: Vec<String>| async move {
            in_chunks(ids, |chunk| async move {
                let request =
                    self.ec2.describe_security_groups().filters(filter("group-id", chunk));
                self.read(|| request.clone().into_paginator().items().send().try_collect()).await
            })
            .await
        };
        self.shared.security_groups.ask(ids, load).await
    }

    /// DescribeVpcEndpoints by id, of both types. A missing one is left out.
    pub async fn vpc_endpoints(
        &self,
        ids: impl IntoIterator<Item = String>,
    ) -> Result<Rc<Vec<VpcEndpoint>>, Problem> {
        let load = |ids: Vec<String>| async move {
            in_chunks(ids, |chunk| async move {
                let request =
                    self.ec2.describe_vpc_endpoints().filters(filter("vpc-endpoint-id", chunk));
                self.read(|| request.clone().into_paginator().items().send().try_collect()).await
            })
            .await
        };
        self.shared.vpc_endpoints.ask(ids, load).await
    }

    /// The default versions of all launch templates of the Region, as many as one page of DescribeLaunchTemplateVersions
    /// holds (EC2 API reference: 200): one call for all node groups and templates of a stack. Who is on another page has
    /// to be asked for by name, so that nobody pays for the templates of others.
    pub async fn default_template_versions(
        &self,
    ) -> Result<Rc<Vec<LaunchTemplateVersion>>, Problem> {
        let load = |_| async move {
            let request = self.ec2.describe_launch_template_versions();
            let request = request.versions("$Default").max_results(200);
            let page = self.read(|| request.clone().send()).await?;
            Ok(page.launch_template_versions.unwrap_or_default())
        };
        self.shared.template_versions.ask([], load).await
    }

    /// DeleteVpcEndpoints. Endpoints that go in the same moment share a call, because the bucket of these calls holds 4
    /// and gains one in three seconds.
    pub async fn delete_vpc_endpoint(&self, id: &str) -> Result<(), Problem> {
        let load = |ids: Vec<String>| async move {
            let request = self.ec2.delete_vpc_endpoints().set_vpc_endpoint_ids(Some(ids));
            let answer = self.write(|| request.clone().send()).await?;
            Ok(answer.unsuccessful.unwrap_or_default())
        };
        let undone = match self.shared.deletions_of_vpc_endpoints.ask([id.to_owned()], load).await {
            // One that is not there any more must not speak for the others of its call.
            Err(problem) if problem.class == Class::Missing => {
                Rc::new(load(vec![id.to_owned()]).await?)
            }
            answer => answer?,
        };
        let ours = |item: &&UnsuccessfulItem| item.resource_id().is_none_or(|other| other == id);
        undone.iter().find(ours).map_or(Ok(()), |item| unsuccessful(std::slice::from_ref(item)))
    }

    /// DescribeInternetGateways by id, with their attachments. A missing one is left out.
    pub async fn internet_gateways(
        &self,
        ids: impl IntoIterator<Item = String>,
    ) -> Result<Rc<Vec<InternetGateway>>, Problem> {
        let load = |ids: Vec<String>| async move {
            in_chunks(ids, |chunk| async move {
                let request = self
                    .ec2
                    .describe_internet_gateways()
                    .filters(filter("internet-gateway-id", chunk));
                self.read(|| request.clone().into_paginator().items().send().try_collect()).await
            })
            .await
        };
        self.shared.internet_gateways.ask(ids, load).await
    }
}
