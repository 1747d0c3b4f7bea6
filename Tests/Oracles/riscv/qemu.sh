#!/bin/bash
# Prints the path of a QEMU 10 for riscv64, and unpacks it first where it is not there yet.
#
# Debian 12's own QEMU (7.2) refuses guest-physical addresses that use the ×4 root, among other
# things.
exec "$(dirname "$0")/../harness/backported-qemu.sh" qemu-system-riscv qemu-system-riscv64
