"""Debian's chromium, for the tests that look at a page: where it is, how it is started, and how wide its windows are."""

import os
from pathlib import Path

import pytest

PHONE = {"width": 360, "height": 740}
DESKTOP = {"width": 1280, "height": 800}
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def chromium() -> Path:
    """The browser; without one a test is skipped, or fails where everything must be there (CI)."""
    path = Path(os.environ.get("TOCSIN_TEST_CHROMIUM", "/usr/bin/chromium"))
    missing = "" if path.exists() else f"{path} (TOCSIN_TEST_CHROMIUM) is not there"
    try:
        import playwright  # noqa: F401
    except ImportError:
        missing = "playwright is not installed"
    if missing and os.environ.get("CI"):
        pytest.fail(f"The page must be tested here, but {missing}.")
    if missing:
        pytest.skip(f"browser: {missing}")
    return path
