"""Ibis expressions as Spark SQL that means what DuckDB's means.

Ibis 12's own compiler for Spark is right for most operations; here are those for which it is not: wall clocks and their zones, real
hours, literals (a bare 1.5 is a decimal for Spark), counts over nothing, and the functions of `contracts.engine_functions`, which are built
into DuckDB. Does not belong here: sessions and files (`connect`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ibis.expr.datatypes as dt
import sqlglot.expressions as sge
from ibis.backends.sql.compilers.base import SQLGlotCompiler
from ibis.backends.sql.compilers.pyspark import PySparkCompiler
from ibis.backends.sql.datatypes import PySparkType

from ca_assets.contracts.engine_functions import CHR, TIMEZONE, TRIM, TRY_STRPTIME
from ca_assets.engine.spark.strptime import Parts, parts_of
from ca_assets.zones import PERIOD_MICROS, OffsetTable, offset_table, table_end

MOMENT, NAIVE = dt.Timestamp(timezone="UTC"), dt.Timestamp()
MICROSECONDS = {"us": 1, "ms": 1_000, "s": 1_000_000, "m": 60_000_000, "h": 3_600_000_000, "D": 86_400_000_000}
UNITS = {"microsecond": "us", "millisecond": "ms", "second": "s", "minute": "m", "hour": "h", "day": "D"}


class SparkTypes(PySparkType):
    """Naive times are TIMESTAMP_NTZ, instants TIMESTAMP_LTZ (the session's zone is UTC)."""

    @classmethod
    def _from_ibis_Timestamp(cls, dtype: dt.Timestamp) -> sge.DataType:
        kind = "TIMESTAMP_NTZ" if dtype.timezone is None else "TIMESTAMP_LTZ"
        return sge.DataType(this=sge.DataType.Type.USERDEFINED, kind=kind)


class SparkCompiler(PySparkCompiler):
    """See the module. Ibis calls the methods by the names of its operations."""

    __slots__ = ()
    type_mapper = SparkTypes

    def visit_Field(self, op: Any, *, rel: Any, name: str) -> Any:
        """A column, NaN as it is."""
        return SQLGlotCompiler.visit_Field(self, op, rel=rel, name=name)

    def visit_NonNullLiteral(self, op: Any, *, value: Any, dtype: Any) -> Any:
        """Floats are doubles, not decimals."""
        if dtype.is_floating():
            return self.cast(repr(float(value)), dtype)
        if dtype.is_timestamp():
            return self.cast(value.isoformat(), dtype)
        return super().visit_NonNullLiteral(op, value=value, dtype=dtype)

    def visit_IsInf(self, op: Any, *, arg: Any) -> Any:
        """Plus or minus infinity."""
        return self.f.abs(arg).eq(self.POS_INF)

    def visit_CountStar(self, op: Any, *, arg: Any, where: Any) -> Any:
        """Rows; 0, not null, when there are none."""
        return super().visit_CountStar(op, arg=arg, where=None) if where is None else self.f.anon.count_if(where)

    def visit_Cast(self, op: Any, *, arg: Any, to: Any) -> Any:
        """Nulls stay in JSON objects."""
        if to.is_json() and not op.arg.dtype.is_string():
            return self.f.anon.to_json(arg, self.f.anon.map("ignoreNullFields", "false"))
        return super().visit_Cast(op, arg=arg, to=to)

    def micros(self, moment: Any) -> Any:
        """Microseconds since 1970 of an instant or of a naive time."""
        return self.f.anon.unix_micros(self.cast(moment, MOMENT))

    def visit_TimestampDelta(self, op: Any, *, part: Any, left: Any, right: Any) -> Any:
        """How often the unit's border lies between both, as DuckDB counts; in microseconds the elapsed time."""
        size = MICROSECONDS[UNITS[op.part.value]]
        return sge.paren(self._whole(self.micros(left), size) - self._whole(self.micros(right), size))

    def _whole(self, micros: Any, size: int) -> Any:
        """Rounded down to whole units."""
        if size == 1:
            return micros
        return sge.IntDiv(this=sge.paren(micros - self.f.anon.pmod(micros, size)), expression=sge.convert(size))

    def visit_DateDelta(self, op: Any, *, part: Any, left: Any, right: Any) -> Any:
        """Days between dates, without a detour by timestamps."""
        if op.part.value != "day":
            return super().visit_DateDelta(op, part=part, left=left, right=right)
        return self.f.anon.datediff(left, right)

    def visit_IntervalFromInteger(self, op: Any, *, arg: Any, unit: Any) -> Any:
        """To the microsecond."""
        seconds = self.cast(self.cast(arg, dt.Decimal(20, 6)) * MICROSECONDS[unit.short] / 1_000_000, dt.Decimal(18, 6))
        return self.f.anon.make_dt_interval(0, 0, 0, seconds)

    def visit_ScalarUDF(self, op: Any, **arguments: Any) -> Any:
        """An engine function that is declared by its DuckDB name; others as Ibis has them."""
        call = self._engine_functions().get(op.__func_name__)
        return call(op, *arguments.values()) if call else super().visit_ScalarUDF(op, **arguments)

    def _engine_functions(self) -> dict[str, Callable[..., Any]]:
        """What implements each of `ENGINE_FUNCTIONS`: called with the operation, then its arguments."""
        return {TIMEZONE: self._timezone, TRY_STRPTIME: self._try_strptime, TRIM: self._trim, CHR: self._chr}

    def _timezone(self, op: Any, zone: Any, moment: Any) -> Any:
        return self.wall_clock(zone, moment) if op.dtype.timezone is None else self.instant(zone, moment)

    def wall_clock(self, zone: Any, moment: Any) -> Any:
        """Instant → naive time in the zone, by the pinned zone database; what lies outside of its table by Java's data."""
        micros = self.micros(moment)
        ours = self._shifted(moment, self._offset(micros, offset_table(zone.this, is_wall=False)))
        theirs = self.f.anon.from_utc_timestamp(moment, zone)
        return self.cast(self.if_(self._is_inside(zone.this, micros), ours, theirs), NAIVE)

    def instant(self, zone: Any, wall: Any) -> Any:
        """Naive time in the zone → instant (docs/contract, section 1, Calendar): moved forward by a gap; the second of two."""
        naive = self.cast(wall, MOMENT)
        if zone.this == "UTC":
            return naive
        micros = self.micros(wall)
        ours = self._shifted(naive, sge.Neg(this=sge.paren(self._offset(micros, offset_table(zone.this, is_wall=True)))))
        return self.if_(self._is_inside(zone.this, micros), ours, self.f.anon.to_utc_timestamp(naive, zone))

    def _is_inside(self, zone: str, micros: Any) -> Any:
        return micros.between(sge.convert(PERIOD_MICROS[0]), sge.convert(table_end(zone) - 1))

    def _offset(self, micros: Any, table: OffsetTable) -> Any:
        """Microseconds ahead of UTC: that of the step's change, or the one before it."""
        step = sge.IntDiv(this=sge.paren(micros - table.begin), expression=sge.convert(table.length))
        place = self.cast(self.f.least(self.f.greatest(step, 0), len(table.change) - 1) + 1, dt.int32)
        change, before, after = (
            self.f.anon.element_at(self._numbers(values), place) for values in (table.change, table.before, table.after)
        )
        return self.if_(micros < change, before, after)

    def _numbers(self, values: tuple[int, ...]) -> Any:
        """A constant list, as one text: many literals would take longer to parse than to use."""
        text = self.f.anon.split(sge.Literal.string(",".join(map(str, values))), ",")
        return self.cast(text, dt.Array(dt.int64))

    def _shifted(self, moment: Any, micros: Any) -> Any:
        return self.f.anon.timestampadd(self.v.microsecond, micros, moment)

    def _trim(self, op: Any, text: Any, signs: Any) -> Any:
        return self.f.anon.btrim(text, signs)

    def _chr(self, op: Any, code: Any) -> Any:
        return self.f.anon.chr(code)

    def _try_strptime(self, op: Any, text: Any, date_format: Any) -> Any:
        parts = parts_of(date_format.this)
        wall = self._parsed(text, parts)
        if op.dtype.timezone is None:
            return wall
        return self._shifted(self.cast(wall, MOMENT), sge.Neg(this=sge.paren(self._offset_micros(text, parts))))

    def _group(self, text: Any, parts: Parts, sign: str) -> Any:
        """What a sign of the format stands for in the text; '' when the text does not match."""
        return self.f.anon.regexp_extract(text, parts.pattern, parts.groups[sign])

    def _number(self, text: Any, parts: Parts, sign: str, default: int) -> Any:
        if sign not in parts.groups:
            return sge.convert(default)
        return sge.TryCast(this=self._group(text, parts, sign), to=self.type_mapper.from_ibis(dt.int32))

    def _parsed(self, text: Any, parts: Parts) -> Any:
        day = [self._year(text, parts), self._month(text, parts), self._number(text, parts, "d", 1)]
        clock = [self._hour(text, parts), self._number(text, parts, "M", 0), self._seconds(text, parts)]
        moment = self.f.anon.try_make_timestamp_ntz(*day, *clock)
        if "j" in parts.groups:
            day_of_year = self._number(text, parts, "j", 1)
            moment = self.if_(day_of_year.between(1, 366), self.f.anon.timestampadd(self.v.day, day_of_year - 1, moment), sge.null())
        return self.if_(self.f.anon.regexp_like(text, parts.pattern), moment, sge.null())

    def _year(self, text: Any, parts: Parts) -> Any:
        if "y" not in parts.groups:
            return self._number(text, parts, "Y", 1900)
        short = self._number(text, parts, "y", 0)
        return short + self.if_(short < 69, 2000, 1900)

    def _month(self, text: Any, parts: Parts) -> Any:
        if "b" not in parts.groups:
            return self._number(text, parts, "m", 1)
        name = self.f.lower(self.f.substring(self._group(text, parts, "b"), 1, 3))
        return sge.paren(self.f.anon.instr("janfebmaraprmayjunjulaugsepoctnovdec", name) + 2) / 3

    def _hour(self, text: Any, parts: Parts) -> Any:
        if "I" not in parts.groups:
            return self._number(text, parts, "H", 0)
        hour = self._number(text, parts, "I", 12)
        is_afternoon = self.f.lower(self._group(text, parts, "p")).eq("pm") if "p" in parts.groups else sge.false()
        return self.if_(hour.between(1, 12), hour % 12 + self.if_(is_afternoon, 12, 0), sge.null())

    def _seconds(self, text: Any, parts: Parts) -> Any:
        whole = self._number(text, parts, "S", 0)
        whole = self.if_(whole < 60, whole, sge.null())  # Spark would take 60 as the next minute
        if "f" not in parts.groups:
            return whole
        fraction = self.cast(self.f.anon.rpad(self._group(text, parts, "f"), 6, "0"), dt.int32)
        return self.cast(whole, dt.Decimal(8, 6)) + self.cast(fraction, dt.Decimal(8, 0)) * sge.cast("0.000001", "DECIMAL(7, 6)")

    def _offset_micros(self, text: Any, parts: Parts) -> Any:
        """Microseconds east of UTC."""
        digits = self.f.anon.rpad(self.f.replace(self._group(text, parts, "z"), ":", ""), 7, "0")
        seconds = [sge.TryCast(this=self.f.substring(digits, at, 2), to=self.type_mapper.from_ibis(dt.int64)) for at in (2, 4, 6)]
        east = (seconds[0] * 3600 + seconds[1] * 60 + seconds[2]) * MICROSECONDS["s"]
        return self.if_(self.f.startswith(digits, "-"), sge.Neg(this=sge.paren(east)), east)


compiler = SparkCompiler()
