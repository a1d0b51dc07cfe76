"""What serves never loads PyTorch."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
_SERVER = """
import sys
from pathlib import Path

HEAVY = {"torch", "tensorflow", "sentence_transformers", "transformers"}
asked = set()

class Listening:
    def find_spec(self, name, path=None, target=None):
        asked.add(name)

sys.meta_path.insert(0, Listening())

from bot.settings import Settings
from bot.engine import load_engine
from rag_index.build import build
from rag_index.encoder import MiniLMEncoder
import bot.bot, bot.pipeline, bot.server, bot.session, bot.talking

data, documents = Path(sys.argv[1]), Path(sys.argv[2])
build([documents], data / "index", MiniLMEncoder())
engine = load_engine(Settings(data=data, knowledge=Path("knowledge"), _env_file=None))
embedding = engine.embed.encoder.encode(["How much is it?"])[0]
hits = engine.search("How much is it?", embedding, None)
engine.answerer.answer("How much is it?", embedding, hits)
engine.classifier.classify("How much is it?", embedding)
print(len(hits), sorted(asked & sys.modules.keys() & {"faiss", "onnxruntime"}))
print(sorted(asked & HEAVY), sorted(sys.modules.keys() & HEAVY))
"""


@pytest.mark.slow
def test_a_server_with_all_its_models_has_no_torch(folder: Path, tmp_path: Path):
    """Ears, mouth, encoder, index, judge, intents: nothing even asks whether torch is installed."""
    command = [sys.executable, "-c", _SERVER, str(tmp_path / "data"), str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-2:] == ["3 ['faiss', 'onnxruntime']", "[] []"]
