"""`python -m services.registration` runs the stage."""

from services.registration.app import build
from shared.runtime.service import main

main(build)
