"""Listeners, their certificates and their rules."""

import copy

from moto.acm.exceptions import CertificateNotFound
from moto.acm.models import acm_backends
from moto.core.responses import ActionResult, EmptyResult
from moto.elbv2.exceptions import ListenerNotFoundError, PriorityInUseError, RuleNotFoundError
from moto.elbv2.models import ELBv2Backend, FakeAction, FakeListener
from moto.elbv2.responses import ELBV2Response
from moto.elbv2.ssl_policies import SSL_POLICIES

from patches.balancers import balancer, refuse
from patches.tools import replace

SECURE = ("HTTPS", "TLS")
POLICY = "ELBSecurityPolicy-2016-08"
CERTIFICATES = 25
PAGE = 400
VALUES = 5  # of all conditions of a rule
FIELDS = {"host-header": "HostHeaderConfig", "path-pattern": "PathPatternConfig"}
REDIRECT = {"Protocol": "#{protocol}", "Port": "#{port}", "Host": "#{host}", "Path": "/#{path}", "Query": "#{query}"}


# AWS shows the first certificate with the listener and keeps the others apart.
FakeListener.certificates = property(
    lambda self: [self.certificate] if self.certificate else [], lambda self, certificates: None
)


# --- listeners -------------------------------------------------------------------------------


# AWS answers a second create with the same settings by the same listener, and refuses another on
# the same port, and certificates, policies and groups that do not fit. moto does none of it.
@replace(ELBV2Response, "create_listener")
def _create(original, self):
    backend, given = self.elbv2_backend, self._get_params()
    owner = balancer(backend, given["LoadBalancerArn"])
    asked = {key: value for key, value in given.items() if key != "Tags"}
    asked = copy.deepcopy(asked)
    for other in owner.listeners.values():
        if other.port == given.get("Port"):
            if other.asked == asked:
                return ActionResult({"Listeners": [other]})
            refuse("DuplicateListener", "A listener with the specified port already exists.")
    settings = _settings(backend, given.get("Protocol"), given)
    actions = _actions(backend, owner, given.get("Protocol"), given["DefaultActions"])
    listener = backend.create_listener(
        load_balancer_arn=owner.arn,
        protocol=given.get("Protocol"),
        port=given.get("Port"),
        ssl_policy=settings["policy"],
        certificate=None,
        actions=actions,
        alpn_policy=settings["alpn"],
        tags=given.get("Tags"),
    )
    listener.asked, listener.further = asked, []
    _show_certificate(backend, listener, settings["certificate"])
    return ActionResult({"Listeners": [listener]})


def _settings(backend, protocol, given):
    certificates = [certificate["CertificateArn"] for certificate in given.get("Certificates", [])]
    policy, alpn = given.get("SslPolicy"), given.get("AlpnPolicy") or []
    if protocol not in SECURE:
        if certificates or policy or alpn:
            refuse("InvalidConfigurationRequest", f"Certificates and policies do not fit the protocol '{protocol}'")
        return {"policy": None, "alpn": [], "certificate": None}
    if len(certificates) != 1:
        refuse("ValidationError", f"A certificate must be specified for {protocol} listeners")
    if policy and policy not in SSL_POLICIES:
        refuse("SSLPolicyNotFound", f"SSL policy '{policy}' not found")
    if alpn and protocol != "TLS":
        refuse("InvalidConfigurationRequest", "ALPN policies are for TLS listeners")
    _check_certificate(backend, certificates[0])
    return {"policy": policy or POLICY, "alpn": alpn, "certificate": certificates[0]}


def _check_certificate(backend, arn):
    try:
        certificate = acm_backends[backend.account_id][backend.region_name].get_certificate(arn)
    except CertificateNotFound:
        refuse("CertificateNotFound", f"Certificate '{arn}' not found")
    if certificate.status != "ISSUED":
        refuse("UnsupportedCertificate", f"The certificate '{arn}' is not issued")


def _bundle(backend, arn):
    return acm_backends[backend.account_id][backend.region_name]._certificates.get(arn)


def _show_certificate(backend, listener, arn):
    """ACM shows who uses a certificate."""
    _release(backend, listener, listener.certificate)
    listener.certificate = arn
    _use(backend, listener, arn)


def _use(backend, listener, arn):
    bundle = _bundle(backend, arn)
    if bundle and listener.load_balancer_arn not in bundle.in_use_by:
        bundle.in_use_by.append(listener.load_balancer_arn)


def _release(backend, listener, arn):
    bundle, owner = _bundle(backend, arn), backend.load_balancers[listener.load_balancer_arn]
    others = [other for other in owner.listeners.values() if other is not listener]
    if bundle and not any(arn in [other.certificate, *other.further] for other in others):
        bundle.in_use_by = [user for user in bundle.in_use_by if user != owner.arn]


# moto knows no TLS here, forgets ALPN, and mixes certificates.
@replace(ELBV2Response, "modify_listener")
def _modify(original, self):
    backend, given = self.elbv2_backend, self._get_params()
    changed = listener(backend, given["ListenerArn"])
    owner = backend.load_balancers[changed.load_balancer_arn]
    port, protocol = given.get("Port", changed.port), given.get("Protocol", changed.protocol)
    if any(other.port == port for other in owner.listeners.values() if other is not changed):
        refuse("DuplicateListener", "A listener with the specified port already exists.")
    backend._validate_port_and_protocol(owner.type, port, protocol)
    if protocol in SECURE:
        present = {
            "Certificates": [{"CertificateArn": arn} for arn in changed.certificates],
            "SslPolicy": changed.ssl_policy,
            "AlpnPolicy": changed.alpn_policy if protocol == "TLS" else [],
        }
        given = {**present, **given}
    settings = _settings(backend, protocol, given)
    if "DefaultActions" in given:
        actions = _actions(backend, owner, protocol, given["DefaultActions"])
        fake = [FakeAction(action) for action in actions]
        backend._validate_actions(fake)
        changed.default_actions = changed._default_rule[0].actions = fake
    changed.port, changed.protocol = port, protocol
    changed.ssl_policy, changed.alpn_policy = settings["policy"], settings["alpn"]
    _show_certificate(backend, changed, settings["certificate"])
    return ActionResult({"Listeners": [changed]})


def listener(backend, arn):
    for owner in backend.load_balancers.values():
        if arn in owner.listeners:
            return owner.listeners[arn]
    raise ListenerNotFoundError()


def delete(backend, owner, arn):
    gone = owner.listeners[arn]
    for certificate in [gone.certificate, *gone.further]:
        _release(backend, gone, certificate)
    del owner.listeners[arn]
    for tagged in [arn, *gone.rules]:
        backend.tagging_service.delete_all_tags_for_resource(tagged)
    return gone


@replace(ELBv2Backend, "delete_listener")
def _delete(original, self, listener_arn):
    gone = listener(self, listener_arn)
    return delete(self, self.load_balancers[gone.load_balancer_arn], listener_arn)


# moto knows no pages of listeners.
@replace(ELBV2Response, "describe_listeners")
def _describe(original, self):
    shown = original(self).result["Listeners"]
    for arn in self._get_param("ListenerArns", []):
        listener(self.elbv2_backend, arn)
    return ActionResult(_page(self, "Listeners", shown))


def _page(response, key, everything):
    start = int(response._get_param("Marker") or 0)
    end = start + (response._get_int_param("PageSize") or PAGE)
    page = {key: everything[start:end]}
    return {**page, "NextMarker": str(end)} if end < len(everything) else page


# --- certificates ----------------------------------------------------------------------------


# AWS adds none twice, and checks that each exists; moto does neither.
@replace(ELBV2Response, "add_listener_certificates")
def _add_certificates(original, self):
    backend = self.elbv2_backend
    changed = listener(backend, self._get_param("ListenerArn"))
    if changed.protocol not in SECURE:
        refuse("InvalidConfigurationRequest", f"Certificates do not fit the protocol '{changed.protocol}'")
    arns = [certificate["CertificateArn"] for certificate in self._get_param("Certificates")]
    for arn in arns:
        _check_certificate(backend, arn)
    added = [arn for arn in arns if arn not in changed.further]
    if len(changed.further) + len(added) > CERTIFICATES:
        refuse("TooManyCertificates", "You've reached the limit on the number of certificates per load balancer")
    changed.further += added
    for arn in added:
        _use(backend, changed, arn)
    return ActionResult({"Certificates": [{"CertificateArn": arn, "IsDefault": False} for arn in arns]})


@replace(ELBV2Response, "describe_listener_certificates")
def _describe_certificates(original, self):
    shown = listener(self.elbv2_backend, self._get_param("ListenerArn"))
    first = [{"CertificateArn": arn, "IsDefault": True} for arn in shown.certificates]
    further = [{"CertificateArn": arn, "IsDefault": False} for arn in shown.further]
    return ActionResult(_page(self, "Certificates", first + further))


@replace(ELBV2Response, "remove_listener_certificates")
def _remove_certificates(original, self):
    backend = self.elbv2_backend
    changed = listener(backend, self._get_param("ListenerArn"))
    for certificate in self._get_param("Certificates"):
        arn = certificate["CertificateArn"]
        if arn == changed.certificate and arn not in changed.further:
            refuse("OperationNotPermitted", f"Default certificate '{arn}' cannot be removed")
        changed.further = [other for other in changed.further if other != arn]
        if arn != changed.certificate:
            _release(backend, changed, arn)
    return EmptyResult()


# --- rules and actions -----------------------------------------------------------------------


# AWS shows what it adds by itself: the groups of a forward in both spellings, all parts of a
# redirect. It refuses groups that another load balancer has, and protocols that do not fit.
def _actions(backend, owner, protocol, actions):
    shown = copy.deepcopy(actions)
    for action in shown:
        if action["Type"] == "redirect":
            action["RedirectConfig"] = {**REDIRECT, **action["RedirectConfig"]}
        if action["Type"] != "forward":
            continue
        if "ForwardConfig" not in action:
            action["ForwardConfig"] = {"TargetGroups": [{"TargetGroupArn": action["TargetGroupArn"]}]}
        groups = action["ForwardConfig"]["TargetGroups"]
        if len(groups) == 1:
            action["TargetGroupArn"] = groups[0]["TargetGroupArn"]
        if not 1 <= len(groups) <= VALUES or (owner.type == "network" and len(groups) > 1):
            refuse("InvalidLoadBalancerAction", "The number of target groups of the action is not supported")
        for named in groups:
            _check_group(backend, owner, protocol, named["TargetGroupArn"])
    return shown


def _check_group(backend, owner, protocol, arn):
    group = backend.target_groups.get(arn)
    if group is None:
        refuse("TargetGroupNotFound", f"Target groups '{arn}' not found")
    if group.vpc_id != owner.vpc_id:
        refuse("InvalidConfigurationRequest", f"The target group '{arn}' is in another VPC than the load balancer")
    of_web = group.protocol in ("HTTP", "HTTPS")
    if of_web != (owner.type == "application"):
        refuse("IncompatibleProtocols", f"The protocol of '{arn}' is not compatible with the listener's {protocol}")
    for other in backend.load_balancers.values():
        if other is not owner and _uses(other, arn):
            refuse("TargetGroupAssociationLimit", f"The target group '{arn}' is associated with another load balancer")


def _uses(owner, group_arn):
    for each in owner.listeners.values():
        for rule in each.rules.values():
            for action in rule.actions:
                groups = action.data.get("ForwardConfig", {}).get("TargetGroups", [])
                if group_arn in [group["TargetGroupArn"] for group in groups]:
                    return True
    return False


def _conditions(conditions):
    shown = copy.deepcopy(conditions)
    values = [
        value
        for condition in shown
        for value in condition.get("Values", [])
        + [value for key, config in condition.items() if key.endswith("Config") for value in config.get("Values", [])]
    ]
    if not values:
        refuse("ValidationError", "A condition value must be specified")
    if len(values) > VALUES:
        refuse("TooManyRules", f"A rule can only have '{VALUES}' condition values")
    return shown


def _spelled(conditions):
    """AWS shows hosts and paths in the old spelling too."""
    for condition in conditions:
        config = FIELDS.get(condition["Field"])
        if config:
            values = condition.get("Values") or condition[config]["Values"]
            condition.update({"Values": values, config: {"Values": values}})
    return conditions


@replace(ELBv2Backend, "create_rule")
def _create_rule(original, self, listener_arn, conditions, priority, actions, tags=None):
    of = listener(self, listener_arn)
    actions = _actions(self, self.load_balancers[of.load_balancer_arn], of.protocol, actions)
    rule = original(self, listener_arn, _conditions(conditions), priority, actions, tags)
    _spelled(rule.conditions)
    return rule


@replace(ELBv2Backend, "modify_rule")
def _modify_rule(original, self, rule_arn, conditions, actions):
    of, _ = _rule(self, rule_arn)
    actions = _actions(self, self.load_balancers[of.load_balancer_arn], of.protocol, actions)
    rule = original(self, rule_arn, _conditions(conditions) if conditions else [], actions)
    if conditions:
        _spelled(rule.conditions)
    return rule


def _rule(backend, arn):
    for owner in backend.load_balancers.values():
        for of in owner.listeners.values():
            for rule in of.rules.values():
                if rule.arn == arn:
                    return of, rule
    raise RuleNotFoundError("One or more rules not found")


# AWS says when there is no such rule; moto does not.
@replace(ELBv2Backend, "delete_rule")
def _delete_rule(original, self, arn):
    of, rule = _rule(self, arn)
    if rule.is_default:
        refuse("OperationNotPermitted", f"Default rule '{arn}' cannot be deleted")
    of.remove_rule(arn)
    self.tagging_service.delete_all_tags_for_resource(arn)


# Two rules can change places by one call of AWS; moto finds each place taken.
@replace(ELBv2Backend, "set_rule_priorities")
def _set_priorities(original, self, rule_priorities):
    moved = {}
    for pair in rule_priorities:
        of, rule = _rule(self, pair["RuleArn"])
        moved.setdefault(of.arn, []).append((of, rule, int(pair["Priority"])))
    if len(moved) != 1:
        refuse("ValidationError", "The rules must be of one listener")
    (moves,) = moved.values()
    places = [priority for _, _, priority in moves]
    staying = [rule for rule in moves[0][0].rules.values() if rule not in [rule for _, rule, _ in moves]]
    if len(set(places)) < len(places) or any(str(rule.priority) in map(str, places) for rule in staying):
        raise PriorityInUseError()
    for _, rule, priority in moves:
        rule.priority = priority
    return [rule for _, rule, _ in moves]


# AWS answers the rules by priority.
@replace(ELBv2Backend, "describe_rules")
def _describe_rules(original, self, listener_arn, rule_arns):
    if listener_arn:
        listener(self, listener_arn)
    rules = original(self, listener_arn, rule_arns)
    return sorted(rules, key=lambda rule: (rule.is_default, rule.priority if not rule.is_default else 0))
