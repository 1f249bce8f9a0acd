"""Writes Tests/Fixtures/pickle: the same tensors in every form that torch.save has.

    python Tests/Fixtures/scripts/pickles.py

zip.bin, legacy.bin and big_endian.bin hold the tensors of expected.safetensors, with strides, offsets and storages that
are shared, beside entries that are no tensors; protocol4.bin is zip.bin as pickle protocol 4 writes it; parameters.bin
holds torch.nn.Parameter objects of a module. sharded/ is a directory with pytorch_model.bin.index.json.
"""
import collections
import io
import json
import pathlib
import zipfile

import torch
from safetensors.torch import save_file

OUT = pathlib.Path(__file__).resolve().parents[1] / "pickle"


def tensors():
    torch.manual_seed(0)
    base = torch.randn(6, 4)
    state = collections.OrderedDict()
    state["plain"] = base
    state["transposed"] = base.t()
    state["rows"] = base[2:5]
    state["columns"] = base[:, 1:3]
    state["permuted"] = torch.randn(2, 3, 4).permute(2, 0, 1)
    state["expanded"] = torch.tensor([[1.5], [-2.5]]).expand(2, 3)
    state["scalar"] = torch.tensor(3.25)
    state["empty"] = torch.zeros(0, 5)
    state["double"] = torch.randn(3, dtype=torch.float64)
    state["half"] = torch.randn(5).half()
    state["bfloat16"] = torch.randn(5).bfloat16()
    state["long"] = torch.arange(-3, 3)
    state["int"] = torch.arange(4, dtype=torch.int32)
    state["position_ids"] = torch.arange(8).expand(1, -1)
    return state


def saved(value, **options):
    buffer = io.BytesIO()
    torch.save(value, buffer, **options)
    return buffer.getvalue()


def big_endian(data, state):
    """What a big-endian machine writes: every element's bytes the other way round."""
    sizes = {}
    for value in state.values():
        if isinstance(value, torch.Tensor):
            sizes[value.untyped_storage().data_ptr()] = value.element_size()
    source, out = zipfile.ZipFile(io.BytesIO(data)), io.BytesIO()
    sizes = list(dict.fromkeys(sizes.items()))
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as target:
        for name in source.namelist():
            content = source.read(name)
            if name.endswith("/byteorder"):
                content = b"big"
            if "/data/" in name:
                size = sizes[int(name.rsplit("/", 1)[1])][1]
                content = b"".join(content[i : i + size][::-1] for i in range(0, len(content), size))
            target.writestr(name, content)
    return out.getvalue()


def main():
    OUT.mkdir(exist_ok=True)
    state = tensors()
    save_file({name: value.contiguous().clone() for name, value in state.items()}, OUT / "expected.safetensors")
    state["epoch"], state["loss"], state["note"], state["list"] = 3, 0.5, "text", [1, None, True]
    state._metadata = {"": {"version": 1}}
    (OUT / "zip.bin").write_bytes(saved(state))
    (OUT / "protocol4.bin").write_bytes(saved(state, pickle_protocol=4))
    (OUT / "legacy.bin").write_bytes(saved(state, _use_new_zipfile_serialization=False))
    (OUT / "big_endian.bin").write_bytes(big_endian(saved(state), state))

    torch.manual_seed(1)
    linear = torch.nn.Linear(3, 2)
    (OUT / "parameters.bin").write_bytes(saved(dict(linear.named_parameters())))
    save_file({"weight": linear.weight.detach(), "bias": linear.bias.detach()}, OUT / "parameters.safetensors")

    sharded = OUT / "sharded"
    sharded.mkdir(exist_ok=True)
    shards = ["pytorch_model-00001-of-00002.bin", "pytorch_model-00002-of-00002.bin"]
    (sharded / shards[0]).write_bytes(saved({"weight": linear.weight.detach()}))
    (sharded / shards[1]).write_bytes(
        saved({"bias": linear.bias.detach()}, _use_new_zipfile_serialization=False))
    index = {"metadata": {"total_size": 32}, "weight_map": {"weight": shards[0], "bias": shards[1]}}
    (sharded / "pytorch_model.bin.index.json").write_text(json.dumps(index, indent=2) + "\n")


main()
