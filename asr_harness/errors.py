"""Errors a user can act on: each names the thing, the value and the way out."""


class AsrHarnessError(Exception):
    """Base of every error that is the user's to mend; printed as one message, without a traceback."""


class DataError(AsrHarnessError):
    """A corpus, a slice or a recording is missing, damaged or too small."""


class ModelError(AsrHarnessError):
    """A checkpoint is absent, or no family can load it."""


class GridError(AsrHarnessError):
    """A value of the grid is unknown, or cases cannot be run as asked."""


class MeterError(AsrHarnessError):
    """A counter cannot be read; the message becomes the reason of an unmeasured reading."""


class RecordError(AsrHarnessError, ValueError):
    """A saved run, or a journal, cannot be read or does not belong here."""


class OtherBenchmarkError(RecordError):
    """A file is plain pytest-benchmark JSON: sound, and of no concern to speech recognition."""


class UnavailableError(AsrHarnessError):
    """This machine or library cannot run a case; its outcome is `unavailable`."""


class RuleError(AsrHarnessError):
    """A tolerance or a trade-off cannot be read, or speaks of nothing."""


class AbError(AsrHarnessError):
    """Two commits cannot be run side by side: an unknown ref, or a worker that crashed or hung."""


class RegistryError(AsrHarnessError):
    """A plug-in is unknown, cannot be imported, or is not of the kind that it is offered as."""


class StarterError(AsrHarnessError):
    """A suite cannot be written into a repository, or the demonstration cannot run here."""
