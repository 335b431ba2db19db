"""API Gateway: all calls of both versions go to the package apis.

What the service model forbids is refused here, as AWS does before anything else, beside being noted
as a violation.
"""

import json

import validate
import wire
from moto.apigateway import urls
from moto.apigateway.responses import APIGatewayResponse
from moto.apigatewayv2.responses import ApiGatewayV2Response
from moto.core.responses import ActionResult

from apis import service
from patches.tools import replace


def _dispatch(request, full_url, headers):
    version = ApiGatewayV2Response if request.path.startswith("/v2/") else APIGatewayResponse
    return version.dispatch(request, full_url, headers)


# moto knows the paths of the operations it has.
urls.url_paths = {"{0}/.*": _dispatch}


def _call(original, self):
    call = wire.read_call(self.normalized_request.environ, self.raw_body)
    function = service.find(call.service, call.operation)
    if function is None:
        raise NotImplementedError(f"API Gateway has no {call.name} here")
    try:
        if call.model.input_shape is not None:
            for problem in validate.problems(call.model.input_shape, call.params):
                service.bad(problem)
        world = service.World(self.region, self.current_account)
        return self.serialized(ActionResult(function(world, call.params)))
    except service.Refused as refused:
        headers = {"Content-Type": "application/json", "x-amzn-ErrorType": refused.code}
        return refused.status, headers, json.dumps(refused.body)


for response in (APIGatewayResponse, ApiGatewayV2Response):
    replace(response, "call_action")(_call)
