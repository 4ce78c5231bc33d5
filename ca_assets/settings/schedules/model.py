"""The table of schedules that people make."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import DateTime, String
from sqlalchemy.orm import Mapped, mapped_column

from ca_assets.settings.database import Base
from ca_assets.settings.schedules.timing import Timing


class Schedule(Base):
    """What is started when. `kind` names what (`ca_assets.control.kinds`); `since`: moments up to it do not count.

    `since` is when the schedule was made, changed or resumed: what was due while it was paused is not made up for.
    """

    __tablename__ = "schedules"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(100), unique=True)
    kind: Mapped[str] = mapped_column(String(60))
    period: Mapped[str] = mapped_column(String(10))
    cron: Mapped[str] = mapped_column(String(100))
    at: Mapped[str] = mapped_column(String(16))
    is_paused: Mapped[bool]
    since: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True))
    made_by: Mapped[str] = mapped_column(String(100))

    @property
    def timing(self) -> Timing:
        """When it is due."""
        return Timing(self.period, self.cron, self.at)
