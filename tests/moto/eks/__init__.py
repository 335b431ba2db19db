"""EKS, in place of moto's own.

moto has 17 of the 70 operations of EKS, checks neither roles nor subnets, makes no security group
and no network interfaces, and answers half of what it was given. So little would remain of it
after patching that this package answers for the whole service: one module per kind of object,
each operation a function that takes the World and the parameters and returns the answer.
The state is in moto's EKSBackend, where a reset finds it.
"""

from eks import access, addons, clusters, encryption, fargate, nodes, pods, tags, updates, versions  # noqa: F401
