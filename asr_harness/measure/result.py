"""A measurement as it is saved: the parts of a `CaseResult`, and a reason for everything that is None."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

from asr_harness import languages
from asr_harness.measure import counted, error_rate
from asr_harness.measure.energy.parts import energy_part
from asr_harness.schema import (
    STAGES,
    CaseResult,
    Fingerprints,
    Memory,
    Quality,
    Speech,
    Speed,
    Utterances,
)

if TYPE_CHECKING:
    from asr_harness.corpora import Slice
    from asr_harness.measure.measurement import Measurement
    from asr_harness.measure.rounds import Round

Reasons = dict[str, str]

DUMMY_REASON = "dummy weights: their transcripts mean nothing"
REMOTE = "it runs elsewhere: what this process takes says nothing of it"
ONE_STAGE = "it runs elsewhere, and answers as a whole: its stages cannot be told apart"
NO_SPACES = "its language is written without spaces between words; its error rate is the CER"
ASSUMED = "neither the corpus nor --asr-language says it; English was assumed"
NO_REFERENCE = "the references are empty; insertions are still counted"


def case_result(measurement: Measurement) -> CaseResult:
    """Turn a measurement into what is saved of it.

    Values over rounds are in the order of the rounds, values over utterances in the order of the slice.
    Raises RecordError where a value is none that can be saved, such as NaN or half a surrogate pair.
    """
    work, work_reasons = counted.work_part(measurement)
    memory, memory_reasons = _memory(measurement)
    energy, energy_reasons = energy_part(measurement.energy, measurement.stage_energy)
    quality, quality_reasons = _quality(measurement)
    fingerprints, fingerprint_reasons = _fingerprints(measurement)
    return CaseResult(
        family=measurement.model.family,
        n_utterances=len(measurement.slice.utterances),
        audio_s=measurement.slice.audio_s,
        speed=_speed(measurement.rounds, one_stage=measurement.model.system.is_remote),
        work=work,
        memory=memory,
        energy=energy,
        quality=quality,
        utterances=_utterances(measurement.slice),
        fingerprints=fingerprints,
        machine=measurement.machine,
        speech=_speech(measurement.slice),
        start=measurement.start,
        reasons=_told_of(measurement)
        | work_reasons
        | memory_reasons
        | energy_reasons
        | quality_reasons
        | fingerprint_reasons
        | dict(measurement.start_reasons)
        | {f"machine.{name}": reason for name, reason in measurement.machine_reasons.items()},
    )


def _told_of(measurement: Measurement) -> Reasons:
    """Give the reasons that come from what is measured as a whole."""
    stages = (*STAGES, "time_per_token")
    of_stages = dict.fromkeys(stages, ONE_STAGE) if measurement.model.system.is_remote else {}
    return of_stages | ({} if measurement.slice.language else {"speech.language": ASSUMED})


def _speech(slice_: Slice) -> Speech:
    return Speech(slice_.language, slice_.normaliser, slice_.conversion, slice_.grouping)


def _speed(rounds: tuple[Round, ...], *, one_stage: bool) -> Speed:
    return Speed(
        batch_latency_s=tuple(round_.batch_latency_s for round_ in rounds),
        stage_s={stage: tuple(round_.stage_s[stage] for round_ in rounds) for stage in STAGES},
        calibration_s=tuple(round_.calibration_s for round_ in rounds),
        one_stage=one_stage,
    )


def _utterances(slice_: Slice) -> Utterances:
    return Utterances(
        tuple(utterance.id for utterance in slice_.utterances),
        tuple(utterance.talk for utterance in slice_.utterances),
        tuple(utterance.audio_s for utterance in slice_.utterances),
    )


def _memory(measurement: Measurement) -> tuple[Memory, Reasons]:
    names = [field.name for field in fields(Memory)]
    if measurement.model.system.is_remote:
        return Memory(), dict.fromkeys(names, REMOTE)
    elsewhere = f"nothing is allocated there on {measurement.case.device}"
    readings = {reading.name: reading for reading in measurement.memory}
    peaks = {name: readings[name].value if name in readings else None for name in names}
    reasons = {
        name: (readings[name].reason or "its meter gave no reason") if name in readings else elsewhere
        for name, peak in peaks.items()
        if peak is None
    }
    return Memory(**peaks), reasons


def _quality(measurement: Measurement) -> tuple[Quality, Reasons]:
    hypotheses = measurement.hypotheses()
    repeat = all(measurement.hypotheses(i) == hypotheses for i in range(len(measurement.rounds)))
    if measurement.model.is_dummy:
        return Quality(hypotheses, repeat), dict.fromkeys(("wer", "cer", "wer_raw", "errors"), DUMMY_REASON)
    references = [utterance.reference for utterance in measurement.slice.utterances]
    by_character = not languages.has_spaces(measurement.slice.language)
    errors = error_rate.score(references, hypotheses, measurement.slice.normaliser, by_character=by_character)
    counts = {"wer": errors.words, "cer": errors.characters, "wer_raw": errors.raw_words}
    reasons = {
        name: NO_REFERENCE
        for name, column in counts.items()
        if column is not None and not sum(column.n_reference)
    }
    no_words = dict.fromkeys(("wer", "wer_raw"), NO_SPACES) if by_character else {}
    return Quality(hypotheses, repeat, errors), reasons | no_words


def _fingerprints(measurement: Measurement) -> tuple[Fingerprints, Reasons]:
    model = measurement.model
    fingerprints = Fingerprints(
        slice=measurement.slice.fingerprint,
        weights=model.weights_fingerprint,
        normaliser=error_rate.normaliser_fingerprint(
            measurement.slice.normaliser, by_character=not languages.has_spaces(measurement.slice.language)
        ),
        decoding=model.decoding_fingerprint,
    )
    if model.weights_fingerprint is None:
        return fingerprints, {"fingerprints.weights": "the transcriber has no weights_fingerprint attribute"}
    return fingerprints, {}
