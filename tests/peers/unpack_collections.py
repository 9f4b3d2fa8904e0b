#!/usr/bin/env python3
"""Unpack community.vmware and what it depends on from the wheel of PyPI's `ansible`.

    unpack_collections.py FOLDER-WITH-THE-WHEEL DESTINATION

Installing the whole wheel would write sixty thousand files, of which this uses three hundred.
"""
import pathlib
import sys
import zipfile

WANTED = ("ansible_collections/community/vmware/", "ansible_collections/vmware/vmware/")


def main():
    source, destination = map(pathlib.Path, sys.argv[1:])
    (wheel,) = source.glob("ansible-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        members = [name for name in archive.namelist() if name.startswith(WANTED)]
        missing = [folder for folder in WANTED if not any(name.startswith(folder) for name in members)]
        if missing:
            sys.exit(f"{wheel.name} does not hold {', '.join(missing)}")
        archive.extractall(destination, members)


if __name__ == "__main__":
    main()
