"""Simulations as runs: replications are parts that any worker takes, merged once all are done."""
