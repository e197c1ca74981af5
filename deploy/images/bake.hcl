# Every image in one go: `docker buildx bake -f deploy/images/bake.hcl` in the project's folder; `make images` names version
# and revision. REGISTRY ends with a slash where there is one.
variable "REGISTRY" { default = "" }
variable "VERSION" { default = "0.0.0" }
variable "REVISION" { default = "unknown" }
# What all are built on; `…@sha256:…` builds on no other.
variable "BASE"     { default = "python:3.13-slim-trixie" }

group "default" {
  targets = ["image"]
}

target "image" {
  name       = "pdp-${part}"
  matrix     = { part = ["registration", "matching", "diagnosis", "development", "financing", "portal", "job"] }
  context    = "."
  dockerfile = "deploy/images/Dockerfile"
  target     = part
  tags       = ["${REGISTRY}pdp-${part}:${VERSION}"]
  args       = { BASE = BASE, VERSION = VERSION, REVISION = REVISION }
}
