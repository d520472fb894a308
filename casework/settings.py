"""Versioned settings: what people edit in the console, with all former values."""

import json
from collections.abc import Sequence
from typing import Any

from casework.audit import canonical, fingerprint
from casework.model import Setting
from casework.part import Part
from casework.permissions import Act, require
from casework.port import eq, yes
from casework.rows import SettingRow
from domain.errors import ConflictError, QuarantineError


class VersionedSettings(Part):
    def setting(self, key: str) -> Setting | None:
        """Return the newest version."""
        with self._store.read() as rows:
            row = rows.one(SettingRow, eq("key", key), yes("current"))
        return _setting(row) if row else None

    def settings(self, prefix: str = "") -> Sequence[Setting]:
        """Return the newest versions of all keys that start so, by key."""
        with self._store.read() as rows:
            found = rows.find(SettingRow, yes("current"), order="key")
        return [_setting(row) for row in found if row.key.startswith(prefix)]

    def put_setting(
        self,
        actor: str,
        key: str,
        value: Any,  # noqa: ANN401 - any JSON value
        *,
        expected_version: int | None = None,
        needs: Act = Act.EDIT_SETTINGS,
        told: str = "setting.put",
    ) -> Setting:
        """Add a version. `value` is anything that JSON holds.

        With `expected_version` (0: none yet) it raises `ConflictError` when somebody
        else was first. `needs` is the right that the actor must have, `told` what the
        audit calls the act.
        """
        text = _encoded(key, value)
        with self._store.write() as rows:
            require(rows, actor, needs)
            newest = eq("key", key), yes("current")
            old = rows.one(SettingRow, *newest)
            version = old.version if old else 0
            if expected_version not in {None, version}:
                raise ConflictError(
                    "Cài đặt này vừa được người khác thay đổi.",
                    hint="Tải lại trang, xem giá trị mới rồi sửa tiếp.",
                )
            rows.change(SettingRow, {"current": False}, *newest)
            row = SettingRow(
                key=key,
                version=version + 1,
                current=True,
                value=text,
                at=self._clock.now(),
                actor=actor,
            )
            rows.add(row)
            self._trace(
                rows,
                actor,
                told,
                subject=key,
                version=row.version,
                value=fingerprint(text),
            )
        return _setting(row)

    def setting_history(self, key: str) -> Sequence[Setting]:
        """Return all versions, newest first."""
        with self._store.read() as rows:
            found = rows.find(SettingRow, eq("key", key), order="-version")
        return [_setting(row) for row in found]


def _encoded(key: str, value: object) -> str:
    try:
        text = canonical(value)
        text.encode()
    except (TypeError, ValueError) as error:
        raise QuarantineError(
            "Giá trị cài đặt không hợp lệ.", reason="setting_value"
        ) from error
    if not key or key != key.strip():
        raise QuarantineError("Cài đặt cần có tên.", reason="setting_key")
    return text


def _setting(row: SettingRow) -> Setting:
    return Setting(
        key=row.key,
        value=json.loads(row.value),
        version=row.version,
        at=row.at,
        by=row.actor,
    )
