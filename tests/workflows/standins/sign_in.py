"""The stand-in of configure-aws-credentials: attaches the job to the cloud of its stack, and writes down the role."""

import json
import os
import subprocess
import sys
from pathlib import Path

FOLDER = Path(os.environ["STANDIN_ARTIFACTS"])

stack = os.environ.get("STACK", "")
role, accounts = os.environ["ROLE"], os.environ["ACCOUNTS"]
if not role or not accounts:
    sys.exit("a job signs in without a role or an account")
with (FOLDER / "signed-in").open("a") as file:
    file.write(f"{os.environ['GITHUB_JOB']} {stack} {os.environ['REGION']}\n")
clouds = json.loads((FOLDER / "clouds.json").read_text())
# A job without a stack of its own is about review stacks.
port = clouds.get(stack) or next((clouds[name] for name in clouds if name.startswith("pr-")), None)
if port is not None:
    with Path(os.environ["GITHUB_ENV"]).open("a") as file:
        # The double stands for GitHub's provider too, of which a foundation has resources.
        file.write(f"PULUMI_DEBUG_PROVIDERS=aws:{port},github:{port}\n")
# What a test lets happen just then.
if (FOLDER / "hook").exists():
    subprocess.run([FOLDER / "hook", os.environ["GITHUB_JOB"], stack], check=True)
