"""Launch templates and their versions.

moto numbers versions by their place in a list, so that none can be deleted; it puts the tags of
the template itself among those of its instances, and answers 15 templates at most.
"""

from moto.core.responses import ActionResult
from moto.ec2.exceptions import (
    InvalidLaunchTemplateIdNotFound,
    InvalidLaunchTemplateNameNotFoundError,
    InvalidLaunchTemplateVersionNotFound,
)
from moto.ec2.models.launch_templates import LaunchTemplate
from moto.ec2.utils import add_tag_specification, generic_filter, parse_user_data

from patches.tools import EC2Backend, EC2Response, refuse, replace

# AWS answers tags that were added later too; moto those of the creation.
LaunchTemplate.tags = property(lambda self: self.get_tags(), lambda self, value: None)


@replace(LaunchTemplate, "create_version")
def _number(original, self, data, description):
    version = original(self, data, description)
    version.number = self.last_number = getattr(self, "last_number", 0) + 1
    return version


@replace(LaunchTemplate, "get_version")
def _get_version(original, self, number):
    wanted = {"$latest": self.latest_version_number, "$default": self.default_version_number}
    wanted = wanted.get(str(number).lower(), number)
    for version in self.versions:
        if str(version.number) == str(wanted):
            return version
    raise InvalidLaunchTemplateVersionNotFound(template_id=self.id, version=number)


LaunchTemplate.default_version = lambda self: self.get_version(self.default_version_number)


def _template(response):
    """The template a call names, by id or by name."""
    backend, params = response.ec2_backend, response._get_params()
    if ("LaunchTemplateId" in params) == ("LaunchTemplateName" in params):
        refuse("MissingParameter", "Either the ID or the name of a launch template has to be given, and not both")
    if "LaunchTemplateId" in params:
        return backend.get_launch_template(params["LaunchTemplateId"])
    return backend.get_launch_template_by_name(params["LaunchTemplateName"])


def _shown(response, template):
    return {
        "LaunchTemplateId": template.id,
        "LaunchTemplateName": template.name,
        "CreateTime": template.create_time,
        "CreatedBy": f"arn:{response.partition}:iam::{response.current_account}:root",
        "DefaultVersionNumber": template.default_version_number,
        "LatestVersionNumber": template.latest_version_number,
        "Operator": {"Managed": False},
        "Tags": template.tags,
    }


def _shown_version(response, template, version):
    return {
        "LaunchTemplateId": template.id,
        "LaunchTemplateName": template.name,
        "VersionNumber": version.number,
        "VersionDescription": version.description,
        "CreateTime": version.create_time,
        "CreatedBy": f"arn:{response.partition}:iam::{response.current_account}:root",
        "DefaultVersion": template.is_default(version),
        "LaunchTemplateData": version.data,
        "Operator": {"Managed": False},
    }


def _data(response):
    data = dict(response._get_param("LaunchTemplateData", {}))
    if "UserData" in data:
        data["UserData"] = parse_user_data(data["UserData"])
    return data


@replace(EC2Response, "create_launch_template")
def _create(original, self):
    params = self._get_params()
    tags = add_tag_specification(params.get("TagSpecifications", []))
    template = self.ec2_backend.create_launch_template(
        params["LaunchTemplateName"], params.get("VersionDescription"), _data(self), {"launch-template": tags}
    )
    return ActionResult({"LaunchTemplate": _shown(self, template)})


# AWS: what the new version does not say, it takes from the source version, if one is given.
@replace(EC2Response, "create_launch_template_version")
def _create_version(original, self):
    template, source = _template(self), self._get_param("SourceVersion")
    data = {**(template.get_version(source).data if source else {}), **_data(self)}
    version = template.create_version(data, self._get_param("VersionDescription"))
    return ActionResult({"LaunchTemplateVersion": _shown_version(self, template, version)})


@replace(EC2Response, "describe_launch_templates")
def _describe(original, self):
    backend, params = self.ec2_backend, self._get_params()
    found = [backend.get_launch_template(i) for i in params.get("LaunchTemplateIds", [])]
    for name in params.get("LaunchTemplateNames", []):
        if name not in backend.launch_template_name_to_ids:
            raise InvalidLaunchTemplateNameNotFoundError
        found.append(backend.get_launch_template_by_name(name))
    found = found or list(backend.launch_templates.values())
    found = generic_filter(self._filters_from_querystring(), found)
    return ActionResult({"LaunchTemplates": [_shown(self, template) for template in found]})


# AWS answers the newest first, and a version that is named twice once.
@replace(EC2Response, "describe_launch_template_versions")
def _describe_versions(original, self):
    params = self._get_params()
    named, asked = {"LaunchTemplateId", "LaunchTemplateName"} & set(params), params.get("Versions", [])
    if not named and not (asked and set(asked) <= {"$Latest", "$Default"}):
        refuse("MissingParameter", "Without a launch template, the versions can be $Latest and $Default only")
    templates = [_template(self)] if named else list(self.ec2_backend.launch_templates.values())
    shown = []
    for template in templates:
        wanted = [template.get_version(number) for number in asked] if asked else template.versions
        least, most = int(params.get("MinVersion", 1)), int(params.get("MaxVersion", template.latest_version_number))
        for version in reversed(template.versions):
            if version in wanted and least <= version.number <= most:
                shown.append(_shown_version(self, template, version))
    return ActionResult({"LaunchTemplateVersions": shown})


@replace(EC2Response, "modify_launch_template")
def _modify(original, self):
    template = _template(self)
    template.default_version_number = template.get_version(self._get_param("DefaultVersion")).number
    return ActionResult({"LaunchTemplate": _shown(self, template)})


# moto does not have this one. AWS keeps the default version, and answers each version.
@replace(EC2Response, "delete_launch_template_versions")
def _delete_versions(original, self):
    template, gone, kept = _template(self), [], []
    names = {"LaunchTemplateId": template.id, "LaunchTemplateName": template.name}
    for number in self._get_param("Versions", []):
        found = [version for version in template.versions if str(version.number) == str(number)]
        if found and not template.is_default(found[0]):
            template.versions.remove(found[0])
            gone.append({**names, "VersionNumber": found[0].number})
        else:
            code = "unexpectedError" if found else "launchTemplateVersionDoesNotExist"
            message = "The default version cannot be deleted." if found else "The version does not exist."
            kept.append({**names, "VersionNumber": number, "ResponseError": {"Code": code, "Message": message}})
    return ActionResult(
        {"SuccessfullyDeletedLaunchTemplateVersions": gone, "UnsuccessfullyDeletedLaunchTemplateVersions": kept}
    )


@replace(EC2Backend, "delete_launch_template")
def _delete(original, self, name, template_id):
    if template_id and template_id not in self.launch_templates:
        raise InvalidLaunchTemplateIdNotFound(template_id)
    template = original(self, name, template_id)
    self.tags.pop(template.id, None)
    return template
