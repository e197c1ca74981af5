from services.financing.app import build
from shared.service.service import main

main(build)
