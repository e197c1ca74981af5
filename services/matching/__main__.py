"""`python -m services.matching` runs the stage."""

from services.matching.app import build
from shared.service.service import main

main(build)
