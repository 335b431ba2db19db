"""API Gateway, both versions of it, in place of moto's own.

moto has two services that know nothing of each other: a domain name of version 2 cannot be mapped to
a REST API, a REST API cannot use a VPC link of version 2, and neither refuses what AWS refuses. So
this package answers for both: one module per kind of object, each operation a function that takes the
World and the parameters and returns the answer. The state is with moto's ApiGatewayV2Backend, where a
reset finds it. WebSocket APIs, models, API keys, usage plans and OpenAPI are not here.
"""

from apis import deployments, domains, http, links, methods, rest, rest_links, routes, stages, tags  # noqa: F401
