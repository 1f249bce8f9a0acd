"""Writes Tests/Fixtures/hub_cache: what huggingface_hub itself leaves in its cache.

    python Tests/Fixtures/scripts/hub_cache.py

A server on loopback plays the hub and has one model, tiny/bert, at two commits; huggingface_hub fetches both. With
--check DIR NAME it only reads: huggingface_hub, offline, looks a model up in a cache that another program filled.
"""
import hashlib
import http.server
import json
import os
import pathlib
import shutil
import sys
import threading

FIXTURES = pathlib.Path(__file__).resolve().parents[1]
COMMITS = {"main": "1" * 39 + "a", "v2": "2" * 39 + "b"}
WEIGHTS = (FIXTURES / "pickle" / "parameters.safetensors").read_bytes()
FILES = {
    COMMITS["main"]: {"config.json": b'{"model_type": "bert"}\n', "vocab.txt": b"[PAD]\n[UNK]\n", "model.safetensors": WEIGHTS},
    COMMITS["v2"]: {"config.json": b'{"model_type": "bert", "v": 2}\n', "vocab.txt": b"[PAD]\n[UNK]\n", "model.safetensors": WEIGHTS},
}


def blob(content):
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


def is_large(name):
    return name.endswith(".safetensors")


class Hub(http.server.BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def answer(self, body, headers=(), kind="application/json"):
        self.send_response(200)
        for key, value in headers:
            self.send_header(key, value)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def do_HEAD(self):
        self.do_GET()

    def do_GET(self):
        parts = self.path.split("?")[0].strip("/").split("/")
        if parts[:4] == ["api", "models", "tiny", "bert"]:
            commit = COMMITS.get(parts[5], parts[5])
            files = FILES[commit]
            if parts[4] == "revision":
                siblings = [{"rfilename": name} for name in files]
                return self.answer(json.dumps({"id": "tiny/bert", "sha": commit, "siblings": siblings}).encode())
            tree = []
            for name, content in files.items():
                entry = {"type": "file", "path": name, "size": len(content), "oid": blob(content)}
                if is_large(name):
                    entry["lfs"] = {"oid": hashlib.sha256(content).hexdigest(), "size": len(content), "pointerSize": 100}
                tree.append(entry)
            return self.answer(json.dumps(tree).encode())
        _, _, _, revision, name = parts
        commit = COMMITS.get(revision, revision)
        content = FILES[commit].get(name)
        if content is None:
            self.send_response(404)
            self.send_header("X-Error-Code", "EntryNotFound")
            self.send_header("X-Repo-Commit", commit)
            self.send_header("Content-Length", "0")
            return self.end_headers()
        headers = [("X-Repo-Commit", commit), ("ETag", f'"{blob(content)}"')]
        if is_large(name):
            headers[1] = ("X-Linked-Etag", f'"{hashlib.sha256(content).hexdigest()}"')
            headers.append(("X-Linked-Size", str(len(content))))
        self.answer(content, headers, "application/octet-stream")


def main():
    if sys.argv[1:2] == ["--check"]:
        os.environ["HF_HUB_OFFLINE"] = "1"
        from huggingface_hub import hf_hub_download, snapshot_download

        print(snapshot_download(sys.argv[3], cache_dir=sys.argv[2]))
        print(open(hf_hub_download(sys.argv[3], "config.json", cache_dir=sys.argv[2])).read())
        return

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    os.environ["HF_ENDPOINT"] = f"http://127.0.0.1:{server.server_port}"
    os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import EntryNotFoundError
    from huggingface_hub import hf_hub_download

    cache = FIXTURES / "hub_cache"
    shutil.rmtree(cache, ignore_errors=True)
    for revision in COMMITS:
        snapshot_download("tiny/bert", revision=revision, cache_dir=cache)
    try:
        hf_hub_download("tiny/bert", "tokenizer.json", cache_dir=cache)
    except EntryNotFoundError:
        pass
    server.shutdown()


main()
