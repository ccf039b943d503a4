"""Language understanding: Rasa graph components over small pure modules.

Only ``config.yml``, the tests and the NLU reports import from here.
"""

import os

from contracts.processor import blas_kernel

# One process owns one core: two pools on two cores fight (measured: 1.7 s a sentence instead of 20 ms).
for _name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "ORT_NUM_THREADS"):
    os.environ.setdefault(_name, "1")
os.environ.update(blas_kernel())
