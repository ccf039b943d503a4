"""Run by the assistant's environment: the vectors of the measured questions and of all articles, into a folder.

Arguments: the folder. Writes ``articles.npz`` and ``questions.json``, whole numbers by the text of the question.
"""

import json
import sys
from pathlib import Path

import yaml

from bot.nlu.search_vectors import search_vector, write

folder = Path(sys.argv[1])
measured = yaml.safe_load(Path(__file__).with_name("knowledge_questions.yml").read_text("utf-8"))
questions = {
    row["text"]: search_vector(row["text"], row["language"]).tolist() for rows in measured.values() for row in rows
}
write(Path("data/knowledge"), folder / "articles.npz")
(folder / "questions.json").write_text(json.dumps(questions), "utf-8")
