"""Region Bremen through the whole chain: register, delivery, hub, gate, release."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

from allmende.areas.geometry import read_geojson
from allmende.deliveries import DeliveryNote, SigningKey, new_office_key, seal, write_signing_key
from allmende.demo.real.region import RealRegion, real_catalogue
from allmende.hub import Hub, init_hub, receive, register_office
from allmende.register.processing import process
from allmende.register.profile import load_profile
from allmende.register.run import Run, Source
from allmende.register.secret import Secret, new_secret, write_secret
from allmende.release import build, plan

EPOCH = "bremen"


def release_real(real: RealRegion, work: Path, now: datetime) -> Iterator[str]:
    """Send every extract through the chain and publish into `work / "public"`, saying each step as it is done.

    The office's secret and key lie in `work / "office"`, the hub in `work / "hub"`; the open tables are put beside the
    releases, in `work / "public" / "open"`. Raises Refused if the gate says no.
    """
    secret, key = new_secret(EPOCH), new_office_key()
    write_secret(secret, work / "office" / "secret.toml")
    write_signing_key(key, work / "office" / "office.key")
    hub = init_hub(work / "hub", real.folder, epoch=secret.epoch, key_check=secret.check_value())
    hub = register_office(hub, real.office, key.verify_key(), "trusted-unit", now)
    for sequence, day in enumerate(sorted(real.extracts), 1):
        receive(hub, _deliver(real, hub, secret, key, day, sequence, now), now)
        yield f"{day}: {real.published[day].people.sum():,} persons delivered and received"
    planned = plan(hub, real_catalogue())
    yield f"gate: {len(planned.tables)} tables, {len(planned.findings)} attacks"
    built = build(hub, planned, work / "public", now.date())
    shutil.copytree(real.open_tables, work / "public" / "open", dirs_exist_ok=True)
    yield f"release {built.id}: {built.cells:,} values"


def _deliver(real: RealRegion, hub: Hub, secret: Secret, key: SigningKey, day: date, sequence: int, now: datetime) -> Path:
    extract = real.extracts[day]
    outlines = read_geojson(real.folder / "districts.geojson", "key")
    run = Run(Source.load(extract), load_profile(real.profile), real.region, real.office, day.year, shapes=outlines)
    cubes = process(run, secret).cubes
    note = DeliveryNote.of(cubes, name=real.region.municipality(real.office).name, sequence=sequence, made=now.date())
    path = extract.with_name(f"delivery-{day}.allmende")
    return seal(cubes, path, office=key, hub_recipient=hub.settings.recipient, delivery=note)
