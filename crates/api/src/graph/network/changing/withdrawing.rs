//! Withdrawing things of the network: they stay reachable by id, say so, and leave the lists.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use service::error::{Error, Result};
use service::interchange::entry::{self, Withdrawal};

use crate::graph::global_id::{self, NodeKind};
use crate::graph::node::Node;
use crate::graph::{after_a_write, loaders};

/// A thing of the network to be withdrawn or superseded.
#[derive(InputObject)]
struct WithdrawFromNetworkInput {
    /// The global id of a person, a local authority, a partner, a programme, an engagement, an intervention, an outcome,
    /// a population, an evidence standard or a reading of the crosswalk.
    id: ID,
    /// Why; everybody is told.
    reason: String,
    /// The version of the thing as you know it. If it has another by now, nothing is changed, and you are told so.
    expected_version: i32,
    /// The global id of what takes its place, of the same kind. Nothing takes that of an engagement or a reading.
    superseded_by: Option<ID>,
    /// Check everything and write nothing.
    #[graphql(default)]
    dry_run: bool,
}

/// A thing of the network that was withdrawn.
#[derive(SimpleObject)]
struct WithdrawFromNetworkPayload {
    /// The thing as it is now; with `dryRun`, as it still is.
    thing: Option<Node>,
}

/// What can be withdrawn from the network.
#[derive(Default)]
pub(crate) struct WithdrawalMutation;

#[Object]
impl WithdrawalMutation {
    /// Withdraws a thing of the network, or lets another take its place: it stays reachable by its id, says so and why,
    /// and leaves the lists. What refers to it goes on doing so. A centre is not withdrawn: it has the standing `FORMER`
    /// and a successor. It needs `network:write`.
    async fn withdraw_from_network(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What, and why.")] input: WithdrawFromNetworkInput,
    ) -> Result<WithdrawFromNetworkPayload> {
        let (kind, id) = global_id::parse(&input.id)?;
        let withdrawal = Withdrawal {
            reason: input.reason,
            superseded_by: global_id::other_of(kind, input.superseded_by.as_ref())?,
            dry_run: input.dry_run,
        };
        let expected = input.expected_version;
        macro_rules! withdraw {
            ($kind:ident) => {{
                entry::withdraw::<entry::$kind>(&loaders(ctx).context, id, expected, withdrawal)
                    .await?;
            }};
        }
        match kind {
            NodeKind::Person => withdraw!(People),
            NodeKind::LocalAuthority => withdraw!(LocalAuthorities),
            NodeKind::Partner => withdraw!(Partners),
            NodeKind::Programme => withdraw!(Programmes),
            NodeKind::Engagement => withdraw!(Engagements),
            NodeKind::Intervention => withdraw!(Interventions),
            NodeKind::Outcome => withdraw!(Outcomes),
            NodeKind::Population => withdraw!(Populations),
            NodeKind::EvidenceStandard => withdraw!(Standards),
            NodeKind::CrosswalkReading => withdraw!(Crosswalk),
            NodeKind::Centre => {
                return Err(Error::bad_input(
                    "id",
                    "A centre is not withdrawn: say with `reviseCentre` that it is FORMER, and its successor.",
                ));
            }
            _ => {
                return Err(Error::bad_input(
                    "id",
                    "It is no thing of the network. For what centres share there is `withdraw`.",
                ));
            }
        }
        after_a_write(ctx).await?;
        let thing = Node::find(loaders(ctx), kind, id).await?;
        Ok(WithdrawFromNetworkPayload { thing })
    }
}
