"""One file per subcommand of `asr-harness`; each has `add_arguments(parser)` and `run(arguments) -> int`."""
