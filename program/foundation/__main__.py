"""Pulumi's entry point of the foundation, and nothing else."""

import sys
from pathlib import Path

# Pulumi runs this folder with the folder itself first on the path and the repository's root on no path
# (https://github.com/pulumi/pulumi/issues/7360).
sys.path[0] = str(Path(__file__).resolve().parents[2])

from program.sdk import lazy_services  # noqa: E402

# Before the program imports the providers' SDKs.
lazy_services.install()

from program.foundation.stack import deploy  # noqa: E402

deploy()
