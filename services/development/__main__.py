from services.development.app import build
from shared.runtime.service import main

main(build)
