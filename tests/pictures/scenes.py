"""What a reviewer can meet, each as the report or the issue that says it."""

import dataclasses

from program.report.issue.body import body, title
from program.report.pull_request.report import for_comment
from tests.program.report.results import DECLARED, difference
from tests.program.report.results import finding as of_rule
from tests.program.report.samples import (
    CLUSTER,
    FUNCTION,
    RUN,
    STACKS,
    assemble,
    change,
    checked_stack,
    clean,
    drift,
    finding,
    many,
    preview,
    prop,
    replaced_cluster,
    result,
    unchanged,
    weakened,
)

ENCRYPTED = "storageEncrypted is false; it must be true"
FAILED = "AccessDenied: not authorized to perform kms:DescribeKey"
POLICY = ("Role", "aws:iam/rolePolicy:RolePolicy", "lambda-app-policy")


def one_policy_failure():
    """A pull request that turns the encryption of every database off, which the pack stops."""
    stacks = [
        checked_stack(
            name, finding("rds-encrypted", "storageEncrypted is false; it must be true", stack=name, kind=CLUSTER)
        )
        for name in STACKS
    ]
    return assemble(result(*stacks, differences=DECLARED), [], run=RUN)


def undeclared_difference():
    """A pull request that gives production's function more time than the others have."""
    found = difference("timeout", {"dev": 30, "staging": 30, "prod": 60}, kind=FUNCTION)
    checked = result(*map(checked_stack, STACKS), differences=(*DECLARED, found))
    longer = change(FUNCTION, "update", prop("timeout", 30, 60))
    return assemble(checked, [preview("dev"), preview("staging"), preview("prod", longer)], run=RUN)


def unknown_policy():
    """A first deployment of a key: a policy that names it isn't known before."""
    gone = [
        prop(f"policy.Statement[{number}].{key}", value, None)
        for number in range(11)
        for key, value in (
            ("Action[0]", "logs:PutLogEvents"),
            ("Effect", "Allow"),
            ("Resource[0]", "*"),
            ("Sid", f"S{number}"),
        )
    ]
    source = "program/service/components/function.py:6"
    policy = change(CLUSTER, "update", *gone, prop("policy", None, "${unknown}"), stateful=False)
    policy = policy.model_copy(update={"type": POLICY[1], "name": POLICY[2], "source": source})
    return assemble(clean(), [preview(name, policy) for name in STACKS], run=RUN)


def could_not_run():
    """A pull request that leaves a bracket of the limits open."""
    problem = (
        "the check could not run: policies/environments.yaml:15: not YAML: the bracket opened here is not closed "
        "(line 131: expected alphabetic or numeric character, but found '\\n')"
    )
    return assemble(result(), [], problems=[problem], run=RUN)


def fork():
    """A pull request from a fork, which gets the offline check and no credentials."""
    note = "There is no preview: the pull request comes from a fork: it gets the offline check, and no credentials"
    return assemble(clean(), [], notes=[note], run=RUN)


def drifted():
    """A database whose backups somebody made shorter by hand, overnight."""
    import datetime

    record = drift(
        "prod",
        "drifted",
        change(CLUSTER, "update", prop("backupRetentionPeriod", 7, 1)),
        findings=(
            of_rule("rds-backup-retention", "backupRetentionPeriod is 1; it must be 7", stack="prod", kind=CLUSTER),
        ),
        deployed_commit="3f" * 20,
    )
    since = datetime.datetime(2026, 11, 25, 4, 17, tzinfo=datetime.UTC)
    return f"# {title(record)}\n\n{body(record, RUN, since)}"


def two_hundred_stacks():
    """A change of one setting in 200 stacks, two of which are not like the others."""
    alike = many(200, 2)
    longer = change(FUNCTION, "update", prop("timeout", 30, 60))
    records = [preview(stack.stack, longer) for stack in alike.stacks[:198]]
    records += [
        preview(stack.stack, outcome="failed", error="AccessDenied: kms:DescribeKey") for stack in alike.stacks[198:]
    ]
    return assemble(dataclasses.replace(alike.check), records, run=RUN)


SCENES = {
    "quiet": lambda: for_comment(unchanged()),
    "database-replaced": lambda: for_comment(replaced_cluster()),
    "policy-failure": lambda: for_comment(one_policy_failure()),
    "undeclared-difference": lambda: for_comment(undeclared_difference()),
    "unknown-policy": lambda: for_comment(unknown_policy()),
    "drift": drifted,
    "guard-weakened": lambda: for_comment(weakened()),
    "could-not-run": lambda: for_comment(could_not_run()),
    "fork": lambda: for_comment(fork()),
    "two-hundred-stacks": lambda: for_comment(two_hundred_stacks()),
}


PAGE = "page"


def whole_page():
    """The page of a real check of every stack, with three nights."""
    from policies.limits import load_limits
    from program.offline.check import check
    from program.offline.packs import pack_host
    from program.project.stackfile import stack_names
    from program.report.page.render import render

    with pack_host() as packs:
        checked = check(stack_names(), load_limits(), jobs=2, complete=True, packs=packs, done=lambda _stack: None)
    gone = drift("prod", "drifted", change(CLUSTER, "update", prop("backupRetentionPeriod", 7, 1)))
    return render(assemble(checked, [], run=RUN), [drift("prod", "clean"), gone, drift("prod", "clean")])
