"""Which vector DeBERTa-v2 in transformers has for each distance: writes Tests/Fixtures/relative_positions.json.

Of every case, the distances (position of the query minus position of the key) at which the index changes, with the new
index, from `lowest` to `highest`.
"""

import json
import os

import torch
from transformers.models.deberta_v2.modeling_deberta_v2 import make_log_bucket_position

CASES = [(256, 512), (8, 64), (32, 128), (7, 100), (2, 5), (512, 2048)]

cases = []
for buckets, longest in CASES:
    distances = torch.arange(-longest - 5, longest + 6)
    positions = make_log_bucket_position(distances, buckets, longest).to(torch.long)
    indices = torch.clamp(positions + buckets, 0, 2 * buckets - 1).tolist()
    changes = [[int(d), i] for d, i, last in zip(distances, indices, [-1] + indices) if i != last]
    cases.append(dict(buckets=buckets, longest=longest, lowest=int(distances[0]), highest=int(distances[-1]),
                      changes=changes))

with open(os.path.join(os.path.dirname(__file__), "..", "relative_positions.json"), "w") as file:
    file.write("[\n" + ",\n".join(json.dumps(case) for case in cases) + "\n]\n")
