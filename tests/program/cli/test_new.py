"""`new component` writes only what can become a component, and overwrites nobody's file."""

import pytest
import yaml

from program.offline.adoption.skeleton import skeleton
from tests.program.cli.running import copy_of_the_project, run

CLEAN, WRONG_USAGE, COULD_NOT_RUN = 0, 2, 3
QUEUE = ("--type", "aws:sqs/queue:Queue")


@pytest.fixture
def root(tmp_path):
    return copy_of_the_project(tmp_path)


def test_a_file_of_that_name_stays_as_it_is(root):
    mine = root / "program/service/components/queue.py"
    mine.write_text("mine = True\n")

    done = run("new", "component", "queue", *QUEUE, root=root)

    assert (done.returncode, done.stdout) == (COULD_NOT_RUN, "")
    assert done.stderr == (
        "error: program/service/components/queue.py is there already; remove it, or give the component another name\n"
    )
    assert mine.read_text() == "mine = True\n"
    assert not (root / "policies/known/service/queue.yaml").exists()


def test_what_was_cut_off_is_written_on_the_second_run(root):
    assert run("new", "component", "queue", *QUEUE, root=root).returncode == CLEAN
    (root / "policies/known/service/queue.yaml").unlink()

    assert run("new", "component", "queue", *QUEUE, root=root).stdout == "policies/known/service/queue.yaml\n"
    third = run("new", "component", "queue", *QUEUE, root=root)
    assert (third.returncode, third.stdout) == (CLEAN, "")
    assert "every file is there as it was written; nothing was changed" in third.stderr


def test_what_is_for_a_person_to_say_is_told_and_marked_and_asked_for(root):
    done = run("new", "component", "queue", *QUEUE, root=root)

    last = "and say in policies/known/service/queue.yaml: how its ARN ends, what AWS is asked for it, what it is for"
    assert done.stderr.splitlines()[-1] == last
    marked = (root / "policies/known/service/queue.yaml").read_text()
    assert "Yours to say: how its ARN ends, as in AWS's Service Authorization\n" in marked


def test_a_component_may_begin_with_a_module_that_python_has_a_word_for():
    made = skeleton("worker", "aws:lambda/function:Function")

    assert "from pulumi_aws import lambda_\n" in made.files["program/service/components/worker.py"]


def test_a_type_that_is_known_stays_in_its_one_file_which_is_named():
    made = skeleton("worker", "aws:lambda/function:Function")

    known = yaml.safe_load(made.files["policies/known/service/worker.yaml"])
    assert list(known["types"]) == ["tap:components:Worker"]
    assert made.left == (
        "add to policies/known/service/lambda.yaml, under aws:lambda/function:Function, `resources`: worker-worker: "
        "{required: What fails without it.}"
    )


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("Queue", *QUEUE), WRONG_USAGE, "'Queue' is not a component's name: 2 to 21 lower-case letters and digits"),
        (("queue", "--type", "sqs.Queue"), WRONG_USAGE, "'sqs.Queue' is not a type of the AWS provider, such as"),
        (("queue", "--type", "aws:sqs/queue:Qeue"), COULD_NOT_RUN, "aws:sqs/queue:Qeue: pulumi_aws has no sqs.Qeue;"),
        (("queue", "--type", "aws:sq/queue:Queue"), COULD_NOT_RUN, "aws:sq/queue:Queue: pulumi_aws has no sq.Queue;"),
        (
            ("queue", "--type", "aws:sqs/qeue:Queue"),
            COULD_NOT_RUN,
            "aws:sqs/qeue:Queue: pulumi_aws registers sqs.Queue as another type;",
        ),
        (("pass", *QUEUE), COULD_NOT_RUN, "'pass' is a word of Python; give the component another name"),
        (("rule", "--type", "aws:ec2/route:Route"), COULD_NOT_RUN, "aws:ec2/route:Route takes no name and no tags;"),
    ],
)
def test_what_can_be_no_component_is_refused_in_one_line(arguments, code, said):
    done = run("new", "component", *arguments)

    assert (done.returncode, done.stdout) == (code, "")
    assert said in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr
