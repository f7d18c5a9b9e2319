"""What `--help` of each command shows at its end."""

FIRST_STEPS = """\
first steps:
  asr-harness demo                         shows a regression that is caught
  asr-harness init                         writes a suite into this repository
  pytest benchmarks/ --benchmark-autosave  measures; see `pytest --help`
  asr-harness ab main HEAD                 judges two commits, side by side
"""

EXAMPLES = {
    "ab": """\
examples:
  asr-harness ab main HEAD
  asr-harness ab main...HEAD --budget 20m --markdown verdict.md
  asr-harness ab HEAD HEAD                        the self-test: one code twice
  asr-harness ab main HEAD -- benchmarks/ -m cpu  what follows -- goes to pytest
""",
    "bisect": """\
examples:
  asr-harness bisect v1.0 main
  asr-harness bisect v1.0 main --budget 1h -- benchmarks/ -k ctc
  asr-harness bisect HEAD~16 HEAD --by exact  one run a commit
""",
    "compare": """\
examples:
  asr-harness compare latest:main HEAD
  asr-harness compare 0001 0002 --format json  by the numbers of the files
  asr-harness compare main HEAD --fail-on 'rtf>5%' --allow 'wer+1pt if rtf-20%'
""",
    "completion": """\
examples:
  asr-harness completion bash > ~/.asr-harness.bash  then source it in ~/.bashrc
  asr-harness completion zsh > ~/.zsh/completions/_asr-harness
""",
    "demo": """\
examples:
  asr-harness demo
  asr-harness demo --keep demo  leaves its repository in ./demo
""",
    "doctor": """\
examples:
  asr-harness doctor --quick                      what can be measured here
  asr-harness doctor --work asr-harness/ctc-mini  noise of its runs
  asr-harness doctor --format json
""",
    "fleet": """\
examples:
  asr-harness fleet                              this machine alone
  asr-harness fleet --threads 4 -- benchmarks/ -m cpu
  asr-harness fleet -- benchmarks/ --asr-resume  goes on where it ended
""",
    "flops": """\
examples:
  asr-harness flops openai/whisper-tiny  no checkpoint is needed
  asr-harness flops path/to/checkpoint
""",
    "history": """\
examples:
  asr-harness history --metric rtf
  asr-harness history latest:main --metric wer -k 'whisper b1'
  asr-harness history --judge --against v1.0  steps, creeps, and since v1.0
""",
    "init": """\
examples:
  asr-harness init                                  the package's own models
  asr-harness init my_package.asr:load              a recogniser of your own
  asr-harness init openai/whisper-tiny --ci github  with a workflow for CI
  asr-harness init my_asr:load --data tedlium:/path/to/corpus
""",
    "merge": """\
examples:
  asr-harness merge shard-*.json -o run.json
  asr-harness merge shards/ -o run.json --partial  though some are absent
""",
    "prepare": """\
examples:
  asr-harness prepare --data tedlium:/path/to/TEDLIUM_release-3
  asr-harness prepare --buckets 5s,10s=8-12 --utterances 32
  asr-harness prepare --verify
""",
    "price": """\
examples:
  asr-harness price baseline  all variants of the saved runs
  asr-harness price baseline prune50 --sessions 6 -- benchmarks/ -k whisper
""",
    "report": """\
examples:
  asr-harness report  all saved runs, into report.html
  asr-harness report latest:main -o main.html --csv cases.csv
  asr-harness report --compare main HEAD --figures figures
""",
}
"""By command; a test parses each line."""
