"""Ibis expressions as Spark SQL that means what DuckDB's means.

Ibis 12's own compiler for Spark is right for most operations; here are those for which it is not: wall clocks and their zones, real
hours, literals (a bare 1.5 is a decimal for Spark), counts over nothing, and the engine functions that `tables.walltime` and
`analyses.calendar` declare by DuckDB's names. Does not belong here: sessions and files (`engine_spark`).
"""

from __future__ import annotations

from typing import Any

import ibis.expr.datatypes as dt
import sqlglot as sg
import sqlglot.expressions as sge
from ibis.backends.sql.compilers.base import SQLGlotCompiler
from ibis.backends.sql.compilers.pyspark import PySparkCompiler
from ibis.backends.sql.datatypes import PySparkType

from ca_assets.storage.engine_spark_strptime import Parts, parts_of

MOMENT, NAIVE = dt.Timestamp(timezone="UTC"), dt.Timestamp()
MICROSECONDS = {"us": 1, "ms": 1_000, "s": 1_000_000, "m": 60_000_000, "h": 3_600_000_000, "D": 86_400_000_000}
UNITS = {"microsecond": "us", "millisecond": "ms", "second": "s", "minute": "m", "hour": "h", "day": "D"}
# From a wall time's first occurrence: past any change of offset that repeats it (7 hours at most since 1990), before a zone's next change.
OVERLAP_PROBE = MICROSECONDS["D"]


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
        known = getattr(self, f"_call_{op.__func_name__}", None)
        return known(op, *arguments.values()) if known else super().visit_ScalarUDF(op, **arguments)

    def _call_timezone(self, op: Any, zone: Any, moment: Any) -> Any:
        return self.wall_clock(zone, moment) if op.dtype.timezone is None else self.instant(zone, moment)

    def wall_clock(self, zone: Any, moment: Any) -> Any:
        """Instant → naive time in the zone."""
        return self.cast(self.f.anon.from_utc_timestamp(moment, zone), NAIVE)

    def instant(self, zone: Any, wall: Any) -> Any:
        """Naive time in the zone → instant (REPORTS.md, Calendar): moved forward by a gap; the second of two, where Spark takes the first.

        The offset in force some hours later gives the second one, if that has this wall time at all.
        """
        naive = self.cast(wall, MOMENT)
        first = self.f.anon.to_utc_timestamp(naive, zone)
        later = self._shifted(first, sge.convert(OVERLAP_PROBE))
        offset = self.micros(self.f.anon.from_utc_timestamp(later, zone)) - self.micros(later)
        second = self._shifted(naive, sge.Neg(this=sge.paren(offset)))
        is_second = sg.and_(self.f.anon.from_utc_timestamp(second, zone).eq(naive), second > first)
        is_utc = isinstance(zone, sge.Literal) and zone.this == "UTC"
        return naive if is_utc else self.if_(is_second, second, first)

    def _shifted(self, moment: Any, micros: Any) -> Any:
        return self.f.anon.timestampadd(self.v.microsecond, micros, moment)

    def _call_trim(self, op: Any, text: Any, signs: Any) -> Any:
        return self.f.anon.btrim(text, signs)

    def _call_chr(self, op: Any, code: Any) -> Any:
        return self.f.anon.chr(code)

    def _call_try_strptime(self, op: Any, text: Any, date_format: Any) -> Any:
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
