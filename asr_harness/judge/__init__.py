"""Judging: one policy, evidence in, one judgement out, for every entry alike."""
