from services.financing.app import build
from shared.runtime.service import main

main(build)
