"""A real stage's own consuming. Arguments: its name, and the topic that it reads."""

import sys
from importlib import import_module

from tests.bench.peers.ours import taking_in
from tests.bench.peers.rounds import serve

if __name__ == "__main__":
    name, topic = sys.argv[1:]
    stage, _ = import_module(f"services.{name}.app").build()
    serve(taking_in(stage.name, stage.routes, topic))
