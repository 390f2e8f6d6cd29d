"""What init isn't told, it leaves as it stands: what counts as somebody's choice, and what as the example's."""

import pytest

from program.errors import CouldNotRunError
from program.offline.adoption.frozen import EXAMPLE
from program.offline.adoption.standing import NAMING, chosen_prefix, own_repository, text_of

FOUNDATION = "stacks/foundation/Pulumi.main.yaml"


def put(root, name: str, text: str) -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def trusts(root, owner: str, name: str) -> None:
    put(root, FOUNDATION, f"config:\n  github:owner: {owner}\n  foundation:repository: {name}\n")


@pytest.mark.parametrize(
    ("line", "chosen"),
    [('PREFIX = ""', None), ('PREFIX = "orders"', None), ('PREFIX = "ord"', "ord"), ("# none", None)],
)
def test_a_prefix_is_chosen_where_it_is_neither_empty_nor_the_name(tmp_path, line, chosen):
    put(tmp_path, NAMING, f"{line}\n")

    assert chosen_prefix(tmp_path, "orders") == chosen


def test_a_repository_is_the_services_own_once_it_is_another_than_the_examples(tmp_path):
    trusts(tmp_path, "octo", "parity")
    assert own_repository(tmp_path) is None, "before the first run"

    trusts(tmp_path / EXAMPLE, "octo", "parity")
    assert own_repository(tmp_path) is None, "cut off before it was written"

    trusts(tmp_path, "acme", "orders")
    assert own_repository(tmp_path) == "acme/orders"


@pytest.mark.parametrize("text", ["config: {}\n", "config:\n  github:owner: a/b\n  foundation:repository: c\n"])
def test_a_foundation_that_names_no_repository_has_none(tmp_path, text):
    trusts(tmp_path / EXAMPLE, "octo", "parity")
    put(tmp_path, FOUNDATION, text)

    assert own_repository(tmp_path) is None


def test_a_file_that_is_too_long_or_no_text_is_told_by_its_name(tmp_path):
    put(tmp_path, "long.md", "a" * (1024 * 1024 + 1))
    (tmp_path / "bytes.md").write_bytes(b"\xff")

    assert text_of(tmp_path, "none.md") == ""
    with pytest.raises(CouldNotRunError, match=r"long.md: the file has more than 1048576 bytes; is it the right one?"):
        text_of(tmp_path, "long.md")
    with pytest.raises(CouldNotRunError, match=r"bytes.md: the file can't be read: "):
        text_of(tmp_path, "bytes.md")
