"""Where AWS behaves differently from moto 5.2.5, one module per kind of object.

Every patch says what AWS does and what moto does. Importing a module applies its patches.
"""

import importlib

MODULES = (
    "account",
    "filters",
    "tags",
    "paging",
    "vpcs",
    "subnets",
    "gateways",
    "nat",
    "routes",
    "groups",
    "endpoints",
    "flow_logs",
    "launch_templates",
    "identity",
    "keys",
    "eks",
    "balancers",
    "targets",
    "listeners",
    "autoscaling",
    "zones",
    "certificates",
    "apis",
)


def apply():
    for module in MODULES:
        importlib.import_module(f"patches.{module}")
