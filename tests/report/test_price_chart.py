"""The picture of prices: what few sessions leave open leaves room for the rest."""

from asr_harness.judge.price import Price
from asr_harness.judge.price_changes import Change
from asr_harness.report.price_chart import draw_prices


def test_nothing_is_drawn_beyond_two_hundred_on_either_side() -> None:
    baseline = Price("m", "cpu", "baseline", 3, 1, {})
    wild = Change(0.03, 4.5, 4.5, -16_000.0, 16_000.0, False)
    tame = Change(0.03, 0.02, -0.01, -0.03, 0.01, False)
    priced = [Price("m", "cpu", name, 3, 1, {"wer": one}) for name, one in (("wild", wild), ("tame", tame))]
    (panel,) = draw_prices([baseline, *priced], 0.01).panels
    values = [row for rows in panel.chart.to_dict()["datasets"].values() for row in rows]
    rows = {row["variant"]: row for row in values if "variant" in row}
    assert [rows["wild"][name] for name in ("low", "effect", "high")] == [-200, 200, 200]
    assert [rows["tame"][name] for name in ("low", "effect", "high")] == [-3, -1, 1]
