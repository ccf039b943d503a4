"""What scenarios can do to load balancers."""

from __future__ import annotations

from cloudsim.bcc.kinds import INSTANCES
from cloudsim.blb.service import BALANCERS
from cloudsim.faults.effects import EffectContext, Params, effect
from cloudsim.faults.scenarios import TARGETS, Target
from cloudsim.store.collection import Document
from cloudsim.world.guests import lay_overlay

TARGETS["load_balancer"] = Target(
    BALANCERS, lambda one: bool(one["status"] == "available" and one["backends"] and one["listeners"])
)


def backends_of(context: EffectContext, count: int | None) -> list[Document]:
    """The first `count` instances behind the load balancer; all of them when None."""
    identifiers = [one["instanceId"] for one in context.resource["backends"]][:count]
    return context.world.collection(INSTANCES).get_many(identifiers)


@effect("blb.service_stops", BALANCERS)
def service_stops(context: EffectContext, params: Params) -> None:
    """The program behind every listener stops on the first `backends` instances, or on all of them."""
    ports = sorted({int(one["backendPort"]) for one in context.resource["listeners"]})
    stopped = backends_of(context, params.get("backends"))
    for instance in stopped:
        state = {"closedPorts": ports, "kernelLog": ["nginx.service: Main process exited, code=exited, status=1"]}
        lay_overlay(context.world, instance, context.scenario_id, {**state, "stoppedServices": ["nginx"]})
        context.touch(instance["id"])
    for metric, value in (("UnhealthyServerCount", len(stopped)), ("Http5xxCount", 60 * len(stopped))):
        context.world.metrics.begin(context.resource_id, metric, context.since, context.scenario_id, "set", value)


@effect("blb.wrong_port", BALANCERS)
def wrong_port(context: EffectContext, params: Params) -> None:
    """The listeners check and forward to a port on which nothing listens."""
    port = int(params["port"])
    listeners = [{**one, "backendPort": port, "healthCheckPort": port} for one in context.resource["listeners"]]
    context.edit(BALANCERS, context.resource_id, {"listeners": listeners}, lasting=True)
    for instance in backends_of(context, None):
        lay_overlay(context.world, instance, context.scenario_id, {"closedPorts": [port]})
    count = len(context.resource["backends"])
    context.world.metrics.begin(
        context.resource_id, "UnhealthyServerCount", context.since, context.scenario_id, "set", count
    )


@effect("blb.drained", BALANCERS)
def drained(context: EffectContext, params: Params) -> None:
    """Every weight is 0: nothing is forwarded although all backends are alive."""
    backends = [{**one, "weight": 0} for one in context.resource["backends"]]
    context.edit(BALANCERS, context.resource_id, {"backends": backends}, lasting=True)
    context.world.metrics.begin(context.resource_id, "OutBytes", context.since, context.scenario_id, "set", 0.0)
