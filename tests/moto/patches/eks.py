"""EKS: all calls go to the package eks.

AWS checks the parameters of a call before anything else, and moto hardly any; so what the service
model forbids is refused here, beside being noted as a violation.
"""

import json

import validate
import wire
from moto.core.responses import ActionResult
from moto.eks import urls
from moto.eks.responses import EKSResponse

from eks import service
from patches.tools import EC2Backend, refuse, replace

# moto knows the paths of the operations it has.
urls.url_paths = {"{0}/.*": EKSResponse.dispatch}


@replace(EKSResponse, "call_action")
def _call(original, self):
    call = wire.read_call(self.normalized_request.environ, self.raw_body)
    function = service.find(call.operation)
    if function is None:
        raise NotImplementedError(f"EKS has no {call.operation} here")
    try:
        if call.model.input_shape is not None:
            for problem in validate.problems(call.model.input_shape, call.params):
                service.invalid(problem)
        return self.serialized(ActionResult(function(service.World(self), call.params)))
    except service.Refused as refused:
        headers = {"Content-Type": "application/json", "x-amzn-ErrorType": refused.code}
        return refused.status, headers, json.dumps(refused.body)


# AWS deletes no interface that is in use; moto does.
@replace(EC2Backend, "delete_network_interface")
def _delete_interface(original, self, eni_id):
    eni = self.enis.get(eni_id)
    if eni and eni.status == "in-use":
        refuse("InvalidParameterValue", f"Network interface '{eni_id}' is currently in use.")
    return original(self, eni_id)
