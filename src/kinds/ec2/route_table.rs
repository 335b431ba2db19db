//! `route_table`: where packets that leave a subnet go.
//!
//! What makes a subnet public, private or isolated is the table it is associated with. The route to the VPC itself is
//! in every table; all others are `route`s.
//! EC2: CreateRouteTable, DescribeRouteTables, DeleteRouteTable.

use aws_sdk_ec2::types::ResourceType;
use serde::{Deserialize, Serialize};

use super::heads;
use crate::{
    aws::{
        Aws,
        ec2::{tagged, tags},
    },
    kinds::{Calls, Facts, Found, Kind, Made, Owner, Quota, Tagging},
    model::{Identity, Problem, Ref},
};

/// What a route table should be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RouteTable {
    /// The VPC whose subnets may use it.
    pub vpc: Ref,
}

impl Kind for RouteTable {
    const FACTS: Facts = Facts {
        name: "route_table",
        id: "rtb-{hex17}",
        replaces: &["vpc"],
        tags: Tagging::Ec2("route-table"),
        token: true,
        calls: Calls {
            create: "ec2:CreateRouteTable",
            read: &["ec2:DescribeRouteTables"],
            update: &[],
            delete: "ec2:DeleteRouteTable",
        },
        quota: Some(Quota {
            code: "L-589F43AA",
            name: "Route tables per VPC",
            default: 200,
            per: Some("vpc"),
        }),
        ..Facts::DEFAULT
    };

    async fn create(&self, aws: &Aws, owner: &Owner) -> Result<Made, Problem> {
        let request = aws
            .ec2
            .create_route_table()
            .vpc_id(self.vpc.get())
            .client_token(&owner.token)
            .tag_specifications(tagged(ResourceType::RouteTable, owner));
        let table = aws.write(|| request.clone().send()).await?.route_table;
        Made::id(table.as_ref().and_then(|table| table.route_table_id()))
    }

    async fn read(aws: &Aws, known: &[Identity]) -> Result<Vec<Found<Self>>, Problem> {
        let known = heads(known);
        let tables = aws.route_tables(known.clone()).await?;
        let found = tables.iter().filter_map(|table| {
            let id = table.route_table_id().filter(|id| known.contains(*id))?;
            let fields = Self { vpc: table.vpc_id().unwrap_or_default().into() };
            Some(Found::ready(id, fields).tagged(tags(table.tags())))
        });
        Ok(found.collect())
    }

    async fn delete(aws: &Aws, id: &Identity) -> Result<(), Problem> {
        let request = aws.ec2.delete_route_table().route_table_id(id.as_str());
        aws.write(|| request.clone().send()).await.map(drop)
    }
}
