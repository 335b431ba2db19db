"""Security groups and their rules."""

import copy
import ipaddress
import re

from moto.core.responses import ActionResult, EmptyResult
from moto.ec2.exceptions import InvalidPermissionDuplicateError, InvalidSecurityGroupNotFoundError
from moto.ec2.models.security_groups import SecurityGroup, SecurityGroupRule

from patches.tools import EC2Backend, EC2Response, depends, refuse, replace

DESCRIPTION = re.compile(r"[a-zA-Z0-9. _\-:/()#,@\[\]+=&;{}!$*]{0,255}")
MAX_RULES = 60


def _check_description(text, what):
    if not DESCRIPTION.fullmatch(text or ""):
        refuse(
            "InvalidParameterValue",
            f"Invalid {what} description. Valid descriptions are strings less than 256 characters "
            "from the following set:  a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*",
        )


# AWS puts a rule into the default group of a VPC that lets in its own members; moto does not.
@replace(SecurityGroup, "__init__")
def _new(original, self, *args, **kwargs):
    original(self, *args, **kwargs)
    if self.is_default:
        own = {"GroupId": self.id, "UserId": self.owner_id}
        rule = SecurityGroupRule(self.ec2_backend, "-1", self.id, None, None, None, own, is_egress=False)
        self.ingress_rules.append(rule)


# AWS answers the tags, and checks VPC, name and description; moto does none of it.
@replace(EC2Response, "create_security_group")
def _create(original, self):
    backend = self.ec2_backend
    if "VpcId" in self._get_params():
        backend.get_vpc(self._get_param("VpcId"))
    name = self._get_param("GroupName", "")
    if name.startswith("sg-") or name == "default" or not DESCRIPTION.fullmatch(name):
        refuse("InvalidParameterValue", f"Invalid group name '{name}'")
    _check_description(self._get_param("GroupDescription") or self._get_param("Description"), "security group")
    result = original(self).result
    return ActionResult({**result, "Tags": backend.get_security_group_from_id(result["GroupId"]).get_tags()})


# AWS deletes no group in use by a network interface or in a rule of another group, and no
# default group. moto deletes them all.
@replace(EC2Backend, "delete_security_group")
def _delete(original, self, name=None, group_id=None):
    group = self.get_security_group_by_name_or_id(group_id or name)
    if group and group.is_default:
        refuse("CannotDelete", f'the specified group: "{group.id}" name: "default" cannot be deleted by a user')
    if group and _used(self, group):
        depends(f"resource {group.id} has a dependent object")
    original(self, name, group_id)
    for gone in [group, *group.ingress_rules, *group.egress_rules]:
        self.tags.pop(gone.id, None)


def _used(backend, group):
    others = [g for groups in backend.groups.values() for g in groups.values() if g.id != group.id]
    rules = [rule for other in others for rule in other.ingress_rules + other.egress_rules]
    return any(rule.source_group.get("GroupId") == group.id for rule in rules) or any(
        group in eni._group_set for eni in backend.enis.values()
    )


# --- rules -----------------------------------------------------------------------------------


# AWS keeps the description of every kind of rule and does not count it for equality. moto keeps
# that of address rules only, and takes two rules that differ in it for different ones.
@replace(SecurityGroupRule, "__init__")
def _new_rule(original, self, *args, **kwargs):
    original(self, *args, **kwargs)
    prefix_list = kwargs.get("prefix_list_id", args[7] if len(args) > 7 else None) or {}
    given = self.ip_range or self.source_group or prefix_list
    self.own_description = given.get("Description")


def _key(rule):
    peer = rule.cidr_ipv4 or rule.cidr_ipv6 or rule.prefix_list_id or rule.source_group.get("GroupId")
    return rule.ip_protocol, rule.from_port, rule.to_port, peer


SecurityGroupRule.__eq__ = lambda self, other: _key(self) == _key(other)
SecurityGroupRule.description = property(lambda self: self.own_description)
SecurityGroupRule.security_group_rule_arn = property(
    lambda self: f"arn:aws:ec2:{self.ec2_backend.region_name}:{self.owner_id}:security-group-rule/{self.id}"
)


def _shown(rule):
    """A rule as AWS shows it, with -1 for "all ports"."""
    shown = copy.copy(rule)
    shown.from_port = -1 if rule.from_port is None else rule.from_port
    shown.to_port = -1 if rule.to_port is None else rule.to_port
    return shown


# AWS adds all rules of a call or none, and answers all. moto stops in the middle, and answers
# those of the last permission.
def _authorize(response, egress):
    response.error_on_dryrun()
    backend = response.ec2_backend
    group = _group(backend, response._get_param("GroupId") or response._get_param("GroupName"))
    rules, tags = [], {}
    for given in response._process_rules_from_querystring():
        tags = given["sgrule_tags"]
        rules += _rules(backend, group, given, egress)
    present = group.egress_rules if egress else group.ingress_rules
    for i, rule in enumerate(rules):
        if rule in present or rule in rules[:i]:
            raise InvalidPermissionDuplicateError
    if len(present) + len(rules) > MAX_RULES:
        refuse("RulesPerSecurityGroupLimitExceeded", "The maximum number of rules per security group has been reached.")
    present.extend(rules)
    for rule in rules:
        rule.add_tags(tags)
    return ActionResult({"Return": True, "SecurityGroupRules": [_shown(rule) for rule in rules]})


def _group(backend, name_or_id):
    group = backend.get_security_group_by_name_or_id(name_or_id)
    if group is None:
        raise InvalidSecurityGroupNotFoundError(name_or_id)
    return group


def _rules(backend, group, given, egress):
    protocol = given["ip_protocol"]
    if protocol is None:
        refuse("MissingParameter", "The request must contain the parameter ipProtocol")
    if protocol in ("tcp", "udp", "6", "17") and (given["from_port"] is None or given["to_port"] is None):
        refuse("InvalidParameterValue", "Invalid value for portRange. TCP and UDP need both ports.")
    for peer in given["ip_ranges"]:
        for cidr in filter(None, (peer.get("CidrIp"), peer.get("CidrIpv6"))):
            _check_cidr(cidr)
    for peer in given["ip_ranges"] + given["source_groups"] + given["prefix_list_ids"]:
        _check_description(peer.get("Description"), "rule")
    for peer in given["prefix_list_ids"]:
        if peer["PrefixListId"] not in backend.managed_prefix_lists:
            refuse("InvalidPrefixListID.NotFound", f"The prefix list ID '{peer['PrefixListId']}' does not exist")
    return list(
        backend._iterate_security_rules(
            protocol,
            group.id,
            given["from_port"],
            given["to_port"],
            given["ip_ranges"],
            backend._add_source_group(given["source_groups"], group.vpc_id),
            given["prefix_list_ids"],
            is_egress=egress,
        )
    )


def _check_cidr(cidr):
    try:
        ipaddress.ip_network(cidr)
    except ValueError:
        refuse("InvalidParameterValue", f"CIDR block {cidr} is malformed")


@replace(EC2Response, "authorize_security_group_ingress")
def _ingress(original, self):
    return _authorize(self, egress=False)


@replace(EC2Response, "authorize_security_group_egress")
def _egress(original, self):
    return _authorize(self, egress=True)


# moto changes IPv4 rules only, and wants ports of rules for all protocols.
@replace(EC2Backend, "modify_security_group_rules")
def _modify(original, self, group_id, rules):
    group = _group(self, group_id)
    for rule_id, new in rules.items():
        rule = _rule(group, rule_id)
        _check_description(new.get("Description"), "rule")
        peer = {k: new[k] for k in ("CidrIpv4", "CidrIpv6", "PrefixListId", "ReferencedGroupId") if new.get(k)}
        if len(peer) != 1:
            refuse("InvalidParameterCombination", "Exactly one of cidrIpv4, cidrIpv6, prefixListId, referencedGroupId")
        kind = "CidrIpv4" if rule.cidr_ipv4 else "CidrIpv6" if rule.cidr_ipv6 else None
        kind = kind or ("PrefixListId" if rule.prefix_list_id else "ReferencedGroupId")
        if kind not in peer:
            refuse("InvalidParameterValue", f"Invalid rule type for security group rule '{rule_id}'.")
        rule.ip_protocol = new["IpProtocol"]
        all_ports = rule.ip_protocol == "-1"
        rule.from_port, rule.to_port = (None, None) if all_ports else (new["FromPort"], new["ToPort"])
        if kind == "CidrIpv4":
            rule.ip_range = {"CidrIp": peer[kind]}
        elif kind == "CidrIpv6":
            rule.ip_range = {"CidrIpv6": peer[kind]}
        elif kind == "PrefixListId":
            rule.prefix_list_id = peer[kind]
        else:
            rule.source_group = {"GroupId": peer[kind], "UserId": self.account_id}
        _describe(rule, new.get("Description"))


def _rule(group, rule_id):
    rule = group.get_rule(rule_id)
    if rule is None:
        refuse("InvalidSecurityGroupRuleId.NotFound", f"The security group rule ID '{rule_id}' does not exist")
    return rule


def _describe(rule, text):
    """Sets the description, also where DescribeSecurityGroups looks for it."""
    rule.own_description = text or None
    for place in (rule.ip_range, rule.source_group):
        place.pop("Description", None)
        if place and text:
            place["Description"] = text


# AWS takes rule ids or permissions; moto takes permissions, and matches IPv4 rules only.
def _update_descriptions(response, egress):
    group = _group(response.ec2_backend, response._get_param("GroupId"))
    for entry in response._get_param("SecurityGroupRuleDescriptions", []):
        _check_description(entry.get("Description"), "rule")
        _describe(_rule(group, entry["SecurityGroupRuleId"]), entry.get("Description"))
    if response._get_param("IpPermissions"):
        present = group.egress_rules if egress else group.ingress_rules
        for given in response._process_rules_from_querystring():
            for new in _rules(response.ec2_backend, group, given, egress):
                for rule in [r for r in present if r == new]:
                    _describe(rule, new.description)
    return EmptyResult()


@replace(EC2Response, "update_security_group_rule_descriptions_ingress")
def _update_ingress(original, self):
    return _update_descriptions(self, egress=False)


@replace(EC2Response, "update_security_group_rule_descriptions_egress")
def _update_egress(original, self):
    return _update_descriptions(self, egress=True)


# AWS names the rule id it does not know, where moto says that the rule does not exist in the
# group. And the tags go with the rule.
def _revoke(original, response):
    group = _group(response.ec2_backend, response._get_param("GroupId") or response._get_param("GroupName"))
    for rule_id in response._get_param("SecurityGroupRuleIds", []):
        _rule(group, rule_id)
    before = group.ingress_rules + group.egress_rules
    result = original(response)
    for rule in before:
        if group.get_rule(rule.id) is None:
            response.ec2_backend.tags.pop(rule.id, None)
    return result


@replace(EC2Response, "revoke_security_group_ingress")
def _revoke_ingress(original, self):
    return _revoke(original, self)


@replace(EC2Response, "revoke_security_group_egress")
def _revoke_egress(original, self):
    return _revoke(original, self)
