/// The program that runs a virtual machine.
public enum MonitorKind: String, Sendable, Hashable, CaseIterable {
  /// QEMU.
  case qemu
  /// Cloud Hypervisor.
  case cloudHypervisor = "cloud-hypervisor"
  /// Firecracker.
  case firecracker
}
