"""The network on the residual of BG/NBD: Conv1d and LSTM side by side over a client's last 52 weeks, with eight numbers of the foundation.

It learns a log-correction c, |c| < 2, on BG/NBD's expected orders, scaled at each past origin to what happened there: who orders more, not
how much everybody does. Torch is imported where it trains, one thread per process; seeds run in processes of their own.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ca_assets.models.value.forecast import Floats, ForecastSettings
from ca_assets.models.value.rows import Inputs, TrainingRows

if TYPE_CHECKING:
    import torch

CHANNELS, UNITS, HIDDEN, LARGEST = 24, 24, 64, 2.0
BLOCK = 4  # weeks that the LSTM reads in one step: a quarter of the steps, an eighth of the time, and no worse
BATCH, RATE, SHRINKAGE, PATIENCE = 1024, 2e-3, 0.02, 3
SCORED_AT_ONCE = 8192
COLUMNS = ("weekly", "numbers", "scaled", "shape", "orders")
State = dict[str, NDArray[Any]]


@dataclass(frozen=True)
class Network:
    """Trained networks, one state per seed, and how the eight numbers are brought to one scale.

    `low`, `high`: the range of each number in the training; a network says nothing sensible beyond it, so numbers are brought back to it.
    """

    states: tuple[State, ...]
    centre: Floats
    scale: Floats
    low: Floats
    high: Floats

    def correction(self, inputs: Inputs) -> Floats:
        """The log-correction per client: the mean over seeds."""
        with _one_thread():
            scores = [_score(state, inputs.weekly, self._numbers(inputs)) for state in self.states]
        return np.asarray(np.mean(scores, axis=0), dtype=np.float64)

    def _numbers(self, inputs: Inputs) -> NDArray[np.float32]:
        return ((np.clip(inputs.numbers, self.low, self.high) - self.centre) / self.scale).astype(np.float32)


def train(rows: TrainingRows, stopping: NDArray[np.bool_], settings: ForecastSettings) -> Network:
    """Train `settings.seeds` networks on the rows that are not `stopping`; those say when to stop. The same bytes for the same input.

    Several seeds train in processes of their own, as many at a time as there are processors. Raises RuntimeError when one of them fails.
    """
    numbers = rows.inputs.numbers[~stopping].astype(np.float64)
    centre, scale = numbers.mean(axis=0), np.maximum(numbers.std(axis=0), 1e-6)
    columns = {"weekly": rows.inputs.weekly, "numbers": ((rows.inputs.numbers - centre) / scale).astype(np.float32)}
    columns |= {name: getattr(rows, name).astype(np.float32) for name in ("scaled", "shape", "orders")}
    columns["stopping"] = stopping
    seeds = [settings.seed * 1000 + number for number in range(settings.seeds)]
    states = [train_one(columns, seeds[0], settings.epochs)] if len(seeds) == 1 else _in_processes(columns, seeds, settings.epochs)
    return Network(tuple(states), centre, scale, numbers.min(axis=0), numbers.max(axis=0))


def _in_processes(columns: State, seeds: list[int], epochs: int) -> list[State]:
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(min(len(seeds), os.cpu_count() or 1)) as pool:
        for name, column in columns.items():
            np.save(Path(folder) / f"{name}.npy", column, allow_pickle=False)

        def run(seed: int) -> State:
            """Train with one seed, in a process of its own."""
            target = Path(folder) / f"{seed}.npz"
            command = [sys.executable, "-m", __name__, folder, str(seed), str(epochs), str(target)]
            one_thread = {**os.environ, "OMP_NUM_THREADS": "1"}
            ended = subprocess.run(command, env=one_thread, capture_output=True, text=True, check=False)  # noqa: S603 - our own words
            if ended.returncode:
                raise RuntimeError(f"training a network ended with {ended.returncode}: {ended.stderr[-2000:]}")
            with np.load(target, allow_pickle=False) as arrays:
                return {name: arrays[name] for name in arrays.files}

        return list(pool.map(run, seeds))


@contextmanager
def _one_thread() -> Iterator[None]:
    """Two threads take many times the processor time on nets this small, and sum in another order."""
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with torch.random.fork_rng():
            yield
    finally:
        torch.set_num_threads(threads)


def _device() -> torch.device:
    import torch

    if not torch.cuda.is_available():
        return torch.device("cpu")
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    torch.backends.cudnn.deterministic = True
    return torch.device("cuda")


def _make_net() -> torch.nn.Module:
    import torch
    from torch import nn

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            layers: list[nn.Module] = []
            for width in (3, CHANNELS, CHANNELS):
                layers += [nn.Conv1d(width, CHANNELS, 5, stride=2, padding=2), nn.ReLU()]
            self.convolution = nn.Sequential(*layers)
            self.lstm = nn.LSTM(3 * BLOCK, UNITS, batch_first=True)
            last = nn.Linear(HIDDEN, 1)
            self.head = nn.Sequential(nn.Linear(2 * CHANNELS + UNITS + 8, HIDDEN), nn.ReLU(), last)
            self.size = nn.Parameter(torch.tensor([0.0, 1.0]))  # of the negative binomial, from log (r + x)
            nn.init.zeros_(last.weight)  # begins as BG/NBD
            nn.init.zeros_(last.bias)

        def forward(self, weekly: torch.Tensor, numbers: torch.Tensor) -> torch.Tensor:
            """The correction of each row."""
            channels = self.convolution(weekly.transpose(1, 2))
            last = self.lstm(weekly.reshape(len(weekly), -1, 3 * BLOCK))[1][0][0]
            whole = torch.cat([channels.amax(dim=2), channels.mean(dim=2), last, numbers], dim=1)
            output: torch.Tensor = LARGEST * torch.tanh(self.head(whole).squeeze(1) / LARGEST)
            return output

    return Net()


def _loss(net: torch.nn.Module, batch: list[torch.Tensor]) -> torch.Tensor:
    """Negative binomial with mean E[orders] · exp(c), and the penalty on c, as a mean per row."""
    import torch

    weekly, numbers, expected, shape, orders = batch
    correction = net(weekly, numbers)
    mean = expected * torch.exp(correction)
    parameters: Any = net.size
    size = torch.exp(torch.clamp(parameters[0] + parameters[1] * torch.log(shape), -7.0, 12.0))
    value = torch.lgamma(size + orders) - torch.lgamma(size) - size * torch.log1p(mean / size) + orders * torch.log(mean / (mean + size))
    loss: torch.Tensor = SHRINKAGE * (correction**2).mean() - value.mean()
    return loss


def train_one(columns: State, seed: int, epochs: int) -> State:
    """Train one network on the columns (the inputs, the targets, and which rows only say when to stop); returns the best state's arrays."""
    import torch

    stopping = np.asarray(columns["stopping"])
    with _one_thread():
        device = _device()
        torch.manual_seed(seed)
        net = _make_net().to(device)
        fitted, judged = (
            [torch.from_numpy(np.asarray(columns[name])[chosen]).to(device) for name in COLUMNS] for chosen in (~stopping, stopping)
        )
        optimiser = torch.optim.Adam(net.parameters(), lr=RATE)
        best, state, worse = _mean_loss(net, judged), _copy(net), 0
        for _ in range(epochs):
            for chosen in torch.split(torch.randperm(len(fitted[0])).to(device), BATCH):
                optimiser.zero_grad()
                loss = _loss(net, [column[chosen] for column in fitted])
                loss.backward()  # type: ignore[no-untyped-call]
                torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
                optimiser.step()
            now = _mean_loss(net, judged)
            worse = 0 if now < best else worse + 1
            if now < best:
                best, state = now, _copy(net)
            if worse >= PATIENCE:
                break
        return state


def _mean_loss(net: torch.nn.Module, columns: list[torch.Tensor]) -> float:
    import torch

    with torch.no_grad():
        parts = [[column[start : start + SCORED_AT_ONCE] for column in columns] for start in range(0, len(columns[0]), SCORED_AT_ONCE)]
        return sum(float(_loss(net, part)) * len(part[0]) for part in parts) / len(columns[0])


def _copy(net: torch.nn.Module) -> State:
    return {name: value.detach().cpu().numpy().copy() for name, value in net.state_dict().items()}


def _score(state: State, weekly: NDArray[np.float32], numbers: NDArray[np.float32]) -> Floats:
    import torch

    device = _device()
    net = _make_net().to(device)
    net.load_state_dict({name: torch.from_numpy(value) for name, value in state.items()})
    with torch.no_grad():
        parts = [
            net(*(torch.from_numpy(column[start : start + SCORED_AT_ONCE]).to(device) for column in (weekly, numbers))).cpu().numpy()
            for start in range(0, len(numbers), SCORED_AT_ONCE)
        ]
    return np.concatenate(parts).astype(np.float64)


def _main(folder: str, seed: str, epochs: str, target: str) -> None:
    files = sorted(Path(folder).glob("*.npy"))
    columns = {file.stem: np.load(file, mmap_mode="r", allow_pickle=False) for file in files}
    np.savez(target, allow_pickle=False, **train_one(columns, int(seed), int(epochs)))


if __name__ == "__main__":
    _main(*sys.argv[1:])
