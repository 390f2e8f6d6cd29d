"""Runs code in a fresh Python, with the provider's SDK loaded lazily or as ever."""

import json
import subprocess
import sys
import textwrap

from program.project.definition import ROOT

USED = (
    *(f"pulumi_aws.{name}" for name in ("cloudwatch", "ec2", "ecr", "iam", "kms", "lambda_", "rds", "s3")),
    *(f"pulumi_aws.{name}" for name in ("secretsmanager", "sns", "vpc")),
    "pulumi_github",
)
LAZY = "from program.sdk import lazy_services\nlazy_services.install()\n"


def said(code, *, lazy=True):
    """Return what a fresh Python prints, as JSON."""
    done = subprocess.run(
        [sys.executable, "-W", "error::ImportWarning", "-c", (LAZY if lazy else "") + textwrap.dedent(code)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
