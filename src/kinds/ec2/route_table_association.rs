//! `route_table_association`: which route table a subnet uses.
//!
//! Without one a subnet uses the VPC's main table, which eksnet leaves empty.
//! EC2: AssociateRouteTable, DescribeRouteTables, ReplaceRouteTableAssociation, DisassociateRouteTable.

use aws_sdk_ec2::types::{
    self, RouteTableAssociation as Association, RouteTableAssociationStateCode,
};
use serde::{Deserialize, Serialize};

use super::{gone, heads};
use crate::{
    aws::Aws,
    kinds::{Calls, Facts, Found, Kind, Made, Owner, Phase},
    model::{Identity, Problem, Ref},
};

/// What an association should be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RouteTableAssociation {
    /// The subnet; it uses one table.
    pub subnet: Ref,
    /// The table. Another one takes its place without a moment in between.
    pub table: Ref,
}

impl Kind for RouteTableAssociation {
    const FACTS: Facts = Facts {
        name: "route_table_association",
        // AWS has ids for associations, but another one after every change of the table.
        id: "{subnet}|association",
        replaces: &["subnet"],
        vanishes_with: &["subnet"],
        lives_in: Some(("subnet", None)),
        calls: Calls {
            create: "ec2:AssociateRouteTable",
            read: &["ec2:DescribeRouteTables"],
            update: &["ec2:ReplaceRouteTableAssociation"],
            delete: "ec2:DisassociateRouteTable",
        },
        ..Facts::DEFAULT
    };

    async fn create(&self, aws: &Aws, _owner: &Owner) -> Result<Made, Problem> {
        let request = aws
            .ec2
            .associate_route_table()
            .subnet_id(self.subnet.get())
            .route_table_id(self.table.get());
        aws.write(|| request.clone().send()).await?;
        Ok(Made::keyed())
    }

    async fn read(aws: &Aws, known: &[Identity]) -> Result<Vec<Found<Self>>, Problem> {
        let subnets = heads(known);
        let tables = aws.route_tables(subnets.clone()).await?;
        let found = associations(&tables).filter_map(|(table, association)| {
            let subnet = association.subnet_id().filter(|subnet| subnets.contains(*subnet))?;
            let fields = Self { subnet: subnet.into(), table: table.into() };
            Some(
                Found::ready(Identity::of(&[subnet, "association"]), fields)
                    .phase(phase(association)),
            )
        });
        Ok(found.collect())
    }

    async fn update(&self, aws: &Aws, id: &Identity, _prior: &Self) -> Result<(), Problem> {
        let (table, association) = current(aws, id).await?;
        if table == self.table.get() {
            return Ok(());
        }
        let request = aws
            .ec2
            .replace_route_table_association()
            .association_id(association)
            .route_table_id(self.table.get());
        aws.write(|| request.clone().send()).await.map(drop)
    }

    async fn delete(aws: &Aws, id: &Identity) -> Result<(), Problem> {
        let (_, association) = current(aws, id).await?;
        let request = aws.ec2.disassociate_route_table().association_id(association);
        aws.write(|| request.clone().send()).await.map(drop)
    }
}

/// The table a subnet is associated with today, and what AWS calls the association.
async fn current(aws: &Aws, id: &Identity) -> Result<(String, String), Problem> {
    let subnet = id.part(0);
    let tables = aws.route_tables([subnet.to_owned()]).await?;
    let mut of_subnet = associations(&tables).filter(|(_, association)| {
        association.subnet_id() == Some(subnet) && phase(association) != Phase::Deleting
    });
    let (table, association) = of_subnet.next().ok_or_else(|| gone(id))?;
    let association = association.route_table_association_id().unwrap_or_default();
    Ok((table.to_owned(), association.to_owned()))
}

/// Every association that is not gone yet, with the id of its table.
fn associations(tables: &[types::RouteTable]) -> impl Iterator<Item = (&str, &Association)> {
    tables.iter().flat_map(|table| {
        let id = table.route_table_id().unwrap_or_default();
        let there = |association: &&Association| {
            state(association) != Some(&RouteTableAssociationStateCode::Disassociated)
        };
        table.associations().iter().filter(there).map(move |association| (id, association))
    })
}

fn state(association: &Association) -> Option<&RouteTableAssociationStateCode> {
    association.association_state().and_then(|state| state.state())
}

fn phase(association: &Association) -> Phase {
    match state(association) {
        Some(RouteTableAssociationStateCode::Associating) => Phase::Pending,
        Some(RouteTableAssociationStateCode::Disassociating) => Phase::Deleting,
        Some(RouteTableAssociationStateCode::Failed) => {
            let message = association.association_state().and_then(|state| state.status_message());
            Phase::Failed(message.unwrap_or_default().to_owned())
        }
        _ => Phase::Ready,
    }
}
