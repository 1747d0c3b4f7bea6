import Costs
import Guests
import HostMemory
import Hypervisor
import Paging
import Scenarios

@testable import Studies

extension MigrationStudy {
  /// A small machine with tables of a format, priced by a textbook.
  static func small(
    _ host: HostFormat = .ept4, pages: UInt64 = 4096, _ pattern: WritePattern = .uniform,
    megabytesPerSecond: UInt64 = 100
  ) -> MigrationStudy {
    let name =
      switch host.isa {
      case .x86: "textbook-x86-64"
      case .arm: "textbook-arm64"
      case .riscv: "textbook-riscv64"
      }
    guard let profile = ShippedProfiles.named(name) else { preconditionFailure("no \(name)") }
    var study = MigrationStudy(
      host, memoryBytes: pages << 12,
      writer: GuestWriter(
        pattern, bytes: pages << 12, bitsPerSecond: megabytesPerSecond * 8_000_000),
      profile: profile)
    study.link.bitsPerSecond = 2_000_000_000
    study.precopy.downtimePicoseconds = 1_000_000_000
    study.precopy.mostRounds = 12
    study.watchedPicoseconds = 10_000_000_000
    return study
  }

  /// Every mechanism that a format's processors have.
  static func mechanisms(_ host: HostFormat) -> [DirtyMechanism] {
    let all: [DirtyMechanism] = [
      .writeProtection, .initiallyAllSet, .flags, .modificationLog, .ring(entries: 256),
      .modificationRing(entries: 1024),
    ]
    return all.filter { small(host).has($0) }
  }
}
