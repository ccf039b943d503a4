"""The kernel that the matrix library is told to use."""

from __future__ import annotations

from pathlib import Path

import pytest

from contracts.processor import CORE, blas_kernel

OLD, USUAL = "fpu sse sse2 ssse3", "fpu sse sse2 avx avx2 fma"
WIDE = f"{USUAL} avx512f avx512bw avx512cd avx512dq avx512vl"


@pytest.mark.parametrize(("flags", "kernel"), [(OLD, None), (USUAL, "Haswell"), (WIDE, "SkylakeX"), ("", None)])
def test_that_the_kernel_fits_the_instructions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, flags: str, kernel: str | None
) -> None:
    monkeypatch.delenv(CORE, raising=False)
    cpuinfo = tmp_path / "cpuinfo"
    cpuinfo.write_text(f"processor\t: 0\nmodel name\t: Any\nflags\t\t: {flags}\nbugs\t\t: none\n")
    assert blas_kernel(cpuinfo) == ({CORE: kernel} if kernel else {})


def test_that_a_choice_of_the_operator_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(CORE, "Zen")
    cpuinfo = tmp_path / "cpuinfo"
    cpuinfo.write_text(f"flags: {WIDE}\n")
    assert blas_kernel(cpuinfo) == {}


def test_that_another_system_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(CORE, raising=False)
    assert blas_kernel(tmp_path / "none") == {}
    (tmp_path / "other").write_bytes(b"Features\t: fp asimd \xff\n")
    assert blas_kernel(tmp_path / "other") == {}


def test_that_every_process_of_the_stack_starts_with_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(CORE, raising=False)
    monkeypatch.syspath_prepend(str(Path(__file__).parents[2] / "deploy" / "local"))
    from settings import load

    monkeypatch.setattr("settings.blas_kernel", lambda: {CORE: "Haswell"})
    assert load(demo=True, given={"VAR_DIR": str(tmp_path)}).environment[CORE] == "Haswell"
