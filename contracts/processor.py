"""What the processor can do, for a library that guesses it wrong."""

from __future__ import annotations

import os
from pathlib import Path

CORE = "OPENBLAS_CORETYPE"
# Kernels of OpenBLAS, the fastest first, with the instructions that each needs.
_KERNELS = {
    "SkylakeX": {"avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"},
    "Haswell": {"avx2", "fma"},
}


def blas_kernel(cpuinfo: Path = Path("/proc/cpuinfo")) -> dict[str, str]:
    """The environment variable that names the kernel of OpenBLAS; empty when it is set, or nothing is known.

    The OpenBLAS that numpy 1.23 carries goes by the processor's model number. It takes every one that it does not know,
    a newer or a virtual one, for a Pentium 4: matrix products are then four to five times slower (decision 0012). A
    process has to start with the variable, or set it before numpy is loaded.
    """
    if CORE in os.environ:
        return {}
    try:
        lines = cpuinfo.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return {}
    flags = next((set(line.partition(":")[2].split()) for line in lines if line.startswith("flags")), set())
    return next(({CORE: kernel} for kernel, needed in _KERNELS.items() if needed <= flags), {})
