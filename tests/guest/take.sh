#!/usr/bin/env bash
# What the guest needs beside Python: taken from Debian when it is not there, said in one line otherwise.
set -euo pipefail

missing=()
need() { # need PACKAGE COMMAND
    PATH="$PATH:/usr/sbin:/sbin" command -v "$2" >/dev/null 2>&1 || missing+=("$1")
}
need qemu-system-x86 qemu-system-x86_64
need qemu-utils qemu-img
need debootstrap debootstrap
need e2fsprogs mke2fs
need mount losetup
need openssh-client ssh

[ "${#missing[@]}" -eq 0 ] && exit 0
take="apt-get install --yes --no-install-recommends ${missing[*]}"
if ! command -v apt-get >/dev/null 2>&1; then
    echo "The guest needs programs that are not here; on Debian: $take" >&2
    exit 1
fi
echo "From Debian: ${missing[*]}"
as_root=()
if [ "$(id -u)" -ne 0 ]; then
    sudo -n true 2>/dev/null || { echo "As root, first: $take" >&2; exit 1; }
    as_root=(sudo -n)
fi
export DEBIAN_FRONTEND=noninteractive
"${as_root[@]}" apt-get -qq update
"${as_root[@]}" $take >/dev/null
