"""Measuring the understanding: held-out sentences, figures, the report page and the public benchmarks."""
