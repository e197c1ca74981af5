from services.portal.app import build
from shared.service.service import main

main(build)
