"""The pack as the check starts it: over its own protocol, and given up when it does not start."""

import socket
from pathlib import Path

import pytest

from policies.limits import load_limits
from program.errors import CouldNotRunError
from program.offline.analysis import running_pack
from program.offline.examination import examine
from program.offline.packs import PackHost, pack_host
from program.offline.preloading import preload
from program.offline.stacks import read_stacks
from program.project.definition import ROOT, SERVICE
from program.project.stackfile import read_stack_file

STACK = "dev"


def pack_that(folder: Path, code: str) -> Path:
    (folder / "PulumiPolicy.yaml").write_text("runtime: python\n")
    (folder / "__main__.py").write_text(code)
    return folder


def judged_by(pack: Path | None, *, start_seconds: float = 20) -> None:
    config = read_stack_file(STACK).config
    with (
        pack_host(pack=pack, start_seconds=start_seconds) as packs,
        running_pack(packs, stack=STACK, config=config) as running,
    ):
        running.judge(())


def test_the_pack_answers_over_its_protocol():
    judged_by(None)


def test_a_pack_that_ends_early_is_given_up_with_its_last_words(tmp_path):
    pack = pack_that(tmp_path, "import sys\nsys.stderr.write('the limits are broken\\n')\nraise SystemExit(3)\n")

    with pytest.raises(CouldNotRunError, match="the policy pack did not start: the limits are broken"):
        judged_by(pack)


def test_a_pack_that_ends_early_without_a_word_is_given_up_too(tmp_path):
    with pytest.raises(CouldNotRunError, match=r"did not start: it said nothing$"):
        judged_by(pack_that(tmp_path, "raise SystemExit(0)\n"))


def test_a_pack_that_never_says_its_port_is_given_up_in_time(tmp_path):
    with pytest.raises(CouldNotRunError, match=r"it said nothing for 3 seconds"):
        judged_by(pack_that(tmp_path, "import time\ntime.sleep(60)\n"), start_seconds=3)


def test_a_pack_that_stops_in_the_middle_is_one_clear_error(tmp_path):
    code = (
        "import socket, sys, time\n"
        "free = socket.socket(); free.bind(('127.0.0.1', 0)); port = free.getsockname()[1]; free.close()\n"
        "sys.stdout.buffer.write(f'{port}\\n'.encode())\ntime.sleep(60)\n"
    )

    with pytest.raises(CouldNotRunError, match="the policy pack stopped: "):
        judged_by(pack_that(tmp_path, code))


def test_a_host_that_is_gone_is_one_clear_error(tmp_path):
    (tmp_path / "host").write_text("the helper was ended\n")
    with socket.socket(socket.AF_UNIX) as nobody:
        nobody.bind(str(tmp_path / "address"))
    packs = PackHost(address=str(tmp_path / "address"), folder=tmp_path, start_seconds=3, root=ROOT)

    with (
        pytest.raises(CouldNotRunError, match="the policy pack did not start: the helper was ended"),
        packs.pack(stack=STACK, config={}),
    ):
        pass


def test_who_asks_for_nothing_gets_no_pack_and_disturbs_nobody():
    with pack_host() as packs:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(packs.address)
        with packs.pack(stack=STACK, config=read_stack_file(STACK).config) as port:
            assert port > 0


def test_every_stack_is_judged_clean_of_what_is_mandatory():
    preload(SERVICE)
    limits = load_limits()
    stacks = read_stacks(("dev", "prod", "staging"), limits, ROOT)

    with pack_host() as packs:
        results = [examine(stack, limits, packs=packs) for stack in stacks[:1]]

    blocking = [finding for result in results for finding in result.findings if finding.blocks]
    assert blocking == [], "our own program breaks a mandatory rule: mend it, or change the limits"
