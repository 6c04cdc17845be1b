"""A registration office's folder, and commands called as from the shell."""

from datetime import date
from importlib.resources import files

import pytest

from allmende.areas.hierarchy import District, Municipality, Region, write_region
from allmende.cli import main
from allmende.deliveries import new_hub_identity

AGS = "03999001"
HEAD = "OM;Geburtsdatum;Geschlecht;Staatsangeh;Wohnungsart;Einzug;StrSchl;Strasse;HausNr;Zusatz;PLZ;Ortsteil\r\n"
GOOD = HEAD + "".join(f"GEHEIM{n};17.05.{1950 + n};w;000;H;;;Schloßallee;{n};;27001;0001\r\n" for n in range(40))
BAD = HEAD + "GEHEIM1;30.02.1980;w;000;H;;;Schloßallee;1;;27001;0001\r\nGEHEIM2;17.05.1980;q;000;H;;;Schloßallee;1;;;0001\r\n"


@pytest.fixture
def office(tmp_path, monkeypatch):
    """A folder with everything an office needs, its profile naming the files."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LC_ALL", "en")
    members = (Municipality(AGS, "Musterstadt", "03", "Stadt", ("Ortsteil",)),)
    districts = (District(f"{AGS}.0001", "0001", "Altstadt", 1, "", AGS),)
    region = Region("muster", {"de": "Muster", "en": "sample"}, False, date(2024, 1, 1), "", members, districts)
    write_region(region, tmp_path / "region")
    profile = files("allmende.register").joinpath("profiles", "semicolon.toml").read_text(encoding="utf-8")
    settings = f'ags = "{AGS}"\nregion = "region"\nsecret = "region.secret"\nkey = "buero.key"\nhub = "hub.recipient"\n'
    (tmp_path / "buero.toml").write_text(profile + "\n[office]\n" + settings, encoding="utf-8")
    head, _, rest = profile.partition("[events]")
    (tmp_path / "nurbestand.toml").write_text(
        head + rest[rest.index("[codes") :] if "[codes" in rest else head, encoding="utf-8"
    )
    identity = new_hub_identity()
    (tmp_path / "hub.recipient").write_text(identity.recipient() + "\n")
    (tmp_path / "bestand.csv").write_text(GOOD, encoding="windows-1252", newline="")
    (tmp_path / "schlecht.csv").write_text(BAD, encoding="windows-1252", newline="")
    return identity


def call(*arguments):
    with pytest.raises(SystemExit) as done:
        main(list(arguments))
    return done.value.code
