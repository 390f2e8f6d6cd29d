"""What the settings of every project share: fields that each has, and how a config map becomes them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Self

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.alias_generators import to_camel
from pydantic_core import ErrorDetails

from policies.naming import LONGEST_PREFIX, LONGEST_SUFFIX, NAME_PART
from policies.schema import suggest
from program.errors import CouldNotRunError, Problem, SettingsError
from program.manifest.canonical import JsonValue
from program.manifest.implied import NAME_PREFIX
from program.project.definition import Project
from program.project.naming import PREFIX, Names
from program.project.setting import setting, unclear
from program.project.texts import cut
from program.project.values import REGION

REGION_KEY = "aws:region"
SUFFIX_VARIABLE = "ENVIRONMENT_SUFFIX"
# Namespaces whose keys belong to the provider or to Pulumi itself, and the keys of theirs that a stack file may have.
_FOREIGN_NAMESPACES = ("aws:", "github:", "pulumi:")
_ACCOUNTS_KEY = "aws:allowedAccountIds"
_CREDENTIALS = frozenset(
    {
        "aws:accessKey",
        "aws:secretKey",
        "aws:token",
        "aws:profile",
        "aws:sharedCredentialsFiles",
        "github:token",
    }
)


class ProjectSettings(BaseModel):
    """What one stack of a project asks for: the one definition of every setting.

    Pulumi.yaml's block, the limits that hold for a setting (those of its name) and its place in the manifest all follow
    from here; the check says where Pulumi.yaml doesn't.
    """

    model_config = ConfigDict(alias_generator=to_camel, extra="forbid", frozen=True)

    project: ClassVar[Project]
    # The fields that a stack file has among a provider's own keys.
    provider_keys: ClassVar[Mapping[str, str]] = {"region": REGION_KEY}

    region: str = setting(
        about="The region; a stack file has it as aws:region.",
        allowed="an AWS region such as us-east-1",
        not_compared="the environment's own",
        pattern=REGION,
    )
    environment: str = setting(
        about="The environment whose limits hold, a key of environments in policies/environments.yaml.",
        allowed="up to 16 lower-case letters and digits",
        not_compared="stands beside the configuration",
        pattern=r"^[a-z][a-z0-9]{0,15}$",
    )
    name_prefix: str = setting(
        PREFIX,
        about="Stands before the service in every physical name, so that projects can share an account.",
        allowed=f"empty, or up to {LONGEST_PREFIX} lower-case letters, digits and single hyphens, a letter first",
        place=NAME_PREFIX,
        pattern=rf"^({NAME_PART})?$",
        max_length=LONGEST_PREFIX,
    )
    environment_suffix: str = setting(
        about="Ends every physical name, so that copies can live side by side. ENVIRONMENT_SUFFIX goes before it.",
        allowed=f"up to {LONGEST_SUFFIX} lower-case letters, digits and single hyphens",
        not_compared="each copy has its own",
        pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$",
        max_length=LONGEST_SUFFIX,
    )

    @classmethod
    def __pydantic_init_subclass__(cls, **given: Any) -> None:
        """Refuse a project whose settings don't all say what they are, and whether stacks are compared by them."""
        super().__pydantic_init_subclass__(**given)
        if problems := list(unclear(cls)):
            raise CouldNotRunError("\n".join(problems))

    @classmethod
    def config_key(cls, field: str) -> str:
        """Return the config key of a field or of its alias, for example `orders:lambdaMemory`."""
        return cls.provider_keys.get(field) or cls.project.full_key(to_camel(field))

    @classmethod
    def known_keys(cls) -> list[str]:
        """Return the config keys of all settings, sorted."""
        return sorted(cls.config_key(field) for field in cls.model_fields)

    @classmethod
    def secret_keys(cls) -> frozenset[str]:
        """Return the config keys that a stack file may keep encrypted: what is never shown, and never compared."""
        return frozenset(cls.config_key(name) for name, field in cls.model_fields.items() if not field.repr)

    @classmethod
    def parse(cls, config: Mapping[str, str], environment: Mapping[str, str]) -> Self:
        """Parse Pulumi's config map; the process's environment may set the suffix.

        Raises SettingsError with every problem at once.
        """
        values: dict[str, str] = {}
        problems: list[Problem] = []
        known = {cls.config_key(field): to_camel(field) for field in cls.model_fields}
        for key, value in config.items():
            if key in known:
                values[known[key]] = value
            elif key != _ACCOUNTS_KEY:
                problems.append(Problem(key, cls._unknown(key)))
        if suffix := environment.get(SUFFIX_VARIABLE):
            values["environmentSuffix"] = suffix
        try:
            settings = cls.model_validate(values)
        except ValidationError as error:
            problems += [cls._problem(detail) for detail in error.errors(include_url=False)]
            raise SettingsError(problems) from None
        if problems:
            raise SettingsError(problems)
        return settings

    @classmethod
    def _unknown(cls, key: str) -> str:
        if key in _CREDENTIALS:
            return f"{key} is a credential, which no stack file may hold; remove it: a deployment has its role's own"
        if key.startswith(_FOREIGN_NAMESPACES):
            allowed = " and ".join([*cls.provider_keys.values(), _ACCOUNTS_KEY])
            return (
                f"{key} can move every resource elsewhere; remove it: of these keys a stack file may have {allowed} "
                f"alone"
            )
        return f"unknown key {key!r}{suggest(key, cls.known_keys())}"

    @classmethod
    def _problem(cls, detail: ErrorDetails) -> Problem:
        alias = str(detail["loc"][0])
        key = cls.config_key(alias)
        if detail["type"] == "missing":
            return Problem(key, f"{key} is missing; add it to the stack file")
        allowed = next(field.description for name, field in cls.model_fields.items() if alias in (name, field.alias))
        # Encrypted or not: a value that only a stack file may show is no part of a message.
        found = "has a value that is not shown" if key in cls.secret_keys() else f"is {cut(repr(detail['input']))}"
        return Problem(key, f"{key} {found}; it must be {allowed}")

    @property
    def names(self) -> Names:
        """Return the names of this copy of the project."""
        return Names(
            project=self.project.name(),
            prefix=self.name_prefix,
            environment=self.environment,
            suffix=self.environment_suffix,
        )

    @property
    def given_account(self) -> str | None:
        """Return the account that the stack file names, where it names one."""
        return None

    @property
    def given_network(self) -> dict[str, JsonValue]:
        """Return the outputs that a networking stack has, where the stack file gives them instead."""
        return {}
