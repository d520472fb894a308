"""`deploy/kubernetes/`: schemas of several releases, hardening, who may reach whom."""

from collections.abc import Iterator
from functools import cache
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

FOLDER = Path(__file__).parents[3] / "deploy" / "kubernetes"
RELEASES = ("1.29", "1.33", "1.37")
OTHER_SCHEMAS = {"Kustomization", "ExternalSecret"}
"""Kinds that are no part of Kubernetes itself; looked at by hand below."""

OURS = {"crawler", "worker", "indexer", "scheduler", "console"}
Manifest = dict[str, Any]


@cache
def manifests() -> tuple[tuple[str, Manifest], ...]:
    return tuple(
        (path.name, document)
        for path in sorted(FOLDER.glob("*.yaml"))
        for document in yaml.safe_load_all(path.read_text(encoding="utf-8"))
    )


def of_kind(kind: str) -> dict[str, Manifest]:
    return {
        found["metadata"]["name"]: found
        for _, found in manifests()
        if found["kind"] == kind
    }


def pods() -> Iterator[tuple[str, Manifest]]:
    for kind in ("Deployment", "Job"):
        for name, found in of_kind(kind).items():
            yield name, found["spec"]["template"]


def containers() -> Iterator[tuple[str, Manifest]]:
    for name, pod in pods():
        for container in pod["spec"]["containers"]:
            yield name, container


def named(found: Iterator[tuple[str, Manifest]]) -> Any:
    listed = list(found)
    return pytest.mark.parametrize(
        "found", [item for _, item in listed], ids=[name for name, _ in listed]
    )


@pytest.mark.parametrize("release", RELEASES)
@pytest.mark.parametrize(
    ("file", "found"),
    [(f, m) for f, m in manifests() if m["kind"] not in OTHER_SCHEMAS],
    ids=lambda value: value if isinstance(value, str) else value["metadata"]["name"],
)
def test_it_follows_the_schema(file: str, found: Manifest, release: str) -> None:
    assert kubernetes_validate.validate(found, release, strict=True) == release, file


def test_the_schemas_really_refuse() -> None:
    wrong = yaml.safe_load(yaml.safe_dump(of_kind("Deployment")["minhtin-worker"]))
    wrong["spec"]["template"]["spec"]["containers"][0]["readOnly"] = True
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(wrong, RELEASES[-1], strict=True)


def test_kustomize_takes_every_file_but_the_examples() -> None:
    (listed,) = [m for _, m in manifests() if m["kind"] == "Kustomization"]
    files = {path.name for path in FOLDER.glob("*.yaml")}
    examples = {name for name in files if ".example." in name}
    assert set(listed["resources"]) == files - examples - {"kustomization.yaml"}
    (image,) = listed["images"]
    assert image["name"] == "minhtin"
    assert image["newTag"] not in {"", "latest"}


def test_each_process_is_a_deployment() -> None:
    assert set(of_kind("Deployment")) == {f"minhtin-{name}" for name in OURS}
    assert set(of_kind("Job")) == {"minhtin-topics", "minhtin-database"}


@named(pods())
def test_a_pod_runs_as_nobody_in_particular(found: Manifest) -> None:
    spec = found["spec"]
    context = spec["securityContext"]
    assert context["runAsNonRoot"] is True
    assert min(context[n] for n in ("runAsUser", "runAsGroup", "fsGroup")) > 0
    assert context["seccompProfile"] == {"type": "RuntimeDefault"}
    assert spec["automountServiceAccountToken"] is False
    assert not {"hostNetwork", "hostPID", "hostIPC", "initContainers"} & set(spec)


@named(containers())
def test_a_container_is_confined_and_limited(found: Manifest) -> None:
    assert found["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    for part in ("requests", "limits"):
        assert {"cpu", "memory", "ephemeral-storage"} == set(found["resources"][part])
    assert found["image"] == "minhtin:0.1.0"


@named(
    (name, found["spec"]["template"]["spec"]["containers"][0])
    for name, found in of_kind("Deployment").items()
)
def test_what_runs_for_long_has_probes(found: Manifest) -> None:
    assert "livenessProbe" in found
    if found["name"] != "crawler":  # nobody asks it anything
        assert {"startupProbe", "readinessProbe"} <= set(found)


@named(pods())
def test_a_pod_mounts_what_it_names(found: Manifest) -> None:
    spec = found["spec"]
    volumes = {volume["name"]: volume for volume in spec["volumes"]}
    mounts = [m for c in spec["containers"] for m in c["volumeMounts"]]
    assert {mount["name"] for mount in mounts} == set(volumes)
    assert not any("hostPath" in volume for volume in volumes.values())
    paths = [mount["mountPath"] for mount in mounts]
    # A mount inside of a read-only one has no folder to lie on.
    assert not [a for a in paths for b in paths if a != b and a.startswith(f"{b}/")]
    if "evidence" in volumes:
        claim = volumes["evidence"]["persistentVolumeClaim"]["claimName"]
        modes = of_kind("PersistentVolumeClaim")[claim]["spec"]["accessModes"]
        assert modes == ["ReadWriteMany"]


def secrets_of(pod: Manifest) -> set[str]:
    found = set()
    for volume in pod["spec"]["volumes"]:
        for source in volume.get("projected", {}).get("sources", []):
            assert source["secret"]["name"] == "minhtin-secrets"
            for item in source["secret"]["items"]:
                assert item["key"] == item["path"]
                found.add(item["key"])
    return found


def test_secrets_are_references_held_by_who_needs_them() -> None:
    assert not of_kind("Secret")
    example = of_kind("ExternalSecret")["minhtin-secrets"]["spec"]
    offered = {entry["secretKey"] for entry in example["data"]}
    assert all(set(entry) == {"secretKey", "remoteRef"} for entry in example["data"])
    used = {name: secrets_of(pod) for name, pod in pods()}
    assert set.union(*used.values()) == offered
    holders = {name for name, keys in used.items() if "minhtin_secret_key" in keys}
    assert holders == {"minhtin-crawler", "minhtin-console", "minhtin-scheduler"}
    assert "minhtin_youtube_key" in used["minhtin-crawler"]
    assert "minhtin_intake_secrets" in used["minhtin-console"]
    assert "minhtin_imap_password" in used["minhtin-scheduler"]


def test_nobody_may_talk_unless_said() -> None:
    denied = of_kind("NetworkPolicy")["deny-all"]["spec"]
    assert denied == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}


def reachable(policy: Manifest, address: str, port: int) -> bool:
    for rule in policy["spec"]["egress"]:
        ports = {entry["port"] for entry in rule["ports"]}
        blocks = [to["ipBlock"] for to in rule["to"] if "ipBlock" in to]
        for block in blocks:
            networks = [ip_network(cut) for cut in block.get("except", [])]
            inside = ip_address(address) in ip_network(block["cidr"])
            cut = any(ip_address(address) in network for network in networks)
            if port in ports and inside and not cut:
                return True
    return False


@pytest.mark.parametrize("address", ["1.1.1.1", "103.1.2.3", "2001:ee0:1::1"])
def test_the_crawler_reaches_public_sites(address: str) -> None:
    policy = of_kind("NetworkPolicy")["crawler-outside"]
    assert reachable(policy, address, 443)
    assert reachable(policy, address, 80)
    assert not reachable(policy, address, 22)


@pytest.mark.parametrize(
    "address",
    [
        *("10.1.2.3", "172.16.9.9", "192.168.1.1", "127.0.0.1", "169.254.169.254"),
        *("100.64.0.1", "198.18.0.1", "0.1.2.3", "224.0.0.1", "255.255.255.255"),
        *("::1", "fe80::1", "fc00::1", "fd12::1", "ff02::1", "64:ff9b::a00:1"),
        *("2002:a00:1::1", "2001:0:1::1"),
    ],
)
def test_the_crawler_reaches_no_private_network(address: str) -> None:
    assert not reachable(of_kind("NetworkPolicy")["crawler-outside"], address, 443)


def test_only_the_crawler_has_a_way_out_and_only_the_console_a_way_in() -> None:
    for name, policy in of_kind("NetworkPolicy").items():
        rules = policy["spec"].get("egress", [])
        blocks = any("ipBlock" in to for rule in rules for to in rule["to"])
        chosen = policy["spec"]["podSelector"].get("matchLabels", {})
        component = chosen.get("app.kubernetes.io/component")
        assert blocks == (component == "crawler"), name
        assert ("ingress" in policy["spec"]) == (component == "console"), name


def test_selectors_choose_their_own_pods() -> None:
    for name, found in of_kind("Deployment").items():
        labels = found["spec"]["template"]["metadata"]["labels"]
        assert found["spec"]["selector"]["matchLabels"] == labels, name
    for kind in ("PodDisruptionBudget", "Service"):
        for name, found in of_kind(kind).items():
            selector = found["spec"]["selector"]
            labels = selector.get("matchLabels", selector)
            chosen = of_kind("Deployment")[name]["spec"]["template"]["metadata"]
            assert labels == chosen["labels"]


def test_workers_grow_no_further_than_there_are_partitions() -> None:
    scaler = of_kind("HorizontalPodAutoscaler")["minhtin-worker"]["spec"]
    target = scaler["scaleTargetRef"]
    assert target["name"] in of_kind(target["kind"])
    settings = of_kind("ConfigMap")["minhtin-settings"]["data"]
    assert scaler["maxReplicas"] <= int(settings["MINHTIN_LOG_PARTITIONS"])


@pytest.mark.parametrize("name", sorted(OURS))
def test_a_drained_machine_takes_one_of_a_kind_at_a_time(name: str) -> None:
    budget = of_kind("PodDisruptionBudget")[f"minhtin-{name}"]["spec"]
    assert budget["maxUnavailable"] == 1
    scaled = name == "worker"  # its scaler says how many
    assert scaled or of_kind("Deployment")[f"minhtin-{name}"]["spec"]["replicas"] == 2


def test_the_way_in_leads_to_the_console() -> None:
    ingress = of_kind("Ingress")["minhtin-console"]["spec"]
    hosts = {host for entry in ingress["tls"] for host in entry["hosts"]}
    assert {rule["host"] for rule in ingress["rules"]} == hosts
    backend = ingress["rules"][0]["http"]["paths"][0]["backend"]["service"]
    service = of_kind("Service")[backend["name"]]
    assert backend["port"]["name"] in {p["name"] for p in service["spec"]["ports"]}
