"""Key encryption keys of this machine: renewed, and never thrown away while they wrap anything."""

from pathlib import Path

from deploy.local.layout import Layout
from deploy.target.keys import SEALING_KEYS_KEPT
from shared.sealing.encryption import mark_of

SERVICE = "financing"


def test_a_key_is_kept_for_as_long_as_it_wraps_anything(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    first = layout.sealing_keys([SERVICE])[SERVICE]

    def after(wrapping: dict[str, set[bytes]]) -> list[str]:
        layout.renew_sealing_keys([SERVICE], wrapping)
        return layout.sealing_keys([SERVICE])[SERVICE].split(",")

    for _ in range(3):
        kept = after({SERVICE: {mark_of(first)}})
    assert kept[-1] == first
    assert after({})[1:] == kept, "of a store that cannot be asked"
    assert len(after({SERVICE: set()})) == SEALING_KEYS_KEPT
