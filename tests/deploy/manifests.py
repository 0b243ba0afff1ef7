"""The manifests for Kubernetes: valid by its own schemas, in step with each other and with what the server takes."""

from __future__ import annotations

import tempfile
from copy import deepcopy
from pathlib import Path
from typing import Any

import grpc
import kubernetes_validate
import yaml
from calls import ask, request
from checks import DEPLOY, Checks
from replicas import Replica
from settings import end_ms, in_force, port_of, problem_of, version

FOLDER = DEPLOY / "kubernetes"
SETTINGS = FOLDER / "broadside.toml"
ACCESS = FOLDER / "access.toml"
# The oldest one that has all that is used, and the newest one whose schemas the validator has.
VERSIONS = ("1.27", kubernetes_validate.latest_version())
RELOAD = "/broadside.v1.InventoryService/Reload"
KUSTOMIZATION_KEYS = {"apiVersion", "kind", "namespace", "resources", "configMapGenerator", "images"}


def check_all(checks: Checks) -> None:
    """Everything in the folder."""
    print("\n== Kubernetes", flush=True)
    objects = {path.name: yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.yaml"))}
    kustomization = objects.pop("kustomization.yaml")
    by_kind = {one["kind"]: one for one in objects.values()}
    for number in VERSIONS:
        wrong = [f"{name}: {problem}" for name, one in objects.items() if (problem := invalid(one, number))]
        checks.none(f"{len(objects)} manifests are valid in Kubernetes {number}", wrong)
    misspelt = deepcopy(by_kind["Deployment"])
    misspelt["spec"]["template"]["spec"]["terminationGracePeriod"] = 30
    checks.holds("a key that Kubernetes does not know would be noticed", invalid(misspelt, VERSIONS[-1]) != "")
    kustomization_fits(checks, kustomization, set(objects))
    pod = by_kind["Deployment"]["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    settings = accepted_settings(checks)
    if settings:
        probes_fit(checks, container, settings)
        times_fit(checks, pod, settings)
        checks.holds(
            "there is a worker for each core that is asked for",
            settings["workers"] == int(container["resources"]["requests"]["cpu"]),
            settings["workers"],
        )
        anonymous_callers_may_only_match(checks)
    is_restricted(checks, pod, container, by_kind["Namespace"])
    names_fit(checks, by_kind, pod, container, kustomization)


def invalid(manifest: dict[str, Any], number: str) -> str:
    """Why a manifest is not valid in this version of Kubernetes, unknown keys included; empty if it is."""
    try:
        kubernetes_validate.validate(manifest, number, strict=True)
    except kubernetes_validate.ValidationError as error:
        return str(error.message)
    except kubernetes_validate.SchemaNotFoundError as error:
        return str(error.message)
    return ""


def kustomization_fits(checks: Checks, kustomization: dict[str, Any], manifests: set[str]) -> None:
    """It lists what is there, and nothing else."""
    checks.holds("the kustomization lists every manifest", set(kustomization["resources"]) == manifests)
    checks.none("and has only keys that are known here", sorted(set(kustomization) - KUSTOMIZATION_KEYS))
    (generated,) = kustomization["configMapGenerator"]
    checks.holds(
        "its ConfigMap has every settings file", set(generated["files"]) == {one.name for one in FOLDER.glob("*.toml")}
    )
    tags = [one["newTag"] for one in kustomization["images"]]
    checks.holds("its image is of this version", tags == [version()], tags)


def accepted_settings(checks: Checks) -> dict[str, Any] | None:
    """The settings in force in a pod, if the server takes them."""
    with tempfile.TemporaryDirectory(prefix="broadside-deploy-") as folder:
        # In a pod the file that it names lies elsewhere.
        text = SETTINGS.read_text(encoding="utf-8")
        moved = Path(folder) / SETTINGS.name
        moved.write_text(text.replace("/etc/broadside/access.toml", str(ACCESS)), encoding="utf-8")
        problem = problem_of(moved)
        if not checks.holds("the server accepts the ConfigMap's settings", not problem, problem):
            return None
        return in_force(moved)


def probes_fit(checks: Checks, container: dict[str, Any], settings: dict[str, Any]) -> None:
    """Probes and named ports are those of the settings."""
    named = {one["name"]: one["containerPort"] for one in container["ports"]}
    keys = {"grpc": "listen", "admin": "admin_listen", "health": "health_listen"}
    ports = {name: port_of(settings[key]) for name, key in keys.items()}
    checks.holds("named ports are those of the settings", named == ports, ports)
    asked = [container[probe]["grpc"]["port"] for probe in ("startupProbe", "readinessProbe")]
    alive = container["livenessProbe"]["httpGet"]
    on_health = asked == [ports["health"]] * 2 and alive["port"] == "health"
    checks.holds("probes ask the health port", on_health)
    checks.holds("liveness does not depend on readiness", alive["path"] == "/livez")


def times_fit(checks: Checks, pod: dict[str, Any], settings: dict[str, Any]) -> None:
    """A pod has the time to end, and readiness is noticed within the lame duck period."""
    end, grace = end_ms(settings) / 1000, pod["terminationGracePeriodSeconds"]
    checks.holds("a pod has the time to end in order", end + 2 <= grace, f"{end:g} s and a margin, of {grace} s")
    readiness = pod["containers"][0]["readinessProbe"]
    noticed = readiness["periodSeconds"] * readiness["failureThreshold"]
    checks.holds(
        "NOT_SERVING is noticed in the lame duck period", noticed * 1000 < settings["lame_duck_ms"], f"{noticed} s"
    )


def anonymous_callers_may_only_match(checks: Checks) -> None:
    """A real server with the ConfigMap's access rules."""
    with tempfile.TemporaryDirectory(prefix="broadside-deploy-") as folder:
        replica = Replica(1, Path(folder), ("--access", str(ACCESS)))
        try:
            replica.start()
            matched = ask(f"{replica.address}:{replica.port}", request())
            has_metrics = "broadside_calls_total" in replica.metrics()
            code = code_of(f"{replica.address}:{replica.admin_port}", RELOAD)
        finally:
            replica.stop()
    checks.holds("anonymous callers may match and read metrics", bool(matched) and has_metrics)
    checks.holds("and may not replace the inventory", code == "UNAUTHENTICATED", code)


def code_of(target: str, method: str) -> str:
    """How a call with an empty message ends."""
    try:
        ask(target, b"", method)
    except grpc.RpcError as error:
        return str(error.code().name)
    return "OK"


def is_restricted(checks: Checks, pod: dict[str, Any], container: dict[str, Any], namespace: dict[str, Any]) -> None:
    """Pod Security "restricted", a root that is read-only, and nothing of the cluster inside."""
    whole, own = pod["securityContext"], container["securityContext"]
    rules = {
        "not root": whole["runAsNonRoot"] is True and whole["runAsUser"] > 0,
        "seccomp": whole["seccompProfile"]["type"] == "RuntimeDefault",
        "no new privileges": own["allowPrivilegeEscalation"] is False,
        "no capabilities": own["capabilities"] == {"drop": ["ALL"]},
        "read-only root": own["readOnlyRootFilesystem"] is True,
        "no token of the cluster": pod["automountServiceAccountToken"] is False,
        # Else BROADSIDE_… variables of Services would be unknown settings.
        "no variables of Services": pod["enableServiceLinks"] is False,
        "read-only volumes": all(one["readOnly"] for one in container["volumeMounts"]),
        "enforced": namespace["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted",
    }
    checks.none("pods are restricted", [rule for rule, holds in rules.items() if not holds])


def names_fit(
    checks: Checks,
    by_kind: dict[str, Any],
    pod: dict[str, Any],
    container: dict[str, Any],
    kustomization: dict[str, Any],
) -> None:
    """What refers to something by name or label finds it."""
    deployment = by_kind["Deployment"]
    labels = deployment["spec"]["template"]["metadata"]["labels"]
    selectors = {
        "Deployment": deployment["spec"]["selector"]["matchLabels"],
        "Service": by_kind["Service"]["spec"]["selector"],
        "PodDisruptionBudget": by_kind["PodDisruptionBudget"]["spec"]["selector"]["matchLabels"],
        "NetworkPolicy": by_kind["NetworkPolicy"]["spec"]["podSelector"]["matchLabels"],
    } | {one["topologyKey"]: one["labelSelector"]["matchLabels"] for one in pod["topologySpreadConstraints"]}
    checks.none("selectors find the pods", [kind for kind, one in selectors.items() if one != labels])
    target = by_kind["HorizontalPodAutoscaler"]["spec"]["scaleTargetRef"]
    scaled = (target["kind"], target["name"]) == ("Deployment", deployment["metadata"]["name"])
    checks.holds(
        "the autoscaler scales the Deployment, which has no number of its own",
        scaled and "replicas" not in deployment["spec"],
    )
    ports = {one["name"] for one in container["ports"]}
    allowed = [one["port"] for rule in by_kind["NetworkPolicy"]["spec"]["ingress"] for one in rule["ports"]]
    named = [one["targetPort"] for one in by_kind["Service"]["spec"]["ports"]] + allowed
    checks.none("ports that are named exist", [one for one in named if one not in ports])
    checks.holds("the Service is headless", by_kind["Service"]["spec"]["clusterIP"] == "None")
    volumes = {one["name"] for one in pod["volumes"]}
    checks.holds("mounts have volumes", {one["name"] for one in container["volumeMounts"]} == volumes)
    maps = [one["configMap"]["name"] for one in pod["volumes"] if "configMap" in one]
    checks.holds(
        "the ConfigMap is the generated one", maps == [one["name"] for one in kustomization["configMapGenerator"]]
    )
    budget = by_kind["PodDisruptionBudget"]["spec"]["maxUnavailable"]
    checks.holds(
        "a node may be drained", 0 < budget < by_kind["HorizontalPodAutoscaler"]["spec"]["minReplicas"], budget
    )
    metrics = deployment["spec"]["template"]["metadata"]["annotations"]["prometheus.io/port"]
    checks.holds(
        "Prometheus is sent to the admin port",
        [int(metrics)] == [one["containerPort"] for one in container["ports"] if one["name"] == "admin"],
    )
