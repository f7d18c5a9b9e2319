"""Pure statistics, each with the source of its formula; numpy and scipy load when first needed."""

from asr_harness.stats import sequential
from asr_harness.stats.bootstrap import N_BOOTSTRAP, bootstrap_differences, probability_of_improvement
from asr_harness.stats.decision import ChangeVerdict, decide
from asr_harness.stats.difference import ALPHA, Difference, with_error
from asr_harness.stats.drift import Drift, find_drift
from asr_harness.stats.exact import fisher_exact
from asr_harness.stats.fits import FittedLine, fit_line, rank_correlation
from asr_harness.stats.intervals import geometric_mean_interval, mean_interval, share_interval
from asr_harness.stats.location import hodges_lehmann
from asr_harness.stats.mapsswe import mapsswe_test, segment_differences
from asr_harness.stats.moments import as_change, mean, pooled_variance, standard_deviation
from asr_harness.stats.multiple import holm, shared_out
from asr_harness.stats.percentiles import percentiles
from asr_harness.stats.power import (
    POWER,
    minimum_detectable,
    minimum_detectable_effect,
    minimum_detectable_paired_effect,
    pairs_needed,
    runs_needed,
    two_sample_df,
)
from asr_harness.stats.rates import PairedErrors, by_talk, rate_test
from asr_harness.stats.ratio import ratio_error, ratio_interval
from asr_harness.stats.shrinkage import Prior, common_share, fit_prior, shrink_variances
from asr_harness.stats.steps import Step, find_steps
from asr_harness.stats.student import t_critical, t_two_sided
from asr_harness.stats.trend import Trend, mann_kendall, trust
from asr_harness.stats.ttests import against_history, paired, paired_in_order, two_sided, welch

__all__ = [
    "ALPHA",
    "N_BOOTSTRAP",
    "POWER",
    "ChangeVerdict",
    "Difference",
    "Drift",
    "FittedLine",
    "PairedErrors",
    "Prior",
    "Step",
    "Trend",
    "against_history",
    "as_change",
    "bootstrap_differences",
    "by_talk",
    "common_share",
    "decide",
    "find_drift",
    "find_steps",
    "fisher_exact",
    "fit_line",
    "fit_prior",
    "geometric_mean_interval",
    "hodges_lehmann",
    "holm",
    "mann_kendall",
    "mapsswe_test",
    "mean",
    "mean_interval",
    "minimum_detectable",
    "minimum_detectable_effect",
    "minimum_detectable_paired_effect",
    "paired",
    "paired_in_order",
    "pairs_needed",
    "percentiles",
    "pooled_variance",
    "probability_of_improvement",
    "rank_correlation",
    "rate_test",
    "ratio_error",
    "ratio_interval",
    "runs_needed",
    "segment_differences",
    "sequential",
    "share_interval",
    "shared_out",
    "shrink_variances",
    "standard_deviation",
    "t_critical",
    "t_two_sided",
    "trust",
    "two_sample_df",
    "two_sided",
    "welch",
    "with_error",
]
