"""DuckDB's SQL by the pinned zone database: its own conversion where its zone data agree, else one from our table of offsets.

DuckDB converts by the data of ICU that it was built with. For most zones they are the same, which is checked once per zone and process;
for the others (a country has changed its mind since) the offsets are looked up. Spark does the same (`spark.sql`).
"""

from __future__ import annotations

from functools import cache
from typing import Any

import duckdb
import ibis.expr.datatypes as dt
import sqlglot.expressions as sge
from ibis.backends.sql.compilers.duckdb import DuckDBCompiler

from ca_assets.contracts.engine_functions import TIMEZONE
from ca_assets.zones import PERIOD_MICROS, OffsetTable, offset_at, offset_table, probes, table_end, zone_of


@cache
def knows_zone(zone: str) -> bool:
    """Whether DuckDB has the zone at all."""
    with duckdb.connect() as con:
        try:
            con.execute("SELECT timezone(?, TIMESTAMPTZ '2024-01-01 00:00:00+00')", [zone])
        except duckdb.Error:
            return False
    return True


@cache
def agrees(zone: str) -> bool:
    """Whether DuckDB's clock of the zone is that of the pinned database at every change of its offset and every few days between."""
    if zone == "UTC":
        return True
    if not knows_zone(zone):
        return False
    ours, places = zone_of(zone), probes(zone)
    query = """SELECT bool_and(epoch_us(timezone(?, make_timestamptz(s * 1000000))) = s * 1000000 + east)
        FROM (SELECT unnest(?::BIGINT[]) AS s, unnest(?::BIGINT[]) AS east)"""
    with duckdb.connect() as con:
        return bool(con.execute(query, [zone, places, [offset_at(ours, second) for second in places]]).fetchall()[0][0])


class Compiler(DuckDBCompiler):
    """Ibis' own, but for `timezone` and microseconds between instants."""

    __slots__ = ()

    def visit_TimestampDelta(self, op: Any, *, part: Any, left: Any, right: Any) -> Any:
        """Microseconds as a difference of numbers: `date_diff` of instants asks a calendar, which takes 40 times as long."""
        if isinstance(part, sge.Literal) and part.this.lower() == "microsecond":
            return sge.paren(self.f.epoch_us(left) - self.f.epoch_us(right))
        return super().visit_TimestampDelta(op, part=part, left=left, right=right)

    def visit_ScalarUDF(self, op: Any, **arguments: Any) -> Any:
        """A function of the engine; `timezone` by the pinned zone database."""
        call = super().visit_ScalarUDF(op, **arguments)
        zone, time = [*arguments.values(), None][:2]
        is_ours = op.__func_name__ == TIMEZONE and isinstance(zone, sge.Literal) and not agrees(zone.this)
        return self._converted(op, zone.this, time, call) if is_ours else call

    def _converted(self, op: Any, zone: str, time: Any, call: Any) -> Any:
        """By the table; what lies outside of it by the engine's own data, as far as it has the zone."""
        is_wall = op.dtype.timezone is not None
        table, sign = offset_table(zone, is_wall=is_wall), -1 if is_wall else 1
        # A naive time counts as one of UTC: microseconds are those of its own calendar.
        micros = self.f.epoch_us(time)
        shifted = micros + sge.convert(sign) * sge.paren(self._offset(micros, table))
        converted = self.f.make_timestamptz(shifted) if is_wall else self.f.make_timestamp(shifted)
        is_inside = micros.between(sge.convert(PERIOD_MICROS[0]), sge.convert(table_end(zone) - 1))
        nothing = self.cast(sge.null(), op.dtype)
        return self.if_(is_inside, converted, call if knows_zone(zone) else nothing)

    def _offset(self, micros: Any, table: OffsetTable) -> Any:
        step = sge.IntDiv(this=sge.paren(micros - table.begin), expression=sge.convert(table.length))
        place = self.f.least(self.f.greatest(step, 0), len(table.change) - 1) + 1
        change, before, after = (self.f.list_extract(self._numbers(values), place) for values in (table.change, table.before, table.after))
        return self.if_(micros < change, before, after)

    def _numbers(self, values: tuple[int, ...]) -> Any:
        """A constant list, as one text: many literals would take longer to parse than to use."""
        text = sge.Literal.string(str(list(values)))
        return self.cast(text, dt.Array(dt.int64))


compiler = Compiler()
