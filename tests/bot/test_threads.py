"""The process's pools of threads."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
SCRIPT = """
from threadpoolctl import threadpool_info
from bot.engine import load_engine
from bot.settings import read_settings
load_engine(read_settings())
print({pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"})
"""


def test_a_product_of_matrices_has_no_pool_that_spins_after_it():
    """It cost as much of a second core as Smart Turn of the first."""
    run = subprocess.run(
        [sys.executable, "-c", SCRIPT], cwd=ROOT, capture_output=True, text=True, timeout=120
    )
    assert run.stdout.strip().splitlines()[-1:] == ["{1}"], run.stderr[-2000:]
