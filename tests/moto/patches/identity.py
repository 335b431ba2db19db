"""Identity providers of OpenID Connect, and who calls."""

import hashlib

from moto.core.responses import EmptyResult
from moto.iam.models import IAMBackend
from moto.iam.responses import IamResponse
from moto.sts.models import STSBackend

from patches.tools import replace


# AWS: a user is one of IAM. moto answers the unknown caller as a user of STS.
@replace(STSBackend, "get_caller_identity")
def _caller(original, self, access_key_id, region):
    user_id, arn, account_id = original(self, access_key_id, region)
    return user_id, arn.replace(":sts:", ":iam:") if ":user/" in arn else arn, account_id


# AWS looks up the thumbprint of a provider created without one; moto leaves it away.
@replace(IAMBackend, "create_open_id_connect_provider")
def _create(original, self, url, thumbprint_list, *args, **kwargs):
    thumbprints = thumbprint_list or [hashlib.sha1(url.encode()).hexdigest()]
    return original(self, url, thumbprints, *args, **kwargs)


# moto has neither of these two. AWS takes an id that is there already, or gone already.
@replace(IamResponse, "add_client_id_to_open_id_connect_provider")
def _add_client_id(original, self):
    provider = self.backend.get_open_id_connect_provider(self._get_param("OpenIDConnectProviderArn"))
    if self._get_param("ClientID") not in provider.client_id_list:
        provider.client_id_list.append(self._get_param("ClientID"))
    return EmptyResult()


@replace(IamResponse, "remove_client_id_from_open_id_connect_provider")
def _remove_client_id(original, self):
    provider = self.backend.get_open_id_connect_provider(self._get_param("OpenIDConnectProviderArn"))
    if self._get_param("ClientID") in provider.client_id_list:
        provider.client_id_list.remove(self._get_param("ClientID"))
    return EmptyResult()
