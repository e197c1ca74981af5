# Every image in one go: `docker buildx bake -f deploy/images/bake.hcl` in the project's folder; `make images` names version
# and revision. REGISTRY ends with a slash where there is one.
variable "REGISTRY" { default = "" }
variable "VERSION" { default = "0.0.0" }
variable "REVISION" { default = "unknown" }

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
  args       = { VERSION = VERSION, REVISION = REVISION }
}
