import re
from argparse import ArgumentParser
from pathlib import Path

import pytest

from asr_harness.errors import RuleError
from asr_harness.judge import Policy, policy
from asr_harness.metrics import by_key


def written(folder: Path, text: str) -> Path:
    (folder / "pyproject.toml").write_text(f"[tool.asr-harness]\n{text}\n", "utf-8")
    return folder


def test_rules_of_the_file_and_of_the_command_line_both_hold(tmp_path: Path) -> None:
    chosen = policy.read({"fail-on": ["wer>1pt"]}, written(tmp_path, 'fail-on = ["rtf>5%"]'))
    assert [rule.text for rule in chosen.rules] == ["rtf>5%", "wer>1pt"]


def test_without_a_file_there_are_the_defaults(tmp_path: Path) -> None:
    assert policy.read({}, tmp_path) == Policy()


def test_the_command_line_wins_where_only_one_can(tmp_path: Path) -> None:
    folder = written(tmp_path, 'alpha = 0.1\nundecided = "pass"')
    chosen = policy.read({"alpha": "0.05", "undecided": "fail"}, folder)
    assert (chosen.alpha, chosen.undecided) == (0.05, "fail")


def test_every_key_of_the_file_is_an_option_of_a_command_line_too(tmp_path: Path) -> None:
    parser = ArgumentParser()
    policy.add_arguments(parser)
    given = ["--fail-on", "rtf>5%", "--allow", "wer+1pt if rtf-20%", "--across", "weights", "--alpha", "0.02"]
    given += ["--undecided", "fail", "--tolerance", "3", "--limit", "6"]
    by_options = policy.from_arguments(parser.parse_args(given), tmp_path)
    folder = written(
        tmp_path,
        'fail-on = ["rtf>5%"]\nallow = ["wer+1pt if rtf-20%"]\nacross = ["weights"]\nalpha = 0.02\n'
        'undecided = "fail"\ntolerance = 3\nlimit = 6',
    )
    assert policy.read({}, folder) == by_options
    assert by_options.across == ("weights",)
    assert (by_options.tolerance, by_options.limit) == (0.03, 0.06)


def test_margin_is_the_former_name_of_limit(tmp_path: Path) -> None:
    assert policy.read({}, written(tmp_path, "margin = 6")).limit == 0.06
    assert policy.read({"limit": "4"}, written(tmp_path, "margin = 6")).limit == 0.04


def test_tolerance_and_limit_are_latencys_and_those_of_its_other_units() -> None:
    chosen = Policy(tolerance=0.03, limit=0.06)
    assert chosen.tolerance_of(by_key("latency"), "any") == chosen.tolerance_of(by_key("rtf"), "any") == 0.03
    assert chosen.limit_of(by_key("latency"), "any") == 0.06
    assert chosen.tolerance_of(by_key("memory"), "any") == by_key("memory").tolerance


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('failon = ["rtf>5%"]', "no key 'failon'"),
        ('fail-on = "rtf>5%"', "a list of texts"),
        ("alpha = 5", "not between 0 and 1"),
        ('alpha = "much"', r"alpha 'much' in \[tool.asr-harness\] is no number"),
        ("alpha = true", "is no number"),
        ("tolerance = -1", "below 0"),
        ('undecided = "maybe"', r"'maybe' in \[tool.asr-harness\] is neither 'pass' nor 'fail'"),
        ('across = ["oceans"]', "neither 'machines' nor 'weights' nor 'decoding'"),
        ("alpha = ", "cannot read"),
    ],
)
def test_a_wrong_file_says_what_is_wrong(text: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(RuleError, match=said):
        policy.read({}, written(tmp_path, text))


def test_a_wrong_option_is_not_said_to_be_in_the_file(tmp_path: Path) -> None:
    with pytest.raises(RuleError, match=r"^limit 'five' is no number"):
        policy.read({"limit": "five"}, written(tmp_path, "limit = 4"))


@pytest.mark.parametrize(
    ("content", "said"), [(b"[tool]\nasr-harness = 5", "it is a table"), (b"\xff", "cannot read")]
)
def test_a_file_of_another_shape_says_so(content: bytes, said: str, tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_bytes(content)
    with pytest.raises(RuleError, match=said):
        policy.read({}, tmp_path)


def test_a_file_that_says_nothing_of_tools_is_none(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("tool = 3", "utf-8")
    assert policy.read({}, tmp_path) == Policy()


@pytest.mark.parametrize(
    ("rules", "waiver"),
    [
        ([], "wer+0.3pt if rtf-20%"),
        ([], "latency+2% if memory-10%"),
        ([], "rtf+1% if rtf-20%"),
    ],
)
def test_a_waiver_that_could_never_act_is_refused(rules: list[str], waiver: str, tmp_path: Path) -> None:
    with pytest.raises(RuleError, match="can never act"):
        policy.read({"fail-on": rules, "allow": [waiver]}, tmp_path)


@pytest.mark.parametrize(
    ("rules", "waiver"), [([], "wer+1pt if rtf-20%"), (["wer>0.1pt"], "wer+0.3pt if rtf-20%")]
)
def test_a_waiver_that_can_act_is_taken(rules: list[str], waiver: str, tmp_path: Path) -> None:
    assert policy.read({"fail-on": rules, "allow": [waiver]}, tmp_path).waivers[0].text == waiver


def test_the_documented_policy_can_act(tmp_path: Path) -> None:
    document = Path(__file__).parents[2] / "docs" / "judgement.md"
    (example,) = re.findall(r"^```toml\n(.*?)^```$", document.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    (tmp_path / "pyproject.toml").write_text(example, "utf-8")
    documented = policy.read({}, tmp_path)
    assert documented.waivers
    assert len(documented.rules) == 3
    assert documented.undecided == "fail"
