"""GitHub's repository as the workflows need it: environments, variables, the label, and the rules of `main`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_github as github

from program.foundation.settings import Reviewers

MAIN = "main"
LABEL = "review-stack"
# The one check that a pull request must pass, and the app that reports it: GitHub Actions. A status of that name by any
# other token counts for nothing.
GATE = "gate"
GITHUB_ACTIONS = 15368
# Whose actions the workflows run beside GitHub's own; each is pinned by its commit.
ACTIONS = (
    "aws-actions/amazon-ecr-login@*",
    "aws-actions/configure-aws-credentials@*",
    "docker/build-push-action@*",
    "docker/setup-buildx-action@*",
    "pulumi/actions@*",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """An environment of GitHub: by which branches, who lets a job begin, and its variables.

    `logical` is what the program calls the role that it stands for.
    """

    logical: str
    name: str
    only_main: bool
    reviewers: Reviewers
    variables: Mapping[str, pulumi.Input[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class RepositoryArgs:
    """The repository's name without its owner, its environments and its variables, and whether it has a site.

    Where it `is_set_elsewhere`, what it has once is the foundation's of another account: all but the environments.
    """

    repository: str
    environments: Sequence[Environment]
    variables: Mapping[str, str]
    publishes_page: bool
    is_set_elsewhere: bool


class RepositoryComponent(pulumi.ComponentResource):
    """All settings of the repository that the workflows and their guard stand on."""

    def __init__(self, name: str, args: RepositoryArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Make the environments, the variables, and what binds everybody."""
        super().__init__("foundation:components:Repository", name, None, opts)
        self._child = pulumi.ResourceOptions(parent=self)
        self._name = name
        self._repository = args.repository
        for environment in args.environments:
            self._environment(environment)
        if not args.is_set_elsewhere:
            self._once(args)
        self.register_outputs({"environments": len(args.environments)})

    def _once(self, args: RepositoryArgs) -> None:
        name = self._name
        for variable, value in args.variables.items():
            github.ActionsVariable(
                f"{name}-variable-{_word(variable)}",
                repository=args.repository,
                variable_name=variable,
                value=value,
                opts=self._child,
            )
        github.IssueLabel(
            f"{name}-label-{LABEL}",
            repository=args.repository,
            name=LABEL,
            color="1d76db",
            description="Deploy a stack of its own for this pull request",
            opts=self._child,
        )
        self._rules()
        self._actions()
        if args.publishes_page:
            github.RepositoryPages(f"{name}-pages", repository=args.repository, build_type="workflow", opts=self._child)

    def _environment(self, asked: Environment) -> None:
        # A name may have a `/`: the provider escapes it for GitHub's API by itself (terraform-provider-github#1392, and
        # for a branch's policy #3079, of January 2026).
        logical = f"{self._name}-{asked.logical}"
        reviewers = [
            github.RepositoryEnvironmentReviewerArgs(
                teams=list(asked.reviewers.teams), users=list(asked.reviewers.users)
            )
        ]
        environment = github.RepositoryEnvironment(
            f"{logical}-environment",
            repository=self._repository,
            environment=asked.name,
            can_admins_bypass=False,
            prevent_self_review=bool(asked.reviewers),
            reviewers=reviewers if asked.reviewers else None,
            deployment_branch_policy=(
                github.RepositoryEnvironmentDeploymentBranchPolicyArgs(
                    protected_branches=False, custom_branch_policies=True
                )
                if asked.only_main
                else None
            ),
            opts=self._child,
        )
        if asked.only_main:
            github.RepositoryEnvironmentDeploymentPolicy(
                f"{logical}-branch",
                repository=self._repository,
                environment=environment.environment,
                branch_pattern=MAIN,
                opts=self._child,
            )
        for variable, value in asked.variables.items():
            github.ActionsEnvironmentVariable(
                f"{logical}-{_word(variable)}",
                repository=self._repository,
                environment=environment.environment,
                variable_name=variable,
                value=value,
                opts=self._child,
            )

    def _rules(self) -> None:
        """Nothing reaches `main` unseen: reviewed by the files' owners, checked by the gate, by everybody."""
        github.RepositoryRuleset(
            f"{self._name}-ruleset",
            repository=self._repository,
            name=MAIN,
            target="branch",
            enforcement="active",
            conditions=github.RepositoryRulesetConditionsArgs(
                ref_name=github.RepositoryRulesetConditionsRefNameArgs(includes=["~DEFAULT_BRANCH"], excludes=[])
            ),
            rules=github.RepositoryRulesetRulesArgs(
                deletion=True,
                non_fast_forward=True,
                pull_request=github.RepositoryRulesetRulesPullRequestArgs(
                    required_approving_review_count=1,
                    # An approval is of the commit that was read, and never by whoever pushed it.
                    dismiss_stale_reviews_on_push=True,
                    require_code_owner_review=True,
                    require_last_push_approval=True,
                    required_review_thread_resolution=True,
                ),
                required_status_checks=github.RepositoryRulesetRulesRequiredStatusChecksArgs(
                    # The verdict is by the guard that main has now.
                    strict_required_status_checks_policy=True,
                    required_checks=[
                        github.RepositoryRulesetRulesRequiredStatusChecksRequiredCheckArgs(
                            context=GATE, integration_id=GITHUB_ACTIONS
                        )
                    ],
                ),
            ),
            opts=self._child,
        )

    def _actions(self) -> None:
        """Jobs begin with nothing, run what is pinned, and say who they are in GitHub's own words."""
        github.WorkflowRepositoryPermissions(
            f"{self._name}-workflow-permissions",
            repository=self._repository,
            default_workflow_permissions="read",
            # The image's workflow proposes a digest by a pull request; its approval counts for nothing, as every file
            # has an owner and no bot is one.
            can_approve_pull_request_reviews=True,
            opts=self._child,
        )
        github.ActionsRepositoryPermissions(
            f"{self._name}-actions",
            repository=self._repository,
            enabled=True,
            allowed_actions="selected",
            allowed_actions_config=github.ActionsRepositoryPermissionsAllowedActionsConfigArgs(
                github_owned_allowed=True, verified_allowed=False, patterns_alloweds=list(ACTIONS)
            ),
            sha_pinning_required=True,
            opts=self._child,
        )
        github.ActionsRepositoryOidcSubjectClaimCustomizationTemplate(
            f"{self._name}-token-subject", repository=self._repository, use_default=True, opts=self._child
        )


def _word(variable: str) -> str:
    return variable.lower().replace("_", "-")
