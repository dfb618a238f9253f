"""Experiments: several variants on the same cases, within a budget, that outlive the process that runs them."""
