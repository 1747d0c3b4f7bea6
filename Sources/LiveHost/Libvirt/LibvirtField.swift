/// A statistic of libvirt, as `virsh` prints it: of a domain by its UUID, or of the host.
struct LibvirtField: Sendable, Hashable {
  /// The domain's UUID; empty for the host.
  var subject: String
  /// The statistic's name.
  var name: String
  /// Its value.
  var text: String
}
