"""Say in one line why the CLI failed, and what to do: people read this in place of its output."""

from __future__ import annotations

import re
from collections.abc import Sequence

from policies import tokens
from program.engine.pulumi_cli.events import EventLog
from program.engine.pulumi_cli.process import Ran
from program.engine.pulumi_cli.tracebacks import TRACEBACK, own_message

# What the CLI says, and what it means. The first that matches speaks; a text may take the match's groups.
_KNOWN: Sequence[tuple[re.Pattern[str], str]] = (
    (
        re.compile(r"currently locked by \d+ lock[\s\S]*?created by (\S+ \(pid \d+\)) at (\S+)"),
        "stack {stack} is being updated by {0} since {1}; wait for it (--wait SECONDS), or, where that update is known "
        "to be over, `./parity recover {stack}` takes its lock off",
    ),
    (
        re.compile(r"failed to load checkpoint: (?!unsupported)([^\n]*)"),
        "the state of stack {stack} is cut off or damaged ({0}); in its backend, put the copy that lies beside it "
        "(.pulumi/stacks/*/{stack}.json.bak, or an earlier version of the bucket's object) in its place, then "
        "`./parity recover {stack}` says what is left to do",
    ),
    (
        re.compile(r"(unsupported checkpoint version \d+)"),
        "the state of stack {stack} was written by a newer Pulumi CLI ({0}); install that version, or put the copy "
        "that lies beside it in the backend (.pulumi/stacks/*/{stack}.json.bak) in its place",
    ),
    (
        re.compile(r"snapshot integrity failure; refusing to use it: ([^\n]*)"),
        "the state of stack {stack} contradicts itself ({0}); `pulumi state repair --stack {stack}` mends it",
    ),
    (
        re.compile(r"(no space left on device|disk quota exceeded)"),
        "there is no space left for the state of stack {stack} ({0}); make some, then "
        "`./parity recover {stack}` says what the update left",
    ),
    (
        re.compile(r"reading ECR Images?: couldn't find|ImageNotFoundException|RepositoryNotFoundException"),
        "the registry of stack {stack}'s region doesn't hold the app's image: its stack file names a digest that was "
        "never pushed (the template's is such a one), or that is not replicated yet; run the workflow `image`, which "
        "pushes an image and proposes its digest",
    ),
    (
        re.compile(r"(/aws/rds/cluster/[\w./-]+)[\s\S]*?ResourceAlreadyExistsException"),
        "the log group {0} is there already: RDS writes its last lines after a cluster of that name is destroyed, and "
        "makes the group again; nobody else needs it: `aws logs delete-log-group --log-group-name {0}`, then go on",
    ),
    (
        re.compile(r"DBClusterSnapshotAlreadyExists"),
        "the cluster's final snapshot of stack {stack} has the name of one that an earlier destroy left; copy that one "
        "under another name and delete it, then destroy again (.github/RECOVERING.md has the commands)",
    ),
    (
        re.compile(r"S3 Bucket \(([^)\n]+)\)[\s\S]*?BucketNotEmpty"),
        "the bucket {0} of stack {stack} got an object while it was emptied, and AWS deletes none that holds one; see "
        "that nothing writes to it, then destroy again, which empties it anew",
    ),
    (
        re.compile(r"incorrect passphrase"),
        "the passphrase is not the one that stack {stack}'s secrets are encrypted with; mend PULUMI_CONFIG_PASSPHRASE, "
        "or, where it is right, put back the salt (encryptionsalt) that the stack file or the state had before",
    ),
    (
        re.compile(r"passphrase must be set"),
        "stack {stack} encrypts its secrets with a passphrase, and none is set; set PULUMI_CONFIG_PASSPHRASE (it may "
        "be empty) or PULUMI_CONFIG_PASSPHRASE_FILE",
    ),
    (
        re.compile(r"unknown stack \"([^\"]+)\""),
        "the networking stack {0} is not in this backend; deploy it first, or mend networkingStackRef",
    ),
    (
        re.compile(r"no stack named '([^']+)' found"),
        "there is no stack {stack} in this backend; check PULUMI_BACKEND_URL, or make the stack: "
        "`pulumi stack init {stack}`",
    ),
    (
        re.compile(
            r"(no resource plugin '[^']+' found|could not find (?:latest version|plugin)[^\n]*"
            r"|failed to install plugin[^\n]*)"
        ),
        "a plugin can't be had ({0}); install it where there is a network: `pulumi plugin install`",
    ),
    (
        re.compile(
            r"(unable to open (?:state|bucket)[^\n]*|open bucket[^\n]*|NoSuchBucket|could not list bucket[^\n]*"
            r"|no credential[^\n]*|unable to check[^\n]*|read \"\.pulumi/meta\.yaml\"[^\n]*"
            r"|PULUMI_ACCESS_TOKEN must be set[^\n]*|problem logging in[^\n]*)"
        ),
        "the backend can't be reached or read ({0}); check PULUMI_BACKEND_URL and the credentials",
    ),
)
_ERROR = re.compile(r"^\s*error: (.+)$", re.MULTILINE)
# What the engine says last of every run that failed.
_SUMMARY = re.compile(
    r"^(preview|update|destroy|refresh|resource plugin\S*) failed$|^update failed"
    r"|^an unhandled error occurred: program exited with non-zero exit code"
)
_LONGEST = 400


def explained_run(ran: Ran, log: EventLog, stack: str) -> str:
    """Return one line on a run of the engine: what the program or a provider said, else what the CLI did."""
    said = [item for item in log.errors if not _SUMMARY.search(item.message)]
    if not said:
        return explained(ran, stack)
    first = said[0]
    of = f"{first.urn.rpartition('::')[2]}: " if first.urn and tokens.STACK not in first.urn else ""
    more = f" (and {len(said) - 1} more)" if len(said) > 1 else ""
    known = _known("\n".join(item.message for item in said), stack)
    return known or f"{of}{_short(first.message)}{more}"


def explained(ran: Ran, stack: str) -> str:
    """Return one line: a known failure with its remedy, else the CLI's own last error."""
    said = f"{ran.stderr}\n{ran.stdout}"
    if known := _known(said, stack):
        return known
    errors = [error for error in _ERROR.findall(said) if not error.startswith("update failed")]
    # The line that says "error" is a traceback's first one then.
    last = own_message(said) if TRACEBACK in said else errors[-1] if errors else "it said nothing"
    return f"pulumi failed for stack {stack} with exit code {ran.code}: {_short(last)}"


def _known(said: str, stack: str) -> str | None:
    for pattern, text in _KNOWN:
        if match := pattern.search(said):
            return text.format(*[_short(group) for group in match.groups()], stack=stack)
    return None


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]} ..."
