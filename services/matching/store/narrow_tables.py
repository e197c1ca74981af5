"""Narrow rows: what gates and score read, as columns."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, Date, Index, Integer, SmallInteger, String, Uuid, false, text
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

NO_ITEMS: Any = {"server_default": text("'{}'")}


class Table(SQLModel, registry=registry()):
    """The tables of this store."""


class OpenDemandRow(Table, table=True):
    """What gates and score read of each open requirement. Derived from `requirement`."""

    __tablename__ = "open_demand"
    __table_args__ = (Index("open_demand_area", "area"),)

    requirement_id: UUID = Field(primary_key=True)
    area: str
    met: list[int] = Field(sa_type=ARRAY(BigInteger))
    near: list[int] = Field(sa_type=ARRAY(BigInteger))
    unmapped: bool
    side_1: int | None
    side_2: int | None
    side_3: int | None
    force_t: int | None
    tolerance_um: int | None
    annual_volume: int
    lead_time_days: int | None
    special: list[str] = Field(sa_type=ARRAY(String))
    qms: int = Field(sa_type=SmallInteger)
    """The rung."""
    qms_waivable: bool
    plant_state: str | None
    near_states: list[str] = Field(sa_type=ARRAY(String))
    ppm_max: int | None
    otif_bp_min: int | None
    regional_value_bp_min: int | None
    wished: int = Field(default=0, sa_type=SmallInteger, sa_column_kwargs={"server_default": text("0")})
    """Bits of gates that bar nobody."""
    waived_firms: list[UUID | None] = Field(sa_type=ARRAY(Uuid), sa_column_kwargs={"server_default": text("'{}'")})
    """Of waivers that were not revoked: for whom, null for all,"""
    waived_gates: list[int] = Field(sa_type=ARRAY(SmallInteger), sa_column_kwargs={"server_default": text("'{}'")})
    """which gate, as its bit,"""
    waived_until: list[date] = Field(sa_type=ARRAY(Date), sa_column_kwargs={"server_default": text("'{}'")})
    """and its last day."""
    record: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    """Whether any of what follows is asked."""
    tolerance_must: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    weight_g: int | None
    thickness_um: int | None
    diameter_um: int | None
    surface_ra_nm: int | None
    salt_spray_h: int | None
    minimum_order: int | None
    ppap_level: int | None = Field(default=None, sa_type=SmallInteger)
    apqp: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    design: int | None = Field(default=None, sa_type=SmallInteger)
    deliveries: list[str] = Field(sa_type=ARRAY(String), sa_column_kwargs=NO_ITEMS)
    edi: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    certificates: list[str] = Field(sa_type=ARRAY(String), sa_column_kwargs=NO_ITEMS)
    programs: list[str] = Field(sa_type=ARRAY(String), sa_column_kwargs=NO_ITEMS)
    languages: list[str] = Field(sa_type=ARRAY(String), sa_column_kwargs=NO_ITEMS)
    latitude: int | None
    longitude: int | None
    narrowing: int | None
    reach: int | None
    """The distance, in millionths of a degree."""


class ProcessOfferRow(Table, table=True):
    """What gates and score read of each process of a firm that takes part, with what they read of the firm. Derived
    from `offering`; a partition for each area, so that a requirement reads the firms of its own alone.
    """

    __tablename__ = "process_offer"
    __table_args__: Any = {"postgresql_partition_by": "LIST (area)"}

    area: str = Field(primary_key=True)
    offering_id: UUID = Field(primary_key=True)
    position: int = Field(primary_key=True, sa_type=SmallInteger)
    """Among the firm's processes, as they are named."""
    met: list[int] = Field(sa_type=ARRAY(BigInteger))
    near: list[int] = Field(sa_type=ARRAY(BigInteger))
    unmapped: bool
    side_1: int | None
    side_2: int | None
    side_3: int | None
    force_t: int | None
    tolerance_um: int | None
    free_capacity: int | None
    lead_time_days: int | None
    special: list[str] = Field(sa_type=ARRAY(String))
    special_until: list[date] = Field(sa_type=ARRAY(Date))
    """The last day of each."""
    state: str | None
    barred: bool
    """Listed for good (article 69-B)."""
    looked_up: bool
    qms: int = Field(sa_type=SmallInteger)
    """The rung, while its certificate counts."""
    qms_until: date | None
    ppm_12m: int | None
    otif_bp_12m: int | None
    regional_value_bp: int | None
    measured_ppm: int | None
    measured_otif_bp: int | None
    measured_until: date | None
    weight_g_least: int | None
    weight_g_most: int | None
    thickness_um_least: int | None
    thickness_um_most: int | None
    diameter_um_least: int | None
    diameter_um_most: int | None
    surface_ra_nm: int | None
    salt_spray_h: int | None
    minimum_order: int | None
    ppap_level: int | None = Field(default=None, sa_type=SmallInteger)
    apqp: bool | None
    design: int | None = Field(default=None, sa_type=SmallInteger)
    deliveries: list[str] | None = Field(default=None, sa_type=ARRAY(String))
    edi: bool | None
    certificates: list[str] | None = Field(default=None, sa_type=ARRAY(String))
    certificates_until: list[date] | None = Field(default=None, sa_type=ARRAY(Date))
    programs: list[str] | None = Field(default=None, sa_type=ARRAY(String))
    programs_until: list[date] | None = Field(default=None, sa_type=ARRAY(Date))
    languages: list[str] | None = Field(default=None, sa_type=ARRAY(String))
    latitudes: list[int] | None = Field(default=None, sa_type=ARRAY(Integer))
    longitudes: list[int] | None = Field(default=None, sa_type=ARRAY(Integer))
    placed: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    """Whether each of its plants says where it is."""
