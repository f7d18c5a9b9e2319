"""Devices by name: found, told apart by index, offered from outside, and asked without torch."""

import subprocess
import sys
from importlib.metadata import EntryPoint

import pytest

from asr_harness import devices, registry
from asr_harness.devices.cuda import Cuda
from asr_harness.errors import RegistryError, UnavailableError
from asr_harness.schema import Environment, Gpu


class Tpu(Cuda):
    """What another distribution offers."""

    key = "tpu"
    kind_title = "TPU"


OFFERED = Tpu()


def test_every_device_has_a_file_of_its_own_name() -> None:
    assert set(devices.names()) == {"cpu", "cuda", "mps", "xpu"}
    assert all(device.key == name for name, device in devices.known().items())


@pytest.mark.parametrize(
    ("name", "key", "index", "title"),
    [
        ("cpu", "cpu", None, "CPU"),
        ("cuda", "cuda", None, "GPU"),
        ("cuda:1", "cuda", 1, "GPU 1"),
        ("xpu:0", "xpu", 0, "Intel GPU 0"),
        ("mps", "mps", None, "Apple GPU"),
    ],
)
def test_a_name_gives_the_kind_and_the_index(name: str, key: str, index: int | None, title: str) -> None:
    device = devices.get(name)
    assert (device.key, device.index, device.title) == (key, index, title)
    assert device.name == device.torch_name == name


def test_an_unknown_device_is_told_with_those_that_are_known() -> None:
    with pytest.raises(RegistryError, match=r"no device is called 'abacus'; there are cpu, cuda, mps, xpu"):
        devices.get("abacus:1")


@pytest.mark.parametrize("name", ["cuda:", "cuda:first", "cuda:-1", "cuda:1:2"])
def test_what_is_no_index_is_refused(name: str) -> None:
    with pytest.raises(RegistryError, match="write cuda or cuda:1"):
        devices.get(name)


@pytest.mark.parametrize("value", [f"{__name__}:OFFERED", "offering_a_device"])
def test_another_distribution_offers_a_device_by_an_entry_point(
    value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = type(sys)("offering_a_device")
    module.DEVICE = OFFERED  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "offering_a_device", module)
    point = EntryPoint("tpu", value, "asr_harness.devices")
    monkeypatch.setattr(registry, "entry_points", lambda group: [point] if group == point.group else [])
    monkeypatch.setattr(devices.REGISTRY, "_loaded", {})
    devices.known.cache_clear()
    assert devices.get("tpu:3").title == "TPU 3"
    assert "tpu" in devices.names()
    devices.known.cache_clear()


def test_a_device_that_nobody_knows_any_more_can_still_be_judged_and_printed() -> None:
    device = devices.recorded("npu:1")
    assert (device.name, device.title, device.peak_memory_name) == ("npu:1", "npu:1", "peak_resident_bytes")
    with pytest.raises(UnavailableError, match="no device is called 'npu'"):
        device.check()


def test_times_on_the_processor_do_not_depend_on_the_gpu() -> None:
    environment = Environment(cpu="fast", n_threads=2, gpus=(Gpu("A", power_limit_w=70),))
    host = {"cpu": "fast", "n_logical_cores": None, "n_threads": 2, "variables": {}}
    assert devices.comparable("cpu", environment) == host
    gpus = {"gpu name": ["A"], "gpu power_limit_w": [70]}
    assert devices.comparable("cuda:1", environment) == {**host, **gpus}
    assert devices.comparable("npu", environment) == host


def test_which_memory_stands_for_a_device() -> None:
    names = {name: devices.get(name).peak_memory_name for name in devices.names()}
    assert names == {
        "cpu": "peak_resident_bytes",
        "cuda": "peak_allocated_bytes",
        "mps": "peak_reserved_bytes",
        "xpu": "peak_allocated_bytes",
    }


def test_the_processor_and_cuda_quantise() -> None:
    assert [name for name in devices.names() if "int8" in devices.get(name).quantisations] == ["cpu", "cuda"]


def test_all_cores_are_one_processor() -> None:
    devices.get("cpu:0").check()
    with pytest.raises(UnavailableError, match="no cpu:1"):
        devices.get("cpu:1").check()


def test_asking_every_device_what_judging_asks_loads_no_torch() -> None:
    ask = (
        "import sys; from asr_harness import devices; from asr_harness.devices import environment, host; "
        "from asr_harness.schema import Environment; "
        "[(d.title, d.peak_memory_name, devices.comparable(n, Environment())) "
        "for n, d in devices.known().items()]; "
        "print(sorted({'torch', 'pynvml', 'transformers'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_machine_is_named_by_its_processor_and_its_accelerators() -> None:
    environment = Environment(
        cpu="fast", n_physical_cores=4, gpus=(Gpu("A"), Gpu()), accelerators={"mps": (Gpu("Apple GPU"),)}
    )
    assert environment.machine == "fast, 4 cores, A, unnamed GPU, Apple GPU"
    assert Environment().machine == "unknown processor, no GPU"
