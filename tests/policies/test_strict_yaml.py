"""Only plain YAML is read, and what isn't is said in one line with its place."""

import pytest

from policies.strict_yaml import MAX_BYTES, YamlError, parse, read


def test_data_comes_with_the_line_of_every_key():
    document = parse("a: 1\nb:\n  - x\n  - {c: true}\n")

    assert document.data == {"a": 1, "b": ["x", {"c": True}]}
    assert (document.line(("b", 1, "c")), document.line(("b", 9)), document.line(("zzz",))) == (4, 2, 1)


def test_words_are_what_they_look_like():
    text = "[yes, no, on, 010, 1_000, 2027-01-31, 0x10, 1.5, -3, null, ~, true]"

    assert parse(text).data == ["yes", "no", "on", "010", "1_000", "2027-01-31", "0x10", 1.5, -3, None, None, True]


def test_nothing_at_all_is_no_data():
    document = parse("# a comment\n")

    assert (document.data, document.line(("a",))) == (None, None)


@pytest.mark.parametrize(
    ("text", "message", "line"),
    [
        ("a: &x 1\nb: *x\n", "holds an anchor (&); write the value out", 1),
        ("a: 1\nb: *x\n", "holds an alias (*); write the value out", 2),
        ("a: !!python/object/apply:os.system [ls]\n", "holds a tag (!); write the value out", 1),
        ("a: 1\na: 2\n", "'a' stands twice (first on line 1)", 2),
        ("? [a, b]\n: 1\n", "a key is not a plain word", 1),
        (
            "a: [1\n",
            "not YAML: the bracket opened here is not closed (line 2: expected ',' or ']', but got '<stream end>')",
            1,
        ),
        (
            "a: 1\nb:\n  c: {d: 1\n  e: 2\n",
            "not YAML: the bracket opened here is not closed (line 4: expected ',' or '}', but got ':')",
            3,
        ),
        ("a: 1\n---\nb: 2\n", "not YAML: but found another document", 2),
        ("a: \x00", "not YAML: unacceptable character #x0000: special characters are not allowed", None),
        ("a: " + "7" * 5000, "a number has 5000 digits", 1),
        ("[" * 21 + "]" * 21, "nested deeper than 20 levels", 1),
        ("\n".join(" " * n + "a:" for n in range(30)), "nested deeper than 20 levels", 21),
    ],
)
def test_what_is_not_plain_is_refused_with_its_line(text: str, message: str, line: int | None):
    with pytest.raises(YamlError) as problem:
        parse(text)

    assert (problem.value.message, problem.value.line) == (message, line)


def test_a_file_that_is_not_there_is_one_line(tmp_path):
    with pytest.raises(YamlError, match=r"^the file does not exist$"):
        read(tmp_path / "none.yaml")


def test_a_folder_in_its_place_is_one_line(tmp_path):
    with pytest.raises(YamlError, match=r"^the file can't be read: Is a directory$"):
        read(tmp_path)


def test_a_huge_file_is_not_read(tmp_path):
    path = tmp_path / "huge.yaml"
    path.write_bytes(b"#" * (MAX_BYTES + 1))

    with pytest.raises(YamlError, match=rf"^the file has {MAX_BYTES + 1} bytes; at most {MAX_BYTES} are read$"):
        read(path)


def test_bytes_that_are_not_utf_8_are_named_by_their_place(tmp_path):
    path = tmp_path / "latin.yaml"
    path.write_bytes("a: ü\n".encode("latin-1"))

    with pytest.raises(YamlError, match=r"^byte 3 is not UTF-8$"):
        read(path)


def test_a_byte_order_mark_is_no_part_of_the_first_key(tmp_path):
    path = tmp_path / "marked.yaml"
    path.write_bytes(b"\xef\xbb\xbfa: 1\n")

    assert read(path).data == {"a": 1}
