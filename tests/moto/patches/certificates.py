"""Certificates of ACM."""

import hashlib

from moto.acm.models import AWSCertificateManagerBackend, CertBundle
from moto.apigatewayv2.models import apigatewayv2_backends
from moto.core import DEFAULT_ACCOUNT_ID
from moto.core.exceptions import AWSError
from moto.core.utils import utcnow
from moto.elbv2.models import elbv2_backends
from moto.route53.models import route53_backends

from apis import service as apis
from patches.tools import replace
from patches.zones import spelled

# AWS chooses the records that prove a name some seconds after the request.
CHOOSES_AFTER = 0.2


class InUse(AWSError):
    TYPE = "ResourceInUseException"


def _proof(name):
    """The CNAME that ACM looks for: one for a name and for what is right below it, the same in every certificate."""
    bare = name.removeprefix("*.")
    digest = hashlib.sha256(bare.encode()).hexdigest()
    value = f"_{digest[32:]}.abcdefghij.acm-validations.aws."
    return {"Name": f"_{digest[:32]}.{bare}.", "Type": "CNAME", "Value": value}


def _is_proven(name):
    proof = _proof(name)
    for zone in route53_backends[DEFAULT_ACCOUNT_ID]["aws"].zones.values():
        for record in zone.rrsets:
            if record.type == "CNAME" and spelled(record.name) == spelled(proof["Name"]):
                if [spelled(value) for value in record.records] == [spelled(proof["Value"])]:
                    return True
    return False


# AWS issues a certificate when all its names are proven, and never takes that back. moto does after a while.
@replace(CertBundle, "check")
def _check(original, self):
    names = {self.common_name, *self.sans}
    if self.type == "AMAZON_ISSUED" and self.status == "PENDING_VALIDATION":
        if all(_is_proven(name) for name in names):
            self.status = "ISSUED"


# AWS: every name has a proof of its own, which shows late. moto has the same for all, at once.
@replace(CertBundle, "describe")
def _describe(original, self):
    shown = original(self)
    certificate = shown["Certificate"]
    certificate["InUseBy"] = users(self.arn)
    chosen = (utcnow() - self.created_at).total_seconds() > CHOOSES_AFTER
    for option in certificate.get("DomainValidationOptions", []):
        option.pop("ResourceRecord", None)
        if chosen:
            option["ResourceRecord"] = _proof(option["DomainName"])
    if self.status != "ISSUED":
        for key in ("IssuedAt", "NotBefore", "NotAfter", "Serial", "Issuer"):
            certificate.pop(key, None)
    return shown


# AWS deletes no certificate that something uses. moto does.
@replace(AWSCertificateManagerBackend, "delete_certificate")
def _delete(original, self, arn):
    self.get_certificate(arn)
    if users(arn):
        raise InUse(f"Certificate {arn} in account {self.account_id} is in use.")
    original(self, arn)


def users(arn):
    """Load balancers and domains of APIs that have the certificate."""
    found = []
    for backend in list(elbv2_backends[DEFAULT_ACCOUNT_ID].values()):
        for balancer in backend.load_balancers.values():
            if any(arn in (listener.certificate, *listener.further) for listener in balancer.listeners.values()):
                found.append(balancer.arn)
    for backend in list(apigatewayv2_backends[DEFAULT_ACCOUNT_ID].values()):
        for domain in apis.store(backend).domains.values():
            if any(arn in shown.values() for shown in domain.described["DomainNameConfigurations"]):
                found.append(domain.described["DomainNameArn"])
    return found
