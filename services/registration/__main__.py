"""`python -m services.registration` runs the stage."""

from services.registration.app import build
from shared.service.service import main

main(build)
