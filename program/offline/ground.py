"""What a stack stands on: the stack of its network, and the foundation of its account, as this repository has them.

A project without a Pulumi.yaml here is another repository's: nothing is said of its stacks.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from policies.globs import matches
from policies.known.worlds import SERVICE as OF_THE_SERVICE
from policies.limits import LIMITS_FILE, Limits
from program.errors import Problem
from program.offline.packs import ORGANIZATION
from program.project.definition import FOUNDATION, NETWORK, ROOT, Project, stack_file
from program.project.home import account_of, carrying
from program.project.settings import REGION_KEY, ProjectSettings
from program.project.stackfile import StackFile, read_stack_file, stack_names
from program.service.settings import Settings

_LIMITS = f"policies/{LIMITS_FILE.name}"
_MOST_NAMED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """The networks and foundations of the repository; None where the project is another repository's."""

    networks: Sequence[StackFile] | None
    foundations: Sequence[StackFile] | None
    limits: Limits
    root: Path = ROOT

    def lacking(self, settings: ProjectSettings) -> Iterator[Problem]:
        """Yield what the stack of these settings would stand on and can't."""
        if isinstance(settings, Settings) and settings.networking_stack_ref is not None and self.networks is not None:
            yield from self._of_network(settings, settings.networking_stack_ref, self.networks)
        if settings.project != FOUNDATION and self.foundations is not None:
            yield from self._of_foundation(settings, self.foundations)

    def _of_network(self, settings: Settings, reference: str, networks: Sequence[StackFile]) -> Iterator[Problem]:
        _, project, stack = reference.split("/")
        if project != NETWORK.name(self.root):
            return
        key = settings.config_key("networking_stack_ref")
        network = next((each for each in networks if each.stack == stack), None)
        if network is None:
            file = stack_file(NETWORK.labelled(stack))
            way_out = self._way_out(settings, networks)
            yield Problem(key, f"{key} is {reference}, and there is no {file}; {way_out}")
        elif differing := list(self._differing(settings, reference, network)):
            found = ", ".join(f"whose {what} is {theirs} and not {own}" for what, theirs, own in differing)
            way_out = self._way_out(settings, networks)
            yield Problem(key, f"{key} is {reference}, {found} ({network.path}); {way_out}")

    def _differing(self, settings: Settings, reference: str, network: StackFile) -> Iterator[tuple[str, str, str]]:
        """Yield where the network is elsewhere than the stack: what, the network's, and the stack's own."""
        region = network.config.get(REGION_KEY)
        environment = network.config.get(NETWORK.full_key("environment", self.root))
        if region not in (None, settings.region):
            yield "region", str(region), settings.region
        # Another environment's network is a decision of its owners, which stands under `trusted`.
        if environment not in (None, settings.environment) and not self._is_trusted(settings, reference):
            yield "environment", str(environment), settings.environment
        account, own = self._account(environment), self._account(settings.environment)
        if None not in (account, own) and account != own:
            yield "account", str(account), str(own)

    def _way_out(self, settings: Settings, networks: Sequence[StackFile]) -> str:
        fitting = [each.stack for each in networks if not list(self._differing(settings, "", each))]
        named = " or ".join(self._named(stack, settings.environment) for stack in fitting[:_MOST_NAMED])
        added = f"add the file of a network in {settings.region} for {settings.environment} to {NETWORK.stacks}/"
        return f"name {named}, or {added}" if named else added

    def _named(self, stack: str, environment: str) -> str:
        """Return the network's full name, with what another one than the environment's own needs beside it."""
        name = f"{ORGANIZATION}/{NETWORK.name(self.root)}/{stack}"
        return name if stack == environment else f"{name} (under environments.{environment}.trusted in {_LIMITS} too)"

    def _is_trusted(self, settings: Settings, reference: str) -> bool:
        trusted = self.limits.environments[settings.environment].trusted
        return any(item.project == OF_THE_SERVICE and matches(reference, item.value) for item in trusted)

    def _account(self, environment: str | None) -> str | None:
        """Return the environment's account: the one that it names, else that of the only foundation."""
        limits = self.limits.environments.get(environment or "")
        foundations = self.foundations or ()
        only = account_of(foundations[0], self.root) if len(foundations) == 1 else None
        return (limits.account if limits is not None else None) or only

    def _of_foundation(self, settings: ProjectSettings, foundations: Sequence[StackFile]) -> Iterator[Problem]:
        key = settings.config_key("environment")
        account = self.limits.environments[settings.environment].account
        where = f"environments.{settings.environment}.account in {_LIMITS}"
        of_each = {each.name: account_of(each, self.root) for each in foundations}
        if not foundations:
            yield Problem(
                key,
                f"{FOUNDATION.stacks}/ has no stack, and every other needs the roles and the state's bucket of one; "
                f"add the file of the account's foundation, or remove {FOUNDATION.file}, where another repository "
                f"makes them",
            )
        elif account is None and len(foundations) > 1:
            yield Problem(
                key,
                f"{where} is missing, and there are {len(foundations)} foundations ({', '.join(of_each)}); give the "
                f"account that {settings.environment} lives in",
            )
        elif None not in of_each.values() and not carrying(account, foundations, self.root):
            yield Problem(
                key,
                f"{where} is {account}, of which there is no foundation ({_listed(of_each)}); add "
                f"{FOUNDATION.stacks}/Pulumi.<name>.yaml with that account, or mend the limit",
            )


def ground(limits: Limits, root: Path = ROOT, read: Sequence[StackFile] = ()) -> Ground:
    """Return what the repository's stacks stand on; the files that are `read` already are not read again."""
    known = {file.name: file for file in read}

    def files(project: Project) -> list[StackFile] | None:
        if not (root / project.file).exists():
            return None
        return [known.get(name) or read_stack_file(name, root) for name in stack_names(root, project)]

    return Ground(networks=files(NETWORK), foundations=files(FOUNDATION), limits=limits, root=root)


def _listed(accounts: dict[str, str | None]) -> str:
    named = [f"{name} is of {account}" for name, account in accounts.items()]
    more = f" and {len(named) - _MOST_NAMED} more" if len(named) > _MOST_NAMED else ""
    return f"{', '.join(named[:_MOST_NAMED])}{more}"
