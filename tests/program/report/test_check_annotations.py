from program.report.check_formats import render
from tests.program.report.results import CLUSTER, clean, finding, result, stack, violating


def lines(checked):
    return render("github", checked).splitlines()


def many(number, **options):
    found = [finding("rds-encrypted", f"fault {index:02}", kind=CLUSTER, **options) for index in range(number)]
    return result(stack("dev", *found))


def test_the_worst_come_first_and_the_verdict_last():
    kinds = [line.partition(" ")[0] for line in lines(violating())]

    assert kinds == ["::error"] * 8 + ["::warning", "failed:"]


def test_a_clean_check_says_so_in_a_notice():
    (only,) = lines(clean())

    assert only.startswith("::notice title=parity::passed: 3 stacks match, except for 4 declared differences")


def test_no_more_are_written_than_github_shows_and_the_rest_is_counted():
    written = lines(many(13))

    assert sum(line.startswith("::error ") for line in written) == 10
    assert "and 3 more errors: make check shows them all" in written


def test_ten_are_written_without_a_word_of_more():
    assert not any("more" in line for line in lines(many(10)))


def test_warnings_have_ten_places_of_their_own():
    written = lines(many(11, level="advisory"))

    assert sum(line.startswith("::warning ") for line in written) == 10
    assert "and 1 more warning: make check shows them all" in written


def test_a_message_cannot_begin_a_command_of_its_own():
    hostile = "100%\n::error::gone\r\x1b[31m"
    (error, _) = lines(result(stack("dev", finding("rds-encrypted", hostile, kind=CLUSTER))))

    assert error.startswith("::error file=program/service/components/database.py,line=7,title=rds-encrypted%3A The")
    assert r"100%25\n::error::gone\r\x1b[31m" in error


def test_a_comma_or_a_colon_in_a_file_name_ends_no_property():
    (error, _) = lines(result(stack("dev", finding("rds-encrypted", "x", source="a,b:c.py:7"))))

    assert error.startswith("::error file=a%2Cb%3Ac.py,line=7,title=")


def test_what_stands_nowhere_has_no_file():
    gone = finding("rds-encrypted", "x")
    nowhere = type(gone)(rule=gone.rule, level=gone.level, outcome="failed", resource=None, message="x", source=None)

    assert lines(result(stack("dev", nowhere)))[0].startswith("::error title=rds-encrypted%3A ")
