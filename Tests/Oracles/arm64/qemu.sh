#!/bin/bash
# Prints the path of a QEMU 10 for aarch64, and unpacks it first where it is not there yet.
#
# It gives the level of stage-2 faults on stage-1 tables, which Debian 12's own QEMU (7.2) does not.
exec "$(dirname "$0")/../harness/backported-qemu.sh" qemu-system-arm qemu-system-aarch64
