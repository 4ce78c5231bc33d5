"""The storage API beside a local BigQuery endpoint: read sessions over gRPC, with the real library's messages, Arrow batches inside.

Belongs here: CreateReadSession and ReadRows over results of queries. The queries themselves: `bigquery`.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import grpc
import pyarrow as pa
from google.cloud.bigquery_storage_v1.types import CreateReadSessionRequest, ReadRowsRequest, ReadRowsResponse, ReadSession

from ca_assets_tests.servers.bigquery import BigQueryServer

SERVICE = "google.cloud.bigquery.storage.v1.BigQueryRead"


@dataclass
class Storage:
    """`failures`: (row from which on, status) of the next reads, each once; `sessions` and `reads` (offsets) count the requests."""

    state: BigQueryServer
    batch_rows: int = 1000
    is_denied: bool = False
    failures: list[tuple[int, grpc.StatusCode]] = field(default_factory=list)
    sessions: int = 0
    reads: list[int] = field(default_factory=list)

    def create(self, request: CreateReadSessionRequest, context: grpc.ServicerContext) -> ReadSession:
        """A session with one stream over a whole result."""
        if self.is_denied:
            context.abort(grpc.StatusCode.PERMISSION_DENIED, "Permission 'bigquery.readsessions.create' denied on resource")
        self.sessions += 1
        table = request.read_session.table.rpartition("/")[2]
        schema = self.state.warehouse.arrow(table).schema.serialize().to_pybytes()
        table_name = request.read_session.table
        return ReadSession(name="session", table=table_name, arrow_schema={"serialized_schema": schema}, streams=[{"name": table}])

    def read(self, request: ReadRowsRequest, context: grpc.ServicerContext) -> Iterator[ReadRowsResponse]:
        """Batches of a stream from a row on."""
        self.reads.append(request.offset)
        table = self.state.warehouse.arrow(request.read_stream).slice(request.offset)
        place = int(request.offset)
        for batch in table.combine_chunks().to_batches(self.batch_rows):
            if self.failures and place >= self.failures[0][0]:
                context.abort(self.failures.pop(0)[1], "planned")
            place += len(batch)
            yield _response(batch)


def _response(batch: pa.RecordBatch) -> ReadRowsResponse:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema, options=pa.ipc.IpcWriteOptions(compression="lz4")) as writer:
        writer.write_batch(batch)
    _, message = pa.ipc.MessageReader.open_stream(sink.getvalue())
    written = message.serialize().to_pybytes()
    return ReadRowsResponse(arrow_record_batch={"serialized_record_batch": written, "row_count": len(batch)}, row_count=len(batch))


def _handlers(storage: Storage) -> grpc.GenericRpcHandler:
    def plain(message: Any) -> bytes:
        return type(message).serialize(message)

    methods = {
        "CreateReadSession": grpc.unary_unary_rpc_method_handler(storage.create, CreateReadSessionRequest.deserialize, plain),
        "ReadRows": grpc.unary_stream_rpc_method_handler(storage.read, ReadRowsRequest.deserialize, plain),
    }
    return grpc.method_handlers_generic_handler(SERVICE, methods)


@contextmanager
def serving_storage(state: BigQueryServer) -> Iterator[Storage]:
    """The API for the block; `state.source_url()` then names it."""
    storage = Storage(state)
    server = grpc.server(ThreadPoolExecutor(2))
    server.add_generic_rpc_handlers((_handlers(storage),))
    state.storage_url = f"http://127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
    server.start()
    try:
        yield storage
    finally:
        server.stop(None).wait()
