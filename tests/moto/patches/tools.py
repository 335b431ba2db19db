"""How patches are put into moto's classes."""

import functools
import sys

from moto.ec2.exceptions import EC2ClientError
from moto.ec2.models import EC2Backend  # noqa: F401  the class nearly every patch is for
from moto.ec2.responses import EC2Response  # noqa: F401  the class that reads parameters


def replace(owner, name):
    """Decorator: the function becomes method `name`, and is given the old one as first argument."""
    original = getattr(owner, name, None)

    def decorate(function):
        @functools.wraps(function)
        def method(self, *args, **kwargs):
            return function(original, self, *args, **kwargs)

        setattr(owner, name, method)
        return function

    return decorate


def replace_everywhere(name):
    """Decorator: takes the place of a module-level function of moto.ec2, also where it was imported."""

    def decorate(function):
        for module in [m for n, m in sys.modules.items() if n.startswith("moto.ec2") and hasattr(m, name)]:
            setattr(module, name, function)
        return function

    return decorate


def refuse(code, message):
    raise EC2ClientError(code, message)


def depends(message):
    refuse("DependencyViolation", message)
