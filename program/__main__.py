"""Pulumi's entry point, and nothing else."""

import sys
from pathlib import Path

# Pulumi runs this folder with the folder itself first on the path and the project's root on no path
# (https://github.com/pulumi/pulumi/issues/7360).
sys.path[0] = str(Path(__file__).resolve().parent.parent)

from program.sdk import lazy_services  # noqa: E402

# Before the program imports the provider's SDK.
lazy_services.install()

from program.service.stack import deploy  # noqa: E402

deploy()
