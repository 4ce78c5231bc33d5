"""Callbacks of the web application over HTTP, one after the other: the requests that a browser sends for every page and panel.

The application runs as `ca up` starts it, on a home that `bench.nightly` has loaded. The first pass after its start is `cold` (nothing
was read before by any of its processes), the later ones are `warm`. Nothing about pages, panels or choices is listed here: pages
come from the navigation, callbacks from Dash's own map, scopes and choices from the filter bar.
"""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import numpy as np
import requests
import tenacity

from bench.dash_client import Client, Request, components
from bench.nightly import nightly_home

RANGES = ("7d", "90d", "365d", "all")
WARM_PASSES = 2
START_SECONDS = 180
Result = dict[str, Any]
Sample = dict[str, Any]


def measure_pages(cache: Path, sessions: int) -> Result:
    """Quantiles of seconds per page, cold and warm, over all its callbacks, several scopes, all ranges, all choices."""
    home = nightly_home(cache, sessions)
    name, password = f"bench-{secrets.token_hex(4)}", secrets.token_urlsafe(16)
    _add_user(home, name, password)
    with application(home) as url:
        client = Client(url)
        client.log_in(name, password)
        samples = _visit(client, "cold")
        for _ in range(WARM_PASSES):
            samples += _visit(client, "warm")
    result = summary(samples)
    for page, quantiles in result["pages"].items():
        print(f"{page:28}" + "   ".join(f"{kind} {_quantiles_text(quantiles[kind])}" for kind in ("warm", "cold")), flush=True)
    return result


def _quantiles_text(quantiles: Result) -> str:
    p50, p95, most = (quantiles[name] for name in ("p50_ms", "p95_ms", "max_ms"))
    return f"{quantiles['requests']:4} requests, p50 {p50:6.1f} p95 {p95:6.1f} max {most:7.1f} ms"


def _add_user(home: Path, name: str, password: str) -> None:
    from ca_assets.settings.database import open_database
    from ca_assets.settings.process import ProcessSettings
    from ca_assets.settings.users import add_user

    add_user(open_database(ProcessSettings(home=home)), name, password)


@contextmanager
def application(home: Path) -> Iterator[str]:
    """The application's address, served as `ca up` does it."""
    from ca_assets.cli.processes import application as command

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = home / "bench-pages.log"
    with log.open("w", encoding="utf-8") as output:
        environment = os.environ | {"CA_HOME": str(home)}
        child = subprocess.Popen(command("127.0.0.1", port), env=environment, stdout=output, stderr=output)  # noqa: S603 - fixed arguments
        try:
            _wait_for(f"http://127.0.0.1:{port}", child)
            yield f"http://127.0.0.1:{port}"
        finally:
            child.terminate()
            child.wait()


def _wait_for(url: str, child: subprocess.Popen[bytes]) -> None:
    """Retry until the application answers. RuntimeError when it ended, RetryError after three minutes."""
    not_yet = tenacity.retry_if_exception_type((requests.ConnectionError, requests.Timeout))
    for attempt in tenacity.Retrying(retry=not_yet, stop=tenacity.stop_after_delay(START_SECONDS), wait=tenacity.wait_fixed(0.1)):
        with attempt:
            if child.poll() is not None:
                raise RuntimeError("the application ended by itself; see bench-pages.log in its home")
            requests.get(f"{url}/healthz", timeout=5).raise_for_status()


def _visit(client: Client, kind: str) -> list[Sample]:
    """Every page with every query, each callback timed."""
    samples = []
    paths = sorted({i["path"] for i in _ids(client.layout) if isinstance(i, dict) and i.get("type") == "nav"})
    for path in paths:
        client.values = {"url.pathname": path, "url.search": "", "query.data": "", "colors.data": "light"}
        for search in _queries(client, path):
            client.values.update({"url.search": search, "query.data": search})
            page, seconds = _router(client)
            samples.append({"page": path, "kind": kind, "name": "router", "seconds": seconds})
            callbacks = [*client.initial(page), *client.clicked(page, "panel-table", "n_clicks")]
            samples += [{"page": path, "kind": kind, "search": search, **_timed(client, request)} for request in callbacks]
    return samples


def _ids(tree: Any) -> list[Any]:
    return [component["props"]["id"] for component in components(tree) if "id" in component["props"]]


def _router(client: Client) -> tuple[Any, float]:
    """The page's components, which the callback of the place `page` answers with."""
    request = next(request for request in client.initial(client.layout) if request.name.startswith("page."))
    answer, seconds, _ = client.post(request)
    return answer["page"]["children"], seconds


def _timed(client: Client, request: Request) -> Sample:
    _, seconds, size = client.post(request)
    return {"name": request.name, "outputs": request.body["outputs"], "seconds": seconds, "bytes": size}


def _queries(client: Client, path: str) -> list[str]:
    """All ranges of four scopes (the whole shop, the largest, a middle and the smallest value), then each other choice alone."""
    page, _ = _router(client)
    bar = [client.post(request)[0] for request in client.initial(page) if request.name == "filter-bar"]
    controls = {c["props"]["id"]["name"]: c["props"] for c in components(bar) if _is_filter(c)}
    scopes = _values(controls["scope"]["data"]) if "scope" in controls else ["all"]
    chosen = dict.fromkeys((scopes[0], scopes[min(1, len(scopes) - 1)], scopes[len(scopes) // 2], scopes[-1]))
    queries = [{"scope": scope, "window": window} for scope in chosen for window in RANGES]
    for name, control in controls.items():
        if name not in ("scope", "window", "range", "as_of"):
            queries += [{name: value, "window": "all"} for value in _values(control["data"])]
    return [f"?{urlencode(query)}" for query in queries]


def _is_filter(component: dict[str, Any]) -> bool:
    id_ = component["props"].get("id")
    return isinstance(id_, dict) and id_.get("type") == "filter"


def _values(data: list[dict[str, Any]]) -> list[str]:
    return [item["value"] for entry in data for item in entry.get("items", [entry])]


def summary(samples: list[Sample]) -> Result:
    """Quantiles in milliseconds: per page, over everything, and the slowest callbacks."""
    pages: Result = {}
    for page in [*sorted({sample["page"] for sample in samples}), "all pages"]:
        chosen = [sample for sample in samples if page in (sample["page"], "all pages")]
        pages[page] = {kind: _quantiles([s["seconds"] for s in chosen if s["kind"] == kind]) for kind in ("cold", "warm")}
    slowest = sorted((s for s in samples if s["kind"] == "warm"), key=lambda s: -float(s["seconds"]))[:10]
    return {"pages": pages, "slowest_warm": slowest}


def _quantiles(seconds: list[float]) -> Result:
    p50, p95, most = (float(value) * 1000 for value in np.quantile(seconds, [0.5, 0.95, 1.0]))
    return {"requests": len(seconds), "p50_ms": p50, "p95_ms": p95, "max_ms": most}
